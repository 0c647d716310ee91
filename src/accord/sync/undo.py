"""Takes changes back: what a round did, or what became of a record.

Rules: of each field the value before the first change in question comes back, and only where
nobody changed it since; what is not taken back is said. It is done as a person would do it, so that
it reaches both sides, is remembered, and can itself be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accord.core.history import WHOLE, Why
from accord.core.plan import DELETED
from accord.core.ports import Binding, Known, Problem, Remembered, Result, RowEdit
from accord.core.record import title_of
from accord.core.schema import Collection, Schema
from accord.core.values import Json, Value, empty, to_json
from accord.sync.push import Pusher
from accord.sync.round import Round

#: So many rows are changed at once.
BATCH = 100


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be taken back: the changes of a round, or of a record.

    Args:
        round_number: the round.
        row_id: the record; of it the changes of the last round that changed it.
        since: of the record, all changes since then.
    """

    round_number: int | None = None
    row_id: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """One thing to take back, or to leave.

    Args:
        table: the record's table.
        row_id: its row.
        record: its title.
        field: the field's name, or "deleted_at".
        property: the property's title.
        now: what the row holds.
        then: what it is to hold.
        left: why it is not taken back; "" where it is.
    """

    table: str
    row_id: str
    record: str
    field: str
    property: str
    now: Value
    then: Value
    left: str = ""

    def to_json(self) -> Json:
        """The JSON form."""
        return {
            "table": self.table,
            "row_id": self.row_id,
            "record": self.record,
            "property": self.property,
            "now": to_json(self.now),
            "then": to_json(self.then),
            "left": self.left or None,
        }


@dataclass(slots=True)
class Undoer:
    """Takes changes back.

    Args:
        round: the round it works in.
        pusher: tells Notion.
    """

    round: Round
    pusher: Pusher
    _known: dict[tuple[str, str], Known] = field(default_factory=dict)

    async def plan(self, scope: Scope) -> list[Back]:
        """What would be taken back, and what would be left; nothing is written."""
        entries = await self._entries(scope)
        by_row: dict[tuple[str, str], list[Remembered]] = {}
        for entry in entries:
            by_row.setdefault((entry.table, entry.row_id), []).append(entry)
        await self._sight(list(by_row))
        since = await self._since(entries)
        plan: list[Back] = []
        for (table, row_id), changes in by_row.items():
            known = self._known.get((table, row_id))
            collection = self.round.schema.collection(table)
            taken = {entry.id for entry in changes}
            later = [
                entry
                for entry in since.get(row_id, ())
                if entry.id > changes[0].id and entry.id not in taken
            ]
            backs = plan_record(collection, self.round.bindings.get(table), known, changes, later)
            plan.extend(backs)
        return plan

    async def carry_out(self, plan: Sequence[Back]) -> None:
        """Take back what the plan says, in Supabase and then in Notion."""
        edits: dict[str, list[RowEdit]] = {}
        for (table, row_id), backs in _by_row(plan).items():
            known = self._known[table, row_id]
            lives = [bool(b.then) for b in backs if b.field == DELETED]
            changes = {b.field: b.then for b in backs if b.field != DELETED}
            version = known.row.version if known.row else 0
            deleted = lives[0] if lives else None
            edits.setdefault(table, []).append(
                RowEdit(row_id, version, changes, deleted, why=Why.UNDO.value)
            )
        changed: dict[str, list[str]] = {}
        for table, wanted in edits.items():
            collection = self.round.schema.collection(table)
            for at in range(0, len(wanted), BATCH):
                batch = wanted[at : at + BATCH]
                for outcome in await self.round.supabase.edit(collection, batch):
                    if outcome.result is Result.DONE:
                        changed.setdefault(table, []).append(outcome.row_id)
                    else:
                        self._name(table, outcome.row_id, outcome.problem)
        if changed:
            await self.pusher.push(changed)

    async def _entries(self, scope: Scope) -> tuple[Remembered, ...]:
        ledger, schema = self.round.ledger, self.round.schema
        if scope.round_number is not None:
            entries = await ledger.history(schema, round_number=scope.round_number)
        else:
            rows = None if scope.row_id is None else [scope.row_id]
            entries = await ledger.history(schema, row_ids=rows, since=scope.since)
            if scope.since is None:
                rounds = [e.round for e in entries if _is_of_people(schema, e)]
                entries = tuple(entry for entry in entries if entry.round in rounds[-1:])
        return tuple(e for e in entries if e.table in self.round.report.tallies)

    async def _since(self, entries: Sequence[Remembered]) -> dict[str, list[Remembered]]:
        """All that became of the records of these entries since the first of them, by row."""
        found: dict[str, list[Remembered]] = {}
        if entries:
            rows = sorted({entry.row_id for entry in entries})
            ledger, schema = self.round.ledger, self.round.schema
            for entry in await ledger.history(schema, row_ids=rows, after=entries[0].id):
                found.setdefault(entry.row_id, []).append(entry)
        return found

    async def _sight(self, rows: Sequence[tuple[str, str]]) -> None:
        for collection in self.round.schema:
            ids = [row_id for table, row_id in rows if table == collection.table]
            for at in range(0, len(ids), BATCH):
                batch = ids[at : at + BATCH]
                found = await self.round.supabase.sight_rows(collection, batch)
                self._known |= {(collection.table, row): each for row, each in found.items()}

    def _name(self, table: str, row_id: str, problem: Problem | None) -> None:
        known = self._known[table, row_id]
        record = (
            title_of(self.round.schema.collection(table), known.row.record) if known.row else ""
        )
        self.round.report.problems.append(
            Problem(
                table,
                f"it was not taken back: {problem.reason}"
                if problem
                else "it was changed in Supabase just now, and was not taken back",
                problem.remedy if problem else "Look at it, and undo again if you still want to.",
                known.page_id,
                record,
                problem.property if problem else "",
                row_id,
            )
        )


