"""What people do in Notion, and what SQL shows after the next round."""

from __future__ import annotations

from typing import Any

import pytest

from accord.sync.report import Count
from tests.engine.conftest import NewWorld
from tests.engine.world import World


def some_page(world: World, table: str) -> str:
    return str(
        world.query(
            f"select notion_page_id from public.{table}"
            " where deleted_at is null order by notion_page_id limit 1"
        )[0]["notion_page_id"]
    )


def text(content: str) -> dict[str, Any]:
    return {"rich_text": [{"type": "text", "text": {"content": content}}]}


def test_an_edit_arrives_with_the_next_round(world: World) -> None:
    world.sync()
    contact = some_page(world, "contacts_profiles")
    world.clock.turn(minutes=1)
    world.workspace.update_page(
        contact,
        {"properties": {"Status": {"select": {"name": "Former Client"}}, "City": text("Łódź")}},
    )
    world.clock.turn(seconds=20)
    report = world.sync()
    row = world.row("contacts_profiles", contact)
    assert (row["status"], row["city"]) == ("Former Client", "Łódź")
    assert report.effects == 1
    assert report.exit_code == 0


def test_an_edit_in_the_minute_of_the_last_round_is_not_missed(world: World) -> None:
    world.clock.turn(seconds=30)
    world.sync()
    task = some_page(world, "tasks")
    world.clock.turn(seconds=10)  # Notion's stamp is the same minute as the first load
    world.workspace.update_page(task, {"properties": {"Status": {"select": {"name": "Done"}}}})
    world.clock.turn(seconds=10)
    world.sync()
    assert world.row("tasks", task)["status"] == "Done"


def test_an_emptied_value_becomes_null(world: World) -> None:
    world.sync()
    contact = some_page(world, "contacts_profiles")
    filled = {
        "Email": {"email": "a@example.org"},
        "Phone": {"phone_number": "555-0100"},
        "City": text("Oslo"),
        "Status": {"select": {"name": "Inactive"}},
        "Tags": {"multi_select": [{"name": "VIP"}]},
        "Date Added": {"date": {"start": "2026-01-02"}},
    }
    world.clock.turn(minutes=5)
    world.workspace.update_page(contact, {"properties": filled})
    world.sync()
    assert world.row("contacts_profiles", contact)["tags"] == ["VIP"]
    cleared = {
        "Email": {"email": None},
        "Phone": {"phone_number": None},
        "City": {"rich_text": []},
        "Status": {"select": None},
        "Tags": {"multi_select": []},
        "Date Added": {"date": None},
        "Business Entity": {"relation": []},
    }
    world.clock.turn(minutes=5)
    world.workspace.update_page(contact, {"properties": cleared})
    world.sync()
    row = world.row("contacts_profiles", contact)
    columns = ("email", "phone", "city", "status", "date_added", "business_entity_id")
    assert [row[column] for column in columns] == [None] * len(columns)
    assert row["tags"] == []


def test_a_link_waits_for_its_target(world: World) -> None:
    entity = world.ids["business_entities"]
    world.sync(tables=frozenset({"contacts_profiles"}))
    assert world.query("select 1 from public.business_entities") == []
    linked = world.query(
        "select 1 from public.contacts_profiles where business_entity_id is not null"
    )
    assert linked == []
    report = world.sync(tables=frozenset({"business_entities"}))
    assert entity
    assert report.problems == []
    linked = world.query(
        "select 1 from public.contacts_profiles where business_entity_id is not null"
    )
    assert linked
    assert world.query("select 1 from sync.waiting where table_name = 'contacts_profiles'") == []


def test_the_order_of_links_follows_notion(world: World) -> None:
    world.sync()
    tasks = [
        str(r["notion_page_id"])
        for r in world.query(
            "select notion_page_id from public.tasks where deleted_at is null"
            " order by notion_page_id limit 4"
        )
    ]
    first, *others = tasks
    for order in (others, others[::-1], [others[1], others[0]]):
        world.clock.turn(minutes=5)
        world.workspace.update_page(
            first, {"properties": {"Dependencies": {"relation": [{"id": t} for t in order]}}}
        )
        world.sync()
        found = world.query(
            "select target.notion_page_id from public.tasks_dependencies l"
            " join public.tasks owner on owner.id = l.task_id"
            " join public.tasks target on target.id = l.dependency_id"
            " where owner.notion_page_id = %s order by l.position",
            first,
        )
        assert [str(row["notion_page_id"]) for row in found] == order


