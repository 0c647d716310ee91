"""A database as a project has it when all is set up.

Rule: the migrations are applied by the product's runner, the worker's role as documented.
"""

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from accord.core.schema import Schema
from accord.declare import load_schema
from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate
from accord.supabase.worker_role import worker_role_sql
from tests.supabase.program import lacking

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def schema() -> Schema:
    return load_schema("models")


@pytest.fixture(scope="session")
def template(postgres_server: EmbeddedPostgres, schema: Schema) -> str:
    """The name of a database with the finished schema, to be copied."""
    name = f"finished_{uuid.uuid4().hex}"
    postgres_server.create_database(name)
    url = postgres_server.url(name)
    asyncio.run(migrate.apply(url, ROOT / "supabase" / "migrations"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(worker_role_sql(schema).encode())
    return name


@pytest.fixture
def finished_url(postgres_server: EmbeddedPostgres, template: str) -> Iterator[str]:
    """The URL of a database of one's own with the finished schema."""
    if (missing := lacking()) is not None:
        pytest.skip(missing)
    name = f"test_{uuid.uuid4().hex}"
    postgres_server.create_database(name, template)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)
