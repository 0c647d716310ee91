"""How the tests of the contract speak to a place: by names, and one call at a time.

Rule: nothing here decides; it only spells out pages, rows and tables.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from accord.core.ports import Known, Ledger, Outcome, Result, RowEdit, RowWrite
from accord.core.record import Base, Record
from accord.core.schema import Collection
from accord.core.values import Value
from tests.replicas.places import Place, Program
from tests.replicas.shelves import SCHEMA
from tests.store.store import page, row

T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """A place, spoken to by one program."""

    place: Place
    program: Program

    def commit(self, table: str, *writes: RowWrite) -> tuple[Outcome, ...]:
        """Commit writes."""
        return self.place.run(self.program.supabase.commit(collection(table), writes))

    def done(self, table: str, *writes: RowWrite) -> None:
        """Commit writes that must all be done."""
        outcomes = self.commit(table, *writes)
        assert {outcome.result for outcome in outcomes} == {Result.DONE}, outcomes

    def results(self, table: str, *writes: RowWrite) -> list[Result]:
        """What became of each write."""
        return [outcome.result for outcome in self.commit(table, *writes)]

    def edit(self, table: str, *edits: RowEdit) -> tuple[Outcome, ...]:
        """Edit rows as a person would."""
        return self.place.run(self.program.supabase.edit(collection(table), edits))

    def rows(self, table: str, *names: str) -> dict[str, Known]:
        """What is known of rows, by name."""
        ids = {row(name): name for name in names}
        found = self.place.run(self.program.supabase.sight_rows(collection(table), list(ids)))
        return {ids[row_id]: known for row_id, known in found.items()}

    def known(self, table: str, name: str) -> Known:
        """What is known of a row that must be known."""
        return self.rows(table, name)[name]

    def seen(self, table: str, name: str) -> Mapping[str, Value]:
        """The values of a row that must be there."""
        sighting = self.known(table, name).row
        assert sighting is not None
        return sighting.record.values

    def ask(self, question: Callable[[Ledger], Coroutine[Any, Any, T]]) -> T:
        """Ask the ledger."""
        return self.place.run(question(self.program.ledger))

    def settle(self) -> dict[str, int]:
        """Set what has arrived."""
        return self.ask(lambda ledger: ledger.settle(SCHEMA))

    def dirty(self) -> set[str]:
        """The ids of the rows that are marked."""
        marks = self.ask(lambda ledger: ledger.dirty(["things", "shelves"], refused=True))
        return {row_id for rows in marks.values() for row_id in rows}


def collection(table: str) -> Collection:
    """The collection of a table."""
    return SCHEMA.collection(table)


def onward(known: Known, /, page_id: str | None = None, **changes: Any) -> RowWrite:
    """A write planned on what is known; ``values`` are written, and the base follows them."""
    values: dict[str, Value] = changes.pop("values", {})
    before = known.base.record if known.base else Record({})
    own = page_id or known.page_id
    write = RowWrite(
        page_id=own,
        row_id=known.row_id,
        expected_version=known.row.version if known.row else 0,
        changes=values,
        base=None if own is None else Base(before.updated(values)),
        in_step=True,
        ledger=known.ledger,
    )
    return replace(write, **changes)


__all__ = ["Desk", "collection", "onward", "page", "row"]
