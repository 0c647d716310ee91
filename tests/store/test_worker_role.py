"""The worker's role: a whole synchronisation runs as it, and nothing else can be done with it."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import psycopg
import pytest
from psycopg import sql

from accord.core.errors import UsageError
from accord.core.schema import Schema
from accord.notion.client import NotionClient
from accord.notion.pacer import Pacer
from accord.notion.replica import Notion
from accord.supabase.door import PostgresDoor
from accord.supabase.ledger import PostgresLedger
from accord.supabase.replica import Supabase
from accord.supabase.worker_role import worker_role_sql
from accord.sync.engine import Engine
from accord.sync.options import Options
from accord.sync.report import Report
from notion_emulator import Workspace, create_app
from notion_emulator.sample import build_sample


@dataclass(frozen=True)
class Worker:
    """A database, as its owner and as the worker reach it."""

    owner: str
    url: str
    role: str


@pytest.fixture
def worker(migrated_url: str, schema: Schema) -> Iterator[Worker]:
    role = f"worker_{uuid.uuid4().hex[:8]}"
    password = uuid.uuid4().hex
    text = worker_role_sql(schema, role)
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute("create schema if not exists auth")
        connection.execute("create table auth.users (id uuid, email text)")
        for _ in range(2):  # it can be run again
            connection.execute(text.encode())
        setting = sql.SQL("alter role {} password {}").format(sql.Identifier(role), password)
        connection.execute(setting)
    place = migrated_url.split("@", 1)[1]
    yield Worker(migrated_url, f"postgresql://{role}:{password}@{place}", role)
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        name = sql.Identifier(role)
        connection.execute(sql.SQL("drop owned by {}").format(name))
        connection.execute(sql.SQL("drop role {}").format(name))


def run(worker: Worker, schema: Schema, workspace: Workspace) -> Report:
    async def work() -> Report:
        transport = httpx2.ASGITransport(app=create_app(workspace))
        async with (
            PostgresDoor(worker.url) as door,
            NotionClient(
                workspace.token, "http://127.0.0.1", transport=transport, pacer=Pacer(0)
            ) as client,
        ):
            ids = {c.table: workspace.environment[c.env] for c in schema}
            notion, supabase, ledger = Notion(client), Supabase(door), PostgresLedger(door)
            return await Engine(schema, ids, notion, supabase, ledger).run(Options())

    return asyncio.run(work())


def test_a_synchronisation_runs_as_the_worker_both_ways(worker: Worker, schema: Schema) -> None:
    workspace = Workspace()
    build_sample(workspace)
    assert run(worker, schema, workspace).exit_code == 0
    with psycopg.connect(worker.owner, autocommit=True) as owner:
        (tasks,) = owner.execute("select count(*)::int from public.tasks").fetchall()[0]
        assert tasks > 3
        owner.execute("update public.tasks set task_name = task_name || '!'")
        assert run(worker, schema, workspace).exit_code == 0
        assert owner.execute("select * from sync.dirty").fetchall() == []
        told = owner.execute(
            "select count(*)::int from sync.changes"
            " where source = 'supabase' and field = 'task_name'"
        ).fetchall()
        assert told == [(tasks,)]


FORBIDDEN = (
    "truncate public.tasks",
    "drop table public.tasks",
    "alter table public.tasks add column more text",
    "alter table public.tasks disable row level security",
    "alter table public.tasks disable trigger all",
    "drop policy readers on public.tasks",
    "create policy mine on public.tasks for all using (true)",
    "create table public.mine (id int)",
    "create table sync.mine (id int)",
    "create schema mine",
    "create role mine",
    "create or replace function sync.version_v1() returns jsonb language sql as 'select 1::jsonb'",
    "drop function sync.version_v1()",
    "drop trigger sync_mark on public.tasks",
    "truncate sync.link",
    "drop table sync.changes",
    "select * from auth.users",
    "select * from sync.readers",
    "delete from sync.model",
    "select public.sync_call_v1('version_v1', '[]')",
    "select sync.grant_reader_of_all(gen_random_uuid())",
    "select sync.reads_all_v1()",
    "select * from reports.lead_sources",
    "delete from supabase_migrations.schema_migrations",
    "set role postgres",
    "set role service_role",
    "set session_replication_role = replica",
    "alter role current_user bypassrls",
    "grant select on public.tasks to anon",
    "copy public.tasks to program 'true'",
    "select pg_read_file('/etc/passwd')",
)


def test_the_worker_can_do_nothing_else(worker: Worker) -> None:
    allowed = []
    with psycopg.connect(worker.url, autocommit=True) as connection:
        for statement in FORBIDDEN:
            try:
                # A grant without a right to grant is a warning and no error.
                with connection.transaction(force_rollback=True):
                    connection.execute(statement.encode())
                    if not statement.startswith("grant") or granted(connection):
                        allowed.append(statement)
            except psycopg.errors.InsufficientPrivilege:
                pass
    assert allowed == []


def granted(connection: psycopg.Connection[Any]) -> bool:
    rows = connection.execute("select has_table_privilege('anon', 'public.tasks', 'select')")
    return bool(rows.fetchall()[0][0])


def test_a_role_that_may_do_more_is_refused(worker: Worker, schema: Schema) -> None:
    with psycopg.connect(worker.owner, autocommit=True) as connection:
        connection.execute(sql.SQL("alter role {} bypassrls").format(sql.Identifier(worker.role)))
        with pytest.raises(psycopg.errors.RaiseException, match="may do more than a worker"):
            connection.execute(worker_role_sql(schema, worker.role).encode())


@pytest.mark.parametrize(
    "name", ["postgres", "service_role", "pg_monitor", "x; drop", "", "Worker"]
)
def test_a_name_that_is_not_the_workers_is_refused(schema: Schema, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be called"):
        worker_role_sql(schema, name)
