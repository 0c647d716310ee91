"""Comments and custom emojis."""

import pytest

from notion_emulator import Workspace
from notion_emulator.changes import Change
from tests.emulator.client import Api, Clock, Json, text

PERSON = "00000000-0000-4000-8000-0000000000fa"


@pytest.fixture
def page(workspace: Workspace) -> str:
    return str(workspace.create_page({"parent": {"workspace": True}})["id"])


def _add(api: Api, page: str, content: str = "Well") -> Json:
    return api.post("/v1/comments", {"parent": {"page_id": page}, "rich_text": text(content)})


def test_a_comment_starts_a_discussion_and_an_answer_joins_it(api: Api, page: str) -> None:
    first = _add(api, page)
    answer = api.post(
        "/v1/comments", {"discussion_id": first["discussion_id"], "rich_text": text("Yes")}
    )
    assert answer["discussion_id"] == first["discussion_id"]
    assert answer["parent"] == first["parent"] == {"type": "page_id", "page_id": page}
    assert first["display_name"] == {"type": "integration", "resolved_name": "Local integration"}
    assert _add(api, page)["discussion_id"] != first["discussion_id"]


def test_comments_are_listed_where_they_stand_oldest_first(api: Api, page: str) -> None:
    block = api.patch(
        f"/v1/blocks/{page}/children", {"children": [{"divider": {}, "type": "divider"}]}
    )["results"][0]["id"]
    ids = [_add(api, page)["id"] for _ in range(3)]
    inner = api.post("/v1/comments", {"parent": {"block_id": block}, "rich_text": text("Here")})
    assert inner["parent"] == {"type": "block_id", "block_id": block}
    listed = api.get(f"/v1/comments?block_id={page}&page_size=2")
    assert [one["id"] for one in listed["results"]] == ids[:2]
    assert listed["next_cursor"] == ids[2]
    rest = api.get(f"/v1/comments?block_id={page}&start_cursor={ids[2]}")
    assert [one["id"] for one in rest["results"]] == ids[2:]
    assert [one["id"] for one in api.get(f"/v1/comments?block_id={block}")["results"]] == [
        inner["id"]
    ]


def test_a_comment_is_changed_and_removed_by_who_wrote_it(
    api: Api, page: str, clock: Clock
) -> None:
    comment = _add(api, page)
    clock.pass_(minutes=2)
    changed = api.patch(f"/v1/comments/{comment['id']}", {"rich_text": text("Better")})
    assert changed["rich_text"][0]["plain_text"] == "Better"
    assert changed["created_time"] == comment["created_time"] < changed["last_edited_time"]
    assert api.delete(f"/v1/comments/{comment['id']}")["id"] == comment["id"]
    assert api.get(f"/v1/comments/{comment['id']}", 404)["code"] == "object_not_found"


def test_a_comment_of_a_person_bears_the_name_and_stays(
    api: Api, workspace: Workspace, page: str
) -> None:
    workspace.add_person("Ann", id=PERSON)
    comment = workspace.comments.add(
        {"parent": {"page_id": page}, "rich_text": text("Mine")}, by=PERSON
    )
    assert comment["display_name"] == {"type": "user", "resolved_name": "Ann"}
    path = f"/v1/comments/{comment['id']}"
    assert api.patch(path, {"rich_text": text("!")}, 403)["code"] == "restricted_resource"
    assert api.delete(path, 403)["code"] == "restricted_resource"


def test_a_comment_takes_a_name_of_its_own_and_files(
    api: Api, workspace: Workspace, page: str
) -> None:
    upload = workspace.upload_file("picture.png", b"x")
    comment = api.post(
        "/v1/comments",
        {
            "parent": {"page_id": page},
            "rich_text": text("See"),
            "display_name": {"type": "custom", "custom": {"name": "Robot"}},
            "attachments": [{"file_upload_id": upload}],
        },
    )
    assert comment["display_name"] == {"type": "custom", "resolved_name": "Robot"}
    (attached,) = comment["attachments"]
    assert attached["category"] == "image"
    assert set(attached["file"]) == {"url", "expiry_time"}


