"""A small world to run the product's engine in: a local Notion, a real Postgres, a clock to turn.

Rule: nothing of the engine is replaced; only what lies beyond it is ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import httpx2
import psycopg
from psycopg.rows import dict_row

from accord.core.ports import Ledger, NotionReplica, SupabaseReplica
from accord.core.schema import Schema
from accord.notion.client import NotionClient
from accord.notion.pacer import Pacer
from accord.notion.replica import Notion
from accord.supabase.door import PostgresDoor
from accord.supabase.ledger import PostgresLedger
from accord.supabase.replica import Supabase
from accord.sync.engine import Engine
from accord.sync.options import Options, Stamping
from accord.sync.report import Direction, Report, Watch
from notion_emulator import Workspace, create_app

#: What is in Notion comes to Supabase, and Notion is left as it is.
ONE_WAY = Options(Direction.NOTION_TO_SUPABASE, stamping=Stamping.ON_WRITE)

Wrap = Callable[[NotionReplica, SupabaseReplica, Ledger], tuple[Any, Any, Any]]
Wire = Callable[[httpx2.AsyncBaseTransport], httpx2.AsyncBaseTransport]


@dataclass
class TurnedClock:
    """A clock that stands still until it is turned."""

    now: datetime = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**by)
        return self.now


@dataclass
class World:
    """Both sides, and rounds between them."""

    url: str
    workspace: Workspace
    clock: TurnedClock
    schema: Schema
    names: dict[str, str]
    wrap: Wrap = field(default=lambda notion, supabase, ledger: (notion, supabase, ledger))
    wire: Wire = field(default=lambda transport: transport)
    keep_history: timedelta | None = None

    @cached_property
    def property_ids(self) -> dict[tuple[str, str], str]:
        """Property ids by table and title, as they were before anybody renamed anything."""
        return {
            (table, title): prop["id"]
            for table, source in self.ids.items()
            for title, prop in self.workspace.data_source(source)["properties"].items()
        }

    @property
    def ids(self) -> dict[str, str]:
        """Data source ids by table."""
        return {c.table: self.names[c.env] for c in self.schema if c.env in self.names}

    def sync(self, watch: Watch | None = None, **changes: Any) -> Report:
        """Run one round, Notion to Supabase, without stamps."""
        return asyncio.run(self._round(replace(ONE_WAY, **changes), watch))

    def both(self, watch: Watch | None = None, **changes: Any) -> Report:
        """Run one round in both directions, with stamps."""
        return asyncio.run(self._round(replace(Options(), **changes), watch))

    def push(self, watch: Watch | None = None, **changes: Any) -> Report:
        """Run one round, Supabase to Notion, without stamps."""
        options = Options(Direction.SUPABASE_TO_NOTION, stamping=Stamping.ON_WRITE)
        return asyncio.run(self._round(replace(options, **changes), watch))

    def sync_twice_at_once(self, **changes: Any) -> list[Report]:
        """Run two rounds at the same time, as two machines would."""
        options = replace(ONE_WAY, **changes)

        async def both() -> list[Report]:
            rounds = (self._round(options, None) for _ in range(2))
            return list(await asyncio.gather(*rounds))

        return asyncio.run(both())

    async def _round(self, options: Options, watch: Watch | None) -> Report:
        async with self.engine() as engine:
            return await engine.run(options, watch)

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        """The product's engine between both sides."""
        async with AsyncExitStack() as stack:
            door = await stack.enter_async_context(PostgresDoor(self.url))
            client = await stack.enter_async_context(
                NotionClient(
                    self.workspace.token,
                    "http://127.0.0.1",
                    transport=self.wire(httpx2.ASGITransport(app=create_app(self.workspace))),
                    pacer=Pacer(0),
                )
            )
            notion, supabase, ledger = self.wrap(
                Notion(client), Supabase(door), PostgresLedger(door)
            )
            yield Engine(
                self.schema,
                self.ids,
                notion,
                supabase,
                ledger,
                self.sleep,
                keep_history=self.keep_history,
            )

    async def sleep(self, seconds: float) -> None:
        """Wait, by turning the clock."""
        self.clock.turn(seconds=seconds)
        await asyncio.sleep(0.05)  # another run in this process may be waited for

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Ask Postgres."""
        return self._asking.execute(statement.encode(), values or None).fetchall()

    @cached_property
    def _asking(self) -> psycopg.Connection[dict[str, Any]]:
        return psycopg.connect(self.url, row_factory=dict_row, autocommit=True)

    def close(self) -> None:
        """Ask no more."""
        if "_asking" in self.__dict__:
            self._asking.close()

    def execute(self, statement: str, *values: Any) -> None:
        """Change something in Postgres, as a person with an SQL client does."""
        with psycopg.connect(self.url) as connection:
            connection.execute(statement.encode(), values)

    def row(self, table: str, page_id: str) -> dict[str, Any]:
        """The row of a page."""
        (row,) = self.query(f"select * from public.{table} where notion_page_id = %s", page_id)
        return row

    def stamps(self) -> dict[str, list[tuple[str, str]]]:
        """(ctid, xmin) of every row of every table, the ledger's too: what no quiet round moves."""
        tables = self.query(
            "select format('%I.%I', schemaname, tablename) as name from pg_tables"
            " where schemaname in ('public', 'sync')"
            " and (schemaname, tablename) <> ('sync', 'lease') order by 1"
        )
        return {
            table["name"]: [
                (row["at"], row["by"])
                for row in self.query(
                    f"select ctid::text as at, xmin::text as by from {table['name']} order by 1"
                )
            ]
            for table in tables
        }

    def contents(self) -> dict[str, list[str]]:
        """All that the synchronised tables hold, without when it was written."""
        tables = self.query("select tablename as name from pg_tables where schemaname = 'public'")
        clocks = "- 'updated_at' - 'last_synced_at'"
        people = (
            f"{clocks} - 'created_at'"  # a page brings its own creation time, a person does not
        )
        return {
            name: sorted(
                row["content"]
                for row in self.query(
                    f"select (to_jsonb(t) {people if name == 'notion_users' else clocks})::text"
                    f" as content from {name} t"
                )
            )
            for name in (table["name"] for table in tables)
        }
