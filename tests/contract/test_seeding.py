"""What existed before a recording began is there when it is replayed."""

import json
from pathlib import Path
from typing import Any

from notion_emulator import Workspace
from tests.contract.recording import load
from tests.contract.replay import Scenario
from tests.contract.sightings import look

Json = dict[str, Any]

ROOT = "00000000-0000-4000-8000-000000000001"
PERSON = "00000000-0000-4000-8000-0000000000fa"
SOURCE = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
DATABASE = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
ROW = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
OTHER = "dddddddd-dddd-4ddd-8ddd-dddddddddddd"
USER = {"object": "user", "id": PERSON}
STAMPS = {
    "created_time": "2026-06-18T17:51:00.000Z",
    "last_edited_time": "2026-06-25T16:54:00.000Z",
    "created_by": USER,
    "last_edited_by": USER,
}


def _text(content: str) -> list[Json]:
    return [
        {
            "type": "text",
            "text": {"content": content, "link": None},
            "annotations": {},
            "plain_text": content,
            "href": None,
        }
    ]


def _row(page_id: str, **properties: Json) -> Json:
    return {
        "object": "page",
        "id": page_id,
        **STAMPS,
        "parent": {"type": "data_source_id", "data_source_id": SOURCE, "database_id": DATABASE},
        "in_trash": False,
        "properties": properties,
    }


def _seeded(folder: Path, *lines: Json) -> Workspace:
    path = folder / "made.jsonl"
    written = [{"src": "one", "version": "2026-03-11", "status": 200, **line} for line in lines]
    path.write_text("\n".join(json.dumps(one) for one in written), encoding="utf-8")
    recorded = load([path])["made/one"]
    own = look(recorded)
    scenario = Scenario("made/one", recorded, own, own)
    scenario.seeder.plant()
    assert scenario.seeder.notes == []
    return scenario.workspace


def _get(path: str, response: Json) -> Json:
    return {"method": "GET", "uri": f"https://api.notion.com/v1/{path}", "response": response}


def _query(*rows: Json) -> Json:
    return {
        "method": "POST",
        "uri": f"https://api.notion.com/v1/data_sources/{SOURCE}/query",
        "request": {},
        "response": {"object": "list", "results": list(rows)},
    }


def test_a_schema_that_nobody_saw_is_read_off_the_rows(tmp_path: Path) -> None:
    option = {"id": "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee", "name": "Done", "color": "green"}
    workspace = _seeded(
        tmp_path,
        _query(
            _row(
                ROW,
                Name={"id": "title", "type": "title", "title": _text("First")},
                Size={"id": "abcd", "type": "number", "number": 3},
                State={"id": "efgh", "type": "select", "select": option},
                No={"id": "ijkl", "type": "unique_id", "unique_id": {"prefix": "T", "number": 7}},
            )
        ),
    )
    page = workspace.page(ROW)
    assert page["properties"]["Size"] == {"id": "abcd", "type": "number", "number": 3}
    assert page["properties"]["State"]["select"] == option
    assert page["properties"]["No"]["unique_id"] == {"prefix": "T", "number": 7}
    assert page["last_edited_time"] == STAMPS["last_edited_time"]
    assert page["created_by"]["id"] == PERSON


def test_rows_stand_in_the_order_in_which_they_were_listed(tmp_path: Path) -> None:
    name = {"id": "title", "type": "title", "title": []}
    workspace = _seeded(tmp_path, _query(_row(OTHER, Name=name), _row(ROW, Name=name)))
    assert [one["id"] for one in workspace.query(SOURCE)] == [OTHER, ROW]


