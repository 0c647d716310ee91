"""Every table that a schema needs, column by column, and what each column holds.

Rule: pure. What SQL, comments and types for others say of a column, they take from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from accord.core.schema import (
    USERS_TABLE,
    Collection,
    Field,
    LinkTable,
    Managed,
    PropertyType,
    Schema,
)
from accord.supabase.names import name_of, postgres_key, quoted

_DEFAULTS = {
    PropertyType.CHECKBOX: " not null default false",
    PropertyType.MULTI_SELECT: " not null default '{}'",
    PropertyType.PEOPLE: " not null default '{}'",
    PropertyType.FILES: " not null default '[]'",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Args:
        name: its name, as it is; `quoted` makes it fit for SQL.
        sql: its type, and what follows it in ``create table``.
        doc: what it holds.
        to: the table that it points to.
        key: the name of the foreign key.
    """

    name: str
    sql: str
    doc: str
    to: str | None = None
    key: str | None = None

    @property
    def type(self) -> str:
        """The SQL type alone."""
        return self.sql.split()[0]

    @property
    def nullable(self) -> bool:
        """Whether it may hold null."""
        return "not null" not in self.sql and "primary key" not in self.sql

    @property
    def generated(self) -> bool:
        """Whether Postgres works it out, and nobody may write it."""
        return "generated always" in self.sql

    @property
    def optional(self) -> bool:
        """Whether an insert may leave it out."""
        return self.nullable or " default " in self.sql


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, what it holds, and its columns in their order."""

    name: str
    doc: str
    columns: tuple[Column, ...]


BEFORE = (
    Column("id", "uuid primary key default gen_random_uuid()", "The row's own id."),
    Column(
        "notion_page_id",
        "uuid unique",
        "The page that this row is in Notion; null until it is one.",
    ),
)
AFTER = (
    Column("created_at", "timestamptz not null default now()", "When the row was made."),
    Column(
        "updated_at",
        "timestamptz not null default now()",
        "When a value of the row last changed.",
    ),
    Column(
        "last_synced_at", "timestamptz", "When the row and its page were last brought into step."
    ),
    Column(
        "deleted_at",
        "timestamptz",
        "When the page went to the trash; null while alive. Setting it trashes, clearing restores.",
    ),
    Column(
        "notion_extra",
        "jsonb not null default '{}'",
        "What Notion holds and no column can, by property title.",
    ),
)
USERS = Table(
    USERS_TABLE,
    "The people and bots of the Notion workspace.",
    (
        Column(
            "id", "uuid primary key", "Notion's id of the user, as in the columns that hold people."
        ),
        Column("name", "text", "The name that Notion shows."),
        Column("email", "text", "The address, where Notion tells it."),
        Column("avatar_url", "text", "The address of the picture."),
        Column("kind", "text not null default 'person'", "person, bot or group."),
        Column("created_at", "timestamptz not null default now()", "When the user was first seen."),
        Column(
            "updated_at",
            "timestamptz not null default now()",
            "When something about the user last changed.",
        ),
    ),
)


def tables(schema: Schema) -> tuple[Table, ...]:
    """Every table of ``public``: the collections', the people's, the link tables."""
    return (
        *map(table_of, schema),
        USERS,
        *(link_table_of(collection, field, link) for collection, field, link in links(schema)),
    )


def table_of(collection: Collection) -> Table:
    """The table of a collection."""
    about = sentences(f'Notion database "{collection.title}".', collection.doc)
    stamped = {f.column: f.title for f in collection.fields if f.managed is Managed.LAST_SYNCED}
    after = tuple(
        Column(
            column.name,
            column.sql,
            sentences(column.doc, f'Notion property "{stamped[column.name]}".'),
        )
        if column.name in stamped
        else column
        for column in AFTER
    )
    return Table(collection.table, about, (*BEFORE, *_own(collection), *after))


def link_table_of(collection: Collection, field: Field, link: LinkTable) -> Table:
    """The table of a relation to many."""
    about = f'The links of "{field.title}" in Notion database "{collection.title}".'
    ends = (
        (link.owner, "The row that has the property.", collection.table),
        (link.target, "The row that it points to.", field.to),
    )
    return Table(
        link.table,
        sentences(about, field.doc),
        (
            *(
                Column(name, "uuid not null", doc, to, postgres_key(link.table, name))
                for name, doc, to in ends
            ),
            Column("position", "int not null default 0", "Notion's order: 0, 1, ..."),
        ),
    )


def fields_with_columns(collection: Collection) -> list[Field]:
    """The fields that have a column of their own: what people write, then what Notion works out."""
    fields = [field for field in collection.carried if field.column is not None]
    return sorted(fields, key=lambda field: field.computed)


def links(schema: Schema) -> list[tuple[Collection, Field, LinkTable]]:
    """The link tables, each with the collection and the field that own its links."""
    return [
        (collection, field, field.link)
        for collection in schema
        for field in collection.carried
        if field.link is not None
    ]


def sentences(*texts: str) -> str:
    """The texts that say something, one after the other."""
    return " ".join(text for text in texts if text)


def _own(collection: Collection) -> Iterator[Column]:
    for field in fields_with_columns(collection):
        name = field.column or ""
        default = "" if field.computed else _DEFAULTS.get(field.type, "")
        key = name_of(collection.table, name, "fkey") if field.to else None
        yield Column(name, f"{field.sql}{default}", _about(field), field.to, key)
        if field.holds_json:
            generated = f"jsonb generated always as (sync.try_json_v1({quoted(name)})) stored"
            doc = f"The JSON in {name}; null where that is not valid JSON."
            yield Column(f"{name}_json", generated, doc)


def _about(field: Field) -> str:
    kind = field.type.value.replace("_", " ")
    by_notion = ", worked out by Notion" if field.computed else ""
    return sentences(f'Notion property "{field.title}" ({kind}{by_notion}).', field.doc)
