"""Databases with the migrations of this project, on every Postgres that this machine has.

Rule: the migrations are applied once for each server; a test gets a copy of its own, or the
one that tests take turns with, emptied after each.
"""

import asyncio
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from accord.core.schema import Schema
from accord.declare import load_schema
from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate
from tests.store.store import Store

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"
# The oldest Postgres that is promised to work, where Debian put it.
OLDER = ["15"] if Path("/usr/lib/postgresql/15/bin").is_dir() else []


@pytest.fixture(scope="session", params=["newest", *OLDER])
def each_server(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    """The Postgres of `postgres_server`, then the oldest that is promised to work."""
    if request.param == "newest":
        yield request.getfixturevalue("postgres_server")
        return
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory(prefix="accord-postgres-") as directory,
    ):
        patch.setenv("SYNC_PG_BIN", f"/usr/lib/postgresql/{request.param}/bin")
        with EmbeddedPostgres(Path(directory), fast=True) as server:
            patch.undo()
            yield server


@pytest.fixture(scope="session")
def template(each_server: EmbeddedPostgres) -> str:
    """The name of a database with all migrations, to be copied."""
    name = f"template_{uuid.uuid4().hex}"
    each_server.create_database(name)
    asyncio.run(migrate.apply(each_server.url(name), MIGRATIONS))
    return name


@pytest.fixture
def migrated_url(each_server: EmbeddedPostgres, template: str) -> Iterator[str]:
    """The URL of a database of one's own with all migrations."""
    name = f"test_{uuid.uuid4().hex}"
    each_server.create_database(name, template)
    yield each_server.url(name)
    each_server.drop_database(name)


@pytest.fixture(scope="session")
def turns_url(each_server: EmbeddedPostgres, template: str) -> str:
    """The URL of the database that tests take turns with."""
    name = f"turns_{uuid.uuid4().hex}"
    each_server.create_database(name, template)
    return each_server.url(name)


@pytest.fixture
def database(turns_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to tables that are empty, and are emptied again."""
    with psycopg.connect(turns_url, autocommit=True) as connection:
        yield connection
    with psycopg.connect(turns_url) as connection:
        connection.execute("set session_replication_role = replica")  # no triggers
        connection.execute(
            "do $$ declare t regclass; begin"
            "  for t in select oid from pg_class where relkind = 'r' and relnamespace"
            "    in ('public'::regnamespace, 'sync'::regnamespace)"
            "  loop execute format('delete from %s', t); end loop; "
            "end $$"
        )


@pytest.fixture(scope="session")
def schema() -> Schema:
    """The declared collections."""
    return load_schema("models")


@pytest.fixture
def store(migrated_url: str, schema: Schema) -> Store:
    """The tables of the sixteen, empty, and the product's own way to them."""
    return Store(migrated_url, schema)
