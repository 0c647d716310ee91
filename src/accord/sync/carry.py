"""Sight, plan, apply: carries sighted pages into Supabase.

Rule: a write names the version that it was planned on. What a person changed since is answered as
stale and planned again on a fresh sighting; nothing is overwritten unseen.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from accord.core.errors import NotionError
from accord.core.plan import Action, Plan, Verb, make_plan
from accord.core.ports import Binding, Known, Outcome, Problem, Result, RowWrite, SupabaseReplica
from accord.core.record import Base, Record, Side, Sighting
from accord.core.schema import Collection, PropertyType
from accord.core.values import Text, Value
from accord.sync.hidden import HiddenLinks
from accord.sync.report import Count, Tally

#: How often a record is planned when a person is faster than we are.
ATTEMPTS = 4

#: Row ids of pages that were first seen in Notion: the same page always gets the same row.
ROW_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://notion.so/page-to-row")


def row_id_of(page_id: str) -> str:
    """The id of the row for a page that has none yet; the same at every attempt."""
    return str(uuid.uuid5(ROW_IDS, page_id))


@dataclass(slots=True)
class Carried:
    """What became of a batch.

    Args:
        changed: pages whose row or base was written (or would be, in a dry run).
        settled: pages that are in step now.
        refused: what could not be carried, each with its reason.
        older: pages whose sighting may be older than what the ledger holds: to be read by GET.
    """

    changed: int = 0
    settled: set[str] = field(default_factory=set)
    refused: list[Problem] = field(default_factory=list)
    older: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Carrier:
    """Carries sightings of pages into Supabase.

    Args:
        supabase: where to.
        hidden: knows the links that Notion hides.
        dry_run: plan, count, and write nothing.
    """

    supabase: SupabaseReplica
    hidden: HiddenLinks
    dry_run: bool = False

    async def carry(self, binding: Binding, sightings: Sequence[Sighting], tally: Tally) -> Carried:
        """Bring the rows of these pages into step with them."""
        carried = Carried()
        waiting = {s.page_id: s for s in sightings if s.page_id is not None}
        for _ in range(ATTEMPTS):
            if not waiting:
                break
            stale = await self._once(binding.collection, waiting, tally, carried)
            carried.older.extend(page_id for page_id in stale if waiting[page_id].weak)
            waiting = {p: waiting[p] for p in stale if not waiting[p].weak}
        carried.refused.extend(_hurried(binding.collection, s) for s in waiting.values())
        carried.settled -= {problem.page_id or "" for problem in carried.refused}
        return carried

    async def _once(
        self,
        collection: Collection,
        sightings: Mapping[str, Sighting],
        tally: Tally,
        carried: Carried,
    ) -> list[str]:
        """One attempt; answers the pages whose rows changed meanwhile."""
        known = await self.supabase.sight(collection, list(sightings))
        writes: list[RowWrite] = []
        plans: dict[str, Plan] = {}
        for page_id, sighting in sightings.items():
            before = known.get(page_id)
            if _is_older(sighting, before):
                carried.older.append(page_id)
                continue
            try:
                seen = await self.hidden.put_back(collection, sighting, before)
            except NotionError as error:
                carried.refused.append(_unasked(collection, sighting, error))
                continue
            plan = make_plan(
                collection, before.base if before else None, seen, before.row if before else None
            )
            carried.refused.extend(_objections(collection, page_id, seen))
            carried.refused.extend(_unreadable(before, collection, page_id, seen))
            write = _write(plan, page_id, seen, before)
            if write is None:
                carried.settled.add(page_id)
                continue
            plans[page_id] = plan
            writes.append(write)
        if self.dry_run:
            outcomes: Iterable[Outcome] = [Outcome(w.page_id, Result.DONE) for w in writes]
        else:
            outcomes = await self.supabase.commit(collection, writes) if writes else ()
        stale = []
        for outcome in outcomes:
            match outcome.result:
                case Result.DONE:
                    carried.changed += 1
                    carried.settled.add(outcome.page_id)
                    _count(tally, plans[outcome.page_id])
                case Result.STALE:
                    stale.append(outcome.page_id)
                case Result.REFUSED:
                    title = title_of(collection, sightings[outcome.page_id].record)
                    carried.refused.append(_named(outcome, collection, title))
        return stale


def title_of(collection: Collection, record: Record) -> str:
    """The text by which a person finds the record."""
    for each in collection.fields:
        if each.type is PropertyType.TITLE:
            value = record.values.get(each.name)
            return value.plain if isinstance(value, Text) else ""
    return ""


def _objections(collection: Collection, page_id: str, sighting: Sighting) -> Iterator[Problem]:
    """Values that their columns do not accept: kept beside the column, and named."""
    if sighting.deleted:
        return
    for each in collection.carried:
        objection = each.objection(sighting.record.values.get(each.name))
        if objection is not None:
            yield Problem(
                collection.table,
                f"{objection}; it is kept in notion_extra and the column is empty",
                "Correct it in Notion; the column follows at the next round.",
                page_id,
                title_of(collection, sighting.record),
                each.title,
            )


def _unreadable(
    known: Known | None, collection: Collection, page_id: str, sighting: Sighting
) -> Iterator[Problem]:
    """Values of the row that cannot be compared: neither side is written, and they are named."""
    for problem in known.unreadable if known else ():
        yield replace(problem, page_id=page_id, record=title_of(collection, sighting.record))


def _unasked(collection: Collection, sighting: Sighting, error: NotionError) -> Problem:
    return Problem(
        collection.table,
        f"whether its links were removed or are only hidden could not be asked: {error.message}",
        error.remedy or "The next round asks again; until then its row is left as it is.",
        sighting.page_id,
        title_of(collection, sighting.record),
    )


def _hurried(collection: Collection, sighting: Sighting) -> Problem:
    return Problem(
        collection.table,
        "its row was changed in Supabase each time that it was to be written",
        "Nothing was overwritten; the next round tries again.",
        sighting.page_id,
        title_of(collection, sighting.record),
    )


def _is_older(sighting: Sighting, known: Known | None) -> bool:
    """Whether an index showed the page as it was before we last read it."""
    if not sighting.weak or known is None or known.page_edited_at is None:
        return False
    return sighting.edited_at is not None and sighting.edited_at < known.page_edited_at


def _write(plan: Plan, page_id: str, sighting: Sighting, known: Known | None) -> RowWrite | None:
    """What to commit for a plan; None when neither the row nor the base has to change."""
    base = known.base if known else None
    steps = plan.toward(Side.SUPABASE)
    reburied = base is not None and base.deleted != plan.deleted and not _waits(plan)
    in_step = not plan.toward(Side.NOTION) and plan.action is not Action.HOLD
    marked = in_step and known is not None and known.row is not None and known.row.version != 0
    if not (steps or plan.agreed or plan.conflicts or reburied or marked):
        return None
    changes: dict[str, Value] = {}
    deleted: bool | None = None
    create = False
    for step in steps:
        changes.update(step.changes)
        match step.verb:
            case Verb.CREATE:
                create = True
                deleted = False
            case Verb.TRASH:
                deleted = True
            case Verb.RESTORE:
                deleted = False
            case Verb.UPDATE:
                pass
    unwritten = {name for step in plan.toward(Side.NOTION) for name in step.changes}
    settled = {name: value for name, value in changes.items() if name not in unwritten}
    record = (base.record if base else Record({})).updated({**plan.agreed, **settled})
    dead = plan.deleted if not _waits(plan) else bool(base and base.deleted)
    return RowWrite(
        page_id=page_id,
        row_id=known.row_id if known else row_id_of(page_id),
        expected_version=known.row.version if known and known.row else 0,
        ledger=known.ledger if known else "",
        changes=changes,
        base=Base(record, dead),
        create=create,
        deleted=deleted,
        in_step=in_step,
        conflicts=plan.conflicts,
        created_at=sighting.created_at,
        edited_at=sighting.edited_at,
    )


def _waits(plan: Plan) -> bool:
    """Whether the record's life is decided by a step that goes to Notion."""
    lives = {Verb.TRASH, Verb.RESTORE, Verb.CREATE}
    return any(step.verb in lives for step in plan.toward(Side.NOTION))


def _count(tally: Tally, plan: Plan) -> None:
    verbs = {step.verb for step in plan.toward(Side.SUPABASE)}
    if Verb.CREATE in verbs:
        tally.counts[Count.CREATED] += 1
    elif Verb.TRASH in verbs:
        tally.counts[Count.TRASHED] += 1
    elif Verb.RESTORE in verbs:
        tally.counts[Count.RESTORED] += 1
    elif Verb.UPDATE in verbs:
        tally.counts[Count.UPDATED] += 1
    tally.counts[Count.CONFLICTS] += len(plan.conflicts)


def _named(outcome: Outcome, collection: Collection, title: str) -> Problem:
    problem = outcome.problem or Problem(
        collection.table, "Supabase refused the record", "Run again with --verbose."
    )
    return replace(problem, page_id=outcome.page_id, record=problem.record or title)
