"""Proof, not trust: compares every record on both sides by content, and writes nothing.

Rule: what is compared is what each side holds now, never what the ledger says they held. Two sides
are equal when every value of every record is; the fingerprint says so in one line. What formulas
and rollups show changes with the clock and with other pages, and Notion tells nobody: it is
compared apart, and is no difference of the data.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

from accord.core.errors import NotionError
from accord.core.ports import (
    Binding,
    Known,
    Ledger,
    Listing,
    NotionReplica,
    Problem,
    SupabaseReplica,
)
from accord.core.record import UNDECLARED, Record, Sighting, title_of
from accord.core.schema import Collection, PropertyType, Schema
from accord.core.values import Json, Opaque, canonical_json, to_json
from accord.sync.ahead import one_ahead
from accord.sync.hidden import HiddenLinks
from accord.sync.report import NobodyWatches, Tally, Watch

#: What Notion works out anew whenever a page is looked at.
WORKED_OUT = {PropertyType.FORMULA, PropertyType.ROLLUP}

#: So many rows without a page are read at once.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One property of one record that the two sides hold differently.

    ``property`` is "" where one side lacks the record altogether.
    """

    page_id: str
    record: str
    property: str
    notion: Json
    supabase: Json

    def to_json(self) -> Json:
        """The JSON form."""
        return {
            "page_id": self.page_id,
            "record": self.record,
            "property": self.property,
            "notion": self.notion,
            "supabase": self.supabase,
        }


@dataclass(slots=True)
class Comparison:
    """One collection, compared.

    Args:
        table: its table.
        title: its database.
        pages: pages that are not in the trash.
        rows: rows of such pages that are not deleted.
        unlinked: rows that are not deleted and have no page.
        differences: what is not equal.
        computed: what formulas and rollups show by now that the rows do not hold yet.
        problem: why it could not be compared whole; None when it was.
    """

    table: str
    title: str
    pages: int = 0
    rows: int = 0
    unlinked: int = 0
    differences: list[Difference] = field(default_factory=list)
    computed: list[Difference] = field(default_factory=list)
    problem: Problem | None = None
    _notion: int = 0
    _supabase: int = 0

    @property
    def equal(self) -> bool:
        """Whether both sides hold the same, and all of it was seen."""
        return not (self.differences or self.unlinked or self.problem)

    @property
    def about_computed(self) -> str:
        """In words, what formulas and rollups show by now that the rows do not hold; "" if none."""
        if not self.computed:
            return ""
        titles = ", ".join(sorted({each.property for each in self.computed}))
        return (
            f"{self.title}: {len(self.computed)} computed values moved on in Notion ({titles}); "
            "a sweep (--full) refreshes them."
        )

    @property
    def fingerprints(self) -> tuple[str, str]:
        """(Notion's, Supabase's): equal if all records are, whatever their order."""
        return f"{self._notion:032x}", f"{self._supabase:032x}"

    def count(self, page_id: str, notion: Record | None, supabase: Record | None) -> None:
        """Take a record of either side into the counts and fingerprints."""
        if notion is not None:
            self.pages += 1
            self._notion = (self._notion + _print_of(page_id, notion)) % (1 << 128)
        if supabase is not None:
            self.rows += 1
            self._supabase = (self._supabase + _print_of(page_id, supabase)) % (1 << 128)

    def to_json(self) -> Json:
        """The JSON form of one collection's comparison."""
        notion, supabase = self.fingerprints
        return {
            "table": self.table,
            "title": self.title,
            "equal": self.equal,
            "pages": self.pages,
            "rows": self.rows,
            "rows_without_a_page": self.unlinked,
            "fingerprint_notion": notion,
            "fingerprint_supabase": supabase,
            "differences": [each.to_json() for each in self.differences],
            "computed": [each.to_json() for each in self.computed],
            "problem": None if self.problem is None else self.problem.reason,
        }


