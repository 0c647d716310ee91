"""What rounds cost, in requests to Notion beyond those of an idle round.

Rule: requests are counted, never timed, so that the same figures come out everywhere.
"""

from __future__ import annotations

from math import ceil

from tests.engine.world import World

TABLE = "agents"


def bound(rows: int) -> int:
    """The most requests that so many changed rows of one data source may cost."""
    return rows + 2 + ceil(rows / 50)


def fill(world: World, pages: int) -> None:
    """Bring so many more pages of one data source into step, without stamps."""
    parent = {"data_source_id": world.ids[TABLE]}
    for number in range(pages):
        name = {"Agent Name": {"title": [{"text": {"content": f"Agent {number}"}}]}}
        world.workspace.create_page({"parent": parent, "properties": name})
    world.sync()
    world.clock.turn(minutes=10)
    world.sync()


def idle(world: World) -> int:
    """The requests of a round in which nothing is to be done."""
    world.clock.turn(minutes=10)
    report = world.both()
    if report.effects or report.problems:
        raise AssertionError(f"the round was not idle: {report.effects} effects, {report.problems}")
    return report.requests


def changed(world: World, rows: int) -> int:
    """The requests that so many changed rows cost."""
    at_rest = idle(world)
    world.execute(
        f"update {TABLE} set version = 'v' || now()::text where id in"
        f" (select id from {TABLE} where deleted_at is null order by id limit %s)",
        rows,
    )
    return _done(world) - at_rest


def added(world: World, rows: int) -> int:
    """The requests that so many new rows cost."""
    at_rest = idle(world)
    world.execute(
        f"insert into {TABLE} (agent_name) select 'New ' || n from generate_series(1, %s) n", rows
    )
    return _done(world) - at_rest


def _done(world: World) -> int:
    report = world.both()
    if report.problems or world.query("select * from sync.dirty"):
        raise AssertionError(f"not all of it came to Notion: {report.problems}")
    requests = report.requests
    for _ in range(2):  # Notion shows what was written once more; nothing comes of it
        world.clock.turn(minutes=10)
        world.both()
    return requests
