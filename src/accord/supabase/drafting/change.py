"""One change of a draft, and what all that find changes are given.

Rule: pure. A change says in a line what it is for, and holds statements that run in their order.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from accord.supabase.drafting.catalogue import Catalogue
from accord.supabase.drafting.model import Entry
from accord.supabase.drafting.pairing import Pairs


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed, for a person, and how."""

    note: str
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """From where to where a draft leads.

    Args:
        before: the rows of ``sync.model`` that there are.
        after: those that are asked for.
        pairs: which of today was which of before.
        want: the catalogue that is asked for.
        texts: how the source writes a thing, by kind and name; what is not there is written as
            Postgres tells it.
    """

    before: tuple[Entry, ...]
    after: tuple[Entry, ...]
    pairs: Pairs
    want: Catalogue
    texts: dict[tuple[str, str], str] = field(default_factory=dict)

    def now(self, table: str | None) -> str | None:
        """What a former table is called today; None where it is declared no more."""
        for new, old in self.pairs.tables.items():
            if old == table:
                return new
        return None

    def former(self, entry: Entry) -> Entry | None:
        """What a declared property was before; its tables have the names of today."""
        return self._formers.get(self.pairs.fields.get(entry.key, ("", "")))

    def known(self) -> tuple[Entry, ...]:
        """The former properties, without the rows for databases as a whole."""
        return tuple(entry for entry in self.before if entry.field)

    def unpaired(self, table: str) -> list[Entry]:
        """The former properties of a table (as it is called today) that are declared no more."""
        old = self.pairs.tables[table]
        paired = set(self.pairs.fields.values())
        return [
            self._renamed(entry)
            for entry in self.known()
            if entry.table_name == old and entry.key not in paired
        ]

    def of(self, table: str) -> list[Entry]:
        """The declared properties of a table."""
        return [entry for entry in self.after if entry.table_name == table and entry.field]

    def same_target(self, former: Entry, entry: Entry) -> bool:
        """Whether two relations point to the same table, which may be called otherwise now."""
        return former.target_table == entry.target_table

    @cached_property
    def _formers(self) -> dict[tuple[str, str], Entry]:
        return {entry.key: self._renamed(entry) for entry in self.known()}

    def _renamed(self, entry: Entry) -> Entry:
        return replace(
            entry,
            table_name=self.now(entry.table_name) or entry.table_name,
            target_table=self.now(entry.target_table) or entry.target_table,
        )
