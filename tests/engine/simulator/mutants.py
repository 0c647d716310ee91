"""The rules of the algorithm, each switched off: what the simulator has to notice.

Rule: a mutant takes away one rule and nothing else, in this process and for as long as it is asked
for. A rule whose absence nothing notices is either not needed or not tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from accord.core import intent
from accord.core.findings import Listing
from accord.core.plan import Plan, Verb, make_plan, writable
from accord.core.record import Record, Sighting
from accord.notion import calls, reading
from accord.sync import carry, judge, lease, pull, push, send, settle, sweep
from accord.sync.round import Round
from accord.testing import memory_ledger, memory_replica

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule, switched off.

    Args:
        rule: its number in the twelve rules, or another name of it.
        about: what is done instead.
        apply: switches it off.
        climate: the sort of histories that notice it soon.
        seeds: so many of them, from seed 0 on, are enough.
    """

    rule: str
    about: str
    apply: Callable[[Patch], None]
    climate: str
    seeds: int


def _no_overlap(patch: Patch) -> None:
    for room in (pull, push):
        patch.setattr(room, "OVERLAP", timedelta(seconds=-60))


def _no_lag_overlap(patch: Patch) -> None:
    for room in (pull, push):
        patch.setattr(room, "OVERLAP", timedelta(0))


def _watermark_first(patch: Patch) -> None:
    pulled, committed = pull.Puller.pull, Round.commit
    walked: dict[str, Any] = {}

    async def pulls(self: pull.Puller, binding: Any, state: Any, tally: Any) -> None:
        if state is not None and state.watermark is not None:
            walked.update(puller=self, state=pull._bound(binding, state))
        await pulled(self, binding, state, tally)
        walked.clear()

    async def first(self: Round, collection: Any, writes: Any) -> Any:
        if writes and walked and walked["puller"].round is self:
            now = await self.now()
            await walked["puller"]._remember(replace(walked["state"], watermark=now))
        return await committed(self, collection, writes)

    patch.setattr(pull.Puller, "pull", pulls)
    patch.setattr(Round, "commit", first)


def _forget(patch: Patch, creates: bool) -> None:
    real = settle.Settler._settle

    async def forget(self: settle.Settler, binding: Any, known: Any) -> Any:
        if (known.intent.verb is Verb.CREATE) is not creates:
            return await real(self, binding, known)
        last = known.intent.last
        errand = send.Errand(
            binding, known, known.intent.verb, last.changes, attempt=last, last=last
        )
        await self.sender.close([errand])
        return None

    patch.setattr(settle.Settler, "_settle", forget)


def _lww_no_base(patch: Patch) -> None:
    def baseless(collection: Any, base: Any, notion: Any, supabase: Any) -> Plan:
        both = notion is not None and supabase is not None
        alive = both and not (notion.deleted or supabase.deleted)
        return make_plan(collection, None if alive else base, notion, supabase)

    patch.setattr(judge, "make_plan", baseless)


def _no_echo_suppression(patch: Patch) -> None:
    real = memory_replica.MemorySupabase.commit

    async def echoing(self: Any, collection: Any, writes: Any) -> Any:
        outcomes = await real(self, collection, writes)
        database = self._database
        for write in writes:
            if write.changes and write.row_id in database.tables[collection.table].rows:
                database.mark(collection.table, write.row_id, "U", write.page_id, None)
        return outcomes

    patch.setattr(memory_replica.MemorySupabase, "commit", echoing)


def _trust_index(patch: Patch) -> None:
    patch.setattr(carry, "_is_older", lambda *_: False)
    patch.setattr(carry, "_is_too_fresh", lambda *_: False)
    patch.setattr(push, "LAG", timedelta(0))


def _trust_truncated(patch: Patch) -> None:
    real = reading.read_items

    async def first_of(*args: Any) -> Any:
        return (await real(*args))[:2]

    patch.setattr(reading, "read_items", first_of)


