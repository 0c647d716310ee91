"""Blocks: what can be written where, in which order it stands, what becomes of the trashed."""

from typing import Any

import pytest

from notion_emulator import Switches, Workspace
from notion_emulator.kinds import KINDS
from tests.emulator.client import Api, Clock, create, row, text

Json = dict[str, Any]


def paragraph(content: str, **more: Any) -> Json:
    return {"paragraph": {"rich_text": text(content), **more}}


def written(api: Api, holder: str, *children: Json, status: int = 200, **more: Any) -> Any:
    body = {"children": list(children), **more}
    answer = api.patch(f"/v1/blocks/{holder}/children", body, status)
    return answer["results"] if status == 200 else answer


def read(api: Api, holder: str) -> list[str]:
    return [said(one) for one in api.get(f"/v1/blocks/{holder}/children")["results"]]


def said(block: Json) -> str:
    content = block[block["type"]]
    if "title" in content:
        return str(content["title"])
    return "".join(one["plain_text"] for one in content.get("rich_text", []))


@pytest.fixture
def page(workspace: Workspace) -> str:
    return str(workspace.create_page({"parent": {"workspace": True}})["id"])


EVERY: dict[str, Json] = {
    "embed": {"url": "https://example.org"},
    "bookmark": {"url": "https://example.org"},
    **{
        one: {"external": {"url": "https://example.org/a.bin"}}
        for one in ("image", "video", "pdf", "file", "audio")
    },
    "code": {"rich_text": text("x"), "language": "python"},
    "equation": {"expression": "e"},
    "divider": {},
    "breadcrumb": {},
    "tab": {"children": [paragraph("Overview")]},
    "table_of_contents": {},
    "link_to_page": {"page_id": "3839ce7b-60a4-8168-ba4d-000b1ee50a86"},
    "table": {"table_width": 1, "children": [{"table_row": {"cells": [text("x")]}}]},
    "column_list": {"children": [{"column": {}}, {"column": {"width_ratio": 0.5}}]},
    **{f"heading_{one}": {"rich_text": text("x")} for one in (1, 2, 3, 4)},
    **{
        one: {"rich_text": text("x"), "children": [paragraph("below")]}
        for one in (
            "paragraph",
            "bulleted_list_item",
            "numbered_list_item",
            "quote",
            "to_do",
            "toggle",
            "template",
            "callout",
        )
    },
    "synced_block": {"synced_from": None, "children": [paragraph("below")]},
}


@pytest.mark.parametrize("kind", EVERY)
def test_every_kind_of_block_is_written_and_read(api: Api, page: str, kind: str) -> None:
    (block,) = written(api, page, {"object": "block", "type": kind, kind: EVERY[kind]})
    assert block["type"] == kind
    assert block == {
        key: one for key, one in api.get(f"/v1/blocks/{block['id']}").items() if key != "request_id"
    }
    assert block["has_children"] is ("children" in EVERY[kind])
    assert "children" not in block[kind]


def test_no_kind_is_left_out() -> None:
    assert EVERY.keys() | {"column", "table_row"} == KINDS.keys()


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"paragraph": {}}, "body.children[0].paragraph.rich_text should be defined"),
        (paragraph("x", bold=True), "body.children[0].paragraph.bold should be not present"),
        (paragraph("x", color="mauve"), "body.children[0].paragraph.color should be a color"),
        ({"to_do": {"rich_text": [], "checked": 1}}, "to_do.checked should be a boolean"),
        ({"code": {"rich_text": [], "language": "klingon"}}, "code.language should be a language"),
        ({"equation": {"expression": "x" * 1001}}, "expression.length should be ≤ `1000`"),
        ({"divider": {"children": [paragraph("x")]}}, "divider.children should be not present"),
        ({"image": {}}, "Fix one:\nbody.children[0].image.external should be defined"),
        ({"image": {"external": {}}}, "image.external.url should be defined"),
        ({"table_row": {"cells": []}}, "body.children[0].table_row should be not present"),
        ({"column_list": {"children": [{"column": {}}]}}, "children.length should be ≥ `2`"),
        ({"table": {"table_width": 2}}, "table.children should be defined"),
        (
            {"table": {"table_width": 2, "children": [{"table_row": {"cells": [[]]}}]}},
            "cells.length should be `2`, the width of the table",
        ),
        ({"tab": {"children": [{"divider": {}}]}}, "tab.children[0].paragraph should be defined"),
        ({"link_to_page": {}}, "Fix one:\nbody.children[0].link_to_page.page_id should be"),
        ({"link_to_page": {"page_id": "x"}}, "link_to_page.page_id should be a valid uuid"),
        ({"column": {"width_ratio": 0}}, "width_ratio should be a positive number"),
        ({"child_page": {"title": "x"}}, "Fix one:\nbody.children[0].embed should be defined"),
        ({"type": "quote"}, "body.children[0].quote should be defined"),
    ],
)
def test_a_block_of_a_wrong_shape_is_refused_and_leaves_nothing(
    api: Api, page: str, block: Json, message: str
) -> None:
    error = written(api, page, block, status=400)
    assert error["code"] == "validation_error"
    assert message in error["message"]
    assert read(api, page) == []


