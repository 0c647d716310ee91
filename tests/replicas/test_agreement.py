"""The same random work in memory and in Postgres: answers and what is left must be alike."""

from __future__ import annotations

import os
from random import Random

import pytest

from tests.replicas.conftest import DOORS
from tests.replicas.places import InMemory, InPostgres
from tests.replicas.program import Work

STEPS = 100

#: Every seed through the first door, and part of one through each other; or all through all.
SEEDS = range(5)
ALL = os.environ.get("ACCORD_DOORS") == "all"
WORK = [
    (door, seed, STEPS if place == 0 or ALL else STEPS // 3)
    for place, door in enumerate(DOORS)
    for seed in SEEDS
    if place in {0, seed} or ALL
]


@pytest.mark.parametrize(("in_postgres", "seed", "steps"), WORK, indirect=["in_postgres"])
def test_the_same_work_has_the_same_effect_in_memory_and_in_postgres(
    in_postgres: InPostgres, seed: int, steps: int
) -> None:
    work = Work((InMemory(), in_postgres), Random(seed))
    for _ in range(steps):
        work.step()
