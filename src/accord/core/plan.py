"""From what was sighted to what is to be done, before anything is done.

Rule: pure. The decision table `DECISIONS` is data: this module reads it, the documents draw it and
the tests enumerate it. A direction is a filter on the plan, never another code path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from accord.core.errors import OurError
from accord.core.merge import UNKNOWN, Policy, Unknown, Winner, merge_field
from accord.core.record import UNDECLARED, Base, Side, Sighting
from accord.core.schema import COMPUTED, Collection
from accord.core.values import Json, Opaque, Value


class Change(StrEnum):
    """What became of a record on one side since both sides last agreed."""

    ABSENT = "absent"  # never agreed, and not there
    NEW = "new"  # never agreed, and there
    SAME = "same"  # as agreed
    RECOMPUTED = "recomputed"  # only what Notion works out differs: nobody edited it
    EDITED = "edited"  # a field that people edit differs from what was agreed
    GONE = "gone"  # was alive, is deleted
    DEAD = "dead"  # was deleted, still is
    BACK = "back"  # was deleted, is alive again
    LOST = "lost"  # cannot be seen any more, which is not the same as deleted


class Action(StrEnum):
    """What a cell of the decision table says."""

    NOTHING = "nothing"
    CREATE_ROW = "create the row"
    CREATE_PAGE = "create the page"
    MERGE = "merge field by field"
    TRASH_ROW = "mark the row deleted"
    TRASH_PAGE = "move the page to the trash"
    RESTORE_ROW = "restore the row and merge"
    RESTORE_PAGE = "restore the page and merge"
    AGREE_GONE = "agree that it is deleted"
    DISPUTE = "deleted here, edited there: the policy decides"
    HOLD = "touch nothing and tell"


#: (change in Notion, change in Supabase) -> what to do. A pair that is not here cannot occur.
DECISIONS: Mapping[tuple[Change, Change], Action] = {
    (Change.ABSENT, Change.ABSENT): Action.NOTHING,
    (Change.NEW, Change.ABSENT): Action.CREATE_ROW,
    (Change.ABSENT, Change.NEW): Action.CREATE_PAGE,
    (Change.NEW, Change.NEW): Action.MERGE,
    (Change.SAME, Change.SAME): Action.NOTHING,
    (Change.SAME, Change.RECOMPUTED): Action.MERGE,
    (Change.SAME, Change.EDITED): Action.MERGE,
    (Change.SAME, Change.GONE): Action.TRASH_PAGE,
    (Change.SAME, Change.LOST): Action.CREATE_ROW,
    (Change.RECOMPUTED, Change.SAME): Action.MERGE,
    (Change.RECOMPUTED, Change.RECOMPUTED): Action.MERGE,
    (Change.RECOMPUTED, Change.EDITED): Action.MERGE,
    (Change.RECOMPUTED, Change.GONE): Action.TRASH_PAGE,
    (Change.RECOMPUTED, Change.LOST): Action.CREATE_ROW,
    (Change.EDITED, Change.SAME): Action.MERGE,
    (Change.EDITED, Change.RECOMPUTED): Action.MERGE,
    (Change.EDITED, Change.EDITED): Action.MERGE,
    (Change.EDITED, Change.GONE): Action.DISPUTE,
    (Change.EDITED, Change.LOST): Action.CREATE_ROW,
    (Change.GONE, Change.SAME): Action.TRASH_ROW,
    (Change.GONE, Change.RECOMPUTED): Action.TRASH_ROW,
    (Change.GONE, Change.EDITED): Action.DISPUTE,
    (Change.GONE, Change.GONE): Action.AGREE_GONE,
    (Change.GONE, Change.LOST): Action.AGREE_GONE,
    (Change.LOST, Change.SAME): Action.HOLD,
    (Change.LOST, Change.RECOMPUTED): Action.HOLD,
    (Change.LOST, Change.EDITED): Action.HOLD,
    (Change.LOST, Change.GONE): Action.HOLD,
    (Change.LOST, Change.LOST): Action.HOLD,
    (Change.DEAD, Change.DEAD): Action.NOTHING,
    (Change.DEAD, Change.BACK): Action.RESTORE_PAGE,
    (Change.DEAD, Change.LOST): Action.NOTHING,
    (Change.BACK, Change.DEAD): Action.RESTORE_ROW,
    (Change.BACK, Change.BACK): Action.MERGE,
    (Change.BACK, Change.LOST): Action.CREATE_ROW,
    (Change.LOST, Change.DEAD): Action.NOTHING,
    (Change.LOST, Change.BACK): Action.HOLD,
}


class Verb(StrEnum):
    """What a step does to one side."""

    CREATE = "create"
    UPDATE = "update"
    TRASH = "trash"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do to one side: ``changes`` are the fields to write, by name."""

    side: Side
    verb: Verb
    changes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two edits of one thing, of which one lost or both wait for a person.

    ``field`` is the field's name, or "deleted_at" where a deletion met an edit.
    """

    field: str
    base: Value | Unknown
    notion: Value
    supabase: Value
    policy: Policy
    winner: Winner


#: Stands for the record's life in a conflict, where no field is meant.
DELETED = "deleted_at"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for one record.

    Args:
        action: the cell of the decision table.
        steps: in the order in which they are to be done.
        agreed: fields that both sides hold alike already: the base follows without a write.
        deleted: whether the record is deleted when the plan is done.
        turned: whether that differs from what both sides last held.
        conflicts: what lost, or is held; to be logged before anything is overwritten.
    """

    action: Action
    steps: tuple[Step, ...] = ()
    agreed: Mapping[str, Value] = field(default_factory=dict)
    deleted: bool = False
    turned: bool = False
    conflicts: tuple[Conflict, ...] = ()

    def toward(self, side: Side) -> tuple[Step, ...]:
        """The steps that touch one side."""
        return tuple(step for step in self.steps if step.side is side)

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to do and nothing to remember."""
        return not (self.steps or self.agreed or self.turned or self.conflicts)


def make_plan(
    collection: Collection,
    base: Base | None,
    notion: Sighting | None,
    supabase: Sighting | None,
) -> Plan:
    """Decide what to do for one record.

    Args:
        collection: where the record belongs.
        base: what both sides last held; None at first contact.
        notion: the page, or None where it cannot be seen.
        supabase: the row, or None where there is none.

    Raises:
        OurError: the sightings contradict each other.
    """
    there = (change_of(collection, base, notion), change_of(collection, base, supabase))
    action = DECISIONS.get(there)
    if action is None:
        raise OurError(f"no decision for {there[0]} in Notion and {there[1]} in Supabase")
    plan = _carry_out(action, collection, base, notion, supabase)
    turned = plan.deleted != (base is not None and base.deleted)
    return replace(plan, turned=True) if turned else plan


def _carry_out(
    action: Action,
    collection: Collection,
    base: Base | None,
    notion: Sighting | None,
    supabase: Sighting | None,
) -> Plan:
    match action:
        case Action.NOTHING | Action.HOLD:
            return Plan(action, deleted=base is not None and base.deleted)
        case Action.AGREE_GONE:
            return Plan(action, deleted=True)
        case Action.TRASH_ROW:
            return Plan(action, (Step(Side.SUPABASE, Verb.TRASH),), deleted=True)
        case Action.TRASH_PAGE:
            return Plan(action, (Step(Side.NOTION, Verb.TRASH),), deleted=True)
        case Action.CREATE_ROW:
            changes = _present(notion).record.values
            return Plan(action, (Step(Side.SUPABASE, Verb.CREATE, changes),))
        case Action.CREATE_PAGE:
            changes = writable(collection, _present(supabase).record.values)
            return Plan(action, (Step(Side.NOTION, Verb.CREATE, changes),))
        case Action.DISPUTE:
            return _dispute(collection, base, _present(notion), _present(supabase))
        case Action.MERGE:
            return _merge(collection, base, _present(notion), _present(supabase), action)
        case Action.RESTORE_ROW:
            merged = _merge(collection, base, _present(notion), _present(supabase), action)
            return _restoring(merged, Side.SUPABASE)
        case Action.RESTORE_PAGE:
            merged = _merge(collection, base, _present(notion), _present(supabase), action)
            return _restoring(merged, Side.NOTION)
        case _:
            assert_never(action)


def change_of(collection: Collection, base: Base | None, sighting: Sighting | None) -> Change:
    """What became of a record on one side since ``base``."""
    if base is None:
        return Change.ABSENT if sighting is None or sighting.deleted else Change.NEW
    if sighting is None:
        return Change.LOST
    if base.deleted:
        return Change.DEAD if sighting.deleted else Change.BACK
    if sighting.deleted:
        return Change.GONE
    before, now = base.record.values, sighting.record.values
    if before == now:
        return Change.SAME
    names = (*(f.name for f in collection.carried), UNDECLARED)
    differ = [name for name in names if name in now and now[name] != before.get(name, UNKNOWN)]
    if not differ:
        return Change.SAME
    edited = _edited_by_people(collection, before, now, differ)
    return Change.EDITED if edited else Change.RECOMPUTED


def _edited_by_people(
    collection: Collection,
    before: Mapping[str, Value],
    now: Mapping[str, Value],
    names: Iterable[str],
) -> bool:
    computed = {f.name for f in collection.carried if f.computed}
    return any(
        _typed_in(now[name]) != _typed_in(before.get(name))
        if name == UNDECLARED
        else name not in computed
        for name in names
    )


def _typed_in(undeclared: Value) -> dict[str, Json]:
    """Of the undeclared properties, those that Notion does not work out by itself.

    In a row a person may have written anything there.
    """
    entries = undeclared.value() if isinstance(undeclared, Opaque) else {}
    return {title: entry for title, entry in entries.items() if not _is_computed(entry)}


def _is_computed(entry: Json) -> bool:
    kind = entry.get("type") if isinstance(entry, Mapping) else None
    return isinstance(kind, str) and kind in COMPUTED


def writable(collection: Collection, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that can be written to Notion: not what Notion works out by itself."""
    names = {f.name for f in collection.carried if not f.computed}
    return {name: value for name, value in values.items() if name in names}


