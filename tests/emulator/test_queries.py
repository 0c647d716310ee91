"""Queries: order, pages of results, cursors and the cap."""

from typing import Any

import pytest

from notion_emulator import Switches, Workspace
from tests.emulator.client import Api, Clock, create, row, text, titled

Json = dict[str, Any]


def names(rows: list[Json]) -> list[str]:
    return [
        "".join(one["plain_text"] for one in page["properties"]["Name"]["title"]) for page in rows
    ]


def sorted_by(**sort: str) -> Json:
    return {"sorts": [sort]}


def test_without_sorts_the_newest_comes_first(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    for name in "abc":
        row(workspace, source, name)
    assert names(api.query(source)["results"]) == ["c", "b", "a"]


def test_a_list_looks_as_recorded(api: Api, workspace: Workspace) -> None:
    answer = api.query(create(workspace, "Things", {}))
    assert list(answer) == [
        "object",
        "results",
        "next_cursor",
        "has_more",
        "type",
        "page_or_data_source",
        "request_id",
    ]


def test_a_walk_gives_every_row_once(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}})
    ids = [row(workspace, source, str(one), N={"number": one % 3}) for one in range(23)]
    bodies: list[Json] = [
        {},
        sorted_by(timestamp="created_time", direction="ascending"),
        sorted_by(timestamp="last_edited_time", direction="descending"),
        sorted_by(property="N", direction="ascending"),
        {
            "filter": {
                "timestamp": "last_edited_time",
                "last_edited_time": {"on_or_after": "2026-01-01"},
            }
        },
    ]
    for body in bodies:
        found = [one["id"] for one in api.walk(source, body, size=5)]
        assert sorted(found) == sorted(ids)
        assert found == [one["id"] for one in api.walk(source, body)]


def test_a_cursor_names_its_session_and_the_first_row_to_come(
    api: Api, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {})
    first = row(workspace, source, "first")
    row(workspace, source, "second")
    answer = api.query(source, {"page_size": 1})
    kind, session, following = answer["next_cursor"].split(":")
    assert (kind, len(session), following) == ("s", 36, first)
    assert names(api.query(source, {"start_cursor": first})["results"]) == ["first"]


@pytest.mark.parametrize("cursor", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_cursor_that_leads_nowhere_is_refused(
    api: Api, workspace: Workspace, cursor: str
) -> None:
    source = create(workspace, "Things", {})
    error = api.query(source, {"start_cursor": cursor}, 400)
    assert error["code"] == "validation_error"
    assert error["message"] == f"The start_cursor provided is invalid: {cursor}"


def test_cursors_can_be_made_to_expire(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    for name in "ab":
        row(workspace, source, name)
    cursor = api.query(source, {"page_size": 1})["next_cursor"]
    workspace.expire_cursors()
    api.query(source, {"start_cursor": cursor}, 400)


def test_rows_that_come_and_go_during_a_walk_do_not_disturb_it(
    api: Api, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {})
    ids = [row(workspace, source, str(one)) for one in range(6)]
    first = api.query(source, {"page_size": 2})
    assert names(first["results"]) == ["5", "4"]
    workspace.trash_page(ids[3])  # the row that the cursor names
    row(workspace, source, "new")
    second = api.query(source, {"start_cursor": first["next_cursor"]})
    assert names(second["results"]) == ["2", "1", "0"]


def test_a_walk_by_last_edit_can_miss_a_row_that_moves(
    api: Api, clock: Clock, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {})
    ids = [row(workspace, source, str(one)) for one in range(4)]
    clock.pass_(minutes=1)
    body: Json = sorted_by(timestamp="last_edited_time", direction="descending")
    first = api.query(source, {**body, "page_size": 2})
    workspace.update_page(ids[0], {"properties": {"Name": titled("moved")}})
    rest = api.query(source, {**body, "start_cursor": first["next_cursor"]})
    assert "moved" not in names(first["results"] + rest["results"])


def test_a_query_that_matches_too_much_says_so_on_every_page(clock: Clock) -> None:
    workspace = Workspace(clock=clock, row_cap=5)
    api = Api(workspace)
    source = create(workspace, "Things", {"N": {"number": {}}})
    for one in range(7):
        row(workspace, source, str(one), N={"number": one})
    incomplete = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
    first = api.query(source, {"page_size": 3})
    second = api.query(source, {"page_size": 3, "start_cursor": first["next_cursor"]})
    assert [len(one["results"]) for one in (first, second)] == [3, 2]
    assert first["request_status"] == second["request_status"] == incomplete
    assert (second["has_more"], second["next_cursor"]) == (False, None)
    few = {"filter": {"property": "N", "number": {"less_than": 5}}}
    assert "request_status" not in api.query(source, few)
    assert len(api.walk(source, few, size=2)) == 5


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"page_size": 101}, "body.page_size"),
        ({"page_size": -1}, "body.page_size"),
        ({"page_size": 1.5}, "body.page_size"),
        ({"page_size": "10"}, "body.page_size"),
        ({"page_size": True}, "body.page_size"),
        ({"start_cursor": None}, "body.start_cursor"),
        ({"in_trash": True}, "body.in_trash"),
        ({"nonsense": 1}, "body.nonsense"),
    ],
)
def test_a_wrong_query_is_refused(api: Api, workspace: Workspace, body: Json, path: str) -> None:
    message = api.query(create(workspace, "Things", {}), body, 400)["message"]
    assert message.startswith(f"body failed validation: {path} should be ")


def test_a_cursor_of_null_can_be_taken_as_none(clock: Clock) -> None:
    workspace = Workspace(clock=clock, switches=Switches(null_start_cursor="ignore"))
    Api(workspace).query(create(workspace, "Things", {}), {"start_cursor": None})


