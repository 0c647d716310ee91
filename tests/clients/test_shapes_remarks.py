"""Comments, views and custom emojis have the shapes of the official types."""

from typing import Any

import pytest

from notion_emulator import Workspace
from tests.clients.shapes import Answers
from tests.emulator.client import Api, create, row, text

Json = dict[str, Any]

pytestmark = pytest.mark.usefixtures("node_programs")


@pytest.fixture
def answers() -> Answers:
    return Answers(old=False)


@pytest.fixture
def api(workspace: Workspace) -> Api:
    return Api(workspace)


@pytest.fixture
def source(workspace: Workspace) -> str:
    return create(workspace, "Things", {"N": {"number": {}}})


def test_comments_have_the_shape_of_their_type(
    answers: Answers, api: Api, workspace: Workspace, source: str
) -> None:
    page = row(workspace, source, "one")
    kind = "CommentObjectResponse"
    parent: Json = {"parent": {"page_id": page}, "rich_text": text("first")}
    first = answers.note(kind, "first", api.post("/v1/comments", parent))
    reply = {"discussion_id": first["discussion_id"], "rich_text": text("second")}
    answers.note(kind, "reply", api.post("/v1/comments", reply))
    path = f"/v1/comments/{first['id']}"
    answers.note(kind, "changed", api.patch(path, {"rich_text": text("1st")}))
    answers.note(kind, "read", api.get(path))
    listed = api.get(f"/v1/comments?block_id={page}&page_size=1")
    answers.note("ListCommentsResponse", "a part", listed)
    answers.note("DeleteCommentResponse", "deleted", api.delete(path))
    answers.hold()


def test_views_have_the_shape_of_their_type(
    answers: Answers, api: Api, workspace: Workspace, source: str
) -> None:
    row(workspace, source, "one")
    row(workspace, source, "two")
    database = workspace.data_source(source)["parent"]["database_id"]
    for kind in ("table", "list", "gallery"):
        body = {
            "database_id": database,
            "data_source_id": source,
            "name": kind,
            "type": kind,
            "filter": {"property": "N", "number": {"is_empty": True}},
            "sorts": [{"property": "N", "direction": "descending"}],
        }
        view = answers.note("DataSourceViewObjectResponse", kind, api.post("/v1/views", body))
    path = f"/v1/views/{view['id']}"
    answers.note("DataSourceViewObjectResponse", "read", api.get(path))
    renamed = api.patch(path, {"name": "Other"})
    answers.note("DataSourceViewObjectResponse", "renamed", renamed)
    listed = api.get(f"/v1/views?database_id={database}")
    answers.note("ListDatabaseViewsResponse", "all", listed)
    query = api.post(f"{path}/queries", {"page_size": 1})
    answers.note("CreateViewQueryResponse", "query", query)
    more = api.get(f"{path}/queries/{query['id']}?start_cursor={query['next_cursor']}")
    answers.note("GetViewQueryResultsResponse", "more", more)
    gone = api.delete(f"{path}/queries/{query['id']}")
    answers.note("DeleteViewQueryResponse", "gone", gone)
    answers.note("DeleteViewResponse", "deleted", api.delete(path))
    answers.hold()


def test_custom_emojis_have_the_shape_of_their_type(answers: Answers, api: Api) -> None:
    answers.note("ListCustomEmojisResponse", "none", api.get("/v1/custom_emojis"))
    answers.hold()
