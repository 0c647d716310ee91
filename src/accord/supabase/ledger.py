"""The ledger in Postgres: what is remembered between rounds.

Rule: every function compares before it writes, so that in quiet no table changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from accord.core.ports import Problem, RoundEntry, SourceState, User
from accord.core.schema import Collection, Schema
from accord.core.values import Json
from accord.supabase.door import Door
from accord.supabase.errors import SET_UP, SchemaMissing, SchemaOutdated
from accord.supabase.shape import columns_of, pairs_of, shapes_of

#: The set of functions that this program speaks to.
VERSION = 1

#: How many linked pages are read at once.
PAGE = 10_000


class PostgresLedger:
    """The ledger in schema ``sync``.

    Args:
        door: the way to the database.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    async def check(self, schema: Schema) -> None:
        """See that tables and functions are there, and of this version.

        Raises:
            SupabaseError: they are not; the remedy names the command to run.
        """
        version = await self._door.call("version_v1")
        if version > VERSION:
            raise SchemaOutdated(
                f"The database is set up for a newer accord (functions {version}, here {VERSION}).",
                remedy="Install the newer accord.",
            )
        if version < VERSION:
            raise SchemaOutdated(
                f"The database is set up for an older accord (functions {version},"
                f" here {VERSION}).",
                remedy=SET_UP,
            )
        columns = columns_of(schema)
        missing: dict[str, list[str]] = {}
        for table, column in await self._door.call("missing_v1", columns):
            missing.setdefault(table, []).append(column)
        if not missing:
            return
        absent = [table for table in missing if len(missing[table]) == len(columns[table])]
        if len(absent) == len(columns):
            raise SchemaMissing("None of the tables is in the database.", remedy=SET_UP)
        told = [f"table {table}" for table in absent]
        for table, names in missing.items():
            if table not in absent:
                told += [f"column {table}.{name}" for name in names]
        raise SchemaOutdated(f"The database lacks {', '.join(told)}.", remedy=SET_UP)

    async def sources(self) -> dict[str, SourceState]:
        """What is remembered of each data source, by table."""
        return {
            item["table_name"]: SourceState(
                table=item["table_name"],
                database_id=item["database_id"],
                data_source_id=item["data_source_id"],
                properties={
                    key: (title, sort) for key, (title, sort) in item["properties"].items()
                },
                watermark=_moment(item["watermark"]),
                walked_to=_moment(item["walked_to"]),
            )
            for item in await self._door.call("sources_v1")
        }

    async def remember_source(self, state: SourceState) -> None:
        """Remember a data source; not written when nothing changed."""
        told = {
            "table_name": state.table,
            "database_id": state.database_id,
            "data_source_id": state.data_source_id,
            "properties": dict(state.properties),
            "watermark": state.watermark,
            "walked_to": state.walked_to,
        }
        await self._door.call("remember_source_v1", told)

    async def known_users(self) -> frozenset[User]:
        """The users as `notion_users` holds them."""
        return frozenset(User(**item) for item in await self._door.call("users_v1"))

    async def remember_users(self, users: Sequence[User]) -> None:
        """Insert or update users; facts that are None do not overwrite known ones."""
        if users:
            await self._door.call("remember_users_v1", [asdict(user) for user in users])

    async def settle(self, schema: Schema) -> dict[str, int]:
        """Set the links whose target has arrived; how many, by table of the owner."""
        counts: dict[str, int] = await self._door.call("settle_v1", shapes_of(schema))
        return counts

    async def alive(self, page_ids: Sequence[str]) -> dict[str, str]:
        """Of these pages, the linked ones whose base is not deleted: page id -> table."""
        if not page_ids:
            return {}
        tables: dict[str, str] = await self._door.call("alive_v1", list(page_ids))
        return tables

    async def linked(self, table: str) -> dict[str, bool]:
        """Every linked page of a collection, and whether the base says it is deleted."""
        pages: dict[str, bool] = {}
        after: str | None = None
        while True:
            answer = await self._door.call("linked_v1", table, after, PAGE)
            pages.update((page_id, deleted) for page_id, deleted in answer)
            if len(answer) < PAGE:
                return pages
            after = answer[-1][0]

    async def owners_that_differ(
        self, collection: Collection, mirrors: Mapping[str, Mapping[str, tuple[str, ...]]]
    ) -> tuple[tuple[str, str], ...]:
        """(table, page id) of the records to look at again, given what mirror fields show.

        ``mirrors`` is page id -> mirror field name -> targets as sighted.
        """
        pairs = pairs_of(collection)
        if not pairs or not mirrors:
            return ()
        shown = {page_id: dict(fields) for page_id, fields in mirrors.items()}
        answer = await self._door.call("owners_v1", pairs, shown)
        return tuple(dict.fromkeys((table, page_id) for table, page_id in answer))

    async def problems(self) -> tuple[Problem, ...]:
        """The records that could not be brought into step so far."""
        return tuple(
            Problem(
                table=item["table_name"],
                reason=item["reason"],
                remedy=item["remedy"],
                page_id=item["page_id"],
                record=item["record"],
                property=item["property"],
            )
            for item in await self._door.call("problems_v1")
        )

    async def remember_problems(self, found: Sequence[Problem], solved: Sequence[str]) -> None:
        """Keep new problems of records, drop those of the pages in ``solved``."""
        told = [
            {
                "page_id": problem.page_id,
                "table_name": problem.table,
                "record": problem.record,
                "property": problem.property,
                "reason": problem.reason,
                "remedy": problem.remedy,
            }
            for problem in found
            if problem.page_id is not None
        ]
        if told or solved:
            await self._door.call("remember_problems_v1", told, list(solved))

    async def pending(self, schema: Schema) -> dict[str, int]:
        """How many rows a person changed that Notion has not got yet, by table."""
        counts = await self._door.call("pending_v1")
        return {c.table: counts[c.table] for c in schema if c.table in counts}

    async def remember_round(self, entry: RoundEntry) -> int:
        """Keep a round that did something; answers its number."""
        told: Json = {
            "started_at": entry.started_at,
            "ended_at": entry.ended_at,
            "direction": entry.direction,
            "requests": entry.requests,
            "counts": {table: dict(counts) for table, counts in entry.counts.items()},
            "problems": [asdict(problem) for problem in entry.problems],
        }
        return int(await self._door.call("remember_round_v1", told))

    async def census(self, schema: Schema) -> dict[str, tuple[int, int]]:
        """(rows that are not deleted, links) by table."""
        answer = await self._door.call("census_v1", shapes_of(schema))
        return {table: (rows, links) for table, (rows, links) in answer.items()}


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
