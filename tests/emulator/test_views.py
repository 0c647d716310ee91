"""Views of databases and the queries that run them."""

import pytest

from notion_emulator import Workspace
from notion_emulator.changes import Change
from notion_emulator.views import MAX_QUERIES
from tests.emulator.client import Api, Clock, Json, create, row

SCHEMA: Json = {"Size": {"number": {}}, "Open": {"checkbox": {}}}
BIG: Json = {"property": "Size", "number": {"greater_than": 1}}
BY_SIZE: list[Json] = [{"property": "Size", "direction": "descending"}]


@pytest.fixture
def source(workspace: Workspace) -> str:
    return create(workspace, "Things", SCHEMA)


def _database(workspace: Workspace, source: str) -> str:
    return str(workspace.data_source(source)["parent"]["database_id"])


def _view(api: Api, source: str, **more: object) -> Json:
    return api.post(
        "/v1/views", {"data_source_id": source, "name": "Mine", "type": "table", **more}
    )


def test_a_database_is_born_with_a_view_and_takes_more(
    api: Api, workspace: Workspace, source: str
) -> None:
    database = _database(workspace, source)
    (native,) = api.get(f"/v1/views?database_id={database}")["results"]
    assert set(native) == {"object", "id"}
    mine = _view(api, source, database_id=database)
    assert mine["configuration"] == {"type": "table"}
    assert mine["url"].endswith(f"{database.replace('-', '')}?v={mine['id'].replace('-', '')}")
    listed = api.get(f"/v1/views?data_source_id={source}&page_size=1")
    assert [one["id"] for one in listed["results"]] == [native["id"]]
    assert listed["next_cursor"] == mine["id"]
    assert api.get(f"/v1/views/{mine['id']}")["name"] == "Mine"


def test_a_deleted_view_is_gone_for_good_the_native_one_too(
    api: Api, workspace: Workspace, source: str
) -> None:
    path = f"/v1/views?database_id={_database(workspace, source)}"
    (native,) = api.get(path)["results"]
    gone = api.delete(f"/v1/views/{native['id']}")
    assert list(gone) == ["object", "id", "parent", "type", "request_id"]
    assert api.get(path)["results"] == []
    api.get(f"/v1/views/{native['id']}", 404)


def test_a_view_is_changed_but_not_its_kind(api: Api, source: str, clock: Clock) -> None:
    view = _view(api, source)
    clock.pass_(seconds=3)
    changed = api.patch(f"/v1/views/{view['id']}", {"name": "New", "filter": BIG, "sorts": BY_SIZE})
    assert (changed["name"], changed["filter"], changed["sorts"]) == ("New", BIG, BY_SIZE)
    assert changed["last_edited_time"] > view["last_edited_time"]
    assert api.patch(f"/v1/views/{view['id']}", {"filter": None})["filter"] is None
    api.patch(f"/v1/views/{view['id']}", {"type": "board"}, 400)
    api.patch(f"/v1/views/{view['id']}", {"configuration": {"type": "board"}}, 400)


def test_a_query_runs_filter_and_sorts_and_holds_what_it_found(
    api: Api, workspace: Workspace, source: str
) -> None:
    ids = [row(workspace, source, str(size), Size={"number": size}) for size in range(5)]
    view = _view(api, source, filter=BIG, sorts=BY_SIZE)
    path = f"/v1/views/{view['id']}/queries"
    found = api.post(path, {"page_size": 2})
    assert found["total_count"] == 3
    assert [one["id"] for one in found["results"]] == [ids[4], ids[3]]
    workspace.trash_page(ids[2])
    rest = api.get(f"{path}/{found['id']}?start_cursor={found['next_cursor']}")
    assert rest["results"] == [{"object": "page", "id": ids[2]}]
    assert api.post(path, {})["total_count"] == 2