def test_a_trashed_page_is_a_deleted_row_that_keeps_its_values(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    before = world.row("tasks", task)
    world.clock.turn(minutes=5)
    world.workspace.trash_page(task)
    report = world.sync(full=True)
    after = world.row("tasks", task)
    assert after["deleted_at"] is not None
    assert after["task_name"] == before["task_name"]
    assert report.tallies["tasks"].counts[Count.TRASHED] == 1
    world.clock.turn(minutes=5)
    world.workspace.restore_page(task)
    world.sync(full=True)
    assert world.row("tasks", task)["deleted_at"] is None


def test_a_trashed_page_is_noticed_without_a_sweep(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    world.clock.turn(minutes=5)
    world.workspace.trash_page(task)
    world.sync()
    assert world.row("tasks", task)["deleted_at"] is not None


def test_links_to_a_trashed_page_are_kept(world: World) -> None:
    world.sync()
    (link,) = world.query(
        "select o.notion_page_id as owner, t.notion_page_id as target"
        " from public.tasks_dependencies l join public.tasks o on o.id = l.task_id"
        " join public.tasks t on t.id = l.dependency_id"
        " where o.deleted_at is null and t.deleted_at is null limit 1"
    )
    owner, target = str(link["owner"]), str(link["target"])
    world.clock.turn(minutes=5)
    world.workspace.trash_page(target)
    world.sync(full=True)
    world.clock.turn(minutes=5)
    world.workspace.update_page(owner, {"properties": {"Notes": text("edited meanwhile")}})
    world.sync()
    kept = world.query(
        "select 1 from public.tasks_dependencies l join public.tasks o on o.id = l.task_id"
        " join public.tasks t on t.id = l.dependency_id"
        " where o.notion_page_id = %s and t.notion_page_id = %s",
        owner,
        target,
    )
    assert kept


def test_a_link_made_from_the_other_side_arrives(world: World) -> None:
    world.sync()
    agent = some_page(world, "agents")
    entities = [
        str(r["notion_page_id"])
        for r in world.query("select notion_page_id from public.business_entities order by 1")
    ]
    for shown in (entities, []):
        world.clock.turn(minutes=10)
        world.workspace.update_page(
            agent,
            {
                "properties": {
                    "Business Entity Association": {"relation": [{"id": e} for e in shown]}
                }
            },
        )
        world.sync()
        found = world.query(
            "select e.notion_page_id from public.business_entities_active_agents l"
            " join public.agents a on a.id = l.agent_id"
            " join public.business_entities e on e.id = l.business_entity_id"
            " where a.notion_page_id = %s order by 1",
            agent,
        )
        assert [str(row["notion_page_id"]) for row in found] == shown


def test_a_new_page_becomes_a_row_with_the_same_id_for_ever(new_world: NewWorld) -> None:
    ids = []
    for _ in range(2):
        world = new_world()
        world.sync()
        page = world.workspace.create_page(
            {
                "parent": {"data_source_id": world.ids["tasks"]},
                "properties": {"Task Name": {"title": [{"text": {"content": "Water the plants"}}]}},
            },
            id="0f8fad5b-d9cb-469f-a165-70867728950e",
        )
        world.clock.turn(minutes=2)
        world.sync()
        row = world.row("tasks", page["id"])
        assert row["task_name"] == "Water the plants"
        ids.append(row["id"])
    assert ids[0] == ids[1]


def test_formatting_is_kept_beside_the_column(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    world.clock.turn(minutes=2)
    world.workspace.update_page(
        task,
        {
            "properties": {
                "Notes": {
                    "rich_text": [
                        {"text": {"content": "bold"}, "annotations": {"bold": True}},
                        {"text": {"content": " and plain"}},
                    ]
                },
                "Due Date": {"date": {"start": "2026-05-01", "end": "2026-05-03"}},
            }
        },
    )
    world.sync()
    row = world.row("tasks", task)
    assert row["notes"] == "bold and plain"
    assert row["notion_extra"]["Notes"]["formatted"][0]["annotations"] == {"bold": True}
    assert row["notion_extra"]["Due Date"]["end"] == "2026-05-03"


@pytest.mark.parametrize("shared", [True, False])
def test_a_property_no_model_declares_is_kept(world: World, shared: bool) -> None:
    world.workspace.update_data_source(
        world.ids["tasks"], {"properties": {"Mood": {"select": {"options": []}}}}
    )
    world.sync()
    task = some_page(world, "tasks")
    world.clock.turn(minutes=2)
    value = {"select": {"name": "calm"}} if shared else {"select": None}
    world.workspace.update_page(task, {"properties": {"Mood": value}})
    world.sync()
    kept = world.row("tasks", task)["notion_extra"]["Mood"]
    assert kept == {"type": "select", "value": "calm" if shared else None}


def test_an_unknown_option_is_kept_and_reported(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    world.clock.turn(minutes=2)
    world.workspace.update_page(task, {"properties": {"Status": {"select": {"name": "Parked"}}}})
    report = world.sync()
    assert world.row("tasks", task)["status"] == "Parked"
    assert report.exit_code == 0
    assert any("Parked" in note.first.reason for note in report.notes.values())
