"""What people do with SQL: it is noticed, it makes writes stale, and it is never lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from accord.core.ports import Result
from accord.core.record import Base
from accord.core.values import Text
from accord.supabase.door import PostgresDoor
from accord.supabase.replica import Supabase
from tests.store.store import Store, edit, new, page, pages, row


def results(store: Store, table: str, *writes: Any) -> list[Result]:
    return [outcome.result for outcome in store.commit(table, *writes)]


def test_edits_by_people_mark_their_row_and_ours_do_not(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T"), dependencies=pages("t")))
    assert store.dirty() == []
    store.person("update tasks set task_name = task_name, last_synced_at = now()")
    assert store.dirty() == []
    store.person("update tasks set task_name = 'Mine'")
    assert store.dirty() == [("tasks", row("t"), "U")]
    known = store.sight("tasks", "t")["t"]
    assert known.row is not None
    assert known.row.version > 0
    assert known.row.record.values["task_name"] == Text("Mine")
    assert known.base is not None
    assert known.base.record.values["task_name"] == Text("T")


@pytest.mark.parametrize(
    "statement",
    [
        "insert into {table} values (%s, %s, 5)",
        "update {table} set position = 7 where {owner} = %s and {target} <> %s",
        "delete from {table} where {owner} = %s and {target} <> %s",
    ],
)
def test_a_link_that_a_person_changed_marks_its_owner(store: Store, statement: str) -> None:
    table, owner, target = link_of_dependencies(store)
    store.done("tasks", new("t"), new("u"))
    store.done("tasks", edit("t", dependencies=pages("u")))
    store.person(statement.format(table=table, owner=owner, target=target), row("t"), row("t"))
    assert store.dirty() == [("tasks", row("t"), "U")]


def link_of_dependencies(store: Store) -> tuple[str, str, str]:
    link = store.collection("tasks").field("dependencies").link
    assert link is not None
    return link.table, link.owner, link.target


def test_a_row_that_a_person_changed_since_is_stale_and_not_written(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")), new("u", task_name=Text("U")))
    seen = store.sight("tasks", "t", "u")
    store.person("update tasks set task_name = 'Mine' where id = %s", row("t"))
    before = store.person("select * from sync.link where row_id = %s", row("t"))
    writes = [
        edit("t", seen["t"], task_name=Text("Theirs"), dependencies=pages("u")),
        edit("u", seen["u"], task_name=Text("Theirs")),
    ]
    assert results(store, "tasks", *writes) == [Result.STALE, Result.DONE]
    assert store.seen("tasks", "t")["task_name"] == Text("Mine")
    assert store.seen("tasks", "t")["dependencies"] == ()
    assert store.seen("tasks", "u")["task_name"] == Text("Theirs")
    assert store.person("select * from sync.link where row_id = %s", row("t")) == before


def test_a_mark_goes_with_the_write_that_brings_the_row_into_step(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    store.person("update tasks set task_name = 'Mine'")
    known = store.sight("tasks", "t")["t"]
    held = replace(edit("t", known, task_name=Text("Theirs")), in_step=False)
    assert results(store, "tasks", held) == [Result.DONE]
    assert len(store.dirty()) == 1
    known = store.sight("tasks", "t")["t"]
    assert results(store, "tasks", edit("t", known)) == [Result.DONE]
    assert store.dirty() == []


def test_a_write_waits_for_a_person_who_is_not_finished(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    known = store.sight("tasks", "t")["t"]
    write = edit("t", known, task_name=Text("Theirs"))

    async def meanwhile(door: PostgresDoor) -> Result:
        async with await psycopg.AsyncConnection.connect(store.url) as person:
            await person.execute("update tasks set task_name = 'Mine'")
            supabase = Supabase(door)
            commit = asyncio.create_task(supabase.commit(store.collection("tasks"), [write]))
            while not await waits(store.url):
                assert not commit.done()
            await person.commit()
            (outcome,) = await commit
            return outcome.result

    assert store.run(meanwhile) is Result.STALE
    assert store.seen("tasks", "t")["task_name"] == Text("Mine")


def test_commits_to_one_table_go_one_after_the_other(store: Store) -> None:
    async def meanwhile(door: PostgresDoor) -> Result:
        async with await psycopg.AsyncConnection.connect(store.url) as other:
            await other.execute("select sync.commit_v1('{\"table\": \"tasks\"}', '[]')")
            await Supabase(door).commit(store.collection("agents"), [new("a")])
            supabase = Supabase(door)
            commit = asyncio.create_task(supabase.commit(store.collection("tasks"), [new("t")]))
            while not await waits(store.url):
                assert not commit.done()
            await other.commit()
            (outcome,) = await commit
            return outcome.result

    assert store.run(meanwhile) is Result.DONE


async def waits(url: str) -> bool:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(
            "select count(*) from pg_locks l join pg_stat_activity a using (pid)"
            " where not l.granted and a.datname = current_database()"
        )
        found = await cursor.fetchone()
    return found is not None and found[0] > 0


def test_a_deleted_row_is_sighted_as_it_was(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T"), priority="High", dependencies=pages("t")))
    store.person("delete from tasks")
    known = store.sight("tasks", "t")["t"]
    assert known.row is not None
    assert known.row.deleted
    assert known.row.version > 0
    assert known.row.record.values["priority"] == "High"
    assert "dependencies" not in known.row.record.values
    assert store.dirty() == [("tasks", row("t"), "D")]
    stored = store.person("select notion_page_id::text, tombstone ->> 'task_name' from sync.dirty")
    assert stored == [(page("t"), "T")]


def test_a_row_deleted_since_its_sighting_is_stale(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    known = store.sight("tasks", "t")["t"]
    store.person("delete from tasks")
    assert results(store, "tasks", edit("t", known, task_name=Text("X"))) == [Result.STALE]
    assert store.person("select count(*) from tasks") == [(0,)]


def test_a_deleted_row_comes_back_as_it_was_with_its_links(store: Store) -> None:
    store.done("business_entities", new("e"))
    store.done(
        "tasks",
        new("u"),
        new(
            "t",
            task_name=Text("T"),
            priority="High",
            dependencies=pages("u", "later"),
            related_business_entity_id=pages("e"),
        ),
    )
    store.person("update tasks set priority = 'Low' where id = %s", row("t"))
    store.person("delete from tasks where id = %s", row("t"))
    known = store.sight("tasks", "t")["t"]
    back = replace(edit("t", known, task_name=Text("New")), deleted=False, in_step=False)
    assert results(store, "tasks", back) == [Result.DONE]
    seen = store.seen("tasks", "t")
    assert (seen["task_name"], seen["priority"]) == (Text("New"), "Low")
    assert seen["dependencies"] == pages("u", "later")
    assert seen["related_business_entity_id"] == pages("e")
    assert store.dirty() == [("tasks", row("t"), "U")]  # the next write tells Notion


def test_an_agreed_deletion_leaves_no_mark(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    store.person("delete from tasks")
    known = store.sight("tasks", "t")["t"]
    assert known.base is not None
    agreed = replace(edit("t", known), base=Base(known.base.record, deleted=True))
    assert results(store, "tasks", agreed) == [Result.DONE]
    assert store.dirty() == []
    again = store.sight("tasks", "t")["t"]
    assert (again.row, again.base) == (None, agreed.base)


def test_a_row_that_vanished_unnoticed_is_written_anew_only_when_asked(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from tasks")
    known = store.sight("tasks", "t")["t"]
    assert known.row is None
    assert results(store, "tasks", edit("t", known, task_name=Text("X"))) == [Result.STALE]
    assert results(store, "tasks", new("t", task_name=Text("X"))) == [Result.DONE]
    assert store.seen("tasks", "t")["task_name"] == Text("X")


def test_a_row_that_never_had_a_page_leaves_no_trace(store: Store) -> None:
    table, _, _ = link_of_dependencies(store)
    store.person("insert into tasks (id) values (%s)", row("own"))
    assert store.dirty() == [("tasks", row("own"), "I")]
    store.person(f"insert into {table} values (%s, %s, 0)", row("own"), row("own"))
    store.person("update tasks set priority = 'High'")
    assert store.dirty() == [("tasks", row("own"), "I")]
    store.person("delete from tasks")
    assert store.dirty() == []


def test_a_changed_id_is_a_deletion_and_an_insertion(store: Store) -> None:
    store.done("tasks", new("t"))
    store.person("update tasks set id = %s, notion_page_id = null", row("other"))
    assert store.dirty() == [("tasks", row("t"), "D"), ("tasks", row("other"), "I")]


def test_truncate_is_refused(store: Store) -> None:
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="TRUNCATE of public"):
        store.person("truncate tasks cascade")


def test_a_person_with_rights_on_public_alone_can_edit(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    clerk = f"clerk_{page('clerk')[:8]}"
    with psycopg.connect(store.url, autocommit=True) as connection:
        try:
            connection.execute(f"create role {clerk}")
            connection.execute(f"grant select, insert, update, delete on tasks to {clerk}")
            connection.execute(f"create policy all_{clerk} on tasks to {clerk} using (true)")
            connection.execute(f"set role {clerk}")
            connection.execute("update tasks set priority = 'High'")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select * from sync.dirty")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select sync.version_v1()")
        finally:
            connection.execute("reset role")
            connection.execute(f"drop owned by {clerk}")
            connection.execute(f"drop role {clerk}")
    assert store.dirty() == [("tasks", row("t"), "U")]


def test_sync_switches_itself_off_at_the_end(store: Store) -> None:
    with psycopg.connect(store.url) as connection:
        connection.execute(
            "insert into sync.waiting (table_name, row_id, field, target_table, target_page_id)"
            " values ('tasks', %s, 'dependencies', 'tasks', %s)",
            [row("t"), page("u")],
        )
        connection.execute("select sync.settle_v1('[]')")
        connection.execute("insert into tasks (id) values (%s)", [row("first")])
        connection.execute("""select sync.commit_v1('{"table": "tasks"}', '[]')""")
        connection.execute("insert into tasks (id) values (%s)", [row("own")])
        connection.commit()
    assert store.dirty() == [("tasks", row("first"), "I"), ("tasks", row("own"), "I")]


def test_what_a_person_does_meanwhile_is_marked_after_the_commit(store: Store) -> None:
    """The person waits for the row, and the mark of the edit outlives the write."""
    store.done("tasks", new("t", task_name=Text("T")))
    store.person("update tasks set task_name = 'Mine'")
    known = store.sight("tasks", "t")["t"]

    async def meanwhile(door: PostgresDoor) -> None:
        async with (
            await psycopg.AsyncConnection.connect(store.url) as slow,
            await psycopg.AsyncConnection.connect(store.url, autocommit=True) as person,
        ):
            await slow.execute("select 1 from tasks where id = %s for update", [row("t")])
            supabase = Supabase(door)
            write = edit("t", known, task_name=Text("Mine"))
            commit = asyncio.create_task(supabase.commit(store.collection("tasks"), [write]))
            while not await waits(store.url):
                assert not commit.done()
            late = asyncio.create_task(person.execute("update tasks set priority = 'High'"))
            await slow.commit()
            assert [outcome.result for outcome in await commit] in ([Result.DONE], [Result.STALE])
            await late

    store.run(meanwhile)
    assert store.dirty() == [("tasks", row("t"), "U")]
    seen = store.seen("tasks", "t")
    assert (seen["task_name"], seen["priority"]) == (Text("Mine"), "High")


def test_a_link_edit_under_way_keeps_its_mark(store: Store) -> None:
    """It locks the mark alone, not the row: the commit neither waits for it nor takes the mark."""
    table, _, _ = link_of_dependencies(store)
    store.done("tasks", new("t", task_name=Text("T")), new("u"))
    store.person("update tasks set task_name = 'Mine' where id = %s", row("t"))
    known = store.sight("tasks", "t")["t"]

    async def meanwhile(door: PostgresDoor) -> None:
        async with await psycopg.AsyncConnection.connect(store.url) as person:
            await person.execute(
                f"insert into {table} values (%s, %s)".encode(), [row("t"), row("u")]
            )
            (outcome,) = await Supabase(door).commit(store.collection("tasks"), [edit("t", known)])
            assert outcome.result is Result.DONE
            await person.commit()

    store.run(meanwhile)
    assert store.dirty() == [("tasks", row("t"), "U")]
    assert store.seen("tasks", "t")["dependencies"] == pages("u")
