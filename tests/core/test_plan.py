"""Plans: every cell of the decision table, and what becomes of each field."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core import plan as planning
from accord.core.errors import OurError
from accord.core.merge import UNKNOWN, Policy, Winner
from accord.core.plan import (
    DECISIONS,
    DELETED,
    Action,
    Change,
    Conflict,
    Plan,
    Step,
    Verb,
    change_of,
    make_plan,
    writable,
)
from accord.core.record import UNDECLARED, Base, Record, Side, Sighting
from accord.core.values import Opaque, Text, Value
from accord.testing.strategies import records
from tests.core.things import STAGE, THINGS, VALUES, sighting, with_policy, without

NOTION, SUPABASE = Side.NOTION, Side.SUPABASE
ALIVE = Base(Record(VALUES))
DEAD = Base(Record(VALUES), deleted=True)
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

#: Every way in which one side can be found, given what was agreed.
WAYS: list[tuple[Base | None, list[tuple[Change, Sighting | None]]]] = [
    (
        None,
        [
            (Change.ABSENT, None),
            (Change.ABSENT, sighting(deleted=True)),
            (Change.NEW, sighting()),
        ],
    ),
    (
        ALIVE,
        [
            (Change.SAME, sighting()),
            (Change.RECOMPUTED, sighting({"age": 2.0})),
            (Change.EDITED, sighting({"stage": "Sold"})),
            (Change.EDITED, sighting({"stage": "Sold", "age": 2.0})),
            (Change.GONE, sighting(deleted=True)),
            (Change.GONE, sighting({"stage": "Sold"}, deleted=True)),
            (Change.LOST, None),
        ],
    ),
    (
        DEAD,
        [
            (Change.DEAD, sighting(deleted=True)),
            (Change.BACK, sighting()),
            (Change.BACK, sighting({"stage": "Sold"})),
            (Change.LOST, None),
        ],
    ),
]


def every_situation() -> Iterator[
    tuple[Base | None, tuple[Change, Sighting | None], tuple[Change, Sighting | None]]
]:
    for base, ways in WAYS:
        for notion, supabase in product(ways, ways):
            yield base, notion, supabase


#: action -> the sides and verbs of its steps, but for the updates that a merge finds necessary.
STEPS: dict[Action, tuple[tuple[Side, Verb], ...]] = {
    Action.NOTHING: (),
    Action.CREATE_ROW: ((SUPABASE, Verb.CREATE),),
    Action.CREATE_PAGE: ((NOTION, Verb.CREATE),),
    Action.MERGE: (),
    Action.TRASH_ROW: ((SUPABASE, Verb.TRASH),),
    Action.TRASH_PAGE: ((NOTION, Verb.TRASH),),
    Action.RESTORE_ROW: ((SUPABASE, Verb.RESTORE),),
    Action.RESTORE_PAGE: ((NOTION, Verb.RESTORE),),
    Action.AGREE_GONE: (),
    Action.HOLD: (),
}


def test_each_way_of_being_found_has_its_word() -> None:
    for base, ways in WAYS:
        for change, seen in ways:
            assert change_of(THINGS, base, seen) is change


def test_the_table_has_every_pair_that_can_occur_and_no_other() -> None:
    possible = {(notion[0], supabase[0]) for _, notion, supabase in every_situation()}
    assert possible == set(DECISIONS)
    assert {change for pair in possible for change in pair} == set(Change)
    assert set(DECISIONS.values()) == set(Action)


def test_the_plan_of_every_situation_is_the_cell_of_the_table() -> None:
    for base, notion, supabase in every_situation():
        plan = make_plan(THINGS, base, notion[1], supabase[1])
        assert plan.action is DECISIONS[notion[0], supabase[0]]


def test_the_steps_of_every_situation_are_those_of_its_action() -> None:
    for base, notion, supabase in every_situation():
        plan = make_plan(THINGS, base, notion[1], supabase[1])
        if plan.action is not Action.DISPUTE:
            found = [(s.side, s.verb) for s in plan.steps if s.verb is not Verb.UPDATE]
            assert tuple(found) == STEPS[plan.action]


@pytest.mark.parametrize("policy", list(Policy))
def test_a_plan_that_was_done_leaves_nothing_to_do(policy: Policy) -> None:
    collection = with_policy(policy)
    for base, (_, notion), (_, supabase) in every_situation():
        plan = make_plan(collection, base, notion, supabase)
        held = any(conflict.winner is Winner.HELD for conflict in plan.conflicts)
        if held or plan.action is Action.HOLD:
            assert not plan.steps
            continue
        here, there = done(plan, NOTION, notion), done(plan, SUPABASE, supabase)
        if here is None or there is None:
            assert plan.quiet or plan.deleted
            continue
        unknown = base is None and plan.action is Action.NOTHING
        after = None if unknown else Base(here.record, deleted=plan.deleted)
        assert make_plan(collection, after, here, there).quiet


def done(plan: Plan, side: Side, seen: Sighting | None) -> Sighting | None:
    """The side after the plan was carried out on it."""
    for step in plan.toward(side):
        match step.verb:
            case Verb.CREATE:
                seen = Sighting(Record(VALUES).updated(step.changes))
            case Verb.UPDATE:
                assert seen is not None
                seen = replace(seen, record=seen.record.updated(step.changes))
            case Verb.TRASH | Verb.RESTORE:
                assert seen is not None
                seen = replace(seen, deleted=step.verb is Verb.TRASH)
    return seen


def test_a_record_is_deleted_exactly_when_its_plan_says_so() -> None:
    for base, (_, notion), (_, supabase) in every_situation():
        plan = make_plan(THINGS, base, notion, supabase)
        was = base is not None and base.deleted
        assert plan.turned is (plan.deleted != was)
        for side, seen in ((NOTION, notion), (SUPABASE, supabase)):
            after = done(plan, side, seen)
            if plan.action is not Action.HOLD and base is not None and after is not None:
                assert after.deleted is plan.deleted


def test_a_plan_that_must_be_remembered_is_not_quiet() -> None:
    gone, back = sighting(deleted=True), sighting()
    agreed_gone = make_plan(THINGS, ALIVE, gone, gone)
    assert agreed_gone == Plan(Action.AGREE_GONE, deleted=True, turned=True)
    assert not agreed_gone.quiet
    both_back = make_plan(THINGS, DEAD, back, back)
    assert both_back == Plan(Action.MERGE, turned=True)
    assert not both_back.quiet


def test_a_pair_that_the_table_does_not_have_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "DECISIONS", {})
    with pytest.raises(OurError, match="no decision for same in Notion and edited in Supabase"):
        make_plan(THINGS, ALIVE, sighting(), sighting({"stage": "Sold"}))


def test_an_action_without_its_sighting_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {(Change.ABSENT, Change.ABSENT): Action.CREATE_ROW}
    monkeypatch.setattr(planning, "DECISIONS", table)
    with pytest.raises(OurError, match="needs a sighting"):
        make_plan(THINGS, None, None, None)


def test_when_nothing_changed_there_is_nothing_to_do() -> None:
    plan = make_plan(THINGS, ALIVE, sighting(), sighting())
    assert plan == Plan(Action.NOTHING)
    assert plan.quiet


@given(records(THINGS))
def test_what_both_sides_hold_is_never_written(values: dict[str, Value]) -> None:
    seen = Sighting(Record(values))
    first = make_plan(THINGS, None, seen, seen)
    assert first.steps == ()
    assert first.agreed == values
    assert make_plan(THINGS, Base(Record(values)), seen, seen).quiet


@given(records(THINGS), records(THINGS), records(THINGS), st.sampled_from(Policy))
def test_a_step_writes_no_field_that_its_side_holds_already(
    before: dict[str, Value],
    notion: dict[str, Value],
    supabase: dict[str, Value],
    policy: Policy,
) -> None:
    here, there = Sighting(Record(notion)), Sighting(Record(supabase))
    plan = make_plan(with_policy(policy), Base(Record(before)), here, there)
    for side, values in ((NOTION, notion), (SUPABASE, supabase)):
        for step in plan.toward(side):
            assert step.changes
            for name, value in step.changes.items():
                assert values[name] != value
    assert "age" not in {name for step in plan.toward(NOTION) for name in step.changes}


def test_a_direction_is_a_filter_on_the_steps() -> None:
    notion = sighting({"name": Text("Lamp 2")})
    plan = make_plan(THINGS, ALIVE, notion, sighting({"stage": "Sold"}))
    to_notion = Step(NOTION, Verb.UPDATE, {"stage": "Sold"})
    to_supabase = Step(SUPABASE, Verb.UPDATE, {"name": Text("Lamp 2")})
    assert plan.steps == (to_supabase, to_notion)
    assert plan.toward(NOTION) == (to_notion,)
    assert plan.toward(SUPABASE) == (to_supabase,)
    assert plan.conflicts == ()


def test_a_new_page_gets_a_row_with_everything_that_was_sighted() -> None:
    notion = sighting({UNDECLARED: Opaque.of({"Colour": {"type": "select", "value": "red"}})})
    plan = make_plan(THINGS, None, notion, None)
    assert plan.steps == (Step(SUPABASE, Verb.CREATE, notion.record.values),)


def test_a_new_row_gets_a_page_with_what_can_be_written() -> None:
    row = sighting({UNDECLARED: Opaque.of({}), "part_of": ("p9",), "sync_status": Text("x")})
    plan = make_plan(THINGS, None, None, row)
    written = {name: value for name, value in VALUES.items() if name != "age"}
    assert plan.steps == (Step(NOTION, Verb.CREATE, written),)
    assert writable(THINGS, row.record.values) == written


def test_sets_merge_and_both_sides_get_what_they_lack() -> None:
    plan = make_plan(
        THINGS, ALIVE, sighting({"tags": ("b", "c")}), sighting({"tags": ("a", "b", "d")})
    )
    assert plan.toward(NOTION) == (Step(NOTION, Verb.UPDATE, {"tags": ("b", "c", "d")}),)
    assert plan.toward(SUPABASE) == (Step(SUPABASE, Verb.UPDATE, {"tags": ("b", "c", "d")}),)
    assert plan.conflicts == ()


def test_the_same_edit_on_both_sides_is_agreed_without_a_write() -> None:
    plan = make_plan(THINGS, ALIVE, sighting({"stage": "Sold"}), sighting({"stage": "Sold"}))
    assert plan == Plan(Action.MERGE, agreed={"stage": "Sold"})
    assert not plan.quiet


def test_a_field_that_one_side_could_not_read_is_left_alone() -> None:
    notion = without(sighting({"name": Text("Lamp 2")}), "stage", "age")
    plan = make_plan(THINGS, ALIVE, notion, sighting({"stage": "Sold", "age": 3.0}))
    assert plan.steps == (Step(SUPABASE, Verb.UPDATE, {"name": Text("Lamp 2")}),)
    row = without(sighting({"name": Text("Lamp 2")}), "stage", "age")
    plan = make_plan(THINGS, ALIVE, sighting({"stage": "Sold", "age": 3.0}), row)
    assert plan.steps == (Step(NOTION, Verb.UPDATE, {"name": Text("Lamp 2")}),)


@pytest.mark.parametrize(
    ("policy", "row_edited", "winner"),
    [
        (Policy.NOTION, NOON + timedelta(hours=1), Winner.NOTION),
        (Policy.SUPABASE, NOON - timedelta(hours=1), Winner.SUPABASE),
        (Policy.NEWEST, NOON + timedelta(minutes=1), Winner.SUPABASE),
        (Policy.NEWEST, NOON + timedelta(seconds=59), Winner.NOTION),
        (Policy.NEWEST, NOON - timedelta(minutes=1), Winner.NOTION),
        (Policy.NEWEST, None, Winner.NOTION),
        (Policy.MANUAL, NOON + timedelta(hours=1), Winner.HELD),
    ],
)
@pytest.mark.parametrize("of_the_field", [False, True])
def test_the_policy_decides_between_two_edits_of_one_field(
    policy: Policy, row_edited: datetime | None, winner: Winner, of_the_field: bool
) -> None:
    stage = replace(STAGE, policy=policy)
    fields = tuple(stage if field is STAGE else field for field in THINGS.fields)
    collection = replace(THINGS, fields=fields) if of_the_field else with_policy(policy)
    notion = replace(sighting({"stage": "Sold"}), edited_at=NOON)
    row = replace(sighting({"stage": "Lent"}), edited_at=row_edited)
    plan = make_plan(collection, ALIVE, notion, row)
    assert plan.conflicts == (Conflict("stage", "New", "Sold", "Lent", policy, winner),)
    expected = {
        Winner.NOTION: (Step(SUPABASE, Verb.UPDATE, {"stage": "Sold"}),),
        Winner.SUPABASE: (Step(NOTION, Verb.UPDATE, {"stage": "Lent"}),),
        Winner.HELD: (),
    }
    assert plan.steps == expected[winner]
    assert plan.agreed == {}


def test_without_a_time_in_notion_the_newest_is_that_of_notion() -> None:
    row = replace(sighting({"stage": "Lent"}), edited_at=NOON)
    plan = make_plan(with_policy(Policy.NEWEST), ALIVE, sighting({"stage": "Sold"}), row)
    assert [conflict.winner for conflict in plan.conflicts] == [Winner.NOTION]


LATER, EARLIER = NOON + timedelta(hours=1), NOON - timedelta(hours=1)


@pytest.mark.parametrize("gone", [NOTION, SUPABASE])
@pytest.mark.parametrize(
    ("policy", "row_edited", "winner"),
    [
        (Policy.NOTION, LATER, Winner.NOTION),
        (Policy.SUPABASE, EARLIER, Winner.SUPABASE),
        (Policy.NEWEST, LATER, Winner.SUPABASE),
        (Policy.NEWEST, EARLIER, Winner.NOTION),
        (Policy.MANUAL, LATER, Winner.HELD),
    ],
)
def test_the_policy_decides_between_a_deletion_and_an_edit(
    gone: Side, policy: Policy, row_edited: datetime, winner: Winner
) -> None:
    edit: Mapping[str, Value] = {"stage": "Sold"}
    in_notion, in_supabase = gone is NOTION, gone is SUPABASE
    notion = sighting({} if in_notion else edit, deleted=in_notion)
    row = sighting({} if in_supabase else edit, deleted=in_supabase)
    plan = make_plan(
        with_policy(policy),
        ALIVE,
        replace(notion, edited_at=NOON),
        replace(row, edited_at=row_edited),
    )
    assert plan.action is Action.DISPUTE
    told = Conflict(DELETED, UNKNOWN, in_notion, in_supabase, policy, winner)
    assert plan.conflicts == (told,)
    if winner is Winner.HELD:
        assert plan.steps == ()
        assert not plan.deleted
        return
    wins = NOTION if winner is Winner.NOTION else SUPABASE
    loses = SUPABASE if wins is NOTION else NOTION
    if wins is gone:
        assert plan.steps == (Step(loses, Verb.TRASH),)
    else:
        assert plan.steps == (Step(loses, Verb.RESTORE), Step(loses, Verb.UPDATE, edit))
    assert plan.deleted is (wins is gone)


def test_a_record_that_returns_brings_its_edits_along() -> None:
    back = sighting({"stage": "Sold"})
    row = sighting({"name": Text("Lamp 2")}, deleted=True)
    plan = make_plan(THINGS, DEAD, back, row)
    assert plan.steps == (
        Step(SUPABASE, Verb.RESTORE),
        Step(SUPABASE, Verb.UPDATE, {"stage": "Sold"}),
        Step(NOTION, Verb.UPDATE, {"name": Text("Lamp 2")}),
    )


def test_what_notion_works_out_goes_one_way() -> None:
    changed = make_plan(THINGS, ALIVE, sighting({"age": 2.0}), sighting())
    assert changed.steps == (Step(SUPABASE, Verb.UPDATE, {"age": 2.0}),)
    put_right = make_plan(THINGS, ALIVE, sighting(), sighting({"age": 7.0}))
    assert put_right.steps == (Step(SUPABASE, Verb.UPDATE, {"age": 1.0}),)
    agreed = make_plan(THINGS, ALIVE, sighting({"age": 2.0}), sighting({"age": 2.0}))
    assert agreed == Plan(Action.MERGE, agreed={"age": 2.0})


def test_what_notion_works_out_contests_no_deletion() -> None:
    recomputed = sighting({"age": 2.0})
    plan = make_plan(THINGS, ALIVE, recomputed, sighting(deleted=True))
    assert plan.steps == (Step(NOTION, Verb.TRASH),)
    assert plan.conflicts == ()


def undeclared(**entries: tuple[str, str]) -> Mapping[str, Value]:
    return {UNDECLARED: Opaque.of({t: {"type": k, "value": v} for t, (k, v) in entries.items()})}


def test_what_no_model_declares_goes_to_supabase_only() -> None:
    red, blue = undeclared(Colour=("select", "red")), undeclared(Colour=("select", "blue"))
    base = Base(Record({**VALUES, **red}))
    follows = make_plan(THINGS, base, sighting(blue), sighting(red))
    assert follows.steps == (Step(SUPABASE, Verb.UPDATE, blue),)
    put_right = make_plan(THINGS, base, sighting(red), sighting(blue))
    assert put_right.steps == (Step(SUPABASE, Verb.UPDATE, red),)
    first_seen = make_plan(THINGS, ALIVE, sighting(red), sighting())
    assert first_seen.steps == (Step(SUPABASE, Verb.UPDATE, red),)
    agreed = make_plan(THINGS, base, sighting(blue), sighting(blue))
    assert agreed == Plan(Action.MERGE, agreed=blue)
    assert make_plan(THINGS, base, sighting({"stage": "Sold"}), sighting(red)).steps == (
        Step(SUPABASE, Verb.UPDATE, {"stage": "Sold"}),
    )


def test_undeclared_properties_are_edits_unless_notion_works_them_out() -> None:
    before = undeclared(Colour=("select", "red"), Edited=("last_edited_time", "10:00"))
    later = undeclared(Colour=("select", "red"), Edited=("last_edited_time", "10:01"))
    edited = undeclared(Colour=("select", "blue"), Edited=("last_edited_time", "10:01"))
    base = Base(Record({**VALUES, **before}))
    assert change_of(THINGS, base, sighting(later)) is Change.RECOMPUTED
    assert change_of(THINGS, base, sighting(edited)) is Change.EDITED
    assert change_of(THINGS, base, sighting({UNDECLARED: None})) is Change.EDITED
    assert change_of(THINGS, ALIVE, sighting({UNDECLARED: None})) is Change.RECOMPUTED
    assert change_of(THINGS, ALIVE, sighting(edited)) is Change.EDITED


def test_mirrors_and_managed_fields_are_no_part_of_a_plan() -> None:
    seen = sighting({"part_of": ("p9",), "sync_status": Text("In step")})
    assert make_plan(THINGS, ALIVE, seen, sighting()).quiet
