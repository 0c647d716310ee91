"""A schema that exists is right: each wrong one is refused, and all problems are told at once."""

from dataclasses import replace
from typing import Any

import pytest

from accord.core.errors import ModelError
from accord.core.merge import Policy
from accord.core.schema import (
    KINDS,
    RESERVED_COLUMNS,
    Collection,
    Field,
    LinkTable,
    PropertyType,
    Schema,
)
from accord.core.values import Value
from tests.core.things import AGE, NAME, PART_OF, PARTS, STAGE, STATUS, TAGS, THINGS

ROOMS = Collection(
    title="Rooms", table="rooms", env="NOTION_ROOMS_DB", model="Room", fields=(NAME,)
)
IN_ROOM = Field("room_id", "Room", PropertyType.RELATION, "room_id", "uuid", to="rooms")
NOTES = Field("notes", "Notes", PropertyType.RICH_TEXT, "notes", "text")


def things(*fields: Field) -> Collection:
    return replace(THINGS, fields=fields)


def changed(field: Field, **changes: Any) -> Field:
    return replace(field, **changes)


def problems_of(*collections: Collection) -> tuple[str, ...]:
    with pytest.raises(ModelError) as caught:
        Schema.of(collections)
    return caught.value.problems


def test_a_right_schema_is_a_collection_of_collections() -> None:
    schema = Schema.of([THINGS, ROOMS])
    assert len(schema) == 2
    assert list(schema) == [THINGS, ROOMS]
    assert schema.collection("rooms") is ROOMS
    assert schema.owner_of(PART_OF) == (THINGS, PARTS)
    assert THINGS.problems() == ()


def test_what_is_not_there_is_named() -> None:
    schema = Schema.of([THINGS])
    with pytest.raises(KeyError, match="no collection has the table 'rooms'"):
        schema.collection("rooms")
    with pytest.raises(KeyError, match="Thing has no field 'colour'"):
        THINGS.field("colour")
    with pytest.raises(KeyError, match="Thing has no property 'Colour'"):
        schema.owner_of(changed(PART_OF, mirrors="things.Colour"))
    with pytest.raises(KeyError, match="no collection has the table ''"):
        schema.owner_of(PARTS)


def test_a_relation_to_one_needs_no_link_table() -> None:
    assert len(Schema.of([things(NAME, IN_ROOM), ROOMS])) == 2


def test_fields_are_found_by_what_they_do() -> None:
    assert THINGS.field("stage") is STAGE
    assert THINGS.carried == (NAME, STAGE, TAGS, AGE, PARTS)
    assert THINGS.mirrors == (PART_OF,)
    assert [field.merges_as_set for field in THINGS.carried] == [False, False, True, False, True]
    assert not IN_ROOM.merges_as_set
    assert AGE.computed
    assert not NAME.computed
    assert not STATUS.carried


def test_a_field_may_have_a_policy_of_its_own() -> None:
    assert THINGS.policy_of(STAGE) is Policy.NOTION
    assert THINGS.policy_of(changed(STAGE, policy=Policy.SUPABASE)) is Policy.SUPABASE


@pytest.mark.parametrize(("value", "objected"), [(0.0, False), (1.0, False), (1.5, True)])
def test_a_number_out_of_bounds_is_objected_to(value: float, objected: bool) -> None:
    age = changed(AGE, bounds=(0, 1))
    assert (age.objection(value) is not None) is objected


def test_an_objection_says_what_is_allowed() -> None:
    objection = changed(AGE, bounds=(0, 1)).objection(-1.5)
    assert objection == "Age is -1.5, but must be between 0 and 1"


@pytest.mark.parametrize("value", [None, True, "150"])
def test_only_numbers_have_bounds(value: Value) -> None:
    assert changed(AGE, bounds=(0, 0)).objection(value) is None
    assert AGE.objection(150.0) is None


