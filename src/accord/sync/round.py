"""One round, as all who work in it know it: both sides, the ledger, what is asked and what is done.

Rules: whoever writes to Supabase does so by `Round.commit`, so that what is remembered carries the
round's number; and a round has no number before it does something.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Collection as Collected
from dataclasses import dataclass, field, replace
from datetime import datetime

from accord.core.intent import Attempt
from accord.core.merge import Winner
from accord.core.ports import (
    Binding,
    Known,
    Ledger,
    NotionReplica,
    Outcome,
    Result,
    RowWrite,
    SourceState,
    SupabaseReplica,
)
from accord.core.record import Sighting
from accord.core.schema import Collection, Schema
from accord.core.stamps import receipt_of
from accord.core.values import Value
from accord.sync.expected import ExpectedLinks
from accord.sync.failures import Failures
from accord.sync.hidden import HiddenLinks
from accord.sync.judge import Judged, Waiting, judge
from accord.sync.options import Options
from accord.sync.report import Report, Tally, Watch


@dataclass(slots=True)
class Round:
    """One run of the engine.

    Args:
        schema: what is kept in step.
        notion: the Notion side.
        supabase: the Supabase side.
        ledger: what is remembered between rounds.
        options: what the round is asked to do.
        report: where counts, problems and notes are kept.
        watch: who looks on.
        failures: the records that cannot be brought into step.
        bindings: every data source that was found, by table, those of other rounds too.
        draw: a random number, for receipts.
        before_writing: called before each write to Notion; raises if we may not write any more.
        waiting: the conflicts of which a person has been told already, and has not decided.
        states: what is remembered of the data sources, by table.

    Attributes:
        planned: in a dry run, the rows that would be written, each with its page.
        would_stamp: in a dry run, the pages whose stamps would become due: page id -> table.
        would_write: in a dry run, the pages that would be written: their stamps ride along.
        unmade: rows whose page was not found, though its making was begun: the attempts so far.
            They stay written down: a page in the trash is found when it is back.
        would_link: in a dry run, the links that would wait for their target, and get it.
    """

    schema: Schema
    notion: NotionReplica
    supabase: SupabaseReplica
    ledger: Ledger
    options: Options
    report: Report
    watch: Watch
    failures: Failures
    bindings: Mapping[str, Binding]
    draw: Callable[[], int]
    before_writing: Callable[[], None] = lambda: None
    waiting: Collected[Waiting] = frozenset()
    states: Mapping[str, SourceState] = field(default_factory=dict)
    planned: dict[str, str | None] = field(default_factory=dict)
    would_stamp: dict[str, str] = field(default_factory=dict)
    would_write: set[str] = field(default_factory=set)
    unmade: dict[str, tuple[Attempt, ...]] = field(default_factory=dict)
    would_link: ExpectedLinks = field(default_factory=ExpectedLinks)
    hidden: HiddenLinks = field(init=False)
    _held: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _number: int | None = None

    def __post_init__(self) -> None:
        self.hidden = HiddenLinks(self.notion, self.bindings)

    @property
    def number(self) -> int | None:
        """The round's number; None as long as it did nothing."""
        return self._number

    @property
    def tables(self) -> list[str]:
        """The collections of this round whose databases can be seen, in the order of the models."""
        return [table for table in self.report.tallies if table in self.bindings]

    def disputed(self, table: str) -> frozenset[str]:
        """The rows of which a person has to decide something: no base tells what their pages hold.

        Those among them of which this round was the first to find it.
        """
        return frozenset(w[1] for w in self.waiting if w[0] == table) | self._held[table]

    def receipt(self) -> str:
        """A receipt that no other write has."""
        return receipt_of(self.draw())

    def tally(self, table: str) -> Tally:
        """Where the counts of a collection are kept; of one that was left out nothing is kept."""
        tally = self.report.tallies.get(table)
        return Tally(table, table) if tally is None else tally

    async def now(self) -> datetime:
        """Notion's clock."""
        return await self.notion.now()

    def judge(
        self,
        collection: Collection,
        page_id: str,
        row_id: str,
        seen: Sighting,
        known: Known | None,
        landed: Mapping[str, Value] | None = None,
    ) -> Judged:
        """Plan a record; see `accord.sync.judge.judge`."""
        return judge(collection, page_id, row_id, seen, known, landed, self.waiting)

    async def commit(
        self, collection: Collection, writes: Sequence[RowWrite]
    ) -> tuple[Outcome, ...]:
        """Write records; in a dry run all of them count as done."""
        if not writes:
            return ()
        held = (w.row_id for w in writes if any(c.winner is Winner.HELD for c in w.conflicts))
        self._held[collection.table].update(held)
        if self.options.dry_run:
            self.planned.update((write.row_id, write.page_id) for write in writes)
            self.would_link.write(collection, writes)
            pages = {w.page_id: w.stamp for w in writes if w.page_id is not None}
            for page_id in (page_id for page_id, due in pages.items() if due):
                self.would_stamp[page_id] = collection.table
            return tuple(Outcome(w.page_id, Result.DONE, row_id=w.row_id) for w in writes)
        if any(write.history for write in writes):
            number = await self.begun()
            writes = [replace(write, round=number) for write in writes]
        return await self.supabase.commit(collection, writes)

    def landed(self, known: Known, page_id: str | None) -> None:
        """What a person changed in this row is in Notion, all but what cannot be read of it."""
        self.failures.landed(known.page_id or known.row_id)
        for problem in known.unreadable:
            told = replace(problem, page_id=page_id, row_id=known.row_id)
            self.failures.refuse(told)

    async def begun(self) -> int:
        """The round's number; it gets one now if it has none."""
        if self._number is None:
            self._number = await self.ledger.begin_round(
                self.report.started_at, str(self.report.direction)
            )
        return self._number
