"""One round: notice, sight, plan, apply, remember.

Rules: one record, one property or one database that fails is named, and the others go on. What is
remembered is remembered last. In quiet nothing is written, on neither side.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from accord.core.errors import NotionError, SupabaseError
from accord.core.ports import (
    Binding,
    Lease,
    Ledger,
    NotionReplica,
    Problem,
    RoundEntry,
    SourceState,
    SupabaseReplica,
)
from accord.core.schema import Collection, Schema
from accord.sync.adopt import Adopter
from accord.sync.failures import Failures
from accord.sync.judge import waiting_of
from accord.sync.lease import held
from accord.sync.options import Options
from accord.sync.pull import Puller
from accord.sync.push import Pusher
from accord.sync.report import Count, NobodyWatches, Report, Watch
from accord.sync.round import Round
from accord.sync.send import Sender
from accord.sync.settle import Settler
from accord.sync.stamping import Stamper
from accord.sync.sweep import Sweeper, tally_of
from accord.sync.verify import Verifier


def _draw() -> int:
    return secrets.randbits(40)


@dataclass(frozen=True, slots=True)
class Engine:
    """Keeps the collections of a schema in step.

    Args:
        schema: what is kept in step.
        ids: Notion's database or data source id, by table; collections without one are left out.
        notion: the Notion side.
        supabase: the Supabase side.
        ledger: what is remembered between rounds.
        sleep: how it waits.
        draw: random numbers, for receipts.
        clock: seconds that only ever grow.
        keep_history: how long a change is remembered; None: for ever.
    """

    schema: Schema
    ids: Mapping[str, str]
    notion: NotionReplica
    supabase: SupabaseReplica
    ledger: Ledger
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    draw: Callable[[], int] = _draw
    clock: Callable[[], float] = time.monotonic
    keep_history: timedelta | None = None

    async def run(self, options: Options, watch: Watch | None = None) -> Report:
        """Run one round and report on it.

        It may be interrupted at any point: what was done stays done, and the next round does the
        rest.

        Raises:
            TheirError: a whole side cannot be reached or refuses us, or another run is at work.
        """
        async with self.opened(options, watch) as round_:
            await self._work(round_)
        return round_.report

    @asynccontextmanager
    async def opened(self, options: Options, watch: Watch | None = None) -> AsyncIterator[Round]:
        """A round to work in, under the lease; what it did is remembered when it is left.

        Raises:
            TheirError: a whole side cannot be reached or refuses us, or another run is at work.
        """
        looking = watch or NobodyWatches()
        await self.ledger.check(self.schema)
        async with AsyncExitStack() as stack:
            require: Callable[[], None] = _may_write
            if not options.dry_run:
                waits = partial(_tell_of, looking)
                holding = held(self.ledger, sleep=self.sleep, waits=waits, clock=self.clock)
                require = (await stack.enter_async_context(holding)).require
            sent = self.notion.requests
            round_ = await self._begin(options, looking, require)
            yield round_
            await self._end(round_, sent)

    async def _begin(
        self, options: Options, watch: Watch, before_writing: Callable[[], None]
    ) -> Round:
        began = await self.notion.now()
        report = Report(options.direction, options.dry_run, began, began)
        for collection in self._wanted(options):
            report.tallies[collection.table] = tally_of(collection)
        states = await self.ledger.sources()
        survey = await self.notion.survey(self.schema, self.ids, states)
        report.started_at = await self.notion.now()
        report.problems.extend(p for p in survey.problems if p.table in report.tallies)
        failures = Failures(
            self.ledger, await self.ledger.problems(), report.tallies, dry_run=options.dry_run
        )
        return Round(
            self.schema,
            self.notion,
            self.supabase,
            self.ledger,
            options,
            report,
            watch,
            failures,
            survey.bindings,
            self.draw,
            before_writing,
            frozenset(map(waiting_of, await self.ledger.conflicts(waiting=True))),
            states,
        )

    async def _end(self, round_: Round, sent: int) -> None:
        """Say what is left, and remember the round."""
        report = round_.report
        await round_.failures.settle_all()
        report.problems.extend(round_.failures.told())
        report.problems.extend(await self._held_back(report))
        report.pending = {
            table: count
            for table, count in (await self.ledger.pending(self.schema)).items()
            if count and table in report.tallies
        }
        report.requests = self.notion.requests - sent
        report.ended_at = await self.notion.now()
        await self._remember_round(round_)

    async def _work(self, round_: Round) -> None:
        """Settle, pull, push, stamp; and wait for what is under way."""
        sender = Sender(round_)
        settler = Settler(round_, sender)
        puller = Puller(round_, Adopter(round_))
        if not round_.options.dry_run:
            await settler.settle()
        if round_.options.pulls:
            await self._pull(round_, puller, round_.states)
        marks = watermarks_of(round_.states)
        for table in puller.read_at:
            marks.setdefault(table, puller.read_at[table])
        pusher = Pusher(round_, sender, puller.read_at, marks, puller.proved_at)
        await puller.move_watermarks()
        await self._push(round_, pusher)
        await round_.failures.settle_all()
        if round_.options.stamps:
            await Stamper(round_, sender).stamp()
        await self._wait(round_, settler, pusher)
        sender.tell_of_stops()

    async def _push(self, round_: Round, pusher: Pusher) -> None:
        if round_.options.pushes:
            await pusher.push()

    async def _wait(self, round_: Round, settler: Settler, pusher: Pusher) -> None:
        """Find out what became of writes whose answer was lost."""
        if round_.options.dry_run:
            return
        opened = await self.ledger.intents()
        if not opened:
            return
        until: datetime | None = await settler.settle()
        if until is not None and round_.options.wait:
            left = (until - await round_.now()).total_seconds()
            await self.sleep(max(0.0, left))
            until = await settler.settle()
        await self._push(round_, pusher)
        opened = await self.ledger.intents()
        tables = Counter(each.table for each in opened if each.row_id not in round_.unmade)
        for table, count in tables.items():
            if table in round_.report.tallies:
                round_.report.problems.append(_under_way(table, count))

    async def _held_back(self, report: Report) -> list[Problem]:
        """Conflicts that a person has to decide."""
        waiting = Counter(c.table for c in await self.ledger.conflicts(waiting=True))
        return [
            Problem(
                table,
                f"{count} conflicts wait for a person; both sides keep their values",
                "Run accord conflicts to see them and to choose.",
            )
            for table, count in waiting.items()
            if table in report.tallies
        ]

    def verifier(self) -> Verifier:
        """What compares the two sides that this engine keeps in step."""
        return Verifier(self.schema, self.ids, self.notion, self.supabase, self.ledger)

    def _wanted(self, options: Options) -> list[Collection]:
        """The collections that this round looks at, in the order of the models."""
        return [
            collection
            for collection in self.schema
            if collection.table in self.ids
            and (options.tables is None or collection.table in options.tables)
        ]

    async def _pull(self, round_: Round, puller: Puller, states: Mapping[str, SourceState]) -> None:
        """Notion to Supabase."""
        report, options = round_.report, round_.options
        await puller.meet_everyone()
        bindings = {t: b for t, b in round_.bindings.items() if t in report.tallies}
        for table, binding in bindings.items():
            await self._pull_one(round_, puller, binding, states.get(table))
        await self._settle(round_)
        sweeper = Sweeper(self.notion, self.ledger, puller, options, report, bindings)
        await self._sweep(sweeper, report)
        await self._settle(round_)

    async def _pull_one(
        self, round_: Round, puller: Puller, binding: Binding, state: SourceState | None
    ) -> None:
        report, watch, table = round_.report, round_.watch, binding.collection.table
        tally = report.tallies[table]
        started, sent = self.clock(), self.notion.requests
        watch.begins(tally)
        try:
            await puller.pull(binding, state, tally)
        except NotionError as error:
            report.problems.append(Problem(table, error.message, error.remedy))
        except SupabaseError as error:
            await self.ledger.check(self.schema)  # raises where it is not this table alone
            report.problems.append(Problem(table, error.message, error.remedy))
        tally.seconds = round(self.clock() - started, 3)
        tally.requests = self.notion.requests - sent
        watch.ends(tally)

    async def _sweep(self, sweeper: Sweeper, report: Report) -> None:
        """What the listings left open; a listing of the trash that fails is not a failed round."""
        try:
            await sweeper.answer_mirrors()
            await sweeper.look_behind()
            await sweeper.try_again()
            await sweeper.confirm_gone()
        except NotionError as error:
            report.problems.append(Problem("", error.message, error.remedy))

    async def _settle(self, round_: Round) -> None:
        """Set the links whose target has arrived."""
        report = round_.report
        if report.dry_run:
            _count_links(report, round_.would_link.arrived())
            return
        try:
            await self._settle_all(self.schema, report)
        except SupabaseError:
            await self.ledger.check(self.schema)
            for collection in self.schema:
                try:
                    await self._settle_all(Schema((collection,)), report)
                except SupabaseError as error:
                    problem = Problem(collection.table, error.message, error.remedy)
                    if problem not in report.problems:
                        report.problems.append(problem)

    async def _settle_all(self, schema: Schema, report: Report) -> None:
        _count_links(report, await self.ledger.settle(schema))

    async def _remember_round(self, round_: Round) -> None:
        report = round_.report
        if report.dry_run or not report.effects:
            return
        report.number = await round_.begun()
        await self.ledger.remember_round(
            report.number,
            RoundEntry(
                started_at=report.started_at,
                ended_at=report.ended_at,
                direction=str(report.direction),
                requests=report.requests,
                counts={
                    table: {str(what): n for what, n in tally.counts.items() if n}
                    for table, tally in report.tallies.items()
                    if tally.effects
                },
                problems=tuple(report.problems),
            ),
        )
        if self.keep_history is not None:
            await self.ledger.forget(report.ended_at - self.keep_history)


def watermarks_of(states: Mapping[str, SourceState]) -> dict[str, datetime]:
    """Before when everything is in step, by table; one whose first walk is not over has none."""
    return {
        table: s.watermark
        for table, s in states.items()
        if s.watermark is not None and s.walked_to is None
    }


def _count_links(report: Report, links: Mapping[str, int]) -> None:
    for table, count in links.items():
        if table in report.tallies:
            report.tallies[table].counts[Count.LINKED] += count


def _may_write() -> None:
    """Nothing is written in a dry run, so nothing stands in its way."""


def _tell_of(watch: Watch, lease: Lease) -> None:
    watch.waits(lease.owner)


def _under_way(table: str, count: int) -> Problem:
    return Problem(
        table,
        f"it is not known yet whether {count} changes arrived in Notion, since their answers were "
        "lost",
        "Nothing is lost: a round in a minute or two finds out and goes on.",
    )