def _drop_unresolved(patch: Patch) -> None:
    async def never(*_: Any) -> dict[str, int]:
        return {}

    patch.setattr(memory_ledger.MemoryLedger, "settle", never)


def _delete_without_get(patch: Patch) -> None:
    async def believe(self: sweep.Sweeper, table: str, page_id: str) -> None:
        binding = self.bindings.get(table)
        if binding is not None:
            gone = Sighting(Record({}), page_id=page_id, deleted=True)
            tally = self.report.tallies[table]
            await self.puller.carry(
                binding, Listing((gone,)), tally, await self.puller.notion.now()
            )

    patch.setattr(sweep.Sweeper, "_look", believe)


def _no_get_before_write(patch: Patch) -> None:
    proof = push.Pusher._proof

    async def unproved(self: push.Pusher, binding: Any, rows: Any) -> Any:
        partly = [k for k in rows if push._is_partly_agreed(binding, k) or k.base is None]
        seen, read_at = await proof(self, binding, partly)
        whole = [k for k in rows if k not in partly]
        return seen | {k.page_id or "": push.as_agreed(binding, k) for k in whole}, read_at

    patch.setattr(push.Pusher, "_proof", unproved)


def _last_payload(patch: Patch) -> None:
    patch.setattr(settle, "_attempt_of", lambda _binding, attempts, _page: attempts[-1])


def _no_receipt(patch: Patch) -> None:
    for room in (send, settle):
        patch.setattr(room, "landed", lambda *_: False)


def _no_open_mark(patch: Patch) -> None:
    real = judge.write_of

    def closed(judged: Any, terms: Any) -> Any:
        write = real(judged, terms)
        return None if write is None else replace(write, in_step=True)

    for room in (carry, push, send):
        patch.setattr(room, "write_of", closed)


def _no_conflict_log(patch: Patch) -> None:
    real = judge.write_of

    def silent(judged: Any, terms: Any) -> Any:
        write = real(judged, terms)
        return None if write is None else replace(write, conflicts=())

    for room in (carry, push, send):
        patch.setattr(room, "write_of", silent)


def _write_all_fields(patch: Patch) -> None:
    real = send.Sender._send

    async def whole(self: send.Sender, errand: send.Errand, now: Any, within: float) -> Any:
        row = errand.known.row
        if errand.verb is Verb.UPDATE and row is not None:
            values = writable(errand.binding.collection, row.record.values)
            errand.changes = {n: v for n, v in values.items() if n in errand.binding.fields}
        return await real(self, errand, now, within)

    patch.setattr(send.Sender, "_send", whole)


def _clear_dirty_early(patch: Patch) -> None:
    real = memory_ledger.MemoryLedger.dirty

    async def taken(self: Any, tables: Any, **more: Any) -> Any:
        found = await real(self, tables, **more)
        for table, rows in found.items():
            for row_id in rows:
                mark = self._database.dirty[table, row_id]
                if mark.op == "U":
                    del self._database.dirty[table, row_id]
        return found

    patch.setattr(memory_ledger.MemoryLedger, "dirty", taken)


def _blind_commit(patch: Patch) -> None:
    real = memory_replica.MemorySupabase.commit

    async def blind(self: Any, collection: Any, writes: Any) -> Any:
        marks = self._database.dirty
        blinded = []
        for write in writes:
            mark = marks.get((collection.table, write.row_id))
            version = mark.version if mark is not None else 0
            blinded.append(replace(write, expected_version=version))
        return await real(self, collection, blinded)

    patch.setattr(memory_replica.MemorySupabase, "commit", blind)


def _no_fence(patch: Patch) -> None:
    patch.setattr(memory_replica.MemoryDoor, "guard", lambda _: None)
    patch.setattr(lease.Holder, "require", lambda _: None)


def _sort_by_last_edited(patch: Patch) -> None:
    newest = ({"timestamp": "last_edited_time", "direction": "ascending"},)
    patch.setattr(calls, "OLDEST_FIRST", newest)


