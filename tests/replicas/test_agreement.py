"""The same random work in memory and in Postgres: answers and what is left must be alike."""

from __future__ import annotations

from random import Random

import pytest

from tests.replicas.places import InMemory, InPostgres
from tests.replicas.program import Work

STEPS = 100


@pytest.mark.parametrize("seed", range(5))
def test_the_same_work_has_the_same_effect_in_memory_and_in_postgres(
    in_postgres: InPostgres, seed: int
) -> None:
    work = Work((InMemory(), in_postgres), Random(seed))
    for _ in range(STEPS):
        work.step()
