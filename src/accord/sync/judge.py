"""From a plan to the one write that carries it out in Supabase and remembers it.

Rule: pure. A base follows only what both sides hold when the write is done; a field that still has
a way to go, to either side, keeps its base.
"""

from __future__ import annotations

from collections.abc import Collection as Collected
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from accord.core.history import WHOLE, Applied, Why
from accord.core.intent import Intent
from accord.core.merge import Winner
from accord.core.plan import (
    DELETED,
    Action,
    Change,
    Conflict,
    Plan,
    Step,
    Verb,
    change_of,
    make_plan,
)
from accord.core.ports import Dispute, Known, RowWrite
from accord.core.record import UNDECLARED, Base, Record, Side, Sighting, title_of_field
from accord.core.schema import Collection
from accord.core.values import Kind, Value, canonical_json, to_json

#: (table, row id, property, both values) of a conflict that waits for a person.
Waiting: TypeAlias = tuple[str, str, str, str]

#: The verbs that decide over a record's life.
LIVES = frozenset({Verb.TRASH, Verb.RESTORE, Verb.CREATE})


@dataclass(frozen=True, slots=True)
class Judged:
    """One record as it was sighted on both sides, and what is to be done.

    Args:
        collection: where it belongs.
        page_id: its page.
        row_id: its row.
        seen: the page.
        known: the row and its ledger entry; None where there is neither.
        plan: what is to be done.
        landed: fields that a write to Notion has brought there, with their values.
        life_waits: a person has to decide whether the record is deleted. The mark of the row stays
            till then: of a row that is gone it is all that is left.
    """

    collection: Collection
    page_id: str
    row_id: str
    seen: Sighting
    known: Known | None
    plan: Plan
    landed: Mapping[str, Value]
    life_waits: bool = False

    @property
    def before(self) -> Base | None:
        """What both sides last held, as far as the ledger knows."""
        return self.known.base if self.known else None

    @property
    def to_notion(self) -> tuple[Step, ...]:
        """What is still to be done in Notion."""
        return self.plan.toward(Side.NOTION)

    @property
    def page_differs(self) -> bool:
        """Whether the page differs from what both sides last held."""
        change = change_of(self.collection, self.before, self.seen)
        return change not in {Change.SAME, Change.DEAD}

    @property
    def owes(self) -> bool:
        """Whether Notion is to be written although no mark of the row says so."""
        row = self.known.row if self.known else None
        return bool(self.to_notion) and (row is None or row.version == 0)


def judge(
    collection: Collection,
    page_id: str,
    row_id: str,
    seen: Sighting,
    known: Known | None,
    landed: Mapping[str, Value] | None = None,
    waiting: Collected[Waiting] = frozenset(),
) -> Judged:
    """Plan a record.

    Args:
        collection: where it belongs.
        page_id: its page.
        row_id: its row.
        seen: the page.
        known: the row and its ledger entry.
        landed: what a write of ours has brought to Notion since the base was taken; None where
            there was no such write.
        waiting: the conflicts of which a person has been told already, and has not decided.
    """
    base = known.base if known else None
    if landed is not None:
        before = base or Base(Record({}))
        base = Base(before.record.updated(landed), before.deleted)
    plan = make_plan(collection, base, seen, known.row if known else None)
    back = [s for s in plan.toward(Side.NOTION) if s.verb is Verb.RESTORE]
    if back:
        # A page in the trash hides links: its fields are merged when it is back.
        lives = tuple(c for c in plan.conflicts if c.field == DELETED)
        plan = replace(plan, steps=tuple(back), agreed={}, conflicts=lives)
    life_waits = any(c.field == DELETED and c.winner is Winner.HELD for c in plan.conflicts)
    if plan.conflicts:
        news = [c for c in plan.conflicts if _waiting(collection, row_id, c) not in waiting]
        plan = replace(plan, conflicts=tuple(news))
    return Judged(collection, page_id, row_id, seen, known, plan, dict(landed or {}), life_waits)


def waiting_of(dispute: Dispute) -> Waiting:
    """What a conflict that waits for a person is known by."""
    values = canonical_json([dispute.notion, dispute.supabase])
    return (dispute.table, dispute.row_id, dispute.property, values)


