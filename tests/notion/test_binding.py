"""A property keeps its field whatever it is called; what is gone or changed is told."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from accord.core.ports import SourceState
from accord.core.schema import Field, Managed, PropertyType, Schema
from tests.notion.stage import SCHEMA, Stage, database, page_ids
from tests.notion.surveying import both, only, state, survey


def change(stage: Stage, properties: Mapping[str, Any]) -> None:
    stage.workspace.update_data_source(stage.projects_id, {"properties": dict(properties)})


def remembered(stage: Stage, schema: Schema = SCHEMA) -> SourceState:
    """What the ledger holds after a round."""
    binding = survey(stage, schema).bindings["projects"]
    return state(stage, properties=binding.properties)


def again(stage: Stage, known: SourceState, schema: Schema = SCHEMA) -> tuple[Any, SourceState]:
    """The next round: the properties by field, and what the ledger holds then."""
    found = survey(stage, schema, projects=known)
    binding = found.bindings["projects"]
    assert found.problems == ()
    return binding.fields, replace(known, properties=binding.properties)


def test_every_declared_field_is_bound_mirrors_too() -> None:
    stage = Stage()
    found = survey(stage)
    for table, binding in found.bindings.items():
        collection = SCHEMA.collection(table)
        assert binding.fields.keys() == {f.name for f in collection.fields}
        for field in collection.fields:
            property_id = binding.fields[field.name]
            assert binding.properties[property_id] == (field.title, field.type.value)
    assert found.bindings["projects"].fields["name"] == "title"


def test_properties_that_no_model_declares_are_no_problem() -> None:
    stage = Stage()
    change(stage, {"Mood": {"rich_text": {}}})
    found = survey(stage)
    assert found.problems == ()
    binding = found.bindings["projects"]
    [extra] = binding.properties.keys() - set(binding.fields.values())
    assert binding.properties[extra] == ("Mood", "rich_text")


def test_a_renamed_property_keeps_its_field_for_ever() -> None:
    stage = Stage()
    known = remembered(stage)
    before, known = again(stage, known)
    for name in ("Cost", "Price", "Costs again"):
        change(stage, {before["budget"]: {"name": name}})
        after, known = again(stage, known)
        assert after == before
    assert known.properties[before["budget"]] == ("Budget", "number")


def test_properties_that_change_names_keep_their_fields() -> None:
    stage = Stage()
    change(stage, {"Other": {"number": {}}})
    other = Field("other", "Other", PropertyType.NUMBER, "other", "numeric")
    projects = replace(SCHEMA.collection("projects"), fields=(*SCHEMA.collections[0].fields, other))
    schema = Schema.of([projects, SCHEMA.collection("tasks")])
    known = remembered(stage, schema)
    before, known = again(stage, known, schema)
    change(stage, {before["budget"]: {"name": "Aside"}})
    change(stage, {before["other"]: {"name": "Budget"}})
    change(stage, {before["budget"]: {"name": "Other"}})
    assert again(stage, known, schema)[0] == before


def test_a_rename_before_the_first_round_is_declared() -> None:
    stage = Stage()
    change(stage, {"Budget": {"name": "Costs"}})
    problem = only(survey(stage).problems)
    assert problem.property == "Budget"
    budget = replace(SCHEMA.collections[0].field("budget"), title="Money", renamed_from="Costs")
    fields = [budget if f.name == "budget" else f for f in SCHEMA.collections[0].fields]
    projects = replace(SCHEMA.collections[0], fields=tuple(fields))
    found = survey(stage, Schema.of([projects, SCHEMA.collection("tasks")]))
    assert found.problems == ()
    assert "budget" in found.bindings["projects"].fields


def test_a_field_that_is_renamed_in_the_model_keeps_its_property() -> None:
    stage = Stage()
    known = remembered(stage)
    before, known = again(stage, known)
    budget = replace(SCHEMA.collections[0].field("budget"), title="Money", renamed_from="Budget")
    fields = [budget if f.name == "budget" else f for f in SCHEMA.collections[0].fields]
    schema = Schema.of(
        [replace(SCHEMA.collections[0], fields=tuple(fields)), SCHEMA.collection("tasks")]
    )
    after, known = again(stage, known, schema)
    assert after == before
    change(stage, {before["budget"]: {"name": "Moneten"}})
    assert again(stage, known, schema)[0] == before


@pytest.mark.parametrize("order", [sorted, lambda items: sorted(items, reverse=True)])
def test_another_property_that_takes_the_name_is_told_of(order: Any) -> None:
    stage = Stage()
    known = remembered(stage)
    before, known = again(stage, known)
    change(stage, {before["budget"]: {"name": "Old budget"}})
    change(stage, {"Budget": {"number": {}}})
    for _ in range(2):
        found = survey(stage, projects=known)
        binding = found.bindings["projects"]
        assert binding.fields == before
        problem = only(found.problems)
        assert problem.property == "Budget"
        assert "Old budget" in problem.reason
        # Postgres gives them back in an order of its own.
        known = replace(known, properties=dict(order(binding.properties.items())))
    change(stage, {before["budget"]: None})
    after, _ = again(stage, known)
    assert after["budget"] != before["budget"]


def test_a_property_that_is_gone_is_told_and_its_field_unbound() -> None:
    stage = Stage()
    known = remembered(stage)
    change(stage, {"Budget": None, "Budgets": {"number": {}}})
    found = survey(stage, projects=known)
    assert "budget" not in found.bindings["projects"].fields
    problem = only(found.problems)
    assert (problem.table, problem.property) == ("projects", "Budget")
    assert "'Budgets'" in problem.reason
    assert "Project" in problem.remedy


def test_a_property_of_another_type_is_told_and_its_field_unbound() -> None:
    stage = Stage()
    known = remembered(stage)
    change(stage, {"Budget": {"rich_text": {}}})
    for found in (survey(stage, projects=known), survey(stage)):
        assert "budget" not in found.bindings["projects"].fields
        problem = only(found.problems)
        assert problem.property == "Budget"
        assert "rich text" in problem.reason
        assert "number" in problem.reason


def test_a_property_that_gets_its_type_back_is_bound_again() -> None:
    stage = Stage()
    known = remembered(stage)
    before, known = again(stage, known)
    change(stage, {before["budget"]: {"name": "Costs"}})
    change(stage, {before["budget"]: {"rich_text": {}}})
    broken = survey(stage, projects=known)
    known = replace(known, properties=broken.bindings["projects"].properties)
    change(stage, {before["budget"]: {"number": {}}})
    assert again(stage, known)[0] == before


def test_what_another_data_source_is_remembered_by_is_not_believed() -> None:
    stage = Stage()
    known = remembered(stage)
    wrong = {"title": ("Budget", "number")}
    stranger = replace(known, data_source_id=page_ids(1, seed=7)[0], properties=wrong)
    stage.ids = both(stage)
    found = survey(stage, projects=stranger)
    assert found.problems == ()
    assert found.bindings["projects"].fields["name"] == "title"


def test_a_relation_to_another_database_than_declared_is_told_and_unbound() -> None:
    stage = Stage()
    elsewhere = stage.workspace.create_database(database("Elsewhere", {"Name": {"title": {}}}))
    change(
        stage,
        {
            "Tasks": {
                "relation": {
                    "data_source_id": elsewhere["data_sources"][0]["id"],
                    "type": "single_property",
                    "single_property": {},
                }
            }
        },
    )
    found = survey(stage)
    assert "tasks" not in found.bindings["projects"].fields
    told = {(p.table, p.property) for p in found.problems}
    assert ("projects", "Tasks") in told


def test_managed_properties_that_are_missing_are_no_problem_and_bound_when_there() -> None:
    stage = Stage()
    change(stage, {"Supabase ID": {"rich_text": {}}})
    managed = [
        Field("supabase_id", "Supabase ID", PropertyType.RICH_TEXT, managed=Managed.SUPABASE_ID),
        Field("last_synced", "Last Synced", PropertyType.DATE, managed=Managed.LAST_SYNCED),
    ]
    projects = replace(SCHEMA.collections[0], fields=(*SCHEMA.collections[0].fields, *managed))
    found = survey(stage, Schema.of([projects, SCHEMA.collection("tasks")]))
    assert found.problems == ()
    assert "supabase_id" in found.bindings["projects"].fields
    assert "last_synced" not in found.bindings["projects"].fields
