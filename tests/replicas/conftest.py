"""Places for the contract of the replicas: in memory, and in a real Postgres through each door.

Rule: all are given to each test in the same state: empty. What is missing on this machine is named,
and its tests are left out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from accord.local_postgres import EmbeddedPostgres
from accord.supabase.ddl import tables_sql
from accord.supabase.door import PostgresDoor
from accord.supabase.first_migrations import ledger_sql
from accord.supabase.rest_door import RestDoor
from tests.doors import lite, pgbouncer
from tests.replicas.desk import Desk
from tests.replicas.places import InMemory, InPostgres, Place
from tests.replicas.shelves import SCHEMA

OLDEST = Path("/usr/lib/postgresql/15/bin")

#: By the newest Postgres, by the oldest that is promised to work, by pooler, by API key.
DOORS = ("postgres", "postgres_15", "pgbouncer", "rest")


def with_shelves(server: EmbeddedPostgres) -> str:
    """The URL of a database with the tables of the contract."""
    server.create_database("shelves")
    url = server.url("shelves")
    with psycopg.connect(url) as connection:
        connection.execute(ledger_sql().encode())
        connection.execute(tables_sql(SCHEMA).encode())
    return url


@pytest.fixture(scope="session")
def shelves_url(postgres_server: EmbeddedPostgres) -> str:
    """The URL of the database that the tests take turns with."""
    return with_shelves(postgres_server)


@pytest.fixture(scope="session")
def older_shelves_url() -> Iterator[str]:
    """The same in the oldest Postgres that is promised to work, where Debian put it."""
    if not OLDEST.is_dir():
        pytest.skip("Postgres 15 is not installed (Debian: apt-get install postgresql-15)")
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory(prefix="accord-postgres-") as directory,
    ):
        patch.setenv("SYNC_PG_BIN", str(OLDEST))
        with EmbeddedPostgres(Path(directory), fast=True) as server:
            patch.undo()
            yield with_shelves(server)


@pytest.fixture(scope="session")
def pooled_shelves_url(shelves_url: str) -> Iterator[str]:
    """The way to the tables through a transaction pooler."""
    lacks = pgbouncer.lacking()
    if lacks:
        pytest.skip(lacks)
    with pgbouncer.PgBouncer(shelves_url) as pooler:
        yield pooler.url(shelves_url)


@pytest.fixture(scope="session")
def shelves_api(shelves_url: str) -> Iterator[lite.Lite]:
    """The Data API of the tables."""
    lacks = lite.lacking()
    if lacks:
        pytest.skip(lacks)
    with lite.Lite(shelves_url) as api:
        yield api


def through(door: str, request: pytest.FixtureRequest) -> InPostgres:
    """A place in Postgres that programs come to through a door."""
    url: str = request.getfixturevalue(
        "older_shelves_url" if door == "postgres_15" else "shelves_url"
    )
    match door:
        case "pgbouncer":
            pooled: str = request.getfixturevalue("pooled_shelves_url")
            return InPostgres(url, partial(PostgresDoor, pooled))
        case "rest":
            api: lite.Lite = request.getfixturevalue("shelves_api")
            return InPostgres(url, partial(RestDoor, api.api))
        case _:
            return InPostgres(url, partial(PostgresDoor, url, connections=1))


@pytest.fixture(params=DOORS)
def in_postgres(request: pytest.FixtureRequest) -> Iterator[InPostgres]:
    """A place in Postgres, through each door."""
    place = through(request.param, request)
    yield place
    place.close()


@pytest.fixture(params=["memory", *DOORS])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A place, once of each sort."""
    if request.param == "memory":
        yield InMemory()
        return
    place = through(request.param, request)
    yield place
    place.close()


@pytest.fixture
def desk(place: Place) -> Desk:
    """A place, spoken to by its first program."""
    return Desk(place, place.program)