def test_a_two_way_relation_keeps_the_ids_of_both_sides(tmp_path: Path) -> None:
    def relation(name: str, raw: str, mirror: str, mirror_raw: str) -> Json:
        return {
            "id": raw,
            "name": name,
            "type": "relation",
            "relation": {
                "data_source_id": SOURCE,
                "database_id": DATABASE,
                "type": "dual_property",
                "dual_property": {
                    "synced_property_name": mirror,
                    "synced_property_id": mirror_raw,
                },
            },
        }

    source = {
        "object": "data_source",
        "id": SOURCE,
        **STAMPS,
        "title": _text("Tasks"),
        "parent": {"type": "database_id", "database_id": DATABASE},
        "database_parent": {"type": "page_id", "page_id": ROOT},
        "properties": {
            "Up": relation("Up", "v_%5D%3C", "Down", "iywx"),
            "Down": relation("Down", "iywx", "Up", "v_%5D%3C"),
            "Press": {"id": "ImzP", "name": "Press", "type": "button", "button": {}},
            "Name": {"id": "title", "name": "Name", "type": "title", "title": {}},
        },
        "in_trash": False,
    }
    ids = {"id": "iywx", "type": "relation", "relation": [{"id": OTHER}], "has_more": False}
    name = {"id": "title", "type": "title", "title": []}
    workspace = _seeded(
        tmp_path, _get(f"data_sources/{SOURCE}", source), _query(_row(ROW, Name=name, Down=ids))
    )
    shown = workspace.data_source(SOURCE)["properties"]
    assert {key: one["id"] for key, one in shown.items()} == {
        "Up": "v_%5D%3C",
        "Down": "iywx",
        "Press": "ImzP",
        "Name": "title",
    }
    assert shown["Up"]["relation"]["dual_property"]["synced_property_name"] == "Down"
    assert workspace.page(OTHER)["properties"]["Up"]["relation"] == [{"id": ROW}]


def test_pages_of_which_nobody_says_where_they_are_can_be_related_to(tmp_path: Path) -> None:
    ids = {"id": "iywx", "type": "relation", "relation": [{"id": OTHER}], "has_more": False}
    name = {"id": "title", "type": "title", "title": []}
    workspace = _seeded(tmp_path, _query(_row(ROW, Name=name, Owner=ids)))
    assert workspace.page(ROW)["properties"]["Owner"] == ids


def test_what_a_request_put_into_the_trash_was_not_there_before(tmp_path: Path) -> None:
    page = {
        "object": "page",
        "id": ROW,
        **STAMPS,
        "parent": {"type": "workspace", "workspace": True},
        "in_trash": True,
        "properties": {"title": {"id": "title", "type": "title", "title": _text("Gone")}},
    }
    patch = {
        "method": "PATCH",
        "uri": f"https://api.notion.com/v1/pages/{ROW}",
        "request": {"in_trash": True},
        "response": page,
    }
    assert _seeded(tmp_path, patch).page(ROW)["in_trash"] is False
    assert _seeded(tmp_path, _get(f"pages/{ROW}", page)).page(ROW)["in_trash"] is True


def test_blocks_and_pages_stand_in_the_order_in_which_they_were_read(tmp_path: Path) -> None:
    below = {**STAMPS, "parent": {"type": "page_id", "page_id": ROOT}, "in_trash": False}
    workspace = _seeded(
        tmp_path,
        _get(
            f"blocks/{ROOT}/children",
            {
                "object": "list",
                "results": [
                    {"object": "block", "id": SOURCE, **below, "type": "divider", "divider": {}},
                    {
                        "object": "block",
                        "id": ROW,
                        **below,
                        "type": "child_page",
                        "child_page": {"title": "Inside"},
                    },
                    {
                        "object": "block",
                        "id": OTHER,
                        **below,
                        "type": "unsupported",
                        "unsupported": {},
                    },
                ],
            },
        ),
    )
    kinds = [workspace.bodies.json(one)["type"] for one in workspace.bodies.children(ROOT)]
    assert kinds == ["divider", "child_page", "unsupported"]
    assert workspace.state.title_of(workspace.state.pages[ROW]) == "Inside"


def test_a_refusal_that_tells_what_an_id_stands_for_is_believed(tmp_path: Path) -> None:
    error = {
        "method": "GET",
        "uri": f"https://api.notion.com/v1/pages/{DATABASE}",
        "status": 400,
        "response": {
            "object": "error",
            "status": 400,
            "code": "validation_error",
            "message": f"Provided ID {DATABASE} is a database, not a page. "
            "Use the retrieve database API instead.",
        },
    }
    assert _seeded(tmp_path, error).database(DATABASE)["id"] == DATABASE
