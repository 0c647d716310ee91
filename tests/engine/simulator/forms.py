"""The shapes of the small worlds: which collections there are, and how they hang together.

Rule: a form is a value; the same form is always the same schema, the same databases, the same
tables. There are few forms, so that tables in a real Postgres are made once for each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from accord.core.merge import Policy
from accord.core.schema import (
    Collection,
    Field,
    LinkTable,
    Managed,
    PropertyType,
    Schema,
)
from notion_emulator import Workspace
from notion_emulator.model import Database, DataSource, Property
from notion_emulator.rows import Rows

Json = dict[str, Any]

NAME = Field("name", "Name", PropertyType.TITLE, "name", "text")
BODY = Field("body", "Body", PropertyType.RICH_TEXT, "body", "text")
SIZE = Field("size", "Size", PropertyType.NUMBER, "size", "numeric")
STAGE = Field("stage", "Stage", PropertyType.SELECT, "stage", "text")
TAGS = Field("tags", "Tags", PropertyType.MULTI_SELECT, "tags", "text[]")
PARTS = Field(
    "parts",
    "Parts",
    PropertyType.RELATION,
    to="notes",
    many=True,
    link=LinkTable("notes_parts", "note_id", "part_id"),
)
PART_OF = Field(
    "part_of",
    "Part Of",
    PropertyType.RELATION,
    to="notes",
    many=True,
    link=LinkTable("notes_parts", "part_id", "note_id"),
    two_way="notes.Parts",
    mirrors="notes.Parts",
)
TASKS = Field(
    "tasks",
    "Tasks",
    PropertyType.RELATION,
    to="tasks",
    many=True,
    link=LinkTable("notes_tasks", "note_id", "task_id"),
    two_way="tasks.Notes",
)
NOTES = Field(
    "notes",
    "Notes",
    PropertyType.RELATION,
    to="notes",
    many=True,
    link=LinkTable("notes_tasks", "task_id", "note_id"),
    two_way="notes.Tasks",
    mirrors="notes.Tasks",
)
#: The names of all fields that are relations.
RELATIONS = ("parts", "part_of", "tasks", "notes", "owner_id")

SUPABASE_ID = Field(
    "supabase_id", "Supabase ID", PropertyType.RICH_TEXT, "id", managed=Managed.SUPABASE_ID
)
LAST_SYNCED = Field(
    "last_synced",
    "Last Synced",
    PropertyType.DATE,
    "last_synced_at",
    "timestamptz",
    managed=Managed.LAST_SYNCED,
)
SYNC_STATUS = Field(
    "sync_status", "Sync Status", PropertyType.RICH_TEXT, managed=Managed.SYNC_STATUS
)
#: Which of the managed properties the databases have in Notion. The receipt of a write is kept in
#: Sync Status, without it in the minute of Last Synced, and without both there is none.
STAMPS: dict[str, tuple[Field, ...]] = {
    "all": (SUPABASE_ID, LAST_SYNCED, SYNC_STATUS),
    "minutes": (SUPABASE_ID, LAST_SYNCED),
    "status": (SYNC_STATUS,),
    "none": (),
}


@dataclass(frozen=True, slots=True)
class Form:
    """The shape of a world.

    Args:
        tables: how many collections there are.
        scalar: a ``text`` or a ``number`` beside the title.
        choice: a ``select`` or a ``multi_select``.
        link: the relation to many: to ``itself``, to itself and ``back``, or to ``another``.
        to_one: there is a relation to one, a foreign key.
        stamps: which managed properties there are, a key of `STAMPS`.
        policies: who wins conflicts, by collection.
    """

    tables: int
    scalar: str
    choice: str
    link: str
    to_one: bool
    stamps: str
    policies: tuple[Policy, ...]

    @property
    def receipts(self) -> bool:
        """Whether a write leaves an exact receipt in its page."""
        return SYNC_STATUS in STAMPS[self.stamps]


@dataclass(frozen=True, slots=True)
class Wish:
    """Which forms may be drawn; each choice comes up as often as it is named."""

    tables: tuple[int, ...] = (1, 1, 2, 2, 3)
    stamps: tuple[str, ...] = ("all",) * 7 + ("minutes", "status", "none")
    policies: tuple[Policy, ...] = tuple(Policy)


#: Whatever there is.
ANY = Wish()


def drawn(random: Random, wish: Wish = ANY) -> Form:
    """A form by chance."""
    tables = random.choice(wish.tables)
    return Form(
        tables=tables,
        scalar=random.choice(("text", "number")),
        choice=random.choice(("select", "multi_select")),
        link=random.choice(("itself", "back") if tables == 1 else ("itself", "another", "another")),
        to_one=random.random() < 0.6,
        stamps=random.choice(wish.stamps),
        policies=tuple(random.choice(wish.policies) for _ in range(tables)),
    )


@cache
def schema_of(form: Form) -> Schema:
    """The declared collections of a form."""
    tables = ("notes", "tasks", "teams")[: form.tables]
    return Schema.of(
        Collection(
            title=table.capitalize(),
            table=table,
            env=f"NOTION_{table.upper()}_DB",
            model=table.capitalize()[:-1],
            fields=_fields(form, table),
            number=number,
            policy=form.policies[number],
        )
        for number, table in enumerate(tables)
    )


def _fields(form: Form, table: str) -> tuple[Field, ...]:
    fields = [
        NAME,
        BODY if form.scalar == "text" else SIZE,
        STAGE if form.choice == "select" else TAGS,
    ]
    match table, form.link:
        case "notes", "itself":
            fields.append(PARTS)
        case "notes", "back":
            fields += [replace(PARTS, two_way="notes.Part Of"), PART_OF]
        case "notes", "another":
            fields.append(TASKS)
        case "tasks", "another":
            fields.append(NOTES)
        case _:
            pass
    target = {"notes": "notes" if form.tables == 1 else "", "tasks": "notes", "teams": "tasks"}
    if form.to_one and target[table]:
        fields.append(
            Field("owner_id", "Owner", PropertyType.RELATION, "owner_id", "uuid", to=target[table])
        )
    # What is declared and not there in Notion must not matter.
    return (*fields, SUPABASE_ID, LAST_SYNCED, SYNC_STATUS)


def fixed_id(name: str) -> str:
    """The UUID that stands for a name."""
    return str(uuid5(NAMESPACE_DNS, f"simulator.{name}"))


@dataclass(frozen=True, slots=True)
class Named:
    """A database in Notion: its data source, and property ids by field name."""

    source: str
    properties: dict[str, str]


def build(workspace: Workspace, form: Form, variant: int = 0) -> dict[str, Named]:
    """Make the databases of a form in an empty workspace; answers them by table.

    Args:
        workspace: where.
        form: the shape.
        variant: of one variant, the ids of the properties are the same in every workspace.
    """
    alike = replace(form, policies=(Policy.NOTION,) * form.tables)  # Notion knows of no policies
    prepared, state = _prepared(alike, variant), workspace.state
    now, bot = state.now(), state.bot.id
    made: Json = {"created": now, "edited": now, "created_by": bot, "edited_by": bot}
    for database in prepared.databases:
        state.databases[database.id] = replace(database, sources=list(database.sources), **made)
    for source in prepared.sources:
        properties = {raw: _copied(prop) for raw, prop in source.properties.items()}
        unnamed: tuple[int, dict[str, Property]] = (-1, {})
        copied = replace(source, properties=properties, names=unnamed, **made)
        state.sources[source.id] = copied
    state.rows = {source: Rows() for source in state.sources}
    return prepared.named


@dataclass(frozen=True, slots=True)
class Prepared:
    """Databases as they are in a new workspace; each world has copies of its own."""

    databases: tuple[Database, ...]
    sources: tuple[DataSource, ...]
    named: dict[str, Named]


@cache
def _prepared(form: Form, variant: int) -> Prepared:
    workspace = Workspace(seed=variant)
    named = _built(workspace, form)
    state = workspace.state
    return Prepared(tuple(state.databases.values()), tuple(state.sources.values()), named)


def _copied(prop: Property) -> Property:
    return replace(
        prop, config=dict(prop.config), options=list(prop.options), groups=list(prop.groups)
    )


def _built(workspace: Workspace, form: Form) -> dict[str, Named]:
    """Have Notion make the databases."""
    schema = schema_of(form)
    present = STAMPS[form.stamps]
    for collection in schema:
        columns: Json = {
            f.title: {str(f.type): {}}
            for f in collection.fields
            if f.type is not PropertyType.RELATION and (f.managed is None or f in present)
        }
        workspace.create_database(
            {
                "parent": {"type": "workspace", "workspace": True},
                "title": [{"type": "text", "text": {"content": collection.title}}],
                "initial_data_source": {"properties": columns},
            },
            id=fixed_id(f"database.{collection.table}"),
            data_source_id=fixed_id(collection.table),
        )
    for collection in schema:
        relations = {
            f.title: {"relation": _relation(f)}
            for f in collection.fields
            if f.type is PropertyType.RELATION and f.mirrors is None
        }
        if relations:
            source = fixed_id(collection.table)
            workspace.update_data_source(source, {"properties": relations})
    return {collection.table: _named(workspace, collection) for collection in schema}


def _relation(field: Field) -> Json:
    target = {"data_source_id": fixed_id(field.to or "")}
    if field.two_way is None:
        return {**target, "type": "single_property", "single_property": {}}
    mirror = {"synced_property_name": field.two_way.partition(".")[2]}
    return {**target, "type": "dual_property", "dual_property": mirror}


def _named(workspace: Workspace, collection: Collection) -> Named:
    source = fixed_id(collection.table)
    shown = workspace.data_source(source)["properties"]
    ids = {f.name: shown[f.title]["id"] for f in collection.fields if f.title in shown}
    return Named(source, ids)
