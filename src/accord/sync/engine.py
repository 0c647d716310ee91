"""One round: notice, sight, plan, apply, remember.

Rules: one record, one property or one database that fails is named, and the others go on. What is
remembered is remembered last. In quiet nothing is written, on neither side.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from accord.core.errors import NotionError, SupabaseError
from accord.core.ports import (
    Ledger,
    NotionReplica,
    Problem,
    RoundEntry,
    SupabaseReplica,
)
from accord.core.schema import Collection, Schema
from accord.sync.failures import Failures
from accord.sync.options import Options
from accord.sync.pull import Puller
from accord.sync.report import Count, Direction, NobodyWatches, Report, Watch
from accord.sync.sweep import Sweeper, tally_of
from accord.sync.verify import Verifier


@dataclass(frozen=True, slots=True)
class Engine:
    """Keeps the collections of a schema in step.

    Args:
        schema: what is kept in step.
        ids: Notion's database or data source id, by table; collections without one are left out.
        notion: the Notion side.
        supabase: the Supabase side.
        ledger: what is remembered between rounds.
    """

    schema: Schema
    ids: Mapping[str, str]
    notion: NotionReplica
    supabase: SupabaseReplica
    ledger: Ledger

    async def run(self, options: Options, watch: Watch | None = None) -> Report:
        """Run one round and report on it.

        It may be interrupted at any point: what was done stays done, and the next round does the
        rest.

        Raises:
            TheirError: a whole side cannot be reached or refuses us.
        """
        await self.ledger.check(self.schema)
        sent = self.notion.requests
        began = await self.notion.now()
        report = Report(options.direction, options.dry_run, began, began)
        for collection in self._wanted(options):
            report.tallies[collection.table] = tally_of(collection)
        if options.pulls:
            await self._pull(options, report, watch or NobodyWatches())
        report.pending = await self._pending(options, report)
        report.requests = self.notion.requests - sent
        report.ended_at = await self.notion.now()
        await self._remember_round(report)
        return report

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

    async def _pull(self, options: Options, report: Report, watch: Watch) -> None:
        """Notion to Supabase."""
        states = await self.ledger.sources()
        survey = await self.notion.survey(self.schema, self.ids, states)
        report.started_at = await self.notion.now()
        report.problems.extend(p for p in survey.problems if p.table in report.tallies)
        failures = Failures(
            self.ledger, await self.ledger.problems(), report.tallies, dry_run=options.dry_run
        )
        puller = Puller(
            self.notion,
            self.supabase,
            self.ledger,
            survey,
            options,
            report,
            watch,
            failures,
        )
        await puller.meet_everyone()
        bindings = {t: b for t, b in survey.bindings.items() if t in report.tallies}
        for table, tally in report.tallies.items():
            if table not in bindings:
                continue
            started, sent = time.monotonic(), self.notion.requests
            watch.begins(tally)
            try:
                await puller.pull(bindings[table], states.get(table), tally)
            except NotionError as error:
                report.problems.append(Problem(table, error.message, error.remedy))
            except SupabaseError as error:
                await self.ledger.check(self.schema)  # raises where it is not this table alone
                report.problems.append(Problem(table, error.message, error.remedy))
            tally.seconds = round(time.monotonic() - started, 3)
            tally.requests = self.notion.requests - sent
            watch.ends(tally)
        await self._settle(options, report)
        sweeper = Sweeper(self.notion, self.ledger, puller, options, report, bindings)
        await self._sweep(sweeper, report)
        await self._settle(options, report)
        report.problems.extend(await failures.close())
        await puller.move_watermarks()

    async def _sweep(self, sweeper: Sweeper, report: Report) -> None:
        """What the listings left open; a listing of the trash that fails is not a failed round."""
        try:
            await sweeper.answer_mirrors()
            await sweeper.try_again()
            await sweeper.confirm_gone()
        except NotionError as error:
            report.problems.append(Problem("", error.message, error.remedy))

    async def _settle(self, options: Options, report: Report) -> None:
        """Set the links whose target has arrived."""
        if options.dry_run:
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
        for table, count in (await self.ledger.settle(schema)).items():
            if table in report.tallies:
                report.tallies[table].counts[Count.LINKED] += count

    async def _pending(self, options: Options, report: Report) -> Mapping[str, int]:
        """What people changed in Supabase and Notion has not got."""
        pending = {
            table: count
            for table, count in (await self.ledger.pending(self.schema)).items()
            if count and table in report.tallies
        }
        if options.direction is not Direction.NOTION_TO_SUPABASE:
            for table, count in pending.items():
                report.problems.append(
                    Problem(
                        table,
                        f"{count} changed in Supabase and not carried to Notion",
                        "This version carries Notion to Supabase; the changes are kept and wait.",
                    )
                )
        return pending

    async def _remember_round(self, report: Report) -> None:
        if report.dry_run or not report.effects:
            return
        report.number = await self.ledger.remember_round(
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
            )
        )
