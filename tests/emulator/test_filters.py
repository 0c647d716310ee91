"""Filters: the whole table of operators, against a plain reading of the same page."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion_emulator import Switches, Workspace
from tests.emulator.client import Api, Clock, create, row, text

Json = dict[str, Any]

WORDS = ("", "a", "A", "ab", "b c")
NAMES = ("red", "green", "blue")
DAYS = ("2026-11-20", "2026-11-21", "2026-11-22")
MOMENTS = ("2026-11-21T10:00:00Z", "2026-11-21T10:00:59+00:00", "2026-11-21T12:01:00+02:00")

pages = st.fixed_dictionaries(
    {},
    optional={
        "N": st.sampled_from([0, 1, 2, -1.5]).map(lambda one: {"number": one}),
        "T": st.sampled_from(WORDS).map(lambda one: {"rich_text": text(one)}),
        "S": st.sampled_from(NAMES).map(lambda one: {"select": {"name": one}}),
        "M": st.lists(st.sampled_from(NAMES), unique=True).map(
            lambda many: {"multi_select": [{"name": one} for one in many]}
        ),
        "C": st.booleans().map(lambda one: {"checkbox": one}),
        "D": st.sampled_from(DAYS + MOMENTS).map(lambda one: {"date": {"start": one}}),
    },
)


def leaf(name: str, kind: str, operators: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return operators.map(lambda condition: {"property": name, kind: condition})


def one_of(operators: tuple[str, ...], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    return st.tuples(st.sampled_from(operators), values).map(lambda pair: {pair[0]: pair[1]})


EMPTY = one_of(("is_empty", "is_not_empty"), st.just(True))
TEXT = ("equals", "does_not_equal", "contains", "does_not_contain", "starts_with", "ends_with")
COMPARE = (
    "equals",
    "does_not_equal",
    "greater_than",
    "less_than",
    "greater_than_or_equal_to",
    "less_than_or_equal_to",
)
DATE = ("equals", "before", "after", "on_or_before", "on_or_after")
EQUAL = ("equals", "does_not_equal")
CONTAIN = ("contains", "does_not_contain")
one_or_more = st.sampled_from(NAMES) | st.lists(st.sampled_from(NAMES), min_size=1)

leaves = st.one_of(
    leaf("N", "number", EMPTY | one_of(COMPARE, st.sampled_from([0, 1, 2]))),
    leaf("T", "rich_text", EMPTY | one_of(TEXT, st.sampled_from(WORDS))),
    leaf("S", "select", EMPTY | one_of(EQUAL, one_or_more)),
    leaf("M", "multi_select", EMPTY | one_of(CONTAIN, one_or_more)),
    leaf("C", "checkbox", one_of(EQUAL, st.booleans())),
    leaf("D", "date", EMPTY | one_of(DATE, st.sampled_from(DAYS + MOMENTS))),
)


def joined(members: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.tuples(st.sampled_from(["and", "or"]), st.lists(members, min_size=1, max_size=3)).map(
        lambda pair: {pair[0]: pair[1]}
    )


filters = leaves | joined(leaves | joined(leaves))


def minute(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def holds(page: Json, test: Json) -> Any:
    """Read a filter off the page as the API shows it, without any of the emulator's code."""
    if "and" in test:
        return all(holds(page, one) for one in test["and"])
    if "or" in test:
        return any(holds(page, one) for one in test["or"])
    name = test["property"]
    (kind,) = [key for key in test if key != "property"]
    ((operator, wanted),) = test[kind].items()
    value = page["properties"][name][kind]
    if kind == "rich_text":
        value = "".join(one["plain_text"] for one in value).lower() or None
        wanted = wanted.lower() if isinstance(wanted, str) else wanted
    elif kind == "select":
        value = value and value["name"]
    elif kind == "multi_select":
        value = [one["name"] for one in value]
    elif kind == "date":
        value = value and value["start"]
    if operator in {"is_empty", "is_not_empty"}:
        return (value is None or value == []) is (operator == "is_empty")
    if kind in {"select", "multi_select"}:
        many = wanted if isinstance(wanted, list) else [wanted]
        mine = value if isinstance(value, list) else [value]
        return any(one in many for one in mine) is (operator in {"equals", "contains"})
    if kind == "date":
        return value is not None and dated(operator, value, wanted)
    if kind == "rich_text":
        return worded(operator, value or "", wanted)
    if operator in EQUAL:
        return (value == wanted) is (operator == "equals")
    if value is None:
        return False
    return {
        "greater_than": value > wanted,
        "less_than": value < wanted,
        "greater_than_or_equal_to": value >= wanted,
        "less_than_or_equal_to": value <= wanted,
    }[operator]


