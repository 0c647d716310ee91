"""Records into rows of Postgres, and rows into records.

Rule: what a column cannot hold lies beyond it, in ``notion_extra`` under the property's title, and
the two are joined again; a value that cannot be read is left out of the record and told.

=========================== ===================== ==========================================
value                       column                beyond
=========================== ===================== ==========================================
formatted text              the plain text        {"formatted": [rich text]}
date                        the start's instant   {"end": ..., "offset": "+02:00", "time": true}
relation to one, of several the first target      {"more": [page ids of the others]}
any that does not fit       null                  {"value": ...}
undeclared properties       none                  {"type": ..., "value": ...}
=========================== ===================== ==========================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import assert_never

from accord.core.errors import OurError, ValueRefusedError
from accord.core.formatted import plain_of
from accord.core.ports import Problem
from accord.core.record import UNDECLARED, Record
from accord.core.schema import Collection, Field, PropertyType
from accord.core.values import (
    File,
    Json,
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
    normal_text,
    parse_moment,
    plain_number,
    to_json,
)


@dataclass(slots=True)
class RowChange:
    """What to write of a record, and where.

    Args:
        columns: column -> JSON that ``jsonb_populate_record`` casts right.
        extra: property title -> what to keep in ``notion_extra``; None drops the key.
        links: field name -> all targets of a relation to many, as page ids in order.
        targets: field name -> the first target of a relation to one, as page id, or None.
        only: where undeclared properties are written: the titles besides those in ``extra`` that
            ``notion_extra`` may go on holding; all others are to go. None: all stay.
    """

    columns: dict[str, Json] = field(default_factory=dict)
    extra: dict[str, Json | None] = field(default_factory=dict)
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    targets: dict[str, str | None] = field(default_factory=dict)
    only: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DecodedRow:
    """What a row says; a field that could not be read is absent and told of in ``notes``."""

    record: Record
    notes: tuple[Problem, ...] = ()


def encode_row(
    collection: Collection,
    changes: Mapping[str, Value],
    *,
    before: Mapping[str, Json] | None = None,
) -> RowChange:
    """Say how values are written to their row.

    Args:
        collection: where the record belongs.
        changes: normal values by field name; `UNDECLARED` too.
        before: the ``notion_extra`` that the row has, where it is known: keys of it that are gone
            are dropped by name. ``RowChange.only`` says the same without it.

    Raises:
        ValueRefusedError: a date is outside the years 1 to 9999 once it is in UTC.
        OurError: a change is to a field that is not carried.
    """
    change = RowChange()
    for name, value in changes.items():
        if name == UNDECLARED:
            _encode_undeclared(collection, value, before or {}, change)
            continue
        declared = collection.field(name)
        if not declared.carried:
            raise OurError(f"{collection.model}.{name} is not written with its record")
        if declared.kind is Kind.LINKS:
            _encode_links(declared, value, change)
            continue
        stored, beyond = _split(declared, value)
        change.extra[declared.title] = beyond
        if declared.column is not None:
            change.columns[declared.column] = stored
    return change


def decode_row(
    collection: Collection,
    row: Mapping[str, Json],
    extra: Json,
    links: Mapping[str, Sequence[str]],
) -> DecodedRow:
    """Read a row.

    Args:
        collection: where the row belongs.
        row: ``to_jsonb`` of the row; a column that is absent makes its field absent.
        extra: its ``notion_extra``: a JSON object, unless a person wrote something else there.
        links: field name -> page ids, of relations to many in order, and of relations to one (at
            most one); a field that is absent here has no links.
    """
    values: dict[str, Value] = {}
    notes: list[Problem] = []
    if not isinstance(extra, Mapping):
        reason = "its notion_extra is not a JSON object, so nothing of the row can be read"
        remedy = "Set notion_extra of this row to {}"
        return DecodedRow(Record({}), (_note(collection, row, "", reason, remedy, "the row"),))
    for declared in collection.carried:
        column = declared.column
        if declared.kind is not Kind.LINKS and column is not None and column not in row:
            continue
        try:
            beyond = _beyond(extra, declared.title)
            if declared.kind is Kind.LINKS:
                values[declared.name] = _decode_links(declared, links, beyond)
            else:
                stored = row[column] if column is not None else None
                values[declared.name] = _join(declared, stored, beyond)
        except ValueRefusedError as refused:
            notes.append(_note(collection, row, declared.title, refused.reason, refused.remedy))
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            reason = f"its value in Supabase cannot be read: {error}"
            remedy = f"Correct {column or 'it'}, or {declared.title!r} in notion_extra, of this row"
            notes.append(_note(collection, row, declared.title, reason, remedy))
    titles = {declared.title for declared in collection.fields}
    undeclared = {title: entry for title, entry in extra.items() if title not in titles}
    values[UNDECLARED] = Opaque.of(undeclared) if undeclared else None
    return DecodedRow(Record(values), tuple(notes))


def _note(
    collection: Collection,
    row: Mapping[str, Json],
    title: str,
    reason: str,
    remedy: str,
    what: str = "the field",
) -> Problem:
    name = next(
        (row.get(f.column or "") for f in collection.fields if f.type is PropertyType.TITLE), None
    )
    return Problem(
        table=collection.table,
        reason=reason,
        remedy=f"{remedy.rstrip('.')}; {what} is left alone on both sides until then.",
        page_id=row.get("notion_page_id"),
        record=name if isinstance(name, str) else "",
        property=title,
        row_id=None if row.get("notion_page_id") else row.get("id"),
    )


def _encode_undeclared(
    collection: Collection, value: Value, before: Mapping[str, Json], change: RowChange
) -> None:
    titles = tuple(declared.title for declared in collection.fields)
    entries = value.value() if isinstance(value, Opaque) else {}
    owned = set(titles)
    for title in before:
        if title not in owned and title not in entries:
            change.extra[title] = None
    for title, entry in entries.items():
        if title not in owned:
            change.extra[title] = entry
    change.only = titles


def _encode_links(declared: Field, value: Value, change: RowChange) -> None:
    pages = tuple(page for page in _items(value) if isinstance(page, str))
    if declared.many:
        change.links[declared.name] = pages
        return
    change.targets[declared.name] = pages[0] if pages else None
    change.extra[declared.title] = {"more": list(pages[1:])} if len(pages) > 1 else None


def _decode_links(
    declared: Field, links: Mapping[str, Sequence[str]], beyond: Mapping[str, Json]
) -> Value:
    pages = tuple(links.get(declared.name) or ())
    if pages and not declared.many:
        pages += tuple(beyond.get("more") or ())
    return normal(Kind.LINKS, pages)


def _items(value: Value) -> tuple[str | File, ...]:
    if not isinstance(value, tuple):
        raise OurError(f"expected a tuple, got {type(value).__name__}")
    return value


def _beyond(extra: Mapping[str, Json], title: str) -> Mapping[str, Json]:
    beyond = extra.get(title)
    if beyond is None:
        return {}
    if not isinstance(beyond, Mapping):
        raise TypeError(f"{title!r} in notion_extra is not a JSON object")
    return beyond


# One value and its column


def _split(declared: Field, value: Value) -> tuple[Json, Json | None]:
    """What of a value goes into the column, and what lies beyond it."""
    if not _fits(declared, value):
        if value == empty(declared.kind):
            return None, None
        return None, {"value": to_json(value)}
    match value:
        case Text(plain, formatted):
            return plain, None if formatted is None else {"formatted": to_json(value)["formatted"]}
        case Span() if declared.sql != "jsonb":
            return _split_span(declared, value)
        case float() if not isinstance(value, bool):
            return plain_number(value), None
        case _:
            return to_json(value), None


def _fits(declared: Field, value: Value) -> bool:
    """Whether the column can hold the value (its start, its plain text) at all."""
    if declared.column is None:
        return False
    if value is None or declared.sql == "jsonb":
        return True
    if declared.objection(value) is not None:
        return False
    if declared.kind is Kind.SCALAR:
        sorts: dict[str | None, type] = {
            "boolean": bool,
            "numeric": float,
            "text": str,
            "timestamptz": Span,
        }
        return type(value) is sorts.get(declared.sql)
    return True


def _split_span(declared: Field, span: Span) -> tuple[Json, Json | None]:
    try:
        instant = span.instant()
    except ValueError as error:
        raise ValueRefusedError(
            declared.title,
            f"{span.start} is outside the years 1 to 9999 in UTC",
            "Choose another date.",
        ) from error
    beyond: dict[str, Json] = {}
    if span.end is not None:
        beyond["end"] = span.end
    if not span.is_day:
        offset = span.start[len("2026-03-01T10:30") :]
        if offset != "+00:00":
            beyond["offset"] = offset
        if instant.timetz() == time(tzinfo=UTC):
            beyond["time"] = True
    return instant.isoformat(), beyond or None


def _join(declared: Field, stored: Json, beyond: Mapping[str, Json]) -> Value:
    """The value that a column and what lies beyond it make together.

    A column that a person changed wins; what lies beyond stays where it still makes sense.
    """
    kind = declared.kind
    if stored is None:
        return normal(kind, from_json(kind, beyond["value"]) if "value" in beyond else empty(kind))
    match kind:
        case Kind.TEXT:
            return _join_text(stored, beyond)
        case Kind.DATE:
            return _join_span(declared, stored, beyond)
        case Kind.NUMBER:
            return _number(declared, stored)
        case Kind.CHECKBOX:
            return normal(kind, _of_sort(stored, bool))
        case Kind.STRING | Kind.OPTION:
            return normal(kind, _of_sort(stored, str))
        case Kind.OPTIONS | Kind.PEOPLE:
            return normal(kind, tuple(item for item in _of_sort(stored, list) if item))
        case Kind.FILES:
            return normal(kind, tuple(_file(item) for item in _of_sort(stored, list)))
        case Kind.SCALAR:
            return _join_scalar(declared, stored, beyond)
        case Kind.OPAQUE:
            return normal(kind, Opaque.of(stored))
        case Kind.LINKS:
            raise OurError(f"{declared.name} is a relation, which has no value of its own")
        case _:
            assert_never(kind)


def _of_sort(stored: Json, sort: type) -> Json:
    if not isinstance(stored, sort):
        raise TypeError(f"expected {sort.__name__}, found {type(stored).__name__}")
    return stored


def _join_text(stored: Json, beyond: Mapping[str, Json]) -> Value:
    plain = normal_text(_of_sort(stored, str))
    segments = beyond.get("formatted")
    if segments and plain_of(segments) == plain:
        return normal(Kind.TEXT, Text(plain, canonical_json(segments)))
    return normal(Kind.TEXT, Text(plain))


def _number(declared: Field, stored: Json) -> Value:
    """A number; Postgres writes NaN and infinities as texts, and has larger ones than Notion."""
    if isinstance(stored, int | float | Decimal) and not isinstance(stored, bool):
        try:
            return normal(Kind.NUMBER, float(stored))
        except (ValueError, OverflowError):
            pass
    elif stored not in {"NaN", "Infinity", "-Infinity"}:
        raise TypeError(f"expected a number, found {type(stored).__name__}")
    raise ValueRefusedError(
        declared.title,
        f"{str(stored)[:40]} is not a number that Notion can hold",
        "Write a finite number below 1.8e308, or null.",
    )


def _file(stored: Json) -> File:
    if not isinstance(stored, Mapping) or not isinstance(stored.get("url"), str):
        raise TypeError('a file is written as {"name": ..., "url": ..., "type": "external"}')
    url = stored["url"]
    name = stored.get("name", url.rstrip("/").rpartition("/")[2])
    return File(_of_sort(name, str), url, _of_sort(stored.get("type", "external"), str))


def _join_scalar(declared: Field, stored: Json, beyond: Mapping[str, Json]) -> Value:
    match declared.sql:
        case "timestamptz":
            return _join_span(declared, stored, beyond)
        case "numeric":
            return _number(declared, stored)
        case _:
            return normal(Kind.SCALAR, from_json(Kind.SCALAR, stored))


def _join_span(declared: Field, stored: Json, beyond: Mapping[str, Json]) -> Value:
    """A date from its start in the column; a bare midnight in UTC is a day."""
    try:
        instant = parse_moment(_of_sort(stored, str))
    except ValueError as error:
        raise ValueRefusedError(
            declared.title,
            f"{stored} is not a date that Notion can hold",
            "Write a date of the years 1 to 9999, or null.",
        ) from error
    if instant.timetz() == time(tzinfo=UTC) and not beyond.get("time"):
        start = instant.date().isoformat()
    else:
        start = _at_offset(instant, beyond.get("offset"))
    return _with_end(Span(start), beyond.get("end"))


def _at_offset(instant: datetime, offset: str | None) -> str:
    if offset is not None:
        instant = instant.astimezone(datetime.fromisoformat(f"2000-01-01T00:00{offset}").tzinfo)
    return instant.isoformat(timespec="minutes")


def _with_end(start: Span, end: Json) -> Span:
    """The span, without an end that a new start has overtaken or that is of another sort."""
    if end is None:
        return start
    last = Span(iso_day_or_minute(end))
    fits = last.is_day == start.is_day and last.instant() >= start.instant()
    return Span(start.start, last.start) if fits else start
