"""The content of pages as markdown: what changes, what stays, what is refused."""

from typing import Any

import pytest

from notion_emulator import Workspace
from tests.emulator.client import Api, Clock, text
from tests.emulator.test_markdown import blocks, change, markdown

Json = dict[str, Any]


def made(api: Api, page: str, content: str) -> str:
    return str(api.post("/v1/pages", {"parent": {"page_id": page}, "markdown": content})["id"])


@pytest.fixture
def page(workspace: Workspace) -> str:
    return str(workspace.create_page({"parent": {"workspace": True}})["id"])


# ---- changing a page


def test_blocks_that_did_not_change_keep_their_ids(api: Api, clock: Clock, page: str) -> None:
    change(api, page, "replace_content", new_str="\n".join(f"line {at}" for at in range(6)))
    before = blocks(api, page)
    clock.pass_(minutes=5)
    change(
        api, page, "replace_content", new_str="line 0\nline 1 changed\nnew\nline 2\nline 4\nline 5"
    )
    after = blocks(api, page)
    ids = [one["id"] for one in before]
    assert [one["id"] for one in after if one["id"] in ids] == [*ids[:3], *ids[4:]]
    stamps = [one["last_edited_time"] > before[0]["last_edited_time"] for one in after]
    assert stamps == [False, True, True, False, False, False]
    assert api.get(f"/v1/blocks/{ids[3]}")["in_trash"] is True


def test_what_markdown_cannot_say_stays(api: Api, page: str) -> None:
    children: list[Json] = [
        {"code": {"rich_text": text("x"), "language": "python", "caption": text("caption")}},
        {"bookmark": {"url": "https://example.org"}},
        {"tab": {"children": [{"paragraph": {"rich_text": text("tab")}}]}},
        {"paragraph": {"rich_text": text("last")}},
    ]
    before = api.patch(f"/v1/blocks/{page}/children", {"children": children})["results"]
    answer = change(
        api,
        page,
        "update_content",
        content_updates=[{"old_str": "last", "new_str": "end"}],
    )
    assert answer["unknown_block_ids"] == [before[1]["id"], before[2]["id"]]
    assert 'alt="bookmark"/>' in answer["markdown"]
    after = blocks(api, page)
    assert after[:3] == before[:3]
    assert after[3]["id"] == before[3]["id"]
    change(api, page, "replace_content", new_str="nothing")
    assert [one["type"] for one in blocks(api, page)] == ["paragraph"]


def test_pages_go_only_when_that_is_allowed(api: Api, page: str) -> None:
    below = made(api, page, "content")
    database = api.post("/v1/databases", {"parent": {"page_id": page}, "title": text("T")})["id"]
    whole = markdown(api, page)
    assert whole.count("<page url=") == whole.count("<database url=") == 1
    error = change(api, page, "replace_content", 400, new_str="empty")
    assert "would delete 2 child page(s) or database(s)" in error["message"]
    assert markdown(api, page) == whole
    lines = whole.split("\n")
    change(api, page, "replace_content", new_str=f"<details>\n\t{lines[1]}\n</details>\n{lines[0]}")
    toggle, child = blocks(api, page)
    assert child["id"] == below
    assert blocks(api, toggle["id"])[0]["id"] == database
    assert api.get(f"/v1/databases/{database}")["parent"]["type"] == "block_id"
    change(api, page, "replace_content", new_str="empty", allow_deleting_content=True)
    assert api.get(f"/v1/pages/{below}")["in_trash"] is True
    assert api.get(f"/v1/blocks/{database}")["in_trash"] is True


def test_naming_a_page_of_elsewhere_brings_it_here(api: Api, page: str) -> None:
    one, other = made(api, page, "# One\nx"), made(api, page, "# Two\ny")
    url = f"https://app.notion.com/p/{other.replace('-', '')}"
    change(api, one, "insert_content", content=f'<page url="{url}">Two</page>')
    assert [said["id"] for said in blocks(api, one)][1:] == [other]
    assert api.get(f"/v1/pages/{other}")["parent"] == {"type": "page_id", "page_id": one}
    assert [said["id"] for said in blocks(api, page)] == [one]
    inner = blocks(api, other)[0]["id"]
    for wrong in (
        f'<unknown url="{url}#{inner.replace("-", "")}"/>',
        f'<page url="https://app.notion.com/p/{page.replace("-", "")}">above</page>',
    ):
        error = change(api, one, "insert_content", 400, content=wrong)
        assert "does not stand on this page" in error["message"]
    gone = '<page url="https://app.notion.com/p/3839ce7b60a48168ba4d000b1ee50a86">x</page>'
    change(api, one, "insert_content", 404, content=gone)


def test_a_copy_of_a_synced_block_shows_and_keeps_the_original(api: Api, page: str) -> None:
    change(api, page, "replace_content", new_str="<synced_block>\n\tone\n</synced_block>")
    (original,) = blocks(api, page)
    origin = {"type": "block_id", "block_id": original["id"]}
    body = {"children": [{"synced_block": {"synced_from": origin}}]}
    (copy,) = api.patch(f"/v1/blocks/{page}/children", body)["results"]
    whole = markdown(api, page)
    assert "<synced_block_reference url=" in whole
    change(api, page, "replace_content", new_str=f"{whole}\nend")
    assert [one["id"] for one in blocks(api, page)][:2] == [original["id"], copy["id"]]