def dated(operator: str, value: str, wanted: str) -> bool:
    mine, theirs = minute(value), minute(wanted)
    if len(wanted) == len("2026-11-22"):
        mine = mine.replace(hour=0, minute=0)
    return {
        "equals": mine == theirs,
        "before": mine < theirs,
        "after": mine > theirs,
        "on_or_before": mine <= theirs,
        "on_or_after": mine >= theirs,
    }[operator]


def worded(operator: str, value: str, wanted: str) -> bool:
    return {
        "equals": value == wanted,
        "does_not_equal": value != wanted,
        "contains": wanted in value,
        "does_not_contain": wanted not in value,
        "starts_with": value.startswith(wanted),
        "ends_with": value.endswith(wanted),
    }[operator]


SCHEMA: Json = {
    "N": {"number": {}},
    "T": {"rich_text": {}},
    "S": {"select": {"options": [{"name": one} for one in NAMES]}},
    "M": {"multi_select": {"options": [{"name": one} for one in NAMES]}},
    "C": {"checkbox": {}},
    "D": {"date": {}},
}


@settings(max_examples=150, deadline=None)
@given(st.lists(pages, min_size=1, max_size=8), filters)
def test_a_filter_finds_the_rows_that_it_describes(rows: list[Json], test: Json) -> None:
    workspace = Workspace(clock=Clock())
    source = create(workspace, "Things", SCHEMA)
    for one in rows:
        row(workspace, source, **one)
    everything = workspace.query(source)
    assert len(everything) == len(rows)
    found = workspace.query(source, {"filter": test})
    assert found == [page for page in everything if holds(page, test)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(pages, min_size=1, max_size=8),
    st.lists(
        st.tuples(st.sampled_from("NTSCD"), st.sampled_from(["ascending", "descending"])),
        min_size=1,
        max_size=3,
    ),
)
def test_a_sort_orders_by_its_first_key_and_keeps_every_row(
    rows: list[Json], sorts: list[tuple[str, str]]
) -> None:
    workspace = Workspace(clock=Clock())
    source = create(workspace, "Things", SCHEMA)
    ids = {row(workspace, source, **one) for one in rows}
    written = [{"property": name, "direction": direction} for name, direction in sorts]
    found = workspace.query(source, {"sorts": written})
    assert {one["id"] for one in found} == ids
    name, direction = sorts[0]
    keys = [key(page, name) for page in found]
    filled = [one for one in keys if one is not None]
    assert filled == sorted(filled, reverse=direction == "descending")
    gaps = keys[: len(keys) - len(filled)] if direction == "descending" else keys[len(filled) :]
    assert all(one is None for one in gaps)


def key(page: Json, name: str) -> Any:
    prop = page["properties"][name]
    value = prop[prop["type"]]
    match name:
        case "T":
            return "".join(one["plain_text"] for one in value).lower() or None
        case "S":
            return value and NAMES.index(value["name"])
        case "D":
            return value and minute(value["start"])
        case _:
            return value


# ---- what the property test leaves out


def test_relative_dates_follow_the_clock(api: Api, clock: Clock, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"D": {"date": {}}})
    for day in ("2026-10-22", "2026-11-15", "2026-11-22", "2026-11-29", "2027-11-22"):
        row(workspace, source, day, D={"date": {"start": day}})

    def found(**condition: Any) -> int:
        return len(api.query(source, {"filter": {"property": "D", "date": condition}})["results"])

    assert found(equals="today") == 1
    assert found(before="one_week_ago") == 1
    assert found(on_or_before="one_week_ago") == 2
    assert found(past_week={}) == 2
    assert found(past_month={}) == 3
    assert found(past_year={}) == 3
    assert found(next_week={}) == 2
    assert found(next_month={}) == 2
    assert found(next_year={}) == 3
    assert found(this_week={}) == 1
    clock.pass_(days=7)
    assert found(past_year={}) == 4


@pytest.mark.parametrize(("start", "expected"), [("monday", 1), ("sunday", 0)])
def test_a_week_begins_where_the_switch_says(clock: Clock, start: Any, expected: int) -> None:
    workspace = Workspace(clock=clock, switches=Switches(week_starts_on=start))
    source = create(workspace, "Things", {"D": {"date": {}}})
    row(workspace, source, D={"date": {"start": "2026-11-16"}})  # 22 November is a Sunday
    this_week = {"property": "D", "date": {"this_week": {}}}
    assert len(workspace.query(source, {"filter": this_week})) == expected


