"""The Supabase side: reads rows with their ledger entries, and writes both in one transaction.

Rule: values go through the codec and nothing else; the decisions of a commit (stale, refused, what
waits) are made in Postgres, where the rows are locked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import orjson

from accord.core.errors import OurError, ValueRefusedError
from accord.core.merge import Unknown
from accord.core.plan import Conflict
from accord.core.ports import Known, Outcome, Problem, Result, RowWrite
from accord.core.record import Base, Record, Sighting
from accord.core.schema import Collection
from accord.core.values import Json, Kind, Value, to_json
from accord.supabase.codec import decode_row, encode_row
from accord.supabase.door import Door
from accord.supabase.refusals import refusal, refused_by_postgres
from accord.supabase.shape import shape_of


class Supabase:
    """The tables of public, with the ledger beside them.

    Args:
        door: the way to the database.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._shapes: dict[str, orjson.Fragment] = {}

    async def sight(self, collection: Collection, page_ids: Sequence[str]) -> dict[str, Known]:
        """What is known of these pages; pages that are not linked yet are left out."""
        if not page_ids:
            return {}
        answer = await self._door.call("sight_v1", self._shape(collection), list(page_ids))
        return {str(item["page_id"]): _known(collection, item) for item in answer}

    async def commit(
        self, collection: Collection, writes: Sequence[RowWrite]
    ) -> tuple[Outcome, ...]:
        """Write records and their ledger entries; each is done, stale or refused by itself."""
        outcomes = await self._commit(collection, writes)
        gone = [write for write in writes if outcomes[write.page_id] is None]
        if gone:
            # A person deleted the row, and it is to live: it comes back as it was, with the
            # links of the base, which went with the row.
            back = [_with_links_of_base(collection, write) for write in gone]
            outcomes |= await self._commit(collection, back, revive=True)
        return tuple(
            outcomes[write.page_id] or Outcome(write.page_id, Result.STALE) for write in writes
        )

    async def _commit(
        self, collection: Collection, writes: Sequence[RowWrite], *, revive: bool = False
    ) -> dict[str, Outcome | None]:
        """Outcomes by page; None where the row is gone."""
        outcomes: dict[str, Outcome | None] = {}
        records: list[orjson.Fragment] = []
        sent: dict[str, RowWrite] = {}
        for write in writes:
            try:
                text = orjson.dumps(_record(collection, write, revive=revive))
            except ValueRefusedError as error:
                problem = refusal(collection, write, error.reason, error.remedy, error.field)
                outcomes[write.page_id] = Outcome(write.page_id, Result.REFUSED, problem)
                continue
            except orjson.JSONEncodeError:
                outcomes[write.page_id] = _unwritable(collection, write)
                continue
            if rb"\u0000" in text and _has_nul(orjson.loads(text)):
                outcomes[write.page_id] = _unwritable(collection, write)
                continue
            records.append(orjson.Fragment(text))
            sent[write.page_id] = write
        if records:
            answer = await self._door.call("commit_v1", self._shape(collection), records)
            for item in answer:
                page_id = str(item["page_id"])
                outcomes[page_id] = _outcome(collection, sent[page_id], item)
        missing = [write.page_id for write in writes if write.page_id not in outcomes]
        if missing:
            raise OurError(f"sync.commit_v1 did not answer for {', '.join(missing)}")
        return outcomes

    def _shape(self, collection: Collection) -> orjson.Fragment:
        shape = self._shapes.get(collection.table)
        if shape is None:
            shape = orjson.Fragment(orjson.dumps(shape_of(collection)))
            self._shapes[collection.table] = shape
        return shape


def _known(collection: Collection, item: Mapping[str, Json]) -> Known:
    base = item["base"]
    row = item["row"]
    sighting, unreadable = (None, ()) if row is None else _sighting(collection, item, row)
    return Known(
        row_id=str(item["row_id"]),
        base=None
        if base is None
        else Base(Record.from_json(collection, base), bool(item["deleted"])),
        row=sighting,
        unreadable=unreadable,
        buried=frozenset(item["buried"] or ()),
        page_edited_at=_moment(item["page_edited_at"]),
        ledger=str(item["ledger"]),
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
        page_id=str(item["page_id"]),
        row_id=str(item["row_id"]),
        deleted=bool(item["gone"]) or row.get("deleted_at") is not None,
        created_at=_moment(item["created_at"]),
        edited_at=_moment(item["edited_at"]),
        version=int(item["version"]),
    )
    return sighting, decoded.notes


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _record(collection: Collection, write: RowWrite, *, revive: bool) -> Json:
    change = encode_row(collection, write.changes)
    extra: dict[str, Json] = {}
    kept = {title: entry for title, entry in change.extra.items() if entry is not None}
    dropped = [title for title, entry in change.extra.items() if entry is None]
    if kept:
        extra["set"] = kept
    if dropped and not write.create:
        extra["drop"] = dropped
    if write.create:  # where the page had this row before, what it held till then goes
        extra["only"] = [f.title for f in collection.carried if f.name not in write.changes]
    elif change.only is not None:
        extra["only"] = change.only
    return {
        "page_id": write.page_id,
        "row_id": write.row_id,
        "version": write.expected_version,
        "ledger": write.ledger,
        "fresh": write.create,
        "revive": revive,
        "deleted": write.deleted,
        "in_step": write.in_step,
        "created_at": write.created_at,
        "edited_at": write.edited_at,
        "base": write.base.record.to_json(),
        "base_deleted": write.base.deleted,
        "columns": change.columns,
        "extra": extra or None,
        "links": change.links,
        "targets": change.targets,
        "conflicts": [_conflict(collection, conflict) for conflict in write.conflicts],
    }


def _conflict(collection: Collection, conflict: Conflict) -> Json:
    titles = {field.name: field.title for field in collection.fields}
    told: dict[str, Json] = {
        "property": titles.get(conflict.field, conflict.field),
        "notion": to_json(conflict.notion),
        "supabase": to_json(conflict.supabase),
        "policy": conflict.policy.value,
        "winner": conflict.winner.value,
    }
    if not isinstance(conflict.base, Unknown):
        told["base"] = to_json(conflict.base)
    return told


def _with_links_of_base(collection: Collection, write: RowWrite) -> RowWrite:
    links: dict[str, Value] = {
        field.name: write.base.record.values[field.name]
        for field in collection.carried
        if field.kind is Kind.LINKS and field.name in write.base.record.values
    }
    return replace(write, changes=links | dict(write.changes))


def _outcome(collection: Collection, write: RowWrite, item: Mapping[str, Json]) -> Outcome | None:
    match item["result"]:
        case "gone":
            return None
        case "refused":
            problem = refused_by_postgres(collection, write, item)
            return Outcome(write.page_id, Result.REFUSED, problem)
        case result:
            return Outcome(write.page_id, Result(result))


def _unwritable(collection: Collection, write: RowWrite) -> Outcome:
    reason = "a text of it has a character that a database cannot hold (NUL or half a symbol)"
    remedy = "Find the text that was pasted from elsewhere and type that part anew."
    return Outcome(write.page_id, Result.REFUSED, refusal(collection, write, reason, remedy))


def _has_nul(value: Json) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any(_has_nul(item) for item in value)
        case dict():
            return any("\0" in key or _has_nul(item) for key, item in value.items())
        case _:
            return False
