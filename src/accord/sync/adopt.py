"""Which row a page belongs to that the ledger does not know.

Rules: a page is a row's own if the row names it, if we made it for that row, or if a match key says
so and nothing else could be meant. Anything else is a new record, a person's copy of a page too:
a copy shows the Supabase ID of its original.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accord.core.plan import Verb
from accord.core.ports import Binding, Known, Problem, Stranger
from accord.core.record import Sighting, title_of
from accord.core.schema import Collection
from accord.core.values import Text, Value
from accord.sync.round import Round


@dataclass(slots=True)
class Adopter:
    """Finds the rows of strangers.

    Args:
        round: the round it works in.
        ignored: pages of ours that belong to a write under way: they are looked at with that.
    """

    round: Round
    ignored: set[str] = field(default_factory=set)

    async def rows_of(self, binding: Binding, strangers: Sequence[Sighting]) -> Mapping[str, Known]:
        """By page id, the row that each of these pages belongs to; the others are new."""
        collection = binding.collection
        asked = [
            Stranger(s.page_id, s.stamps.supabase_id, key_of(collection, s))
            for s in strangers
            if s.page_id is not None and not s.deleted
        ]
        if not asked:
            return {}
        found = await self.round.supabase.rows_for(collection, asked)
        if not found:
            return {}
        candidates = {row for rows in found.values() for row in rows}
        rows = await self.round.supabase.sight_rows(collection, sorted(candidates))
        making = {row_id for row_id, row in rows.items() if _is_being_made(row)}
        by_us = await self.round.notion.me() if making else ""
        authors = {s.page_id: s.created_by for s in strangers}
        taken = Counter(row for owners in found.values() for row in owners)
        keys: Counter[Value] = Counter(s.match_key for s in asked if s.match_key is not None)
        known: dict[str, Known] = {}
        for stranger in asked:
            page_id = stranger.page_id
            owners = [r for r in found.get(page_id, ()) if r in rows and rows[r].page_id is None]
            if stranger.supabase_id in making:
                if authors[page_id] == by_us:
                    self.ignored.add(page_id)
                continue  # what a person made of our page, a copy, is a record of its own
            owners = [row for row in owners if row not in making]
            if not owners:
                continue
            if len(owners) == 1 and taken[owners[0]] == 1 and keys[stranger.match_key] <= 1:
                known[page_id] = rows[owners[0]]
            else:
                self._say(collection, strangers, stranger, len(owners))
        return known

    def _say(
        self,
        collection: Collection,
        strangers: Sequence[Sighting],
        stranger: Stranger,
        rows: int,
    ) -> None:
        sighting = next(s for s in strangers if s.page_id == stranger.page_id)
        several = "several rows" if rows > 1 else "a row that another page could be meant by too"
        self.round.report.note(
            Problem(
                collection.table,
                f"the page could belong to {several}; it became a record of its own",
                "If it is one of them, delete the other record.",
                stranger.page_id,
                title_of(collection, sighting.record),
            )
        )


def _is_being_made(row: Known) -> bool:
    """Whether a page is being made for the row, or was and nobody knows yet."""
    return row.intent is not None and row.intent.verb is Verb.CREATE


def key_of(collection: Collection, sighting: Sighting) -> Value:
    """The value by which a page and a row are known to be one; None where there is none."""
    if collection.match_key is None:
        return None
    value = sighting.record.values.get(collection.match_key)
    if isinstance(value, Text):
        return value if value.plain.strip() else None
    return value or None
