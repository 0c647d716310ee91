"""What was found of the declared databases."""

from __future__ import annotations

from accord.core.findings import Binding
from accord.core.schema import Collection, Field, PropertyType

NOTES = Collection(
    title="Notes",
    table="notes",
    env="NOTION_NOTES_DB",
    model="Note",
    fields=(
        Field("name", "Name", PropertyType.TITLE, "name", "text"),
        Field("size", "Size", PropertyType.NUMBER, "size", "numeric"),
    ),
)


def test_a_binding_tells_what_no_model_declares_by_id_or_by_title() -> None:
    binding = Binding(
        NOTES,
        "a database",
        "a data source",
        fields={"name": "title"},
        properties={
            "title": ("Named anew", "title"),
            "abcd": ("Size", "select"),  # declared, and of another type now
            "efgh": ("Mood", "select"),
        },
    )
    assert binding.bound == {"title"}
    assert binding.titles == {"Name", "Size"}
    assert binding.undeclared == {"efgh"}
