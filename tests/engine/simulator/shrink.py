"""Makes a failing history smaller: steps and faults that it does not need are left out.

Rule: what is left out changes nothing else by itself; it is kept out only if the history still
fails in the same way.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from tests.engine.simulator.history import History, Outcome
from tests.engine.simulator.storm import Struck
from tests.engine.simulator.virtual import VirtualLoop
from tests.engine.simulator.world import NewTables

#: So often all that is left is tried once more.
PASSES = 3


class Left(NamedTuple):
    """What a smaller history does without: steps, and faults."""

    skipped: frozenset[int]
    left_out: frozenset[Struck]


def shrink(
    seed: int, new_tables: NewTables, loop: VirtualLoop, climate: str | None = None
) -> tuple[Left, Outcome]:
    """The smallest history found that fails as this one does, and what became of it, logged."""
    steps = len(History(seed, new_tables, climate=climate).steps)
    left = Left(frozenset(), frozenset())

    def live(what: Left, *, logged: bool = False) -> Outcome:
        left = what._asdict()
        return History(seed, new_tables, climate=climate, logged=logged, **left).run(loop)

    first = live(left)
    for _ in range(PASSES):
        before = left
        for step in reversed(range(steps)):
            if step not in left.skipped:
                fewer = left._replace(skipped=left.skipped | {step})
                left = fewer if _same(first, live(fewer)) else left
        for fault in live(left).struck:
            fewer = left._replace(left_out=left.left_out | {fault})
            left = fewer if _same(first, live(fewer)) else left
        if left == before:
            break
    return left, replace(live(left, logged=True))


def _same(first: Outcome, other: Outcome) -> bool:
    return other.failure is not None and _sort(first) == _sort(other)


def _sort(outcome: Outcome) -> str:
    return (outcome.failure or "").split(":", maxsplit=1)[0].split(" of ")[0]
