"""The records that are not in step: those of earlier rounds, and those of this one.

Rule: a failure is in the ledger before anything moves past it, so that a round that dies forgets
none; and it goes from there as soon as its record is in step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from accord.core.ports import Ledger, Problem
from accord.sync.report import Count, Tally


class Failures:
    """Keeps account of the records that cannot be carried, by page id.

    Args:
        ledger: where they are kept between rounds.
        before: what the ledger holds, of all collections.
        tallies: the collections of this round, by table.
        dry_run: the ledger is left as it is.
    """

    def __init__(
        self,
        ledger: Ledger,
        before: Sequence[Problem],
        tallies: Mapping[str, Tally],
        *,
        dry_run: bool,
    ) -> None:
        self._ledger = ledger
        self._before = before
        self._tallies = tallies
        self._dry_run = dry_run
        self._kept = {p.page_id: p for p in before if p.page_id is not None}
        self._refused: dict[str, Problem] = {}
        self._read: set[str] = set()
        self._settled: set[str] = set()

    def read(self, page_ids: Iterable[str]) -> None:
        """These pages were read in this round: there is no need to look at them again."""
        self._read.update(self._kept.keys() & set(page_ids))

    def settle(self, page_ids: Iterable[str]) -> None:
        """These records are in step now."""
        for page_id in page_ids:
            if page_id in self._kept:
                self._settled.add(page_id)
            solved = self._refused.pop(page_id, None)
            if solved is not None:
                self._count(solved, -1)

    def refuse(self, problem: Problem) -> None:
        """This record cannot be carried; of several reasons the last is kept."""
        page_id = problem.page_id or ""
        if page_id not in self._refused:
            self._count(problem, 1)
        self._refused[page_id] = problem

    def unread(self) -> list[Problem]:
        """What failed in earlier rounds and was not read in this one."""
        return [p for p in self._of_this_round() if p.page_id not in self._read]

    async def keep(self) -> None:
        """Write what is new to the ledger."""
        if not self._dry_run:
            await self._write(())

    async def close(self) -> list[Problem]:
        """Write the rest; answers every failure of the collections of this round."""
        solved = self._settled - self._refused.keys()
        still = [
            problem
            for problem in self._of_this_round()
            if problem.page_id not in self._refused and problem.page_id not in solved
        ]
        found = [*self._refused.values(), *still]
        if not self._dry_run:
            await self._write(sorted(solved))
        return found

    async def _write(self, solved: Sequence[str]) -> None:
        fresh = {id_: p for id_, p in self._refused.items() if id_ and self._kept.get(id_) != p}
        if fresh or solved:
            await self._ledger.remember_problems(list(fresh.values()), solved)
        self._kept |= fresh

    def _of_this_round(self) -> list[Problem]:
        return [p for p in self._before if p.page_id and p.table in self._tallies]

    def _count(self, problem: Problem, more: int) -> None:
        tally = self._tallies.get(problem.table)
        if tally is not None:
            tally.counts[Count.REFUSED] += more
