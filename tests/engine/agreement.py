"""Whether both sides and the ledger agree, page by page and cell by cell.

Rule: what Notion holds is asked of its API, what SQL holds of SQL; the engine is asked only for
the bases that it keeps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from accord.core.record import UNDECLARED
from accord.core.schema import Collection
from accord.supabase.door import PostgresDoor
from accord.supabase.replica import Supabase
from tests.engine.oracle import DATABASES, cell, held, is_mirror
from tests.engine.test_first_load import Links, pages_of, targets
from tests.engine.world import World


@dataclass(frozen=True)
class Exceptions:
    """What is known not to agree, and why.

    Args:
        trashed: pages in the trash: their rows are marked and keep their values; Notion hides
            links to them, SQL keeps them.
        moved: pages that changed their database: relations to them mean a page that is there no
            more.
        refused: pages that Postgres cannot hold.
        computed: every page was read at the end, so what changes without a new stamp is compared
            too: computed values, and which target stands first when another is hidden.
    """

    trashed: AbstractSet[str] = field(default_factory=set)
    moved: AbstractSet[str] = field(default_factory=set)
    refused: AbstractSet[str] = field(default_factory=set)
    computed: bool = True


def differences(world: World, but: Exceptions) -> list[str]:
    """Everything in which SQL is not what Notion is."""
    found: list[str] = []
    links = Links(world)
    hidden = but.trashed | but.moved | but.refused
    for table, facts in DATABASES.items():
        rows = {
            str(row["notion_page_id"]): row for row in world.query(f"select * from public.{table}")
        }
        pages = {page["id"]: page for page in pages_of(world, table)}
        found += [f"{table} {page}: no row" for page in pages.keys() - rows.keys() - but.refused]
        for page_id, row in rows.items():
            if page_id in but.refused:
                continue
            if (row["deleted_at"] is None) != (page_id in pages):
                state = "alive" if page_id in pages else "not there"
                found.append(f"{table} {page_id}: {state}, deleted_at {row['deleted_at']}")
        for page_id in pages.keys() & rows.keys() - but.refused:
            by_id = {prop["id"]: prop for prop in pages[page_id]["properties"].values()}
            row = rows[page_id]
            for fact in [*facts["properties"], *facts["computed_in_notion"]]:
                if fact.get("managed") or (not but.computed and fact["type"] == "formula"):
                    continue
                prop = by_id[world.property_ids[table, fact["name"]]]
                where = f"{table} {page_id} {fact['name']}"
                if prop["type"] == "relation":
                    shown = targets(world, pages[page_id], prop)
                    found += _links(
                        links, table, fact, page_id, shown, row, hidden, where, strict=but.computed
                    )
                elif not _beyond_bounds(fact, prop) and held(row[fact["column"]]) != cell(
                    fact, prop
                ):
                    found.append(f"{where}: {held(row[fact['column']])!r}, is {cell(fact, prop)!r}")
    return found


def _beyond_bounds(fact: dict[str, Any], prop: dict[str, Any]) -> bool:
    low, high = fact.get("bounds") or (0, 100)
    value = prop.get("number")
    return fact["name"] == "Engagement Score" and value is not None and not low <= value <= high


def _links(
    links: Links,
    table: str,
    fact: dict[str, Any],
    page_id: str,
    shown: list[str],
    row: dict[str, Any],
    hidden: AbstractSet[str],
    where: str,
    *,
    strict: bool,
) -> list[str]:
    """In what the links of one relation differ, those apart that Notion hides."""
    all_shown, shown = shown, [one for one in shown if one not in hidden]
    if "link" in fact:
        there = [p for p in links.of(fact["link"]).get(page_id, []) if p not in hidden]
        if is_mirror(table, fact["name"]):
            there, shown = sorted(there), sorted(shown)
    elif "through" in fact:
        other, column = fact["through"].split(".")
        (title,) = (p["name"] for p in DATABASES[other]["properties"] if p.get("column") == column)
        owners = links.world.query(
            f"select notion_page_id from public.{other} where {column} = %s"
            " or notion_extra -> %s -> 'more' ? %s",
            row["id"],
            title,
            page_id,
        )
        there = sorted({str(r["notion_page_id"]) for r in owners} - hidden)
        shown = sorted(shown)
    else:
        first = row[fact["column"]]
        more = (row["notion_extra"].get(fact["name"]) or {}).get("more", [])
        all_of_it = [links.pages[str(first)]] if first else []
        there = [p for p in [*all_of_it, *more] if p not in hidden]
        if strict and all_shown and all_of_it and all_of_it[0] not in all_shown:
            return [f"{where}: the column holds a hidden target, shown are {shown}"]
    return [] if there == shown else [f"{where}: {there}, is {shown}"]


def bases_that_differ(world: World, tables: Mapping[str, AbstractSet[str]]) -> list[str]:
    """Of these pages, by table: fields in which the base is not what the row holds."""

    async def look() -> list[str]:
        found: list[str] = []
        async with PostgresDoor(world.url) as door:
            supabase = Supabase(door)
            for collection in world.schema:
                pages = sorted(tables.get(collection.table, ()))
                known = await supabase.sight(collection, pages)
                for page_id in pages:
                    if page_id not in known:
                        found.append(f"{collection.table} {page_id}: not in the ledger")
                        continue
                    found += _unlike(collection, page_id, known[page_id])
        return found

    return asyncio.run(look())


def _unlike(collection: Collection, page_id: str, known: Any) -> list[str]:
    base, row = known.base.record.values, known.row.record.values
    names = [*(f.name for f in collection.carried), UNDECLARED]
    return [
        f"{collection.table} {page_id} {name}: base {base.get(name)!r}, row {row.get(name)!r}"
        for name in names
        if name in base and base[name] != row.get(name)
    ]