def _present(sighting: Sighting | None) -> Sighting:
    if sighting is None:
        raise OurError("a decision needs a sighting that is not there")
    return sighting


def _merge(
    collection: Collection, base: Base | None, notion: Sighting, supabase: Sighting, action: Action
) -> Plan:
    before: Mapping[str, Value] = base.record.values if base else {}
    to_notion: dict[str, Value] = {}
    to_supabase: dict[str, Value] = {}
    agreed: dict[str, Value] = {}
    conflicts: list[Conflict] = []
    newer = _supabase_is_newer(notion, supabase)
    for each in collection.carried:
        name = each.name
        here, there = notion.record.values, supabase.record.values
        if name not in here or name not in there:
            continue
        if each.computed:
            _follow(name, before, here[name], there[name], to_supabase, agreed)
            continue
        policy = collection.policy_of(each)
        known = before.get(name, UNKNOWN)
        merged = merge_field(
            base=known,
            notion=here[name],
            supabase=there[name],
            policy=policy,
            as_set=each.merges_as_set,
            supabase_is_newer=newer,
        )
        if merged.winner is not None:
            conflicts.append(Conflict(name, known, here[name], there[name], policy, merged.winner))
        if merged.to_notion:
            to_notion[name] = merged.value
        if merged.to_supabase:
            to_supabase[name] = merged.value
        if here[name] == there[name] != known:
            agreed[name] = merged.value
    if UNDECLARED in notion.record.values:
        there_value = supabase.record.values.get(UNDECLARED)
        here_value = notion.record.values[UNDECLARED]
        _follow(UNDECLARED, before, here_value, there_value, to_supabase, agreed)
    steps = []
    if to_supabase:
        steps.append(Step(Side.SUPABASE, Verb.UPDATE, to_supabase))
    if to_notion:
        steps.append(Step(Side.NOTION, Verb.UPDATE, to_notion))
    return Plan(action, tuple(steps), agreed, conflicts=tuple(conflicts))


