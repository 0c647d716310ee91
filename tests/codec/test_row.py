"""How a record lies in its row, and what a person may do to the row."""

from typing import Any

import pytest

from accord.core.errors import OurError, ValueRefusedError
from accord.core.record import UNDECLARED
from accord.core.values import File, Opaque, Span, Text, Value
from accord.supabase.codec import RowChange, decode_row, encode_row
from tests.codec.made import page_id
from tests.codec.rows import THINGS

BOLD = '[{"annotations":{"bold":true},"text":{"content":"Zoë"},"type":"text"}]'
SEGMENTS = [{"annotations": {"bold": True}, "text": {"content": "Zoë"}, "type": "text"}]
A, B, C = page_id(1), page_id(2), page_id(3)


def split(name: str, value: Value) -> tuple[Any, Any]:
    """The column and what lies beyond it."""
    change = encode_row(THINGS, {name: value})
    return change.columns.get(name), change.extra[name.title()]


def joined(name: str, stored: Any, beyond: Any = None) -> Value:
    extra = {} if beyond is None else {name.title(): beyond}
    decoded = decode_row(THINGS, {name: stored}, extra, {})
    assert decoded.notes == ()
    return decoded.record.values[name]


def refusal(name: str, stored: Any, beyond: Any = None) -> str:
    row = {name: stored, "done": True, "notion_page_id": A}
    row.setdefault("words", "Ann")
    extra = {} if beyond is None else {name.title(): beyond}
    decoded = decode_row(THINGS, row, extra, {})
    (note,) = decoded.notes
    assert name not in decoded.record.values
    assert decoded.record.values["done"] is True
    assert (note.table, note.property, note.page_id) == ("things", name.title(), A)
    assert note.record == (row["words"] if isinstance(row["words"], str) else "")
    assert note.remedy
    return note.reason


@pytest.mark.parametrize(
    ("name", "value", "column", "beyond"),
    [
        ("words", Text("Zoë"), "Zoë", None),
        ("words", Text("Zoë", BOLD), "Zoë", {"formatted": SEGMENTS}),
        ("words", None, None, None),
        ("day", Span("2026-03-01"), "2026-03-01T00:00:00+00:00", None),
        ("day", Span("2026-03-01T00:00+00:00"), "2026-03-01T00:00:00+00:00", {"time": True}),
        ("day", Span("2026-03-01T10:30+00:00"), "2026-03-01T10:30:00+00:00", None),
        (
            "day",
            Span("2026-03-01T02:00+02:00", "2026-03-01T03:00+01:00"),
            "2026-03-01T00:00:00+00:00",
            {"offset": "+02:00", "time": True, "end": "2026-03-01T03:00+01:00"},
        ),
        (
            "day",
            Span("2026-03-01", "2026-03-05"),
            "2026-03-01T00:00:00+00:00",
            {"end": "2026-03-05"},
        ),
        ("day", None, None, None),
        ("number", 42.0, 42, None),
        ("number", 0.1, 0.1, None),
        ("number", 1e300, 1e300, None),
        ("score", 100.0, 100, None),
        ("score", 101.0, None, {"value": 101.0}),
        ("homeless", 3.0, None, {"value": 3.0}),
        ("homeless", None, None, None),
        ("tags", ("b", "a"), ["b", "a"], None),
        ("owner", (), [], None),
        ("done", False, False, None),
        (
            "files",
            (File("a", "https://e.co/a"),),
            [{"name": "a", "url": "https://e.co/a", "type": "external"}],
            None,
        ),
        ("f_boolean", True, True, None),
        ("f_boolean", 1.0, None, {"value": 1.0}),
        ("f_number", True, None, {"value": True}),
        ("f_text", Span("2026-03-01"), None, {"value": {"start": "2026-03-01"}}),
        ("f_date", Span("2026-03-01"), "2026-03-01T00:00:00+00:00", None),
        ("f_date", "soon", None, {"value": "soon"}),
        ("f_any", Span("2026-03-01"), {"start": "2026-03-01"}, None),
        ("rollup", Opaque('{"a":[1]}'), {"a": [1]}, None),
    ],
)
def test_a_value_is_split_between_its_column_and_what_lies_beyond(
    name: str, value: Value, column: Any, beyond: Any
) -> None:
    stored, kept = split(name, value)
    assert (stored, kept) == (column, beyond)
    assert type(stored) is type(column)