def test_what_a_query_found_is_forgotten_after_a_quarter_of_an_hour(
    api: Api, source: str, clock: Clock
) -> None:
    view = _view(api, source)
    path = f"/v1/views/{view['id']}/queries"
    found = api.post(path, {})["id"]
    clock.pass_(minutes=14, seconds=59)
    api.get(f"{path}/{found}")
    clock.pass_(seconds=1)
    api.get(f"{path}/{found}", 404)


def test_what_a_query_found_can_be_dropped(api: Api, source: str) -> None:
    path = f"/v1/views/{_view(api, source)['id']}/queries"
    found = api.post(path, {})["id"]
    assert api.delete(f"{path}/{found}")["deleted"] is True
    api.get(f"{path}/{found}", 404)


def test_a_query_says_when_there_are_more_rows_than_a_walk_gives(clock: Clock) -> None:
    workspace = Workspace(clock=clock, row_cap=2)
    api, source = Api(workspace), create(workspace, "Things", SCHEMA)
    for _ in range(3):
        row(workspace, source, "x")
    found = api.post(f"/v1/views/{_view(api, source)['id']}/queries", {})
    assert found["total_count"] == 2
    assert found["request_status"]["type"] == "incomplete"


def test_only_so_many_queries_are_held(workspace: Workspace, api: Api, source: str) -> None:
    view = workspace.views.find(_view(api, source)["id"])
    first = workspace.views.query(view, 0)
    for _ in range(MAX_QUERIES):
        workspace.views.query(view, 0)
    api.get(f"/v1/views/{view.id}/queries/{first.id}", 404)


def test_what_becomes_of_views_is_told_while_their_data_source_is_shared(
    api: Api, workspace: Workspace, source: str
) -> None:
    told: list[Change] = []
    workspace.state.changes.listeners.append(told.append)
    path = f"/v1/views/{_view(api, source)['id']}"
    api.patch(path, {"name": "New", "sorts": BY_SIZE})
    api.patch(path, {"quick_filters": {}})
    api.delete(path)
    parent = {"id": _database(workspace, source), "type": "database"}
    assert [(one.kind, one.detail) for one in told] == [
        ("view.created", {"parent": parent, "view_type": "table"}),
        ("view.updated", {"parent": parent, "updated_fields": ["name", "sorts"]}),
        ("view.deleted", {"parent": parent}),
    ]
    view = workspace.views.find(_view(api, source)["id"])
    workspace.unshare(source)
    workspace.views.delete(view, at=0, by=workspace.bot_id)
    assert [one.kind for one in told[3:]] == ["view.created"]


def test_views_hide_with_their_data_source(api: Api, workspace: Workspace, source: str) -> None:
    view = _view(api, source)
    workspace.unshare(source)
    api.get(f"/v1/views/{view['id']}", 404)


def test_a_view_of_the_wrong_shape_is_refused(api: Api, workspace: Workspace, source: str) -> None:
    base: Json = {"data_source_id": source, "name": "A", "type": "table"}
    other = _database(workspace, create(workspace, "Other", {}))
    for body, message in (
        ({**base, "data_source_id": None}, "body.data_source_id should be defined"),
        ({**base, "data_source_id": "x"}, "body.data_source_id should be a valid uuid"),
        ({**base, "type": "wall"}, "body.type should be one of"),
        ({**base, "name": 7}, "body.name should be a string"),
        ({"data_source_id": source, "type": "list"}, "body.name should be defined"),
        ({**base, "filter": {"property": "No", "number": {"equals": 1}}}, "No"),
        ({**base, "configuration": []}, "body.configuration should be an object"),
        ({**base, "placement": {}}, "body.placement should be not present"),
        ({**base, "database_id": other}, "linked database"),
    ):
        assert message in api.post("/v1/views", body, 400)["message"]
    assert "query.database_id" in api.get("/v1/views", 400)["message"]
    assert "valid uuid" in api.get("/v1/views?database_id=1", 400)["message"]