def test_a_stamp_is_compared_by_the_minute(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    row(workspace, source)

    def found(stamp: str, **condition: Any) -> int:
        body = {"filter": {"timestamp": stamp, stamp: condition}}
        return len(api.query(source, body)["results"])

    for stamp in ("created_time", "last_edited_time"):
        assert found(stamp, on_or_after="2026-11-22T10:04:59Z") == 1
        assert found(stamp, after="2026-11-22T10:04:00Z") == 0
        assert found(stamp, equals="2026-11-22T11:04:15+01:00") == 1
        assert found(stamp, is_empty=True) == 0


def test_a_status_group_stands_for_its_options(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"St": {"status": {}}})
    done = row(workspace, source, St={"status": {"name": "Done"}})
    row(workspace, source)
    for name in ("Done", "Complete"):
        test = {"property": "St", "status": {"equals": name}}
        assert [one["id"] for one in api.query(source, {"filter": test})["results"]] == [done]


def test_relations_people_and_files_are_filtered(api: Api, workspace: Workspace) -> None:
    person = workspace.add_person("Ada")
    other = create(workspace, "Others", {})
    target = row(workspace, other, "x")
    source = create(
        workspace,
        "Things",
        {
            "R": {"relation": {"data_source_id": other, "single_property": {}}},
            "P": {"people": {}},
            "F": {"files": {}},
        },
    )
    file = {"name": "a", "external": {"url": "https://example.org/a"}}
    page = row(
        workspace,
        source,
        R={"relation": [{"id": target}]},
        P={"people": [{"id": person}]},
        F={"files": [file]},
    )
    empty = row(workspace, source)

    def found(name: str, kind: str, **condition: Any) -> list[str]:
        test = {"property": name, kind: condition}
        return [one["id"] for one in api.query(source, {"filter": test})["results"]]

    assert found("R", "relation", contains=target) == [page]
    assert found("R", "relation", does_not_contain=target) == [empty]
    assert found("R", "relation", is_empty=True) == [empty]
    assert found("P", "people", contains=person) == [page]
    assert found("P", "people", contains="me") == []
    assert found("F", "files", is_not_empty=True) == [page]


def test_formulas_numbers_and_titles_are_filtered(api: Api, workspace: Workspace) -> None:
    source = create(
        workspace,
        "Things",
        {
            "N": {"number": {}},
            "No": {"unique_id": {}},
            "F": {"formula": {"expression": 'prop("N") + 1'}},
        },
    )
    page = row(workspace, source, "Abc", N={"number": 1})
    row(workspace, source, "x", N={"number": 2})
    tests: list[Json] = [
        {"property": "F", "formula": {"number": {"equals": 2}}},
        {"property": "No", "unique_id": {"less_than": 2}},
        {"property": "Name", "title": {"starts_with": "ab"}},
        {"property": "title", "rich_text": {"contains": "BC"}},
    ]
    for test in tests:
        assert [one["id"] for one in api.query(source, {"filter": test})["results"]] == [page]


LEAF: Json = {"property": "N", "number": {"equals": 1}}


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (
            {"property": "Nix", "number": {"equals": 1}},
            "Could not find property with name or id: Nix",
        ),
        ({"and": [{"or": [{"and": [LEAF]}]}]}, "nested at most two levels"),
        ({"property": "N", "checkbox": {"equals": True}}, "does not match filter checkbox"),
        ({"property": "N", "number": {"equals": "1"}}, "should be a number"),
        ({"property": "N", "number": {"is_empty": False}}, "should be `true`"),
        ({"property": "N", "number": {"contains": 1}}, "should be a number condition"),
    ],
)
def test_a_wrong_filter_is_refused(
    api: Api, workspace: Workspace, test: Json, message: str
) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}})
    error = api.query(source, {"filter": test}, 400)
    assert message in error["message"]


def test_two_levels_of_nesting_are_allowed(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}})
    row(workspace, source, "x", N={"number": 1})
    assert api.query(source, {"filter": {"and": [{"or": [LEAF]}, LEAF]}})["results"]


def test_a_filter_on_a_choice_that_is_not_there_answers_as_the_switch_says(clock: Clock) -> None:
    for switches, status in (
        (Switches(unknown_filter_option="empty"), 200),
        (Switches(unknown_filter_option="reject"), 400),
    ):
        workspace = Workspace(clock=clock, switches=switches)
        source = create(workspace, "Things", {"S": {"select": {}}})
        row(workspace, source, "x")
        test = {"property": "S", "select": {"equals": "nix"}}
        Api(workspace).query(source, {"filter": test}, status)
