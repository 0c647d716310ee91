"""Finds the record that a person means: by its page, its row, or its title.

Rule: what could mean several records is answered with all of them; nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from accord.core.errors import UsageError
from accord.core.ports import Ledger, Named, SupabaseReplica
from accord.core.schema import Schema
from accord.sync.failures import key_of

_ID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\Z", re.IGNORECASE
)

#: So many records are listed where one is wanted.
LISTED = 10


def key_in(words: str) -> str | None:
    """The page id or row id in an address or in what is one itself, with dashes; None: none is.

    In an address of Notion the page that lies open over a database stands in ``p``.
    """
    words = words.strip()
    if words.startswith(("http://", "https://")):
        parts = urlsplit(words)
        words = parse_qs(parts.query).get("p", [parts.path.rstrip("/")])[0]
        found = _ID.search(words)
    else:
        found = _ID.match(words)
    return str(UUID(found[0])) if found else None


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds records.

    Args:
        schema: the collections.
        supabase: whose rows are looked through.
        ledger: knows the pages that could not become rows.
    """

    schema: Schema
    supabase: SupabaseReplica
    ledger: Ledger

    async def find(self, words: str) -> tuple[Named, ...]:
        """Every record that these words could mean."""
        key = key_in(words)
        title = None if key else words.strip()
        found = await self.supabase.find(self.schema, key=key, title=title)
        refused = [
            Named(p.table, "", p.page_id, p.record)
            for p in await self.ledger.problems()
            if p.page_id is not None
            and (key == key_of(p) if key else p.record.casefold() == (title or "").casefold())
            and p.page_id not in {each.page_id for each in found}
        ]
        return (*found, *refused)

    async def one_of_each(self, records: list[str]) -> list[Named]:
        """The record that each of these words means.

        Raises:
            UsageError: with each that means none or several.
        """
        named: list[Named] = []
        problems: list[str] = []
        for words in records:
            found = await self.find(words) if words.strip() else ()
            if len(found) == 1:
                named.append(found[0])
            elif found:
                problems.append(_several(words, found))
            else:
                problems.append(
                    f"there is no record {words!r}: give a page's address or id, a row's id, or a "
                    "title"
                )
        if problems:
            raise UsageError(problems)
        return named


def _several(words: str, found: tuple[Named, ...]) -> str:
    lines = [
        f"  {each.row_id or each.page_id}  {each.table}  {each.title}"
        + ("  (deleted)" if each.deleted else "")
        for each in found[:LISTED]
    ]
    more = [f"  and {len(found) - LISTED} more"] if len(found) > LISTED else []
    return "\n".join([f"{words!r} could be {len(found)} records; give an id:", *lines, *more])
