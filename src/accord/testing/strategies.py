"""Canonical values of every kind, made up by hypothesis.

Rule: `values` makes what a person or program could hand over, `normal_values` what a record holds;
what cannot be held at all (an infinite number, an impossible date) is never made.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import assert_never

from hypothesis import strategies as st

from accord.core.schema import Collection
from accord.core.values import (
    File,
    Json,
    Kind,
    Opaque,
    Span,
    Text,
    Value,
    canonical_json,
    normal,
    normal_text,
)

#: Characters that Unicode can write in more than one way come up often.
_WORDS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("e\u0301\u00e9Å\u212b"))
_NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
#: A day from the ends of the calendar: an offset leads out of it.
_EARLIEST = datetime.fromisoformat("0001-01-02")
_LATEST = datetime.fromisoformat("9999-12-30")
_IDS = st.uuids().map(str)
_JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=6,
)


def values(kind: Kind) -> st.SearchStrategy[Value]:
    """Values of a kind, normal or not."""
    made: st.SearchStrategy[Value]
    match kind:
        case Kind.TEXT:
            made = st.none() | texts()
        case Kind.STRING | Kind.OPTION:
            made = st.none() | _WORDS
        case Kind.NUMBER:
            made = st.none() | _NUMBERS | st.integers(-(2**53), 2**53)
        case Kind.CHECKBOX:
            made = st.booleans()
        case Kind.OPTIONS:
            made = st.lists(_WORDS | st.sampled_from("abc"), max_size=5).map(tuple)
        case Kind.PEOPLE | Kind.LINKS:
            made = st.lists(_IDS | st.sampled_from("abc"), max_size=5).map(tuple)
        case Kind.DATE:
            made = st.none() | spans()
        case Kind.FILES:
            kinds = st.sampled_from(["external", "file", "file_upload"])
            made = st.lists(st.builds(File, _WORDS, _WORDS, kinds), max_size=3).map(tuple)
        case Kind.SCALAR:
            made = st.none() | st.booleans() | _NUMBERS | _WORDS | spans()
        case Kind.OPAQUE:
            made = st.none() | _JSON.map(Opaque.of)
        case _:
            assert_never(kind)
    return made


def normal_values(kind: Kind) -> st.SearchStrategy[Value]:
    """Values of a kind in the form in which records hold them."""
    return values(kind).map(lambda value: normal(kind, value))


def records(collection: Collection) -> st.SearchStrategy[dict[str, Value]]:
    """Normal values of some or all of a collection's fields, by name."""
    each = {f.name: normal_values(f.kind) for f in collection.carried}
    return st.fixed_dictionaries({}, optional=each)


@st.composite
def texts(draw: st.DrawFn) -> Text:
    """A text, formatted or not; not normal where Unicode has another form for it."""
    words = draw(_WORDS)
    if draw(st.booleans()):
        return Text(words)
    segment = {"type": "text", "text": {"content": words}, "annotations": {"bold": True}}
    return Text(normal_text(words), canonical_json([segment]))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """A day or a moment, or the time between two of them; moments have seconds and offsets."""
    write = draw(st.sampled_from([_day, _moment]))
    offset = timedelta(minutes=draw(st.sampled_from([0, 60, -210, 345, 840])))
    within = st.datetimes(_EARLIEST, _LATEST)
    start = draw(within)
    if draw(st.booleans()):
        return Span(write(start, offset))
    return Span(write(start, offset), write(draw(within), offset))


def _day(moment: datetime, _offset: timedelta) -> str:
    return moment.date().isoformat()


def _moment(moment: datetime, offset: timedelta) -> str:
    return moment.replace(tzinfo=timezone(offset)).isoformat()