def test_a_relation_to_many_keeps_its_order_and_one_to_one_its_others() -> None:
    change = encode_row(THINGS, {"many": (B, A), "one": (C, B, A)})
    assert change == RowChange(
        extra={"One": {"more": [B, A]}}, links={"many": (B, A)}, targets={"one": C}
    )
    change = encode_row(THINGS, {"many": (), "one": ()})
    assert change == RowChange(extra={"One": None}, links={"many": ()}, targets={"one": None})


def test_undeclared_properties_are_set_and_those_that_are_gone_dropped() -> None:
    entry = {"type": "number", "value": 1}
    undeclared = Opaque.of({"New": entry, "Words": entry})
    before = {"Old": entry, "New": entry, "Words": {"formatted": []}, "Mirror": 1}
    change = encode_row(THINGS, {UNDECLARED: undeclared}, before=before)
    assert change.extra == {"New": entry, "Old": None}
    assert change.only is not None
    assert {"Words", "Mirror"} <= set(change.only)
    assert not {"New", "Old"} & set(change.only)
    assert encode_row(THINGS, {UNDECLARED: None}, before=before).extra == {"New": None, "Old": None}
    assert encode_row(THINGS, {"number": 1.0}).only is None


def test_a_field_that_is_not_carried_is_our_mistake() -> None:
    with pytest.raises(OurError, match=r"Thing\.mirror"):
        encode_row(THINGS, {"mirror": (A,)})
    with pytest.raises(OurError, match="tuple"):
        encode_row(THINGS, {"many": None})


