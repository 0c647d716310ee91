"""What stands below the properties of a page at the face."""

from __future__ import annotations

import re

import pytest

from notion_emulator import Workspace
from tests.emulator.client import Api, Json, create, row, text
from tests.emulator.face_client import Person, words

BLOCKS: tuple[tuple[Json, str], ...] = (
    ({"paragraph": {"rich_text": text("a text")}}, '<p class="">a text</p>'),
    ({"heading_1": {"rich_text": text("big")}}, '<h2 class="">big</h2>'),
    ({"heading_3": {"rich_text": text("small")}}, '<h4 class="">small</h4>'),
    ({"quote": {"rich_text": text("said"), "color": "red"}}, '<blockquote class="b-red">'),
    ({"code": {"rich_text": text("a < b"), "language": "python"}}, "<code>a &lt; b</code>"),
    ({"equation": {"expression": "e = mc^2"}}, "e = mc^2"),
    ({"divider": {}}, "<hr>"),
    ({"to_do": {"rich_text": text("done"), "checked": True}}, 'aria-label="Done" aria-checked'),
    ({"toggle": {"rich_text": text("more")}}, '<summary class="">more</summary>'),
    ({"bookmark": {"url": "https://example.org/a"}}, 'href="https://example.org/a"'),
    ({"embed": {"url": "javascript:alert(1)"}}, "<span>javascript:alert(1)</span>"),
    (
        {"image": {"type": "external", "external": {"url": "https://example.org/b.png"}}},
        "<span>b.png</span>",
    ),
    ({"table_of_contents": {}}, "table of contents"),
)  # fmt: skip


@pytest.fixture
def page(workspace: Workspace) -> str:
    return row(workspace, create(workspace, "Things", {}), "One")


@pytest.fixture
def person(workspace: Workspace) -> Person:
    workspace.add_person("Ada", "ada@example.org")
    return Person(workspace)


def body(person: Person, page: str) -> str:
    found = re.search(r'<section id="body".*?</section>', person.get(f"/pages/{page}"), re.DOTALL)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(("block", "shown"), BLOCKS)
def test_a_block_is_shown(api: Api, person: Person, page: str, block: Json, shown: str) -> None:
    api.patch(f"/v1/blocks/{page}/children", {"children": [block]})
    assert shown in body(person, page)


def test_lists_are_counted_and_stand_below_each_other(api: Api, person: Person, page: str) -> None:
    below = [{"bulleted_list_item": {"rich_text": text("inner")}}]
    items = [
        {"numbered_list_item": {"rich_text": text("one"), "children": below}},
        {"numbered_list_item": {"rich_text": text("two")}},
    ]
    api.patch(f"/v1/blocks/{page}/children", {"children": items})
    marks = re.findall(r"</?(?:ol|ul|li)", body(person, page))
    outer, inner = ["<li", "</li"], ["<ul", "<li", "</li", "</ul"]
    assert marks == ["<ol", "<li", *inner, "</li", *outer, "</ol"]


def test_a_table_has_its_rows_and_headers(api: Api, person: Person, page: str) -> None:
    rows = [{"table_row": {"cells": [text(one), text(other)]}} for one, other in ("ab", "cd")]
    table = {"table_width": 2, "has_column_header": True, "children": rows}
    api.patch(f"/v1/blocks/{page}/children", {"children": [{"table": table}]})
    assert re.findall(r"<(t[hd])>(.)<", body(person, page)) == [
        ("th", "a"),
        ("th", "b"),
        ("td", "c"),
        ("td", "d"),
    ]


def test_pages_and_databases_below_are_linked(api: Api, person: Person, page: str) -> None:
    inner = api.post("/v1/pages", {"parent": {"page_id": page}, "properties": {}})["id"]
    made = api.post("/v1/databases", {"parent": {"page_id": page}, "title": text("Inner")})
    found = body(person, page)
    assert f'href="/pages/{inner}"' in found
    assert f'href="/databases/{made["data_sources"][0]["id"]}"' in found


def test_comments_are_counted_with_who_and_when(
    workspace: Workspace, api: Api, person: Person, page: str
) -> None:
    assert "comment" not in words(person.get(f"/pages/{page}"))
    api.patch(f"/v1/blocks/{page}/children", {"children": [{"paragraph": {"rich_text": []}}]})
    (block,) = api.get(f"/v1/blocks/{page}/children")["results"]
    ada = person.workspace.state.users
    author = next(user.id for user in ada.values() if user.name == "Ada")
    workspace.comments.add({"parent": {"page_id": page}, "rich_text": text("why?")}, by=author)
    workspace.comments.add({"parent": {"block_id": block["id"]}, "rich_text": text("here")})
    said = words(person.get(f"/pages/{page}"))
    assert "2 comments" in said
    assert "A Ada 22 Nov 2026, 10:04 UTC why?" in said
    assert "22 Nov 2026, 10:04 UTC , on a block here" in said


def test_a_long_text_saved_on_its_page_comes_back_whole(
    person: Person, workspace: Workspace
) -> None:
    page = row(workspace, create(workspace, "Long", {"Notes": {"rich_text": {}}}), "One")
    path, long = person.cell(page, "Notes"), "word " * 100
    assert long.strip() not in person.post(path, {"value": long})
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
        "hx-current-url": f"http://127.0.0.1/pages/{page}",
    }
    answer = person.send("POST", path, content=f"value={long.replace(' ', '+')}", headers=headers)
    assert long.strip() in answer