def _follow(
    name: str,
    before: Mapping[str, Value],
    notion: Value,
    supabase: Value,
    to_supabase: dict[str, Value],
    agreed: dict[str, Value],
) -> None:
    """A value that only Notion can change: the row follows, and there is nothing to merge."""
    if notion != supabase:
        to_supabase[name] = notion
    elif before.get(name, UNKNOWN) != notion:
        agreed[name] = notion


def _dispute(
    collection: Collection, base: Base | None, notion: Sighting, supabase: Sighting
) -> Plan:
    """One side deleted the record while the other edited it."""
    policy = collection.policy
    match policy:
        case Policy.NOTION:
            winner = Winner.NOTION
        case Policy.SUPABASE:
            winner = Winner.SUPABASE
        case Policy.NEWEST:
            newer = _supabase_is_newer(notion, supabase)
            winner = Winner.SUPABASE if newer else Winner.NOTION
        case Policy.MANUAL:
            winner = Winner.HELD
        case _:
            assert_never(policy)
    conflict = Conflict(DELETED, UNKNOWN, notion.deleted, supabase.deleted, policy, winner)
    if winner is Winner.HELD:
        return Plan(Action.DISPUTE, conflicts=(conflict,))
    wins = notion if winner is Winner.NOTION else supabase
    loser = Side.SUPABASE if winner is Winner.NOTION else Side.NOTION
    if wins.deleted:
        step = Step(loser, Verb.TRASH)
        return Plan(Action.DISPUTE, (step,), deleted=True, conflicts=(conflict,))
    merged = _merge(collection, base, notion, supabase, Action.DISPUTE)
    restored = _restoring(merged, loser)
    return replace(restored, conflicts=(conflict, *restored.conflicts))


def _restoring(merged: Plan, side: Side) -> Plan:
    return replace(merged, steps=(Step(side, Verb.RESTORE), *merged.steps))


def _supabase_is_newer(notion: Sighting, supabase: Sighting) -> bool:
    """Notion knows minutes only, so an edit within the same minute counts as Notion's."""
    if notion.edited_at is None or supabase.edited_at is None:
        return False
    row_minute = supabase.edited_at.replace(second=0, microsecond=0)
    return row_minute > notion.edited_at
