"""A database in use is compared with the models: what differs is told, what is not ours is not."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from accord.declare import load_schema
from accord.local_postgres import EmbeddedPostgres
from accord.supabase.drafting.draft import inspect
from accord.supabase.management import ManagementTarget
from accord.supabase.targets import PostgresTarget, Target
from accord.supabase.views import load_views
from accord.supabase.worker_role import worker_role_sql
from tests.migrations.project import Scratch
from tests.store.management import PROJECT, TOKEN, Management

ROOT = Path(__file__).parents[2]


@pytest.fixture
def scratch(postgres_server: EmbeddedPostgres) -> Iterator[Scratch]:
    scratch = Scratch(postgres_server)
    yield scratch
    scratch.clear()


def told(scratch: Scratch, target: Target) -> list[str]:
    scratch.clear()
    schema, views = load_schema("models"), load_views(ROOT / "reports")
    return asyncio.run(inspect(scratch, target, schema, views))


def test_what_others_keep_beside_ours_is_no_difference(scratch: Scratch, migrated_url: str) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute(
            "create table public.invoices (id int primary key);"
            "grant all on public.invoices to anon;"
            "create function public.f() returns int language sql as 'select 1';"
            "create index on public.tasks (priority);"
            "create schema other; create table other.t ()"
        )
    assert told(scratch, PostgresTarget(migrated_url)) == []


def test_the_workers_role_is_no_difference(scratch: Scratch, migrated_url: str) -> None:
    role = f"worker_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute(worker_role_sql(load_schema("models"), role).encode())
        try:
            assert told(scratch, PostgresTarget(migrated_url)) == []
        finally:
            connection.execute(f"drop owned by {role}; drop role {role}".encode())


def test_each_difference_is_named(scratch: Scratch, migrated_url: str) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute(
            "grant select on public.tasks to anon;"
            "drop trigger sync_mark_update on public.contacts_profiles;"
            "alter table public.agents disable row level security;"
            "create policy everybody on public.agents for select to anon using (true);"
            "alter table public.workflows add column extra int;"
            "create or replace function sync.version_v1() returns jsonb language sql"
            " set search_path = '' as 'select to_jsonb(2)';"
            "comment on table public.use_cases is 'other words'"
        )
    found = told(scratch, PostgresTarget(migrated_url))
    for words in (
        "anon select of table public.tasks is not asked for",
        "trigger sync_mark_update of public.contacts_profiles is missing",
        "security public.agents differs",
        "policy everybody of public.agents is not asked for",
        "column extra of public.workflows is not asked for",
        "function sync.version_v1() differs",
        "comment table public.use_cases differs",
    ):
        assert any(words in each for each in found), (words, found)
    assert len(found) == 7
    api = Management(migrated_url)
    assert told(scratch, ManagementTarget(PROJECT, TOKEN, transport=api.transport)) == found