def _single_pass(patch: Patch) -> None:
    patch.setattr(pull, "REPEATS", 0)


def _by_edit_in_one_pass(patch: Patch) -> None:
    _sort_by_last_edited(patch)
    _single_pass(patch)


def _two_writes_a_minute(patch: Patch) -> None:
    patch.setattr(push.Pusher, "_same_minute", lambda *_: False)


def _no_quarantine(patch: Patch) -> None:
    patch.setattr(intent, "QUARANTINE", timedelta(0))


MUTANTS: dict[str, Mutant] = {
    "no_intent": Mutant(
        "2",
        "a create that is left open is forgotten",
        lambda p: _forget(p, creates=True),
        "lost pages",
        200,
    ),
    "no_update_intent": Mutant(
        "2",
        "an update that is left open is forgotten",
        lambda p: _forget(p, creates=False),
        "broken line",
        100,
    ),
    "no_receipt": Mutant("3", "the receipt proves nothing", _no_receipt, "broken line", 150),
    "two_writes_a_minute": Mutant(
        "3",
        "a record is written again within the minute of its receipt",
        _two_writes_a_minute,
        "by the minute",
        60,
    ),
    "no_quarantine": Mutant(
        "4", "a page is believed at once after a lost answer", _no_quarantine, "broken line", 100
    ),
    "last_payload": Mutant(
        "5", "a page is taken for the last attempt's", _last_payload, "lost pages", 400
    ),
    "no_open_mark": Mutant(
        "6", "the mark goes before Notion has the change", _no_open_mark, "usual", 40
    ),
    "trust_index": Mutant("7", "an index that lags is believed", _trust_index, "late index", 80),
    "sort_by_last_edited": Mutant(
        "8", "pages are listed by their last edit", _sort_by_last_edited, "moving lists", 150
    ),
    "single_pass": Mutant("8", "a listing is not repeated", _single_pass, "moving lists", 400),
    "delete_without_get": Mutant(
        "9", "what is not shown is deleted", _delete_without_get, "usual", 40
    ),
    "no_conflict_log": Mutant("11", "what loses is not logged", _no_conflict_log, "usual", 40),
    "write_all_fields": Mutant("12", "the whole record is written", _write_all_fields, "crowd", 40),
    "no_get_before_write": Mutant(
        "read", "a page is written unseen", _no_get_before_write, "crowd", 40
    ),
    "lww_no_base": Mutant(
        "base", "there is no base: the last writer wins", _lww_no_base, "usual", 40
    ),
    "no_echo_suppression": Mutant(
        "echo", "our own writes are marked", _no_echo_suppression, "usual", 40
    ),
    "no_overlap": Mutant(
        "overlap", "only what is newer than the watermark", _no_overlap, "late index", 40
    ),
    "no_lag_overlap": Mutant(
        "overlap", "no margin for the lag of the index", _no_lag_overlap, "late index", 60
    ),
    "watermark_first": Mutant(
        "last", "the watermark moves first", _watermark_first, "sudden deaths", 400
    ),
    "trust_truncated": Mutant(
        "whole", "a list that is cut is taken as whole", _trust_truncated, "long lists", 100
    ),
    "drop_unresolved": Mutant(
        "wait", "ends without a row are dropped", _drop_unresolved, "long lists", 60
    ),
    "clear_dirty_early": Mutant(
        "mark", "marks are taken away when read", _clear_dirty_early, "usual", 200
    ),
    "blind_commit": Mutant(
        "version", "a commit overwrites what it did not see", _blind_commit, "crowd", 40
    ),
    "no_fence": Mutant("lease", "who lost the lease goes on writing", _no_fence, "standstill", 250),
}


@contextmanager
def mutated(name: str | None) -> Iterator[None]:
    """Without one rule, for as long; None: with all of them.

    Raises:
        KeyError: there is no such mutant.
    """
    with pytest.MonkeyPatch.context() as patch:
        if name is not None:
            MUTANTS[name].apply(patch)
        yield
