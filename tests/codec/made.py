"""Values of every kind, made up by hypothesis.

Rule: what a person or a program could write, not what is normal already: other Unicode forms,
seconds, doubles, repetitions.
"""

import unicodedata
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from accord.core.schema import PropertyType
from accord.core.values import File, Kind, Opaque, Span, Text, Value
from accord.notion.rich_text import decode_text

#: Examples take as long as they take: the machine may be busy.
PATIENT = settings(deadline=None)

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(CHARACTERS | st.sampled_from("e\u0301👩\u200d🚀🇦🇹\U0001f3fd"), max_size=60)
IDS = st.uuids().map(str)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)

_COLORS = st.sampled_from(["default", "red", "blue_background"])
_STYLES = st.fixed_dictionaries(
    {"color": _COLORS},
    optional={"bold": st.booleans(), "code": st.booleans(), "italic": st.booleans()},
)
_LINKS = st.none() | st.sampled_from(
    ["https://example.com", "https://example.com/a?b=c#d", "/0123", "mailto:ann@example.com"]
).map(lambda url: {"url": url})


@st.composite
def days(draw: st.DrawFn) -> Span:
    """A day, or some days."""
    start = draw(st.dates(min_value=datetime(2, 1, 1, tzinfo=UTC).date()))
    if draw(st.booleans()):
        return Span(start.isoformat())
    return Span(start.isoformat(), draw(st.dates(min_value=start)).isoformat())


@st.composite
def moments(draw: st.DrawFn) -> Span:
    """A moment, or the time between two, with seconds and in any time zone."""

    def at(moment: datetime) -> str:
        minutes = draw(st.sampled_from([0, 0, 60, 120, -210, 345, 840]))
        return moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()

    first = datetime(2, 1, 1, tzinfo=UTC)
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    ever = st.integers(0, 9996 * 365 * 86_400).map(lambda age: first + timedelta(seconds=age))
    start = draw(ever | st.just(midnight))
    if draw(st.booleans()):
        return Span(at(start))
    return Span(at(start), at(start + timedelta(seconds=draw(st.integers(0, 10**6)))))


SPANS = days() | moments()


@st.composite
def _segments(draw: st.DrawFn) -> dict[str, Any]:
    """One segment of a rich text, as Notion answers it."""
    plain = draw(TEXTS)
    segment: dict[str, Any] = {"annotations": draw(_STYLES), "plain_text": plain}
    kind = draw(st.sampled_from(["text", "text", "mention", "equation"]))
    match kind:
        case "text":
            content: dict[str, Any] = {"content": plain, "link": draw(_LINKS)}
        case "equation":
            content = {"expression": plain}
        case _:
            content = draw(_mentions())
    return {"type": kind, kind: content, **segment}


@st.composite
def _mentions(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["user", "page", "database", "date", "link_preview", "other"]))
    if kind == "date":
        span = draw(SPANS)
        return {"type": kind, kind: {"start": span.start, "end": span.end, "time_zone": None}}
    if kind == "link_preview":
        return {"type": kind, kind: {"url": "https://example.com/preview"}}
    return {"type": kind, kind: {"id": draw(IDS), "name": "Ann"}}


FORMATTED = st.lists(_segments(), max_size=6)

_JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.integers(-(10**20), 10**20) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)

_NAMES = TEXTS.map(lambda name: name.replace(",", ";")).filter(bool)


def _spelled(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


_FILES = st.builds(File, TEXTS, st.just("https://example.com/a?b=c#d")) | st.builds(
    File, TEXTS, st.just("https://files.example.com/a%20b.pdf"), st.just("file")
)

VALUES: dict[Kind, st.SearchStrategy[Value]] = {
    Kind.TEXT: st.none() | st.builds(Text, TEXTS) | FORMATTED.map(decode_text),
    Kind.STRING: st.none() | TEXTS,
    Kind.NUMBER: st.none() | NUMBERS | st.integers(-(10**17), 10**17),
    Kind.CHECKBOX: st.booleans(),
    Kind.OPTION: st.none() | _NAMES,
    Kind.OPTIONS: st.lists(_NAMES, max_size=8, unique_by=_spelled).map(tuple),
    Kind.DATE: st.none() | SPANS,
    Kind.PEOPLE: st.lists(IDS, max_size=8).map(tuple),
    Kind.LINKS: st.lists(IDS, max_size=8).map(tuple),
    Kind.FILES: st.lists(_FILES, max_size=5).map(tuple),
    Kind.SCALAR: st.none() | st.booleans() | NUMBERS | TEXTS | SPANS,
    Kind.OPAQUE: st.none() | _JSON.map(Opaque.of),
}

_PLACES = st.fixed_dictionaries(
    {"lat": st.floats(-90, 90), "lon": st.floats(-180, 180)}, optional={"name": TEXTS}
)
_VERIFIED = st.builds(
    lambda day: {"state": "verified"} if day is None else {"state": "verified", "date": day},
    st.none() | st.dates().map(lambda day: {"start": day.isoformat()}),
)

#: Values of the property types that can be written but are not to be had by their kind alone.
OPAQUES: dict[PropertyType, st.SearchStrategy[Value]] = {
    PropertyType.PLACE: st.none() | _PLACES.map(Opaque.of),
    PropertyType.VERIFICATION: st.none() | _VERIFIED.map(Opaque.of),
}


def page_id(number: int) -> str:
    """The id of the page with this number."""
    return str(uuid.UUID(int=number))