def test_a_request_goes_two_levels_below_and_no_further(api: Api, page: str) -> None:
    deep = paragraph("1", children=[paragraph("2", children=[paragraph("3")])])
    (top,) = written(api, page, deep)
    (second,) = api.get(f"/v1/blocks/{top['id']}/children")["results"]
    assert read(api, second["id"]) == ["3"]
    assert second["parent"] == {"type": "block_id", "block_id": top["id"]}
    deeper = paragraph(
        "1", children=[paragraph("2", children=[paragraph("3", children=[paragraph("4")])])]
    )
    error = written(api, page, deeper, status=400)
    assert error["message"].startswith(
        "body failed validation: body.children[0].paragraph.children[0].paragraph.children[0]"
        ".paragraph.children should be not present, instead was `[{"
    )


def test_a_request_writes_a_hundred_in_a_row_and_a_thousand_in_all(api: Api, page: str) -> None:
    error = written(api, page, *[paragraph("x")] * 101, status=400)
    assert error["message"] == (
        "body failed validation: body.children.length should be ≤ `100`, instead was `101`."
    )
    many = paragraph("x", children=[paragraph("y")] * 100)
    error = written(api, page, *[many] * 10, status=400)
    assert "≤ `1000` blocks, instead had `1010`" in error["message"]
    assert len(written(api, page, *[many] * 9)) == 9


def test_a_long_page_is_read_in_parts(api: Api, page: str) -> None:
    written(api, page, *[paragraph(str(at)) for at in range(100)])
    written(api, page, *[paragraph(str(at)) for at in range(100, 103)])
    first = api.get(f"/v1/blocks/{page}/children")
    assert (len(first["results"]), first["has_more"], first["type"]) == (100, True, "block")
    assert first["block"] == {}
    rest = api.get(f"/v1/blocks/{page}/children?start_cursor={first['next_cursor']}")
    assert [said(one) for one in rest["results"]] == ["100", "101", "102"]
    assert (rest["has_more"], rest["next_cursor"]) == (False, None)
    api.get(f"/v1/blocks/{page}/children?page_size=101", 400)


# ---- places


def test_blocks_go_to_the_place_that_is_named(api: Api, page: str) -> None:
    first, _ = written(api, page, paragraph("a"), paragraph("d"))
    written(api, page, paragraph("z"), position={"type": "start"})
    after = {"type": "after_block", "after_block": {"id": first["id"]}}
    answer = written(api, page, paragraph("b"), paragraph("c"), position=after)
    assert [said(one) for one in answer] == ["b", "c", "d"]
    written(api, page, paragraph("e"), position={"type": "end"})
    assert read(api, page) == ["z", "a", "b", "c", "d", "e"]


def test_a_place_that_is_none_is_refused(api: Api, page: str) -> None:
    wrong = written(api, page, paragraph("a"), position={"type": "middle"}, status=400)
    assert 'body.position.type should be one of `"after_block"`' in wrong["message"]
    bare = written(api, page, paragraph("a"), position={"type": "after_block"}, status=400)
    assert "body.position.after_block.id should be defined" in bare["message"]
    gone = {"type": "after_block", "after_block": {"id": page}}
    assert written(api, page, paragraph("a"), position=gone, status=404)["code"] == (
        "object_not_found"
    )


def test_after_belongs_to_the_older_version(workspace: Workspace, api: Api, page: str) -> None:
    old = Api(workspace, version="2025-09-03")
    first, _ = written(old, page, paragraph("a"), paragraph("c"))
    written(old, page, paragraph("b"), after=first["id"])
    assert read(old, page) == ["a", "b", "c"]
    error = written(api, page, paragraph("x"), after=first["id"], status=400)
    assert "body.after should be not present" in error["message"]


