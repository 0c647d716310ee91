"""The three-way merge, over every case that small values can make."""

from collections.abc import Iterator
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.merge import UNKNOWN, Merged, Policy, Unknown, Winner, merge_field, merge_sets
from accord.core.values import Value

SCALARS: list[Value] = [None, "a", "b", "c"]
SWITCHES: list[Value] = [False, True]
SETS: list[Value] = [tuple(p) for n in range(4) for p in permutations("abc", n)]
NAMES = st.lists(st.sampled_from("abcdef"), unique=True).map(tuple)


def specified(
    base: Value | Unknown,
    notion: Value,
    supabase: Value,
    policy: Policy,
    *,
    as_set: bool,
    newer: bool,
) -> Merged:
    """The rule in the words of the contract, written without a look at the code."""

    def edited(value: Value) -> bool:
        return value not in {None, ()} if isinstance(base, Unknown) else value != base

    def outcome(value: Value, winner: Winner | None = None) -> Merged:
        return Merged(value, value != notion, value != supabase, winner)

    if notion == supabase:
        return outcome(notion)
    if not edited(notion):
        return outcome(supabase)
    if not edited(supabase):
        return outcome(notion)
    if as_set and isinstance(notion, tuple) and isinstance(supabase, tuple):
        before: Any = base if isinstance(base, tuple) else ()
        stays = [
            item
            for item in (*notion, *(i for i in supabase if i not in notion))
            if (item in notion and item in supabase) or item not in before
        ]
        return outcome(tuple(stays))
    if policy is Policy.MANUAL:
        return Merged(None if isinstance(base, Unknown) else base, winner=Winner.HELD)
    supabase_wins = policy is Policy.SUPABASE or (policy is Policy.NEWEST and newer)
    return outcome(supabase, Winner.SUPABASE) if supabase_wins else outcome(notion, Winner.NOTION)


def every_case(values: list[Value]) -> Iterator[tuple[Value | Unknown, Value, Value]]:
    return product([UNKNOWN, *values], values, values)


@pytest.mark.parametrize("values", [SCALARS, SWITCHES, SETS], ids=["scalars", "switches", "sets"])
@pytest.mark.parametrize("policy", list(Policy))
@pytest.mark.parametrize("as_set", [False, True])
@pytest.mark.parametrize("newer", [False, True])
def test_every_merge_is_as_specified(
    values: list[Value], policy: Policy, as_set: bool, newer: bool
) -> None:
    for base, notion, supabase in every_case(values):
        merged = merge_field(
            base=base,
            notion=notion,
            supabase=supabase,
            policy=policy,
            as_set=as_set,
            supabase_is_newer=newer,
        )
        assert merged == specified(base, notion, supabase, policy, as_set=as_set, newer=newer)


@pytest.mark.parametrize("values", [SCALARS, SETS], ids=["scalars", "sets"])
@pytest.mark.parametrize("policy", list(Policy))
def test_what_was_merged_is_in_step_and_stays_so(values: list[Value], policy: Policy) -> None:
    for base, notion, supabase in every_case(values):
        merged = merge_field(
            base=base, notion=notion, supabase=supabase, policy=policy, as_set=True
        )
        if merged.winner is Winner.HELD:
            assert not merged.to_notion
            assert not merged.to_supabase
            continue
        here = merged.value if merged.to_notion else notion
        there = merged.value if merged.to_supabase else supabase
        assert here == there == merged.value
        again = merge_field(base=merged.value, notion=here, supabase=there, policy=policy)
        assert again == Merged(merged.value)


@pytest.mark.parametrize("policy", list(Policy))
def test_a_value_that_is_overwritten_was_agreed_empty_or_is_a_conflict(policy: Policy) -> None:
    for base, notion, supabase in every_case(SCALARS):
        merged = merge_field(base=base, notion=notion, supabase=supabase, policy=policy)
        for lost, value in ((merged.to_notion, notion), (merged.to_supabase, supabase)):
            if lost and merged.winner is None:
                assert value in {base, None}


def test_a_switch_that_differs_at_first_contact_is_a_conflict() -> None:
    merged = merge_field(base=UNKNOWN, notion=False, supabase=True, policy=Policy.NOTION)
    assert merged == Merged(False, to_supabase=True, winner=Winner.NOTION)


@given(NAMES)
def test_merging_a_set_with_itself_changes_nothing(names: tuple[str, ...]) -> None:
    assert merge_sets(names, names, names) == names
    assert merge_sets((), names, names) == names


@given(NAMES, NAMES, NAMES)
def test_nothing_that_either_side_added_is_lost(
    base: tuple[str, ...], notion: tuple[str, ...], supabase: tuple[str, ...]
) -> None:
    merged = merge_sets(base, notion, supabase)
    assert (set(notion) | set(supabase)) - set(base) <= set(merged)


@given(NAMES, NAMES, NAMES)
def test_nothing_that_either_side_removed_stays(
    base: tuple[str, ...], notion: tuple[str, ...], supabase: tuple[str, ...]
) -> None:
    merged = merge_sets(base, notion, supabase)
    assert not set(merged) & ((set(base) - set(notion)) | (set(base) - set(supabase)))


@given(NAMES, NAMES, NAMES)
def test_a_set_holds_nothing_that_neither_side_has_and_nothing_twice(
    base: tuple[str, ...], notion: tuple[str, ...], supabase: tuple[str, ...]
) -> None:
    merged = merge_sets(base, notion, supabase)
    assert set(merged) <= set(notion) | set(supabase)
    assert len(merged) == len(set(merged))


@given(NAMES, NAMES, NAMES)
def test_the_order_of_a_merged_set_is_that_of_notion_then_supabase(
    base: tuple[str, ...], notion: tuple[str, ...], supabase: tuple[str, ...]
) -> None:
    merged = merge_sets(base, notion, supabase)
    first = [item for item in merged if item in notion]
    then = [item for item in merged if item not in notion]
    assert list(merged) == first + then
    assert first == [item for item in notion if item in merged]
    assert then == [item for item in supabase if item in merged and item not in notion]


@given(NAMES, NAMES, NAMES)
def test_the_items_of_a_merged_set_do_not_depend_on_the_side(
    base: tuple[str, ...], notion: tuple[str, ...], supabase: tuple[str, ...]
) -> None:
    swapped = merge_sets(base, supabase, notion)
    assert set(merge_sets(base, notion, supabase)) == set(swapped)
