"""The comparison of both sides: it finds every difference, and it writes nothing."""

from __future__ import annotations

import asyncio

import httpx2

from accord.notion.client import NotionClient
from accord.notion.pacer import Pacer
from accord.notion.replica import Notion
from accord.supabase.door import PostgresDoor
from accord.supabase.ledger import PostgresLedger
from accord.supabase.replica import Supabase
from accord.sync.verify import Comparison, Verifier
from notion_emulator import create_app
from tests.engine.conftest import NewWorld
from tests.engine.test_edits import some_page, text
from tests.engine.world import World


async def comparing(world: World) -> list[Comparison]:
    transport = httpx2.ASGITransport(app=create_app(world.workspace))
    token, here = world.workspace.token, "http://127.0.0.1"
    async with (
        PostgresDoor(world.url) as door,
        NotionClient(token, here, transport=transport, pacer=Pacer(0)) as client,
    ):
        verifier = Verifier(
            world.schema, world.ids, Notion(client), Supabase(door), PostgresLedger(door)
        )
        return await verifier.run()


def compare(world: World) -> list[Comparison]:
    return asyncio.run(comparing(world))


def of(world: World, table: str) -> Comparison:
    return next(c for c in compare(world) if c.table == table)


def test_after_a_round_both_sides_are_equal(new_world: NewWorld) -> None:
    world = new_world(pages=400)
    world.sync()
    before = world.stamps()
    compared = compare(world)
    assert [c.table for c in compared if not c.equal] == []
    assert sum(c.pages for c in compared) > 480
    assert all(c.fingerprints[0] == c.fingerprints[1] and c.pages == c.rows for c in compared)
    assert world.stamps() == before


def test_an_edit_on_either_side_is_found_and_named(world: World) -> None:
    world.sync()
    task, agent = some_page(world, "tasks"), some_page(world, "agents")
    world.workspace.update_page(task, {"properties": {"Notes": text("by staff")}})
    world.execute("update public.agents set version = 'by sql' where notion_page_id = %s", agent)
    tasks, agents = of(world, "tasks"), of(world, "agents")
    assert not tasks.equal
    assert tasks.fingerprints[0] != tasks.fingerprints[1]
    difference = next(d for d in tasks.differences if d.property == "Notes")
    assert (difference.page_id, difference.notion) == (task, "by staff")
    (difference,) = agents.differences
    assert (difference.property, difference.supabase) == ("Version", "by sql")


def test_what_counts_days_is_told_apart_and_refreshed_by_a_sweep(world: World) -> None:
    formula = {"formula": {"expression": 'prop("Days Until Due")'}}
    world.workspace.update_data_source(world.ids["tasks"], {"properties": {"Again": formula}})
    world.sync()
    world.clock.turn(days=3)
    tasks = of(world, "tasks")
    assert tasks.equal
    assert tasks.fingerprints[0] == tasks.fingerprints[1]
    assert {each.property for each in tasks.computed} == {"Days Until Due", "notion_extra"}
    told = f"{tasks.title}: {len(tasks.computed)} computed values moved on in Notion ("
    assert tasks.about_computed.startswith(told)
    task = tasks.computed[0].page_id
    world.execute("update public.tasks set notes = 'by sql' where notion_page_id = %s", task)
    tasks = of(world, "tasks")
    assert [each.property for each in tasks.differences] == ["Notes"]
    assert tasks.fingerprints[0] != tasks.fingerprints[1]
    world.sync(full=True)
    tasks = of(world, "tasks")
    assert (tasks.computed, tasks.about_computed) == ([], "")


def test_a_record_that_one_side_lacks_is_found(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    row = world.row("use_cases", some_page(world, "use_cases"))
    world.workspace.trash_page(task)
    world.execute("delete from public.use_cases where id = %s", row["id"])
    world.execute("insert into public.agents (agent_name) values ('made in sql')")
    assert any(d.page_id == task and d.supabase == "a row" for d in of(world, "tasks").differences)
    (difference,) = of(world, "use_cases").differences
    assert difference.notion == "a page"
    assert of(world, "agents").unlinked == 1


def test_a_changed_order_of_links_is_found(world: World) -> None:
    world.sync()
    (link,) = world.query(
        "select task_id from tasks_subtasks group by 1 having count(*) > 1 limit 1"
    )
    world.execute(
        "update public.tasks_subtasks set position = -position where task_id = %s",
        link["task_id"],
    )
    assert any(d.property == "Subtasks" for d in of(world, "tasks").differences)


def test_links_into_the_trash_are_no_difference(world: World) -> None:
    world.sync()
    (link,) = world.query(
        "select t.notion_page_id as target from public.tasks_dependencies l"
        " join public.tasks t on t.id = l.dependency_id where t.deleted_at is null limit 1"
    )
    world.workspace.trash_page(str(link["target"]))
    world.clock.turn(minutes=5)
    world.sync(full=True)
    assert of(world, "tasks").equal


def test_a_database_that_cannot_be_read_is_not_called_equal(world: World) -> None:
    world.sync()
    world.workspace.unshare(world.ids["tasks"])
    compared = of(world, "tasks")
    assert not compared.equal
    assert compared.problem is not None
