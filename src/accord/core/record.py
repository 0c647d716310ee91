"""Records and sightings: what was read, from where, and how sure we are of it.

Rule: a record is immutable; a field that is absent was not sighted, which is not the same as empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from accord.core.schema import Collection
from accord.core.stamps import UNSTAMPED, Stamps
from accord.core.values import Json, Opaque, Text, Value, from_json, to_json


class Side(StrEnum):
    """The two sides."""

    NOTION = "notion"
    SUPABASE = "supabase"


#: The pseudo-field that carries the properties which no model declares, as one `Opaque` object
#: (property title -> {"type": ..., ...}) or None. It travels from Notion to `notion_extra` only.
UNDECLARED = "*"


@dataclass(frozen=True, slots=True)
class Record:
    """Canonical values of one row, by field name."""

    values: Mapping[str, Value]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def updated(self, changes: Mapping[str, Value]) -> Record:
        """The record with some values replaced."""
        return Record({**self.values, **changes})

    def to_json(self) -> Json:
        """The form in which the ledger keeps a record."""
        return {name: to_json(value) for name, value in self.values.items()}

    @classmethod
    def from_json(cls, collection: Collection, stored: Mapping[str, Json]) -> Record:
        """Read back what `to_json` wrote; fields that are declared no more are left out."""
        values: dict[str, Value] = {
            f.name: from_json(f.kind, stored[f.name])
            for f in collection.carried
            if f.name in stored
        }
        if UNDECLARED in stored:
            undeclared = stored[UNDECLARED]
            values[UNDECLARED] = None if undeclared is None else Opaque.of(undeclared)
        return cls(values)


def title_of(collection: Collection, record: Record) -> str:
    """The text by which a person finds the record; "" where it has none."""
    value = record.values.get(collection.title_field.name)
    return value.plain if isinstance(value, Text) else ""


def title_of_field(collection: Collection, name: str) -> str:
    """The property's title; what is no field stands for itself."""
    return next((field.title for field in collection.fields if field.name == name), name)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A record as read from one replica.

    Args:
        record: its values; fields that could not be read are absent.
        page_id: the page, with dashes; None for a row that has no page yet.
        row_id: the row; None for a page that has no row yet.
        deleted: in Notion's trash, or `deleted_at` set.
        created_at: when the record came to be on its side.
        edited_at: when it was last edited on its side (in Notion cut to the minute).
        version: of a row: its dirty version, 0 when it is in step; of a page: 0.
        weak: read from an index that may lag (a query, not a GET).
        mirrors: of a page: the targets of its mirror fields, by field name.
        stamps: of a page: what the synchronisation wrote into it.
        edited_by: who edited it last, as its side names people.
        created_by: of a page: the user that created it.
    """

    record: Record
    page_id: str | None = None
    row_id: str | None = None
    deleted: bool = False
    created_at: datetime | None = None
    edited_at: datetime | None = None
    version: int = 0
    weak: bool = False
    mirrors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stamps: Stamps = UNSTAMPED
    edited_by: str | None = None
    created_by: str | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """What both sides last held: the common ancestor of a merge."""

    record: Record
    deleted: bool = False
