"""Looking after what a listing of edits cannot show: the trash, the other face of a link, failures.

Rules: what was not seen is only a reason to ask; a GET decides. More than max(20, 10 %) of a
collection gone in one sweep pulls the brake: nothing is touched until a person has said yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

from accord.core.ports import Binding, Ledger, NotionReplica, Problem
from accord.core.schema import Collection
from accord.sync.options import Options
from accord.sync.pull import Puller
from accord.sync.report import Report, Tally

#: So many pages of a collection may go in one sweep, whatever its size.
BRAKE_FLOOR = 20

#: And so large a share of it.
BRAKE_SHARE = 0.10

#: So many records that failed before are read again in one round; the sweep reads all.
RETRIES = 20

#: So many pages' other faces are compared at once.
BATCH = 500


def brake_limit(alive: int) -> int:
    """How many pages of a collection of ``alive`` pages one sweep may find gone."""
    return max(BRAKE_FLOOR, int(alive * BRAKE_SHARE))


class Sweeper:
    """Confirms by GET what the listings leave open.

    Args:
        notion: whom to ask.
        ledger: what is remembered.
        puller: carries what the answers show.
        options: what the round is asked to do.
        report: where problems are kept.
        bindings: the collections of this round, by table.
    """

    def __init__(
        self,
        notion: NotionReplica,
        ledger: Ledger,
        puller: Puller,
        options: Options,
        report: Report,
        bindings: Mapping[str, Binding],
    ) -> None:
        self.notion = notion
        self.ledger = ledger
        self.puller = puller
        self.options = options
        self.report = report
        self.bindings = bindings

    async def answer_mirrors(self) -> None:
        """Read the owners of links that an edited page shows otherwise than we hold them.

        Notion may not mark a page as edited whose relation was changed from the other side.
        """
        owners: dict[tuple[str, str], str] = {}
        for table, rung in self.puller.seen.mirrors.items():
            collection = self.bindings[table].collection
            pages = list(rung)
            for at in range(0, len(pages), BATCH):
                shown = {page_id: rung[page_id] for page_id in pages[at : at + BATCH]}
                differ = await self.ledger.owners_that_differ(collection, shown)
                owners |= dict.fromkeys(differ, table)
        for (table, page_id), other in owners.items():
            # The owner may be of a collection that was left out: the link is this one's too.
            binding = self.puller.bindings.get(table)
            if binding is not None:
                tally = self.report.tallies.get(table, self.report.tallies[other])
                await self.puller.look_again(binding, page_id, tally)

    async def look_behind(self) -> None:
        """Read the records that kept a link for its deleted target, where that came back since.

        While a page is in the trash nobody can see whether a link to it was removed.
        """
        kept = self.puller.round.hidden.buried
        back = await self.ledger.alive(sorted(kept)) if kept else {}
        for table, page_id in sorted({record for target in back for record in kept[target]}):
            await self._look(table, page_id)

    async def try_again(self) -> None:
        """Read the records that failed in earlier rounds and were not read in this one."""
        left = self.puller.failures.unread()
        if not self.options.full and len(left) > RETRIES:
            # Others in each round, so that every one has its turn.
            now = self.report.started_at.isoformat()
            left.sort(key=lambda problem: crc32(f"{problem.page_id} {now}".encode()))
            del left[RETRIES:]
        for problem in left:
            await self._look(problem.table, problem.page_id or "")

    async def confirm_gone(self) -> None:
        """Ask for every page that search shows in the trash, or a complete walk did not show."""
        suspects: dict[str, set[str]] = {table: set() for table in self.bindings}
        in_trash, _ = await self.notion.trashed()
        if in_trash:
            for page_id, table in (await self.ledger.alive(sorted(in_trash))).items():
                suspects.setdefault(table, set()).add(page_id)
        for table, shown in self.puller.seen.whole.items():
            linked = await self.ledger.linked(table)
            suspects[table] |= {p for p, dead in linked.items() if not dead} - shown
        for table, page_ids in suspects.items():
            if table in self.bindings and not await self._braked(table, page_ids):
                for page_id in sorted(page_ids):
                    await self._look(table, page_id)

    async def _braked(self, table: str, suspects: set[str]) -> bool:
        """Whether so many pages of a collection are in the trash that a person has to say yes.

        Many may be missing that are not: archived, moved, shared no more.
        """
        if len(suspects) <= BRAKE_FLOOR or table in self.options.accept_removals:
            return False
        linked = await self.ledger.linked(table)
        alive = sum(1 for dead in linked.values() if not dead)
        limit = brake_limit(alive)
        gone = 0
        for page_id in sorted(suspects) if len(suspects) > limit else ():
            gone += await self.puller.is_trashed(self.bindings[table], page_id)
            if gone > limit:
                collection, full = self.bindings[table].collection, self.options.full
                self.report.problems.append(_brake(collection, len(suspects), alive, full=full))
                return True
        return False

    async def _look(self, table: str, page_id: str) -> None:
        binding = self.bindings.get(table)
        if binding is not None:
            await self.puller.look_again(binding, page_id, self.report.tallies[table])


def _brake(collection: Collection, absent: int, alive: int, *, full: bool) -> Problem:
    words = "--full --accept-removals" if full else "--accept-removals"
    return Problem(
        collection.table,
        f"{absent} of {alive} pages are shown no more in {collection.title}, and more of them are "
        f"in the trash than the {brake_limit(alive)} that one round may mark deleted; "
        "no row was touched",
        "Look at the database in Notion. If the pages are gone on purpose, run again with "
        f"{words} {collection.model}.",
    )


def tally_of(collection: Collection) -> Tally:
    """An empty tally for a collection."""
    return Tally(collection.table, collection.title)