def test_pages_and_databases_stand_among_the_blocks(api: Api, page: str) -> None:
    parent = {"page_id": page}
    (first,) = written(api, page, paragraph("a"))
    titled = {"title": {"title": text("Below")}}
    api.post("/v1/pages", {"parent": parent, "properties": titled})
    written(api, page, paragraph("b"))
    api.post("/v1/databases", {"parent": parent, "title": text("Table")})
    assert read(api, page) == ["a", "Below", "b", "Table"]
    place: Json = {"type": "page_start"}
    for name, place in (
        ("first", {"type": "page_start"}),
        ("second", {"type": "after_block", "after_block": {"id": first["id"]}}),
        ("last", {"type": "page_end"}),
    ):
        titled = {"title": {"title": text(name)}}
        api.post("/v1/pages", {"parent": parent, "properties": titled, "position": place})
    assert read(api, page) == ["first", "a", "second", "Below", "b", "Table", "last"]


def test_a_place_is_only_for_pages_below_pages(api: Api, workspace: Workspace, page: str) -> None:
    source = create(workspace, "Things", {})
    body: Json = {"parent": {"data_source_id": source}, "position": {"type": "page_end"}}
    assert "body.position should be not present" in api.post("/v1/pages", body, 400)["message"]
    body = {"parent": {"page_id": page}, "position": {"type": "start"}}
    assert "body.position.type should be one of" in api.post("/v1/pages", body, 400)["message"]


# ---- below blocks


@pytest.mark.parametrize(
    "holder",
    [{"divider": {}}, {"heading_1": {"rich_text": text("x")}}, {"equation": {"expression": "x"}}],
)
def test_what_takes_no_children_refuses_them(api: Api, page: str, holder: Json) -> None:
    (block,) = written(api, page, holder)
    error = written(api, block["id"], paragraph("x"), status=400)
    assert "does not take children" in error["message"]


def test_a_table_takes_only_rows_of_its_width(api: Api, page: str) -> None:
    (table,) = written(api, page, {"table": EVERY["table"]})
    wide: Json = {"table_row": {"cells": [[], []]}}
    assert "should be `1`" in written(api, table["id"], wide, status=400)["message"]
    assert "table_row should be" in written(api, table["id"], paragraph("x"), status=400)["message"]
    (added,) = written(api, table["id"], {"table_row": {"cells": [text("y")]}})
    error = api.patch(f"/v1/blocks/{added['id']}", wide, 400)
    assert "body.table_row.cells.length should be `1`" in error["message"]
    error = api.patch(f"/v1/blocks/{table['id']}", {"table": {"table_width": 2}}, 400)
    assert "body.table.table_width should be not present" in error["message"]


def test_a_copy_of_a_synced_block_shows_what_the_original_holds(api: Api, page: str) -> None:
    (original,) = written(
        api, page, {"synced_block": {"synced_from": None, "children": [paragraph("one")]}}
    )
    origin = {"type": "block_id", "block_id": original["id"]}
    (copy,) = written(api, page, {"synced_block": {"synced_from": origin}})
    assert (copy["has_children"], read(api, copy["id"])) == (True, ["one"])
    written(api, original["id"], paragraph("two"))
    assert read(api, copy["id"]) == ["one", "two"]
    assert (
        "does not take children" in written(api, copy["id"], paragraph("x"), status=400)["message"]
    )
    of_copy = {"synced_block": {"synced_from": {"block_id": copy["id"]}}}
    assert "no original" in written(api, page, of_copy, status=400)["message"]
    api.delete(f"/v1/blocks/{original['id']}")
    assert read(api, copy["id"]) == []


# ---- changing


def test_only_what_is_written_changes(api: Api, page: str) -> None:
    (block,) = written(api, page, {"to_do": {"rich_text": text("do"), "color": "red"}})
    changed = api.patch(f"/v1/blocks/{block['id']}", {"to_do": {"checked": True}})
    assert said(changed) == "do"
    assert (changed["to_do"]["checked"], changed["to_do"]["color"]) == (True, "red")
    error = api.patch(f"/v1/blocks/{block['id']}", {"quote": {"rich_text": []}}, 400)
    assert error["message"] == "Expected block type to_do in request body"
    error = api.patch(f"/v1/blocks/{block['id']}", {"to_do": {"children": [{}]}}, 400)
    assert "body.to_do.children should be not present" in error["message"]


def test_a_file_block_can_get_another_file(api: Api, page: str, workspace: Workspace) -> None:
    (block,) = written(api, page, {"image": {"external": {"url": "https://example.org/a.png"}}})
    upload = workspace.upload_file("b.png", b"PNG")
    changed = api.patch(f"/v1/blocks/{block['id']}", {"image": {"file_upload": {"id": upload}}})
    assert list(changed["image"]) == ["caption", "type", "file"]


