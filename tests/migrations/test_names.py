"""Names that change, and which of today was which of before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.errors import ModelError
from accord.core.schema import Collection, Field, PropertyType, Schema
from accord.supabase.drafting.model import entries_of
from accord.supabase.drafting.names import aside, in_turn
from accord.supabase.drafting.pairing import pair

TITLE = Field("name", "Name", PropertyType.TITLE, column="name", sql="text")
NOTES = Field("notes", "Notes", PropertyType.RICH_TEXT, column="notes", sql="text")


def things(*fields: Field, table: str = "things", renamed_from: str | None = None) -> Collection:
    return Collection(
        title=table.title(),
        table=table,
        env=f"{table}_DB",
        model=table.title(),
        fields=(TITLE, *fields),
        renamed_from=renamed_from,
    )


def renamed(name: str, said: str | None, title: str | None = None) -> Field:
    return replace(NOTES, name=name, column=name, title=title or name.title(), renamed_from=said)


def former(before: Collection, after: Collection) -> dict[str, str]:
    """Field -> what it was."""
    pairs = pair(entries_of(Schema.of([before])), Schema.of([after]))
    return {new: old for (_, new), (_, old) in pairs.fields.items() if new != "name"}


@given(st.permutations(list("abcde")), st.sets(st.sampled_from("abcde")))
def test_renames_never_meet_a_name_that_is_taken(order: list[str], kept: set[str]) -> None:
    wanted = {
        old: new if old in kept else f"{new}2" for old, new in zip("abcde", order, strict=True)
    }
    held = {name: name for name in "abcde"}
    for old, new in in_turn(wanted.items()):
        assert new not in held
        held[new] = held.pop(old)
    assert {first: name for name, first in held.items()} == wanted


def test_what_is_put_aside_gets_a_free_name_that_is_short_enough() -> None:
    assert aside("notes") == "_deprecated_notes"
    assert aside('"order"') == "_deprecated_order"
    assert aside("notes", {"_deprecated_notes"}) == "_deprecated_notes_2"
    long = aside("x" * 63)
    assert len(long) == 63
    assert long != aside("x" * 62)


@pytest.mark.parametrize(
    "after",
    [
        renamed("remarks", "notes"),
        renamed("remarks", "Notes"),
        renamed("remarks", None, "Notes"),
    ],
)
def test_a_field_is_known_by_its_former_attribute_or_title(after: Field) -> None:
    assert former(things(NOTES), things(after)) == {"remarks": "notes"}


def test_a_field_of_another_name_and_title_is_another() -> None:
    assert former(things(NOTES), things(renamed("remarks", None))) == {}


def test_a_name_that_is_taken_back_is_known_again() -> None:
    assert former(things(renamed("remarks", "notes")), things(NOTES)) == {"notes": "remarks"}
    before = things(NOTES, table="items", renamed_from="things")
    assert former(before, things(NOTES)) == {"notes": "notes"}


def test_a_table_is_known_by_its_former_name_or_title() -> None:
    for said in ("things", "Things"):
        assert former(things(NOTES), things(NOTES, table="items", renamed_from=said)) == {
            "notes": "notes"
        }
    assert former(things(NOTES), things(NOTES, table="items")) == {}


def test_a_former_name_that_is_still_declared_is_refused_with_all_others() -> None:
    before = Schema.of([things(NOTES)])
    after = Schema.of(
        [
            things(NOTES, renamed("remarks", "notes")),
            things(table="items", renamed_from="things"),
        ]
    )
    with pytest.raises(ModelError) as caught:
        pair(entries_of(before), after)
    assert len(caught.value.problems) == 2
    assert "'notes'" in caught.value.problems[0]
    assert "'things'" in caught.value.problems[1]
