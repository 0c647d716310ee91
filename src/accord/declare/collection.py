"""The one class that declarations derive from.

Rule: a class that cannot be right is refused when it is made, with everything that is wrong with
it; what takes more than one class to judge is left to `load`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

import pydantic
from pydantic.fields import FieldInfo

from accord.core import schema as core
from accord.core.errors import ModelError
from accord.core.merge import Policy
from accord.core.schema import Field, LinkTable, Managed, PropertyType
from accord.core.values import Kind
from accord.declare.properties import JSON, MOMENT, Declared, Json, JsonOf, PolicyName, display

#: The end of a moment with a time of day, as Postgres writes it.
_SHORT_OFFSET = re.compile(r":\d\d(\.\d+)?[+-]\d\d$")

#: The properties that every database has for the synchronisation itself.
MANAGED: tuple[Field, ...] = (
    Field(
        name=Managed.SUPABASE_ID,
        title="Supabase ID",
        type=PropertyType.RICH_TEXT,
        column="id",
        managed=Managed.SUPABASE_ID,
        doc="The id of the row in Supabase.",
    ),
    Field(
        name=Managed.LAST_SYNCED,
        title="Last Synced",
        type=PropertyType.DATE,
        column="last_synced_at",
        sql="timestamptz",
        managed=Managed.LAST_SYNCED,
        doc="When the page and its row were last brought into step.",
    ),
    Field(
        name=Managed.SYNC_STATUS,
        title="Sync Status",
        type=PropertyType.RICH_TEXT,
        managed=Managed.SYNC_STATUS,
        doc="What the synchronisation last did, in words for people.",
    ),
)


@dataclass(frozen=True)
class Heading:
    """What the first line of a declaration says; see `Collection`."""

    table: str
    env: str
    group: str
    number: int
    policy: PolicyName
    key: str
    match_key: str | None
    readers_of: str | None
    renamed_from: str | None


class Collection(pydantic.BaseModel):
    """A Notion database paired with a table; an instance is one row of that table.

    In the first line of a declaration stand:

    - ``title``: the name of the Notion database;
    - ``table``: the name of the table;
    - ``env``: the environment variable that holds the database's id;
    - ``group``: core or support; ``number``: its place in the list;
    - ``policy``: who wins when both sides edit one property: notion, supabase, newest, manual;
    - ``match_key``: the attribute by which a page and a row that exist both before they first meet
      are known to be one, such as an e-mail address; left out, they are two;
    - ``readers_of``: the relation to the record whose readers may read a row, or "id" where they
      are the row's own; left out, only who may read everything reads the rows;
    - ``renamed_from``: the table, or the title in Notion, that it had before;
    - ``key``: the column for its ids in link tables, where the class's name does not give it.
    """

    __heading__: ClassVar[Heading]
    #: The declaration as far as one class can tell: relations still name classes and attributes.
    __draft__: ClassVar[core.Collection]

    id: UUID | None = None
    notion_page_id: UUID | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    last_synced_at: datetime | None = None
    deleted_at: datetime | None = None
    notion_extra: dict[str, Json] = pydantic.Field(default_factory=dict)

    def __init_subclass__(
        cls,
        *,
        title: str = "",
        table: str = "",
        env: str = "",
        group: Literal["core", "support"] = "core",
        number: int = 0,
        policy: PolicyName = "notion",
        key: str = "",
        match_key: str | None = None,
        readers_of: str | None = None,
        renamed_from: str | None = None,
    ) -> None:
        """Take the first line; ``title`` is named for type checkers, pydantic keeps it."""
        super().__init_subclass__()
        key = key or f"{_snake_case(cls.__name__)}_id"
        cls.__heading__ = Heading(
            table, env, group, number, policy, key, match_key, readers_of, renamed_from
        )

    @classmethod
    def __pydantic_init_subclass__(cls, **_heading: Any) -> None:
        """Judge the declaration.

        Raises:
            ModelError: it cannot be right.
        """
        cls.__draft__, problems = _draft(cls)
        if problems:
            raise ModelError(f"{cls.__name__}: {problem}" for problem in problems)

    @pydantic.field_validator("*", mode="before")
    @classmethod
    def _as_sql_has_it(cls, value: object, info: pydantic.ValidationInfo) -> object:
        """An SQL null is what a row without the column has: an empty list, not None.

        A moment may come as Postgres itself writes it, whose offset has no minutes: +00.
        """
        if info.field_name is None:
            return value
        field = cls.model_fields[info.field_name]
        if value is None:
            return field.get_default(call_default_factory=True)
        if isinstance(value, str) and field.annotation == MOMENT.annotation:
            return _SHORT_OFFSET.sub(r"\g<0>:00", value)
        return value


def _draft(model: type[Collection]) -> tuple[core.Collection, list[str]]:
    """The collection as far as its class can tell, and what is wrong with it."""
    heading = model.__heading__
    title = model.model_config.get("title") or ""
    problems = list(_heading_problems(model, title))
    fields: list[Field] = []
    documents: dict[str, str] = {}
    for name in inspect.get_annotations(model):
        info = model.model_fields.get(name)
        if info is None:
            continue  # a private attribute or a class variable
        said = next((m for m in info.metadata if isinstance(m, Declared | JsonOf)), None)
        if said is None:
            problems.append(f"{name}: it is declared by no property (title(), select() ...)")
            continue
        problems += _annotation_problems(name, info, said)
        if isinstance(said, JsonOf):
            documents[name] = said.attribute
        else:
            fields.append(_field(model, name, said))
    problems += _document_problems(documents, fields)
    policy = _policy(heading.policy) or Policy.NOTION
    draft = core.Collection(
        title=title,
        table=heading.table,
        env=heading.env,
        model=model.__name__,
        fields=_in_order(fields, set(documents.values())),
        number=heading.number,
        group=heading.group,
        policy=policy,
        match_key=heading.match_key,
        readers_of=heading.readers_of,
        renamed_from=heading.renamed_from,
        doc=inspect.cleandoc(model.__doc__ or ""),
    )
    return draft, [*problems, *draft.problems()]


def _in_order(fields: list[Field], documents: set[str]) -> tuple[Field, ...]:
    """What people write, then what the synchronisation writes, then what Notion works out."""
    marked = [replace(field, holds_json=field.name in documents) for field in fields]
    written = [field for field in marked if not field.computed]
    return (*written, *MANAGED, *(field for field in marked if field.computed))


def _field(model: type[Collection], name: str, said: Declared) -> Field:
    heading, field = model.__heading__, said.field
    words = name
    if field.type is PropertyType.RELATION and not field.many:
        words = name.removesuffix("_id")
    link = field.link
    if link is not None:
        link = LinkTable(link.table or f"{heading.table}_{name}", heading.key, link.target)
    return replace(
        field,
        name=name,
        title=field.title or words.replace("_", " ").title(),
        column=name if field.sql else None,
        link=link,
        policy=_policy(said.policy),
    )


def _heading_problems(model: type[Collection], title: str) -> Iterator[str]:
    heading = model.__heading__
    if model.__bases__ != (Collection,):
        yield "a declaration derives from Collection alone"
    for what, value in (("title", title), ("env", heading.env)):
        if not value:
            yield f"its first line lacks {what}="
    if heading.group not in {"core", "support"}:
        yield f"its group is core or support, not {heading.group!r}"
    if _policy(heading.policy) is None:
        yield f"{heading.policy!r} is no policy; there are: {', '.join(Policy)}"
    if not model.__doc__:
        yield "it has no docstring; say in a sentence what one record is"


def _annotation_problems(name: str, info: FieldInfo, said: Declared | JsonOf) -> Iterator[str]:
    if isinstance(said, JsonOf):
        annotation, what = JSON.annotation, "a JSON document"
    else:
        annotation, what = said.sort.annotation, said.field.type.value
        yield from (f"{name}: {problem}" for problem in said.problems)
        if said.policy is not None and _policy(said.policy) is None:
            yield f"{name}: {said.policy!r} is no policy; there are: {', '.join(Policy)}"
        if said.problems:
            return
    if info.annotation != annotation:
        right, wrong = display(annotation), display(info.annotation)
        yield f"{name}: {what} is annotated {right}, not {wrong}"


def _document_problems(documents: dict[str, str], fields: list[Field]) -> Iterator[str]:
    texts = {field.name for field in fields if field.kind is Kind.TEXT}
    for name, attribute in documents.items():
        if attribute not in texts:
            yield f"{name}: json_of({attribute!r}) names no text of this class"
        if name != f"{attribute}_json":
            yield f"{name}: the attribute of json_of({attribute!r}) is {attribute}_json"


def _policy(name: PolicyName | None) -> Policy | None:
    return Policy(name) if name in set(Policy) else None


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
