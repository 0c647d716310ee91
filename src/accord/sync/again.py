"""Looks again, now, at the records that are not in step.

Rule: a record is looked at as any round would; only that nobody's turn is waited for, and that
what Notion refused before is sent once more.
"""

from __future__ import annotations

from collections.abc import Collection as Collected
from dataclasses import dataclass

from accord.core.ports import Named
from accord.sync.pull import Puller
from accord.sync.push import Pusher
from accord.sync.round import Round


@dataclass(frozen=True, slots=True)
class Retrier:
    """Looks at records again.

    Args:
        round: the round it works in.
        puller: reads pages.
        pusher: writes pages.
    """

    round: Round
    puller: Puller
    pusher: Pusher

    async def retry(self, records: Collected[Named] | None) -> int:
        """Look at these records, or at all that are not in step; answers how many there were."""
        pages = await self._pages(records)
        for page_id, table in pages.items():
            binding = self.round.bindings[table]
            await self.puller.look_again(binding, page_id, self.round.tally(table))
        await self.round.failures.settle_all()
        rows = await self._rows(records)
        if rows:
            await self.pusher.push(rows)
        return len(pages) + sum(map(len, rows.values()))

    async def _pages(self, records: Collected[Named] | None) -> dict[str, str]:
        """The pages to read: page id -> table."""
        tables = frozenset(self.round.tables)
        if records is None:
            known = self.round.failures.known()
            found = {p.page_id: p.table for p in known if p.page_id and p.row_id is None}
        else:
            found = {r.page_id: r.table for r in records if r.page_id is not None}
        return {page_id: table for page_id, table in found.items() if table in tables}

    async def _rows(self, records: Collected[Named] | None) -> dict[str, list[str]]:
        """The rows to carry to Notion, by table."""
        tables = self.round.tables
        marked = await self.round.ledger.dirty(tables, refused=True)
        fresh = await self.round.ledger.dirty(tables)
        wanted: dict[str, list[str]] = {}
        for table, rows in marked.items():
            if records is None:
                chosen = set(rows) - set(fresh.get(table, ()))
            else:
                chosen = {r.row_id for r in records if r.table == table} & set(rows)
            if chosen:
                wanted[table] = [row_id for row_id in rows if row_id in chosen]
        return wanted
