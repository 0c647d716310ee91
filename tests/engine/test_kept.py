"""What a row's edit does not mean stays in the page, to the letter.

Rule: a page of every property type is compared as Notion's API shows it, before and after; only
the signatures of files, which change at every read, are left out.
"""

from __future__ import annotations

from typing import Any

import pytest

from accord.notion.properties import lasting
from tests.engine.conftest import NewWorld
from tests.engine.test_first_load import pages_of
from tests.engine.test_two_way import page
from tests.engine.world import World

#: What each write changes in a page besides what it means.
STAMPS = {"Sync Status", "Last Synced", "Last Modified", "Edited", "Editor"}

#: What is added to Tasks, so that it has every type that can be made.
ADDED: dict[str, dict[str, Any]] = {
    "Stage": {"status": {}},
    "Done": {"checkbox": {}},
    "Site": {"url": {}},
    "Mail": {"email": {}},
    "Call": {"phone_number": {}},
    "Papers": {"files": {}},
    "Number": {"unique_id": {"prefix": "T"}},
    "Where": {"place": {}},
    "Made": {"created_time": {}},
    "Maker": {"created_by": {}},
    "Edited": {"last_edited_time": {}},
    "Editor": {"last_edited_by": {}},
    "Names": {
        "rollup": {
            "relation_property_name": "Dependencies",
            "rollup_property_name": "Task Name",
            "function": "show_original",
        }
    },
}


def text(content: str, link: str | None = None, **annotations: Any) -> dict[str, Any]:
    where = {"url": link} if link else None
    return {"text": {"content": content, "link": where}, "annotations": annotations}


def filled(world: World, user: str, others: list[str]) -> dict[str, Any]:
    """A value for every property that can be written."""
    words = [
        text("bold", bold=True),
        text(" and a "),
        text("link", "https://example.org/a", italic=True, color="red_background"),
        {"equation": {"expression": "E = mc^2"}},
        {"mention": {"user": {"id": user}}},
        {"mention": {"page": {"id": others[0]}}},
        {"mention": {"date": {"start": "2026-05-01T10:30:00+02:00"}}},
        text(" \U0001f468\u200d\U0001f469\u200d\U0001f467 end", code=True),
    ]
    entity = next(iter(pages_of(world, "business_entities")))["id"]
    return {
        "Task Name": {"title": words},
        "Description": {"rich_text": words},
        "Notes": {"rich_text": [text("n" * 2000), text("\U0001f600" * 900, underline=True)]},
        "Status": {"select": {"name": "Not Started"}},
        "Tags": {"multi_select": [{"name": "b"}, {"name": "a"}]},
        "Due Date": {
            "date": {"start": "2026-05-01T10:30:00+02:00", "end": "2026-05-03T11:00:00+02:00"}
        },
        "Created Date": {"date": {"start": "2026-05-01", "end": "2026-06-01"}},
        "Completed Date": {"date": {"start": "2026-05-01T00:00:00+00:00"}},
        "Assigned To": {"people": [{"id": user}]},
        "Estimated Time": {"number": 0.1},
        "Dependencies": {"relation": [{"id": one} for one in others]},
        "Subtasks": {"relation": [{"id": one} for one in others[:3]]},
        "Related Business Entity": {"relation": [{"id": entity}]},
        "Stage": {"status": {"name": "In progress"}},
        "Done": {"checkbox": True},
        "Site": {"url": "https://example.org/?q=1#x"},
        "Mail": {"email": "a@example.org"},
        "Call": {"phone_number": "+1 (2) 3"},
        "Papers": {
            "files": [
                {"name": "b.pdf", "type": "external", "external": {"url": "https://e.example/b"}},
                {"name": "a", "type": "external", "external": {"url": "https://e.example/a"}},
            ]
        },
        "Where": {"place": {"lat": 1.5, "lon": 2.25, "name": "There"}},
    }


@pytest.fixture
def whole(new_world: NewWorld) -> tuple[World, str]:
    """A page with every property filled, in step with its row."""
    world = new_world()
    source = world.ids["tasks"]
    for name, schema in ADDED.items():
        world.workspace.update_data_source(source, {"properties": {name: schema}})
    parent = {"data_source_id": source}
    others = [
        world.workspace.create_page(
            {"parent": parent, "properties": {"Task Name": {"title": [text(f"Other {n}")]}}}
        )["id"]
        for n in range(40)
    ]
    assert world.sync().exit_code == 0
    values = filled(world, people(world), others)
    made = world.workspace.create_page({"parent": parent, "properties": values})["id"]
    assert world.sync().exit_code == 0
    world.clock.turn(minutes=10)
    world.execute("update tasks set source = 'First' where notion_page_id = %s", made)
    assert world.push().exit_code == 0
    world.clock.turn(minutes=10)
    assert world.sync().exit_code == 0
    return world, made


def people(world: World) -> str:
    """Somebody of the workspace."""
    return str(
        world.query("select id from notion_users where kind = 'person' order by id limit 1")[0][
            "id"
        ]
    )


def shown(world: World, made: str) -> dict[str, Any]:
    """All that Notion shows of the page."""
    properties: dict[str, Any] = lasting(page(world, made)["properties"])
    return properties


EDITS = {
    "priority": ("'High'", "Priority"),
    "actual_time": ("12.5", "Actual Time"),
    "created_by": ("'Somebody'", "Created By"),
    "tags": ("'{b,a,c}'", "Tags"),
    "last_edited_date": ("'2026-01-31 10:00+00'", "Last Edited Date"),
    "assigned_to": ("'{}'", "Assigned To"),
    "related_business_entity_id": ("null", "Related Business Entity"),
    "status": ("null", "Status"),
}


def test_an_edit_of_one_property_leaves_every_other_as_it_is(whole: tuple[World, str]) -> None:
    world, made = whole
    types = {p["type"] for p in shown(world, made).values()}
    assert len(types) >= 20, sorted(types)
    for column, (value, title) in EDITS.items():
        before = shown(world, made)
        world.execute(f"update tasks set {column} = {value} where notion_page_id = %s", made)
        assert world.both().exit_code == 0
        after = shown(world, made)
        differ = {name for name in before if before[name] != after[name]} - STAMPS
        assert differ - {"Completion Time", "Needs Sync", "Days Until Due"} == {title}


def test_a_new_start_keeps_the_zone_of_a_date_and_a_new_link_all_others(
    whole: tuple[World, str],
) -> None:
    world, made = whole
    before = shown(world, made)
    world.execute(
        "update tasks set due_date = '2026-05-02 08:30+00' where notion_page_id = %s", made
    )
    world.execute(
        "insert into tasks_dependencies select t.id, o.id, 99 from tasks t, tasks o"
        " where t.notion_page_id = %s and o.id <> t.id and not exists (select from"
        " tasks_dependencies d where d.task_id = t.id and d.dependency_id = o.id) limit 1",
        made,
    )
    assert world.both().exit_code == 0
    after = shown(world, made)
    due = after["Due Date"]["date"]
    assert due["start"].startswith("2026-05-02T10:30:00")
    assert due["start"].endswith("+02:00")
    assert due["end"] == before["Due Date"]["date"]["end"]
    everyone = world.query(
        "select count(*) from tasks_dependencies d join tasks t on t.id = d.task_id"
        " where t.notion_page_id = %s",
        made,
    )
    assert everyone[0]["count"] == 41
    differ = {n for n in before if before[n] != after[n]} - STAMPS
    assert differ <= {"Due Date", "Dependencies", "Days Until Due", "Names", "Needs Sync"}
