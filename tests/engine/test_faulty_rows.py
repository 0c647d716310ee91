"""Faulty rows: each travels, or is refused alone and told of, and holds up nothing else.

Rule: all faults are in one database beside good rows, and one round meets them all.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from accord.core.schema import PropertyType, Schema
from accord.sync.report import Report
from tests.engine.conftest import NewWorld
from tests.engine.test_two_way import words, writes
from tests.engine.test_verify import compare
from tests.engine.world import World

CONTACTS, PRODUCTS, TASKS = "contacts_profiles", "products_services", "tasks"
INSTANCES, REWARDS = "workflow_instances", "rewards_bounties"
TITLES = {
    CONTACTS: "full_name",
    PRODUCTS: "name",
    TASKS: "task_name",
    INSTANCES: "instance_name",
    REWARDS: "reward_name",
}
REFUSED = "A change made in Supabase was not saved here: "


@dataclass(frozen=True)
class Fault:
    """What somebody writes into a row of their own.

    Args:
        name: what it is.
        table: where.
        wrong: the assignments.
        told: words of the reason for which it is refused; "" where it travels.
        right: the assignments that correct it.
    """

    name: str
    table: str
    wrong: str
    told: str = ""
    right: str = ""
    row: str = field(default_factory=lambda: str(uuid.uuid4()))


EARLIER, NOW, BURIED_TASK = (str(uuid.uuid4()) for _ in range(3))

FAULTS = (
    Fault("a comma", CONTACTS, "status = 'a, b'", "has a comma", "status = 'a'"),
    Fault(
        "a long e-mail",
        CONTACTS,
        "email = repeat('x', 290) || '@e.example'",
        "300 characters",
        "email = 'a@e.example'",
    ),
    Fault(
        "a long option",
        CONTACTS,
        "lead_source = repeat('o', 101)",
        "101 characters",
        "lead_source = repeat('o', 100)",
    ),
    Fault(
        "many options",
        CONTACTS,
        "tags = (select array_agg('tag ' || n) from generate_series(1, 120) n)",
        "120 items",
        "tags = (select array_agg('tag ' || n) from generate_series(1, 100) n)",
    ),
    Fault(
        "a very long text",
        CONTACTS,
        "notes = repeat('n', 200001)",
        "too long",
        "notes = repeat('n', 200000)",
    ),
    Fault("an emoji at the cut", CONTACTS, "notes = repeat('n', 1999) || '\U0001f600' || 'n'"),
    Fault("no JSON", CONTACTS, "external_ids = '{not json'"),
    Fault("a NUL in JSON", CONTACTS, r"""external_ids = '{"a": "\u0000"}'"""),
    Fault("half a pair in JSON", CONTACTS, r"""external_ids = '{"a": "\ud800"}'"""),
    Fault("the year 1", CONTACTS, "date_added = '0001-01-02 10:30+00'"),
    Fault("the year 9999", CONTACTS, "date_added = '9999-12-31'"),
    Fault(
        "the year 10000",
        CONTACTS,
        "date_added = '10000-01-01'",
        "not a date",
        "date_added = '2000-01-01'",
    ),
    Fault(
        "before Christ", CONTACTS, "date_added = '0044-03-15 BC'", "not a date", "date_added = null"
    ),
    Fault("never", CONTACTS, "date_added = 'infinity'", "not a date", "date_added = now()"),
    Fault(
        "always",
        CONTACTS,
        "date_added = '-infinity', city = 'Rome'",
        "not a date",
        "date_added = '2026-01-01'",
    ),
    Fault("no number", PRODUCTS, "price = 'NaN'", "not a number", "price = 1"),
    Fault("an infinite number", PRODUCTS, "price = 'Infinity'", "not a number", "price = null"),
    Fault("a number beyond doubles", PRODUCTS, "price = 1e400", "not a number", "price = 1e300"),
    Fault("a number between doubles", PRODUCTS, "price = 9007199254740993"),
    Fault("a number of many digits", PRODUCTS, "price = 0.1234567890123456789012345"),
    Fault(
        "a long address",
        PRODUCTS,
        "booking_link = 'https://e.example/' || repeat('x', 3000)",
        "3018 characters",
        "booking_link = 'https://e.example/'",
    ),
    Fault(
        "files that are a text",
        PRODUCTS,
        """images = '"none"'""",
        "cannot be read",
        "images = '[]'",
    ),
    Fault(
        "files without addresses",
        PRODUCTS,
        """images = '[{"name": "a"}]'""",
        "cannot be read",
        """images = '[{"name": "a", "url": "https://e.example/a.png"}]'""",
    ),
    Fault(
        "a file of Notion's from nowhere",
        PRODUCTS,
        """images = '[{"name": "a", "url": "https://e.example/a", "type": "file"}]'""",
        "is held by Notion",
        "images = '[]'",
    ),
    Fault(
        "an upload from nowhere",
        PRODUCTS,
        """images = '[{"name": "a", "url": "no-id", "type": "file_upload"}]'""",
        "should be a valid uuid",
        "images = '[]'",
    ),
    Fault(
        "an unknown person",
        TASKS,
        "assigned_to = array[gen_random_uuid()]",
        "not find user with ID",
        "assigned_to = '{}'",
    ),
    Fault(
        "nonsense beyond",
        INSTANCES,
        """notion_extra = '"nonsense"'""",
        "not a JSON object",
        "notion_extra = '{}'",
    ),
    Fault(
        "nonsense beyond a field",
        INSTANCES,
        """notion_extra = '{"Start Date": 5}', start_date = now()""",
        "not a JSON object",
        "notion_extra = '{}'",
    ),
    Fault(
        "a nonsense end",
        INSTANCES,
        """notion_extra = '{"Start Date": {"end": "soon"}}', start_date = now()""",
        "cannot be read",
        "notion_extra = '{}'",
    ),
    Fault("nonsense of nobody's", INSTANCES, """notion_extra = '{"Nothing": 5}'"""),
    Fault(
        "a foreign key to a row deleted earlier",
        TASKS,
        f"related_business_entity_id = '{EARLIER}'",
        "",
        "",
    ),
    Fault(
        "a foreign key to a row deleted just now",
        TASKS,
        f"related_business_entity_id = '{NOW}'",
        "",
        "",
    ),
    Fault(
        "a link to a deleted row",
        TASKS,
        f"insert into tasks_dependencies values ($row, '{BURIED_TASK}', 0)",
        "",
        "",
    ),
    Fault(
        "many links",
        TASKS,
        "insert into tasks_dependencies select $row, id, 0 from tasks"
        " where task_name like 'Task %%' limit 150",
        "150 items",
        "delete from tasks_dependencies where task_id = $row and dependency_id in"
        " (select dependency_id from tasks_dependencies where task_id = $row limit 60)",
    ),
    Fault(
        "the page of another table",
        TASKS,
        "notion_page_id = (select notion_page_id from contacts_profiles limit 1)",
        "",
        "",
    ),
    Fault(
        "no such status", REWARDS, "status = 'Nowhere'", "no status 'Nowhere'", "status = 'Done'"
    ),
)


@pytest.fixture
def world(new_world: NewWorld) -> World:
    """The sample in step, with a status and many tasks, and a row for each fault."""
    world = new_world()
    source = world.ids[REWARDS]
    for status in (None, {"type": "status", "status": {}}):
        world.workspace.update_data_source(source, {"properties": {"Status": status}})
    world.schema = with_a_status(world.schema)
    for number in range(150):
        name = {"Task Name": {"title": [{"text": {"content": f"Task {number}"}}]}}
        parent = {"data_source_id": world.ids[TASKS]}
        world.workspace.create_page({"parent": parent, "properties": name})
    world.sync()
    world.clock.turn(minutes=10)
    for fault in FAULTS:
        world.execute(
            f"insert into {fault.table} (id, {TITLES[fault.table]}) values (%s, %s)",
            fault.row,
            fault.name,
        )
    for buried in (EARLIER, NOW):
        world.execute("insert into business_entities (id, name) values (%s, 'buried')", buried)
    world.execute("insert into tasks (id, task_name) values (%s, 'buried')", BURIED_TASK)
    report = world.both()
    assert report.exit_code == 0, report.problems
    world.execute("update business_entities set deleted_at = now() where id = %s", EARLIER)
    world.execute("update tasks set deleted_at = now() where id = %s", BURIED_TASK)
    assert world.both().exit_code == 0
    world.clock.turn(minutes=10)
    return world


def with_a_status(schema: Schema) -> Schema:
    """The schema with a status, which none of the sixteen has."""

    def changed(table: str, fields: Any) -> Any:
        return tuple(
            replace(f, type=PropertyType.STATUS) if (table, f.title) == (REWARDS, "Status") else f
            for f in fields
        )

    return Schema(tuple(replace(c, fields=changed(c.table, c.fields)) for c in schema))


def test_each_fault_travels_or_is_refused_alone(world: World) -> None:
    expected = {fault.name: fault.told for fault in FAULTS}
    good = change(world, "wrong")
    report = world.both()
    assert outcomes(world, report) == expected
    assert report.exit_code == 1
    assert {words(world, one, "Company") for one in good} == {"Before"}
    world.clock.turn(minutes=10)
    again, sent = writes(world, world.both)
    assert (sent, again.exit_code) == ([], 1)
    assert again.requests <= 22
    assert outcomes(world, again) == expected
    change(world, "right")
    corrected = world.both()
    assert corrected.problems == []
    assert outcomes(world, corrected) == dict.fromkeys(expected, "")
    assert [c.table for c in compare(world) if not c.equal] == []
    world.clock.turn(minutes=10)
    world.both()
    world.clock.turn(minutes=10)
    assert (world.both().effects, world.query("select * from sync.dirty")) == (0, [])


def change(world: World, how: str) -> list[str]:
    """Write what is wrong, or right, and good things beside it; answers the good pages."""
    good = world.query(
        "select notion_page_id from contacts_profiles"
        " where id <> all(%s::uuid[]) order by id limit 5",
        [fault.row for fault in FAULTS],
    )
    if how == "wrong":
        world.execute("update business_entities set deleted_at = now() where id = %s", NOW)
    pages = [str(row["notion_page_id"]) for row in good]
    world.execute(
        "update contacts_profiles set company = %s where notion_page_id = any(%s::uuid[])",
        "Before" if how == "wrong" else "After",
        pages,
    )
    for fault in FAULTS:
        if assignments := getattr(fault, how):
            for statement in assignments.split(";"):
                if statement.lstrip().startswith(("insert", "delete")):
                    world.execute(statement.replace("$row", f"'{fault.row}'"))
                else:
                    world.execute(f"update {fault.table} set {statement} where id = %s", fault.row)
    return pages


def outcomes(world: World, report: Report) -> dict[str, str]:
    """By fault: "" where it is in step and nobody complains; else what is told of it."""
    problems = {str(p["key"]): p for p in world.query("select * from sync.problem")}
    differ = {d.page_id for c in compare(world) for d in c.differences}
    reported = {problem.page_id: problem.reason for problem in report.problems}
    found = {}
    for fault in FAULTS:
        (row,) = world.query(f"select notion_page_id from {fault.table} where id = %s", fault.row)
        page_id = str(row["notion_page_id"])
        status = words(world, page_id, "Sync Status")
        reason = problems[page_id]["reason"] if page_id in problems else ""
        told = (page_id in differ, status.startswith(REFUSED), bool(reason))
        all_know = told in {(True,) * 3, (False,) * 3} and reported.get(page_id, "") == reason
        as_expected = all_know and bool(reason) == bool(fault.told) and fault.told in reason
        found[fault.name] = fault.told if as_expected else f"{told} {reason!r} {status!r}"
        if all_know and not reason:
            found[fault.name] = ""
    return found


@pytest.fixture
def small(new_world: NewWorld) -> World:
    """The sample in step, without stamps."""
    world = new_world()
    world.sync()
    world.clock.turn(minutes=10)
    return world


def problems_kept(world: World) -> list[tuple[str | None, str | None]]:
    return [
        (p["page_id"] and str(p["page_id"]), p["row_id"] and str(p["row_id"]))
        for p in world.query("select page_id, row_id from sync.problem")
    ]


def test_a_problem_of_a_row_that_never_got_a_page_ends_with_the_row(small: World) -> None:
    row = str(uuid.uuid4())
    small.execute("insert into contacts_profiles (id, status) values (%s, 'a, b')", row)
    assert small.both().exit_code == 1
    assert problems_kept(small) == [(None, row)]
    small.execute("delete from contacts_profiles where id = %s", row)
    assert small.both().problems == []
    assert problems_kept(small) == []


def test_a_row_that_cannot_be_read_whole_gets_its_page_and_the_page_tells(small: World) -> None:
    row = str(uuid.uuid4())
    small.execute("insert into products_services (id, name, price) values (%s, 'P', 'NaN')", row)
    report = small.both()
    (made,) = small.query("select notion_page_id from products_services where id = %s", row)
    page_id = str(made["notion_page_id"])
    assert problems_kept(small) == [(page_id, row)]
    assert [p.page_id for p in report.problems] == [page_id]
    assert words(small, page_id, "Sync Status").startswith(REFUSED)
    small.clock.turn(minutes=10)
    assert writes(small, small.both)[1] == []
    small.execute("update products_services set price = 3 where id = %s", row)
    assert small.both().problems == []
    assert problems_kept(small) == []
    assert words(small, page_id, "Sync Status").startswith("In step")


@pytest.mark.parametrize("pushes", [True, False])
def test_a_refused_change_over_which_notion_wins_is_told_no_more(
    small: World, pushes: bool
) -> None:
    (row,) = small.query("select id, notion_page_id from contacts_profiles order by id limit 1")
    page_id = str(row["notion_page_id"])
    small.execute("update contacts_profiles set status = 'a, b' where id = %s", row["id"])
    assert small.both().exit_code == 1
    assert problems_kept(small) == [(page_id, str(row["id"]))]
    small.clock.turn(minutes=10)
    small.workspace.update_page(
        page_id, {"properties": {"Status": {"select": {"name": "Former Client"}}}}
    )
    small.clock.turn(minutes=10)
    assert (small.both if pushes else small.sync)().problems == []
    assert small.row("contacts_profiles", page_id)["status"] == "Former Client"
    assert problems_kept(small) == []
    (conflict,) = small.query("select supabase_value, winner from sync.conflicts")
    assert (conflict["supabase_value"], conflict["winner"]) == ("a, b", "notion")


def test_what_notion_shows_is_not_overwritten_by_a_value_that_could_not_be_read(
    small: World,
) -> None:
    (row,) = small.query(
        "select id, notion_page_id from products_services where price is not null limit 1"
    )
    page_id = str(row["notion_page_id"])
    small.execute("update products_services set price = 'NaN' where id = %s", row["id"])
    small.workspace.update_page(page_id, {"properties": {"Price": {"number": 77}}})
    small.clock.turn(minutes=10)
    assert small.both().exit_code == 1
    small.clock.turn(minutes=10)
    small.both()
    small.execute("update products_services set price = 5 where id = %s", row["id"])
    assert small.both().problems == []
    assert small.workspace.page(page_id)["properties"]["Price"]["number"] == 77
    (conflict,) = small.query("select notion_value, supabase_value from sync.conflicts")
    assert (conflict["notion_value"], conflict["supabase_value"]) == (77, 5)


def test_links_to_deleted_rows_stay_in_sql(small: World) -> None:
    target, task, other = (str(uuid.uuid4()) for _ in range(3))
    small.execute("insert into business_entities (id, name) values (%s, 'T')", target)
    small.execute("insert into tasks (id, task_name) values (%s, 'T')", other)
    small.execute("insert into tasks (id, task_name) values (%s, 'T')", task)
    assert small.both().exit_code == 0
    for table, row in (("business_entities", target), ("tasks", other)):
        small.execute(f"update {table} set deleted_at = now() where id = %s", row)
    small.execute("update tasks set related_business_entity_id = %s where id = %s", target, task)
    small.execute("insert into tasks_dependencies values (%s, %s, 0)", task, other)
    for _ in range(3):
        assert small.both().exit_code == 0
        small.clock.turn(minutes=10)
    (kept,) = small.query("select related_business_entity_id from tasks where id = %s", task)
    assert str(kept["related_business_entity_id"]) == target
    assert small.query("select 1 from tasks_dependencies where task_id = %s", task)
