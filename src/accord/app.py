"""The composition root: the only room that knows both wings.

Rule: it joins parts and decides nothing.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import assert_never

from accord.config import (
    Keeping,
    Settings,
    models_package,
    read_environment,
    read_keeping,
    read_settings,
    read_supabase_address,
    reports_folder,
    with_policies,
)
from accord.config_setup import SetupSettings, read_setup_settings
from accord.core.errors import ConfigurationError, SupabaseError, UsageError
from accord.core.ports import Ledger, SupabaseReplica
from accord.core.schema import Collection, Schema
from accord.declare import load_schema
from accord.notion.client import NotionClient
from accord.notion.pacer import Pacer
from accord.notion.replica import Notion
from accord.supabase import migrate
from accord.supabase.door import Door, PostgresDoor
from accord.supabase.ledger import PostgresLedger
from accord.supabase.replica import Supabase
from accord.supabase.rest_door import RestDoor
from accord.supabase.views import View, load_views
from accord.supabase_address import DatabaseUrl, RestApi, SupabaseAddress
from accord.sync.engine import Engine

MIGRATIONS = Path("supabase") / "migrations"

#: Where pyproject.toml says nothing.
DEFAULTS = Keeping()


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with models, migrations and an environment.

    Args:
        folder: its root.
        schema: what its models declare.
        environment: the process's environment over its ``.env``.
        keeping: how it wants pages stamped, and how long history is kept.
    """

    folder: Path
    schema: Schema
    environment: Mapping[str, str]
    keeping: Keeping = DEFAULTS

    @classmethod
    def open(cls, folder: Path) -> Project:
        """Read the project in ``folder``.

        Raises:
            YourError: pyproject.toml, the models or ``.env`` are wrong, with all problems.
        """
        package = models_package(folder)
        root = str(folder.resolve())
        if root not in sys.path:
            sys.path.insert(0, root)
        schema = load_schema(package)
        problems: list[str] = []
        keeping = DEFAULTS
        try:
            schema = with_policies(folder, schema)
        except ConfigurationError as error:
            problems.extend(error.problems)
        try:
            keeping = read_keeping(folder)
        except ConfigurationError as error:
            problems.extend(error.problems)
        if problems:
            raise ConfigurationError(problems)
        return cls(folder, schema, read_environment(folder), keeping)

    @property
    def migrations(self) -> Path:
        """Where the migration scripts are."""
        return self.folder / MIGRATIONS

    def views(self) -> tuple[View, ...]:
        """The reports of the project; none where pyproject.toml names no folder for them.

        Raises:
            YourError: the folder is not there, or files are not as they should be.
        """
        reports = reports_folder(self.folder)
        return load_views(reports) if reports is not None else ()

    def settings(self) -> Settings:
        """All that a round needs.

        Raises:
            ConfigurationError: with everything that is missing or wrong.
        """
        return read_settings(self.environment, self.schema)

    def setup_settings(self) -> SetupSettings:
        """The way to change the tables.

        Raises:
            ConfigurationError: with everything that is missing or wrong.
        """
        return read_setup_settings(self.environment)

    def supabase_address(self) -> SupabaseAddress:
        """How Supabase is reached.

        Raises:
            ConfigurationError: with everything that is missing or wrong.
        """
        return read_supabase_address(self.environment)

    def tables_named(self, names: list[str]) -> frozenset[str] | None:
        """The tables of the collections that people name; None when they name none.

        A model (BusinessEntity), a table (business_entities) or a title will do, in any case.

        Raises:
            UsageError: a name is none of these; all such names at once.
        """
        if not names:
            return None
        known = {alias: c.table for c in self.schema for alias in _aliases(c)}
        unknown = [name for name in names if name.casefold() not in known]
        if unknown:
            models = ", ".join(sorted(c.model for c in self.schema))
            raise UsageError(
                [f"there is no model {name!r}; the models are: {models}" for name in unknown]
            )
        return frozenset(known[name.casefold()] for name in names)


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine ready to run, and what it used of Notion's budget.

    ``budget`` answers (requests in the last minute, requests allowed a minute), or (requests so
    far, 0) where there is no budget to keep to.
    """

    engine: Engine
    budget: Callable[[], tuple[int, int]]


@asynccontextmanager
async def open_door(address: SupabaseAddress) -> AsyncIterator[Door]:
    """The door that belongs to an address."""
    match address:
        case DatabaseUrl(url):
            async with PostgresDoor(url) as door:
                yield door
        case RestApi():
            async with RestDoor(address) as door:
                yield door
        case _:
            assert_never(address)


@asynccontextmanager
async def open_engine(project: Project, settings: Settings) -> AsyncIterator[Opened]:
    """Join both sides and the ledger.

    Raises:
        TheirError: Postgres cannot be reached, or its tables are not those of the migrations.
    """
    pacer = Pacer(settings.requests_per_minute)
    async with (
        open_door(settings.supabase) as door,
        NotionClient(settings.notion_token, settings.notion_url, pacer=pacer) as client,
    ):
        await _require_tables(settings.supabase, project.migrations)
        engine = Engine(
            schema=project.schema,
            ids=settings.databases,
            notion=Notion(client),
            supabase=Supabase(door),
            ledger=PostgresLedger(door),
            keep_history=timedelta(days=days) if (days := project.keeping.history_days) else None,
        )
        allowed = settings.requests_per_minute
        yield Opened(engine, lambda: (pacer.spent(), allowed) if allowed else (client.requests, 0))


@dataclass(frozen=True, slots=True)
class Records:
    """The tables and the ledger alone, for what needs no Notion."""

    schema: Schema
    supabase: SupabaseReplica
    ledger: Ledger


@asynccontextmanager
async def open_records(project: Project, address: SupabaseAddress) -> AsyncIterator[Records]:
    """Open the tables and the ledger.

    Raises:
        TheirError: Postgres cannot be reached, or its tables are not those of the migrations.
    """
    async with open_door(address) as door:
        await _require_tables(address, project.migrations)
        records = Records(project.schema, Supabase(door), PostgresLedger(door))
        await records.ledger.check(project.schema)
        yield records


async def _require_tables(address: SupabaseAddress, folder: Path) -> None:
    """See that every migration is applied.

    The Data API shows no history of migrations; there the ledger's own check has to do, which
    looks for functions, tables and columns.

    Raises:
        SupabaseError: some or all are not; the remedy names the command.
    """
    if not isinstance(address, DatabaseUrl):
        return
    status = await migrate.pending(address.url, folder)
    if not status.pending:
        return
    missing = ", ".join(migration.file_name for migration in status.pending)
    what = "has only some of the tables" if status.applied else "has no tables of ours yet"
    raise SupabaseError(
        f"the database {what} (not applied: {missing}).",
        remedy="Run python -m tools.supabase_db_setup, then run this again.",
    )


def _aliases(collection: Collection) -> set[str]:
    return {
        collection.model.casefold(),
        collection.table.casefold(),
        collection.title.casefold(),
    }
