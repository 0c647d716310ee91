"""The sixteen declarations say what the data dictionary says: no more, no less, nothing else.

Rule: the dictionary is turned into collections here, by its own words and without a look at how
declarations are written; then the two are compared, both ways and in every respect.
"""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import models
from accord.core.schema import Collection, Field, LinkTable, Managed, PropertyType, Schema
from accord.declare import load_schema

FACTS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "facts" / "data_dictionary.yaml").read_text(encoding="utf-8")
)
DATABASES: list[dict[str, Any]] = FACTS["databases"]
MANAGED = {
    "Supabase ID": Managed.SUPABASE_ID,
    "Last Synced": Managed.LAST_SYNCED,
    "Sync Status": Managed.SYNC_STATUS,
}
#: The one pair whose second side keeps the links, as a foreign key.
KEPT_BY_THE_SECOND = "workflow_instances.Related Tasks"
#: Said in the declarations only.
BEYOND_THE_DICTIONARY = {"name", "doc"}


def two_sides() -> Iterator[tuple[str, str]]:
    """(the side that keeps the links, the side that mirrors it), as table.Property."""
    for first, second in FACTS["two_way_relations"]:
        yield (second, first) if first == KEPT_BY_THE_SECOND else (first, second)


PAIRS = list(two_sides())
OTHER_SIDE = {**dict(PAIRS), **{mirror: owner for owner, mirror in PAIRS}}
MIRRORS = {mirror: owner for owner, mirror in PAIRS}


def expected_field(table: str, fact: dict[str, Any]) -> Field:
    here = f"{table}.{fact['name']}"
    known = {"name", "type", "column", "sql", "options", "to", "many", "link", "through"}
    known |= {"id_prefix", "format", "range", "holds", "managed", "result"}
    assert fact.keys() <= known, "the dictionary says something that is not compared"
    bounds = fact.get("range")
    link = fact.get("link")
    return Field(
        name="",
        title=fact["name"],
        type=PropertyType(fact["type"]),
        column=fact.get("column"),
        sql=fact.get("sql"),
        options=tuple(fact.get("options", ())),
        to=fact.get("to"),
        many=fact.get("many", False),
        link=LinkTable(*link) if link else None,
        through=fact.get("through"),
        mirrors=MIRRORS.get(here),
        two_way=OTHER_SIDE.get(here),
        result=fact.get("result"),
        holds_json=fact.get("holds") == "json",
        id_prefix=fact.get("id_prefix"),
        number_format=fact.get("format"),
        bounds=(bounds[0], bounds[1]) if bounds else None,
        managed=MANAGED[fact["name"]] if fact.get("managed") else None,
    )


def facts_of(database: dict[str, Any]) -> list[Field]:
    facts = [*database["properties"], *database["computed_in_notion"]]
    return [expected_field(database["table"], fact) for fact in facts]


def comparable(field: Field) -> Field:
    return replace(field, name="", doc="")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema("models")


def test_the_dictionary_is_the_one_that_was_agreed() -> None:
    assert len(DATABASES) == 16
    assert sum(len(d["properties"]) for d in DATABASES) == 326
    assert sum(len(d["computed_in_notion"]) for d in DATABASES) == 62
    assert len(PAIRS) == 8


def test_there_are_as_many_of_everything_as_in_the_dictionary(schema: Schema) -> None:
    fields_ = [field for collection in schema for field in collection.fields]
    assert len(schema) == 16
    assert len([field for field in fields_ if not field.computed]) == 326
    assert len([field for field in fields_ if field.computed]) == 62
    assert len({field.link.table for field in fields_ if field.link}) == 21
    assert len([field for field in fields_ if field.link and not field.mirrors]) == 21


def test_the_collections_stand_in_the_order_of_their_numbers(schema: Schema) -> None:
    assert [c.number for c in schema] == [d["number"] for d in DATABASES] == list(range(1, 17))


@pytest.mark.parametrize("database", DATABASES, ids=lambda d: d["table"])
def test_each_collection_is_headed_as_in_the_dictionary(
    database: dict[str, Any], schema: Schema
) -> None:
    collection = schema.collection(database["table"])
    heading = database.keys() - {"models_file", "properties", "computed_in_notion"}
    assert heading == {"number", "title", "model", "table", "env", "group"}
    assert all(getattr(collection, what) == database[what] for what in heading)
    assert collection.doc.endswith(".")


@pytest.mark.parametrize("database", DATABASES, ids=lambda d: d["table"])
def test_each_property_is_declared_as_in_the_dictionary_and_no_other_is(
    database: dict[str, Any], schema: Schema
) -> None:
    declared = {f.title: comparable(f) for f in schema.collection(database["table"]).fields}
    expected = {f.title: f for f in facts_of(database)}
    assert declared.keys() == expected.keys()
    for title, field in expected.items():
        assert declared[title] == field


@pytest.mark.parametrize("database", DATABASES, ids=lambda d: d["table"])
def test_properties_stand_in_the_order_of_the_dictionary(
    database: dict[str, Any], schema: Schema
) -> None:
    collection = schema.collection(database["table"])
    declared = [field.title for field in collection.fields if field.managed is None]
    assert declared == [field.title for field in facts_of(database) if field.managed is None]


@pytest.mark.parametrize("database", DATABASES, ids=lambda d: d["table"])
def test_each_class_is_in_the_file_that_the_dictionary_names(database: dict[str, Any]) -> None:
    model = getattr(models, database["model"])
    assert model.__module__.replace(".", "/") + ".py" == database["models_file"]
    assert database["model"] in models.__all__


def test_the_attribute_is_the_column(schema: Schema) -> None:
    for collection in schema:
        for field in collection.fields:
            if field.column is not None and field.managed is None:
                assert field.name == field.column


def test_both_sides_of_a_pair_see_one_set_of_links(schema: Schema) -> None:
    for collection in schema:
        for mirror in collection.mirrors:
            owning, owner = schema.owner_of(mirror)
            assert owner.mirrors is None
            assert owner.two_way == f"{collection.table}.{mirror.title}"
            if owner.link is None:
                assert mirror.through == f"{owning.table}.{owner.column}"
            else:
                assert mirror.link == LinkTable(
                    owner.link.table, owner=owner.link.target, target=owner.link.owner
                )


@pytest.mark.parametrize("respect", [f.name for f in fields(Field)])
def test_the_comparison_sees_each_respect(respect: str, schema: Schema) -> None:
    """A field that differs in one respect is another field, unless only the models say it."""
    field = schema.collection("business_entities").fields[0]
    change: dict[str, Any] = {respect: "something else"}
    changed = replace(field, **change)
    assert (comparable(changed) == comparable(field)) is (respect in BEYOND_THE_DICTIONARY)


def test_every_collection_has_what_a_declaration_must_have(schema: Schema) -> None:
    for collection in schema:
        assert isinstance(collection, Collection)
        assert collection.problems() == ()
        assert len({field.managed for field in collection.fields}) == len(Managed) + 1
