"""The Supabase side: reads rows with their ledger entries, and writes both in one transaction.

Rule: values go through the codec and nothing else; the decisions of a write (stale, refused, what
waits) are made in Postgres, where the rows are locked.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import orjson

from accord.core.errors import OurError, ValueRefusedError
from accord.core.ports import Known, Named, Outcome, Result, RowEdit, RowWrite, Stranger
from accord.core.record import Base
from accord.core.schema import Collection, Schema
from accord.core.values import Json, Kind, Value
from accord.supabase.codec import encode_row
from accord.supabase.door import Door
from accord.supabase.portions import Portions
from accord.supabase.records import edited_record, known_record, written_record
from accord.supabase.refusals import refusal, refused_by_postgres
from accord.supabase.shape import shape_of

Write = TypeVar("Write", RowWrite, RowEdit)


class Supabase:
    """The tables of public, with the ledger beside them.

    Args:
        door: the way to the database.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._portions = Portions()
        self._shapes: dict[str, orjson.Fragment] = {}

    async def sight(self, collection: Collection, page_ids: Sequence[str]) -> dict[str, Known]:
        """What is known of these pages; pages that are not linked yet are left out."""
        answer = await self._ask("sight_v1", page_ids, self._shape(collection))
        return {str(item["page_id"]): known_record(collection, item) for item in answer}

    async def sight_rows(self, collection: Collection, row_ids: Sequence[str]) -> dict[str, Known]:
        """What is known of these rows, those without a page and deleted ones too.

        A row that is gone and of which no mark tells is left out, unless it is linked.
        """
        answer = await self._ask("sight_rows_v1", row_ids, self._shape(collection))
        return {str(item["row_id"]): known_record(collection, item) for item in answer}

    async def rows_for(
        self, collection: Collection, strangers: Sequence[Stranger]
    ) -> dict[str, tuple[str, ...]]:
        """The rows without a page that a page without a row may belong to, by page id.

        First the row that names the page itself, then the one that the page's Supabase ID names,
        then those whose match key is the page's. Pages without such a row are left out.
        """
        key = collection.match_key
        column = collection.field(key).column if key is not None else None
        told = [_stranger(collection, column, stranger) for stranger in strangers]
        parts = await self._portions.each(
            "rows_for_v1",
            told,
            lambda part: self._door.call("rows_for_v1", collection.table, column, list(part)),
        )
        return {page_id: tuple(rows) for part in parts for page_id, rows in part.items()}

    async def find(
        self, schema: Schema, *, key: str | None = None, title: str | None = None
    ) -> tuple[Named, ...]:
        """The records with this page id or row id, or of this title, or with it in their title."""
        titles = {collection.table: collection.title_field.column for collection in schema}
        found = await self._door.call("find_v1", titles, key, title, False)
        if not found and title is not None:
            found = await self._door.call("find_v1", titles, None, title, True)
        return tuple(Named(**item) for item in found)

    async def edit(self, collection: Collection, edits: Sequence[RowEdit]) -> tuple[Outcome, ...]:
        """Change rows as a person would, so that they are marked; each on its own merits.

        A row that is gone comes back where ``deleted`` is False, with the links of its base.
        """
        outcomes = await self._write("edit_v1", collection, edits)
        gone = [edit for edit in edits if outcomes[edit.row_id] is None]
        if gone:
            known = await self.sight_rows(collection, [edit.row_id for edit in gone])
            bases = {row_id: each.base for row_id, each in known.items()}
            back = [_with_links(collection, edit, bases.get(edit.row_id)) for edit in gone]
            outcomes |= await self._write("edit_v1", collection, back, revive=True)
        return tuple(
            outcomes[edit.row_id] or Outcome(None, Result.STALE, row_id=edit.row_id)
            for edit in edits
        )

    async def commit(
        self, collection: Collection, writes: Sequence[RowWrite]
    ) -> tuple[Outcome, ...]:
        """Write records and their ledger entries; each is done, stale or refused by itself.

        A batch is one transaction, unless it is more than the database does in one statement.
        """
        outcomes = await self._write("commit_v1", collection, writes)
        gone = [write for write in writes if outcomes[write.row_id] is None]
        if gone:
            # A person deleted the row, and it is to live: it comes back as it was, with the
            # links of the base, which went with the row.
            back = [_with_links(collection, write, write.base) for write in gone]
            outcomes |= await self._write("commit_v1", collection, back, revive=True)
        return tuple(
            outcomes[write.row_id] or Outcome(write.page_id, Result.STALE, row_id=write.row_id)
            for write in writes
        )

    async def _write(
        self,
        function: str,
        collection: Collection,
        writes: Sequence[RowWrite] | Sequence[RowEdit],
        *,
        revive: bool = False,
    ) -> dict[str, Outcome | None]:
        """Outcomes by row; None where the row is gone."""
        outcomes: dict[str, Outcome | None] = {}
        records: list[orjson.Fragment] = []
        sent: dict[str, RowWrite | RowEdit] = {}
        for write in writes:
            try:
                text = orjson.dumps(_told(collection, write, revive=revive))
            except ValueRefusedError as error:
                outcomes[write.row_id] = _refused(
                    collection, write, error.reason, error.remedy, error.field
                )
                continue
            except orjson.JSONEncodeError:
                outcomes[write.row_id] = _unwritable(collection, write)
                continue
            if rb"\u0000" in text and _has_nul(orjson.loads(text)):
                outcomes[write.row_id] = _unwritable(collection, write)
                continue
            records.append(orjson.Fragment(text))
            sent[write.row_id] = write
        parts = await self._portions.each(
            function,
            records,
            lambda part: self._door.write(function, self._shape(collection), list(part)),
        )
        for part in parts:
            for item in part:
                row_id = str(item["row_id"])
                outcomes[row_id] = _outcome(collection, sent[row_id], item)
        missing = [write.row_id for write in writes if write.row_id not in outcomes]
        if missing:
            raise OurError(f"sync.{function} did not answer for {', '.join(missing)}")
        return outcomes

    async def _ask(
        self, function: str, ids: Sequence[str], shape: orjson.Fragment
    ) -> list[Mapping[str, Json]]:
        """What a function answers of these ids."""
        parts = await self._portions.each(
            function, ids, lambda part: self._door.call(function, shape, list(part))
        )
        return [item for part in parts for item in part]

    def _shape(self, collection: Collection) -> orjson.Fragment:
        shape = self._shapes.get(collection.table)
        if shape is None:
            shape = orjson.Fragment(orjson.dumps(shape_of(collection)))
            self._shapes[collection.table] = shape
        return shape


