"""In quiet nothing is written: not a row, on neither side, not even in the ledger."""

from __future__ import annotations

from functools import partial

import pytest

from accord.sync.report import Count
from tests.engine.conftest import NewWorld
from tests.engine.test_edits import some_page
from tests.engine.test_first_load import pages_of
from tests.engine.test_two_way import writes
from tests.engine.world import World


@pytest.mark.parametrize("minutes", [0, 1, 10])
def test_a_second_round_writes_nothing(world: World, minutes: int) -> None:
    world.sync()
    before = world.stamps()
    edits = [page["last_edited_time"] for page in every_page(world)]
    for _ in range(3):
        world.clock.turn(minutes=minutes)
        report = world.sync()
        assert report.effects == 0
        assert report.number is None
    assert world.stamps() == before
    assert [page["last_edited_time"] for page in every_page(world)] == edits


def test_a_sweep_in_quiet_changes_no_record(world: World) -> None:
    world.sync()
    contents = world.contents()
    stamps = {t: s for t, s in world.stamps().items() if t != "sync.source"}
    world.clock.turn(minutes=10)
    assert world.sync(full=True).effects == 0
    assert world.contents() == contents
    assert {t: s for t, s in world.stamps().items() if t != "sync.source"} == stamps


def test_a_dry_run_writes_nothing_and_says_what_would_be(world: World) -> None:
    before = world.stamps()
    planned = world.sync(dry_run=True)
    assert world.stamps() == before
    done = world.sync()
    assert {t: y.counts[Count.CREATED] for t, y in planned.tallies.items()} == {
        t: y.counts[Count.CREATED] for t, y in done.tallies.items()
    }


def test_generated_pages_are_quiet_too(new_world: NewWorld) -> None:
    world = new_world(sample=False, pages=600, seed=3)
    world.sync()
    before = world.stamps()
    world.clock.turn(minutes=5)
    assert world.sync().effects == 0
    assert world.stamps() == before


def every_page(world: World) -> list[dict[str, str]]:
    return [page for table in world.ids for page in pages_of(world, table)]


def test_in_a_hundred_quiet_rounds_in_both_directions_nothing_is_written(world: World) -> None:
    world.both()
    contact = some_page(world, "contacts_profiles")
    world.execute("update contacts_profiles set city = 'X' where notion_page_id = %s", contact)
    world.both()
    world.clock.turn(minutes=10)
    world.both()
    marks = world.stamps()
    for number in range(100):
        world.clock.turn(seconds=(1, 20, 300)[number % 3])
        # Every tenth round looks at all sixteen; one is as quiet as the other, and takes longer.
        tables = frozenset({"contacts_profiles", "tasks"}) if number % 10 else None
        report, sent = writes(world, partial(world.both, tables=tables))
        assert (report.effects, report.exit_code, sent) == (0, 0, [])
        assert report.requests <= 20
    assert world.stamps() == marks
