"""What the ledger's functions answer, as the core knows it.

Rule: pure. Values are read by the kind of their field; what is declared no more is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from accord.core.history import WHOLE, Applied, Why
from accord.core.plan import DELETED
from accord.core.ports import (
    Dispute,
    Lease,
    PastRound,
    Problem,
    Remembered,
    RoundEntry,
    StampDue,
)
from accord.core.record import UNDECLARED, Side
from accord.core.schema import Schema
from accord.core.values import Json, Opaque, Value, from_json
from accord.supabase.records import moment


def problem(item: Mapping[str, Json]) -> Problem:
    """A row of ``sync.problem``."""
    return Problem(
        table=item["table_name"],
        reason=item["reason"],
        remedy=item["remedy"],
        page_id=item["page_id"],
        record=item["record"],
        property=item["property"],
        row_id=item["row_id"],
        ignored=item["ignored"],
    )


def lease(item: Mapping[str, Json]) -> Lease:
    """What ``sync.take_lease_v1`` answers."""
    until = datetime.fromisoformat(item["until"])
    return Lease(item["owner"], item["fence"], until, item["mine"])


def stamp_due(item: Mapping[str, Json]) -> StampDue:
    """One entry of what ``sync.stamps_due_v1`` answers."""
    told = item["problem"]
    return StampDue(
        table=item["table"],
        page_id=item["page_id"],
        row_id=item["row_id"],
        problem=None if told is None else problem(told),
        at=datetime.fromisoformat(item["at"]),
    )


def dispute(item: Mapping[str, Json]) -> Dispute:
    """A row of ``sync.conflicts``."""
    return Dispute(
        id=item["id"],
        table=item["table_name"],
        row_id=item["row_id"],
        page_id=item["page_id"],
        property=item["property"],
        base=item["base_value"],
        notion=item["notion_value"],
        supabase=item["supabase_value"],
        policy=item["policy"],
        winner=item["winner"],
        detected_at=datetime.fromisoformat(item["detected_at"]),
        resolved_at=moment(item["resolved_at"]),
    )


def past_round(item: Mapping[str, Json]) -> PastRound:
    """A row of ``sync.round``."""
    began = datetime.fromisoformat(item["started_at"])
    ended = moment(item["ended_at"])
    entry = None
    if ended is not None:
        problems = tuple(Problem(**told) for told in item["problems"])
        entry = RoundEntry(
            began, ended, item["direction"], item["requests"], item["counts"], problems
        )
    return PastRound(item["id"], began, item["direction"], entry)


def remembered(schema: Schema, item: Mapping[str, Json]) -> Iterator[Remembered]:
    """A row of ``sync.changes``; nothing where its table or field is declared no more."""
    try:
        old, new = (_value(schema, item, item[which]) for which in ("old", "new"))
    except KeyError:
        return
    yield Remembered(
        id=item["id"],
        at=datetime.fromisoformat(item["at"]),
        round=item["round"],
        table=item["table_name"],
        row_id=item["row_id"],
        page_id=item["page_id"],
        title=item["property"],
        applied=Applied(
            field=item["field"],
            old=old,
            new=new,
            source=Side(item["source"]),
            why=Why(item["why"]),
            by=item["by_whom"],
        ),
    )


def _value(schema: Schema, item: Mapping[str, Json], stored: Json) -> Value:
    collection = schema.collection(item["table_name"])
    name = item["field"]
    if name in {WHOLE, DELETED}:
        checked: Value = stored
        return checked
    if name == UNDECLARED:
        return None if stored is None else Opaque.of(stored)
    return from_json(collection.field(name).kind, stored)
