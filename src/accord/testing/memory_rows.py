"""Rows as Postgres would hold them, with the values that would be read from their columns.

Rule: a value is kept as it would come back from its column. Where that is not plain at once, the
codec of the Supabase side decides, so that there are no two opinions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from accord.core.errors import OurError
from accord.core.record import UNDECLARED
from accord.core.schema import Collection, Field, PropertyType
from accord.core.values import File, Json, Kind, Opaque, Text, Value, empty, parse_moment
from accord.supabase.codec import decode_row, encode_row

#: How many values a column remembers the way of.
REMEMBERED = 5_000

_REQUIRED = frozenset(
    {
        PropertyType.CHECKBOX,
        PropertyType.MULTI_SELECT,
        PropertyType.PEOPLE,
        PropertyType.FILES,
    }
)


class Unreadable:
    """Stands for a value that the codec cannot read."""


UNREADABLE: Final = Unreadable()


class UnfitError(Exception):
    """A column's type or rule refuses a value, in Postgres's own words."""

    def __init__(self, state: str, message: str, *, column: str = "", constraint: str = "") -> None:
        self.state = state
        self.message = message
        self.column = column
        self.constraint = constraint
        super().__init__(message)


@dataclass(slots=True)
class Row:
    """One row of a table.

    Args:
        id: its id.
        page_id: its `notion_page_id`.
        values: what its columns hold, by field name, without relations; `UNDECLARED` too.
        beyond: what `notion_extra` holds of declared properties, by title.
        raw: what a column holds, by its name, where a person wrote it; else it follows from the
            field's value.
        keys: its foreign keys, by field name; those that are null may be absent.
        unreadable: the names of the fields that cannot be read.
        created_at: when it was made.
        updated_at: when it was last written.
        synced_at: when the synchronisation last wrote it.
        deleted_at: since when it is deleted.
    """

    id: str
    page_id: str | None
    values: dict[str, Value]
    beyond: dict[str, Json]
    raw: dict[str, Json]
    keys: dict[str, str | None]
    created_at: datetime
    updated_at: datetime
    synced_at: datetime | None = None
    deleted_at: datetime | None = None
    unreadable: set[str] = field(default_factory=set)


class Column:
    """One field that is not a relation, and the way of its values through Postgres."""

    __slots__ = ("_alone", "_kept", "column", "field", "kind", "name", "required", "sql", "title")

    def __init__(self, collection: Collection, declared: Field) -> None:
        self.field = declared
        self.name = declared.name
        self.title = declared.title
        self.column = declared.column
        self.sql = declared.sql
        self.kind = declared.kind
        self.required = declared.type in _REQUIRED and not declared.computed
        self._alone = replace(collection, fields=(declared,))
        self._kept: dict[object, tuple[Value, Json]] = {}

    def settle(self, value: Value) -> tuple[Value, Json]:
        """The value as it comes back, and what of it lies beyond the column (None: nothing).

        Raises:
            ValueRefusedError: the codec does not take it.
            UnfitError: the column does not.
        """
        if self._passes(value):
            return value, None
        key = (type(value), value)
        kept = self._kept.get(key)
        if kept is None:
            stored, beyond = self._split(value)
            back = self.joined(stored, beyond)
            if isinstance(back, Unreadable):
                raise OurError(f"{self.name}: the codec cannot read what it wrote: {value!r}")
            kept = (back, beyond)
            if len(self._kept) >= REMEMBERED:
                self._kept.clear()
            self._kept[key] = kept
        return kept

    def stored(self, value: Value) -> Json:
        """What the column holds when the value was written to it."""
        return self._split(value)[0]

    def joined(self, stored: Json, beyond: Json) -> Value | Unreadable:
        """The value that a column and what lies beyond it make together."""
        row = {} if self.column is None else {self.column: stored}
        extra = {} if beyond is None else {self.title: beyond}
        return decode_row(self._alone, row, extra, {}).record.values.get(self.name, UNREADABLE)

    def accepted(self, stored: Json) -> Json:
        """What the column holds after a person wrote this to it.

        Raises:
            UnfitError: its type or its rule refuses it.
        """
        if stored is None:
            if self.required:
                raise UnfitError("23502", f"null value in column {self.column}")
            return None
        objection = self.field.objection(stored)
        if objection is not None:
            raise UnfitError("23514", objection, column=self.column or "")
        return self._typed(stored)

    def _split(self, value: Value) -> tuple[Json, Json]:
        change = encode_row(self._alone, {self.name: value})
        beyond = change.extra[self.title]
        if self.column is None:
            return None, beyond
        stored = change.columns[self.column]
        if stored is None and self.required and beyond is not None:
            raise UnfitError("23502", f"null value in column {self.column}")
        return self._typed(stored), beyond

    def _typed(self, stored: Json) -> Json:
        if self.sql == "uuid" and stored is not None:
            return _uuid(stored, self.column)
        if self.sql == "uuid[]" and stored is not None:
            return [_uuid(item, self.column) for item in stored]
        if self.sql == "timestamptz" and stored is not None:
            return _moment(stored)
        return stored

    def _passes(self, value: Value) -> bool:
        """Whether the value surely comes back as it went, with nothing beyond its column."""
        if self.column is None:
            return value == empty(self.kind) and type(value) is not float
        sort = type(value)
        match self.kind:
            case Kind.TEXT:
                return value is None or (
                    type(value) is Text
                    and value.formatted is None
                    and value.plain != ""
                    and value.plain.isascii()
                )
            case Kind.STRING | Kind.OPTION:
                return self.sql == "text" and (
                    value is None or (type(value) is str and value != "" and value.isascii())
                )
            case Kind.NUMBER:
                return value is None or (
                    type(value) is float and self.field.bounds is None and math.isfinite(value)
                )
            case Kind.CHECKBOX:
                return sort is bool
            case Kind.OPTIONS:
                return type(value) is tuple and (not value or _plain_names(value))
            case _:
                return value is None


def _plain_names(names: tuple[str, ...] | tuple[File, ...]) -> bool:
    return len(set(names)) == len(names) and all(
        type(name) is str and name != "" and name.isascii() for name in names
    )


def _uuid(text: Json, column: str | None) -> str:
    try:
        return str(UUID(text))
    except (ValueError, AttributeError, TypeError):
        said = f'invalid input syntax for type uuid: "{text}"'
        raise UnfitError("22P02", said, column=column or "") from None


def _moment(text: str) -> str:
    """The moment as Postgres shows it; "infinity" is one to Postgres."""
    try:
        return parse_moment(text).isoformat()
    except ValueError:
        return text


def holdable(values: Iterable[Value]) -> bool:
    """Whether a database can hold all texts of these values: no NUL, no half of a symbol."""
    for value in values:
        sort = type(value)
        if sort is Text and isinstance(value, Text) and value.formatted is None:
            if "\0" in value.plain or not (value.plain.isascii() or _whole(value.plain)):
                return False
        elif not (value is None or sort is float or sort is bool or _holdable(value)):
            return False
    return True


def _holdable(value: object) -> bool:
    match value:
        case str():
            return "\0" not in value and (value.isascii() or _whole(value))
        case Text(plain, formatted):
            return _holdable(plain) and (formatted is None or _holdable_json(formatted))
        case tuple():
            return not value or all(map(_holdable, value))
        case File(name, url, kind):
            return _holdable(name) and _holdable(url) and _holdable(kind)
        case Opaque(text):
            return _holdable_json(text)
        case _:
            return True


def _whole(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _holdable_json(text: str) -> bool:
    if "\\u0000" not in text:
        return _whole(text)
    return _has_no_nul(json.loads(text))


def _has_no_nul(value: Json) -> bool:
    match value:
        case str():
            return "\0" not in value and _whole(value)
        case list():
            return all(map(_has_no_nul, value))
        case dict():
            return all(_has_no_nul(key) and _has_no_nul(item) for key, item in value.items())
        case _:
            return True


@dataclass(slots=True)
class Relation:
    """A relation that a table owns; ``link`` is the link table of one to many."""

    name: str
    title: str
    to: str
    column: str | None
    link: str | None


class Layout:
    """What is where in a table: columns, relations, titles; worked out once."""

    __slots__ = (
        "by_column",
        "collection",
        "columns",
        "defaults",
        "many",
        "names",
        "one",
        "required",
        "table",
        "titles",
    )

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.table = collection.table
        self.titles = {f.name: f.title for f in collection.fields}
        self.columns = {
            f.name: Column(collection, f) for f in collection.carried if f.kind is not Kind.LINKS
        }
        self.by_column = {c.column: c for c in self.columns.values() if c.column is not None}
        relations = [
            Relation(f.name, f.title, f.to or "", f.column, f.link.table if f.link else None)
            for f in collection.carried
            if f.kind is Kind.LINKS
        ]
        self.many = tuple(r for r in relations if r.link is not None)
        self.one = tuple(r for r in relations if r.column is not None)
        self.required = tuple(n for n, column in self.columns.items() if column.required)
        self.names = frozenset({*self.columns, *(r.name for r in relations), UNDECLARED})
        self.defaults: dict[str, Value] = {n: empty(c.kind) for n, c in self.columns.items()}
        self.defaults[UNDECLARED] = None

    def read_anew(self, row: Row) -> None:
        """Read all columns of a row again, after a person wrote to `notion_extra`."""
        row.unreadable.clear()
        for name, column in self.columns.items():
            key = column.column
            if key is None:
                stored = None
            elif key in row.raw:
                stored = row.raw[key]
            else:
                stored = row.raw[key] = column.stored(row.values[name])
            self.put(row, column, column.joined(stored, row.beyond.get(column.title)))
        for relation in (*self.many, *self.one):
            beyond = row.beyond.get(relation.title)
            more = beyond.get("more") if isinstance(beyond, Mapping) else None
            if beyond is not None and not (
                isinstance(beyond, Mapping) and isinstance(more or [], list)
            ):
                row.unreadable.add(relation.name)

    def put(self, row: Row, column: Column, value: Value | Unreadable) -> None:
        """Let a row have a value that was read from its column."""
        if isinstance(value, Unreadable):
            row.values.pop(column.name, None)
            row.unreadable.add(column.name)
        else:
            row.values[column.name] = value
            row.unreadable.discard(column.name)

    def stored(self, row: Row, column: Column) -> Json:
        """What a column of a row holds."""
        if column.column in row.raw:
            return row.raw[column.column]
        return column.stored(row.values[column.name])

    def as_json(self, row: Row) -> dict[str, Json]:
        """The row without its relations, as `to_jsonb` shows it, as far as the codec asks."""
        found: dict[str, Json] = {
            key: self.stored(row, column) for key, column in self.by_column.items()
        }
        found["id"] = row.id
        found["notion_page_id"] = row.page_id
        found["notion_extra"] = self.beside(row)
        return found

    def beside(self, row: Row) -> dict[str, Json]:
        """What `notion_extra` holds."""
        undeclared = row.values.get(UNDECLARED)
        entries = undeclared.value() if isinstance(undeclared, Opaque) else {}
        return {**entries, **row.beyond}


def undeclared_of(layout: Layout, extra: Mapping[str, Json]) -> Value:
    """The entries of `notion_extra` that are no declared property's."""
    titles = set(layout.titles.values())
    entries = {title: entry for title, entry in extra.items() if title not in titles}
    return Opaque.of(entries) if entries else None
