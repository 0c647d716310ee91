"""The three-way merge of one field.

Rule: a value that loses is returned as a conflict, never dropped; a field that neither side
changed is never touched.

With base B, Notion N and Supabase P::

    N == P             the sides agree; the base follows
    N == B             Supabase edited: write P to Notion
    P == B             Notion edited: write N to Supabase
    all differ         sets are merged item by item; else the policy decides and the loser is kept
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from accord.core.values import Value


class Policy(StrEnum):
    """Who wins when both sides edited the same field."""

    NOTION = "notion"
    SUPABASE = "supabase"
    NEWEST = "newest"
    MANUAL = "manual"


class Winner(StrEnum):
    """Who won a conflict; HELD waits for a person."""

    NOTION = "notion"
    SUPABASE = "supabase"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome for one field.

    ``value`` is what both sides shall hold. ``winner`` is set only where a value lost. When it is
    HELD nothing is written on either side and ``value`` is the base.
    """

    value: Value
    to_notion: bool = False
    to_supabase: bool = False
    winner: Winner | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The base of a field that the two sides never agreed on."""


UNKNOWN = Unknown()


def merge_field(
    *,
    base: Value | Unknown,
    notion: Value,
    supabase: Value,
    policy: Policy,
    as_set: bool = False,
    supabase_is_newer: bool = False,
) -> Merged:
    """Merge one field.

    Args:
        base: what both sides last held, or UNKNOWN at first contact.
        notion: the value in Notion.
        supabase: the value in Supabase.
        policy: who wins a conflict.
        as_set: the values are tuples that merge item by item.
        supabase_is_newer: for the policy NEWEST; a tie within a minute is False (Notion wins).
    """
    if notion == supabase:
        return Merged(notion)
    if not isinstance(base, Unknown):
        if notion == base:
            return Merged(supabase, to_notion=True)
        if supabase == base:
            return Merged(notion, to_supabase=True)
    elif _is_empty(notion):
        return Merged(supabase, to_notion=True)
    elif _is_empty(supabase):
        return Merged(notion, to_supabase=True)
    if as_set and isinstance(notion, tuple) and isinstance(supabase, tuple):
        value = merge_sets(_names(base), _names(notion), _names(supabase))
        return Merged(value, to_notion=value != notion, to_supabase=value != supabase)
    return _decide(base, notion, supabase, policy, supabase_is_newer=supabase_is_newer)


def merge_sets(
    base: tuple[str, ...], notion: tuple[str, ...], supabase: tuple[str, ...]
) -> tuple[str, ...]:
    """Item by item: what either side added stays, what either side removed goes.

    The order is Notion's; what Supabase added follows in Supabase's order.
    """
    removed = (set(base) - set(notion)) | (set(base) - set(supabase))
    merged = dict.fromkeys(item for item in (*notion, *supabase) if item not in removed)
    return tuple(merged)


def _names(value: Value | Unknown) -> tuple[str, ...]:
    items = value if isinstance(value, tuple) else ()
    return tuple(item for item in items if isinstance(item, str))


def _is_empty(value: Value) -> bool:
    return value is None or value == ()


def _decide(
    base: Value | Unknown,
    notion: Value,
    supabase: Value,
    policy: Policy,
    *,
    supabase_is_newer: bool,
) -> Merged:
    match policy:
        case Policy.NOTION:
            return Merged(notion, to_supabase=True, winner=Winner.NOTION)
        case Policy.SUPABASE:
            return Merged(supabase, to_notion=True, winner=Winner.SUPABASE)
        case Policy.NEWEST if supabase_is_newer:
            return Merged(supabase, to_notion=True, winner=Winner.SUPABASE)
        case Policy.NEWEST:
            return Merged(notion, to_supabase=True, winner=Winner.NOTION)
        case Policy.MANUAL:
            held = None if isinstance(base, Unknown) else base
            return Merged(held, winner=Winner.HELD)
        case _:
            assert_never(policy)
