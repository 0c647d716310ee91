"""The records that are not in step: those of earlier rounds, and those of this one.

Rule: a failure is in the ledger before anything moves past it, so that a round that dies forgets
none; and it goes from there as soon as its record is in step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from accord.core.ports import Ledger, Problem
from accord.sync.report import Count, Tally


class Failures:
    """Keeps account of the records that cannot be carried, by page id, or row id without a page.

    A problem that names its row is of a change made in Supabase; what is read of the page says
    nothing about it.

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
        self._kept = {key_of(p): p for p in before}
        self._refused: dict[str, Problem] = {}
        self._read: set[str] = set()
        self._settled: set[str] = set()

    def read(self, page_ids: Iterable[str]) -> None:
        """These pages were read in this round: there is no need to look at them again."""
        self._read.update(self._kept.keys() & set(page_ids))

    def settle(self, page_ids: Iterable[str]) -> None:
        """These records are in step now."""
        for page_id in page_ids:
            kept = self._kept.get(page_id)
            if kept is not None and kept.row_id is None:
                self._settled.add(page_id)
            found = self._refused.get(page_id)
            if found is not None and found.row_id is None:
                self._drop(page_id)

    def landed(self, key: str) -> None:
        """The change made in Supabase is in Notion now, or was taken back."""
        kept, found = self._kept.get(key), self._refused.get(key)
        if kept is not None and kept.row_id is not None:
            self._settled.add(key)
        if found is not None and found.row_id is not None:
            self._drop(key)

    def problem_of(self, key: str | None) -> Problem | None:
        """Why this record is not in step, as far as it is known."""
        if key is None:
            return None
        if key in self._refused:
            return self._refused[key]
        return None if key in self._settled else self._kept.get(key)

    def pageless(self) -> dict[str, list[str]]:
        """The rows without a page that could not be carried so far, by table."""
        found: dict[str, list[str]] = {}
        for problem in self._of_this_round():
            if problem.page_id is None and problem.row_id is not None:
                found.setdefault(problem.table, []).append(problem.row_id)
        return found

    def refuse(self, problem: Problem) -> None:
        """This record cannot be carried; of several reasons the last is kept."""
        key = key_of(problem)
        if key not in self._refused:
            self._count(problem, 1)
        self._refused[key] = problem

    def known(self) -> tuple[Problem, ...]:
        """Every failure of earlier rounds, of the collections of this one."""
        return tuple(self._of_this_round())

    def unread(self) -> list[Problem]:
        """What failed in earlier rounds and was not read in this one."""
        return [
            p
            for p in self._of_this_round()
            if p.page_id and p.row_id is None and not p.ignored and p.page_id not in self._read
        ]

    async def keep(self) -> None:
        """Write what is new to the ledger."""
        if not self._dry_run:
            await self._write(())

    async def settle_all(self) -> None:
        """Write what is new to the ledger, and drop what is solved."""
        if not self._dry_run:
            await self._write(sorted(self._settled - self._refused.keys()))

    def news(self) -> dict[str, str]:
        """The pages of which the ledger has to be told something: page id -> table."""
        fresh = [p for key, p in self._refused.items() if self._is_news(key, p)]
        solved = [self._kept[k] for k in self._settled - self._refused.keys() if k in self._kept]
        return {p.page_id: p.table for p in (*fresh, *solved) if p.page_id is not None}

    def told(self) -> list[Problem]:
        """Every failure of the collections of this round that a person should know of."""
        solved = self._settled - self._refused.keys()
        still = [
            problem
            for problem in self._of_this_round()
            if key_of(problem) not in self._refused and key_of(problem) not in solved
        ]
        return [p for p in (*self._refused.values(), *still) if not self._is_ignored(p)]

    def _is_ignored(self, problem: Problem) -> bool:
        """Whether a person said that just this need not be told."""
        kept = self._kept.get(key_of(problem))
        return kept is not None and kept.ignored and kept.reason == problem.reason

    async def _write(self, solved: Sequence[str]) -> None:
        fresh = {key: p for key, p in self._refused.items() if key and self._is_news(key, p)}
        news = [key for key in solved if key in self._kept]
        if fresh or news:
            await self._ledger.remember_problems(list(fresh.values()), news)
        self._kept |= fresh
        for key in news:
            del self._kept[key]

    def _of_this_round(self) -> list[Problem]:
        return [p for p in self._before if key_of(p) and p.table in self._tallies]

    def _drop(self, key: str) -> None:
        self._count(self._refused.pop(key), -1)

    def _is_news(self, key: str, problem: Problem) -> bool:
        kept = self._kept.get(key)
        return kept is None or replace(kept, ignored=problem.ignored) != problem

    def _count(self, problem: Problem, more: int) -> None:
        tally = self._tallies.get(problem.table)
        if tally is not None:
            tally.counts[Count.REFUSED] += more


def key_of(problem: Problem) -> str:
    """What the ledger keeps a problem under: the page, or the row where there is no page."""
    return problem.page_id or problem.row_id or ""
