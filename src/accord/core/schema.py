"""What is kept in agreement: collections, their fields, and how fields become columns.

Rule: a `Schema` that exists is right. ``Schema.of`` refuses a wrong one with all its problems.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from accord.core.errors import ModelError
from accord.core.merge import Policy
from accord.core.property_types import COMPUTED, KINDS, MATCHABLE, PropertyType
from accord.core.values import Kind, Value

__all__ = [
    "COMPUTED",
    "KINDS",
    "MATCHABLE",
    "RESERVED_COLUMNS",
    "USERS_TABLE",
    "Collection",
    "Field",
    "LinkTable",
    "Managed",
    "PropertyType",
    "Schema",
]


#: Columns that every table has; no field may take one of these names.
RESERVED_COLUMNS: frozenset[str] = frozenset(
    {
        "id",
        "notion_page_id",
        "created_at",
        "updated_at",
        "last_synced_at",
        "deleted_at",
        "notion_extra",
    }
)

#: The table with the people of the workspace; no collection and no link table may take its name.
USERS_TABLE = "notion_users"

_SQL_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class Managed(StrEnum):
    """The properties that the synchronisation writes by itself, never a person."""

    SUPABASE_ID = "supabase_id"
    LAST_SYNCED = "last_synced"
    SYNC_STATUS = "sync_status"


@dataclass(frozen=True, slots=True)
class LinkTable:
    """The table that holds a relation to many: one row a link.

    ``owner`` is the column with the id of the record that has the property, ``target`` the one
    with the id of the record it points to; ``position`` (0, 1, ...) is Notion's order.
    """

    table: str
    owner: str
    target: str


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a Notion database, and where its value lives in Postgres.

    Args:
        name: the attribute in the model, in snake case.
        title: the property's name in Notion, as staff see it.
        type: the property's type in Notion.
        column: the column, or None (a relation to many, a mirror, Sync Status).
        sql: the column's SQL type, or None.
        options: the known options; others are kept and reported.
        to: the table that a relation points to.
        many: whether a relation has any number of targets; at most one otherwise.
        link: the link table of a relation to many.
        through: ``table.column``: this relation is the other face of that foreign key.
        mirrors: ``table.Property``: this relation is the derived side of a two-way pair; its
            links are written by the pair's owner.
        two_way: ``table.Property`` of the other side, on both sides of a two-way pair.
        result: what a formula yields: boolean, number, string or date.
        holds_json: the text is a JSON document.
        id_prefix: how the texts of an id property begin.
        number_format: Notion's number format.
        bounds: the least and the greatest number allowed.
        managed: which managed property this is, if any.
        policy: who wins a conflict in this field; None: the collection's policy.
        renamed_from: what it was called before: the property's title, or the attribute.
        doc: a sentence for people.
    """

    name: str
    title: str
    type: PropertyType
    column: str | None = None
    sql: str | None = None
    options: tuple[str, ...] = ()
    to: str | None = None
    many: bool = False
    link: LinkTable | None = None
    through: str | None = None
    mirrors: str | None = None
    two_way: str | None = None
    result: str | None = None
    holds_json: bool = False
    id_prefix: str | None = None
    number_format: str | None = None
    bounds: tuple[float, float] | None = None
    managed: Managed | None = None
    policy: Policy | None = None
    renamed_from: str | None = None
    doc: str = ""

    @property
    def former_titles(self) -> tuple[str, ...]:
        """The titles that the property may have had before."""
        if self.renamed_from is None:
            return ()
        said = self.renamed_from
        return (said, said.replace("_", " ").title()) if said.islower() else (said,)

    @property
    def kind(self) -> Kind:
        """The kind of the field's values."""
        return KINDS[self.type]

    @property
    def computed(self) -> bool:
        """Whether Notion works the value out by itself."""
        return self.type in COMPUTED

    @property
    def merges_as_set(self) -> bool:
        """Whether two edits of the field can both survive, item by item."""
        if self.kind is Kind.LINKS:
            return self.many
        return self.kind in {Kind.OPTIONS, Kind.PEOPLE}

    def objection(self, value: Value) -> str | None:
        """What speaks against keeping this value in the column; None when nothing does."""
        if self.bounds is None or isinstance(value, bool) or not isinstance(value, int | float):
            return None
        low, high = self.bounds
        if low <= value <= high:
            return None
        return f"{self.title} is {value:.15g}, but must be between {low:g} and {high:g}"

    @property
    def carried(self) -> bool:
        """Whether the value travels with its own record: not a mirror, not managed."""
        return self.mirrors is None and self.managed is None