def _waiting(collection: Collection, row_id: str, conflict: Conflict) -> Waiting | None:
    if conflict.winner is not Winner.HELD:
        return None
    title = title_of_field(collection, conflict.field)
    values = canonical_json([to_json(conflict.notion), to_json(conflict.supabase)])
    return (collection.table, row_id, title, values)


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a write is made.

    Args:
        pulls: whether Supabase may be written to.
        links: whether its links may be; a row that has just got its page shows none to itself yet.
        seen_at: when the page was read.
        intent: the write to Notion that begins with this.
        stamps: whether pages get their stamps later (None: nothing is said of them).
        stamped: the page got its stamps with a write that landed.
    """

    pulls: bool = True
    links: bool = True
    seen_at: datetime | None = None
    intent: Intent | None = None
    stamps: bool = False
    stamped: bool = False


def write_of(judged: Judged, terms: Terms) -> RowWrite | None:
    """What to commit; None when neither the row nor the ledger has to change."""
    plan, known = judged.plan, judged.known
    waits = any(step.verb in LIVES for step in judged.to_notion)
    steps, withheld = _to_supabase(judged, terms)
    buried = bool(known and known.base and known.base.deleted)
    held_life = waits or any(step.verb in LIVES for step in withheld)
    dead = buried if held_life else plan.deleted
    open_end = plan.action is Action.HOLD or judged.life_waits
    done = not (judged.to_notion or withheld or open_end)
    marked = done and known is not None and known.row is not None and known.row.version != 0
    intents = terms.intent is not None or bool(known and known.intent)
    news = steps or plan.agreed or plan.conflicts or judged.landed or dead != buried
    if not (news or marked or intents or judged.owes):
        return None
    changes: dict[str, Value] = {}
    verbs = {step.verb for step in steps}
    for step in steps:
        changes.update(step.changes)
    open_ends = {name for step in (*judged.to_notion, *withheld) for name in step.changes}
    held = judged.before.record if judged.before else Record({})
    agreed = {n: v for n, v in {**plan.agreed, **changes}.items() if n not in open_ends}
    record = held.updated({**judged.landed, **agreed})
    remembered = tuple(_history(judged, record, dead=dead, created=Verb.CREATE in verbs))
    return RowWrite(
        page_id=judged.page_id,
        row_id=judged.row_id,
        expected_version=known.row.version if known and known.row else 0,
        ledger=known.ledger if known else "",
        changes=changes,
        base=Base(record, dead),
        create=Verb.CREATE in verbs,
        deleted=_deleted(verbs),
        in_step=done,
        conflicts=tuple(c for c in plan.conflicts if terms.pulls or c.winner != Winner.NOTION),
        created_at=judged.seen.created_at,
        edited_at=judged.seen.edited_at,
        seen_at=terms.seen_at,
        intent=terms.intent,
        stamp=_stamp(judged, terms, remembered),
        history=remembered,
    )


def _to_supabase(judged: Judged, terms: Terms) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """What is to be done in Supabase now, and what has to wait."""
    steps = judged.plan.toward(Side.SUPABASE)
    if not terms.pulls:
        return (), steps
    if terms.links:
        return steps, ()
    links = {f.name for f in judged.collection.carried if f.kind is Kind.LINKS}
    now, later = [], []
    for step in steps:
        waits = {name: value for name, value in step.changes.items() if name in links}
        rest = {name: value for name, value in step.changes.items() if name not in links}
        if rest or not waits:
            now.append(replace(step, changes=rest))
        if waits:
            later.append(Step(Side.SUPABASE, Verb.UPDATE, waits))
    return tuple(now), tuple(later)


def _deleted(verbs: set[Verb]) -> bool | None:
    if verbs & {Verb.CREATE, Verb.RESTORE}:
        return False
    return True if Verb.TRASH in verbs else None


def _stamp(judged: Judged, terms: Terms, remembered: tuple[Applied, ...]) -> bool | None:
    """A page is stamped for what people changed, never for what Notion works out."""
    if terms.stamped:
        return False
    told = any(entry.why is not Why.COMPUTED for entry in remembered)
    return True if terms.stamps and told and not judged.seen.deleted else None


def _history(judged: Judged, after: Record, *, dead: bool, created: bool) -> Iterator[Applied]:
    """What the write changes, as it is to be remembered."""
    known, seen = judged.known, judged.seen
    row = known.row if known else None
    linked = known is not None and known.base is not None
    why = Why(known.why) if known and known.why else None
    if not linked:
        source = Side.NOTION if created else Side.SUPABASE
        by = seen.edited_by if created else (row.edited_by if row else None)
        yield Applied(WHOLE, None, None, source, why or Why.CREATE, by)
        if dead:  # a row that was deleted while its page was being made
            yield Applied(DELETED, False, True, source, why or Why.TRASH, by)
        return
    buried = bool(known and known.base and known.base.deleted)
    if dead != buried:
        turned = Why.TRASH if dead else Why.RESTORE
        supabase = row is not None and row.deleted == dead and row.version != 0
        source = Side.SUPABASE if supabase else Side.NOTION
        by = row.edited_by if row and supabase else seen.edited_by
        yield Applied(DELETED, buried, dead, source, why or turned, by)
    disputed = {conflict.field for conflict in judged.plan.conflicts}
    both = bool(judged.landed) and bool(judged.plan.toward(Side.SUPABASE))
    before = judged.before.record.values if judged.before else {}
    computed = {f.name for f in judged.collection.carried if f.computed} | {UNDECLARED}
    for name, value in after.values.items():
        if name in before and before[name] == value:
            continue
        landed = name in judged.landed
        source = Side.SUPABASE if landed else Side.NOTION
        by = row.edited_by if landed and row else seen.edited_by
        yield Applied(
            name,
            before.get(name),
            value,
            source,
            _why(name, why if landed else None, disputed, computed, both=both),
            by,
        )


def _why(name: str, said: Why | None, disputed: set[str], computed: set[str], *, both: bool) -> Why:
    if said is not None:
        return said
    if name in computed:
        return Why.COMPUTED
    if name in disputed:
        return Why.CONFLICT
    return Why.MERGE if both else Why.EDIT
