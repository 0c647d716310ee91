"""Values: one normal form for each kind, and a JSON form that loses nothing."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.values import (
    File,
    Kind,
    Opaque,
    Span,
    Text,
    Value,
    canonical_json,
    empty,
    from_json,
    iso_day_or_minute,
    normal,
    parse_moment,
    printable,
    to_json,
)
from accord.testing.strategies import normal_values, values

KINDS = list(Kind)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_normal_is_idempotent(kind: Kind, data: st.DataObject) -> None:
    once = normal(kind, data.draw(values(kind)))
    assert normal(kind, once) == once


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_the_ledger_reads_back_what_it_wrote(kind: Kind, data: st.DataObject) -> None:
    value = data.draw(normal_values(kind))
    stored = json.loads(json.dumps(to_json(value)))
    read = from_json(kind, stored)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_normal_values_are_hashable(kind: Kind, data: st.DataObject) -> None:
    value = data.draw(normal_values(kind))
    assert {value} == {from_json(kind, to_json(value))}


@pytest.mark.parametrize("kind", KINDS)
def test_the_empty_value_is_normal_and_survives_the_ledger(kind: Kind) -> None:
    assert normal(kind, empty(kind)) == empty(kind)
    assert from_json(kind, to_json(empty(kind))) == empty(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_ledger_may_hold_nothing_for_a_field(kind: Kind) -> None:
    assert not from_json(kind, None)


@pytest.mark.parametrize(
    ("kind", "given_", "held"),
    [
        (Kind.TEXT, Text(""), None),
        (Kind.TEXT, Text("", "[]"), None),
        (Kind.TEXT, Text("e\u0301", "[1]"), Text("é", "[1]")),
        (Kind.STRING, "", None),
        (Kind.STRING, "A\u030a", "Å"),
        (Kind.OPTION, "", None),
        (Kind.NUMBER, 3, 3.0),
        (Kind.NUMBER, -0.0, 0.0),
        (Kind.CHECKBOX, None, False),
        (Kind.OPTIONS, ("b", "a", "b"), ("b", "a")),
        (Kind.OPTIONS, ("é", "e\u0301"), ("é",)),
        (Kind.PEOPLE, ("b", "a", "b"), ("b", "a")),
        (Kind.LINKS, ("b", "a", "b"), ("b", "a")),
        (Kind.DATE, Span("2026-03-01"), Span("2026-03-01")),
        (Kind.DATE, Span("2026-03-01T10:30:59"), Span("2026-03-01T10:30+00:00")),
        (Kind.DATE, Span("2026-03-01T10:30:59.999Z"), Span("2026-03-01T10:30+00:00")),
        (
            Kind.DATE,
            Span("2026-03-01T10:30:59+02:00", "2026-03-02T10:30:59+02:00"),
            Span("2026-03-01T10:30+02:00", "2026-03-02T10:30+02:00"),
        ),
        (Kind.FILES, (File("e\u0301", "u"),), (File("é", "u"),)),
        (Kind.SCALAR, 2, 2.0),
        (Kind.SCALAR, "", None),
        (Kind.SCALAR, Span("2026-03-01T10:30:59Z"), Span("2026-03-01T10:30+00:00")),
        (Kind.OPAQUE, Opaque("null"), None),
        (Kind.OPAQUE, Opaque.of({"b": 1, "a": None}), Opaque('{"a":null,"b":1}')),
    ],
)
def test_a_value_is_held_as_both_sides_can_hold_it(kind: Kind, given_: Value, held: Value) -> None:
    found = normal(kind, given_)
    assert found == held
    assert type(found) is type(held)


def test_minus_zero_is_zero() -> None:
    assert str(normal(Kind.NUMBER, -0.0)) == "0.0"


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (Kind.TEXT, "plain", "expected Text, got str"),
        (Kind.STRING, 1.0, "expected str, got float"),
        (Kind.OPTION, Text("a"), "expected str, got Text"),
        (Kind.NUMBER, True, "expected a number, got bool"),
        (Kind.NUMBER, "1", "expected a number, got str"),
        (Kind.OPTIONS, None, "expected tuple, got NoneType"),
        (Kind.OPTIONS, (File("a", "b"),), "expected str, got File"),
        (Kind.LINKS, "abc", "expected tuple, got str"),
        (Kind.DATE, "2026-03-01", "expected Span, got str"),
        (Kind.FILES, ("a",), "expected File, got str"),
        (Kind.SCALAR, ("a",), "expected a formula's result, got tuple"),
        (Kind.OPAQUE, "{}", "expected Opaque, got str"),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: Kind, value: Value, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        normal(kind, value)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (Kind.NUMBER, float("inf"), "inf is not a finite number"),
        (Kind.NUMBER, float("nan"), "nan is not a finite number"),
        (Kind.NUMBER, 10**400, "no IEEE double"),
        (Kind.SCALAR, float("inf"), "not a finite number"),
        (Kind.DATE, Span("2026-02-30"), "day"),
        (Kind.DATE, Span("2026-03-01", "never"), "isoformat"),
        (Kind.DATE, Span("0001-01-01T00:00+02:00"), "no year from 1 to 9999"),
        (Kind.DATE, Span("9999-12-31T23:59-02:00"), "no year from 1 to 9999"),
    ],
)
def test_a_value_without_a_normal_form_is_refused(kind: Kind, value: Value, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        normal(kind, value)


def test_a_span_knows_days_from_moments_and_when_it_starts() -> None:
    assert Span("2026-03-01").is_day
    assert not Span("2026-03-01T00:00+00:00").is_day
    assert Span("2026-03-01").instant() == datetime(2026, 3, 1, tzinfo=UTC)
    assert Span("2026-03-01T10:30+02:00").instant() == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def test_an_offset_with_seconds_becomes_utc() -> None:
    # Amsterdam until 1937; ISO 8601 has no seconds in an offset.
    assert iso_day_or_minute("1930-01-01T00:00:00+00:19:32") == "1929-12-31T23:40+00:00"


def test_a_moment_without_an_offset_is_in_utc() -> None:
    assert parse_moment("2026-03-01T10:30:05") == datetime(2026, 3, 1, 10, 30, 5, tzinfo=UTC)
    assert iso_day_or_minute("2026-03-01T10:30:05") == "2026-03-01T10:30+00:00"


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.booleans()))
def test_equal_json_has_one_canonical_text(document: dict[str, Any]) -> None:
    backwards = dict(reversed(document.items()))
    assert canonical_json(document) == canonical_json(backwards)
    assert Opaque.of(backwards).value() == document


def test_a_number_in_json_is_a_double_and_written_in_one_way() -> None:
    assert canonical_json([1, 1.0, -0.0, 0.5, True]) == "[1,1,0,0.5,true]"
    assert canonical_json(2**53 + 1) == canonical_json(2**53)
    assert canonical_json({"n": 10**300}) == canonical_json({"n": 1e300})
    assert canonical_json(10**400) == str(10**400)


def test_a_text_for_people_holds_nothing_that_cannot_be_shown_or_kept() -> None:
    assert printable("a\0b\ud800c\udfff") == "a\ufffdb\ufffdc\ufffd"
    assert printable("é 🚀\n") == "é 🚀\n"