def test_rows_are_sorted_by_what_a_property_means(api: Api, workspace: Workspace) -> None:
    options = [{"name": name} for name in ("low", "high", "mid")]
    source = create(
        workspace, "Things", {"S": {"select": {"options": options}}, "N": {"number": {}}}
    )
    row(workspace, source, "b", S={"select": {"name": "mid"}}, N={"number": 10})
    row(workspace, source, "c", S={"select": {"name": "low"}}, N={"number": 9})
    row(workspace, source, "a", S={"select": {"name": "high"}}, N={"number": 10})
    row(workspace, source, "empty")

    def order(*sorts: Json) -> str:
        return "".join(
            one[0] for one in names(api.query(source, {"sorts": list(sorts)})["results"])
        )

    up, down = {"direction": "ascending"}, {"direction": "descending"}
    assert order({"property": "Name", **up}) == "abce"
    assert order({"property": "S", **up}) == "cabe"
    assert order({"property": "S", **down}) == "ebac"
    assert order({"property": "N", **up}, {"property": "Name", **down}) == "cbae"


def test_empty_values_can_be_last_in_both_directions(clock: Clock) -> None:
    workspace = Workspace(clock=clock, switches=Switches(empty_sorts="always_last"))
    source = create(workspace, "Things", {"N": {"number": {}}})
    row(workspace, source, "one", N={"number": 1})
    row(workspace, source, "empty")
    for direction in ("ascending", "descending"):
        found = workspace.query(source, sorted_by(property="N", direction=direction))
        assert names(found) == ["one", "empty"]


def test_only_the_wanted_properties_are_shown(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}, "T": {"rich_text": {}}})
    page = row(workspace, source, "One")
    encoded = api.get(f"/v1/data_sources/{source}")["properties"]["N"]["id"]
    for query in (
        f"filter_properties={encoded}&filter_properties=title",
        "filter_properties[]=N&filter_properties[]=Name",
    ):
        path = f"/v1/data_sources/{source}/query?{query}"
        assert api.post(path, {})["results"][0]["properties"].keys() == {"N", "Name"}
        assert api.get(f"/v1/pages/{page}?{query}")["properties"].keys() == {"N", "Name"}
        assert api.patch(f"/v1/pages/{page}?{query}", {})["properties"].keys() == {"N", "Name"}
        body = {"parent": {"data_source_id": source}}
        assert api.post(f"/v1/pages?{query}", body)["properties"].keys() == {"N", "Name"}


# ---- search


def test_search_finds_by_title_and_kind(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Red things", {})
    page = row(workspace, source, "red one")
    row(workspace, source, "blue one")

    def found(**body: Any) -> list[str]:
        return [one["id"] for one in api.post("/v1/search", body)["results"]]

    only = {"property": "object", "value": "page"}
    assert set(found(query="RED")) == {source, page}
    assert found(query="red", filter=only) == [page]
    assert found(query="red", filter={"property": "object", "value": "data_source"}) == [source]
    workspace.trash_page(page)
    assert found(query="red", filter=only) == []
    assert found(filter={"in_trash": True}) == [page]
    workspace.restore_page(page)
    workspace.unshare(page)
    assert found(query="red", filter=only) == []


def test_search_is_sorted_by_last_edit_and_paged(
    api: Api, clock: Clock, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {})
    ids = []
    for name in "abc":
        clock.pass_(minutes=1)
        ids.append(row(workspace, source, name))
    for direction, expected in (("ascending", ids), ("descending", ids[::-1])):
        body: Json = {
            "sort": {"timestamp": "last_edited_time", "direction": direction},
            "filter": {"property": "object", "value": "page"},
            "page_size": 2,
        }
        first = api.post("/v1/search", body)
        rest = api.post("/v1/search", {**body, "start_cursor": first["next_cursor"]})
        found = [one["id"] for part in (first, rest) for one in part["results"]]
        assert found == expected


def test_search_may_lag_behind(clock: Clock) -> None:
    workspace = Workspace(clock=clock, switches=Switches(search_lag_seconds=5))
    api = Api(workspace)
    row(workspace, create(workspace, "Things", {}), "one")
    assert api.post("/v1/search", {"query": "one"})["results"] == []
    clock.pass_(seconds=6)
    assert len(api.post("/v1/search", {"query": "one"})["results"]) == 1


def test_a_data_source_with_many_pages_of_text_is_walked_whole(
    api: Api, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {"T": {"rich_text": {}}})
    for one in range(205):
        row(workspace, source, str(one), T={"rich_text": text("é🐍" * one)})
    assert len(api.walk(source)) == 205


def test_a_full_data_source_takes_no_more_rows(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    row(workspace, source, "One")
    workspace.state.row_limit = 1
    body = {"parent": {"data_source_id": source}}
    assert api.post("/v1/pages", body, 409)["code"] == "row_limit_exceeded"
    assert names(api.query(source)["results"]) == ["One"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"status": "none"}, 1),
        ({"status": "verified"}, 0),
        ({"does_not_equal": "verified"}, 1),
        ({"does_not_equal": "none"}, 0),
    ],
)
def test_nothing_is_verified(api: Api, workspace: Workspace, condition: Json, found: int) -> None:
    source = create(workspace, "Things", {})
    workspace.add_property(source, "Seal", {"type": "verification"}, id="verification")
    row(workspace, source, "One")
    written = {"property": "Seal", "verification": condition}
    assert len(api.query(source, {"filter": written})["results"]) == found
    wrong = {"property": "Seal", "verification": {"status": "sealed"}}
    api.query(source, {"filter": wrong}, 400)
