"""Who may do what with the tables: row level security, grants, and Postgres without the roles."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate
from tests.store.conftest import MIGRATIONS


def tables(database: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    rows = database.execute(
        "select schemaname, tablename from pg_tables where schemaname in ('public', 'sync')"
    ).fetchall()
    assert len(rows) > 38
    return [(str(schema), str(table)) for schema, table in rows]


def act_as(database: psycopg.Connection[Any], role: str) -> None:
    database.execute(sql.SQL("set role {}").format(sql.Identifier(role)))


def may(database: psycopg.Connection[Any], role: str, privilege: str) -> set[tuple[str, str]]:
    rows = database.execute(
        "select schemaname, tablename from pg_tables where schemaname in ('public', 'sync')"
        " and has_table_privilege(%s, format('%%I.%%I', schemaname, tablename), %s)"
        " and has_schema_privilege(%s, schemaname, 'usage')",
        (role, privilege, role),
    ).fetchall()
    return {(str(schema), str(table)) for schema, table in rows}


def test_row_level_security_is_on_everywhere(database: psycopg.Connection[Any]) -> None:
    off = database.execute(
        "select oid::regclass from pg_class where relkind in ('r', 'p') and not relrowsecurity"
        " and relnamespace in ('public'::regnamespace, 'sync'::regnamespace)"
    ).fetchall()
    assert off == []


def test_anon_has_nothing(database: psycopg.Connection[Any]) -> None:
    for privilege in ("select", "insert", "update", "delete", "truncate", "references", "trigger"):
        assert may(database, "anon", privilege) == set()
    act_as(database, "anon")
    for table in ("public.tasks", "sync.link", "reports.task_load"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute(f"select from {table}".encode())


def test_anon_and_others_may_call_nothing_of_ours(database: psycopg.Connection[Any]) -> None:
    for role in ("anon", "authenticated"):
        rows = database.execute(
            "select p.oid::regprocedure::text from pg_proc p join pg_namespace n"
            " on n.oid = p.pronamespace where n.nspname not in ('pg_catalog', 'information_schema')"
            " and has_function_privilege(%s, p.oid, 'execute')"
            " and has_schema_privilege(%s, p.pronamespace, 'usage')",
            (role, role),
        ).fetchall()
        assert rows == []


def test_authenticated_reads_what_policies_give_it_and_writes_nothing(
    database: psycopg.Connection[Any],
) -> None:
    public = {name for name in tables(database) if name[0] == "public"}
    assert may(database, "authenticated", "select") == public
    for privilege in ("insert", "update", "delete", "truncate", "references", "trigger"):
        assert may(database, "authenticated", privilege) == set()
    user = "8a1f7f0c-0000-4000-8000-000000000001"
    database.execute("insert into public.tasks (task_name) values ('read me')")
    act_as(database, "authenticated")
    database.execute(
        "select set_config('request.jwt.claims', %s, false)", (f'{{"sub": "{user}"}}',)
    )
    assert database.execute("select task_name from public.tasks").fetchall() == []
    database.execute("reset role")
    database.execute("select sync.grant_reader_of_all(%s)", (user,))
    act_as(database, "authenticated")
    assert database.execute("select task_name from public.tasks").fetchall() == [("read me",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute("update public.tasks set task_name = 'written'")


def test_service_role_does_its_work(database: psycopg.Connection[Any]) -> None:
    for privilege in ("select", "insert", "update", "delete"):
        assert may(database, "service_role", privilege) == set(tables(database))
    act_as(database, "service_role")
    for schema, table in tables(database):
        name = sql.Identifier(schema, table)
        database.execute(sql.SQL("select * from {}").format(name))
        database.execute(sql.SQL("delete from {}").format(name))
    database.execute("select * from reports.task_load")
    (row,) = database.execute(
        "insert into public.tasks (task_name) values ('made') returning id"
    ).fetchall()
    assert database.execute("select row_id from sync.dirty").fetchall() == [row]


def test_rights_that_a_project_gives_by_default_are_taken_back(postgres_url: str) -> None:
    # So does a Supabase project that was made before grants had to be explicit.
    asyncio.run(migrate.apply(postgres_url, MIGRATIONS))  # which makes the roles
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("drop schema sync, public, supabase_migrations cascade")
        connection.execute("create schema public")
        for kind in ("tables", "sequences", "functions"):
            connection.execute(
                f"alter default privileges in schema public grant all on {kind}"
                " to anon, authenticated".encode()
            )
        connection.execute("grant usage on schema public to anon, authenticated")
    asyncio.run(migrate.apply(postgres_url, MIGRATIONS))
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        test_anon_has_nothing(connection)
        connection.execute("reset role")
        test_authenticated_reads_what_policies_give_it_and_writes_nothing(connection)


def test_functions_search_no_path(database: psycopg.Connection[Any]) -> None:
    loose = database.execute(
        "select p.oid::regprocedure from pg_proc p join pg_namespace n"
        " on n.oid = p.pronamespace where n.nspname not in ('pg_catalog', 'information_schema')"
        " and not coalesce('search_path=\"\"' = any(proconfig), false)"
    ).fetchall()
    assert loose == []


def test_without_the_roles_everything_else_is_there() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="accord-postgres-") as directory,
        EmbeddedPostgres(Path(directory), fast=True) as server,
    ):
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create role plain login password 'plain'")
            connection.execute("create database bare owner plain")
        url = f"postgresql://plain:plain@{server.url('bare').split('@')[1]}"
        done = asyncio.run(migrate.apply(url, MIGRATIONS))
        assert len(done) == 3
        missing = [notice for notice in done[0].notices if "There is no role" in notice]
        assert len(missing) == 3
        with psycopg.connect(url, autocommit=True) as connection:
            test_row_level_security_is_on_everywhere(connection)
            connection.execute("insert into public.tasks (task_name) values ('written')")
            assert connection.execute("select op from sync.dirty").fetchall() == [("I",)]
            connection.execute("delete from public.tasks")
            roles = connection.execute("select from pg_roles where rolname = 'anon'").fetchall()
            assert roles == []


OURS = "('public', 'sync', 'reports')"
#: Functions with their owner's rights: triggers, which nobody can call, and what policies ask.
ASKED_BY_POLICIES = {"sync.readable_v1()", "sync.reads_all_v1()"}


def names(database: psycopg.Connection[Any], statement: str) -> set[str]:
    return {str(name) for (name,) in database.execute(statement.encode()).fetchall()}


def test_everything_says_what_it_is(database: psycopg.Connection[Any]) -> None:
    silent = names(
        database,
        "select c.oid::regclass from pg_class c where c.relkind in ('r', 'v')"
        f" and c.relnamespace::regnamespace::text in {OURS}"
        " and obj_description(c.oid, 'pg_class') is null",
    )
    assert silent == set()
    silent = names(
        database,
        "select a.attrelid::regclass || '.' || a.attname from pg_attribute a"
        " join pg_class c on c.oid = a.attrelid where a.attnum > 0 and not a.attisdropped"
        f" and c.relkind in ('r', 'v') and c.relnamespace::regnamespace::text in {OURS}"
        " and col_description(a.attrelid, a.attnum) is null",
    )
    assert silent == set()
    silent = names(
        database,
        "select p.oid::regprocedure from pg_proc p"
        f" where p.pronamespace::regnamespace::text in {OURS}"
        " and obj_description(p.oid, 'pg_proc') is null",
    )
    assert silent == set()


def test_every_table_has_one_policy_and_it_is_for_reading(
    database: psycopg.Connection[Any],
) -> None:
    rows = database.execute(
        "select schemaname, tablename, policyname, permissive, roles::text[], cmd, with_check"
        " from pg_policies where schemaname <> 'public' or policyname <> 'readers'"
    ).fetchall()
    assert rows == []
    rows = database.execute(
        "select tablename, count(*), bool_and(permissive = 'PERMISSIVE'"
        " and roles = '{authenticated}' and cmd = 'SELECT' and with_check is null)"
        " from pg_policies group by 1"
    ).fetchall()
    public = {table for schema, table in tables(database) if schema == "public"}
    assert {(str(table), int(n), bool(right)) for table, n, right in rows} == {
        (table, 1, True) for table in public
    }


def test_functions_with_their_owners_rights_are_those_that_are_known(
    database: psycopg.Connection[Any],
) -> None:
    definers = names(
        database,
        "select p.oid::regprocedure from pg_proc p where p.prosecdef"
        " and p.prorettype <> 'trigger'::regtype and p.pronamespace <> 'pg_catalog'::regnamespace",
    )
    assert definers == ASKED_BY_POLICIES
    for role in ("anon", "authenticated"):
        callable_ones = names(
            database,
            "select p.oid::regprocedure from pg_proc p"
            f" where p.pronamespace::regnamespace::text in {OURS}"
            f" and has_function_privilege('{role}', p.oid, 'execute')",
        )
        # A generated column runs sync.try_json_v1 as whoever writes the row.
        theirs = ASKED_BY_POLICIES if role == "authenticated" else set()
        assert callable_ones == theirs | {"sync.try_json_v1(text)"}


def test_views_answer_with_the_rights_of_who_asks(database: psycopg.Connection[Any]) -> None:
    views = names(
        database, "select viewname from pg_views where schemaname in ('public', 'sync', 'reports')"
    )
    assert views
    loose = names(
        database,
        "select c.oid::regclass from pg_class c where c.relkind = 'v'"
        f" and c.relnamespace::regnamespace::text in {OURS}"
        " and not coalesce('security_invoker=on' = any(c.reloptions), false)",
    )
    assert loose == set()
    for role, readable in (("anon", set()), ("authenticated", views), ("service_role", views)):
        for privilege in ("select", "insert", "update", "delete"):
            found = names(
                database,
                "select c.relname from pg_class c where c.relnamespace = 'reports'::regnamespace"
                f" and has_table_privilege('{role}', c.oid, '{privilege}')",
            )
            assert found == (readable if privilege == "select" else set())


def test_nothing_leans_on_rights_that_are_given_by_default(
    database: psycopg.Connection[Any],
) -> None:
    assert database.execute("select * from pg_default_acl").fetchall() == []
