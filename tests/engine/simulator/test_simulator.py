"""Random histories of both sides, in virtual time: what must never happen does not.

Rule: one seed is one history. ``ACCORD_SIMULATOR_HISTORIES`` and ``ACCORD_SIMULATOR_SEED`` run
others; ``python -m tests.engine.simulator`` runs many more, on all processors.
"""

from __future__ import annotations

import os
from functools import partial

import pytest

from accord.local_postgres import EmbeddedPostgres
from tests.engine.simulator.history import History
from tests.engine.simulator.mutants import MUTANTS, mutated
from tests.engine.simulator.postgres import PostgresTables, Templates
from tests.engine.simulator.program import in_memory, live, virtual_loop
from tests.engine.simulator.shrink import shrink
from tests.engine.simulator.storm import AROUND, CALLS, WRITES

COUNT = int(os.environ.get("ACCORD_SIMULATOR_HISTORIES", "400"))
ON_POSTGRES = int(os.environ.get("ACCORD_SIMULATOR_ON_POSTGRES", "30"))
FIRST = int(os.environ.get("ACCORD_SIMULATOR_SEED", "1"))


def test_no_history_breaks_what_the_synchronisation_promises() -> None:
    total = live(FIRST, COUNT)
    assert total.failures == []
    assert total.histories == COUNT
    if COUNT >= 400:
        rare = {"503, applied and said so", "409"}
        for fault in (AROUND.keys() | WRITES.keys() | CALLS.keys()) - rare:
            assert total.counts[fault], f"{fault} was never injected"


def test_the_same_holds_on_a_real_postgres(postgres_server: EmbeddedPostgres) -> None:
    with Templates(postgres_server) as templates:
        total = live(FIRST, ON_POSTGRES, partial(PostgresTables.make, templates))
    assert total.failures == []
    assert total.histories == ON_POSTGRES


def test_one_seed_is_one_history() -> None:
    with virtual_loop() as loop:
        logs = [History(7, in_memory, logged=True).run(loop).log for _ in range(2)]
    assert logs[0] == logs[1]
    assert len(logs[0]) > 20


@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if mutant.seeds])
def test_a_rule_that_is_switched_off_is_missed(name: str) -> None:
    with mutated(name):
        total = live(0, MUTANTS[name].seeds, until_failure=True)
    assert total.failures, f"{name} was not noticed in {MUTANTS[name].seeds} histories"


def test_a_failing_history_is_made_smaller() -> None:
    with mutated("no_conflict_log"):
        seed, failure = live(0, 60, until_failure=True).failures[0]
        with virtual_loop() as loop:
            left, outcome = shrink(seed, in_memory, loop)
    assert outcome.failure is not None
    assert outcome.failure.split(":")[0] == failure.split(":")[0]
    assert len(left.skipped) > 3
    assert any("PERSON" in line for line in outcome.log)
