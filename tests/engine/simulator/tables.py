"""The SQL side of a world: what people do there, and what stands there.

Rule: the same questions go to the tables in memory and to a real Postgres; who asks cannot tell
which it is. People write columns, as SQL does; relations are named by row ids here.
"""

from __future__ import annotations

from collections.abc import Collection as Collected
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

from accord.core.ports import Ledger, SupabaseReplica
from accord.core.schema import Collection, Field, Schema
from accord.core.values import Kind
from accord.testing.memory_ledger import MemoryLedger
from accord.testing.memory_people import MemoryPeople
from accord.testing.memory_replica import MemoryDoor, MemorySupabase
from accord.testing.memory_rows import UnfitError
from accord.testing.memory_tables import MemoryDatabase
from tests.engine.simulator.virtual import VirtualClock
from tests.engine.simulator.watching import Plain, Thing, plain


class Tables(Protocol):
    """The SQL side."""

    def doors(self) -> tuple[SupabaseReplica, Ledger]:
        """A replica and a ledger for a new process."""
        ...

    def insert(self, table: str, row_id: str, values: Mapping[str, Plain]) -> None:
        """INSERT; ``values`` by field name, without relations to many."""
        ...

    def update(self, table: str, row_id: str, values: Mapping[str, Plain]) -> None:
        """UPDATE; the same."""
        ...

    def delete(self, table: str, row_id: str, *, hard: bool) -> None:
        """DELETE, or set `deleted_at`."""
        ...

    def restore(self, table: str, row_id: str) -> None:
        """Clear `deleted_at`."""
        ...

    def link(self, field: Field, row_id: str, target: str) -> None:
        """Insert into a link table."""
        ...

    def unlink(self, field: Field, row_id: str, target: str) -> None:
        """Delete from a link table."""
        ...

    def things(self) -> dict[str, Thing]:
        """What stands there, by row id."""
        ...

    def writes(self) -> Mapping[str, object]:
        """By table, another value after anything was written there; the lease is left out."""
        ...

    def marks(self) -> Collected[tuple[str, str]]:
        """(table, row id) of the rows that are marked as changed by a person."""
        ...

    def end_lease(self) -> None:
        """Let the lease be over, where its time is not ours."""
        ...

    def forget_lease(self) -> None:
        """Let the lease be over: who held it is known to be dead."""
        ...


class MemoryTables:
    """The SQL side in dicts.

    Args:
        schema: the collections.
        clock: the time.
    """

    def __init__(self, schema: Schema, clock: VirtualClock) -> None:
        self.schema = schema
        self.database = MemoryDatabase(schema, clock)
        self.people = MemoryPeople(self.database)

    def doors(self) -> tuple[SupabaseReplica, Ledger]:
        door = MemoryDoor(self.database)
        return MemorySupabase(door), MemoryLedger(door)

    def insert(self, table: str, row_id: str, values: Mapping[str, Plain]) -> None:
        with suppress(UnfitError):
            self.people.insert(table, row_id, columns_of(self.schema.collection(table), values))

    def update(self, table: str, row_id: str, values: Mapping[str, Plain]) -> None:
        with suppress(UnfitError):
            self.people.update(table, row_id, columns_of(self.schema.collection(table), values))

    def delete(self, table: str, row_id: str, *, hard: bool) -> None:
        if hard:
            self.people.delete(table, row_id)
        else:
            self.people.soft_delete(table, row_id)

    def restore(self, table: str, row_id: str) -> None:
        self.people.restore(table, row_id)

    def link(self, field: Field, row_id: str, target: str) -> None:
        name = _link(field)
        position = len(self.database.link_tables[name].owners.get(row_id, ()))
        with suppress(UnfitError):
            self.people.link(name, row_id, target, position)

    def unlink(self, field: Field, row_id: str, target: str) -> None:
        self.people.unlink(_link(field), row_id, target)

    def things(self) -> dict[str, Thing]:
        found: dict[str, Thing] = {}
        for name, table in self.database.tables.items():
            for row in table.rows.values():
                values: dict[str, Plain] = {
                    n: plain(v) for n, v in row.values.items() if n in table.layout.columns
                }
                for relation in table.layout.one:
                    target = row.keys.get(relation.name)
                    values[relation.name] = frozenset(() if target is None else (target,))
                for relation in table.layout.many:
                    ends = self.database.link_tables[relation.link or ""].owners.get(row.id, ())
                    values[relation.name] = frozenset(ends)
                found[row.id] = Thing(name, values, row.deleted_at is not None, row.page_id)
        return found

    def writes(self) -> Mapping[str, object]:
        return {k: v for k, v in self.database.writes.items() if k != "sync.lease"}

    def marks(self) -> Collected[tuple[str, str]]:
        return self.database.dirty.keys()

    def end_lease(self) -> None:
        pass

    def forget_lease(self) -> None:
        if self.database.lease is not None:
            self.database.lease = replace(self.database.lease, until=self.database.clock())


def columns_of(collection: Collection, values: Mapping[str, Plain]) -> dict[str, Any]:
    """Column -> JSON, for values by field name."""
    columns: dict[str, Any] = {}
    for name, value in values.items():
        field = collection.field(name)
        if field.kind is Kind.LINKS:
            columns[field.column or ""] = next(iter(_ids(value)), None)
        elif isinstance(value, frozenset):
            columns[field.column or ""] = sorted(value)
        else:
            columns[field.column or ""] = value
    return columns


def _ids(value: Plain) -> Iterable[str]:
    return value if isinstance(value, frozenset) else ()


def _link(field: Field) -> str:
    return field.link.table if field.link is not None else ""
