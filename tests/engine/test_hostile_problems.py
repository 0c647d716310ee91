"""Problems under attack: none is forgotten, and none stays when it is solved."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from accord.core.ports import Outcome, Result
from tests.engine.conftest import NewWorld
from tests.engine.test_edits import some_page, text
from tests.engine.test_hostile_links import Deaf, alive
from tests.engine.test_interrupted import Fuse, KilledError
from tests.engine.world import World


def poison(world: World, page: str, title: str = "Task Name") -> None:
    """Paste what Postgres cannot hold."""
    world.clock.turn(minutes=5)
    world.workspace.update_page(
        page, {"properties": {title: {"title": [{"text": {"content": "a NUL \x00 inside"}}]}}}
    )


def kept(world: World) -> list[str]:
    return [str(row["page_id"]) for row in world.query("select page_id from sync.problem")]


@pytest.mark.parametrize("effects", range(10))
def test_a_record_that_failed_is_not_forgotten_when_the_round_dies(
    new_world: NewWorld, effects: int
) -> None:
    world = new_world()
    world.sync()
    task, other = some_page(world, "tasks"), some_page(world, "agents")
    poison(world, task)
    world.workspace.update_page(other, {"properties": {"Version": text("new")}})
    third = world.query(
        "select notion_page_id from tasks where notion_page_id <> %s limit 1", task
    )[0]["notion_page_id"]
    world.workspace.update_page(str(third), {"properties": {"Notes": text("edited too")}})
    world.clock.turn(minutes=30)
    world.wrap = Fuse(effects).wrap
    with suppress(KilledError):
        world.sync()
    world.wrap = lambda *parts: parts
    world.clock.turn(minutes=30)
    report = world.sync()
    assert [p.page_id for p in report.problems] == [task]
    assert kept(world) == [task]


class NeverInTime:
    """A row that a person changes again whenever we are about to write it."""

    def __init__(self, inner: Any, page: str) -> None:
        self._inner = inner
        self._page = page

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def commit(self, collection: Any, writes: Any) -> Any:
        free = [write for write in writes if write.page_id != self._page]
        outcomes = await self._inner.commit(collection, free)
        if len(free) == len(writes):
            return outcomes
        return (*outcomes, Outcome(self._page, Result.STALE))


def test_a_record_that_a_person_never_lets_go_is_named_and_written_later(world: World) -> None:
    world.sync()
    task, other = alive(world, "tasks", 2)
    world.clock.turn(minutes=5)
    for page in (task, other):
        world.workspace.update_page(page, {"properties": {"Notes": text("by staff")}})
    world.clock.turn(minutes=30)
    world.wrap = lambda notion, supabase, ledger: (notion, NeverInTime(supabase, task), ledger)
    report = world.sync()
    assert [p.page_id for p in report.problems] == [task]
    world.wrap = lambda *parts: parts
    world.clock.turn(minutes=30)
    assert world.sync().problems == []
    assert world.row("tasks", task)["notes"] == "by staff"
    assert kept(world) == []


@pytest.mark.parametrize("full", [True, False])
def test_a_page_that_cannot_be_read_is_a_deleted_row_when_it_is_trashed(
    world: World, full: bool
) -> None:
    world.sync()
    task = some_page(world, "tasks")
    poison(world, task)
    assert world.sync().exit_code == 1
    world.clock.turn(minutes=5)
    world.workspace.trash_page(task)
    assert world.sync(full=full).problems == []
    assert world.row("tasks", task)["deleted_at"] is not None
    assert kept(world) == []


def test_a_page_that_never_had_a_row_is_forgotten_when_it_is_gone(world: World) -> None:
    page = world.workspace.create_page(
        {
            "parent": {"data_source_id": world.ids["tasks"]},
            "properties": {"Task Name": {"title": [{"text": {"content": "\x00"}}]}},
        }
    )["id"]
    assert [p.page_id for p in world.sync().problems] == [page]
    world.workspace.unshare(page)
    world.clock.turn(minutes=5)
    assert world.sync().problems == []
    assert kept(world) == []


@pytest.mark.parametrize(
    "remedy", ["delete from public.tasks", "update public.tasks set deleted_at = now()"]
)
@pytest.mark.parametrize("moved", [True, False])
def test_the_remedy_for_a_page_out_of_sight_works(world: World, remedy: str, moved: bool) -> None:
    tables = frozenset(world.ids) - {"use_cases"}
    world.sync(tables=tables)
    task = some_page(world, "tasks")
    world.clock.turn(minutes=5)
    world.workspace.move_page(task, {"data_source_id": world.ids["use_cases"]})
    if not moved:  # where it is now, it cannot be seen
        world.workspace.unshare(world.ids["use_cases"])
    assert [p.page_id for p in world.sync(full=True, tables=tables).problems] == [task]
    world.execute(f"{remedy} where notion_page_id = %s", task)
    world.clock.turn(minutes=5)
    for full in (False, True, False):
        assert world.sync(full=full, tables=tables).problems == []
    assert kept(world) == []


def test_a_problem_ends_when_its_page_is_carried_in_another_database(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    poison(world, task)
    assert world.sync().exit_code == 1
    world.clock.turn(minutes=5)
    world.workspace.move_page(task, {"data_source_id": world.ids["use_cases"]})
    (title,) = (
        name
        for name, prop in world.workspace.data_source(world.ids["use_cases"])["properties"].items()
        if prop["type"] == "title"
    )
    healed = {"title": [{"text": {"content": "healed"}}]}
    world.workspace.update_page(task, {"properties": {title: healed}})
    world.clock.turn(minutes=30)
    world.sync(tables=frozenset({"use_cases"}))
    world.clock.turn(minutes=30)
    assert world.sync(tables=frozenset({"use_cases"})).problems == []
    world.clock.turn(minutes=30)
    assert world.sync().problems == []
    assert kept(world) == []


@pytest.mark.parametrize("full", [True, False])
def test_people_that_may_not_be_read_stop_nothing(world: World, full: bool) -> None:
    world.wire = lambda behind: Deaf(behind, lambda r: r.url.path == "/v1/users")
    assert [p.table for p in world.sync(full=full).problems] == ["notion_users"]
    assert world.query("select 1 from public.tasks")
    world.wire = lambda behind: behind
    assert world.sync(full=full).problems == []


def test_of_many_records_that_fail_each_is_tried_again(world: World) -> None:
    world.sync()
    parent = {"data_source_id": world.ids["products_services"]}
    name = {"Name": {"title": [{"text": {"content": "thing"}}]}}
    made = [
        world.workspace.create_page({"parent": parent, "properties": name})["id"] for _ in range(50)
    ]
    world.clock.turn(minutes=1)
    world.sync()
    world.execute("update products_services set price = 'NaN' where notion_page_id = any(%s)", made)
    world.clock.turn(minutes=5)
    for page in made:
        world.workspace.update_page(page, {"properties": {"External ID": text("X")}})
    assert len(world.sync().problems) == 50
    mended = made[40:]
    world.execute("update products_services set price = 5 where notion_page_id = any(%s)", mended)
    for _ in range(60):
        world.clock.turn(minutes=7)
        world.sync()
        if len(kept(world)) == 40:
            break
    assert sorted(kept(world)) == sorted(made[:40])