@dataclass(frozen=True, slots=True)
class Verifier:
    """Compares the two sides.

    Args:
        schema: what is kept in step.
        ids: Notion's database or data source id, by table.
        notion: the Notion side.
        supabase: the Supabase side.
        ledger: where the rows without a page are counted.
    """

    schema: Schema
    ids: Mapping[str, str]
    notion: NotionReplica
    supabase: SupabaseReplica
    ledger: Ledger

    async def run(
        self, tables: frozenset[str] | None = None, watch: Watch | None = None
    ) -> list[Comparison]:
        """Compare the collections, all or some.

        Raises:
            TheirError: a whole side cannot be reached or refuses us.
        """
        await self.ledger.check(self.schema)
        survey = await self.notion.survey(self.schema, self.ids, await self.ledger.sources())
        told = {p.table: p for p in reversed(survey.problems)}
        census = await self.ledger.census(self.schema)
        hidden = HiddenLinks(self.notion, survey.bindings)
        compared = []
        for collection in self.schema:
            table = collection.table
            if table not in self.ids or (tables is not None and table not in tables):
                continue
            comparison = Comparison(table, collection.title, problem=told.get(table))
            binding = survey.bindings.get(table)
            if binding is not None:
                await self._compare(binding, comparison, hidden, watch or NobodyWatches())
                comparison.unlinked = max(0, census[table][0] - await self._linked(table))
            compared.append(comparison)
        return compared

    async def _linked(self, table: str) -> int:
        linked = await self.ledger.linked(table)
        return sum(1 for deleted in linked.values() if not deleted)

    async def _compare(
        self, binding: Binding, comparison: Comparison, hidden: HiddenLinks, watch: Watch
    ) -> None:
        collection = binding.collection
        tally = Tally(collection.table, collection.title)
        watch.begins(tally)
        seen: set[str] = set()
        try:
            async for listing in self._walk(binding):
                known = await self.supabase.sight(
                    collection, [s.page_id for s in listing.sightings if s.page_id]
                )
                for sighting in listing.sightings:
                    page_id = sighting.page_id or ""
                    seen.add(page_id)
                    held = known.get(page_id)
                    whole = await hidden.put_back(collection, sighting, held)
                    _judge(comparison, collection, whole, held)
                for refused in listing.refused:
                    seen.add(refused.page_id or "")
                    comparison.differences.append(_unread(refused))
                watch.moves(tally, None)
        except NotionError as error:
            comparison.problem = Problem(collection.table, error.message, error.remedy)
        else:
            await self._missing(comparison, collection, seen)
        watch.ends(tally)

    async def _walk(self, binding: Binding) -> AsyncGenerator[Listing]:
        async with aclosing(one_ahead(self.notion.walk(binding))) as walk:
            async for listing in walk:
                yield listing

    async def _missing(
        self, comparison: Comparison, collection: Collection, seen: set[str]
    ) -> None:
        """Rows that live although the walk did not show their page."""
        linked = await self.ledger.linked(collection.table)
        absent = [
            page_id for page_id, deleted in linked.items() if not deleted and page_id not in seen
        ]
        for start in range(0, len(absent), BATCH):
            known = await self.supabase.sight(collection, absent[start : start + BATCH])
            for page_id, held in known.items():
                if held.row is None or held.row.deleted:
                    continue
                comparison.count(page_id, None, held.row.record)
                name = title_of(collection, held.row.record)
                comparison.differences.append(
                    Difference(page_id, name, "", "not among the pages", "a row")
                )


def _judge(
    comparison: Comparison, collection: Collection, page: Sighting, known: Known | None
) -> None:
    """Compare one page with its row."""
    page_id = page.page_id or ""
    name = title_of(collection, page.record)
    row = known.row if known else None
    if row is None or row.deleted:
        comparison.count(page_id, page.record, None)
        state = "no row" if row is None else "a deleted row"
        comparison.differences.append(Difference(page_id, name, "", "a page", state))
        return
    fields = {f.name: f.title for f in collection.carried} | {UNDECLARED: "notion_extra"}
    both = [n for n in fields if n in page.record.values and n in row.record.values]
    here = _parted(collection, Record({n: page.record.values[n] for n in both}))
    there = _parted(collection, Record({n: row.record.values[n] for n in both}))
    comparison.count(page_id, here[0], there[0])
    found = (comparison.differences, comparison.computed)
    for mine, theirs, differences in zip(here, there, found, strict=True):
        for each in (name for name in both if name in mine.values):
            ours, others = mine.values[each], theirs.values[each]
            if ours != others:
                differences.append(
                    Difference(page_id, name, fields[each], to_json(ours), to_json(others))
                )
    for problem in known.unreadable if known else ():
        comparison.differences.append(
            Difference(page_id, name, problem.property, None, problem.reason)
        )


def _parted(collection: Collection, record: Record) -> tuple[Record, Record]:
    """A record's data, and what formulas and rollups show; undeclared ones too."""
    moving = {f.name for f in collection.carried if f.type in WORKED_OUT}
    data = {n: v for n, v in record.values.items() if n not in moving}
    shown = {n: v for n, v in record.values.items() if n in moving}
    extra = data.get(UNDECLARED)
    if UNDECLARED in data:
        entries = extra.value() if isinstance(extra, Opaque) else {}
        kept = {title: entry for title, entry in entries.items() if not _is_worked_out(entry)}
        rest = {title: entry for title, entry in entries.items() if title not in kept}
        data[UNDECLARED] = Opaque.of(kept) if kept else None
        shown[UNDECLARED] = Opaque.of(rest) if rest else None
    return Record(data), Record(shown)


def _is_worked_out(entry: Json) -> bool:
    return isinstance(entry, Mapping) and entry.get("type") in WORKED_OUT


def _unread(refused: Problem) -> Difference:
    return Difference(refused.page_id or "", refused.record, refused.property, refused.reason, None)


def _print_of(page_id: str, record: Record) -> int:
    text = page_id + canonical_json(record.to_json())
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16])
