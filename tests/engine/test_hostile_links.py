"""Links under attack: hidden targets, the other side of a pair, a target that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import httpx2
import pytest

from tests.engine.conftest import NewWorld
from tests.engine.test_edits import some_page, text
from tests.engine.test_interrupted import Fuse, KilledError
from tests.engine.world import World


def alive(world: World, table: str, count: int) -> list[str]:
    found = world.query(
        f"select notion_page_id from public.{table} where deleted_at is null order by 1 limit %s",
        count,
    )
    return [str(row["notion_page_id"]) for row in found]


def relate(world: World, page: str, title: str, targets: list[str]) -> None:
    world.clock.turn(minutes=5)
    world.workspace.update_page(
        page, {"properties": {title: {"relation": [{"id": one} for one in targets]}}}
    )


def dependencies(world: World, page: str) -> list[str]:
    found = world.query(
        "select t.notion_page_id from public.tasks_dependencies l"
        " join public.tasks o on o.id = l.task_id join public.tasks t on t.id = l.dependency_id"
        " where o.notion_page_id = %s order by l.position",
        page,
    )
    return [str(row["notion_page_id"]) for row in found]


def agents_of(world: World, entity: str) -> list[str]:
    found = world.query(
        "select a.notion_page_id from public.business_entities_active_agents l"
        " join public.business_entities e on e.id = l.business_entity_id"
        " join public.agents a on a.id = l.agent_id where e.notion_page_id = %s order by 1",
        entity,
    )
    return [str(row["notion_page_id"]) for row in found]


def test_links_follow_a_new_order_around_one_that_is_hidden(world: World) -> None:
    world.sync()
    owner, one, two, three, hidden = alive(world, "tasks", 5)
    relate(world, owner, "Dependencies", [one, hidden, two, three])
    world.sync()
    world.workspace.trash_page(hidden)
    world.sync()
    relate(world, owner, "Dependencies", [three, two, one])
    world.sync()
    assert dependencies(world, owner) == [three, two, one, hidden]
    world.clock.turn(minutes=5)
    before = world.stamps()
    assert world.sync().effects == 0
    assert world.stamps() == before


def test_a_column_for_one_target_holds_the_one_that_notion_shows(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    first, second = alive(world, "business_entities", 2)
    relate(world, task, "Related Business Entity", [first, second])
    world.sync()
    world.clock.turn(minutes=5)
    world.workspace.trash_page(first)
    world.workspace.update_page(task, {"properties": {"Notes": text("seen again")}})
    world.sync()
    row = world.row("tasks", task)
    assert row["related_business_entity_id"] == world.row("business_entities", second)["id"]
    assert row["notion_extra"]["Related Business Entity"] == {"more": [first]}


@pytest.mark.parametrize("full", [False, True])
def test_a_link_made_from_the_other_side_arrives_though_its_owner_is_left_out(
    world: World, full: bool
) -> None:
    world.sync()
    agent, entity = some_page(world, "agents"), some_page(world, "business_entities")
    shown = [] if agent in agents_of(world, entity) else [entity]
    relate(world, agent, "Business Entity Association", shown)
    world.clock.turn(minutes=30)
    world.sync(tables=frozenset({"agents"}), full=full)
    world.clock.turn(minutes=30)
    world.sync()
    assert (agent in agents_of(world, entity)) == bool(shown)


def test_a_further_target_that_is_removed_from_the_other_side_goes(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    first, further = alive(world, "workflow_instances", 2)
    relate(world, task, "Related Workflow Instance", [first, further])
    world.clock.turn(minutes=30)
    world.sync()
    title = "Related Workflow Instance"
    assert world.row("tasks", task)["notion_extra"][title] == {"more": [further]}
    relate(world, further, "Related Tasks", [])
    world.clock.turn(minutes=30)
    world.sync()
    assert title not in world.row("tasks", task)["notion_extra"]


@pytest.mark.parametrize("effects", range(1, 12))
def test_a_link_made_from_the_other_side_survives_a_death(
    new_world: NewWorld, effects: int
) -> None:
    world = new_world()
    world.sync()
    entity = some_page(world, "business_entities")
    agent = agents_of(world, entity)[0]
    relate(world, agent, "Business Entity Association", [])
    world.workspace.update_page(agent, {"properties": {"Version": text("next")}})
    world.clock.turn(minutes=30)
    world.wrap = Fuse(effects).wrap
    with suppress(KilledError):
        world.sync()
    world.wrap = lambda *parts: parts
    world.clock.turn(minutes=30)
    world.sync()
    assert agent not in agents_of(world, entity)


class Deaf(httpx2.AsyncBaseTransport):
    """Refuses what it is told to refuse."""

    def __init__(
        self, behind: httpx2.AsyncBaseTransport, refuses: Callable[[httpx2.Request], bool]
    ) -> None:
        self.behind = behind
        self.refuses = refuses

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.refuses(request):
            error = {"object": "error", "status": 400, "code": "invalid_request"}
            return httpx2.Response(400, json={**error, "message": "not this one"})
        return await self.behind.handle_async_request(request)


def test_a_target_that_cannot_be_asked_for_stops_one_record_alone(world: World) -> None:
    world.sync()
    owner, other, target = alive(world, "tasks", 3)
    relate(world, owner, "Dependencies", [target])
    world.sync()
    relate(world, owner, "Dependencies", [])
    world.workspace.update_page(other, {"properties": {"Notes": text("goes on")}})
    world.wire = lambda behind: Deaf(behind, lambda r: r.url.path == f"/v1/pages/{target}")
    report = world.sync()
    assert [p.page_id for p in report.problems] == [owner]
    assert world.row("tasks", other)["notes"] == "goes on"
    assert dependencies(world, owner) == [target]
    world.wire = lambda behind: behind
    world.clock.turn(minutes=30)
    assert world.sync().problems == []
    assert dependencies(world, owner) == []


def test_a_page_that_comes_back_brings_nothing_that_it_left_behind(world: World) -> None:
    world.sync()
    task, target = alive(world, "tasks", 2)
    bold = [{"text": {"content": "bold"}, "annotations": {"bold": True}}]
    world.workspace.update_page(task, {"properties": {"Notes": {"rich_text": bold}}})
    relate(world, task, "Dependencies", [target])
    world.sync()
    for there in ("use_cases", "tasks"):
        world.clock.turn(minutes=5)
        world.workspace.move_page(task, {"data_source_id": world.ids[there]})
        world.sync()
    shown = world.workspace.page(task)["properties"]
    assert shown["Dependencies"]["relation"] == []
    assert shown["Notes"]["rich_text"] == []
    assert dependencies(world, task) == []
    row = world.row("tasks", task)
    assert row["notes"] is None
    assert "Notes" not in row["notion_extra"]


def test_a_link_that_was_removed_while_its_target_was_in_the_trash_goes_when_that_is_back(
    world: World,
) -> None:
    world.sync()
    one, two, target, other = alive(world, "tasks", 4)
    for owner in (one, target):  # whichever of them a listing shows first
        hidden = target if owner is one else one
        relate(world, owner, "Dependencies", [two, hidden])
        world.sync()
        world.workspace.trash_page(hidden)
        world.sync()
        relate(world, owner, "Dependencies", [two])
        world.sync()
        assert set(dependencies(world, owner)) == {two, hidden}
        relate(world, other, "Dependencies", [two])  # so that the owner is no late edit any more
        world.sync()
        relate(world, other, "Dependencies", [])
        world.sync()
        state = world.workspace.state
        page = state.pages[hidden]
        stamp = page.edited
        world.workspace.restore_page(hidden)
        state.rows[page.parent.id].stamp(page, stamp)  # it may be that Notion stamps no such page
        page.version += 1
        world.clock.turn(minutes=5)
        world.sync(full=True)
        assert dependencies(world, owner) == [two]
