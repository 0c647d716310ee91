"""Points that nobody knows for certain: both answers of each switch that no other test asks."""

from typing import Any

import pytest

from notion_emulator import Switches, Workspace
from tests.emulator.client import Api, Clock, create, row

Json = dict[str, Any]


def names(rows: list[Json]) -> list[str]:
    return [one["properties"]["Name"]["title"][0]["plain_text"] for one in rows]


@pytest.mark.parametrize(
    ("walks", "rest"), [("live", ["2", "0"]), ("frozen", ["3", "2", "1", "0"])]
)
def test_a_walk_follows_the_rows_or_stays_with_those_of_its_start(
    clock: Clock, walks: Any, rest: list[str]
) -> None:
    workspace = Workspace(clock=clock, switches=Switches(walks=walks))
    api = Api(workspace)
    source = create(workspace, "Things", {})
    ids = [row(workspace, source, str(one)) for one in range(6)]
    first = api.query(source, {"page_size": 2})
    assert names(first["results"]) == ["5", "4"]
    for gone in (1, 3):
        workspace.trash_page(ids[gone])
    row(workspace, source, "new")
    second = api.query(source, {"page_size": 3, "start_cursor": first["next_cursor"]})
    found = second["results"]
    if second["has_more"]:
        found += api.query(source, {"start_cursor": second["next_cursor"]})["results"]
    assert names(found) == rest
    api.query(source, {"start_cursor": first["next_cursor"]})  # a cursor may be used again


def test_a_frozen_walk_ends_at_the_cap_as_well(clock: Clock) -> None:
    workspace = Workspace(clock=clock, switches=Switches(walks="frozen"), row_cap=3)
    source = create(workspace, "Things", {})
    for one in range(5):
        row(workspace, source, str(one))
    assert names(Api(workspace).walk(source, size=2)) == ["4", "3", "2"]


@pytest.mark.parametrize(
    ("precision", "wanted", "found"),
    [
        ("minute", {"after": "2026-11-22T10:04:20Z"}, 0),
        ("exact", {"after": "2026-11-22T10:04:20Z"}, 1),
        ("minute", {"equals": "2026-11-22T10:04:00Z"}, 1),
        ("exact", {"equals": "2026-11-22T10:04:00Z"}, 0),
        ("exact", {"equals": "2026-11-22T10:04:30.250Z"}, 1),
        ("exact", {"on_or_before": "2026-11-22T10:04:30Z"}, 0),
        ("minute", {"on_or_before": "2026-11-22T10:04:30Z"}, 1),
        ("exact", {"equals": "2026-11-22"}, 1),
    ],
)
@pytest.mark.parametrize("stamp", ["created_time", "last_edited_time"])
def test_a_stamp_is_filtered_as_it_is_shown_or_as_it_is(
    clock: Clock, precision: Any, wanted: Json, found: int, stamp: str
) -> None:
    workspace = Workspace(clock=clock, switches=Switches(stamp_filter=precision))
    api = Api(workspace)
    source = create(workspace, "Things", {"At": {stamp: {}}})
    row(workspace, source, "One")
    for written in ({"timestamp": stamp, stamp: wanted}, {"property": "At", stamp: wanted}):
        assert len(api.query(source, {"filter": written})["results"]) == found


@pytest.mark.parametrize("days", [None, 30])
def test_a_page_in_the_trash_may_be_gone_for_good_after_a_while(
    clock: Clock, days: int | None
) -> None:
    workspace = Workspace(clock=clock, switches=Switches(trash_days=days))
    api = Api(workspace)
    page = workspace.create_page({"parent": {"workspace": True}})["id"]
    below = workspace.create_page({"parent": {"page_id": page}})["id"]
    workspace.trash_page(page)
    clock.pass_(days=29)
    for one in (page, below):
        assert api.get(f"/v1/pages/{one}")["in_trash"] is True
    clock.pass_(days=1)
    for one in (page, below):
        api.get(f"/v1/pages/{one}", 200 if days is None else 404)
        api.get(f"/v1/blocks/{one}", 200 if days is None else 404)
    listed = api.post("/v1/search", {"filter": {"in_trash": True}})["results"]
    assert len(listed) == (2 if days is None else 0)
    api.patch(f"/v1/pages/{page}", {"in_trash": False}, 200 if days is None else 404)


@pytest.mark.parametrize(("numbers", "kept"), [("double", 2**53), ("exact", 2**53 + 1)])
def test_a_big_number_is_a_double_or_stays_as_it_is(clock: Clock, numbers: Any, kept: int) -> None:
    workspace = Workspace(clock=clock, switches=Switches(big_numbers=numbers))
    source = create(workspace, "Things", {"N": {"number": {}}})
    page = workspace.page(row(workspace, source, "One", N={"number": 2**53 + 1}))
    assert page["properties"]["N"]["number"] == kept
    page = workspace.page(row(workspace, source, "Two", N={"number": 2**64}))
    assert page["properties"]["N"]["number"] == 2**64
