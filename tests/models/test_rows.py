"""Rows as SQL and PostgREST return them are read into the classes; nothing else is needed."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, assert_type
from uuid import UUID

import pydantic
import pytest

import models
from accord.core.schema import Collection as CoreCollection
from accord.declare import Collection, File, Json, load_schema
from accord.declare import properties as notion
from models import ContactProfile, ProductService, Task, WorkflowInstance

ROW, PAGE, OTHER = (UUID(int=n) for n in (1, 2, 3))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

#: SQL type -> the value as psycopg returns it, as PostgREST returns it, and as the row holds it.
VALUES: dict[str, tuple[Any, Any, Any]] = {
    "text": ("words", "words", "words"),
    "numeric": (Decimal("1.5"), 1.5, 1.5),
    "boolean": (True, True, True),
    "timestamptz": (NOON, "2026-03-01T12:00:00+00:00", NOON),
    "uuid": (OTHER, str(OTHER), OTHER),
    "uuid[]": ([OTHER], [str(OTHER)], [OTHER]),
    "text[]": (["a", "b"], ["a", "b"], ["a", "b"]),
    "jsonb": (
        [{"name": "a", "url": "https://example.com", "type": "external"}],
        [{"name": "a", "url": "https://example.com", "type": "external"}],
        [File(name="a", url="https://example.com")],
    ),
}
#: The columns that every table has, in the same three forms.
ALWAYS: dict[str, tuple[Any, Any, Any]] = {
    "id": (ROW, str(ROW), ROW),
    "notion_page_id": (PAGE, str(PAGE), PAGE),
    **dict.fromkeys(
        ("created_at", "updated_at", "last_synced_at", "deleted_at"), VALUES["timestamptz"]
    ),
    "notion_extra": ({"A": {"value": 1}}, {"A": {"value": 1}}, {"A": {"value": 1}}),
}
COLLECTIONS = list(load_schema("models"))


def columns(collection: CoreCollection) -> dict[str, tuple[Any, Any, Any]]:
    """Every column of the table, with a value in the three forms."""
    forms = dict(ALWAYS)
    for field in collection.fields:
        if field.managed is None and field.column and field.sql:
            forms[field.column] = VALUES[field.sql]
        if field.holds_json:
            forms[f"{field.column}_json"] = ({"a": [1]}, {"a": [1]}, {"a": [1]})
    return forms


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda c: c.table)
@pytest.mark.parametrize("form", [0, 1], ids=["psycopg", "postgrest"])
def test_a_row_is_read_with_every_column(collection: CoreCollection, form: int) -> None:
    model: type[Collection] = getattr(models, collection.model)
    forms = columns(collection)
    row = model.model_validate({name: each[form] for name, each in forms.items()})
    assert {name: getattr(row, name) for name in forms} == {n: e[2] for n, e in forms.items()}


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda c: c.table)
def test_an_empty_row_has_an_empty_value_for_everything(collection: CoreCollection) -> None:
    model: type[Collection] = getattr(models, collection.model)
    nothing = model.model_validate({})
    nulls = model.model_validate(dict.fromkeys(columns(collection)))
    assert nulls == nothing
    for field in collection.fields:
        if field.managed is None:
            many = field.many or (field.sql or "").endswith("[]") or field.sql == "jsonb"
            assert getattr(nothing, field.name) == ([] if many else None)
    assert nothing.notion_extra == {}


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda c: c.table)
def test_a_class_has_an_attribute_for_each_column_and_relation_and_no_other(
    collection: CoreCollection,
) -> None:
    model: type[Collection] = getattr(models, collection.model)
    relations = {field.name for field in collection.fields if field.many}
    assert set(model.model_fields) == {*columns(collection), *relations}


def test_links_are_lists_of_ids() -> None:
    task = Task.model_validate({"task_name": "Call Ann", "subtasks": [str(OTHER)]})
    assert task.subtasks == [OTHER]
    assert task.dependencies == []


def test_two_rows_do_not_share_an_empty_list() -> None:
    first, second = Task(), Task()
    first.tags.append("Urgent")
    assert second.tags == []


def test_options_are_known_values_and_no_prison() -> None:
    task = Task.model_validate({"priority": "Yesterday", "tags": ["Brand new"]})
    assert task.priority == "Yesterday"
    assert task.tags == ["Brand new"]


def test_bounds_are_no_prison_either() -> None:
    assert models.CommunityMember(engagement_score=150).engagement_score == 150


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01 12:00:00+00", NOON),
        ("2026-03-01 13:00:00.000000+01", NOON),
        ("2026-03-01 06:30:00-05:30", NOON),
        ("2026-03-01T12:00:00Z", NOON),
        ("2026-03-01", datetime.fromisoformat("2026-03-01")),
    ],
)
def test_a_moment_is_read_as_postgres_writes_it(text: str, moment: datetime) -> None:
    assert Task.model_validate({"due_date": text}).due_date == moment


def test_columns_that_no_model_declares_are_passed_over() -> None:
    assert Task.model_validate({"task_name": "Call Ann", "colour": "red"}).task_name == "Call Ann"


def test_a_value_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(pydantic.ValidationError, match="due_date"):
        Task.model_validate({"due_date": "soon"})


def test_a_row_goes_out_as_json_and_comes_back() -> None:
    product = ProductService(name="Retreat", price=12.5, images=[File(name="a", url="u")])
    assert ProductService.model_validate_json(product.model_dump_json()) == product


def test_a_file_keeps_what_else_is_known_of_it() -> None:
    file = File.model_validate({"name": "a", "url": "u", "type": "file", "size": 3})
    assert file.model_dump() == {"name": "a", "url": "u", "type": "file", "size": 3}


def test_the_json_schema_speaks_as_staff_do() -> None:
    schema = ContactProfile.model_json_schema()
    assert schema["title"] == "Contacts & Profiles"
    assert schema["description"].startswith("A person")
    assert "other systems" in schema["properties"]["external_ids"]["description"]


def test_a_type_checker_knows_every_attribute() -> None:
    """What stands here is checked by mypy; at run time only the imports are."""
    task = Task(task_name="Call Ann", due_date=NOON)
    assert_type(task.task_name, str | None)
    assert_type(task.due_date, datetime | None)
    assert_type(task.estimated_time, float | None)
    assert_type(task.tags, list[str])
    assert_type(task.assigned_to, list[UUID])
    assert_type(task.related_workflow_instance_id, UUID | None)
    assert_type(task.needs_sync, bool | None)
    assert_type(task.last_modified, datetime | None)
    assert_type(task.notion_extra, dict[str, Json])
    assert_type(WorkflowInstance().step_history_json, Json)
    assert_type(ProductService().images, list[File])


class Everything(Collection, title="Everything", table="everything", env="NOTION_EVERYTHING_DB"):
    """A collection with the types that the sixteen do not have."""

    name: str | None = notion.title()
    state: str | None = notion.status("Open, Done")
    done: bool = notion.checkbox()
    total: Json = notion.rollup()
    made: datetime | None = notion.created_time()
    maker: UUID | None = notion.created_by()
    editor: UUID | None = notion.last_edited_by()
    ticket: str | None = notion.unique_id()
    when: datetime | None = notion.formula(datetime, title="When (UTC)", renamed_from="When")


def test_the_other_types_of_notion_are_read_too() -> None:
    row = Everything.model_validate({"done": None, "total": {"number": 3}, "maker": str(OTHER)})
    assert row.done is False
    assert row.total == {"number": 3}
    assert row.maker == OTHER
    assert row.when is None
