"""Random histories of both sides, in virtual time: what must never happen does not.

Rule: one seed is one history. ``ACCORD_SIMULATOR_HISTORIES`` and ``ACCORD_SIMULATOR_SEED`` run
others; ``python -m tests.engine.simulator`` runs many more, on all processors.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from accord.local_postgres import EmbeddedPostgres
from tests.engine.simulator.climates import CLIMATES
from tests.engine.simulator.history import History
from tests.engine.simulator.mutants import MUTANTS, mutated
from tests.engine.simulator.postgres import PostgresTables, Templates
from tests.engine.simulator.program import in_memory, live, virtual_loop
from tests.engine.simulator.shrink import shrink
from tests.engine.simulator.storm import AROUND, CALLS, READS, WRITES

COUNT = int(os.environ.get("ACCORD_SIMULATOR_HISTORIES", "1500"))
ON_POSTGRES = int(os.environ.get("ACCORD_SIMULATOR_ON_POSTGRES", "100"))
FIRST = int(os.environ.get("ACCORD_SIMULATOR_SEED", "1"))

ROOT = Path(__file__).parents[3]

#: So many histories are one test, so that several processes share them.
PART = 1_000
ON_POSTGRES_PART = 50

#: What so many histories may happen to go without.
RARE = {"cursor lost"}


def parts(count: int, most: int) -> list[tuple[int, int]]:
    """(first seed, how many) of each test."""
    seeds = range(FIRST, FIRST + count, most)
    return [(first, min(most, FIRST + count - first)) for first in seeds]


@pytest.mark.parametrize(("first", "count"), parts(COUNT, PART))
def test_no_history_breaks_what_the_synchronisation_promises(first: int, count: int) -> None:
    total = live(first, count)
    assert total.failures == []
    assert total.histories == count
    if count >= PART:
        for fault in (AROUND.keys() | READS.keys() | WRITES.keys() | CALLS.keys()) - RARE:
            assert total.counts[fault], f"{fault} was never injected"


@pytest.mark.parametrize(("first", "count"), parts(ON_POSTGRES, ON_POSTGRES_PART))
def test_the_same_holds_on_a_real_postgres(first: int, count: int, templates: Templates) -> None:
    total = live(first, count, partial(PostgresTables.make, templates))
    assert total.failures == []
    assert total.histories == count


@pytest.fixture(scope="module")
def templates(postgres_server: EmbeddedPostgres) -> Iterator[Templates]:
    with Templates(postgres_server) as templates:
        yield templates


def test_one_seed_is_one_history() -> None:
    with virtual_loop() as loop:
        logs = [History(5, in_memory, logged=True).run(loop).log for _ in range(2)]
    assert logs[0] == logs[1]
    assert len(logs[0]) > 20


@pytest.mark.parametrize("name", MUTANTS)
def test_a_rule_that_is_switched_off_is_missed(name: str) -> None:
    mutant = MUTANTS[name]
    with mutated(name):
        total = live(0, mutant.seeds, climate=mutant.climate, until_failure=True)
    assert total.failures, f"{name} was not noticed in {mutant.seeds} histories"
    seed, _ = total.failures[0]
    assert live(seed, 1, climate=mutant.climate).failures == []  # with the rule all is well


def test_the_table_in_the_documentation_is_what_is_run_here() -> None:
    told = (ROOT / "docs/two-way.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+) \| `(\w+)` \| ([\w ]+) \| \d+ \| (\d+) \|$", told, re.MULTILINE)
    assert rows == [(m.about, n, m.climate, str(m.seeds)) for n, m in MUTANTS.items()]
    for name, climate in CLIMATES.items():
        assert f"| {name} | {climate.about} | {climate.share} |" in told


def test_a_failing_history_is_made_smaller() -> None:
    with mutated("no_conflict_log"):
        seed, failure = live(0, 60, climate="usual", until_failure=True).failures[0]
        with virtual_loop() as loop:
            left, outcome = shrink(seed, in_memory, loop, "usual")
    assert outcome.failure is not None
    assert outcome.failure.split(":")[0] == failure.split(":")[0]
    assert len(left.skipped) > 3
    assert any("PERSON" in line for line in outcome.log)
