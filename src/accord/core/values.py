"""Canonical values: what a field can hold, whichever side it was read from.

Rule: a value is immutable, hashable and already *normal*, that is, in the form that both sides
can hold. ``normal`` is idempotent; both codecs build on it.

========== ==================================================== =================================
kind       value                                                empty
========== ==================================================== =================================
TEXT       `Text`: plain text, and its formatting if it has any None
STRING     str (url, email, phone number)                       None
NUMBER     float, finite (Notion stores IEEE doubles)           None
CHECKBOX   bool                                                 False
OPTION     str, the option's name                               None
OPTIONS    tuple of option names, in Notion's order             ()
DATE       `Span`                                               None
PEOPLE     tuple of user ids                                    ()
FILES      tuple of `File`                                      ()
LINKS      tuple of page ids, in Notion's order                 ()
SCALAR     None, bool, float, str or `Span` (a formula)         None
OPAQUE     `Opaque`: JSON that is carried and not understood    None
========== ==================================================== =================================
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias, assert_never

Json: TypeAlias = Any

#: Up to here every whole number is a double of its own.
MOST_EXACT = 2**53


class Kind(StrEnum):
    """The shapes that a canonical value can have."""

    TEXT = "text"
    STRING = "string"
    NUMBER = "number"
    CHECKBOX = "checkbox"
    OPTION = "option"
    OPTIONS = "options"
    DATE = "date"
    PEOPLE = "people"
    FILES = "files"
    LINKS = "links"
    SCALAR = "scalar"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of at least one character.

    ``formatted`` is None for unformatted text, else the canonical JSON (see `canonical_json`) of
    Notion's rich text array in the form in which it can be written back.
    """

    plain: str
    formatted: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A date or a span of dates, as ISO 8601 strings.

    A day is ``2026-03-01``; a moment is cut to the minute and keeps its offset:
    ``2026-03-01T10:30+02:00``. ``end`` is of the same sort as ``start``, or None.
    """

    start: str
    end: str | None = None

    @property
    def is_day(self) -> bool:
        """Whether this is a calendar day and not a moment."""
        return len(self.start) == len("2026-03-01")

    def instant(self) -> datetime:
        """The start as a moment in UTC; a day starts at midnight UTC."""
        return parse_moment(self.start)


@dataclass(frozen=True, slots=True)
class File:
    """A file or a link to one.

    ``kind`` is Notion's: ``external`` (``url`` is for ever), ``file`` (held by Notion: ``url`` is
    the address without its signature, which changes at every read) or ``file_upload``.
    """

    name: str
    url: str
    kind: str = "external"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A JSON value that is carried as it is: ``json`` is its canonical text."""

    json: str

    @classmethod
    def of(cls, value: Json) -> Opaque:
        """Wrap a JSON value."""
        return cls(canonical_json(value))

    def value(self) -> Json:
        """The JSON value itself."""
        return json.loads(self.json)


Value: TypeAlias = (
    bool | float | str | Text | Span | Opaque | tuple[str, ...] | tuple[File, ...] | None
)


def canonical_json(value: Json) -> str:
    """The one text of a JSON value: keys sorted, no spaces, no escapes beyond the needed.

    Numbers are doubles, as in Notion, and written in one way: Postgres answers 1e300 in digits.
    """
    plain = _plain_numbers(value)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain_numbers(value: Json) -> Json:
    match value:
        case dict():
            return {key: _plain_numbers(item) for key, item in value.items()}
        case list():
            return [_plain_numbers(item) for item in value]
        case int() | float() if not isinstance(value, bool):
            return plain_number(value)
        case _:
            return value


def plain_number(number: float) -> float:
    """The number as JSON writes it best: an int where that is exact, else a float.

    ``number`` may be an int of any size; one that no double can hold stays as it is.
    """
    try:
        double = float(number)
    except OverflowError:
        return number
    return int(double) if abs(double) <= MOST_EXACT and double.is_integer() else double


def normal_text(text: str) -> str:
    """Text as both sides can hold it: Unicode NFC."""
    return unicodedata.normalize("NFC", text)


def printable(text: str) -> str:
    """The text as any screen and any database can hold it: no NUL, no lone surrogate."""
    if text.isascii() and "\0" not in text:
        return text
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)


def parse_moment(text: str) -> datetime:
    """An ISO 8601 date or datetime as a moment in UTC; without an offset it is UTC.

    Raises:
        ValueError: the text is not an ISO date.
    """
    return _moment(text).astimezone(UTC)


@lru_cache(maxsize=4096)
def iso_day_or_minute(text: str) -> str:
    """The canonical string of an ISO date or datetime (see `Span`).

    Raises:
        ValueError: the text is not an ISO date.
    """
    if len(text) == len("2026-03-01"):
        return date.fromisoformat(text).isoformat()
    moment = _moment(text)
    offset = moment.utcoffset()
    if offset is not None and offset.seconds % 60:  # an old local time, which ISO 8601 has not
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="minutes")


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is in no year from 1 to 9999 in UTC") from error
    return moment