def test_content_is_inserted_where_it_is_wanted(api: Api, page: str) -> None:
    change(api, page, "insert_content", content="b")
    change(api, page, "insert_content", content="a", position={"type": "start"})
    change(api, page, "insert_content", content="d", position={"type": "end"})
    answer = change(api, page, "insert_content", content="c", after="b")
    assert answer["markdown"] == "a\nb\nc\nd"
    change(api, page, "replace_content_range", content="x\ny", content_range="b...c")
    assert markdown(api, page) == "a\nx\ny\nd"


def test_passages_are_found_once_or_all_are_meant(api: Api, page: str) -> None:
    change(api, page, "replace_content", new_str="one two\ntwo three")

    def update(status: int = 200, **more: Any) -> Json:
        return change(api, page, "update_content", status, content_updates=[more])

    assert "found 2 times" in update(400, old_str="two", new_str="2")["message"]
    assert "Could not find" in update(400, old_str="four", new_str="4")["message"]
    update(old_str="two", new_str="2", replace_all_matches=True)
    assert markdown(api, page) == "one 2\n2 three"
    update(old_str="one 2\n", new_str="")
    assert markdown(api, page) == "2 three"
    error = change(api, page, "replace_content_range", 400, content="x", content_range="2...z")
    assert "Could not find" in error["message"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "body.type should be defined"),
        ({"type": "append"}, "body.type should be one of"),
        ({"type": "replace_content"}, "body.replace_content should be defined"),
        ({"type": "replace_content", "replace_content": {}}, "replace_content.new_str should be"),
        (
            {"type": "insert_content", "insert_content": {"content": 1}},
            "insert_content.content should be a string",
        ),
        (
            {
                "type": "insert_content",
                "insert_content": {"content": "x", "position": {"type": "middle"}},
            },
            "position.type should be one of",
        ),
        (
            {
                "type": "insert_content",
                "insert_content": {"content": "x", "after": "y", "position": {"type": "end"}},
            },
            "position should be not present",
        ),
        ({"type": "update_content", "update_content": {}}, "content_updates should be defined"),
        (
            {"type": "update_content", "update_content": {"content_updates": [{"old_str": "x"}]}},
            "content_updates[0].new_str should be defined",
        ),
        (
            {"type": "update_content", "update_content": {"content_updates": [{}] * 101}},
            "content_updates.length should be ≤ `100`",
        ),
    ],
)
def test_a_command_of_a_wrong_shape_is_refused(
    api: Api, page: str, body: Json, message: str
) -> None:
    for asked in (body, {**body, "allow_async": True}):
        error = api.patch(f"/v1/pages/{page}/markdown", asked, 400)
        assert message in error["message"]


def test_a_trashed_page_is_not_changed(api: Api, page: str) -> None:
    api.patch(f"/v1/pages/{page}", {"in_trash": True})
    error = change(api, page, "replace_content", 400, new_str="x")
    assert error["message"].startswith("Can't edit block that is archived.")


def test_a_long_page_is_cut_and_names_what_is_missing(
    api: Api, workspace: Workspace, page: str
) -> None:
    change(api, page, "replace_content", new_str="a\n- b\n\t- c\nd")
    workspace.markdown.block_limit = 2
    answer = api.get(f"/v1/pages/{page}/markdown")
    assert answer["truncated"] is True
    assert answer["markdown"].startswith("a\n- b\n\t<unknown url=")
    hidden, last = answer["unknown_block_ids"]
    assert [api.get(f"/v1/pages/{one}/markdown")["markdown"] for one in (hidden, last)] == [
        "- c",
        "d",
    ]


# ---- creating a page


def test_a_page_is_created_from_markdown(api: Api, page: str) -> None:
    body: Json = {"parent": {"page_id": page}, "markdown": "# Title\n- [ ] do"}
    answer = api.post("/v1/pages", body)
    assert answer["properties"]["title"]["title"][0]["plain_text"] == "Title"
    assert [one["type"] for one in blocks(api, answer["id"])] == ["to_do"]
    named = {**body, "properties": {"title": {"title": text("Named")}}}
    answer = api.post("/v1/pages", named)
    assert answer["properties"]["title"]["title"][0]["plain_text"] == "Named"
    assert [one["type"] for one in blocks(api, answer["id"])] == ["heading_1", "to_do"]
    count = len(blocks(api, page))
    assert (
        "body.markdown should be not"
        in api.post("/v1/pages", {**body, "children": []}, 400)["message"]
    )
    api.post("/v1/pages", {**body, "markdown": 1}, 400)
    url = f"https://app.notion.com/p/{answer['id'].replace('-', '')}"
    api.post("/v1/pages", {**body, "markdown": f'<page url="{url}">x</page>'}, 400)
    api.post("/v1/pages", {**body, "markdown": "<columns>\n\tx\n</columns>"}, 400)
    assert len(blocks(api, page)) == count