@pytest.mark.parametrize("start", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"])
def test_a_moment_that_leaves_the_calendar_in_utc_is_refused(start: str) -> None:
    with pytest.raises(ValueRefusedError, match=r"Day: .* outside the years 1 to 9999"):
        encode_row(THINGS, {"day": Span(start)})


@pytest.mark.parametrize(
    ("name", "stored", "beyond", "value"),
    [
        # formatting stays while the words do, and goes with them
        ("words", "Zoe\u0308", {"formatted": SEGMENTS}, Text("Zoë", BOLD)),
        ("words", "Zoe", {"formatted": SEGMENTS}, Text("Zoe")),
        ("words", None, {"formatted": SEGMENTS}, None),
        ("words", "", None, None),
        # a changed date keeps its offset and an end that is still possible
        ("day", "2026-03-02T08:30:00+00:00", {"offset": "+02:00"}, Span("2026-03-02T10:30+02:00")),
        ("day", "2026-03-02T10:30:45.5+02:00", None, Span("2026-03-02T08:30+00:00")),
        (
            "day",
            "2026-03-02T00:00:00+00:00",
            {"end": "2026-03-05"},
            Span("2026-03-02", "2026-03-05"),
        ),
        ("day", "2026-03-06T00:00:00+00:00", {"end": "2026-03-05"}, Span("2026-03-06")),
        ("day", "2026-03-02T09:00:00+00:00", {"end": "2026-03-05"}, Span("2026-03-02T09:00+00:00")),
        ("day", "2026-03-02T00:00:00+00:00", {"offset": "+02:00"}, Span("2026-03-02")),
        ("day", "2026-03-02T05:45:00+05:45", None, Span("2026-03-02")),
        ("day", "2026-03-02T00:00:30+00:00", None, Span("2026-03-02T00:00+00:00")),
        ("day", "2026-03-02T09:00:00+00:00", {"time": True}, Span("2026-03-02T09:00+00:00")),
        ("day", None, {"offset": "+02:00", "end": "2026-03-05"}, None),
        ("day", "2026-03-02", None, Span("2026-03-02")),
        # a column that a person filled wins over what lies beyond it
        ("score", 5, {"value": 101.0}, 5.0),
        ("score", None, {"value": 101.0}, 101.0),
        ("f_text", "now", {"value": {"start": "2026-03-01"}}, "now"),
        # null where a value cannot be empty in Notion
        ("done", None, None, False),
        ("tags", None, None, ()),
        ("tags", ["a", None, "", "a"], None, ("a",)),
        ("files", [{"url": "https://e.co/a.pdf"}], None, (File("a.pdf", "https://e.co/a.pdf"),)),
        ("number", 10**300, None, 1e300),
    ],
)
def test_a_column_is_joined_with_what_lies_beyond_it(
    name: str, stored: Any, beyond: Any, value: Value
) -> None:
    assert joined(name, stored, beyond) == value


@pytest.mark.parametrize(
    ("links", "more", "pages"),
    [
        ((C,), [B, A], (C, B, A)),
        ((B,), [B, A], (B, A)),
        ((), [B, A], ()),
        ((C,), None, (C,)),
    ],
)
def test_a_relation_to_one_is_joined_with_its_others(
    links: tuple[str, ...], more: list[str] | None, pages: tuple[str, ...]
) -> None:
    extra = {"One": {"more": more}}
    decoded = decode_row(THINGS, {"one": None}, extra, {"one": links, "many": [B, A]})
    assert decoded.record.values["one"] == pages
    assert decoded.record.values["many"] == (B, A)


def test_relations_without_links_are_empty() -> None:
    values = decode_row(THINGS, {}, {}, {}).record.values
    assert (values["one"], values["many"]) == ((), ())


def test_a_column_that_the_row_lacks_is_not_sighted() -> None:
    values = decode_row(THINGS, {"number": 1}, {}, {}).record.values
    assert values == {"number": 1.0, "homeless": None, "one": (), "many": (), UNDECLARED: None}


@pytest.mark.parametrize("stored", ["NaN", "Infinity", "-Infinity", 10**400])
def test_a_number_that_notion_cannot_hold_is_left_out_and_told(stored: Any) -> None:
    assert "not a number that Notion can hold" in refusal("number", stored)
    assert "not a number that Notion can hold" in refusal("f_number", stored)


@pytest.mark.parametrize(
    "stored",
    ["infinity", "-infinity", "10000-01-01T00:00:00+00:00", "0044-03-15T00:00:00+00:00 BC", "x"],
)
def test_a_date_that_notion_cannot_hold_is_left_out_and_told(stored: str) -> None:
    assert "not a date that Notion can hold" in refusal("day", stored)
    assert "not a date that Notion can hold" in refusal("f_date", stored)


@pytest.mark.parametrize(
    ("name", "stored", "beyond"),
    [
        ("words", "Zoë", "bold"),
        ("words", "Zoë", {"formatted": "bold"}),
        ("words", "Zoë", {"formatted": [{"type": "hologram"}]}),
        ("words", 3, None),
        ("day", "2026-03-01T10:30:00+00:00", {"offset": "late"}),
        ("day", "2026-03-01T10:30:00+00:00", {"end": "late"}),
        ("day", 3, None),
        ("number", "many", None),
        ("number", True, None),
        ("number", None, {"value": "many"}),
        ("tags", "VIP", None),
        ("tags", [1], None),
        ("files", {"url": "x"}, None),
        ("files", ["https://e.co/a"], None),
        ("files", [{"name": 3, "url": "https://e.co/a"}], None),
        ("done", "yes", None),
    ],
)
def test_a_value_that_cannot_be_read_is_left_out_and_told(
    name: str, stored: Any, beyond: Any
) -> None:
    if name == "done":
        decoded = decode_row(THINGS, {name: stored}, {}, {})
        assert [note.property for note in decoded.notes] == ["Done"]
    else:
        assert "cannot be read" in refusal(name, stored, beyond)


def test_a_broken_notion_extra_leaves_every_field_alone() -> None:
    broken: Any = []
    decoded = decode_row(THINGS, {"words": "Ann", "day": None}, broken, {})
    assert decoded.record.values == {}
    (note,) = decoded.notes
    assert (note.property, "not a JSON object" in note.reason) == ("", True)


def test_what_notion_extra_holds_besides_is_undeclared() -> None:
    extra = {"Words": {"formatted": SEGMENTS}, "Odd": {"type": "number", "value": 1.0}}
    undeclared = decode_row(THINGS, {}, extra, {}).record.values[UNDECLARED]
    assert undeclared == Opaque('{"Odd":{"type":"number","value":1}}')
