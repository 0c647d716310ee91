"""What people do in SQL arrives in Notion, whatever Notion does where nobody knows.

Rule: the same work under the defaults, under each switch that a writer could feel, and under all.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accord.sync.options import Stamping
from accord.sync.report import Report
from notion_emulator import Switches
from tests.engine.conftest import NewWorld
from tests.engine.test_edits import some_page, text
from tests.engine.test_switches import CANNOT_MATTER, READS, TESTED
from tests.engine.test_two_way import page, words, writes
from tests.engine.test_verify import compare
from tests.engine.world import World

#: Other values of the switches that only a writer can feel.
WRITTEN: dict[str, Any] = {
    "unknown_property": "ignore",
    "big_numbers": "exact",
    "text_unit": "code_points",
    "oversize_status": 413,
    "option_color_mismatch": "ignore",
    "missing_relation_target": 400,
}

#: Those of the other day that a writer can feel as well.
SHARED = (
    "mirror_bumps_stamp",
    "walks",
    "stamp_filter",
    "trashed_targets",
    "options_ignore_case",
    "merge_segments",
)


def go(world: World) -> Report:
    """A round in both directions, without stamps of their own."""
    return world.both(stamping=Stamping.ON_WRITE)


def test_every_switch_about_writes_is_tried() -> None:
    assert {name for name, why in CANNOT_MATTER.items() if why == READS} == WRITTEN.keys()
    default = Switches()
    assert [name for name, value in WRITTEN.items() if getattr(default, name) == value] == []


@pytest.mark.parametrize("flipped", ["none", *WRITTEN, *SHARED, "all"])
def test_edits_in_sql_arrive_whatever_notion_does(new_world: NewWorld, flipped: str) -> None:
    values = WRITTEN | {name: TESTED[name].value for name in SHARED}
    names = {"none": [], "all": list(values)}.get(flipped, [flipped])
    world = new_world(switches=Switches(**{name: values[name] for name in names}))
    world.sync()
    world.clock.turn(minutes=5)
    contact = some_page(world, "contacts_profiles")
    long = "a😀" * 1_200
    world.execute(
        "update contacts_profiles set city = %s, status = 'Former Client',"
        " phone = '555-0100' where notion_page_id = %s",
        long,
        contact,
    )
    world.workspace.update_page(contact, {"properties": {"Email": {"email": "n@example.org"}}})
    world.execute("update products_services set price = 12345678901234567")
    row, gone = str(uuid.uuid4()), a_task_with_a_target_in_the_trash(world)
    world.execute("insert into tasks (id, task_name) values (%s, 'Call back')", row)
    world.execute("update tasks set status = 'Done' where notion_page_id = %s", gone)
    world.clock.turn(minutes=5)
    report = go(world)
    assert report.problems == []
    assert words(world, contact, "City") == long
    assert world.row("contacts_profiles", contact)["email"] == "n@example.org"
    assert page(world, gone)["properties"]["Status"]["select"]["name"] == "Done"
    (made,) = world.query("select notion_page_id from tasks where id = %s", row)
    assert words(world, str(made["notion_page_id"]), "Task Name") == "Call back"
    assert [d for c in compare(world) for d in c.differences] == []
    for _ in range(2):
        world.clock.turn(minutes=5)
        quiet, sent = writes(world, lambda: go(world))
        assert (quiet.effects, sent) == (0, [])


def a_task_with_a_target_in_the_trash(world: World) -> str:
    """A task that links to a page in the trash, which Notion may hide, and must not lose."""
    (task,) = world.query(
        "select t.notion_page_id, w.notion_page_id as other from tasks t"
        " join workflow_instances w on w.id = t.related_workflow_instance_id"
        " where t.deleted_at is null order by t.id limit 1"
    )
    world.workspace.trash_page(str(task["other"]))
    world.workspace.update_page(
        str(task["notion_page_id"]), {"properties": {"Notes": text("its instance is gone")}}
    )
    go(world)
    return str(task["notion_page_id"])
