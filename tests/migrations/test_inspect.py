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
from accord.supabase import migrate
from accord.supabase.drafting.draft import inspect
from accord.supabase.management import ManagementTarget
from accord.supabase.targets import PostgresTarget, Target
from accord.supabase.views import load_views
from tests.store.management import PROJECT, TOKEN, Management

ROOT = Path(__file__).parents[2]


class Named:
    """A server whose databases have names that no other test takes."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._end = uuid.uuid4().hex

    def create_database(self, name: str, template: str | None = None) -> None:
        self._server.create_database(f"{name}_{self._end}", template)

    def url(self, database: str) -> str:
        return self._server.url(f"{database}_{self._end}")

    def drop(self, name: str) -> None:
        self._server.drop_database(f"{name}_{self._end}")


@pytest.fixture
def migrated_url(postgres_url: str) -> str:
    asyncio.run(migrate.apply(postgres_url, ROOT / "supabase" / "migrations"))
    return postgres_url


@pytest.fixture
def scratch(postgres_server: EmbeddedPostgres) -> Iterator[Named]:
    named = Named(postgres_server)
    yield named
    named.drop("models")


def told(scratch: Named, target: Target) -> list[str]:
    schema, views = load_schema("models"), load_views(ROOT / "reports")
    return asyncio.run(inspect(scratch, target, schema, views))


def test_what_was_just_set_up_differs_in_nothing(scratch: Named, migrated_url: str) -> None:
    assert told(scratch, PostgresTarget(migrated_url)) == []


def test_the_management_api_tells_the_same(scratch: Named, migrated_url: str) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute("alter table public.tasks alter task_name set not null")
    api = Management(migrated_url)
    (only,) = told(scratch, ManagementTarget(PROJECT, TOKEN, transport=api.transport))
    assert only.startswith("column task_name of public.tasks differs")


def test_what_others_keep_is_no_difference(scratch: Named, migrated_url: str) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute(
            "create table public.invoices (id int primary key);"
            "grant all on public.invoices to anon;"
            "create function public.f() returns int language sql as 'select 1';"
            "create index on public.tasks (priority);"
            "create schema other; create table other.t ()"
        )
    assert told(scratch, PostgresTarget(migrated_url)) == []


def test_each_difference_is_named(scratch: Named, migrated_url: str) -> None:
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
