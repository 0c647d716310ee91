"""Places for the contract of the replicas: in memory, and in a real Postgres.

Rule: the two are given to each test in the same state: empty.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from accord.local_postgres import EmbeddedPostgres
from accord.supabase.ddl import tables_sql
from accord.supabase.first_migrations import ledger_sql
from tests.replicas.desk import Desk
from tests.replicas.places import InMemory, InPostgres, Place
from tests.replicas.shelves import SCHEMA


@pytest.fixture(scope="session")
def shelves_url(postgres_server: EmbeddedPostgres) -> str:
    """The URL of the database that the tests take turns with."""
    postgres_server.create_database("shelves")
    url = postgres_server.url("shelves")
    with psycopg.connect(url) as connection:
        connection.execute(ledger_sql().encode())
        connection.execute(tables_sql(SCHEMA).encode())
    return url


@pytest.fixture
def in_postgres(shelves_url: str) -> Iterator[InPostgres]:
    """A place in Postgres."""
    place = InPostgres(shelves_url)
    yield place
    place.close()


@pytest.fixture(params=["memory", "postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    """A place, once of each sort."""
    if request.param == "memory":
        return InMemory()
    found: InPostgres = request.getfixturevalue("in_postgres")
    return found


@pytest.fixture
def desk(place: Place) -> Desk:
    """A place, spoken to by its first program."""
    return Desk(place, place.program)
