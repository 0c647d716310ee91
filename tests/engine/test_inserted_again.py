"""A row that is deleted and inserted again under its id is the record that it was.

Rule: it has the page that it had, so that links made to it meanwhile reach Notion.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.conftest import NewWorld
from tests.engine.test_two_way import page, words
from tests.engine.world import World


@pytest.fixture
def world(new_world: NewWorld) -> World:
    world = new_world()
    world.both()
    world.clock.turn(minutes=10)
    return world


def some_tasks(world: World, count: int) -> list[dict[str, Any]]:
    return world.query(
        "select id, notion_page_id::text as page from tasks where deleted_at is null"
        " and id not in (select task_id from tasks_dependencies)"
        " order by id limit %s",
        count,
    )


def insert_again(world: World, row: object) -> None:
    world.execute("insert into tasks (id, task_name) values (%s, 'Again')", row)


def depends_on(world: World, page_id: str) -> list[str]:
    return [end["id"] for end in page(world, page_id)["properties"]["Dependencies"]["relation"]]


@pytest.mark.parametrize("pushed", [False, True], ids=["at once", "after its page was trashed"])
def test_links_to_a_row_that_was_inserted_again_reach_notion(world: World, pushed: bool) -> None:
    again, owner = some_tasks(world, 2)
    before = len(world.query("select id from tasks"))
    world.execute("delete from tasks where id = %s", again["id"])
    if pushed:
        world.both()
        assert page(world, again["page"])["in_trash"]
        world.clock.turn(minutes=10)
    insert_again(world, again["id"])
    world.execute("insert into tasks_dependencies values (%s, %s, 0)", owner["id"], again["id"])
    report = world.both()
    assert report.exit_code == 0, report.problems
    assert not page(world, again["page"])["in_trash"]
    assert words(world, again["page"], "Task Name") == "Again"
    assert depends_on(world, owner["page"]) == [again["page"]]
    assert len(world.query("select id from tasks")) == before
    assert world.query("select * from sync.dirty") == []
    world.clock.turn(minutes=10)
    report = world.both(full=True)
    assert (report.effects, report.exit_code) == (0, 0), report.problems
    assert depends_on(world, owner["page"]) == [again["page"]]
