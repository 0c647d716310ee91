"""Records as the functions of schema ``sync`` take and give them.

Rule: pure. What goes is names, JSON values and page ids; what comes back is read by the codec, and
a field that is not known is absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from accord.core.history import Applied
from accord.core.intent import Intent
from accord.core.merge import Unknown
from accord.core.plan import Conflict
from accord.core.ports import Known, Problem, RowEdit, RowWrite
from accord.core.record import Base, Record, Sighting, title_of_field
from accord.core.schema import Collection
from accord.core.values import Json, Kind, to_json
from accord.supabase.codec import decode_row, encode_row


def known_record(collection: Collection, item: Mapping[str, Json]) -> Known:
    """What ``sync.sighted_v1`` says of a row."""
    base = item["base"]
    row = item["row"]
    intent = item["intent"]
    sighting, unreadable = (None, ()) if row is None else _sighting(collection, item, row)
    return Known(
        row_id=str(item["row_id"]),
        base=None
        if base is None
        else Base(Record.from_json(collection, base), bool(item["deleted"])),
        row=sighting,
        unreadable=unreadable,
        buried=frozenset(item["buried"] or ()),
        page_edited_at=moment(item["page_edited_at"]),
        ledger=str(item["ledger"]),
        page_id=item["page_id"],
        seen_at=moment(item["seen_at"]),
        intent=None if intent is None else Intent.from_json(collection, intent),
        why=item["why"],
    )


def _sighting(
    collection: Collection, item: Mapping[str, Json], row: Mapping[str, Json]
) -> tuple[Sighting, tuple[Problem, ...]]:
    links: dict[str, Sequence[str]] = dict(item["links"] or {})
    for name, page_id in (item["targets"] or {}).items():
        links[name] = () if page_id is None else (page_id,)
    decoded = decode_row(collection, row, row.get("notion_extra", {}), links)
    record = decoded.record
    if item["gone"]:  # its links went with it: they are not empty, they are not known
        values = {
            name: value
            for name, value in record.values.items()
            if name not in {f.name for f in collection.carried if f.kind is Kind.LINKS}
        }
        record = Record(values)
    sighting = Sighting(
        record=record,
        page_id=item["page_id"],
        row_id=str(item["row_id"]),
        deleted=bool(item["gone"]) or row.get("deleted_at") is not None,
        created_at=moment(item["created_at"]),
        edited_at=moment(item["edited_at"]),
        version=int(item["version"]),
        edited_by=item["by"],
    )
    return sighting, decoded.notes


def moment(text: str | None) -> datetime | None:
    """A moment as Postgres writes it."""
    return None if text is None else datetime.fromisoformat(text)


def written_record(collection: Collection, write: RowWrite, *, revive: bool) -> Json:
    """What ``sync.commit_v1`` is told of a write.

    Args:
        collection: where the record belongs.
        write: the write.
        revive: a row that a person deleted is to come back.

    Raises:
        ValueRefusedError: a value cannot be held by any database.
    """
    base = write.base
    return {
        **_columns(collection, write),
        "page_id": write.page_id,
        "ledger": write.ledger,
        "fresh": write.create,
        "needs_row": write.create or bool(write.changes) or write.deleted is False,
        "revive": revive,
        "in_step": write.in_step,
        "refused": write.refused,
        "created_at": write.created_at,
        "edited_at": write.edited_at,
        "seen_at": write.seen_at,
        "base": None if base is None else base.record.to_json(),
        "base_deleted": None if base is None else base.deleted,
        "conflicts": [_conflict(collection, conflict) for conflict in write.conflicts],
        "intent": None if write.intent is None else write.intent.to_json(),
        "stamp": write.stamp,
        "history": [_applied(collection, applied) for applied in write.history],
        "round": write.round,
    }


def edited_record(collection: Collection, edit: RowEdit, *, revive: bool) -> Json:
    """What ``sync.edit_v1`` is told of an edit.

    Args:
        collection: where the record belongs.
        edit: the edit.
        revive: a row that is gone is to come back.

    Raises:
        ValueRefusedError: a value cannot be held by any database.
    """
    return {
        **_columns(collection, edit),
        "fresh": False,
        "revive": revive,
        "why": edit.why,
        "by_whom": edit.by,
    }


def _columns(collection: Collection, write: RowWrite | RowEdit) -> dict[str, Json]:
    """What is to be in the row, and on what row this was planned."""
    create = isinstance(write, RowWrite) and write.create
    change = encode_row(collection, write.changes)
    extra: dict[str, Json] = {}
    kept = {title: entry for title, entry in change.extra.items() if entry is not None}
    dropped = [title for title, entry in change.extra.items() if entry is None]
    if kept:
        extra["set"] = kept
    if dropped and not create:
        extra["drop"] = dropped
    if create:  # where the page had this row before, what it held till then goes
        extra["only"] = [f.title for f in collection.carried if f.name not in write.changes]
    elif change.only is not None:
        extra["only"] = change.only
    return {
        "row_id": write.row_id,
        "version": write.expected_version,
        "deleted": write.deleted,
        "columns": change.columns,
        "extra": extra or None,
        "links": change.links,
        "targets": change.targets,
    }


def _conflict(collection: Collection, conflict: Conflict) -> Json:
    told: dict[str, Json] = {
        "property": title_of_field(collection, conflict.field),
        "notion": to_json(conflict.notion),
        "supabase": to_json(conflict.supabase),
        "policy": conflict.policy.value,
        "winner": conflict.winner.value,
    }
    if not isinstance(conflict.base, Unknown):
        told["base"] = to_json(conflict.base)
    return told


def _applied(collection: Collection, applied: Applied) -> Json:
    return {
        "property": title_of_field(collection, applied.field),
        "field": applied.field,
        "old": to_json(applied.old),
        "new": to_json(applied.new),
        "source": applied.source.value,
        "why": applied.why.value,
        "by": applied.by,
    }
