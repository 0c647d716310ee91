"""The managed properties of a page: what the synchronisation itself writes for people.

Rule: pure. They are read and written where a data source has them, and nothing depends on it: one
that is missing or was made into something else is left out. A stamp never fails a write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from accord.core.ports import Binding
from accord.core.schema import Field, Managed, PropertyType
from accord.core.stamps import Stamps
from accord.core.values import Json, Span, Text, printable
from accord.notion.calls import minute
from accord.notion.properties import UnreadableError, decode_value, encode_value, storable


def stamp_id(binding: Binding, managed: Managed) -> str | None:
    """The id of a managed property; None where the data source has none of its type."""
    for declared, property_id in _managed(binding):
        if declared.managed is managed:
            return property_id
    return None


def decode_stamps(binding: Binding, by_id: Mapping[str, Mapping[str, Json]]) -> Stamps:
    """What stands in the managed properties of a page, given as property id -> its object."""
    shown: dict[Managed, Text | Span] = {}
    for declared, property_id in _managed(binding):
        answer = by_id.get(property_id)
        if declared.managed is None or answer is None:
            continue
        try:
            value = decode_value(declared.type, answer)
        except UnreadableError:
            continue
        if isinstance(value, Text | Span):
            shown[declared.managed] = value
    return Stamps(
        supabase_id=_words(shown.get(Managed.SUPABASE_ID)),
        last_synced=_moment(shown.get(Managed.LAST_SYNCED)),
        status=_words(shown.get(Managed.SYNC_STATUS)),
    )


def encode_stamps(binding: Binding, stamps: Stamps) -> dict[str, Json]:
    """The managed properties of a request: property id -> value; Notion holds whole minutes."""
    said = {
        Managed.SUPABASE_ID: stamps.supabase_id,
        Managed.LAST_SYNCED: stamps.last_synced,
        Managed.SYNC_STATUS: stamps.status,
    }
    properties: dict[str, Json] = {}
    for declared, property_id in _managed(binding):
        stamp = None if declared.managed is None else said[declared.managed]
        if isinstance(stamp, datetime) and declared.type is PropertyType.DATE:
            properties[property_id] = {"date": {"start": minute(stamp)}}
        elif isinstance(stamp, str) and declared.type is PropertyType.RICH_TEXT:
            text = Text(printable(stamp))
            properties[property_id] = encode_value(declared.type, text, title=declared.title)
    return properties


def _managed(binding: Binding) -> Iterator[tuple[Field, str]]:
    for declared in binding.collection.managed:
        if declared.name in binding.fields:
            yield declared, binding.fields[declared.name]


def _words(value: Text | Span | None) -> str | None:
    plain = value.plain.strip() if isinstance(value, Text) else ""
    return plain if plain and storable(plain) else None


def _moment(value: Text | Span | None) -> datetime | None:
    return value.instant() if isinstance(value, Span) else None
