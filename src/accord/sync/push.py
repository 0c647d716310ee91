"""Supabase to Notion: the rows that people changed.

Rules: before pages are written, one query proves which of them were edited since they were read,
and only those are planned again; a few that stand alone are read by their ids. Only what was
changed is sent. Pages are made before those that link to them. So many deleted rows that it may be
a mistake trash no page until a person has said yes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from accord.core.errors import NotionError
from accord.core.plan import Verb, writable
from accord.core.ports import Binding, Fate, Known, Problem
from accord.core.record import UNDECLARED, Record, Sighting, title_of
from accord.core.schema import Collection, Managed, PropertyType
from accord.core.values import Value, empty
from accord.sync.carry import LAG
from accord.sync.judge import Judged, Terms, write_of
from accord.sync.pull import OVERLAP
from accord.sync.round import Round
from accord.sync.send import Errand, Sender, minute_of, next_errand, pageless
from accord.sync.sweep import BRAKE_FLOOR, brake_limit

#: So many rows are looked at together; one query proves what became of their pages.
CHUNK = 50

#: Up to so many pages are read by their ids: it costs no more than a query, and is never late.
FEW = 3

#: How long after a query its proof holds.
FRESH = timedelta(seconds=5)

#: How often the marked rows are gone through in one round.
PASSES = 6


@dataclass(slots=True)
class Pusher:
    """Carries changed rows to Notion.

    Args:
        round: the round it works in.
        sender: sends what is to be written.
        read_at: table -> when its pages were last listed, and everything that was shown carried.
        watermarks: table -> everything edited before is in step; absent: no walk was finished.
        proved_at: as `read_at`, of the tables whose last listing was one answer: of several, one
            may have skipped a page.
    """

    round: Round
    sender: Sender
    read_at: dict[str, datetime]
    watermarks: Mapping[str, datetime]
    proved_at: Mapping[str, datetime] = field(default_factory=dict)
    _left: set[tuple[str, str, int]] = field(default_factory=set)
    _deleted: dict[str, set[str]] = field(default_factory=dict)
    _braked: set[str] = field(default_factory=set)

    async def push(self, only: Mapping[str, Sequence[str]] | None = None) -> None:
        """Bring Notion into step with the rows that people changed, or with these alone."""
        tables = self.round.tables
        await self._forget_gone()
        for _ in range(PASSES):
            dirty = only
            if dirty is None:
                dirty = await self.round.ledger.dirty(tables, refused=self.round.options.full)
            worked = 0
            updates: list[tuple[Binding, list[Known]]] = []
            for table in self._targets_first([t for t in tables if dirty.get(t)]):
                binding, rows = self.round.bindings[table], dirty[table]
                for at in range(0, len(rows), CHUNK):
                    known = await self._unseen(binding.collection, rows[at : at + CHUNK])
                    worked += await self._create(binding, [k for k in known if k.page_id is None])
                    updates.append((binding, [k for k in known if k.page_id is not None]))
            for table, gone in _deleted(updates).items():
                await self._brake(self.round.bindings[table].collection, gone)
            for binding, known in updates:
                braked = binding.collection.table in self._braked
                owing = [k for k in known if not (braked and _is_deleted(k))]
                worked += await self._update(binding, owing) if owing else 0
            if not worked or self.round.options.dry_run:
                return

    async def _forget_gone(self) -> None:
        """Rows that had no page to tell are gone, or have one now: there is nothing to tell."""
        for table, rows in self.round.failures.pageless().items():
            if table in self.round.bindings:
                collection = self.round.bindings[table].collection
                known = await self.round.supabase.sight_rows(collection, rows)
                for row_id in rows:
                    if row_id not in known or known[row_id].page_id is not None:
                        self.round.failures.landed(row_id)

    async def _brake(self, collection: Collection, gone: set[str]) -> None:
        """Trash no page of a collection of which so many rows were deleted, until it is accepted.

        ``gone`` are the deleted rows, those of earlier passes of the round not among them.
        """
        table = collection.table
        deleted = self._deleted.setdefault(table, set())
        deleted |= gone
        accepted = table in self.round.options.accept_removals or table in self._braked
        if accepted or len(deleted) <= BRAKE_FLOOR:
            return
        linked = await self.round.ledger.linked(table)
        alive = sum(1 for dead in linked.values() if not dead)
        if len(deleted) > brake_limit(alive):
            self._braked.add(table)
            self.round.report.problems.append(_brake(collection, len(deleted), alive))

    async def _unseen(self, collection: Collection, rows: Sequence[str]) -> list[Known]:
        """Of these rows those that this round did not look at yet as they are now."""
        found = await self.round.supabase.sight_rows(collection, rows)
        fresh = []
        for row_id in rows:
            known = found.get(row_id)
            if known is None or (known.intent is not None and row_id not in self.round.unmade):
                continue
            key = _key(collection, known)
            if key not in self._left:
                self._left.add(key)
                fresh.append(known)
        return fresh

    # ---- pages to be made

    async def _create(self, binding: Binding, rows: Sequence[Known]) -> int:
        errands = []
        unpaired = binding.collection.match_key and binding.collection.table not in self.watermarks
        for known in rows:
            row = known.row
            if row is None or row.deleted:
                await self._forget(binding, known)
                continue
            if unpaired:
                self._refuse(
                    binding,
                    known,
                    "it may be one of the pages that are there already, which were never read",
                    "Run a round from Notion first, so that pages and rows are paired.",
                )
                continue
            changes = _for_a_new_page(binding, row.record)
            before = self.round.unmade.pop(known.row_id, ())
            errands.append(Errand(binding, known, Verb.CREATE, changes, attempts=before))
        return len(await self.sender.send(errands)) if errands else 0

    async def _forget(self, binding: Binding, known: Known) -> None:
        """A row that was deleted before it had a page: there is nothing to tell Notion."""
        write = replace(pageless(known, None), in_step=True)
        await self.round.commit(binding.collection, [write])
        self.round.landed(known, None)

    def _targets_first(self, tables: Sequence[str]) -> list[str]:
        """The tables in such an order that pages are made before those that link to them."""
        ordered: list[str] = []

        def visit(table: str, above: tuple[str, ...]) -> None:
            if table in ordered or table in above or table not in tables:
                return
            for each in self.round.bindings[table].collection.carried:
                if each.type is PropertyType.RELATION and each.to is not None:
                    visit(each.to, (*above, table))
            if table not in ordered:
                ordered.append(table)

        for table in tables:
            visit(table, ())
        return ordered

    # ---- pages that are there

    async def _update(self, binding: Binding, rows: Sequence[Known]) -> int:
        collection = binding.collection
        written = 0
        owing: list[Known] = []
        for known in rows:
            one = self._judge(binding, known, as_agreed(binding, known))
            if one.to_notion or known.base is None or _is_partly_agreed(binding, known):
                owing.append(known)
            elif not _has_frozen_edits(binding, known):
                written += await self._drop_mark(one)
        if not owing or collection.table in self.sender.stopped:
            return written
        seen, read_at = await self._proof(binding, owing)
        errands = []
        for known in owing:
            sighting = seen.get(known.page_id or "")
            errand = await self._errand(binding, known, sighting, read_at) if sighting else None
            if errand is not None:
                errands.append(errand)
        errands.sort(key=lambda errand: errand.verb is not Verb.RESTORE)  # others may link to it
        done = await self.sender.send(errands) if errands else []
        written += len(done)
        for errand in done:
            if errand.verb is Verb.RESTORE and errand.found is not None:
                self._left.discard(_key(binding.collection, errand.known))  # its fields are next
        gone = [e for e in done if isinstance(e.error, NotionError) and e.error.page_is_gone]
        for errand in gone:
            written += await self._once_more(binding, errand.known)
        return written

    def _judge(self, binding: Binding, known: Known, seen: Sighting) -> Judged:
        return self.round.judge(binding.collection, known.page_id or "", known.row_id, seen, known)

    async def _drop_mark(self, judged: Judged) -> int:
        """The row is as both sides last held it: a change was taken back."""
        write = write_of(judged, Terms(pulls=self.round.options.pulls))
        if write is not None:
            await self.round.commit(judged.collection, [write])
        if judged.known is not None:
            self.round.landed(judged.known, judged.page_id)
        return 0 if write is None else 1

    async def _once_more(self, binding: Binding, known: Known) -> int:
        """The page was trashed unseen: plan with what is really there."""
        fresh = (await self.round.supabase.sight_rows(binding.collection, [known.row_id])).get(
            known.row_id
        )
        sighting = await self._read(binding, known)
        if fresh is None or sighting is None or fresh.intent is not None:
            return 0
        self.round.failures.landed(known.page_id or "")
        errand = await self._errand(binding, fresh, sighting, await self.round.now())
        return len(await self.sender.send([errand])) if errand else 1

    async def _errand(
        self, binding: Binding, known: Known, sighting: Sighting, read_at: datetime
    ) -> Errand | None:
        """What is to be sent for a record; None when nothing is, or not now."""
        try:
            seen = await self.round.hidden.put_back(binding.collection, sighting, known)
        except NotionError as error:
            self._refuse(binding, known, error.message, error.remedy)
            return None
        one = self._judge(binding, known, seen)
        too_fresh = known.seen_at is not None and read_at - LAG < known.seen_at
        if seen.weak and one.page_differs and too_fresh:
            strong = await self._read(binding, known)
            return await self._errand(binding, known, strong, read_at) if strong else None
        if not one.to_notion:
            write = write_of(one, Terms(pulls=self.round.options.pulls, seen_at=read_at))
            if write is not None:
                await self.round.commit(binding.collection, [write])
            self.round.landed(known, known.page_id)
            return None
        if self._same_minute(binding, seen, await self.round.now()):
            return None
        return next_errand(binding, known, one, self._withheld(one))

    def _withheld(self, judged: Judged) -> frozenset[str]:
        """The fields whose row has to follow too, in a round that may not write there."""
        if self.round.options.pulls:
            return frozenset()
        steps = (step for step in judged.plan.steps if step not in judged.to_notion)
        return frozenset(name for step in steps for name in step.changes)

    def _same_minute(self, binding: Binding, seen: Sighting, now: datetime) -> bool:
        """Whether a second write would carry the same receipt, where the minute is the receipt."""
        if Managed.SYNC_STATUS in binding.fields or seen.stamps.last_synced is None:
            return False
        return minute_of(seen.stamps.last_synced) == minute_of(now)

    # ---- what is in Notion now

    async def _proof(
        self, binding: Binding, rows: Sequence[Known]
    ) -> tuple[dict[str, Sighting], datetime]:
        """The pages of these rows as they are now, and when that was so."""
        table = binding.collection.table
        now = await self.round.now()
        since = self.watermarks.get(table)
        held = self.round.disputed(table)
        alone = {
            known.page_id
            for known in rows
            if known.base is None
            or _is_partly_agreed(binding, known)
            or since is None
            or Managed.SYNC_STATUS not in binding.fields
            or self.round.failures.problem_of(known.page_id) is not None
            or known.row_id in held  # its page is not as both sides last held it
        }
        listed, proved = self.read_at.get(table), self.proved_at.get(table)
        fresh = proved is not None and now - proved <= FRESH and not self.round.options.dry_run
        if fresh and proved is not None and not alone and len(rows) > FEW:
            return {k.page_id or "": as_agreed(binding, k) for k in rows}, proved
        if len(rows) <= FEW:
            alone = {known.page_id for known in rows}
        seen: dict[str, Sighting] = {}
        if len(alone) < len(rows) and since is not None:
            edited, whole = await self._edited(binding, listed or since)
            for known in rows:
                page_id = known.page_id or ""
                if not whole and page_id not in edited:
                    alone.add(page_id)
                elif page_id not in alone:
                    seen[page_id] = edited.get(page_id) or as_agreed(binding, known)
        for known in rows:
            if known.page_id in alone:
                sighting = await self._read(binding, known)
                if sighting is not None:
                    seen[known.page_id or ""] = sighting
        return seen, now

    async def _edited(self, binding: Binding, since: datetime) -> tuple[dict[str, Sighting], bool]:
        """The pages edited since, as a query shows them; and whether that is surely all of them.

        Of several answers one may have skipped a page, when another was trashed meanwhile.
        """
        edited: dict[str, Sighting] = {}
        answers = 0
        try:
            walk = self.round.notion.walk(binding, edited_since=since - OVERLAP)
            async with aclosing(walk) as listings:
                async for listing in listings:
                    answers += 1
                    edited |= {s.page_id: s for s in listing.sightings if s.page_id}
                    edited |= {
                        p.page_id: Sighting(Record({}), page_id=p.page_id, weak=True)
                        for p in listing.refused
                        if p.page_id
                    }
        except NotionError:
            return edited, False
        return edited, answers <= 1

    async def _read(self, binding: Binding, known: Known) -> Sighting | None:
        """One page by its id; None, and a problem, when it cannot be written."""
        page_id = known.page_id or ""
        try:
            found = await self.round.notion.sight(binding, page_id)
        except NotionError as error:
            self._refuse(binding, known, error.message, error.remedy)
            return None
        if found.refused is not None:
            self.round.failures.refuse(replace(found.refused, row_id=known.row_id))
            return None
        if found.fate in {Fate.LOST, Fate.MOVED} or found.sighting is None:
            self._refuse(
                binding,
                known,
                "its page cannot be seen any more, so a change made in Supabase waits",
                "Share the page with the connection again, or delete the row in Supabase.",
            )
            return None
        return found.sighting

    def _refuse(self, binding: Binding, known: Known, reason: str, remedy: str) -> None:
        record = known.row.record if known.row else Record({})
        self.round.failures.refuse(
            Problem(
                binding.collection.table,
                reason,
                remedy,
                known.page_id,
                title_of(binding.collection, record),
                row_id=known.row_id,
            )
        )


def _key(collection: Collection, known: Known) -> tuple[str, str, int]:
    """A row as it is now."""
    return collection.table, known.row_id, known.row.version if known.row else 0


def _deleted(updates: Sequence[tuple[Binding, Sequence[Known]]]) -> dict[str, set[str]]:
    """The rows that people deleted, by table."""
    found: dict[str, set[str]] = {}
    for binding, known in updates:
        gone = {each.row_id for each in known if _is_deleted(each)}
        found.setdefault(binding.collection.table, set()).update(gone)
    return found


def _is_deleted(known: Known) -> bool:
    """Whether a person deleted the row of a page that was alive when both sides last agreed."""
    row, base = known.row, known.base
    return row is not None and row.deleted and base is not None and not base.deleted


def _brake(collection: Collection, gone: int, alive: int) -> Problem:
    return Problem(
        collection.table,
        f"{gone} of {alive} rows of {collection.title} were deleted in Supabase, more than the "
        f"{brake_limit(alive)} whose pages one round may move to the trash; no page was trashed",
        "Look at the table. If the rows are gone on purpose, run again with "
        f"--accept-removals {collection.model}.",
    )


def as_agreed(binding: Binding, known: Known) -> Sighting:
    """The page as both sides last held it, which it still is if nobody edited it since."""
    base = known.base
    held = base.record.values if base else {}
    values = {n: v for n, v in held.items() if n in binding.fields or n == UNDECLARED}
    return Sighting(
        Record(values),
        page_id=known.page_id,
        deleted=bool(base and base.deleted),
        edited_at=known.page_edited_at,
        weak=True,
    )


def _has_frozen_edits(binding: Binding, known: Known) -> bool:
    """Whether the row was edited in a field whose property is gone or has another type."""
    if known.row is None or known.base is None:
        return False
    now, before = known.row.record.values, known.base.record.values
    return any(
        f.name not in binding.fields
        and not f.computed
        and f.name in before
        and now.get(f.name, before[f.name]) != before[f.name]
        for f in binding.collection.carried
    )


def _is_partly_agreed(binding: Binding, known: Known) -> bool:
    """Whether the sides never agreed on a field of the row: only the page itself shows it."""
    held = known.base.record.values if known.base else {}
    values = known.row.record.values if known.row and not known.row.deleted else {}
    return any(n in binding.fields and n not in held for n in writable(binding.collection, values))


def _for_a_new_page(binding: Binding, record: Record) -> dict[str, Value]:
    """The values that a new page is made with: what is empty needs no writing."""
    return {
        name: value
        for name, value in writable(binding.collection, record.values).items()
        if name in binding.fields and value != empty(binding.collection.field(name).kind)
    }