def normal(kind: Kind, value: Value) -> Value:
    """The value in the form that both sides can hold.

    Idempotent: ``normal(k, normal(k, v)) == normal(k, v)``.

    Raises:
        ValueError: no normal form exists (an infinite number, an impossible date).
        TypeError: the value is not one of this kind.
    """
    return _NORMAL[kind](value)


def empty(kind: Kind) -> Value:
    """The empty value of a kind."""
    if kind is Kind.CHECKBOX:
        return False
    if kind in {Kind.OPTIONS, Kind.PEOPLE, Kind.FILES, Kind.LINKS}:
        return ()
    return None


def to_json(value: Value) -> Json:
    """The JSON form in which the ledger keeps a value; `from_json` reads it back."""
    match value:
        case Text(plain, formatted):
            if formatted is None:
                return plain
            return {"text": plain, "formatted": json.loads(formatted)}
        case Span(start, end):
            return {"start": start} if end is None else {"start": start, "end": end}
        case Opaque():
            return value.value()
        case tuple():
            return [_item_to_json(item) for item in value]
        case _:
            return value


def from_json(kind: Kind, value: Json) -> Value:
    """Read back what `to_json` wrote."""
    match kind:
        case Kind.TEXT:
            return _text_from_json(value)
        case Kind.DATE:
            return None if value is None else Span(value["start"], value.get("end"))
        case Kind.NUMBER:
            return None if value is None else float(value)
        case Kind.OPTIONS | Kind.PEOPLE | Kind.LINKS:
            return tuple(value or ())
        case Kind.FILES:
            return tuple(File(f["name"], f["url"], f["type"]) for f in value or ())
        case Kind.OPAQUE:
            return None if value is None else Opaque.of(value)
        case Kind.SCALAR:
            return _scalar_from_json(value)
        case Kind.STRING | Kind.OPTION | Kind.CHECKBOX:
            checked: Value = value
            return checked
        case _:
            assert_never(kind)


def _item_to_json(item: str | File) -> Json:
    if isinstance(item, File):
        return {"name": item.name, "url": item.url, "type": item.kind}
    return item


def _text_from_json(value: Json) -> Text | None:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return Text(value["text"], canonical_json(value["formatted"]))
    return Text(value)


def _scalar_from_json(value: Json) -> Value:
    if isinstance(value, Mapping):
        return Span(value["start"], value.get("end"))
    return _normal_scalar(value)


def _normal_text_value(value: Value) -> Text | None:
    if value is None:
        return None
    text = _expect(value, Text)
    plain = normal_text(text.plain)
    if plain == text.plain:
        return text if plain else None
    return Text(plain, text.formatted) if plain else None


def _normal_number(value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, got {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError("an integer of this size is no IEEE double") from error
    if not math.isfinite(number):
        raise ValueError(f"{number} is not a finite number")
    return number + 0.0  # minus zero becomes zero


def _normal_span(span: Span) -> Span:
    start = iso_day_or_minute(span.start)
    end = None if span.end is None else iso_day_or_minute(span.end)
    return Span(start, end)


def _normal_files(value: Value) -> tuple[File, ...]:
    files = _expect(value, tuple)
    for file in files:
        _expect(file, File)
    return tuple(File(normal_text(f.name), f.url, f.kind) for f in files)


def _normal_scalar(value: Value) -> Value:
    match value:
        case bool() | None:
            return value
        case int() | float():
            return _normal_number(value)
        case str():
            return normal_text(value) or None
        case Span():
            return _normal_span(value)
        case _:
            raise TypeError(f"expected a formula's result, got {type(value).__name__}")


def _unique(items: tuple[str, ...]) -> tuple[str, ...]:
    return items if len(items) < 2 else tuple(dict.fromkeys(items))


def _strings(value: Value) -> tuple[str, ...]:
    items = _expect(value, tuple)
    return tuple([_expect(item, str) for item in items]) if items else ()


def _expect(value: Any, sort: type) -> Any:
    if not isinstance(value, sort):
        raise TypeError(f"expected {sort.__name__}, got {type(value).__name__}")
    return value


def _normal_string(value: Value) -> str | None:
    return None if value is None else normal_text(_expect(value, str)) or None


def _normal_opaque(value: Value) -> Value:
    return None if value in (None, Opaque("null")) else _expect(value, Opaque)


def _normal_ids(value: Value) -> tuple[str, ...]:
    return _unique(_strings(value))


#: What brings the values of each kind into their normal form.
_NORMAL: Mapping[Kind, Callable[[Any], Value]] = {
    Kind.TEXT: _normal_text_value,
    Kind.STRING: _normal_string,
    Kind.NUMBER: lambda value: None if value is None else _normal_number(value),
    Kind.CHECKBOX: bool,
    Kind.OPTION: _normal_string,
    Kind.OPTIONS: lambda value: _unique(tuple([normal_text(name) for name in _strings(value)])),
    Kind.DATE: lambda value: None if value is None else _normal_span(_expect(value, Span)),
    Kind.PEOPLE: _normal_ids,
    Kind.FILES: _normal_files,
    Kind.LINKS: _normal_ids,
    Kind.SCALAR: _normal_scalar,
    Kind.OPAQUE: _normal_opaque,
}
