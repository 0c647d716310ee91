"""Looking after what a listing of edits cannot show: the trash, the other face of a link, failures.

Rules: what was not seen is only a reason to ask; a GET decides. More than max(20, 10 %) of a
collection gone in one sweep pulls the brake: nothing is touched until a person has said yes.
"""

from __future__ import annotations

from collections.abc import Mapping

from accord.core.errors import NotionError
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

    async def confirm_trash(self) -> None:
        """Take up what search shows in the trash: one request, and a GET for each page of ours."""
        page_ids, _ = await self.notion.trashed()
        if not page_ids:
            return
        for page_id, table in (await self.ledger.alive(sorted(page_ids))).items():
            await self._look(table, page_id)

    async def answer_mirrors(self) -> None:
        """Read the owners of links that an edited page shows otherwise than we hold them.

        Notion may not mark a page as edited whose relation was changed from the other side.
        """
        owners: dict[tuple[str, str], None] = {}
        for table, rung in self.puller.seen.mirrors.items():
            shown = {page_id: mirrors for page_id, mirrors in rung.items() if mirrors}
            if not shown:
                continue
            collection = self.bindings[table].collection
            owners.update(dict.fromkeys(await self.ledger.owners_that_differ(collection, shown)))
        for table, page_id in owners:
            await self._look(table, page_id)

    async def try_again(self, failed: tuple[Problem, ...]) -> None:
        """Read the records that failed in earlier rounds and were not read in this one."""
        left = [p for p in failed if p.page_id and p.page_id not in self.puller.seen.read]
        for problem in left if self.options.full else left[:RETRIES]:
            await self._look(problem.table, problem.page_id or "")

    async def confirm_absence(self) -> None:
        """Ask for every page that a complete walk of its collection did not show."""
        for table, shown in self.puller.seen.whole.items():
            linked = await self.ledger.linked(table)
            alive = [page_id for page_id, deleted in linked.items() if not deleted]
            absent = [page_id for page_id in alive if page_id not in shown]
            limit = brake_limit(len(alive))
            collection = self.bindings[table].collection
            if len(absent) > limit and table not in self.options.accept_removals:
                self.report.problems.append(_braked(collection, len(absent), len(alive), limit))
                continue
            for page_id in absent:
                await self._look(table, page_id)

    async def _look(self, table: str, page_id: str) -> None:
        binding = self.bindings.get(table)
        if binding is None:
            return
        tally = self.report.tallies[table]
        try:
            await self.puller.look_again(binding, page_id, tally)
        except NotionError as error:
            refusal = Problem(table, error.message, error.remedy, page_id)
            self.puller.refuse(refusal, tally)


def _braked(collection: Collection, absent: int, alive: int, limit: int) -> Problem:
    return Problem(
        collection.table,
        f"{absent} of {alive} pages are missing from {collection.title}, more than the {limit} "
        "that one sweep may mark deleted; nothing was touched",
        "Look at the database in Notion. If the pages are gone on purpose, run again with "
        f"--full --accept-removals {collection.model}.",
    )


def tally_of(collection: Collection) -> Tally:
    """An empty tally for a collection."""
    return Tally(collection.table, collection.title)
