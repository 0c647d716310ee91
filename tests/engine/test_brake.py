"""Too many rows deleted at once: no page is trashed before a person has said yes."""

from __future__ import annotations

import pytest

from accord.sync.report import Count
from accord.sync.sweep import brake_limit
from tests.engine.conftest import NewWorld
from tests.engine.test_two_way import page, words, writes
from tests.engine.world import World

TABLE, MODEL = "business_entities", "BusinessEntity"
ALIVE = 24


@pytest.fixture
def world(new_world: NewWorld) -> World:
    """A workspace in step, with one table of so many rows that deletions can pull the brake."""
    world = new_world()
    world.both()
    (count,) = world.query(f"select count(*) from {TABLE} where deleted_at is null")
    for number in range(ALIVE - count["count"]):
        world.execute(f"insert into {TABLE} (name) values (%s)", f"Entity {number}")
    assert world.both().exit_code == 0
    world.clock.turn(minutes=10)
    return world


def pages(world: World) -> list[str]:
    rows = world.query(
        f"select notion_page_id from {TABLE} where deleted_at is null order by notion_page_id"
    )
    return [str(row["notion_page_id"]) for row in rows]


def trashed(world: World, some: list[str]) -> int:
    return sum(page(world, one)["in_trash"] for one in some)


def gone(world: World, some: list[str], *, hard: bool = False) -> None:
    change = "delete from {}" if hard else "update {} set deleted_at = now()"
    world.execute(f"{change.format(TABLE)} where notion_page_id = any(%s::uuid[])", some)


@pytest.mark.parametrize("hard", [False, True])
def test_more_deletions_than_allowed_trash_no_page_until_they_are_accepted(
    world: World, hard: bool
) -> None:
    all_of_them = pages(world)
    assert brake_limit(len(all_of_them)) == 20
    deleted, kept = all_of_them[:21], all_of_them[21]
    gone(world, deleted, hard=hard)
    world.execute(f"update {TABLE} set name = 'Still here' where notion_page_id = %s", kept)
    task = str(world.query("select notion_page_id from tasks limit 1")[0]["notion_page_id"])
    world.execute("delete from tasks where notion_page_id = %s", task)
    report = world.both()
    assert trashed(world, all_of_them) == 0
    (problem,) = report.problems
    assert problem.table == TABLE
    assert problem.reason.startswith("21 of 24 rows of Business Entities Registry were deleted")
    assert f"--accept-removals {MODEL}" in problem.remedy
    assert report.exit_code == 1
    assert words(world, kept, "Name") == "Still here"
    assert page(world, task)["in_trash"]
    world.clock.turn(minutes=10)
    marks = world.stamps()
    again, sent = writes(world, world.both)
    assert ([p.reason for p in again.problems], sent) == ([problem.reason], [])
    assert again.effects == 0
    assert world.stamps() == marks
    done = world.both(accept_removals=frozenset({TABLE}))
    assert (done.exit_code, trashed(world, deleted), trashed(world, [kept])) == (0, 21, 0)
    assert done.tallies[TABLE].counts[Count.PAGES_TRASHED] == 21
    world.clock.turn(minutes=10)
    world.both()  # a link whose first target is in the trash shows another one first
    world.clock.turn(minutes=10)
    assert world.both().effects == 0


def test_as_many_deletions_as_allowed_are_done(world: World) -> None:
    some = pages(world)[:20]
    gone(world, some)
    assert world.both().exit_code == 0
    assert trashed(world, some) == 20


def test_a_dry_run_tells_of_the_brake_and_rows_that_come_back_release_it(world: World) -> None:
    some = pages(world)[:21]
    gone(world, some)
    assert [p.table for p in world.both(dry_run=True).problems] == [TABLE]
    assert world.both(dry_run=True, accept_removals=frozenset({TABLE})).problems == []
    world.execute(f"update {TABLE} set deleted_at = null where notion_page_id = %s", some[0])
    assert world.both().exit_code == 0
    assert trashed(world, some) == 20
    assert not page(world, some[0])["in_trash"]
