"""Every plan that small values can ask for, against the contract in other words.

Rule: what is expected is worked out from the states alone, by what people are promised; no code of
the merge or the plan is used for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from accord.core.merge import UNKNOWN, Policy
from accord.core.plan import DELETED, Plan, Verb, make_plan
from accord.core.record import Base, Record, Side
from accord.core.values import Value
from tests.core.things import VALUES, sighting, with_policy

SCALARS: tuple[Value, ...] = (None, "a", "b", "c", "d")
SETS: tuple[Value, ...] = ((), ("a",), ("b",), ("a", "b"), ("b", "c"))
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class State:
    """One side: the value of the field, and whether the record is deleted."""

    value: Value
    dead: bool


@dataclass(frozen=True)
class End:
    """Where both sides are to be afterwards, and who won over what (None: it waits)."""

    notion: State
    row: State
    won: tuple[tuple[str, str | None], ...] = ()


def winner(policy: Policy, newer: bool) -> str | None:
    wins = {Policy.NOTION: "notion", Policy.SUPABASE: "supabase", Policy.MANUAL: None}
    return wins.get(policy, "supabase" if newer else "notion")


def merged(
    name: str, base: State | None, notion: Value, row: Value, wins: str | None
) -> tuple[Value, Value, tuple[tuple[str, str | None], ...]]:
    """What the field is on both sides when both records live."""
    if notion == row:
        return notion, row, ()
    if base is None:
        touched = (notion not in {None, ()}, row not in {None, ()})
    else:
        touched = (notion != base.value, row != base.value)
    if touched == (False, True):
        return row, row, ()
    if touched == (True, False):
        return notion, notion, ()
    if isinstance(notion, tuple) and isinstance(row, tuple):
        before = base.value if base is not None and isinstance(base.value, tuple) else ()
        kept = [str(i) for i in notion if i in row or i not in before]
        kept += [str(i) for i in row if i not in notion and i not in before]
        return tuple(kept), tuple(kept), ()
    if wins is None:
        return notion, row, ((name, None),)
    value = notion if wins == "notion" else row
    return value, value, ((name, wins),)


def promised(name: str, base: State | None, notion: State, row: State, wins: str | None) -> End:
    """What the contract says."""
    here, there, won = merged(name, base, notion.value, row.value, wins)
    alive = End(State(here, False), State(there, False), won)
    match base and base.dead, notion.dead, row.dead:
        case _, True, True:
            return End(notion, row)
        case _, False, False:
            return alive
        case None, True, False:  # never agreed: what is deleted was never there
            return End(State(row.value, False), row)
        case None, False, True:
            return End(notion, State(notion.value, False))
        case True, _, _:  # one side came back
            return alive
    living = row if notion.dead else notion
    if base is not None and living.value == base.value:
        return End(replace(notion, dead=True), replace(row, dead=True))
    if wins is None:
        return End(notion, row, ((DELETED, None),))
    if (notion if wins == "notion" else row).dead:
        return End(replace(notion, dead=True), replace(row, dead=True), ((DELETED, wins),))
    return replace(alive, won=((DELETED, wins), *won))


def done(name: str, plan: Plan, notion: State, row: State) -> End:
    """Carry a plan out."""
    sides = {Side.NOTION: notion, Side.SUPABASE: row}
    for step in plan.steps:
        state = sides[step.side]
        dead = {Verb.TRASH: True, Verb.RESTORE: False, Verb.CREATE: False}.get(
            step.verb, state.dead
        )
        sides[step.side] = State(step.changes.get(name, state.value), dead)
    won = tuple((c.field, None if c.winner == "held" else str(c.winner)) for c in plan.conflicts)
    return End(sides[Side.NOTION], sides[Side.SUPABASE], won)


@pytest.mark.parametrize(("name", "values"), [("stage", SCALARS), ("tags", SETS)])
@pytest.mark.parametrize("policy", list(Policy))
@pytest.mark.parametrize("newer", [False, True])
def test_every_plan_ends_as_promised(
    name: str, values: tuple[Value, ...], policy: Policy, newer: bool
) -> None:
    collection = with_policy(policy)
    states = [State(value, dead) for value, dead in product(values, (False, True))]
    edited = NOON + timedelta(hours=1 if newer else -1)
    wins = winner(policy, newer)
    for base, notion, row in product([None, *states], states, states):
        agreed = Base(Record({**VALUES, name: base.value}), base.dead) if base else None
        plan = make_plan(
            collection,
            agreed,
            replace(sighting({name: notion.value}, deleted=notion.dead), edited_at=NOON),
            replace(sighting({name: row.value}, deleted=row.dead), edited_at=edited),
        )
        expected = promised(name, base, notion, row, wins)
        assert done(name, plan, notion, row) == expected, (base, notion, row)
        for conflict in plan.conflicts:
            kept = {conflict.notion, conflict.supabase}
            real = (
                {notion.dead, row.dead} if conflict.field == DELETED else {notion.value, row.value}
            )
            assert kept == real
            if conflict.field == name:
                assert conflict.base == (UNKNOWN if base is None else base.value)
