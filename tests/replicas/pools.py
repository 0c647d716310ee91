"""What random work draws from: names, values of every sort, and columns as people write them.

Rule: of each sort what is empty, what is plain, and what has tripped something up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from accord.core.values import File, Json, Kind, Opaque, Span, Text, Value, canonical_json
from tests.store.store import page

NAMES = {"things": ("a", "b", "c", "d", "e"), "shelves": ("s", "t", "u", "a")}
LINK_TABLES = {"things_parts": ("things", "things"), "shelves_best": ("shelves", "things")}
BOLD = canonical_json(
    [{"type": "text", "text": {"content": "Bold"}, "annotations": {"bold": True}}]
)
TEXTS: tuple[Text | None, ...] = (
    None,
    Text("Ann"),
    Text("Bold", BOLD),
    Text("Łódź ☕"),
    Text("{}"),
)
VALUES: Mapping[Kind, tuple[Value, ...]] = {
    Kind.TEXT: (*TEXTS, Text("a NUL \0 inside")),
    Kind.STRING: (None, "https://example.org"),
    Kind.OPTION: (None, "New", "Old"),
    Kind.OPTIONS: ((), ("x",), ("y", "x")),
    Kind.NUMBER: (None, 0.0, 0.5, 7.25, 1e300),
    Kind.DATE: (
        None,
        Span("2026-03-01"),
        Span("2026-03-01", "2026-03-05"),
        Span("2026-03-01T10:30+02:00", "2026-03-02T10:30+02:00"),
        Span("2026-03-01T00:00+00:00"),
        Span("0001-01-01T00:00+14:00"),
    ),
    Kind.CHECKBOX: (True, False),
    Kind.PEOPLE: ((), (page("ann"),), (page("bob"), page("ann")), ("nobody",)),
    Kind.FILES: ((), (File("a.png", "https://example.org/a.png"),)),
    Kind.SCALAR: (None, 1.0, 2.5),
    Kind.OPAQUE: (None, Opaque.of([1, "two"]), Opaque.of({"a": None})),
}
MADE: tuple[Value, ...] = (
    None,
    Opaque.of({"Mood": {"type": "select", "value": "calm"}}),
    Opaque.of(
        {"Mood": {"type": "select", "value": "wild"}, "Size": {"type": "number", "value": 3}}
    ),
)
COLUMNS: Mapping[str, tuple[Json, ...]] = {
    "name": (None, "", "Ann", "Bold"),
    "code": (None, "k1", "k2"),
    "stage": (None, "New"),
    "tags": ([], ["x", "x"], ["", "y"]),
    "price": (None, 1, 2.5, "NaN"),
    "share": (None, 0.5, 2),
    "due": (None, "2026-03-01T00:00:00Z", "2026-04-01T12:15:30+02:00", "infinity"),
    "done": (True, False, None),
    "papers": ([], [{"name": "b", "url": "https://example.org/b"}], [7]),
    "page": (None, "https://example.org"),
    "age": (None, 3),
    "notion_extra": (
        {},
        {"Mood": {"type": "select", "value": "odd"}},
        {"Due": {"end": "2026-03-09"}, "Name": {"formatted": []}, "Shelf": {"more": [page("u")]}},
        {"Price": "rubbish", "Due": {"end": 7}},
    ),
    "deleted_at": (True, None),
}
START = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
