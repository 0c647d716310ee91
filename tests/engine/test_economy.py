"""Few requests for much: counted, not timed."""

from __future__ import annotations

import pytest

from tests.engine.conftest import NewWorld
from tests.engine.economy import added, bound, changed, fill, idle


def test_rows_cost_a_request_each_and_hardly_more(new_world: NewWorld) -> None:
    world = new_world()
    fill(world, 60)
    assert idle(world) <= 20
    costs = {rows: changed(world, rows) for rows in (1, 3, 4, 10, 51)}
    assert {rows: cost for rows, cost in costs.items() if cost > bound(rows)} == {}
    assert all(cost >= rows for rows, cost in costs.items())


@pytest.mark.parametrize("rows", [1, 12])
def test_new_rows_cost_a_request_each_and_hardly_more(new_world: NewWorld, rows: int) -> None:
    world = new_world()
    world.sync()
    assert rows <= added(world, rows) <= bound(rows)
