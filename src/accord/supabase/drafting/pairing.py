"""Which table and field of before is which of today.

Rule: pure. The same name is the same thing; ``renamed_from`` names what has another name now;
within a database the same title in Notion is the same property; and what was renamed from a name
that is declared again was taken back. Nothing is guessed beyond that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from accord.core.errors import ModelError
from accord.core.schema import Collection, Field, Schema
from accord.supabase.drafting.model import Entry


@dataclass(frozen=True, slots=True)
class Pairs:
    """``tables``: today's table -> the former one. ``fields``: the same, by (table, field)."""

    tables: dict[str, str] = field(default_factory=dict)
    fields: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def reversed(self) -> Pairs:
        """The pairs for the way back."""
        return Pairs(
            {old: new for new, old in self.tables.items()},
            {old: new for new, old in self.fields.items()},
        )


def pair(before: Iterable[Entry], schema: Schema) -> Pairs:
    """Find the former names of everything that is declared.

    Raises:
        ModelError: ``renamed_from`` names something that is still declared.
    """
    titles: dict[str, Entry] = {}
    former: dict[str, dict[str, Entry]] = {}
    for entry in before:
        if entry.field:
            former.setdefault(entry.table_name, {})[entry.field] = entry
        else:
            titles[entry.table_name] = entry
            former.setdefault(entry.table_name, {})
    pairs = Pairs()
    problems: list[str] = []
    declared = {collection.table: collection for collection in schema}
    for collection in schema:
        table = _former_table(collection, titles, declared, problems)
        if table is not None:
            pairs.tables[collection.table] = table
            _pair_fields(collection, former[table], pairs, table, problems)
    if problems:
        raise ModelError(problems)
    return pairs


def _former_table(
    collection: Collection,
    titles: dict[str, Entry],
    declared: dict[str, Collection],
    problems: list[str],
) -> str | None:
    if collection.table in titles:
        return collection.table
    said = collection.renamed_from
    for table, entry in titles.items():
        if said is not None and said in {table, entry.title}:
            if table in declared:
                problems.append(
                    f"{collection.model}: renamed_from={said!r} names the table {table!r}, which "
                    f"{declared[table].model} declares; take out one of the two"
                )
                return None
            return table
    names = {collection.table, collection.title}
    taken_back = (t for t, entry in titles.items() if entry.formerly in names)
    return next((table for table in taken_back if table not in declared), None)


def _pair_fields(
    collection: Collection,
    former: dict[str, Entry],
    pairs: Pairs,
    table: str,
    problems: list[str],
) -> None:
    names = {each.name: each for each in collection.fields}
    taken = {name for name in former if name in names}
    for each in collection.fields:
        if each.managed is not None:
            continue
        name: str | None = each.name if each.name in former else None
        if name is None:
            name = _former_field(each, former)
            if name is not None and name in taken:
                if each.renamed_from is not None:
                    problems.append(
                        f"{collection.model}: {each.name}: renamed_from={each.renamed_from!r} "
                        f"names {name!r}, which is declared too; take out one of the two"
                    )
                name = None
        if name is not None:
            taken.add(name)
            pairs.fields[collection.table, each.name] = (table, name)


def _former_field(each: Field, former: dict[str, Entry]) -> str | None:
    for said in (each.renamed_from, each.title):
        if said in former:
            return said
        for name, entry in former.items():
            if said is not None and entry.title == said:
                return name
    taken_back = (n for n, entry in former.items() if entry.formerly in {each.name, each.title})
    return next(taken_back, None)
