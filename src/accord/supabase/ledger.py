"""The ledger in Postgres: what is remembered between rounds.

Rule: every function compares before it writes, so that in quiet no table changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from accord.core.errors import OurError
from accord.core.ports import (
    Dispute,
    Lease,
    Open,
    PastRound,
    Problem,
    Remembered,
    RoundEntry,
    SourceState,
    StampDue,
    User,
)
from accord.core.schema import Collection, Schema
from accord.core.values import Json
from accord.supabase.door import WORKSPACE, Door
from accord.supabase.errors import SET_UP, SchemaMissing, SchemaOutdated
from accord.supabase.portions import Portions
from accord.supabase.records import moment
from accord.supabase.remembered import (
    dispute,
    lease,
    past_round,
    problem,
    remembered,
    stamp_due,
)
from accord.supabase.shape import columns_of, pairs_of, shapes_of

#: The set of functions that this program speaks to.
VERSION = 1

#: How many linked pages, or entries of the history, are read at once.
PAGE = 10_000


class PostgresLedger:
    """The ledger in schema ``sync``.

    Args:
        door: the way to the database.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._portions = Portions()

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
                watermark=moment(item["watermark"]),
                walked_to=moment(item["walked_to"]),
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
        await self._door.write("remember_source_v1", told)

    async def known_users(self) -> frozenset[User]:
        """The users as `notion_users` holds them."""
        return frozenset(User(**item) for item in await self._door.call("users_v1"))

    async def remember_users(self, users: Sequence[User]) -> None:
        """Insert or update users; facts that are None do not overwrite known ones."""
        if users:
            await self._door.write("remember_users_v1", [asdict(user) for user in users])

    async def settle(self, schema: Schema) -> dict[str, int]:
        """Set the links whose target has arrived; how many, by table of the owner."""
        parts = await self._portions.each(
            "settle_v1",
            shapes_of(schema),
            lambda part: self._door.write("settle_v1", list(part)),
        )
        return {table: count for part in parts for table, count in part.items()}

    async def alive(self, page_ids: Sequence[str]) -> dict[str, str]:
        """Of these pages, the linked ones whose base is not deleted: page id -> table."""
        parts = await self._portions.each(
            "alive_v1", page_ids, lambda part: self._door.call("alive_v1", list(part))
        )
        return {page_id: table for part in parts for page_id, table in part.items()}

    async def linked(self, table: str) -> dict[str, bool]:
        """Every linked page of a collection, and whether the base says it is deleted."""
        pages = await self._portions.pages(
            "linked_v1",
            PAGE,
            None,
            lambda after, most: self._door.call("linked_v1", table, after, most),
            lambda item: item[0],
        )
        return dict(pages)

    async def owners_that_differ(
        self, collection: Collection, mirrors: Mapping[str, Mapping[str, tuple[str, ...]]]
    ) -> tuple[tuple[str, str], ...]:
        """(table, page id) of the records to look at again, given what mirror fields show.

        ``mirrors`` is page id -> mirror field name -> targets as sighted.
        """
        pairs = pairs_of(collection)
        if not pairs or not mirrors:
            return ()
        parts = await self._portions.each(
            "owners_v1",
            [(page_id, dict(fields)) for page_id, fields in mirrors.items()],
            lambda part: self._door.call("owners_v1", pairs, dict(part)),
        )
        found = (owner for part in parts for owner in part)
        return tuple(dict.fromkeys((table, page_id) for table, page_id in found))

    async def problems(self) -> tuple[Problem, ...]:
        """The records that could not be brought into step so far."""
        return tuple(problem(item) for item in await self._door.call("problems_v1"))

    async def remember_problems(self, found: Sequence[Problem], solved: Sequence[str]) -> None:
        """Keep new problems of records, drop those of the pages (or rows) in ``solved``."""
        told = [
            {
                "page_id": each.page_id,
                "row_id": each.row_id,
                "table_name": each.table,
                "record": each.record,
                "property": each.property,
                "reason": each.reason,
                "remedy": each.remedy,
            }
            for each in found
            if each.page_id is not None or each.row_id is not None
        ]
        if told or solved:
            await self._door.write("remember_problems_v1", told, list(solved))

    async def ignore(self, keys: Sequence[str], *, ignored: bool) -> int:
        """Mark problems as ignored or not, by page id (row id where there is no page); how many."""
        return int(await self._door.write("ignore_v1", list(keys), ignored)) if keys else 0

    async def pending(self, schema: Schema) -> dict[str, int]:
        """How many rows a person changed that Notion has not got yet, by table."""
        counts = await self._door.call("pending_v1")
        return {c.table: counts[c.table] for c in schema if c.table in counts}

    async def begin_round(self, started_at: datetime, direction: str) -> int:
        """Give a round that is about to do something its number."""
        return int(await self._door.write("begin_round_v1", started_at, direction))

    async def remember_round(self, number: int, entry: RoundEntry) -> None:
        """Keep what a round did, under its number."""
        told: Json = {
            "started_at": entry.started_at,
            "ended_at": entry.ended_at,
            "direction": entry.direction,
            "requests": entry.requests,
            "counts": {table: dict(counts) for table, counts in entry.counts.items()},
            "problems": [asdict(each) for each in entry.problems],
        }
        if not await self._door.write("remember_round_v1", number, told):
            raise OurError(f"round {number} was never begun")

    async def rounds(self, limit: int) -> tuple[PastRound, ...]:
        """The last rounds that did something, newest first."""
        return tuple(past_round(item) for item in await self._door.call("rounds_v1", limit))

    async def take_lease(
        self,
        owner: str,
        seconds: float,
        *,
        instead_of: str | None = None,
        fence: int | None = None,
    ) -> Lease:
        """Become the one who may write, or go on being so; answers who is.

        Only a lease that is over, our own, or that of ``instead_of`` can be taken. From then on
        every write of this ledger and of the replica beside it is refused when another owner has
        taken the lease since.

        With the ``fence`` of a lease that we hold it goes on only as that one: if another owner
        had it meanwhile it is not taken again, and our writes stay refused.

        Raises:
            ValueError: ``owner`` is empty.
        """
        if not owner:
            raise ValueError("a lease needs an owner")
        told = await self._door.call("take_lease_v1", WORKSPACE, owner, seconds, instead_of)
        taken = lease(told)
        if taken.mine and fence not in {None, taken.fence}:
            await self._door.call("give_back_lease_v1", WORKSPACE, taken.fence)
            return replace(taken, mine=False)
        if taken.mine:
            self._door.fence = taken.fence
        return taken

    async def give_back_lease(self) -> None:
        """Let others write."""
        fence = self._door.fence
        if fence is not None:
            await self._door.call("give_back_lease_v1", WORKSPACE, fence)
            self._door.fence = None

    async def dirty(
        self, tables: Sequence[str], *, refused: bool = False
    ) -> dict[str, tuple[str, ...]]:
        """The rows that people changed and Notion has not got yet, oldest change first.

        Those that Notion refused as they are now are shown only with ``refused``.
        """
        rows: dict[str, list[str]] = {}
        for table, row_id in await self._door.call("dirty_v1", list(tables), refused):
            rows.setdefault(table, []).append(row_id)
        return {table: tuple(ids) for table, ids in rows.items()}

    async def intents(self) -> tuple[Open, ...]:
        """The writes to Notion that were begun and of which nobody knows the end."""
        return tuple(Open(**item) for item in await self._door.call("intents_v1"))

    async def stamps_due(self, tables: Sequence[str], limit: int) -> tuple[StampDue, ...]:
        """The pages whose stamps are due, longest due first."""
        answer = await self._door.call("stamps_due_v1", list(tables), limit)
        return tuple(stamp_due(item) for item in answer)

    async def stamps_waiting(self, tables: Sequence[str]) -> dict[str, int]:
        """How many pages have stamps that are due, by table; tables without any are absent."""
        counts: dict[str, int] = await self._door.call("stamps_waiting_v1", list(tables))
        return counts

    async def stamped(self, page_ids: Sequence[str]) -> None:
        """The stamps of these pages are no longer due: they are written, or cannot be."""
        if page_ids:
            await self._door.write("stamped_v1", list(page_ids))

    async def conflicts(self, *, waiting: bool = False) -> tuple[Dispute, ...]:
        """Conflicts, newest first; only those that a person has to decide, or all."""
        return tuple(dispute(item) for item in await self._door.call("conflicts_v1", waiting))

    async def resolve(self, conflict_ids: Sequence[int]) -> None:
        """Remember that a person decided these conflicts."""
        if conflict_ids:
            await self._door.write("resolve_v1", list(conflict_ids))

    async def history(
        self,
        schema: Schema,
        *,
        row_ids: Sequence[str] | None = None,
        round_number: int | None = None,
        since: datetime | None = None,
        after: int = 0,
    ) -> tuple[Remembered, ...]:
        """The remembered changes of these records or of a round, oldest first.

        ``after`` leaves out those up to the entry with this id. Those of tables and fields that
        are declared no more are left out too.
        """
        rows = None if row_ids is None else list(row_ids)
        changes = await self._portions.pages(
            "changes_v1",
            PAGE,
            after,
            lambda last, most: self._door.call("changes_v1", rows, round_number, since, last, most),
            lambda item: item["id"],
        )
        return tuple(entry for item in changes for entry in remembered(schema, item))

    async def forget(self, before: datetime) -> int:
        """Drop the history from before a moment; answers how many entries went."""
        return int(await self._door.write("forget_v1", before))

    async def census(self, schema: Schema) -> dict[str, tuple[int, int]]:
        """(rows that are not deleted, links) by table."""
        parts = await self._portions.each(
            "census_v1",
            shapes_of(schema),
            lambda part: self._door.call("census_v1", list(part)),
        )
        return {table: (rows, links) for part in parts for table, (rows, links) in part.items()}
