"""What the two sides hold, in plain terms, and what the people who typed it may expect.

Rule: this shares no code with the engine. It sees every change of either side as it happens, knows
who made it, and says at once when the synchronisation did what it must never do.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from accord.core.plan import DELETED
from accord.core.ports import RowWrite
from accord.core.schema import Schema
from accord.core.values import Text
from notion_emulator.model import Page, Property
from notion_emulator.richtext import plain_text
from tests.engine.simulator.lives import Lives, Turn

#: A text, number or option; or a set of names or ids.
Plain: TypeAlias = str | float | frozenset[str] | None
#: (page id or row id, field name, value)
Fact: TypeAlias = tuple[str, str, Plain]


class BrokenError(AssertionError):
    """The synchronisation did what it must never do."""


@dataclass(slots=True)
class Thing:
    """A page or a row: its values by field name, and whether it is deleted."""

    table: str
    values: dict[str, Plain]
    deleted: bool
    page_id: str | None = None


@dataclass(slots=True)
class Hand:
    """Who changes something.

    Args:
        person: a person does; else the synchronisation.
        proofs: when the one who writes last read each page, in milliseconds, by page id.
        began: when the write was sent, in milliseconds.
    """

    person: bool
    proofs: Mapping[str, int] = field(default_factory=dict)
    began: int = 0

    def could_not_know(self, page_id: str, typed: int) -> bool:
        """Whether what a person typed came after the read that the write is based on.

        A page may be read once more for another reason, as the end of a link, so what came a
        moment before the write is let pass too; and nothing that is older than any read may be.
        """
        age = self.began - typed
        return age <= FRESH or (age <= OLDEST and typed >= self.proofs.get(page_id, self.began))


#: How old a read by its id may be on which a write is based, in milliseconds.
FRESH = 5_000

#: How old any read may be, where Notion's index lags.
OLDEST = 30_000

PERSON = Hand(person=True)
NOTHING: frozenset[str] = frozenset()


class Watching:
    """Sees every change.

    Args:
        schema: the collections.

    Attributes:
        exempt: what was let pass, by the reason.
        broken: what the synchronisation did that it must never do; the first is told.
    """

    def __init__(self, schema: Schema, *, receipts: bool) -> None:
        self.schema = schema
        self.receipts = receipts
        self.pages: dict[str, Thing] = {}
        self.rows: dict[str, Thing] = {}
        self.exempt: Counter[str] = Counter()
        self.broken: list[str] = []
        self.agreed: set[Fact] = set()
        self.logged: set[Fact] = set()
        self.typed: dict[str, dict[Fact, int]] = {"notion": {}, "supabase": {}}
        self.replaced: dict[str, set[Fact]] = {"notion": set(), "supabase": set()}
        self.added: dict[str, dict[Fact, int]] = {"notion": {}, "supabase": {}}
        self.removed: set[Fact] = set()
        self.raced: set[Fact] = set()
        self.unseen: set[Fact] = set()
        #: page id -> when it came back from the trash; Notion hides links to it till then.
        self.back: dict[str, int] = {}
        self.lives = Lives(self._is_disputed)
        self.typists: dict[tuple[str, Plain], set[str]] = {}
        self.mirrors = {(c.table, f.name) for c in schema for f in c.mirrors}
        self.single = {
            (c.table, f.name) for c in schema for f in c.carried if f.to is not None and not f.many
        }

    def fail(self, words: str) -> None:
        """Tell that it did what it must never do, even if the engine does not let errors pass.

        Raises:
            BrokenError: always.
        """
        self.broken.append(words)
        raise BrokenError(words)

    # ---- what the synchronisation says

    def committed(self, write: RowWrite) -> None:
        """A write to Supabase was done: both sides held the base, and the log holds the losers."""
        ids = [i for i in (write.page_id, write.row_id) if i is not None]
        if write.base is not None:
            for name, value in write.base.record.values.items():
                held = plain(value)
                self.agreed.update((i, name, held) for i in ids)
                if isinstance(held, frozenset):
                    self.agreed.update((i, name, item) for i in ids for item in held)
        for conflict in write.conflicts:
            for value in (conflict.notion, conflict.supabase):
                self.logged.update((i, conflict.field, plain(value)) for i in ids)

    # ---- what happens to either side

    def page_is(
        self, table: str, page: Page, values: dict[str, Plain], hand: Hand, now: int
    ) -> None:
        """A page is like this from now on."""
        before = self.pages.get(page.id)
        if before is None and not hand.person:
            self.lives.made(page.id)
        elif before is not None and before.deleted != page.in_trash:
            self._turned(("notion", page.id, page.in_trash), hand, now)
        if page.in_trash:
            self.back[page.id] = sys.maxsize
        elif before is not None and before.deleted:
            self.back[page.id] = now
        self.pages[page.id] = Thing(table, values, page.in_trash)
        old = before.values if before else {}
        self._compare("notion", table, page.id, old, values, hand, now)

    def rows_are(self, rows: Mapping[str, Thing], hand: Hand, now: int) -> None:
        """The rows are these from now on."""
        known = self.rows
        for row_id, row in rows.items():
            before = known.get(row_id)
            if before is not None and before == row:
                continue
            known[row_id] = row
            self.lives.linked(row_id, row.page_id)
            was_gone = before is None and self.lives.is_back(row_id)
            if was_gone or (before is not None and before.deleted != row.deleted):
                self._turned(("supabase", row_id, row.deleted), hand, now)
            old = before.values if before else {}
            self._compare("supabase", row.table, row_id, old, row.values, hand, now)
        if len(known) != len(rows):
            for row_id in [row_id for row_id in known if row_id not in rows]:
                del known[row_id]
                self.lives.went(row_id, now)
                self._forget("supabase", row_id)

    def is_back(self, row_id: str, before: Thing) -> None:
        """A row that a person deleted for good was inserted again: it has none of its old ends."""
        for name, held in before.values.items():
            ends = held if isinstance(held, frozenset) else ()
            self.removed.update((row_id, name, end) for end in ends)

    def _turned(self, turn: Turn, hand: Hand, now: int) -> None:
        words = self.lives.turned(turn, now, person=hand.person)
        if words is not None:
            self.fail(words)

    def _is_disputed(self, ids: Collection[str]) -> bool:
        return any((i, DELETED, dead) in self.logged for i in ids for dead in (True, False))

    def _forget(self, side: str, key: str) -> None:
        """What was typed into a row goes with the row, when a person deletes it for good."""
        self.replaced[side] = {fact for fact in self.replaced[side] if fact[0] != key}
        for facts in (self.typed[side], self.added[side]):
            for fact in [fact for fact in facts if fact[0] == key]:
                del facts[fact]

    def _compare(
        self,
        side: str,
        table: str,
        key: str,
        before: Mapping[str, Plain],
        after: Mapping[str, Plain],
        hand: Hand,
        now: int,
    ) -> None:
        for name, new in after.items():
            old = before.get(name, NOTHING if isinstance(new, frozenset) else None)
            if new == old:
                continue
            if isinstance(new, frozenset) and isinstance(old, frozenset):
                self._set_changed(side, table, key, name, old, new, hand, now)
            elif hand.person:
                self._typed(side, (key, name, new), (key, name, old), now)
            else:
                self._overwritten(side, (key, name, old), (key, name, new), hand)

    def _typed(self, side: str, new: Fact, old: Fact, now: int) -> None:
        if new[2] is not None:
            self.typed[side][new] = now
            self.replaced[side].discard(new)
            self.typists.setdefault(new[1:], set()).add(new[0])
        if old[2] is not None:
            self.replaced[side].add(old)

    def _overwritten(self, side: str, old: Fact, new: Fact, hand: Hand) -> None:
        typed = self.typed[side].get(old) if old[2] is not None else None
        if typed is not None and old not in self.agreed and old not in self.logged:
            self._lost(side, old, new, typed, hand)
        # What a write of ours brought to the other side was held by both.
        self.agreed.update((key, *new[1:]) for key in self.typists.get(new[1:], ()))
        if new[2] is not None and new in self.replaced[side]:
            if side == "notion" and not self.receipts:
                self.exempt["revived without a receipt"] += 1
            else:
                self.fail(
                    f"I3: a value that a person had replaced in {side} came back: "
                    f"{_told(new)} over {old[2]!r}"
                )

    def _lost(self, side: str, old: Fact, new: Fact, typed: int, hand: Hand) -> None:
        if side == "notion":
            if hand.could_not_know(old[0], typed):
                self.exempt["overwritten in Notion between the last read and the write"] += 1
                return
            if not self.receipts:
                self.exempt["overwritten in Notion without a receipt"] += 1
                return
        self.fail(
            f"I2: lost update in {side}: {_told(old)}, typed at {typed} ms, was overwritten by "
            f"{new[2]!r} and is neither in a base nor in the conflict log"
        )

    def _set_changed(
        self,
        side: str,
        table: str,
        key: str,
        name: str,
        old: frozenset[str],
        new: frozenset[str],
        hand: Hand,
        now: int,
    ) -> None:
        if (table, name) in self.single:
            return
        for item in new - old:
            if hand.person:
                self.added[side][key, name, item] = now
                self.removed.discard((key, name, item))
        for item in old - new:
            fact = (key, name, item)
            if hand.person:
                self.removed.add(fact)
            elif side == "notion" and (added := self.added[side].get(fact)) is not None:
                if hand.could_not_know(key, added) or not self.receipts:
                    self.raced.add(fact)
                elif self._never_shown(fact, hand):
                    self.unseen.add(fact)

    def _never_shown(self, fact: Fact, hand: Hand) -> bool:
        """Whether a link led into the trash lately, and was made after the sides last agreed.

        Notion shows no link to a page in its trash, not even that there is one.
        """
        back = self.back.get(str(fact[2]), hand.began - OLDEST)
        return back + OLDEST > hand.began and fact not in self.agreed


def plain(value: Any) -> Plain:
    """A canonical value in plain terms."""
    match value:
        case Text(text, _):
            return text
        case tuple():
            return frozenset(value)
        case _:
            held: Plain = value
            return held


def of_page(
    page: Page, properties: Mapping[str, Property], names: Iterable[tuple[str, str]]
) -> dict[str, Plain]:
    """What a page holds, by field name; ``names`` is (field name, raw property id)."""
    values: dict[str, Plain] = {}
    for name, raw in names:
        value = page.values.get(raw)
        prop = properties[raw]
        match prop.kind:
            case "title" | "rich_text":
                values[name] = plain_text(value) or None
            case "number":
                values[name] = None if value is None else float(value)
            case "select":
                values[name] = None if value is None else _options(prop).get(value)
            case "multi_select":
                options = _options(prop)
                values[name] = frozenset(options[v] for v in value or ())
            case "relation":
                values[name] = frozenset(value or ())
            case _:
                pass
    return values


def _options(prop: Property) -> dict[str, str]:
    return {option.id: option.name for option in prop.options}


def _told(fact: Fact) -> str:
    return f"{fact[1]} = {fact[2]!r} of {fact[0]}"
