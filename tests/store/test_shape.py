"""The shapes that the SQL functions are given."""

from __future__ import annotations

from accord.declare import load_schema
from accord.supabase.shape import columns_of, pairs_of, shape_of, shapes_of

SCHEMA = load_schema("models")


def test_a_shape_tells_columns_and_relations_apart() -> None:
    shape = shape_of(SCHEMA.collection("tasks"))
    assert shape["table"] == "tasks"
    assert {"task_name", "tags", "last_modified"} <= set(shape["columns"])
    ones = {one["field"]: (one["column"], one["target_table"]) for one in shape["one"]}
    assert ones == {
        "related_workflow_instance_id": ("related_workflow_instance_id", "workflow_instances"),
        "related_business_entity_id": ("related_business_entity_id", "business_entities"),
    }
    assert not set(ones) & set(shape["columns"])
    assert {many["field"] for many in shape["many"]} == {"dependencies", "subtasks"}
    assert {many["target_table"] for many in shape["many"]} == {"tasks"}


def test_a_mirror_is_in_no_shape_and_every_link_table_in_exactly_one() -> None:
    tables = [many["table"] for shape in shapes_of(SCHEMA) for many in shape["many"]]
    assert len(tables) == len(set(tables))
    declared = {f.link.table for c in SCHEMA for f in c.fields if f.link is not None}
    assert set(tables) == declared


def test_every_mirror_finds_its_owners() -> None:
    pairs = [pair for collection in SCHEMA for pair in pairs_of(collection)]
    assert len(pairs) == sum(len(collection.mirrors) for collection in SCHEMA) == 8
    (key,) = [pair for pair in pairs if "column" in pair]
    assert key == {
        "mirror": "related_tasks",
        "mirror_table": "workflow_instances",
        "table": "tasks",
        "column": "related_workflow_instance_id",
        "title": "Related Workflow Instance",
    }
    owners = {many["table"]: many for shape in shapes_of(SCHEMA) for many in shape["many"]}
    for pair in pairs:
        if "link" in pair:
            assert pair["owner"] == owners[pair["link"]]["owner"]
            assert pair["target"] == owners[pair["link"]]["target"]


def test_all_tables_are_checked_for() -> None:
    columns = columns_of(SCHEMA)
    assert len(columns) == len(SCHEMA) + 1 + sum(len(s["many"]) for s in shapes_of(SCHEMA))
    assert {"id", "notion_extra", "priority"} <= set(columns["tasks"])
