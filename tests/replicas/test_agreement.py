"""The same random work in memory and in Postgres: answers and what is left must be alike."""

from __future__ import annotations

import os
from random import Random

import pytest

from tests.replicas.conftest import DOORS
from tests.replicas.places import InMemory, InPostgres
from tests.replicas.program import Work

STEPS = 100

#: Every seed through the first door, and one of its own through each other; or all through all.
SEEDS = range(5)
WORK = [
    (door, seed)
    for place, door in enumerate(DOORS)
    for seed in SEEDS
    if place in {0, seed} or os.environ.get("ACCORD_DOORS") == "all"
]


@pytest.mark.parametrize(("in_postgres", "seed"), WORK, indirect=["in_postgres"])
def test_the_same_work_has_the_same_effect_in_memory_and_in_postgres(
    in_postgres: InPostgres, seed: int
) -> None:
    work = Work((InMemory(), in_postgres), Random(seed))
    for _ in range(STEPS):
        work.step()
