"""What goes wrong is named, with what to do about it, and stops nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from accord.core.ports import Problem
from accord.sync.report import Count, Report
from tests.engine.conftest import NewWorld
from tests.engine.test_edits import some_page, text
from tests.engine.world import World


def only_problem(report: Report) -> Problem:
    (problem,) = report.problems
    return problem


def member(world: World, name: str, score: float) -> str:
    page = world.workspace.create_page(
        {
            "parent": {"data_source_id": world.ids["community_members"]},
            "properties": {
                "Member Name": {"title": [{"text": {"content": name}}]},
                "Engagement Score": {"number": score},
            },
        }
    )
    return str(page["id"])


def test_a_page_that_its_table_refuses_is_named_and_the_others_pass(world: World) -> None:
    bad = member(world, "Too keen", 150)
    good = member(world, "Just right", 100)
    report = world.sync()
    assert report.exit_code == 1
    problem = only_problem(report)
    assert problem.page_id == bad
    assert problem.record == "Too keen"
    assert problem.property == "Engagement Score"
    assert "150" in problem.reason
    assert "100" in problem.reason
    assert problem.remedy
    assert world.row("community_members", good)["member_name"] == "Just right"
    kept = world.row("community_members", bad)
    assert kept["engagement_score"] is None
    assert kept["notion_extra"]["Engagement Score"] == {"value": 150}


def test_a_refused_page_is_named_until_it_is_mended(world: World) -> None:
    bad = member(world, "Too keen", 150)
    world.sync()
    before = world.stamps()
    world.clock.turn(minutes=30)
    report = world.sync()
    assert only_problem(report).page_id == bad
    assert world.stamps() == before
    world.workspace.update_page(bad, {"properties": {"Engagement Score": {"number": 99}}})
    world.clock.turn(minutes=1)
    assert world.sync().problems == []
    assert world.row("community_members", bad)["engagement_score"] == 99
    assert world.query("select 1 from sync.problem") == []


def test_text_that_postgres_cannot_hold_is_refused_for_that_page_alone(world: World) -> None:
    task = some_new_task(world, "with a NUL \x00 inside")
    report = world.sync()
    problem = only_problem(report)
    assert problem.page_id == task
    assert problem.property == "Task Name"
    assert len(world.query("select 1 from public.tasks")) > 3


def some_new_task(world: World, title: str) -> str:
    page = world.workspace.create_page(
        {
            "parent": {"data_source_id": world.ids["tasks"]},
            "properties": {"Task Name": {"title": [{"text": {"content": title}}]}},
        }
    )
    return str(page["id"])


def test_a_database_that_is_not_shared_is_named_and_the_others_go_on(world: World) -> None:
    world.workspace.unshare(world.ids["contacts_profiles"])
    report = world.sync()
    problem = only_problem(report)
    assert problem.table == "contacts_profiles"
    assert "shar" in problem.remedy.lower()
    assert report.exit_code == 1
    assert world.query("select 1 from public.tasks")


def test_a_database_that_is_shared_no_more_loses_nothing(world: World) -> None:
    world.sync()
    before = world.contents()
    world.workspace.unshare(world.ids["contacts_profiles"])
    world.clock.turn(minutes=5)
    instance = some_page(world, "workflow_instances")
    world.workspace.update_page(instance, {"properties": {"Current Step": text("two")}})
    report = world.sync(full=True)
    assert [p.table for p in report.problems] == ["contacts_profiles"]
    after = world.contents()
    assert after["contacts_profiles"] == before["contacts_profiles"]
    assert links_to_contacts(world) > 0
    world.workspace.share(world.ids["contacts_profiles"])
    world.clock.turn(minutes=5)
    assert world.sync().problems == []


def links_to_contacts(world: World) -> int:
    return len(world.query("select 1 from public.workflow_instances where contact_id is not null"))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"Priority": None}, "Priority"),
        ({"Priority": {"number": {}}}, "Priority"),
    ],
)
def test_a_property_gone_or_retyped_is_named_and_its_column_frozen(
    world: World, change: dict[str, Any], word: str
) -> None:
    world.sync()
    before = {r["id"]: r["priority"] for r in world.query("select id, priority from tasks")}
    world.workspace.update_data_source(world.ids["tasks"], {"properties": change})
    task = some_page(world, "tasks")
    world.clock.turn(minutes=5)
    world.workspace.update_page(task, {"properties": {"Notes": text("after the change")}})
    report = world.sync()
    problem = only_problem(report)
    assert problem.table == "tasks"
    assert problem.property == word
    assert report.exit_code == 1
    assert world.row("tasks", task)["notes"] == "after the change"
    after = {r["id"]: r["priority"] for r in world.query("select id, priority from tasks")}
    assert after == before


def test_a_renamed_property_keeps_its_column(world: World) -> None:
    world.sync()
    world.workspace.update_data_source(
        world.ids["tasks"], {"properties": {"Priority": {"name": "Urgency"}}}
    )
    task = some_page(world, "tasks")
    world.clock.turn(minutes=5)
    world.workspace.update_page(task, {"properties": {"Urgency": {"select": {"name": "Low"}}}})
    report = world.sync()
    assert report.problems == []
    assert world.row("tasks", task)["priority"] == "Low"


def test_a_sweep_that_would_remove_too_much_stops_and_asks(new_world: NewWorld) -> None:
    world = new_world(sample=False, pages=700, seed=5)
    world.sync()
    rows = world.query("select notion_page_id from public.tasks order by 1 limit 40")
    world.clock.turn(minutes=5)
    for row in rows:
        world.workspace.trash_page(str(row["notion_page_id"]))
    report = world.sync(full=True)
    problem = only_problem(report)
    assert problem.table == "tasks"
    assert "40" in problem.reason
    assert "--accept-removals Task" in problem.remedy
    accepted = world.sync(full=True, accept_removals=frozenset({"tasks"}))
    assert accepted.problems == []
    assert len(world.query("select 1 from public.tasks where deleted_at is not null")) == 40


def test_a_page_moved_to_another_of_the_databases_moves_its_row(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    for here, there in (("tasks", "use_cases"), ("use_cases", "tasks")):
        world.clock.turn(minutes=5)
        world.workspace.move_page(task, {"data_source_id": world.ids[there]})
        assert world.sync(full=True).problems == []
        assert world.row(here, task)["deleted_at"] is not None
        assert world.row(there, task)["deleted_at"] is None
    assert world.row("tasks", task)["task_name"]


def test_a_page_moved_out_of_the_databases_is_named_and_its_row_kept(world: World) -> None:
    world.sync(tables=frozenset(world.ids) - {"use_cases"})
    task = some_page(world, "tasks")
    world.clock.turn(minutes=5)
    world.workspace.move_page(task, {"data_source_id": world.ids["use_cases"]})
    report = world.sync(full=True, tables=frozenset(world.ids) - {"use_cases"})
    assert any(p.page_id == task and "moved" in p.reason for p in report.problems)
    assert world.row("tasks", task)["deleted_at"] is None


def test_a_change_made_in_sql_is_not_overwritten_unseen(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    world.execute("update public.tasks set notes = 'by sql' where notion_page_id = %s", task)
    world.clock.turn(minutes=5)
    world.workspace.update_page(task, {"properties": {"Description": text("by staff")}})
    report = world.sync()
    row = world.row("tasks", task)
    assert (row["notes"], row["description"]) == ("by sql", "by staff")
    assert report.pending == {"tasks": 1}


def test_a_value_that_loses_is_in_the_conflict_log(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    world.execute("update public.tasks set notes = 'by sql' where notion_page_id = %s", task)
    world.clock.turn(minutes=5)
    world.workspace.update_page(task, {"properties": {"Notes": text("by staff")}})
    report = world.sync()
    assert world.row("tasks", task)["notes"] == "by staff"
    (conflict,) = world.query("select * from sync.conflicts")
    assert conflict["table_name"] == "tasks"
    assert conflict["property"] == "Notes"
    assert conflict["notion_value"] == "by staff"
    assert conflict["supabase_value"] == "by sql"
    assert conflict["winner"] == "notion"
    assert report.tallies["tasks"].counts[Count.CONFLICTS] == 1
    assert report.pending == {}


def test_a_number_in_sql_that_notion_cannot_hold_is_named_and_kept(world: World) -> None:
    world.sync()
    product = some_page(world, "products_services")
    world.execute("update products_services set price = 'NaN' where notion_page_id = %s", product)
    world.clock.turn(minutes=5)
    world.workspace.update_page(product, {"properties": {"External ID": text("X-1")}})
    report = world.sync()
    problem = only_problem(report)
    assert (problem.page_id, problem.property) == (product, "Price")
    row = world.row("products_services", product)
    assert row["price"].is_nan()
    assert row["external_id"] == "X-1"