def test_what_stands_below_a_trashed_block_is_in_the_trash(api: Api, page: str) -> None:
    (top,) = written(api, page, paragraph("top", children=[paragraph("below")]))
    below = api.get(f"/v1/blocks/{top['id']}/children")["results"][0]["id"]
    assert api.delete(f"/v1/blocks/{top['id']}")["in_trash"] is True
    assert read(api, page) == []
    assert api.get(f"/v1/blocks/{below}")["in_trash"] is True
    for refused in (
        api.patch(f"/v1/blocks/{below}", paragraph("x"), 400),
        api.patch(f"/v1/blocks/{top['id']}", paragraph("x"), 400),
        written(api, below, paragraph("x"), status=400),
    ):
        assert refused["message"].startswith("Can't edit block that is archived.")
    assert api.delete(f"/v1/blocks/{below}")["in_trash"] is True
    assert api.patch(f"/v1/blocks/{top['id']}", {"in_trash": False})["in_trash"] is False
    assert api.get(f"/v1/blocks/{below}")["in_trash"] is False
    assert read(api, page) == ["top"]


@pytest.mark.parametrize("reaches", [False, True])
def test_what_is_in_a_database_below_a_trashed_block_is_in_the_trash(
    clock: Clock, *, reaches: bool
) -> None:
    workspace = Workspace(clock=clock, switches=Switches(trash_reaches_databases=reaches))
    api = Api(workspace)
    page = workspace.create_page({"parent": {"workspace": True}})["id"]
    (block,) = written(api, page, paragraph("x"))
    parent = {"parent": {"type": "block_id", "block_id": block["id"]}}
    database = workspace.create_database({**parent, "title": text("T")})
    source = database["data_sources"][0]["id"]
    one = row(workspace, source)
    assert workspace.database(database["id"])["in_trash"] is False
    assert read(api, block["id"]) == ["T"]
    api.delete(f"/v1/blocks/{block['id']}")
    assert workspace.database(database["id"])["in_trash"] is reaches
    assert workspace.page(one)["in_trash"] is True


def test_a_page_is_changed_by_its_own_endpoint(api: Api, page: str) -> None:
    error = api.patch(f"/v1/blocks/{page}", {"child_page": {"title": "x"}}, 400)
    assert "change it by its own endpoint" in error["message"]
    assert api.patch(f"/v1/blocks/{page}", {"in_trash": True})["in_trash"] is True
    assert api.get(f"/v1/pages/{page}")["in_trash"] is True


@pytest.mark.parametrize("bumps", [False, True])
def test_whether_a_block_stamps_its_page_is_a_switch(clock: Clock, bumps: bool) -> None:
    workspace = Workspace(clock=clock, switches=Switches(block_edit_bumps_page=bumps))
    api = Api(workspace)
    page = row(workspace, create(workspace, "Things", {}), "One")
    (block,) = written(api, page, paragraph("x"))
    before = api.get(f"/v1/pages/{page}")["last_edited_time"]
    clock.pass_(minutes=5)
    api.patch(f"/v1/blocks/{block['id']}", paragraph("y"))
    assert api.get(f"/v1/blocks/{block['id']}")["last_edited_time"] > before
    assert (api.get(f"/v1/pages/{page}")["last_edited_time"] > before) is bumps


# ---- pages with contents


def test_a_page_is_created_with_its_blocks_or_not_at_all(api: Api, page: str) -> None:
    body: Json = {"parent": {"page_id": page}, "children": [paragraph("a"), paragraph("b")]}
    assert read(api, api.post("/v1/pages", body)["id"]) == ["a", "b"]
    api.post("/v1/pages", {**body, "children": [paragraph("a"), {"paragraph": {}}]}, 400)
    api.post("/v1/pages", {**body, "content": []}, 400)
    assert len(read(api, page)) == 1


def test_erasing_takes_everything_from_a_page(api: Api, page: str) -> None:
    (block,) = written(api, page, paragraph("a"))
    below = api.post("/v1/pages", {"parent": {"page_id": page}})["id"]
    api.post("/v1/databases", {"parent": {"page_id": page}})
    assert api.patch(f"/v1/pages/{page}", {"erase_content": False})["in_trash"] is False
    assert len(read(api, page)) == 3
    api.patch(f"/v1/pages/{page}", {"erase_content": True})
    assert read(api, page) == []
    assert api.get(f"/v1/blocks/{block['id']}")["in_trash"] is True
    assert api.get(f"/v1/pages/{below}")["in_trash"] is True
    api.patch(f"/v1/pages/{page}", {"erase_content": "yes"}, 400)
