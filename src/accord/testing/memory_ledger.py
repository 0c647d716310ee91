"""The ledger in dicts: what `accord.supabase.ledger` is over Postgres.

Rule: every method compares before it writes, so that in quiet nothing is counted as written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from accord.core.entries import (
    Dispute,
    Lease,
    Open,
    PastRound,
    Remembered,
    RoundEntry,
    StampDue,
)
from accord.core.errors import OurError
from accord.core.findings import Problem, SourceState, User
from accord.core.merge import Unknown
from accord.core.schema import Collection, Schema
from accord.core.values import to_json
from accord.supabase.errors import SET_UP, SchemaOutdated
from accord.supabase.shape import columns_of
from accord.testing.memory_links import owners_of, settle_row
from accord.testing.memory_replica import MemoryDoor
from accord.testing.memory_tables import Disputed, MemoryDatabase, Numbered, Trouble


class MemoryLedger:
    """What is remembered between rounds.

    Args:
        door: the way to the database, the same as that of the replica beside it.
    """

    def __init__(self, door: MemoryDoor) -> None:
        self._door = door
        self._database: MemoryDatabase = door.database

    async def check(self, schema: Schema) -> None:
        """See that all tables and columns are there.

        Raises:
            SupabaseError: they are not.
        """
        if schema is self._database.schema:
            return
        there = columns_of(self._database.schema)
        for table, columns in columns_of(schema).items():
            lacking = [column for column in columns if column not in there.get(table, ())]
            if lacking:
                raise SchemaOutdated(
                    f"The database lacks column {table}.{lacking[0]}.", remedy=SET_UP
                )

    async def sources(self) -> dict[str, SourceState]:
        """What is remembered of each data source, by table."""
        return dict(self._database.sources)

    async def remember_source(self, state: SourceState) -> None:
        """Remember a data source; not written when nothing changed."""
        self._door.guard()
        if self._database.sources.get(state.table) != state:
            self._database.sources[state.table] = replace(state, properties=dict(state.properties))
            self._wrote("sync.source")

    async def known_users(self) -> frozenset[User]:
        """The users as `notion_users` holds them."""
        return frozenset(self._database.users.values())

    async def remember_users(self, users: Sequence[User]) -> None:
        """Insert or update users; facts that are None do not overwrite known ones."""
        if not users:
            return
        self._door.guard()
        known = self._database.users
        chosen: dict[str, User] = {}
        for user in sorted(users, key=lambda u: (u.name is None, u.name or "")):
            if known.get(user.id) != _joined(known.get(user.id), user):
                chosen.setdefault(user.id, user)
        for user_id, user in chosen.items():
            known[user_id] = _joined(known.get(user_id), user)
            self._wrote("notion_users")

    async def settle(self, schema: Schema) -> dict[str, int]:
        """Set the links whose target has arrived; how many, by table of the owner."""
        self._door.guard()
        counts: dict[str, int] = {}
        if not self._database.waiting:
            return counts
        tables = {collection.table for collection in schema}
        for table_name, row_id in list(self._database.waiting):
            if table_name in tables:
                settled = settle_row(self._database, self._database.tables[table_name], row_id)
                if settled:
                    counts[table_name] = counts.get(table_name, 0) + settled
        return counts

    async def alive(self, page_ids: Sequence[str]) -> dict[str, str]:
        """Of these pages, the linked ones whose base is not deleted: page id -> table."""
        links = self._database.links
        found = ((page_id, links.get(page_id)) for page_id in page_ids)
        return {
            page_id: link.table
            for page_id, link in found
            if link is not None and not (link.base is not None and link.base.deleted)
        }

    async def linked(self, table: str) -> dict[str, bool]:
        """Every linked page of a collection, and whether the base says it is deleted."""
        home = self._database.tables.get(table)
        links = home.linked.values() if home is not None else ()
        pages = {link.page_id: bool(link.base and link.base.deleted) for link in links}
        return dict(sorted(pages.items()))

    async def owners_that_differ(
        self, collection: Collection, mirrors: Mapping[str, Mapping[str, tuple[str, ...]]]
    ) -> tuple[tuple[str, str], ...]:
        """(table, page id) of the records to look at again, given what mirror fields show."""
        found: dict[tuple[str, str], None] = {}
        for mirror in collection.mirrors:
            owner_table = (mirror.mirrors or "").partition(".")[0]
            differ: set[str] = set()
            for page_id, fields in mirrors.items():
                if mirror.name in fields:
                    held = dict(owners_of(self._database, collection, mirror, page_id))
                    shown = fields[mirror.name]
                    differ |= {o for o, dead in held.items() if not dead and o not in shown}
                    links = (self._database.links.get(o) for o in shown if o not in held)
                    differ |= {k.page_id for k in links if k and k.table == owner_table}
            found.update(((owner_table, owner), None) for owner in sorted(differ))
        return tuple(found)

    async def problems(self) -> tuple[Problem, ...]:
        """The records that could not be brought into step so far."""
        kept = sorted(
            self._database.problems.items(),
            key=lambda item: (item[1].problem.table, item[1].first_seen, item[0]),
        )
        return tuple(trouble.problem for _, trouble in kept)

    async def remember_problems(self, found: Sequence[Problem], solved: Sequence[str]) -> None:
        """Keep new problems of records, drop those of the pages (or rows) in ``solved``."""
        new: dict[str, Problem] = {}
        for problem in sorted(found, key=lambda p: (p.property, p.reason)):
            key = problem.page_id or problem.row_id
            if key is not None:
                new.setdefault(key, replace(problem, ignored=False))
        if not new and not solved:
            return
        self._door.guard()
        kept = self._database.problems
        gone = {*solved, *(p.row_id for p in found if p.page_id is not None and p.row_id)}
        for key in gone - new.keys():
            if key in kept:
                self._wrote("sync.problem")
                self._tell(kept.pop(key).problem)
        for key, problem in new.items():
            before = kept.get(key)
            if before is None:
                kept[key] = Trouble(problem, self._database.clock())
            elif replace(before.problem, ignored=False) != problem:
                before.problem = problem
                before.times += 1
            else:
                continue
            self._wrote("sync.problem")
            self._tell(problem)

    def _tell(self, problem: Problem) -> None:
        """What becomes of a problem is told in its page, when its stamps are written."""
        if problem.page_id is not None:
            link = self._database.links.get(problem.page_id)
            here = link is not None and link.table == problem.table
            row_id = link.row_id if link is not None and here else None
            self._database.stamp(problem.page_id, problem.table, row_id, anew=False)

    async def ignore(self, keys: Sequence[str], *, ignored: bool) -> int:
        """Mark problems as ignored or not, by page id (row id where there is no page); how many."""
        if not keys:
            return 0
        self._door.guard()
        there = [
            trouble
            for key in set(keys)
            if (trouble := self._database.problems.get(key)) is not None
        ]
        for trouble in there:
            if trouble.problem.ignored != ignored:
                trouble.problem = replace(trouble.problem, ignored=ignored)
                self._wrote("sync.problem")
        return len(there)

    async def pending(self, schema: Schema) -> dict[str, int]:
        """How many rows a person changed that Notion has not got yet, by table."""
        counts: dict[str, int] = {}
        for table, _ in self._database.dirty:
            counts[table] = counts.get(table, 0) + 1
        return {c.table: counts[c.table] for c in schema if c.table in counts}

    async def begin_round(self, started_at: datetime, direction: str) -> int:
        """Give a round that is about to do something its number."""
        self._door.guard()
        number = self._database.number("sync.round")
        self._database.rounds[number] = Numbered(started_at, direction)
        self._wrote("sync.round")
        return number

    async def remember_round(self, number: int, entry: RoundEntry) -> None:
        """Keep what a round did, under its number."""
        self._door.guard()
        begun = self._database.rounds.get(number)
        if begun is None:
            raise OurError(f"round {number} was never begun")
        begun.started_at, begun.direction, begun.entry = entry.started_at, entry.direction, entry
        self._wrote("sync.round")

    async def rounds(self, limit: int) -> tuple[PastRound, ...]:
        """The last rounds that did something, newest first."""
        newest = sorted(self._database.rounds.items(), reverse=True)[:limit]
        return tuple(PastRound(n, r.started_at, r.direction, r.entry) for n, r in newest)

    async def take_lease(
        self,
        owner: str,
        seconds: float,
        *,
        instead_of: str | None = None,
        fence: int | None = None,
    ) -> Lease:
        """Become the one who may write, or go on being so; answers who is.

        Raises:
            ValueError: ``owner`` is empty.
        """
        if not owner:
            raise ValueError("a lease needs an owner")
        database = self._database
        held, now = database.lease, database.clock()
        if held is None or held.until <= now or held.owner in {owner, instead_of}:
            fence_now = held.fence if held is not None else 0
            if held is None or held.owner != owner:
                fence_now += 1
            held = Lease(owner, fence_now, now + timedelta(seconds=seconds), mine=True)
            self._wrote("sync.lease")
            if fence not in {None, fence_now}:
                database.lease = Lease("", fence_now, now, mine=False)
                return replace(held, mine=False)
            database.lease = held
            self._door.fence = fence_now
            return held
        return replace(held, mine=False)

    async def give_back_lease(self) -> None:
        """Let others write."""
        held = self._database.lease
        if self._door.fence is not None and held is not None and held.fence == self._door.fence:
            self._database.lease = Lease("", held.fence, self._database.clock(), mine=False)
            self._wrote("sync.lease")
        self._door.fence = None

    async def dirty(
        self, tables: Sequence[str], *, refused: bool = False
    ) -> dict[str, tuple[str, ...]]:
        """The rows that people changed and Notion has not got yet, oldest change first.

        Those that Notion refused as they are now are shown only with ``refused``.
        """
        rows: dict[str, list[str]] = {}
        marks = sorted(self._database.dirty.items(), key=lambda item: item[1].version)
        for (table, row_id), mark in marks:
            if table in tables and (refused or mark.refused != mark.version):
                rows.setdefault(table, []).append(row_id)
        return {table: tuple(ids) for table, ids in rows.items()}

    async def intents(self) -> tuple[Open, ...]:
        """The writes to Notion that were begun and of which nobody knows the end."""
        found = []
        for table, row_id in sorted(self._database.intents):
            link = self._database.tables[table].linked.get(row_id)
            found.append(Open(table, row_id, link.page_id if link is not None else None))
        return tuple(found)

    async def stamps_due(self, tables: Sequence[str], limit: int) -> tuple[StampDue, ...]:
        """The pages whose stamps are due, longest due first."""
        stamps = [
            (due.at, page_id, due)
            for page_id, due in self._database.stamps.items()
            if due.table in tables
        ]
        stamps.sort(key=lambda stamp: stamp[:2])
        found = []
        for at, page_id, due in stamps[:limit]:
            trouble = self._database.problems.get(page_id)
            problem = trouble.problem if trouble is not None else None
            found.append(StampDue(due.table, page_id, due.row_id, problem, at))
        return tuple(found)

    async def stamps_waiting(self, tables: Sequence[str]) -> dict[str, int]:
        """How many pages have stamps that are due, by table; tables without any are absent."""
        return dict(Counter(s.table for s in self._database.stamps.values() if s.table in tables))

    async def stamped(self, page_ids: Sequence[str]) -> None:
        """The stamps of these pages are no longer due: they are written, or cannot be."""
        if not page_ids:
            return
        self._door.guard()
        for page_id in page_ids:
            if self._database.stamps.pop(page_id, None) is not None:
                self._wrote("sync.stamp")

    async def conflicts(self, *, waiting: bool = False) -> tuple[Dispute, ...]:
        """Conflicts, newest first; only those that a person has to decide, or all."""
        kept = reversed(self._database.conflicts.values())
        return tuple(
            _dispute(each)
            for each in kept
            if not waiting or (each.conflict.winner.value == "held" and each.resolved_at is None)
        )

    async def resolve(self, conflict_ids: Sequence[int]) -> None:
        """Remember that a person decided these conflicts."""
        if not conflict_ids:
            return
        self._door.guard()
        for each in self._database.conflicts.values():
            if each.id in conflict_ids and each.resolved_at is None:
                each.resolved_at = self._database.clock()
                self._wrote("sync.conflicts")

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

        ``after`` leaves out those up to the entry with this id.
        """
        tables = {collection.table for collection in schema}
        rows = None if row_ids is None else frozenset(row_ids)
        return tuple(
            Remembered(c.id, c.at, c.round, c.table, c.row_id, c.page_id, c.title, c.applied)
            for c in self._database.changes
            if c.table in tables
            and c.id > after
            and (rows is None or c.row_id in rows)
            and round_number in {None, c.round}
            and (since is None or c.at >= since)
        )

    async def forget(self, before: datetime) -> int:
        """Drop the history from before a moment; answers how many entries went."""
        self._door.guard()
        kept = [entry for entry in self._database.changes if entry.at >= before]
        gone = len(self._database.changes) - len(kept)
        if gone:
            self._database.changes[:] = kept
            self._wrote("sync.changes")
        return gone

    async def census(self, schema: Schema) -> dict[str, tuple[int, int]]:
        """(rows that are not deleted, links) by table."""
        counts: dict[str, tuple[int, int]] = {}
        for collection in schema:
            table = self._database.tables[collection.table]
            living = [row for row in table.rows.values() if row.deleted_at is None]
            stores = [self._database.link_tables[r.link or ""] for r in table.layout.many]
            ends = sum(
                sum(row.keys.get(r.name) is not None for r in table.layout.one)
                + sum(len(store.owners.get(row.id, ())) for store in stores)
                for row in living
            )
            counts[collection.table] = (len(living), ends)
        return counts

    def _wrote(self, table: str) -> None:
        self._database.writes[table] += 1


def _joined(known: User | None, user: User) -> User:
    """What is known of a user with what was seen now."""
    if known is None:
        return user
    return User(
        user.id,
        user.name if user.name is not None else known.name,
        user.email if user.email is not None else known.email,
        user.avatar_url if user.avatar_url is not None else known.avatar_url,
        user.kind,
    )


def _dispute(each: Disputed) -> Dispute:
    conflict = each.conflict
    base = None if isinstance(conflict.base, Unknown) else to_json(conflict.base)
    return Dispute(
        id=each.id,
        table=each.table,
        row_id=each.row_id,
        page_id=each.page_id,
        property=each.title,
        base=base,
        notion=to_json(conflict.notion),
        supabase=to_json(conflict.supabase),
        policy=conflict.policy.value,
        winner=conflict.winner.value,
        detected_at=each.detected_at,
        resolved_at=each.resolved_at,
    )
