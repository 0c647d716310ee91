"""Queries agree with a plain reading of the pages: every family of filters, every sort.

And a walk by creation is a true one, whatever people do between its pages.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from notion_emulator import Workspace
from tests.emulator.client import Clock, create, text, titled
from tests.emulator.naive import NAMED, PERIODS, Look, holds, in_order

Json = dict[str, Any]

WORDS = ("", "a", "A", "ab", "b c", "Ä")
NAMES = ("red", "green", "blue")
STATUSES = ("Not started", "In progress", "Done")
NUMBERS = (0, 1, 2, -1.5)
DAYS = (
    *("2025-11-21", "2025-11-22", "2026-10-21", "2026-10-22", "2026-11-14", "2026-11-15"),
    *("2026-11-16", "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-29", "2026-11-30"),
    *("2026-12-22", "2026-12-23", "2027-11-22", "2027-11-23"),
)
MOMENTS = ("2026-11-21T10:00:00Z", "2026-11-21T10:00:59+00:00", "2026-11-22T01:01:00+02:00")
PEOPLE = tuple(f"00000000-0000-4000-8000-00000000000{one}" for one in (1, 2))
TARGETS = tuple(f"00000000-0000-4000-8000-00000000010{one}" for one in (1, 2, 3))
INSTANTS = tuple(
    datetime(2026, 11, 21, 9, 59, 30, tzinfo=UTC) + timedelta(seconds=20 * one) for one in range(8)
)

SCHEMA: Json = {
    "T": {"rich_text": {}},
    "U": {"url": {}},
    "E": {"email": {}},
    "Ph": {"phone_number": {}},
    "N": {"number": {}},
    "K": {"unique_id": {}},
    "C": {"checkbox": {}},
    "S": {"select": {"options": [{"name": one} for one in NAMES]}},
    "M": {"multi_select": {"options": [{"name": one} for one in NAMES]}},
    "St": {"status": {}},
    "D": {"date": {}},
    "P": {"people": {}},
    "F": {"files": {}},
    "Made": {"created_time": {}},
    "Edited": {"last_edited_time": {}},
    "Maker": {"created_by": {}},
    "Editor": {"last_edited_by": {}},
    "Fs": {"formula": {"expression": 'prop("T") + prop("Name")'}},
    "Fn": {"formula": {"expression": 'prop("N") * 2'}},
    "Fc": {"formula": {"expression": 'prop("C") and prop("N") > 0'}},
    "Fd": {"formula": {"expression": 'prop("D")'}},
}
ROLLUPS = {"Rn": ("Rank", "sum"), "Rd": ("Day", "earliest_date"), "Ra": ("Name", "show_original")}
OPTIONS = {"S": list(NAMES), "M": list(NAMES), "St": list(STATUSES)}


def some(values: tuple[Any, ...], shape: Callable[[Any], Json]) -> st.SearchStrategy[Json]:
    return st.sampled_from(values).map(shape)


def several(values: tuple[str, ...], kind: str, key: str, most: int = 3) -> st.SearchStrategy[Json]:
    return st.lists(st.sampled_from(values), unique=True, max_size=most).map(
        lambda many: {kind: [{key: one} for one in many]}
    )


FILE = {"name": "f", "external": {"url": "https://example.org/f"}}
values = st.fixed_dictionaries(
    {"Name": st.sampled_from(WORDS).map(titled)},
    optional={
        "T": some(WORDS, lambda one: {"rich_text": text(one)}),
        "U": some(WORDS[1:], lambda one: {"url": one}),
        "E": some(WORDS[1:], lambda one: {"email": one}),
        "Ph": some(WORDS[1:], lambda one: {"phone_number": one}),
        "N": some(NUMBERS, lambda one: {"number": one}),
        "C": some((True, False), lambda one: {"checkbox": one}),
        "S": some(NAMES, lambda one: {"select": {"name": one}}),
        "M": several(NAMES, "multi_select", "name"),
        "St": some(STATUSES, lambda one: {"status": {"name": one}}),
        "D": some(DAYS + MOMENTS, lambda one: {"date": {"start": one}}),
        "P": several(PEOPLE, "people", "id", 2),
        "F": some(([], [FILE]), lambda one: {"files": one}),
        "R": several(TARGETS, "relation", "id"),
    },
)


@dataclass(frozen=True)
class Draft:
    """A row to be made: its values, who made it when, who edited it how much later."""

    values: Json
    at: datetime
    by: str
    editor: str
    later: int


drafts = st.lists(
    st.builds(
        Draft,
        values,
        st.sampled_from(INSTANTS),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=9,
)


def build(rows: list[Draft]) -> tuple[Workspace, str, Look]:
    """Make a workspace with these rows; the order of creation is not that of the list."""
    workspace = Workspace(clock=Clock())
    for name, person in zip(("Ada", "Grace"), PEOPLE, strict=True):
        workspace.add_person(name, id=person)
    other = create(workspace, "Targets", {"Rank": {"number": {}}, "Day": {"date": {}}})
    for rank, target in enumerate(TARGETS):
        written: Json = {"Name": titled(WORDS[rank])}
        if rank:
            written |= {"Rank": {"number": rank}, "Day": {"date": {"start": DAYS[-rank]}}}
        workspace.create_page(
            {"parent": {"data_source_id": other}, "properties": written}, id=target
        )
    relation = {"R": {"relation": {"data_source_id": other, "single_property": {}}}}
    rollups = {
        name: {
            "rollup": {
                "relation_property_name": "R",
                "rollup_property_name": column,
                "function": function,
            }
        }
        for name, (column, function) in ROLLUPS.items()
    }
    source = create(workspace, "Things", {**SCHEMA, **relation, **rollups})
    for one in rows:
        page = workspace.create_page(
            {"parent": {"data_source_id": source}, "properties": one.values}, at=one.at, by=one.by
        )
        if one.later:
            edit = {"properties": {"C": one.values.get("C", {"checkbox": False})}}
            after = one.at + timedelta(seconds=40 * one.later)
            workspace.update_page(page["id"], edit, at=after, by=one.editor)
    return workspace, source, workspace.page


def ask(operators: tuple[str, ...], wanted: Iterable[Any]) -> list[Json]:
    return [{operator: one} for operator, one in product(operators, wanted)]


EQUAL, CONTAIN = ("equals", "does_not_equal"), ("contains", "does_not_contain")
COMPARE = ("greater_than", "less_than", "greater_than_or_equal_to", "less_than_or_equal_to")
ORDER = ("equals", "before", "after", "on_or_before", "on_or_after")
empty = ask(("is_empty", "is_not_empty"), [True])
words = empty + ask((*EQUAL, *CONTAIN, "starts_with", "ends_with"), WORDS)
numbers = empty + ask((*EQUAL, *COMPARE), [*NUMBERS, 3, 4])
checks = ask(EQUAL, [True, False])
dates = empty + ask(ORDER, [*DAYS, *MOMENTS, *NAMED]) + ask(tuple(PERIODS), [{}])
stamps = ask(ORDER, [one.isoformat() for one in INSTANTS]) + dates


def choices(names: tuple[str, ...]) -> list[Any]:
    return [*names, *([*names[:at], names[-1]] for at in range(len(names)))]


def inside(key: str, conditions: list[Json]) -> list[Json]:
    return [{key: one} for one in conditions]


people = empty + ask(CONTAIN, [*PEOPLE, "me"])
FAMILIES: list[tuple[str, str, list[Json]]] = [
    ("Name", "title", words),
    ("T", "rich_text", words),
    ("U", "url", words),
    ("E", "email", words),
    ("Ph", "phone_number", words),
    ("N", "number", numbers),
    ("K", "unique_id", numbers),
    ("C", "checkbox", checks),
    ("S", "select", empty + ask(EQUAL, choices(NAMES))),
    ("M", "multi_select", empty + ask(CONTAIN, choices(NAMES))),
    ("St", "status", empty + ask(EQUAL, choices((*STATUSES, "To-do", "Complete")))),
    ("D", "date", dates),
    ("P", "people", people),
    ("Maker", "created_by", people),
    ("Editor", "last_edited_by", people),
    ("F", "files", empty),
    ("R", "relation", empty + ask(CONTAIN, TARGETS)),
    ("Made", "created_time", stamps),
    ("Edited", "last_edited_time", stamps),
    ("Fs", "formula", inside("string", words)),
    ("Fn", "formula", inside("number", numbers)),
    ("Fc", "formula", inside("checkbox", checks)),
    ("Fd", "formula", inside("date", dates)),
    ("Rn", "rollup", inside("number", numbers)),
    ("Rd", "rollup", inside("date", dates)),
    *(
        ("Ra", "rollup", inside(how, inside("rich_text", words)))
        for how in ("any", "every", "none")
    ),
]
LEAVES: list[Json] = [
    *(
        {"property": name, kind: condition}
        for name, kind, conditions in FAMILIES
        for condition in conditions
    ),
    *(
        {"timestamp": stamp, stamp: condition}
        for stamp in ("created_time", "last_edited_time")
        for condition in stamps
    ),
]


def of_every_sort() -> list[Draft]:
    """Return rows in which each value of each property stands, and no value."""
    chosen: dict[str, list[Json]] = {
        "T": [{"rich_text": text(one)} for one in WORDS],
        "U": [{"url": one} for one in WORDS[1:]],
        "E": [{"email": one} for one in WORDS[1:]],
        "Ph": [{"phone_number": one} for one in WORDS[1:]],
        "N": [{"number": one} for one in NUMBERS],
        "C": [{"checkbox": True}, {"checkbox": False}],
        "S": [{"select": {"name": one}} for one in NAMES],
        "M": [{"multi_select": [{"name": one} for one in NAMES[:at]]} for at in range(4)],
        "St": [{"status": {"name": one}} for one in STATUSES],
        "D": [{"date": {"start": one}} for one in (*DAYS, *MOMENTS)],
        "P": [{"people": [{"id": one} for one in PEOPLE[:at]]} for at in range(3)],
        "F": [{"files": []}, {"files": [FILE]}],
        "R": [{"relation": [{"id": one} for one in TARGETS[at:]]} for at in range(4)],
    }
    rows = []
    for at in range(max(map(len, chosen.values())) + 1):
        filled = {name: many[at] for name, many in chosen.items() if at < len(many)}
        written = {"Name": titled(WORDS[at % len(WORDS)]), **filled}
        instant = INSTANTS[at % len(INSTANTS)]
        rows.append(Draft(written, instant, PEOPLE[at % 2], PEOPLE[at // 2 % 2], at % 4))
    return rows


def joined(members: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.tuples(st.sampled_from(["and", "or"]), st.lists(members, min_size=1, max_size=3)).map(
        lambda pair: {pair[0]: pair[1]}
    )


single = st.sampled_from(LEAVES)
filters = single | joined(single | joined(single))


def test_every_condition_of_every_family_finds_what_a_plain_reading_finds() -> None:
    workspace, source, look = build(of_every_sort())
    everything = workspace.query(source)
    found = set()
    for test in LEAVES:
        ids = [one["id"] for one in workspace.query(source, {"filter": test})]
        assert ids == [one["id"] for one in everything if holds(one, test, look)], test
        found.add(len(ids))
    assert len(LEAVES) > 900
    assert len(found) > len(everything) // 2


@settings(max_examples=200)
@given(drafts, st.lists(filters, min_size=1, max_size=4))
def test_joined_filters_find_what_a_plain_reading_finds(
    rows: list[Draft], tests: list[Json]
) -> None:
    workspace, source, look = build(rows)
    everything = workspace.query(source)
    assert len(everything) == len(rows)
    for test in tests:
        found = [one["id"] for one in workspace.query(source, {"filter": test})]
        assert found == [one["id"] for one in everything if holds(one, test, look)], test


SORTABLE = (
    "Name",
    "T",
    "U",
    "N",
    "K",
    "C",
    "S",
    "M",
    "St",
    "D",
    "Made",
    "Edited",
    "Fs",
    "Fn",
    "Rn",
)
direction = st.sampled_from(["ascending", "descending"])
sorts = st.lists(
    st.builds(
        lambda name, way: {"property": name, "direction": way}, st.sampled_from(SORTABLE), direction
    )
    | st.builds(
        lambda name, way: {"timestamp": name, "direction": way},
        st.sampled_from(["created_time", "last_edited_time"]),
        direction,
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=200)
@given(drafts, sorts, st.none() | filters)
def test_every_sort_by_several_keys_orders_as_a_plain_reading(
    rows: list[Draft], written: list[Json], test: Json | None
) -> None:
    workspace, source, look = build(rows)
    wanted = {
        one["id"] for one in workspace.query(source) if test is None or holds(one, test, look)
    }
    body: Json = {"sorts": written} if test is None else {"sorts": written, "filter": test}
    found = workspace.query(source, body)
    assert len(found) == len(wanted)
    assert {one["id"] for one in found} == wanted
    for first, second in pairwise(found):
        assert in_order(first, second, written, OPTIONS)


# ---- walks while people work


@dataclass(frozen=True)
class Deed:
    """What somebody does between two pages: to which row, and how much later."""

    what: str
    which: int
    seconds: int


deeds = st.lists(
    st.builds(
        Deed,
        st.sampled_from(["insert", "trash", "restore", "edit", "insert old"]),
        st.integers(0, 30),
        st.sampled_from([0, 10, 70]),
    ),
    max_size=12,
)


def do(workspace: Workspace, source: str, clock: Clock, deed: Deed, rows: list[str]) -> None:
    """Do a deed; a new row is added to the list."""
    clock.pass_(seconds=deed.seconds)
    page = rows[deed.which % len(rows)]
    match deed.what:
        case "insert" | "insert old":
            # An import may give rows the time of long ago.
            at = INSTANTS[deed.which % len(INSTANTS)] if deed.what == "insert old" else None
            body: Json = {"parent": {"data_source_id": source}, "properties": {}}
            rows.append(workspace.create_page(body, at=at)["id"])
        case "trash":
            workspace.trash_page(page)
        case "restore":
            workspace.restore_page(page)
        case _ if not workspace.page(page)["in_trash"]:
            workspace.update_page(page, {"properties": {"N": {"number": deed.which}}})
        case _:
            pass


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(INSTANTS), min_size=1, max_size=25),
    deeds,
    st.integers(1, 7),
    st.sampled_from(["ascending", "descending"]),
)
def test_a_walk_by_creation_misses_and_doubles_no_row_that_was_there_throughout(
    instants: list[datetime], work: list[Deed], size: int, way: str
) -> None:
    clock = Clock()
    workspace = Workspace(clock=clock)
    source = create(workspace, "Things", {"N": {"number": {}}})
    bare: Json = {"parent": {"data_source_id": source}, "properties": {}}
    rows = [str(workspace.create_page(bare, at=one)["id"]) for one in instants]
    throughout = set(rows)
    body: Json = {"sorts": [{"timestamp": "created_time", "direction": way}], "page_size": size}
    found: list[str] = []
    todo = list(work)
    while True:
        answer = workspace.queries.run(workspace.state.source(source), body)
        found += [page.id for page in answer.pages]
        if answer.next_cursor is None:
            break
        body["start_cursor"] = answer.next_cursor
        for deed in todo[:3]:
            if deed.what == "trash":
                throughout.discard(rows[deed.which % len(rows)])
            do(workspace, source, clock, deed, rows)
        del todo[:3]
    assert len(found) == len(set(found))
    assert throughout <= set(found)
