"""The ledger: what is remembered between rounds, and that nothing is written in quiet."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import psycopg
import pytest

from accord.core.errors import OurError
from accord.core.ports import Problem, RoundEntry, SourceState, User
from accord.core.record import Base, Record
from accord.core.schema import Schema
from accord.core.values import Json, Text
from accord.supabase import ledger as ledger_room
from accord.supabase.door import PostgresDoor
from accord.supabase.errors import SchemaMissing, SchemaOutdated
from accord.supabase.ledger import PostgresLedger
from tests.store.store import Store, edit, new, page, pages, row

SOURCE = SourceState(
    table="tasks",
    database_id=page("database"),
    data_source_id=page("source"),
    properties={"title": ("Task Name", "title"), "a%3Ab": ("Tags", "multi_select")},
    watermark=datetime(2026, 3, 1, 10, 30, tzinfo=UTC),
)


def test_a_data_source_is_remembered(store: Store) -> None:
    assert store.ledger(lambda ledger: ledger.sources()) == {}
    for state in (SOURCE, replace(SOURCE, watermark=None, walked_to=SOURCE.watermark)):
        store.ledger(partial(PostgresLedger.remember_source, state=state))
        assert store.ledger(lambda ledger: ledger.sources()) == {"tasks": state}


def test_users_are_remembered_and_known_facts_are_not_wiped_out(store: Store) -> None:
    ada = User(page("ada"), "Ada", "ada@example.org", "https://example.org/a.png")
    remember = PostgresLedger.remember_users
    store.ledger(partial(remember, users=[ada, User(page("bot"), kind="bot")]))
    store.ledger(partial(remember, users=[User(page("ada"), "Ada Lovelace"), User(page("ada"))]))
    assert store.ledger(lambda ledger: ledger.known_users()) == {
        replace(ada, name="Ada Lovelace"),
        User(page("bot"), kind="bot"),
    }


def test_problems_of_records_are_kept_until_they_are_solved(store: Store) -> None:
    first = Problem("tasks", "too long", "shorten it", page("t"), "T", "Notes")
    other = Problem("tasks", "odd", "even it", page("u"))
    whole = Problem("", "the whole round", "look")
    store.ledger(partial(PostgresLedger.remember_problems, found=[first, other, whole], solved=[]))
    assert set(store.ledger(lambda ledger: ledger.problems())) == {first, other}
    changed = replace(first, reason="still too long")
    store.ledger(partial(PostgresLedger.remember_problems, found=[changed], solved=[page("u")]))
    assert store.ledger(lambda ledger: ledger.problems()) == (changed,)
    assert store.person("select times, first_seen < last_seen from sync.problem") == [(2, True)]


def test_rounds_are_numbered(store: Store) -> None:
    entry = RoundEntry(
        started_at=datetime(2026, 3, 1, tzinfo=UTC),
        ended_at=datetime(2026, 3, 2, tzinfo=UTC),
        direction="both",
        requests=7,
        counts={"tasks": {"created": 2}},
        problems=(Problem("tasks", "odd", "even it"),),
    )
    began, both = entry.started_at, entry.direction
    numbers = [store.ledger(lambda ledger: ledger.begin_round(began, both)) for _ in range(2)]
    assert numbers == [1, 2]
    assert store.person("select ended_at, direction from sync.round") == [(None, "both")] * 2
    store.ledger(lambda ledger: ledger.remember_round(2, entry))
    with pytest.raises(OurError, match="round 3"):
        store.ledger(lambda ledger: ledger.remember_round(3, entry))
    kept = store.person("select direction, requests, counts, problems -> 0 ->> 'reason'"
                        " from sync.round where id = 2")  # fmt: skip
    assert kept == [("both", 7, {"tasks": {"created": 2}}, "odd")]


def test_linked_pages_are_listed_whole_however_many(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_room, "PAGE", 3)
    store.done("tasks", *(new(f"t{n}") for n in range(6)))
    store.done("tasks", replace(edit("t0"), deleted=True, base=Base(Record({}), True)))
    expected = {page(f"t{n}"): n == 0 for n in range(6)}
    assert store.ledger(lambda ledger: ledger.linked("tasks")) == expected
    assert store.ledger(lambda ledger: ledger.linked("agents")) == {}
    alive = store.ledger(lambda ledger: ledger.alive([page("t0"), page("t1"), page("x")]))
    assert alive == {page("t1"): "tasks"}


def test_what_people_changed_and_what_there_is_are_counted(store: Store, schema: Schema) -> None:
    store.done("business_entities", new("e"))
    store.done(
        "tasks",
        new("t", dependencies=pages("u", "t"), related_business_entity_id=pages("e")),
        new("u"),
        replace(new("v", dependencies=pages("t")), deleted=True),
    )
    store.person("update tasks set priority = 'High' where id = %s", row("u"))
    assert store.ledger(lambda ledger: ledger.pending(schema)) == {"tasks": 1}
    census = store.ledger(lambda ledger: ledger.census(schema))
    assert len(census) == len(schema)
    assert (census["tasks"], census["business_entities"]) == ((2, 3), (1, 0))
    assert census["agents"] == (0, 0)


def test_in_quiet_nothing_is_written_anywhere(store: Store, schema: Schema) -> None:
    user = User(page("ada"), "Ada", "ada@example.org")
    problem = Problem("tasks", "too long", "shorten it", page("t"), "T", "Notes")
    writes = [
        new("t", task_name=Text("T"), dependencies=pages("u", "later")),
        new("u", related_business_entity_id=pages("later")),
    ]

    async def a_round(ledger: PostgresLedger) -> None:
        await ledger.check(schema)
        await ledger.sources()
        await ledger.remember_source(SOURCE)
        await ledger.remember_users([user, User(page("ada")), User(page("bot"), kind="bot")])
        await ledger.remember_problems([problem], [page("nobody")])
        await ledger.settle(schema)
        await ledger.pending(schema)
        await ledger.census(schema)
        await ledger.owners_that_differ(store.collection("tasks"), {page("t"): {"x": ()}})

    store.done("tasks", *writes)
    store.ledger(a_round)
    before = store.footprint()
    store.ledger(a_round)
    store.done("tasks", *writes)
    store.sight("tasks", "t", "u")
    assert store.footprint() == before


def test_the_check_passes_where_everything_is_there(store: Store, schema: Schema) -> None:
    store.ledger(lambda ledger: ledger.check(schema))


def test_the_check_names_what_is_missing(store: Store, schema: Schema) -> None:
    store.person("drop table agents cascade")
    store.person("alter table tasks drop column priority cascade")
    with pytest.raises(SchemaOutdated, match=r"tools\.supabase_db_setup") as caught:
        store.ledger(lambda ledger: ledger.check(schema))
    assert "table agents" in str(caught.value)
    assert "column tasks.priority" in str(caught.value)


@pytest.mark.parametrize("other", [0, 2])
def test_the_check_tells_another_version_of_the_functions(
    store: Store, schema: Schema, other: int
) -> None:
    store.person(
        "create or replace function sync.version_v1() returns jsonb language sql immutable"
        f" as 'select to_jsonb({other})'"
    )
    with pytest.raises(SchemaOutdated, match="older" if other < 1 else "newer"):
        store.ledger(lambda ledger: ledger.check(schema))


def test_the_check_of_an_empty_database_says_what_to_run(postgres_url: str, schema: Schema) -> None:
    async def check() -> None:
        async with PostgresDoor(postgres_url) as door:
            await PostgresLedger(door).check(schema)

    with pytest.raises(SchemaMissing, match=r"Run: python -m tools\.supabase_db_setup"):
        asyncio.run(check())


def test_the_check_of_a_database_without_tables_says_so(store: Store, schema: Schema) -> None:
    store.person("drop schema public cascade")
    store.person("create schema public")
    with pytest.raises(SchemaMissing, match="None of the tables"):
        store.ledger(lambda ledger: ledger.check(schema))


#: What a function is given where that is not "[]" for each argument.
GIVEN: dict[str, list[Json]] = {
    "sight_v1": ['{"table": "tasks", "many": [], "one": []}', "[]"],
    "sight_rows_v1": ['{"table": "tasks", "many": [], "one": []}', "[]"],
    "commit_v1": ['{"table": "tasks", "many": [], "one": []}', "[]"],
    "edit_v1": ['{"table": "tasks", "many": [], "one": []}', "[]"],
    "missing_v1": ['{"tasks": ["id"]}'],
    "remember_source_v1": [
        json.dumps(
            {
                "table_name": "tasks",
                "database_id": page("d"),
                "data_source_id": page("s"),
                "properties": {},
            }
        )
    ],
    "remember_round_v1": [1, "{}"],
    "stamps_due_v1": ["[]", 1],
    "dirty_v1": ["[]", False],
    "ignore_v1": ["[]", True],
    "fenced_v1": ["default", 0, "version_v1", "[]"],
    "rows_for_v1": ["tasks", None, "[]"],
    "changes_v1": ["[]", None, None, 0, 1],
    "find_v1": ['{"tasks": "task_name"}', None, "a", False],
}
#: Functions that are given no array and no object.
PLAIN = {
    "begin_round_v1", "conflicts_v1", "counted_v1", "forget_v1",
    "give_back_lease_v1", "linked_v1", "patched_v1", "rekeyed_v1", "rounds_v1", "sighted_v1",
    "take_lease_v1", "write_records_v1",
}  # fmt: skip


def test_every_function_takes_json_that_arrives_as_a_text(store: Store) -> None:
    with psycopg.connect(store.url, autocommit=True) as connection:
        functions = connection.execute(
            "select p.proname, p.pronargs from pg_proc p"
            " where p.pronamespace = 'sync'::regnamespace and p.pronargs > 0"
            " and p.proargtypes[0] = 'jsonb'::regtype and p.prorettype = 'jsonb'::regtype"
        ).fetchall()
        assert {name for name, _ in functions} > PLAIN | GIVEN.keys()
        connection.execute(
            "insert into sync.waiting (table_name, row_id, field, target_table, target_page_id)"
            " values ('tasks', %s, 'dependencies', 'tasks', %s)",
            [row("t"), page("u")],
        )
        connection.execute("insert into sync.lease values ('default', 'me', 0, now())")
        for name, arguments in functions:
            if name in PLAIN:
                continue
            given = [json.dumps(each) for each in GIVEN.get(name, ["[]"] * arguments)]
            marks = ", ".join(["%s::jsonb"] * arguments)
            connection.execute(f"select sync.{name}({marks})".encode(), given)


def test_everything_in_schema_sync_is_explained_and_closed(store: Store) -> None:
    tables = store.person(
        "select relname, obj_description(oid), relrowsecurity from pg_class"
        " where relnamespace = 'sync'::regnamespace and relkind = 'r'"
    )
    functions = store.person(
        "select proname, obj_description(oid), proconfig, has_function_privilege("
        "'public', oid, 'execute') from pg_proc where pronamespace = 'sync'::regnamespace"
    )
    assert len(tables) == 13
    assert all(comment and secured for _, comment, secured in tables)
    assert all(comment and 'search_path=""' in settings for _, comment, settings, _ in functions)
    assert [name for name, _, _, open_to_all in functions if open_to_all] == ["try_json_v1"]
