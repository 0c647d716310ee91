"""Pages and bindings for the tests of the codec.

Rule: a page has the shape that the recordings show; a binding is made of what it is told.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from accord.core.ports import Binding
from accord.core.schema import Collection, Field, PropertyType

PAGE = "0f0e0d0c-0b0a-4009-8008-070605040302"
ANN = "00000000-0000-4000-8000-0000000000fa"


def field(kind: PropertyType, title: str = "", **said: Any) -> Field:
    """A declared field, named after its type unless it has a title."""
    title = title or kind.value
    said.setdefault("many", True)
    return Field(name=title.lower().replace(" ", "_"), title=title, type=kind, **said)


def collection(*fields: Field) -> Collection:
    """A collection with these fields."""
    return Collection(title="Things", table="things", env="X", model="Thing", fields=fields)


def id_of(title: str) -> str:
    """The id that a property with this title has in these tests."""
    return quote(f":{title}", safe="")


def page(properties: Mapping[str, tuple[str, Any]], **said: Any) -> dict[str, Any]:
    """A page with properties, title -> (type, value)."""
    shown = {
        title: {"id": id_of(title), "type": kind, kind: value}
        for title, (kind, value) in properties.items()
    }
    return {
        "object": "page",
        "id": PAGE,
        "created_time": "2026-03-01T10:30:00.000Z",
        "last_edited_time": "2026-03-02T11:00:00.000Z",
        "in_trash": False,
        "properties": shown,
        **said,
    }


def binding(fields: Sequence[Field], shown: Mapping[str, Any] | None = None) -> Binding:
    """A binding of fields to the properties of their title, in a source as ``shown`` in a page."""
    properties = (shown or {}).get("properties", {})
    source = {each["id"]: (title, each["type"]) for title, each in properties.items()}
    bound = {each.name: id_of(each.title) for each in fields}
    return Binding(collection(*fields), "database", "source", bound, source)


def title_of(text: str) -> tuple[str, Any]:
    """A title property with this text."""
    return "title", [{"type": "text", "text": {"content": text}, "plain_text": text}]