def _told(collection: Collection, write: RowWrite | RowEdit, *, revive: bool) -> Json:
    if isinstance(write, RowEdit):
        return edited_record(collection, write, revive=revive)
    return written_record(collection, write, revive=revive)


def _stranger(collection: Collection, column: str | None, stranger: Stranger) -> Json:
    told: dict[str, Json] = {"page_id": stranger.page_id, "supabase_id": None, "key": None}
    with suppress(ValueError):  # what a person typed there may be no id at all
        told["supabase_id"] = str(uuid.UUID((stranger.supabase_id or "").strip()))
    if column is not None and collection.match_key is not None:
        try:
            change = encode_row(collection, {collection.match_key: stranger.match_key})
        except ValueRefusedError:
            return told  # no row can hold it
        told["key"] = change.columns.get(column)
    return told


def _with_links(collection: Collection, write: Write, base: Base | None) -> Write:
    links: dict[str, Value] = {
        field.name: base.record.values[field.name]
        for field in collection.carried
        if base is not None and field.kind is Kind.LINKS and field.name in base.record.values
    }
    return replace(write, changes=links | dict(write.changes))


def _outcome(
    collection: Collection, write: RowWrite | RowEdit, item: Mapping[str, Json]
) -> Outcome | None:
    page_id = write.page_id if isinstance(write, RowWrite) else item["page_id"]
    match item["result"]:
        case "gone":
            return None
        case "refused":
            problem = refused_by_postgres(collection, write, page_id, item)
            return Outcome(page_id, Result.REFUSED, problem, write.row_id)
        case result:
            return Outcome(page_id, Result(result), row_id=write.row_id)


def _refused(
    collection: Collection, write: RowWrite | RowEdit, reason: str, remedy: str, prop: str = ""
) -> Outcome:
    """The answer to a write that cannot even be sent."""
    page_id = write.page_id if isinstance(write, RowWrite) else None
    problem = refusal(collection, write, page_id, reason, remedy, prop)
    return Outcome(page_id, Result.REFUSED, problem, write.row_id)


def _unwritable(collection: Collection, write: RowWrite | RowEdit) -> Outcome:
    reason = "a text of it has a character that a database cannot hold (NUL or half a symbol)"
    remedy = "Find the text that was pasted from elsewhere and type that part anew."
    return _refused(collection, write, reason, remedy)


def _has_nul(value: Json) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any(_has_nul(item) for item in value)
        case dict():
            return any("\0" in key or _has_nul(item) for key, item in value.items())
        case _:
            return False
