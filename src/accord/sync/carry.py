"""Sight, plan, apply: carries sighted pages into Supabase.

Rules: a write names the version that it was planned on. What a person changed since is answered as
stale and planned again on a fresh sighting; nothing is overwritten unseen. A page of which a write
of ours is under way is left alone until it is known what became of it, and an index that may lag is
not believed about a page that was read or written a moment ago.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from accord.core.errors import NotionError
from accord.core.plan import Verb
from accord.core.ports import Binding, Known, Outcome, Problem, Result, RowWrite
from accord.core.record import Side, Sighting, title_of
from accord.core.schema import Collection
from accord.sync.adopt import Adopter
from accord.sync.judge import Judged, Terms, write_of
from accord.sync.report import Count, Tally
from accord.sync.round import Round

#: How often a record is planned when a person is faster than we are.
ATTEMPTS = 4

#: How long Notion's index may go on showing a page as it was.
LAG = timedelta(seconds=30)

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
        settled: pages whose rows hold what Supabase shall hold of them.
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
        round: the round it works in.
        adopter: knows the rows that pages without a row belong to.
    """

    round: Round
    adopter: Adopter

    async def carry(
        self, binding: Binding, sightings: Sequence[Sighting], tally: Tally, read_at: datetime
    ) -> Carried:
        """Bring the rows of these pages into step with them.

        ``read_at`` is no later than the moment at which Notion was asked for them.
        """
        carried = Carried()
        waiting = {s.page_id: s for s in sightings if s.page_id is not None}
        for _ in range(ATTEMPTS):
            if not waiting:
                break
            stale = await self._once(binding, waiting, tally, carried, read_at)
            carried.older.extend(page_id for page_id in stale if waiting[page_id].weak)
            waiting = {p: waiting[p] for p in stale if not waiting[p].weak}
        carried.refused.extend(_hurried(binding.collection, s) for s in waiting.values())
        carried.settled -= {problem.page_id or "" for problem in carried.refused}
        return carried

    async def _once(
        self,
        binding: Binding,
        sightings: Mapping[str, Sighting],
        tally: Tally,
        carried: Carried,
        read_at: datetime,
    ) -> list[str]:
        """One attempt; answers the pages whose rows changed meanwhile."""
        collection = binding.collection
        known = await self.round.supabase.sight(collection, list(sightings))
        strangers = [s for page_id, s in sightings.items() if page_id not in known]
        adopted = await self.adopter.rows_of(binding, strangers)
        writes: list[RowWrite] = []
        judged: dict[str, Judged] = {}
        for page_id, sighting in sightings.items():
            before = known.get(page_id) or adopted.get(page_id)
            if page_id in self.adopter.ignored or (before is not None and before.intent):
                continue  # a write of ours is under way: it is looked at when that is over
            if _is_older(sighting, before):
                carried.older.append(page_id)
                continue
            try:
                seen = await self.round.hidden.put_back(collection, sighting, before)
            except NotionError as error:
                carried.refused.append(_unasked(collection, sighting, error))
                continue
            row_id = before.row_id if before else row_id_of(page_id)
            one = self.round.judge(collection, page_id, row_id, seen, before)
            if one.page_differs and _is_too_fresh(sighting, before, read_at):
                carried.older.append(page_id)
                continue
            carried.refused.extend(_objections(collection, page_id, seen))
            carried.refused.extend(self._unreadable(before, collection, page_id, seen))
            if not (one.to_notion or (before and before.unreadable)):
                self.round.failures.landed(page_id)  # nothing more of the row waits for Notion
            terms = Terms(
                pulls=self.round.options.pulls,
                seen_at=read_at,
                stamps=self.round.options.stamps,
            )
            write = write_of(one, terms)
            if write is None:
                carried.settled.add(page_id)
                continue
            if row_id in self.round.planned:
                continue  # a dry run reads again what a real one has written by now
            judged[page_id] = one
            writes.append(write)
        outcomes = await self.round.commit(collection, writes)
        return self._count(outcomes, judged, tally, carried)

    def _count(
        self,
        outcomes: Sequence[Outcome],
        judged: Mapping[str, Judged],
        tally: Tally,
        carried: Carried,
    ) -> list[str]:
        stale = []
        for outcome in outcomes:
            page_id = outcome.page_id or ""
            match outcome.result:
                case Result.DONE:
                    carried.changed += 1
                    carried.settled.add(page_id)
                    count(tally, judged[page_id])
                case Result.STALE:
                    stale.append(page_id)
                case Result.REFUSED:
                    carried.refused.append(named(outcome, judged[page_id]))
        return stale

    def _unreadable(
        self, known: Known | None, collection: Collection, page_id: str, sighting: Sighting
    ) -> Iterator[Problem]:
        """Values of the row that cannot be compared: neither side is written; they are named.

        Whoever pushes hears when the row is corrected; who does not, has to look at it again.
        """
        title = title_of(collection, sighting.record)
        row_id = known.row_id if known and self.round.options.pushes else None
        for problem in known.unreadable if known else ():
            yield replace(problem, page_id=page_id, record=title, row_id=row_id)


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


def _is_too_fresh(sighting: Sighting, known: Known | None, read_at: datetime) -> bool:
    """Whether the page was read or written so lately that an index may not show it yet."""
    if not sighting.weak or known is None or known.seen_at is None:
        return False
    return read_at - LAG < known.seen_at


def count(tally: Tally, judged: Judged) -> None:
    """Count what a plan did in Supabase."""
    verbs = {step.verb for step in judged.plan.toward(Side.SUPABASE)}
    if Verb.CREATE in verbs:
        tally.counts[Count.CREATED] += 1
    elif Verb.TRASH in verbs:
        tally.counts[Count.TRASHED] += 1
    elif Verb.RESTORE in verbs:
        tally.counts[Count.RESTORED] += 1
    elif Verb.UPDATE in verbs:
        tally.counts[Count.UPDATED] += 1
    tally.counts[Count.CONFLICTS] += len(judged.plan.conflicts)


def named(outcome: Outcome, judged: Judged) -> Problem:
    """The reason of a refusal, with the record's name."""
    collection = judged.collection
    problem = outcome.problem or Problem(
        collection.table, "Supabase refused the record", "Run again with --verbose."
    )
    title = title_of(collection, judged.seen.record)
    return replace(problem, page_id=judged.page_id, record=problem.record or title)