def test_a_comment_may_be_written_in_markdown(api: Api, page: str) -> None:
    here = {"parent": {"page_id": page}}
    comment = api.post("/v1/comments", {**here, "markdown": "**So** it is"})
    assert [one["plain_text"] for one in comment["rich_text"]] == ["So", " it is"]
    assert comment["rich_text"][0]["annotations"]["bold"] is True
    api.post("/v1/comments", {**here, "markdown": 7}, 400)
    api.post("/v1/comments", {**here, "markdown": "a", "rich_text": text("a")}, 400)


def test_what_becomes_of_comments_is_told_while_their_page_is_shared(
    api: Api, workspace: Workspace, page: str
) -> None:
    told: list[Change] = []
    workspace.state.changes.listeners.append(told.append)
    block = api.patch(
        f"/v1/blocks/{page}/children", {"children": [{"divider": {}, "type": "divider"}]}
    )["results"][0]["id"]
    told.clear()
    body = {"parent": {"block_id": block}, "rich_text": text("Here")}
    path = f"/v1/comments/{api.post('/v1/comments', body)['id']}"
    api.patch(path, {"rich_text": text("There")})
    api.delete(path)
    kinds = ["comment.created", "comment.updated", "comment.deleted"]
    assert [one.kind for one in told] == kinds
    assert told[0].detail == {"parent": {"id": block, "type": "block"}, "page_id": page}
    on_page = workspace.comments.find(_add(api, page)["id"])
    assert told.pop().detail == {"parent": {"id": page, "type": "page"}, "page_id": page}
    workspace.unshare(page)
    workspace.comments.delete(on_page, at=0, by=workspace.bot_id)
    assert len(told) == 3


def test_comments_hide_with_what_they_stand_on(api: Api, workspace: Workspace, page: str) -> None:
    comment = _add(api, page)
    workspace.unshare(page)
    api.get(f"/v1/comments/{comment['id']}", 404)
    api.get(f"/v1/comments?block_id={page}", 404)
    reply = {"discussion_id": comment["discussion_id"], "rich_text": text("?")}
    api.post("/v1/comments", reply, 404)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"rich_text": []}, "body.parent should be defined"),
        ({"parent": {"page_id": "x"}, "rich_text": []}, "body.parent.page_id should be a valid"),
        ({"parent": {}, "rich_text": []}, "body.parent.page_id should be defined"),
        ({"parent": 1, "rich_text": []}, "body.parent should be an object"),
        ({"discussion_id": "x", "rich_text": []}, "body.discussion_id should be a valid uuid"),
        ({"discussion_id": PERSON, "parent": {}}, "body.parent should be not present"),
    ],
)
def test_a_comment_without_a_place_is_refused(api: Api, body: Json, message: str) -> None:
    assert message in api.post("/v1/comments", body, 400)["message"]


def test_a_comment_of_the_wrong_shape_is_refused(api: Api, page: str) -> None:
    here = {"parent": {"page_id": page}}
    text_ = {**here, "rich_text": text("x")}
    for body, message in (
        (here, "body.rich_text should be defined"),
        ({**text_, "display_name": {"type": "alias"}}, "body.display_name.type"),
        ({**text_, "display_name": {"type": "custom"}}, "body.display_name.custom.name"),
        ({**text_, "attachments": {}}, "body.attachments should be an array"),
        ({**text_, "attachments": [{}] * 4}, "body.attachments.length should be ≤ `3`"),
        ({**text_, "attachments": [{}]}, "body.attachments[0].file_upload_id"),
        ({**text_, "attachments": [1]}, "body.attachments[0] should be an object"),
    ):
        assert message in api.post("/v1/comments", body, 400)["message"]
    assert "query.block_id" in api.get("/v1/comments", 400)["message"]
    assert "valid uuid" in api.get("/v1/comments?block_id=7", 400)["message"]


def test_custom_emojis_are_listed_all_or_by_name(api: Api, workspace: Workspace) -> None:
    address = "https://example.com/{}.png".format
    ids = [workspace.add_emoji(f"logo{at}", address(at)) for at in range(3)]
    first = api.get("/v1/custom_emojis?page_size=2")
    assert list(first)[:5] == ["object", "type", "results", "has_more", "next_cursor"]
    assert [one["id"] for one in first["results"]] == ids[:2]
    assert first["next_cursor"] == ids[2]
    assert api.get("/v1/custom_emojis?name=logo1")["results"] == [
        {"id": ids[1], "name": "logo1", "url": "https://example.com/1.png"}
    ]
