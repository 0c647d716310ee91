"""Databases for the reports: with the sample workspace in it, and with migrations alone.

Rule: the sample comes in by the product's own engine, from the local Notion.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from psycopg.rows import dict_row

from accord.core.schema import Schema
from accord.declare import load_schema
from accord.local_postgres import EmbeddedPostgres
from accord.notion.client import NotionClient
from accord.notion.pacer import Pacer
from accord.notion.replica import Notion
from accord.supabase import migrate
from accord.supabase.door import PostgresDoor
from accord.supabase.ledger import PostgresLedger
from accord.supabase.replica import Supabase
from accord.sync.engine import Engine
from accord.sync.options import Options, Stamping
from accord.sync.report import Direction, Report
from notion_emulator import Workspace, create_app
from notion_emulator.sample import build_sample

ROOT = Path(__file__).parents[2]
#: What the clock of the sample workspace shows.
NOW = datetime(2026, 11, 22, 10, 4, 30, tzinfo=UTC)

Database = psycopg.Connection[dict[str, Any]]


async def load(url: str, schema: Schema) -> Report:
    """One round from a sample workspace into a database."""
    workspace = Workspace(clock=lambda: NOW)
    environment = build_sample(workspace)
    transport = httpx2.ASGITransport(app=create_app(workspace))
    async with (
        PostgresDoor(url) as door,
        NotionClient(
            workspace.token, "http://127.0.0.1", transport=transport, pacer=Pacer(0)
        ) as client,
    ):
        ids = {c.table: environment[c.env] for c in schema}
        engine = Engine(schema, ids, Notion(client), Supabase(door), PostgresLedger(door))
        return await engine.run(Options(Direction.NOTION_TO_SUPABASE, stamping=Stamping.ON_WRITE))


@pytest.fixture(scope="session")
def schema() -> Schema:
    return load_schema("models")


@pytest.fixture(scope="session")
def bare(postgres_server: EmbeddedPostgres) -> str:
    """The name of a database with all migrations, to be copied."""
    name = f"bare_{uuid.uuid4().hex}"
    postgres_server.create_database(name)
    asyncio.run(migrate.apply(postgres_server.url(name), ROOT / "supabase" / "migrations"))
    return name


@pytest.fixture(scope="session")
def sample_url(postgres_server: EmbeddedPostgres, bare: str, schema: Schema) -> str:
    """The URL of a database with the sample workspace, which nobody changes."""
    name = f"sample_{uuid.uuid4().hex}"
    postgres_server.create_database(name, bare)
    report = asyncio.run(load(postgres_server.url(name), schema))
    assert report.exit_code == 0
    return postgres_server.url(name)


@pytest.fixture
def sample(sample_url: str) -> Iterator[Database]:
    """The sample in one transaction, which is taken back."""
    with psycopg.connect(sample_url, row_factory=dict_row) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection
        connection.rollback()


@pytest.fixture
def empty(postgres_server: EmbeddedPostgres, bare: str) -> Iterator[Database]:
    """Empty tables in one transaction, which is taken back."""
    with psycopg.connect(postgres_server.url(bare), row_factory=dict_row) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection
        connection.rollback()