def test_every_type_has_its_kind() -> None:
    assert set(KINDS) == set(PropertyType)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ((STAGE,), "Thing: a collection has exactly one Title property, this one has none"),
        (
            (NAME, changed(NAME, name="b", title="B", column="b")),
            "Thing: a collection has exactly one Title property, this one has 'Name', 'B'",
        ),
        (
            (NAME, STAGE, changed(STAGE, name="b", column="b")),
            "Thing: the property 'Stage' is declared twice",
        ),
        (
            (NAME, STAGE, changed(STAGE, title="B", column="b")),
            "Thing: the field 'stage' is declared twice",
        ),
        (
            (NAME, STAGE, changed(STAGE, name="b", title="B")),
            "Thing: the column 'stage' is declared twice",
        ),
        (
            (NAME, changed(STAGE, column="Stage")),
            "Thing: stage ('Stage'): the column name 'Stage' is not a plain SQL name (a-z, 0-9, _)",
        ),
        (
            (NAME, changed(NOTES, holds_json=True), changed(STAGE, column="notes_json")),
            "Thing: notes ('Notes'): its generated column notes_json is a declared column already",
        ),
        (
            (NAME, changed(STAGE, options=("New, but used",))),
            (
                "Thing: stage ('Stage'): the option 'New, but used' has a comma, which Notion "
                "does not allow"
            ),
        ),
        (
            (NAME, changed(STAGE, options=("New", ""))),
            "Thing: stage ('Stage'): an option has no name",
        ),
        (
            (NAME, changed(STAGE, options=("New", "NEW"))),
            "Thing: stage ('Stage'): the option 'new' is declared twice (Notion ignores case)",
        ),
        (
            (NAME, changed(AGE, bounds=(1.0, 0.5))),
            "Thing: age ('Age'): its bounds 1 to 0.5 are the wrong way round",
        ),
        (
            (NAME, IN_ROOM),
            (
                "Thing: room_id ('Room'): it points to 'rooms', which is no collection; "
                "there are: Thing"
            ),
        ),
        (
            (NAME, changed(PARTS, two_way=None, link=LinkTable("things_parts", "id", "id"))),
            (
                "Thing: parts ('Parts'): both columns of its link table are named 'id'; name the "
                "target's column"
            ),
        ),
        (
            (NAME, changed(PARTS, two_way=None, link=LinkTable("x" * 64, "a", "b"))),
            (
                f"Thing: parts ('Parts'): the link table name {'x' * 64!r} is not a plain SQL name "
                "(a-z, 0-9, _; at most 63)"
            ),
        ),
        (
            (NAME, changed(PARTS, two_way=None, link=LinkTable("x", "a b", "b"))),
            (
                "Thing: parts ('Parts'): the link column name 'a b' is not a plain SQL name "
                "(a-z, 0-9, _; at most 63)"
            ),
        ),
        (
            (NAME, changed(PARTS, two_way=None, link=LinkTable("things", "a", "b"))),
            "Thing: parts ('Parts'): its link table 'things' is taken by Thing; name another",
        ),
        (
            (NAME, changed(PARTS, two_way=None, link=LinkTable("notion_users", "a", "b"))),
            (
                "Thing: parts ('Parts'): its link table 'notion_users' is taken by the people of "
                "the workspace; name another"
            ),
        ),
        (
            (
                NAME,
                changed(PARTS, two_way=None),
                changed(PARTS, two_way=None, name="bits", title="Bits"),
            ),
            (
                "Thing: bits ('Bits'): its link table 'things_parts' is taken by Thing.parts; name "
                "another"
            ),
        ),
        (
            (NAME, changed(PARTS, two_way="rooms.Things")),
            "Thing: parts ('Parts'): its other side 'rooms.Things' does not exist",
        ),
        (
            (NAME, changed(PARTS, two_way="things.Whole")),
            "Thing: parts ('Parts'): its other side 'things.Whole' does not exist",
        ),
        (
            (NAME, changed(PARTS, two_way=None, mirrors="things.Part Of"), PART_OF),
            "Thing: parts ('Parts'): it mirrors 'things.Part Of', but its other side is None",
        ),
    ],
)
def test_a_wrong_declaration_is_refused(fields: tuple[Field, ...], problem: str) -> None:
    assert problem in problems_of(things(*fields))


@pytest.mark.parametrize("column", sorted(RESERVED_COLUMNS))
def test_the_columns_that_every_table_has_are_reserved(column: str) -> None:
    assert problems_of(things(NAME, changed(STAGE, column=column))) == (
        f"Thing: stage ('Stage'): the column name {column!r} is reserved; choose another",
    )


@pytest.mark.parametrize("table", ["Things", "1things", "thi ngs", "", "t" * 64])
def test_a_table_has_a_plain_name(table: str) -> None:
    assert problems_of(replace(THINGS, fields=(NAME,), table=table)) == (
        f"Thing: the table name {table!r} is not a plain SQL name (a-z, 0-9, _)",
    )


def test_the_table_of_the_people_is_taken() -> None:
    assert problems_of(replace(THINGS, fields=(NAME,), table="notion_users")) == (
        "Thing: the table name 'notion_users' is reserved; choose another",
    )


@pytest.mark.parametrize(
    ("what", "attribute"),
    [
        ("table", "table"),
        ("title", "title"),
        ("model", "model"),
        ("environment variable", "env"),
    ],
)
def test_two_collections_share_nothing(what: str, attribute: str) -> None:
    value = getattr(THINGS, attribute)
    change: dict[str, Any] = {attribute: value}
    assert problems_of(things(NAME), replace(ROOMS, **change)) == (
        f"the {what} {value!r} is declared by two collections; each needs its own",
    )


def test_the_other_side_is_where_the_relation_points_to() -> None:
    found = problems_of(things(NAME, changed(PARTS, to="rooms"), PART_OF), ROOMS)
    problem = "its other side 'things.Part Of' is not in 'rooms', where it points to"
    assert f"Thing: parts ('Parts'): {problem}" in found


def test_the_other_side_names_this_one_in_return() -> None:
    found = problems_of(things(NAME, PARTS, changed(PART_OF, two_way=None, mirrors=None)))
    problem = "its other side 'things.Part Of' does not name 'things.Parts' in return"
    assert f"Thing: parts ('Parts'): {problem}" in found


@pytest.mark.parametrize(
    "pair",
    [
        (PARTS, changed(PART_OF, mirrors=None)),
        (changed(PARTS, mirrors="things.Part Of"), PART_OF),
    ],
)
def test_exactly_one_side_owns_the_links(pair: tuple[Field, Field]) -> None:
    found = problems_of(things(NAME, *pair))
    assert any("owns the links" in problem for problem in found)


def test_all_problems_are_told_at_once() -> None:
    wrong = things(STAGE, changed(AGE, column="id"), IN_ROOM)
    found = problems_of(wrong, replace(ROOMS, title="Things", table="halls", fields=()))
    assert len(found) == 5
    assert {problem.split(":")[0] for problem in found} == {
        "the title 'Things' is declared by two collections; each needs its own",
        "Thing",
        "Room",
    }


def test_a_collection_names_its_title_field() -> None:
    assert THINGS.title_field.name == "name"


def test_a_former_name_is_a_title_or_an_attribute() -> None:
    assert NOTES.former_titles == ()
    assert changed(NOTES, renamed_from="Old Notes").former_titles == ("Old Notes",)
    former = changed(NOTES, renamed_from="old_notes").former_titles
    assert former == ("old_notes", "Old Notes")
