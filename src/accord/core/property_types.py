"""The property types of the Notion API, and what each of them is like.

Rule: what the engine does with a type is looked up here, never decided by its name elsewhere.
"""

from __future__ import annotations

from enum import StrEnum

from accord.core.values import Kind


class PropertyType(StrEnum):
    """The property types of the Notion API."""

    TITLE = "title"
    RICH_TEXT = "rich_text"
    NUMBER = "number"
    SELECT = "select"
    MULTI_SELECT = "multi_select"
    STATUS = "status"
    DATE = "date"
    PEOPLE = "people"
    FILES = "files"
    CHECKBOX = "checkbox"
    URL = "url"
    EMAIL = "email"
    PHONE_NUMBER = "phone_number"
    RELATION = "relation"
    FORMULA = "formula"
    ROLLUP = "rollup"
    CREATED_TIME = "created_time"
    LAST_EDITED_TIME = "last_edited_time"
    CREATED_BY = "created_by"
    LAST_EDITED_BY = "last_edited_by"
    UNIQUE_ID = "unique_id"
    VERIFICATION = "verification"
    BUTTON = "button"
    PLACE = "place"
    LOCATION = "location"
    LAST_VISITED_TIME = "last_visited_time"


KINDS: dict[PropertyType, Kind] = {
    PropertyType.TITLE: Kind.TEXT,
    PropertyType.RICH_TEXT: Kind.TEXT,
    PropertyType.NUMBER: Kind.NUMBER,
    PropertyType.SELECT: Kind.OPTION,
    PropertyType.MULTI_SELECT: Kind.OPTIONS,
    PropertyType.STATUS: Kind.OPTION,
    PropertyType.DATE: Kind.DATE,
    PropertyType.PEOPLE: Kind.PEOPLE,
    PropertyType.FILES: Kind.FILES,
    PropertyType.CHECKBOX: Kind.CHECKBOX,
    PropertyType.URL: Kind.STRING,
    PropertyType.EMAIL: Kind.STRING,
    PropertyType.PHONE_NUMBER: Kind.STRING,
    PropertyType.RELATION: Kind.LINKS,
    PropertyType.FORMULA: Kind.SCALAR,
    PropertyType.ROLLUP: Kind.OPAQUE,
    PropertyType.CREATED_TIME: Kind.DATE,
    PropertyType.LAST_EDITED_TIME: Kind.DATE,
    PropertyType.CREATED_BY: Kind.STRING,
    PropertyType.LAST_EDITED_BY: Kind.STRING,
    PropertyType.UNIQUE_ID: Kind.STRING,
    PropertyType.VERIFICATION: Kind.OPAQUE,
    PropertyType.BUTTON: Kind.OPAQUE,
    PropertyType.PLACE: Kind.OPAQUE,
    PropertyType.LOCATION: Kind.OPAQUE,
    PropertyType.LAST_VISITED_TIME: Kind.DATE,
}

#: Property types whose value Notion works out by itself: read, never written.
COMPUTED: frozenset[PropertyType] = frozenset(
    {
        PropertyType.FORMULA,
        PropertyType.ROLLUP,
        PropertyType.CREATED_TIME,
        PropertyType.LAST_EDITED_TIME,
        PropertyType.CREATED_BY,
        PropertyType.LAST_EDITED_BY,
        PropertyType.UNIQUE_ID,
        PropertyType.BUTTON,
        PropertyType.LAST_VISITED_TIME,
    }
)

#: Property types by whose value a page and a row can be known to be one (see `match_key`).
MATCHABLE: frozenset[PropertyType] = frozenset(
    PropertyType(name)
    for name in ("title", "rich_text", "number", "select", "url", "email", "phone_number")
)
