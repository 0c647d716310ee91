"""Finds out what became of writes to Notion that were begun and never struck out.

Rules: a page that shows the receipt proves that the write arrived, and all of it, since Notion
writes a page whole or not at all. Without the receipt nothing is believed before the quarantine is
over: the write may still be on its way. Then each field tells for itself. A page that we may have
made is found by its Supabase ID, and only if we are its author.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accord.core.errors import NotionError
from accord.core.intent import Attempt
from accord.core.plan import Verb
from accord.core.ports import Binding, Fate, Known, Problem
from accord.core.record import Sighting, title_of
from accord.core.schema import Managed
from accord.core.stamps import receipt_in
from accord.sync.round import Round
from accord.sync.send import Errand, Sender, landed, minute_of


@dataclass(slots=True)
class Settler:
    """Settles the writes that were left open.

    Args:
        round: the round it works in.
        sender: strikes out what is over.
    """

    round: Round
    sender: Sender

    async def settle(self) -> datetime | None:
        """Settle what can be settled; answers when the next of the others can be."""
        by_table: dict[str, list[str]] = {}
        for each in await self.round.ledger.intents():
            by_table.setdefault(each.table, []).append(each.row_id)
        waits: list[datetime] = []
        for table, rows in by_table.items():
            binding = self.round.bindings.get(table)
            if binding is None or table not in self.round.report.tallies:
                continue  # its database cannot be seen now, which is told already
            known = await self.round.supabase.sight_rows(binding.collection, rows)
            for row in known.values():
                if row.intent is None:
                    continue
                over = await self._settle(binding, row)
                if over is not None:
                    waits.append(over)
        return min(waits, default=None)

    async def _settle(self, binding: Binding, known: Known) -> datetime | None:
        """Settle one; answers when it can be, if it cannot be now."""
        intent = known.intent
        if intent is None:
            return None
        last = intent.last
        errand = Errand(binding, known, intent.verb, last.changes, attempt=last, last=last)
        over = await self.round.now() >= intent.over_at()
        try:
            if intent.verb is Verb.CREATE and known.page_id is None:
                settled = await self._find_made(errand, intent.attempts, over=over)
            else:
                settled = await self._look(errand, over=over)
        except NotionError as error:
            self._wait(binding, known, error.message)
            return None if over else intent.over_at()
        if not settled:
            return intent.over_at()
        if intent.verb is Verb.CREATE and known.page_id is None and errand.found is None:
            self.round.unmade[known.row_id] = intent.attempts
        else:
            await self.sender.close([errand])
        return None

    async def _look(self, errand: Errand, *, over: bool) -> bool:
        """Look at a page; answers whether its write is over."""
        known, binding = errand.known, errand.binding
        found = await self.round.notion.sight(binding, known.page_id or "")
        if found.sighting is None:
            # Nothing can be read; when nothing of it can be under way either, it is over.
            return over and found.fate in {Fate.LOST, Fate.MOVED}
        turned = {Verb.TRASH: True, Verb.RESTORE: False}.get(errand.verb)
        if turned is found.sighting.deleted or landed(binding, errand.attempt, found.sighting):
            errand.found = found
            return True
        if not over:
            return False
        errand.found = found
        errand.proved = False
        errand.attempt = _what_is_there(errand.attempt, found.sighting)
        return True

    async def _find_made(
        self, errand: Errand, attempts: tuple[Attempt, ...], *, over: bool
    ) -> bool:
        """Look for a page that may have been made; answers whether the write is over."""
        notion, binding, row_id = self.round.notion, errand.binding, errand.known.row_id
        ours: list[Sighting] = []
        if Managed.SUPABASE_ID in binding.fields:
            me = await notion.me()
            shown = await notion.created_for(binding, row_id)
            ours = [page for page in shown if page.created_by == me]
            ours = await self._unlinked(binding, ours)
        ours.sort(key=lambda page: _attempt_of(binding, attempts, page) is None)
        if not ours:
            return over
        found = await notion.sight(binding, ours[0].page_id or "")
        if found.sighting is None:
            return False
        made_by = _attempt_of(binding, attempts, found.sighting)
        if made_by is None:  # its stamps were emptied
            made_by = _what_is_there(attempts[-1], found.sighting) if attempts[1:] else attempts[0]
        errand.found = found
        errand.attempt = made_by
        for twin in ours[1:]:
            await self._bury_twin(errand, attempts, twin)
        return True

    async def _unlinked(self, binding: Binding, pages: Iterable[Sighting]) -> list[Sighting]:
        """The pages that no row is linked to."""
        ids = [page.page_id for page in pages if page.page_id is not None]
        linked = await self.round.supabase.sight(binding.collection, ids)
        return [page for page in pages if page.page_id not in linked]

    async def _bury_twin(
        self, errand: Errand, attempts: tuple[Attempt, ...], twin: Sighting
    ) -> None:
        """A second page that an attempt of ours has made: its receipt proves that it is ours."""
        if _attempt_of(errand.binding, attempts, twin) is None:
            return
        self.round.before_writing()
        await self.round.notion.bury(errand.binding, twin.page_id or "", deleted=True, within=15.0)

    def _wait(self, binding: Binding, known: Known, why: str) -> None:
        row = known.row
        self.round.report.problems.append(
            Problem(
                binding.collection.table,
                f"it is not known yet whether the last change arrived in Notion: {why}",
                "Nothing is lost; the next round asks again.",
                known.page_id,
                title_of(binding.collection, row.record) if row else "",
                row_id=known.row_id,
            )
        )


def _attempt_of(binding: Binding, attempts: tuple[Attempt, ...], page: Sighting) -> Attempt | None:
    """The attempt that made a page; None where the page does not tell."""
    if Managed.SYNC_STATUS in binding.fields:
        receipt = receipt_in(page.stamps.status)
        return next((a for a in attempts if a.receipt and a.receipt == receipt), None)
    moment = page.stamps.last_synced
    if moment is None:
        return None
    return next((a for a in attempts if a.receipt == minute_of(moment)), None)


def _what_is_there(attempt: Attempt | None, sighting: Sighting) -> Attempt | None:
    """Of what was sent, the fields that the page holds: whoever wrote them."""
    if attempt is None:
        return None
    values = sighting.record.values
    there = {n: v for n, v in attempt.changes.items() if n in values and values[n] == v}
    return Attempt(attempt.receipt, attempt.at, there)