def plan_record(
    collection: Collection,
    binding: Binding | None,
    known: Known | None,
    changes: Sequence[Remembered],
    later: Sequence[Remembered],
) -> Iterator[Back]:
    """What is to be taken back of one record.

    Args:
        collection: where it belongs.
        binding: how its fields are found in Notion now; None where it cannot be seen.
        known: its row; None where there is none.
        changes: what is to be taken back, oldest first.
        later: what else became of it since the first of these.
    """
    first: dict[str, Remembered] = {}
    last: dict[str, Remembered] = {}
    for entry in changes:
        first.setdefault(entry.applied.field, entry)
        last[entry.applied.field] = entry
    row = known.row if known else None
    record = title_of(collection, row.record) if row else ""
    written = {f.name: f for f in collection.carried if not f.computed}
    touched = {entry.applied.field for entry in later} & {*written, DELETED, WHOLE}

    def back(name: str, now: Value, then: Value, left: str = "") -> Back:
        title = written[name].title if name in written else name
        return Back(collection.table, changes[0].row_id, record, name, title, now, then, left)

    if row is None or binding is None:
        gone = "its row is gone" if row is None else "its database cannot be seen in Notion"
        yield back(DELETED, None, None, gone)
        return
    dead = row.deleted
    if WHOLE in first:
        if dead:
            return
        edited = touched or row.version != 0
        why = "the new record was changed since; it is not moved to the trash" if edited else ""
        yield back(DELETED, now=False, then=True, left=why)
        return
    if DELETED in first:
        then = bool(first[DELETED].applied.old)
        if dead != bool(last[DELETED].applied.new):
            yield back(DELETED, dead, then, "it was changed since")
        elif dead != then:
            yield back(DELETED, dead, then)
            dead = then
    for name in (name for name in written if name in first and name in row.record.values):
        before = _empty_or(binding, name, first[name].applied.old)
        held = row.record.values[name]
        if held != before:
            yield back(name, held, before, _objection(binding, name, held, last[name], dead=dead))


def _is_of_people(schema: Schema, entry: Remembered) -> bool:
    """Whether it can be taken back: not what Notion works out by itself."""
    name = entry.applied.field
    fields = (f for f in schema.collection(entry.table).carried if not f.computed)
    return name in {WHOLE, DELETED, *(f.name for f in fields)}


def _objection(binding: Binding, name: str, now: Value, last: Remembered, *, dead: bool) -> str:
    """What speaks against taking a field back; "" when nothing does."""
    if now != _empty_or(binding, name, last.applied.new):
        return "it was changed since"
    if dead:
        return "the record is in the trash"
    if name not in binding.fields:
        return "its property is gone in Notion or has another type"
    return ""


def _empty_or(binding: Binding, name: str, value: Value) -> Value:
    return empty(binding.collection.field(name).kind) if value is None else value


def _by_row(plan: Sequence[Back]) -> Mapping[tuple[str, str], list[Back]]:
    rows: dict[tuple[str, str], list[Back]] = {}
    for each in plan:
        if not each.left:
            rows.setdefault((each.table, each.row_id), []).append(each)
    return rows
