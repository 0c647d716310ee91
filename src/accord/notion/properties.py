"""One property value: from what Notion answers to a canonical value, and back.

Rule: ``decode_value(t, answer_to(encode_value(t, v))) == normal(v)`` for every type that can be
written. A value that cannot be read is `UnreadableError`, which is not the same as empty.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Final, assert_never
from urllib.parse import urlsplit, urlunsplit

from accord.core.errors import OurError, ValueRefusedError
from accord.core.schema import COMPUTED, KINDS, PropertyType
from accord.core.values import (
    File,
    Json,
    Opaque,
    Span,
    Text,
    Value,
    iso_day_or_minute,
    normal,
    plain_number,
    to_json,
)
from accord.notion.rich_text import MOST_ITEMS, decode_text, encode_text, utf16_units

#: The longest texts that Notion takes, in UTF-16 code units.
LONGEST: Final[Mapping[PropertyType, int]] = {
    PropertyType.URL: 2000,
    PropertyType.EMAIL: 200,
    PropertyType.PHONE_NUMBER: 200,
}

#: The longest name of an option that Notion takes.
LONGEST_OPTION: Final = 100

_PLACE_KEYS: Final = ("lat", "lon", "name", "address", "aws_place_id", "google_place_id")

_AS_NOTION_WRITES_IT = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


class UnreadableError(ValueError):
    """Notion gives no value to read: ``unsupported``, or in a form that is not known."""


def decode_value(property_type: PropertyType, answer: Mapping[str, Json]) -> Value:
    """The normal value of a property as it stands in a page.

    Args:
        property_type: the property's type.
        answer: the property's object in the page: ``{"id": ..., "type": t, t: ...}``.

    Raises:
        UnreadableError: there is none to read; leave the field out of the record.
    """
    try:
        value = _DECODERS[property_type](answer[property_type])
        return normal(KINDS[property_type], value)
    except UnreadableError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnreadableError(f"Notion answers it in an unknown form ({error!r})") from error


def encode_value(property_type: PropertyType, value: Value, *, title: str = "") -> Json:
    """The property in the form in which a request writes it: ``{t: ...}``.

    ``title`` is the property, for the message of a refusal.

    Raises:
        ValueRefusedError: Notion would not take the value.
        OurError: a property of this type cannot be written at all.
    """
    if property_type in COMPUTED:
        raise OurError(f"{title}: Notion works out {property_type} by itself; it is never written")
    refuse_unstorable(title, value)
    try:
        written = normal(KINDS[property_type], value)
    except ValueError as error:
        raise ValueRefusedError(
            title, f"Notion cannot hold it: {error}", "Change it in Supabase, or empty it there."
        ) from error
    return {property_type.value: _encode(property_type, written, title)}


def refuse_unstorable(title: str, value: Value) -> None:
    """Refuse text that Postgres cannot hold.

    Raises:
        ValueRefusedError: a text in the value has a NUL or half of a surrogate pair.
    """
    if value is None or isinstance(value, bool | float):
        return
    if not storable(to_json(value)):
        raise ValueRefusedError(
            title,
            "its text has a character that Postgres cannot hold (NUL, or half of a pair)",
            "Type that part of the text anew; this record waits until then.",
        )


def storable(value: Json) -> bool:
    """Whether Postgres can hold every text in a JSON value."""
    match value:
        case str():
            return "\0" not in value and (value.isascii() or not _HALF_A_PAIR.search(value))
        case dict():
            return all(storable(key) and storable(item) for key, item in value.items())
        case list():
            return all(storable(item) for item in value)
        case _:
            return True


def normal_id(text: str) -> str:
    """An id as Notion writes it: lower case, with dashes."""
    if _AS_NOTION_WRITES_IT.fullmatch(text):
        return text
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return text


def without_signature(url: str) -> str:
    """The address of a file that Notion holds, without what changes at every read."""
    try:
        return urlunsplit(urlsplit(url)._replace(query="", fragment=""))
    except ValueError:
        return url.partition("?")[0]


def lasting(value: Json) -> Json:
    """A JSON value of unknown form, without the signatures in it that change at every read."""
    match value:
        case dict():
            return {key: lasting(item) for key, item in value.items() if key != "expiry_time"}
        case list():
            return [lasting(item) for item in value]
        case str() if "X-Amz-Signature=" in value:
            return without_signature(value)
        case _:
            return value


def _text(raw: Json) -> str:
    if not isinstance(raw, str):
        raise UnreadableError(f"expected a text, Notion answers {type(raw).__name__}")
    return raw


def _number(raw: Json) -> float | None:
    return None if raw is None else float(raw)


def _opaque(value: Json) -> Opaque | None:
    return None if value is None else Opaque.of(value)


def _said(raw: Mapping[str, Json]) -> Json:
    return {key: value for key, value in raw.items() if value is not None}


def _span(raw: Json) -> Span | None:
    """A date; an end that is before the start, or of another sort, says nothing and is dropped."""
    if raw is None:
        return None
    start = Span(iso_day_or_minute(raw["start"]))
    if not raw.get("end"):
        return start
    end = Span(iso_day_or_minute(raw["end"]))
    says = end.is_day == start.is_day and end.instant() >= start.instant()
    return Span(start.start, end.start) if says else start


def _file(raw: Json) -> File:
    """A file; what Notion holds itself goes by its address without the signature."""
    kind = _text(raw["type"])
    held = raw[kind]
    url = held["id"] if kind == "file_upload" else _text(held["url"])
    name = raw.get("name") or ""
    return File(name, without_signature(url) if kind == "file" else url, kind)


def _formula(raw: Json) -> Value:
    """What a formula yields; one that Notion cannot work out has no value, not an empty one."""
    match raw["type"]:
        case "boolean":
            flag = raw["boolean"]
            return None if flag is None else bool(flag)
        case "number":
            return _number(raw["number"])
        case "string":
            return None if raw["string"] is None else _text(raw["string"])
        case "date":
            return _span(raw["date"])
        case other:
            raise UnreadableError(f"Notion answers that its formula is {other}")


def _rollup(raw: Json) -> Json:
    match raw["type"]:
        case "number":
            return raw["number"]
        case "date":
            return to_json(_span(raw["date"]))
        case "array":
            return [_rolled_up(item) for item in raw["array"]]
        case other:
            raise UnreadableError(f"Notion answers that its rollup is {other}")


def _rolled_up(item: Mapping[str, Json]) -> Json:
    """One value of a rollup; what cannot be read of it is kept as it came."""
    kind = item["type"]
    try:
        return to_json(decode_value(PropertyType(kind), item))
    except ValueError:  # an unknown type, or unreadable
        return lasting(item.get(kind))


def _unique_id(raw: Json) -> str | None:
    if raw is None or raw.get("number") is None:
        return None
    prefix = raw.get("prefix")
    return f"{prefix}-{raw['number']}" if prefix else str(raw["number"])


def _verification(raw: Json) -> Value:
    """The state of a wiki page; an unverified page has nothing to tell."""
    if raw is None or raw["state"] == "unverified":
        return None
    said: dict[str, Json] = {"state": raw["state"]}
    if raw.get("date"):
        said["date"] = to_json(_span(raw["date"]))
    if raw.get("verified_by"):
        said["verified_by"] = normal_id(raw["verified_by"]["id"])
    return Opaque.of(said)


def _ids(raw: Json) -> tuple[str, ...]:
    return tuple([normal_id(item["id"]) for item in raw])


def _id(raw: Json) -> str | None:
    return None if raw is None else normal_id(raw["id"])


def _name(raw: Json) -> str | None:
    return None if raw is None else _text(raw["name"])


def _words(raw: Json) -> str | None:
    return None if raw is None else _text(raw)


def _moment(raw: Json) -> Span | None:
    return None if raw is None else Span(iso_day_or_minute(raw))


#: What reads the value of each type; a test sees that none is missing.
_DECODERS: Final[Mapping[PropertyType, Callable[[Json], Value]]] = {
    PropertyType.TITLE: decode_text,
    PropertyType.RICH_TEXT: decode_text,
    PropertyType.NUMBER: _number,
    PropertyType.SELECT: _name,
    PropertyType.MULTI_SELECT: lambda raw: tuple([_text(option["name"]) for option in raw]),
    PropertyType.STATUS: _name,
    PropertyType.DATE: _span,
    PropertyType.PEOPLE: _ids,
    PropertyType.FILES: lambda raw: tuple([_file(item) for item in raw]),
    PropertyType.CHECKBOX: bool,
    PropertyType.URL: _words,
    PropertyType.EMAIL: _words,
    PropertyType.PHONE_NUMBER: _words,
    PropertyType.RELATION: _ids,
    PropertyType.FORMULA: _formula,
    PropertyType.ROLLUP: lambda raw: _opaque(_rollup(raw)),
    PropertyType.CREATED_TIME: lambda raw: Span(iso_day_or_minute(raw)),
    PropertyType.LAST_EDITED_TIME: lambda raw: Span(iso_day_or_minute(raw)),
    PropertyType.LAST_VISITED_TIME: _moment,
    PropertyType.CREATED_BY: _id,
    PropertyType.LAST_EDITED_BY: _id,
    PropertyType.UNIQUE_ID: _unique_id,
    PropertyType.VERIFICATION: _verification,
    PropertyType.PLACE: lambda raw: _opaque(None if raw is None else _said(raw)),
    PropertyType.LOCATION: lambda raw: _opaque(lasting(raw)),
    PropertyType.BUTTON: lambda _: None,
}


def _encode(property_type: PropertyType, value: Value, title: str) -> Json:
    match value:
        case Text():
            return encode_text(value, title)
        case Span():
            return _encode_span(value)
        case Opaque():
            return _encode_opaque(property_type, value.value(), title)
        case tuple():
            return _encode_items(property_type, value, title)
        case bool():
            return value
        case str():
            return _encode_string(property_type, value, title)
        case None:
            return _empty(property_type)
        case float():
            return plain_number(value)
        case _:
            assert_never(value)


def _empty(property_type: PropertyType) -> Json:
    match property_type:
        case PropertyType.TITLE | PropertyType.RICH_TEXT:
            return []
        case PropertyType.VERIFICATION:
            return {"state": "unverified"}
        case _:
            return None


def _encode_span(span: Span) -> Json:
    if span.end is None:
        return {"start": span.start}
    return {"start": span.start, "end": span.end}


def _encode_string(property_type: PropertyType, text: str, title: str) -> Json:
    if property_type in {PropertyType.SELECT, PropertyType.STATUS}:
        return _option(text, title)
    longest = LONGEST[property_type]
    if utf16_units(text) > longest:
        raise ValueRefusedError(
            title,
            f"it has {utf16_units(text)} characters, and Notion takes {longest}",
            "Shorten it; Notion keeps its own value until then.",
        )
    return text


def _option(name: str, title: str) -> Json:
    """An option goes by its name; a colour that is not its own would be refused."""
    if "," in name:
        raise ValueRefusedError(
            title,
            f"the option {name!r} has a comma, which Notion does not allow",
            "Take the comma out, or make two options of it.",
        )
    if utf16_units(name) > LONGEST_OPTION:
        raise ValueRefusedError(
            title,
            f"the option {name[:40]!r}... has {utf16_units(name)} characters, and Notion takes"
            f" {LONGEST_OPTION}",
            "Give it a shorter name; Notion keeps its own value until then.",
        )
    return {"name": name}


def _encode_items(
    property_type: PropertyType, items: Sequence[str] | Sequence[File], title: str
) -> Json:
    encoded: list[Json] = []
    spelled: set[str] = set()
    for item in items:
        if isinstance(item, File):
            encoded.append(_encode_file(item, title))
        elif property_type is not PropertyType.MULTI_SELECT:
            encoded.append({"id": item})
        elif item and item.casefold() not in spelled:  # to Notion, VIP and vip are one option
            spelled.add(item.casefold())
            encoded.append(_option(item, title))
    if len(encoded) > MOST_ITEMS:
        raise ValueRefusedError(
            title,
            f"it has {len(encoded)} items, and Notion takes {MOST_ITEMS} in one request",
            "Take some out in Supabase, or make the change in Notion itself.",
        )
    return encoded


def _encode_file(file: File, title: str) -> Json:
    """A file; the address of one that Notion holds is signed anew before it is sent."""
    longest = LONGEST[PropertyType.URL]
    if utf16_units(file.url) > longest:
        raise ValueRefusedError(
            title,
            f"the address of {file.name!r} is longer than the {longest} characters that Notion"
            " takes",
            "Shorten it, or upload the file in Notion.",
        )
    key = "id" if file.kind == "file_upload" else "url"
    return {"name": file.name, "type": file.kind, file.kind: {key: file.url}}


def _encode_opaque(property_type: PropertyType, value: Json, title: str) -> Json:
    if property_type is PropertyType.PLACE and isinstance(value, dict):
        if value.get("lat") is not None and value.get("lon") is not None:
            return {key: value[key] for key in _PLACE_KEYS if value.get(key) is not None}
        raise ValueRefusedError(title, "a place needs lat and lon", "Give both.")
    if property_type is PropertyType.VERIFICATION and isinstance(value, dict):
        if value.get("state") == "verified":
            return {key: value[key] for key in ("state", "date") if key in value}
        raise ValueRefusedError(
            title,
            f"a page cannot be set to {value.get('state')!r}",
            "Write verified, or nothing at all.",
        )
    raise ValueRefusedError(
        title,
        f"a {property_type} property cannot be written like this",
        "Make the change in Notion itself.",
    )
