"""Stamps: what a page tells staff of its row, written when the data is in step.

Rules: a stamp never delays data, and is never due because of a stamp. It is a write like any other:
written down, sent, struck out. A stamp that Notion refuses is given up, and nobody's data with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from accord.core.errors import NotionError
from accord.core.intent import SEND_WITHIN
from accord.core.plan import Verb
from accord.core.ports import Binding, StampDue
from accord.core.schema import Managed
from accord.core.stamps import Stamps, with_receipt
from accord.sync.push import as_agreed
from accord.sync.report import Count
from accord.sync.round import Round
from accord.sync.send import BATCH, Errand, Sender, words_of

#: So many pages are asked for at once.
PAGE = 100


@dataclass(slots=True)
class Stamper:
    """Writes the stamps that are due.

    Args:
        round: the round it works in.
        sender: sends them.
    """

    round: Round
    sender: Sender
    _tried: set[str] = field(default_factory=set)
    _done: int = 0

    async def stamp(self) -> None:
        """Write every stamp that is due."""
        tables = self.round.tables
        total = sum((await self.round.ledger.stamps_waiting(tables)).values())
        if total and not self.round.options.dry_run:
            self.round.watch.stamps(0, total)
        left = 0
        while tables:
            # Of the last page of them too some may have been left; behind all these are fresh ones.
            due = await self.round.ledger.stamps_due(tables, left + 2 * PAGE)
            fresh = [d for d in due if d.page_id not in self._tried][:PAGE]
            left = sum(d.page_id in self._tried for d in due)
            if not fresh:
                break
            self._tried.update(d.page_id for d in fresh)
            by_table: dict[str, list[StampDue]] = {}
            for each in fresh:
                by_table.setdefault(each.table, []).append(each)
            for table, wanted in by_table.items():
                binding = self.round.bindings[table]
                if table in self.sender.stopped:
                    tables.remove(table)
                elif not binding.fields.keys() & set(Managed):
                    await self._drop(wanted)
                else:
                    await self._stamp_all(binding, wanted, total)
        if self.round.options.dry_run:
            self._would(tables)

    async def _stamp_all(self, binding: Binding, wanted: Sequence[StampDue], total: int) -> None:
        for at in range(0, len(wanted), BATCH):
            batch = wanted[at : at + BATCH]
            await self._stamp(binding, batch)
            self._done += len(batch)
            if not self.round.options.dry_run:
                self.round.watch.stamps(self._done, max(total, self._done))

    def _would(self, tables: Sequence[str]) -> None:
        """In a dry run: count the stamps that what was planned would make due."""
        due = {**self.round.would_stamp, **self.round.failures.news()}
        for page_id, table in due.items():
            fields = self.round.bindings[table].fields if table in tables else {}
            if fields.keys() & set(Managed) and page_id not in self._tried:
                self.round.tally(table).counts[Count.STAMPED] += (
                    page_id not in self.round.would_write
                )

    async def _stamp(self, binding: Binding, wanted: Sequence[StampDue]) -> None:
        rows = {d.row_id: d for d in wanted if d.row_id is not None}
        if self.round.options.dry_run:  # these get their stamps with what else is written
            rows = {r: d for r, d in rows.items() if d.page_id not in self.round.would_write}
        known = await self.round.supabase.sight_rows(binding.collection, list(rows))
        errands = []
        useless = []
        for row_id, due in rows.items():
            row = known.get(row_id)
            if row is None or row.page_id != due.page_id or row.base is None or row.base.deleted:
                useless.append(due)
            elif row.intent is None and row.row is not None and not row.row.deleted:
                seen = as_agreed(binding, row)
                errands.append(
                    Errand(
                        binding,
                        row,
                        Verb.UPDATE,
                        {},
                        self.round.judge(binding.collection, due.page_id, row_id, seen, row),
                        words=words_of(due.problem) if due.problem else None,
                        synced_at=due.at,
                    )
                )
        done = await self.sender.send(errands) if errands else []
        useless += [rows[e.known.row_id] for e in done if e.error is not None]
        if binding.collection.table not in self.sender.stopped:
            await self._drop(useless)
        for due in wanted:
            if due.row_id is None:
                await self._tell(binding, due)

    async def _tell(self, binding: Binding, due: StampDue) -> None:
        """Tell a page that has no row why it has none."""
        words = words_of(due.problem) if due.problem else None
        if words is not None and self.round.options.dry_run:
            self.round.tally(due.table).counts[Count.STAMPED] += 1
        elif words is not None:
            self.round.before_writing()
            stamps = Stamps(status=with_receipt(words, self.round.receipt()))
            within = SEND_WITHIN.total_seconds()
            try:
                await self.round.notion.update(binding, due.page_id, {}, stamps, within=within)
            except NotionError as error:
                if not error.about_one_record:
                    return
            else:
                self.round.tally(due.table).counts[Count.STAMPED] += 1
        await self._drop([due])

    async def _drop(self, wanted: Sequence[StampDue]) -> None:
        if wanted and not self.round.options.dry_run:
            await self.round.ledger.stamped([due.page_id for due in wanted])
