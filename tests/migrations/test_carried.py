"""What the functions of migrations carry, case by case, and what stands in a migration's way."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from accord.core.errors import SupabaseError
from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate
from tests.migrations.project import ROOT, Edit, Project

LINKS = "'tasks', 'subtasks', 'Subtasks', 'subtask_id', 'tasks_subtasks', 'task_id', 'subtask_id'"
TASKS = [uuid.UUID(int=number) for number in range(1, 5)]
PAGES = [uuid.UUID(int=number) for number in range(101, 106)]
LINKED = "select task_id, subtask_id, position from public.tasks_subtasks order by 1, 3, 2"
WAITING = "select row_id, target_page_id, position, link_table from sync.waiting order by 1, 3"


@pytest.fixture(scope="module")
def template(postgres_server: EmbeddedPostgres) -> str:
    name = f"carried_{uuid.uuid4().hex}"
    postgres_server.create_database(name)
    asyncio.run(migrate.apply(postgres_server.url(name), ROOT / "supabase" / "migrations"))
    return name


@pytest.fixture
def database(postgres_server: EmbeddedPostgres, template: str) -> Iterator[psycopg.Connection[Any]]:
    """Four tasks, the last one without a page; a column for one subtask."""
    name = f"test_{uuid.uuid4().hex}"
    postgres_server.create_database(name, template)
    with psycopg.connect(postgres_server.url(name), autocommit=True) as connection:
        connection.execute("alter table public.tasks add column subtask_id uuid")
        for task, page in zip(TASKS, [*PAGES[:3], None], strict=True):
            connection.execute(
                "insert into public.tasks (id, notion_page_id) values (%s, %s)", [task, page]
            )
        connection.execute("delete from sync.dirty")
        yield connection
    postgres_server.drop_database(name)


def held(database: psycopg.Connection[Any]) -> tuple[Any, Any]:
    """What the first task holds: its subtask, and its extra."""
    row = database.execute(
        "select subtask_id, notion_extra from public.tasks where id = %s", [TASKS[0]]
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def link(database: psycopg.Connection[Any], *targets: uuid.UUID) -> None:
    for position, target in enumerate(targets):
        database.execute(
            "insert into public.tasks_subtasks values (%s, %s, %s)", [TASKS[0], target, position]
        )
    database.execute("delete from sync.dirty")


def wait(database: psycopg.Connection[Any], page: uuid.UUID, position: int) -> None:
    database.execute(
        "insert into sync.waiting values ('tasks', %s, 'subtasks', 'tasks', %s, %s,"
        " 'tasks_subtasks')",
        [TASKS[0], page, position],
    )


def test_many_links_become_one_and_many_again(database: psycopg.Connection[Any]) -> None:
    link(database, TASKS[2], TASKS[1])
    wait(database, PAGES[4], 2)
    before = database.execute(LINKED.encode()).fetchall(), database.execute(WAITING).fetchall()
    database.execute(f"select sync.many_to_one_v1({LINKS}, 'tasks')".encode())
    more = {"more": [str(PAGES[1]), str(PAGES[4])]}
    assert held(database) == (TASKS[2], {"Subtasks": more})
    assert database.execute(WAITING).fetchall() == []
    database.execute("delete from public.tasks_subtasks")
    database.execute("delete from sync.dirty")
    database.execute(f"select sync.one_to_many_v1({LINKS}, 'tasks')".encode())
    assert (database.execute(LINKED).fetchall(), database.execute(WAITING).fetchall()) == before
    assert held(database)[1] == {}
    assert database.execute("select * from sync.dirty").fetchall() == []


def test_a_first_target_without_a_row_goes_on_waiting(database: psycopg.Connection[Any]) -> None:
    wait(database, PAGES[4], 0)
    database.execute("insert into public.tasks_subtasks values (%s, %s, 1)", [TASKS[0], TASKS[1]])
    database.execute(f"select sync.many_to_one_v1({LINKS}, 'tasks')".encode())
    assert held(database) == (None, {"Subtasks": {"more": [str(PAGES[1])]}})
    assert database.execute(WAITING).fetchall() == [(TASKS[0], PAGES[4], 0, None)]


def test_a_target_without_a_page_gives_way_to_one_that_notion_knows(
    database: psycopg.Connection[Any],
) -> None:
    link(database, TASKS[3], TASKS[1])
    database.execute(f"select sync.many_to_one_v1({LINKS}, 'tasks')".encode())
    assert held(database) == (TASKS[1], {})


def test_what_is_remembered_of_a_field_follows_it(database: psycopg.Connection[Any]) -> None:
    task = TASKS[0]
    database.execute(
        "insert into sync.link (page_id, table_name, row_id, base) values (%s, 'tasks', %s,"
        """ '{"notes": "a", "*": {"Colour": {"type": "select", "value": "red"}}}')""",
        [PAGES[0], task],
    )
    database.execute(
        "insert into sync.intent values ('tasks', %s,"
        """ '{"verb": "update", "attempts": [{"receipt": "x", "changes": {"notes": "b"}}]}')""",
        [task],
    )
    database.execute(
        "insert into sync.source (table_name, database_id, data_source_id, properties, watermark)"
        """ values ('tasks', %s, %s, '{"p": ["Notes", "rich_text"]}', now())""",
        [task, task],
    )
    database.execute(
        "insert into sync.dirty (table_name, row_id, version, op, tombstone) values ('tasks', %s,"
        """ 1, 'D', '{"notes": "c", "notion_extra": {"Notes": {"formatted": []}}}')""",
        [TASKS[1]],
    )
    database.execute("alter table public.tasks rename column notes to remarks")
    database.execute("select sync.rename_field_v1('tasks', 'notes', 'remarks', 'Notes', 'Remarks')")
    database.execute("select sync.declare_field_v1('tasks', 'Colour')")
    assert database.execute("select base from sync.link").fetchall() == [
        ({"remarks": "a", "*": None},)
    ]
    assert database.execute(
        "select intent #> '{attempts,0,changes}' from sync.intent"
    ).fetchall() == [({"remarks": "b"},)]
    assert database.execute("select properties, watermark from sync.source").fetchall() == [
        ({"p": ["Remarks", "rich_text"]}, None)
    ]
    assert database.execute("select tombstone from sync.dirty").fetchall() == [
        ({"remarks": "c", "notion_extra": {"Remarks": {"formatted": []}}},)
    ]


@pytest.mark.parametrize(
    ("text", "sort", "fitted"),
    [
        (" 12.50 ", "numeric", "12.50"),
        ("NaN", "numeric", None),
        ("12 a month", "numeric", None),
        ("2026-03-01", "timestamptz", "2026-03-01 00:00:00+00"),
        ("tomorrow", "timestamptz", None),
        ("yes", "boolean", "true"),
        ("{a,b}", "text[]", "{a,b}"),
    ],
)
def test_a_text_fits_a_type_or_does_not(
    database: psycopg.Connection[Any], text: str, sort: str, fitted: str | None
) -> None:
    found = database.execute("select sync.fitted_v1(%s, %s)", [text, sort]).fetchone()
    assert found == (fitted,)


def test_only_what_was_put_aside_is_dropped_and_a_strangers_view_is_named(
    project: Project, postgres_url: str
) -> None:
    project.edit(Edit("removed", [("    job_title: str | None = notion.rich_text()\n", "")]))
    project.keep("removed", project.draft())
    project.apply(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "create view public.mine as select _deprecated_job_title from public.contacts_profiles"
        )
        found = project.draft(drop_deprecated=True)
        assert found.reverse == ()
        project.number += 1
        project.keep("let_go", found)
        with pytest.raises(
            SupabaseError, match="view mine depends on column _deprecated_job_title"
        ):
            project.apply(postgres_url)
        connection.execute("select _deprecated_job_title from public.contacts_profiles")
        connection.execute("drop view public.mine")
        project.apply(postgres_url)
        left = connection.execute(
            "select count(*) from pg_attribute where attname like '\\_deprecated%'"
        ).fetchone()
        assert left == (0,)