@dataclass(frozen=True, slots=True)
class Collection:
    """A Notion database paired with a table.

    ``env`` is the environment variable with the database's id; ``group`` is ``core`` or
    ``support``; ``match_key`` is the name of the field by which a page and a row that exist both
    when they first meet are known to be one; ``readers_of`` is the name of the relation to the
    record whose readers may read a row, ``id`` where that is the row itself, None where a row
    belongs to no such record; ``renamed_from`` is the table or the title that it had before;
    ``doc`` is a sentence for people. ``carried`` are the fields whose
    values travel with the record, ``mirrors`` the derived sides of two-way relations, ``managed``
    what the synchronisation itself writes into a page.
    """

    title: str
    table: str
    env: str
    model: str
    fields: tuple[Field, ...]
    number: int = 0
    group: str = "core"
    policy: Policy = Policy.NOTION
    match_key: str | None = None
    readers_of: str | None = None
    renamed_from: str | None = None
    doc: str = ""
    carried: tuple[Field, ...] = dataclasses.field(init=False, repr=False, compare=False)
    mirrors: tuple[Field, ...] = dataclasses.field(init=False, repr=False, compare=False)
    managed: tuple[Field, ...] = dataclasses.field(init=False, repr=False, compare=False)
    _by_name: Mapping[str, Field] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keep, fields = partial(object.__setattr__, self), self.fields
        keep("carried", tuple(each for each in fields if each.carried))
        keep("mirrors", tuple(each for each in fields if each.mirrors is not None))
        keep("managed", tuple(each for each in fields if each.managed is not None))
        keep("_by_name", {each.name: each for each in reversed(fields)})

    def field(self, name: str) -> Field:
        """The field with this attribute name.

        Raises:
            KeyError: there is none.
        """
        found = self._by_name.get(name)
        if found is None:
            raise KeyError(f"{self.model} has no field {name!r}")
        return found

    @property
    def title_field(self) -> Field:
        """The field by which people know a record; every collection has one."""
        return next(field for field in self.fields if field.type is PropertyType.TITLE)

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the collection, as far as it can be judged without the others."""
        return tuple(_collection_problems(self))

    def policy_of(self, field: Field) -> Policy:
        """Who wins a conflict in this field."""
        return field.policy or self.policy


@dataclass(frozen=True, slots=True)
class Schema:
    """All collections of a project. Build it with `Schema.of`."""

    collections: tuple[Collection, ...]

    @classmethod
    def of(cls, collections: Iterable[Collection]) -> Schema:
        """A schema that is known to be right.

        Raises:
            ModelError: with every problem of every declaration.
        """
        schema = cls(tuple(collections))
        problems = list(_problems(schema))
        if problems:
            raise ModelError(problems)
        return schema

    def __iter__(self) -> Iterator[Collection]:
        return iter(self.collections)

    def __len__(self) -> int:
        return len(self.collections)

    def collection(self, table: str) -> Collection:
        """The collection kept in this table.

        Raises:
            KeyError: there is none.
        """
        for collection in self.collections:
            if collection.table == table:
                return collection
        raise KeyError(f"no collection has the table {table!r}")

    def owner_of(self, mirror: Field) -> tuple[Collection, Field]:
        """The collection and field that own the links of a mirror field."""
        table, _, title = (mirror.mirrors or "").partition(".")
        collection = self.collection(table)
        return collection, _by_title(collection, title)


def _by_title(collection: Collection, title: str) -> Field:
    for field in collection.fields:
        if field.title == title:
            return field
    raise KeyError(f"{collection.model} has no property {title!r}")


def _problems(schema: Schema) -> Iterator[str]:
    for what, values in (
        ("table", [c.table for c in schema]),
        ("title", [c.title for c in schema]),
        ("model", [c.model for c in schema]),
        ("environment variable", [c.env for c in schema]),
    ):
        for value in _repeated(values):
            yield f"the {what} {value!r} is declared by two collections; each needs its own"
    yield from _link_table_problems(schema)
    for collection in schema:
        for problem in (*collection.problems(), *_reader_problems(schema, collection)):
            yield f"{collection.model}: {problem}"
        for field in collection.fields:
            if field.type is PropertyType.RELATION:
                for problem in _relation_problems(schema, collection, field):
                    yield f"{collection.model}: {field.name} ({field.title!r}): {problem}"


def _link_table_problems(schema: Schema) -> Iterator[str]:
    """Each set of links needs a table of its own."""
    taken = {c.table: c.model for c in schema} | {USERS_TABLE: "the people of the workspace"}
    for collection in schema:
        for field in collection.fields:
            if field.link is None or field.mirrors is not None:
                continue
            holder = taken.setdefault(field.link.table, f"{collection.model}.{field.name}")
            if holder != f"{collection.model}.{field.name}":
                yield (
                    f"{collection.model}: {field.name} ({field.title!r}): its link table "
                    f"{field.link.table!r} is taken by {holder}; name another"
                )


def _collection_problems(collection: Collection) -> Iterator[str]:
    if collection.table == USERS_TABLE:
        yield f"the table name {USERS_TABLE!r} is reserved; choose another"
    if not _SQL_NAME.fullmatch(collection.table):
        yield f"the table name {collection.table!r} is not a plain SQL name (a-z, 0-9, _)"
    titles = [f.title for f in collection.fields if f.type is PropertyType.TITLE]
    if len(titles) != 1:
        found = ", ".join(repr(t) for t in titles) or "none"
        yield f"a collection has exactly one Title property, this one has {found}"
    for what, values in (
        ("property", [f.title for f in collection.fields]),
        ("field", [f.name for f in collection.fields]),
        ("column", [f.column for f in collection.fields if f.column]),
    ):
        for value in _repeated(values):
            yield f"the {what} {value!r} is declared twice"
    if collection.match_key is not None:
        yield from _match_key_problems(collection, collection.match_key)
    for field in collection.fields:
        for problem in _field_problems(collection, field):
            yield f"{field.name} ({field.title!r}): {problem}"


def _match_key_problems(collection: Collection, name: str) -> Iterator[str]:
    matchable = [f.name for f in collection.carried if f.type in MATCHABLE]
    if name not in matchable:
        there = ", ".join(matchable)
        yield f"the match_key {name!r} names none of the attributes that may be one: {there}"


def _reader_problems(schema: Schema, collection: Collection) -> Iterator[str]:
    """Readers are given to records of collections that say ``readers_of="id"``, to no others."""
    name = collection.readers_of
    if name in {None, "id"}:
        return
    relations = {f.name: f for f in collection.fields if f.type is PropertyType.RELATION}
    if name not in relations:
        there = ", ".join(["id", *relations])
        yield f"readers_of={name!r} names none of the attributes that may be one: {there}"
        return
    if not any(c.table == relations[name].to and c.readers_of == "id" for c in schema):
        yield (
            f"readers_of={name!r} leads to {relations[name].to!r}, which is given no readers; "
            'its collection would have to say readers_of="id"'
        )


def _field_problems(collection: Collection, field: Field) -> Iterator[str]:
    if field.column is not None and not _SQL_NAME.fullmatch(field.column):
        yield f"the column name {field.column!r} is not a plain SQL name (a-z, 0-9, _)"
    if field.column in RESERVED_COLUMNS and field.managed is None:
        yield f"the column name {field.column!r} is reserved; choose another"
    if field.holds_json and f"{field.column}_json" in {f.column for f in collection.fields}:
        yield f"its generated column {field.column}_json is a declared column already"
    if "" in field.options:
        yield "an option has no name"
    for option in field.options:
        if "," in option:
            yield f"the option {option!r} has a comma, which Notion does not allow"
    for option in _repeated([option.casefold() for option in field.options]):
        yield f"the option {option!r} is declared twice (Notion ignores case)"
    if field.bounds is not None and field.bounds[0] > field.bounds[1]:
        yield f"its bounds {field.bounds[0]:g} to {field.bounds[1]:g} are the wrong way round"


def _relation_problems(schema: Schema, collection: Collection, field: Field) -> Iterator[str]:
    tables = {c.table: c for c in schema}
    if field.to not in tables:
        known = ", ".join(sorted(c.model for c in schema))
        yield f"it points to {field.to!r}, which is no collection; there are: {known}"
        return
    if field.link is not None:
        yield from _link_problems(field.link)
    if field.mirrors not in {None, field.two_way}:
        yield f"it mirrors {field.mirrors!r}, but its other side is {field.two_way!r}"
    if field.two_way is None:
        return
    table, _, title = field.two_way.partition(".")
    other = tables.get(table)
    partner = next((f for f in other.fields if f.title == title), None) if other else None
    if other is None or partner is None:
        yield f"its other side {field.two_way!r} does not exist"
        return
    if other.table != field.to:
        yield f"its other side {field.two_way!r} is not in {field.to!r}, where it points to"
    here = f"{collection.table}.{field.title}"
    if partner.two_way != here:
        yield f"its other side {field.two_way!r} does not name {here!r} in return"
    if (field.mirrors is None) == (partner.mirrors is None):
        yield f"exactly one side of {here!r} and {field.two_way!r} owns the links"


def _link_problems(link: LinkTable) -> Iterator[str]:
    for what, name in (("table", link.table), ("column", link.owner), ("column", link.target)):
        if not _SQL_NAME.fullmatch(name):
            yield f"the link {what} name {name!r} is not a plain SQL name (a-z, 0-9, _; at most 63)"
    if link.owner == link.target:
        yield f"both columns of its link table are named {link.owner!r}; name the target's column"


def _repeated(values: Iterable[str | None]) -> list[str]:
    return [str(value) for value, count in Counter(values).items() if count > 1]
