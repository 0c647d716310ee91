"""What a workspace holds: users, databases, data sources, properties, pages, blocks.

The rule: plain records without behaviour beyond their own look-ups. A page keeps its values
compactly, by raw property id; how they look in JSON is the business of `render`.

Kept values by kind: title and rich_text a `str` (one plain segment) or a list of segments;
number int or float; checkbox bool; select and status an option id; multi_select a list of
option ids; date a pair (start, end); people and relation a list of ids; files a list of dicts;
url, email, phone_number a `str`; unique_id an int; place a dict. No value: no key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from notion_emulator.ids import decoded
from notion_emulator.kept_values import unpacked

Json = dict[str, Any]

TITLE = "title"
OPTION_KINDS = frozenset({"select", "multi_select", "status"})
COMPUTED_KINDS = frozenset(
    {
        "formula",
        "rollup",
        "created_time",
        "created_by",
        "last_edited_time",
        "last_edited_by",
        "unique_id",
        "button",
        "verification",
    }
)
TEXT_KINDS = frozenset({"title", "rich_text", "url", "email", "phone_number"})


@dataclass(slots=True)
class User:
    """A person or a bot."""

    id: str
    name: str
    kind: str
    email: str | None = None
    avatar_url: str | None = None
    guest: bool = False


@dataclass(slots=True)
class Option:
    """A choice of a select, multi_select or status property."""

    id: str
    name: str
    color: str
    description: str | None = None


@dataclass(slots=True)
class Group:
    """A group of status options."""

    id: str
    name: str
    color: str
    option_ids: list[str]


@dataclass(slots=True, eq=False)
class Property:
    """A column: raw id, name, kind and what its kind needs.

    ``config`` holds the format of a number, the prefix of a unique_id, the expression of a
    formula and the three parts of a rollup; ``target`` and ``mirror`` belong to a relation:
    the data source it leads to and the raw id of the property on the other side.
    """

    id: str
    name: str
    kind: str
    description: str | None = None
    config: Json = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    target: str | None = None
    mirror: str | None = None
    spelled: tuple[int, str] | None = None

    def option(self, option_id: str) -> Option | None:
        """Return the option with this id."""
        return next((option for option in self.options if option.id == option_id), None)

    def named(self, name: str, *, ignore_case: bool) -> Option | None:
        """Return the option with this name."""
        for option in self.options:
            if option.name == name:
                return option
        if ignore_case:
            folded = name.casefold()
            return next((one for one in self.options if one.name.casefold() == folded), None)
        return None


@dataclass(frozen=True, slots=True)
class Parent:
    """Where something lives: ``page_id``, ``data_source_id``, ``database_id``, ``workspace``."""

    kind: str
    id: str = ""


@dataclass(slots=True, eq=False)
class Page:
    """A page; a row when its parent is a data source.

    ``packed`` holds the values as a file keeps them until somebody looks at them.
    """

    id: str
    parent: Parent
    sequence: int
    created: int
    edited: int
    created_by: str
    edited_by: str
    cover: Json | None = None
    icon: Json | None = None
    in_trash: bool = False
    is_archived: bool = False
    is_locked: bool = False
    children: list[str] = field(default_factory=list)
    version: int = 0
    rendered: tuple[object, bytes] | None = None
    packed: bytes | None = None
    _values: dict[str, Any] | None = field(default=None, init=False)

    @property
    def values(self) -> dict[str, Any]:
        """The values by raw property id."""
        values = self._values
        if values is None:
            values = self._values = {} if self.packed is None else unpacked(self.packed)
            self.packed = None
        return values

    @values.setter
    def values(self, values: dict[str, Any]) -> None:
        self._values, self.packed = values, None

    @property
    def order(self) -> tuple[int, int]:
        """The place among its siblings by creation."""
        return (self.created, self.sequence)


@dataclass(slots=True, eq=False)
class DataSource:
    """A table: its schema and its title."""

    id: str
    database_id: str
    created: int
    edited: int
    created_by: str
    edited_by: str
    title: Any = None
    description: Any = None
    icon: Json | None = None
    cover: Json | None = None
    in_trash: bool = False
    properties: dict[str, Property] = field(default_factory=dict)
    next_number: int = 1
    epoch: int = 0
    names: tuple[int, dict[str, Property]] = (-1, {})

    def find(self, key: object) -> Property | None:
        """Return the property with this name or id, encoded or not."""
        epoch, names = self.names
        if epoch != self.epoch:
            names = {prop.name: prop for prop in self.properties.values()}
            self.names = (self.epoch, names)
        if not isinstance(key, str):
            return None
        found = names.get(key) or self.properties.get(key)
        if found is None and "%" in key:
            found = self.properties.get(decoded(key))
        return found

    def of_kind(self, kind: str) -> Property | None:
        """Return the first property of a kind."""
        return next((prop for prop in self.properties.values() if prop.kind == kind), None)


@dataclass(slots=True, eq=False)
class Database:
    """A container of data sources."""

    id: str
    parent: Parent
    created: int
    edited: int
    created_by: str
    edited_by: str
    title: Any = None
    description: Any = None
    is_inline: bool = False
    is_locked: bool = False
    in_trash: bool = False
    icon: Json | None = None
    cover: Json | None = None
    sources: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Block:
    """A block of a page's body that is neither a page nor a database."""

    id: str
    parent: Parent
    kind: str
    content: Json
    created: int
    edited: int
    created_by: str
    edited_by: str
    in_trash: bool = False
    children: list[str] = field(default_factory=list)
