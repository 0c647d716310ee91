"""The properties of a declaration, one function for each type of the Notion API.

Rule: what a function returns is typed as the attribute must be annotated, so that a type checker
refuses a wrong annotation before the import does. Every attribute may be left out of a row.

All functions share these arguments:

- ``title``: the property's name in Notion; left out, it is the attribute in Title Case.
- ``doc``: a sentence for people, where the name does not speak for itself.
- ``policy``: who wins when both sides edit this property; left out, the collection's policy.
- ``renamed_from``: what it was called before: the property's title, or the attribute.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeAlias, TypedDict, TypeVar, Unpack, cast
from uuid import UUID

import pydantic

from accord.core.merge import Policy
from accord.core.schema import Field, LinkTable, PropertyType

Json: TypeAlias = pydantic.JsonValue
PolicyName: TypeAlias = Policy | Literal["notion", "supabase", "newest", "manual"]

T = TypeVar("T")
ResultT = TypeVar("ResultT", bool, float, str, datetime)


class File(pydantic.BaseModel):
    """A file or a link to one; ``type`` is Notion's: external, file or file_upload."""

    model_config = pydantic.ConfigDict(extra="allow")

    name: str
    url: str
    type: str = "external"


class Shared(TypedDict, total=False):
    """The arguments that every property takes."""

    title: str
    doc: str
    policy: PolicyName
    renamed_from: str


class Told(TypedDict, total=False):
    """The arguments that a property which Notion works out by itself takes."""

    title: str
    doc: str
    renamed_from: str


@dataclass(frozen=True)
class Sort(Generic[T]):
    """What an attribute holds: its annotation, and its value in a row without the column."""

    annotation: Any
    missing: Callable[[], T]


TEXT: Sort[str | None] = Sort(str | None, lambda: None)
NUMBER: Sort[float | None] = Sort(float | None, lambda: None)
MOMENT: Sort[datetime | None] = Sort(datetime | None, lambda: None)
CHECKBOX: Sort[bool] = Sort(bool, bool)
MAYBE: Sort[bool | None] = Sort(bool | None, lambda: None)
ONE: Sort[UUID | None] = Sort(UUID | None, lambda: None)
TEXTS: Sort[list[str]] = Sort(list[str], list)
MANY: Sort[list[UUID]] = Sort(list[UUID], list)
FILES: Sort[list[File]] = Sort(list[File], list)
JSON: Sort[Json] = Sort(Json, lambda: None)

#: How the result of a formula is named in Notion, held in Python and kept in SQL.
RESULTS: dict[type, tuple[str, Sort[Any], str]] = {
    bool: ("boolean", MAYBE, "boolean"),
    float: ("number", NUMBER, "numeric"),
    str: ("string", TEXT, "text"),
    datetime: ("date", MOMENT, "timestamptz"),
}


@dataclass(frozen=True)
class Declared:
    """What a property function says; the class and `load` fill in what is still open.

    ``field.name`` is empty, ``field.to`` names a class, ``field.two_way`` and ``field.mirrors`` an
    attribute of that class; empty parts of ``field.link`` follow the convention. ``problems`` is
    what the function itself found wrong.
    """

    field: Field
    sort: Sort[Any]
    policy: PolicyName | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class JsonOf:
    """What `json_of` says: the attribute whose text is a JSON document."""

    attribute: str


def display(annotation: Any) -> str:
    """How an annotation is written in a declaration."""
    if annotation == Json:
        return "Json"
    text = annotation.__name__ if type(annotation) is type else str(annotation)
    return re.sub(r"\b(\w+\.)+", "", text)


def title(**shared: Unpack[Shared]) -> str | None:
    """The name of the page; each collection has exactly one."""
    return _declare(TEXT, PropertyType.TITLE, "text", shared)


def rich_text(*, id_prefix: str | None = None, **shared: Unpack[Shared]) -> str | None:
    """A text; ``id_prefix`` is how the texts of an id property begin."""
    return _declare(TEXT, PropertyType.RICH_TEXT, "text", shared, id_prefix=id_prefix)


def number(
    *,
    number_format: str = "number",
    bounds: tuple[float, float] | None = None,
    **shared: Unpack[Shared],
) -> float | None:
    """A number, in Notion's ``number_format``; ``bounds`` are the least and the greatest."""
    return _declare(
        NUMBER, PropertyType.NUMBER, "numeric", shared, number_format=number_format, bounds=bounds
    )


def select(options: str = "", **shared: Unpack[Shared]) -> str | None:
    """One of some options: ``select("Low, Medium, High")``.

    Notion allows no comma in an option's name, so commas part them. Others than the known ones
    are welcome and reported.
    """
    return _declare(TEXT, PropertyType.SELECT, "text", shared, options=_names(options))


def status(options: str = "", **shared: Unpack[Shared]) -> str | None:
    """Notion's own Status property."""
    return _declare(TEXT, PropertyType.STATUS, "text", shared, options=_names(options))


def multi_select(options: str = "", **shared: Unpack[Shared]) -> list[str]:
    """Any number of options, in Notion's order."""
    return _declare(TEXTS, PropertyType.MULTI_SELECT, "text[]", shared, options=_names(options))


def date(**shared: Unpack[Shared]) -> datetime | None:
    """A date or a moment; the column holds the start of a span."""
    return _declare(MOMENT, PropertyType.DATE, "timestamptz", shared)


def people(**shared: Unpack[Shared]) -> list[UUID]:
    """People of the workspace, as rows of ``notion_users``."""
    return _declare(MANY, PropertyType.PEOPLE, "uuid[]", shared)


def files(**shared: Unpack[Shared]) -> list[File]:
    """Files and links to files."""
    return _declare(FILES, PropertyType.FILES, "jsonb", shared)


def checkbox(**shared: Unpack[Shared]) -> bool:
    """Yes or no."""
    return _declare(CHECKBOX, PropertyType.CHECKBOX, "boolean", shared)


def url(**shared: Unpack[Shared]) -> str | None:
    """A web address."""
    return _declare(TEXT, PropertyType.URL, "text", shared)


def email(**shared: Unpack[Shared]) -> str | None:
    """An e-mail address."""
    return _declare(TEXT, PropertyType.EMAIL, "text", shared)


def phone_number(**shared: Unpack[Shared]) -> str | None:
    """A telephone number."""
    return _declare(TEXT, PropertyType.PHONE_NUMBER, "text", shared)


def relation(to: str, *, two_way: str | None = None, **shared: Unpack[Shared]) -> UUID | None:
    """At most one record of another class: a foreign key.

    The attribute ends in ``_id``, which its title in Notion does not.

    Args:
        to: the name of the other class.
        two_way: the attribute of the other class that mirrors this relation.
        shared: see the module.
    """
    return _declare(ONE, PropertyType.RELATION, "uuid", shared, to=to, two_way=two_way)


def relations(
    to: str,
    *,
    two_way: str | None = None,
    mirrors: str | None = None,
    table: str = "",
    target: str = "",
    **shared: Unpack[Shared],
) -> list[UUID]:
    """Any number of records of another class: a link table.

    The link table is named after the table and the attribute, its columns after the two classes:
    ``tasks_subtasks (task_id, subtask_id)``.

    Args:
        to: the name of the other class.
        two_way: the attribute of the other class that mirrors this relation.
        mirrors: the attribute of the other class that this relation mirrors; the links are kept
            there.
        table: another name for the link table.
        target: another name for the column of the other record, as a class that points to itself
            needs.
        shared: see the module.
    """
    both = "it says two_way= and mirrors=; the side that keeps the links says two_way="
    return _declare(
        MANY,
        PropertyType.RELATION,
        None,
        shared,
        problems=(both,) if two_way and mirrors else (),
        to=to,
        many=True,
        link=None if mirrors else LinkTable(table, "", target),
        two_way=mirrors or two_way,
        mirrors=mirrors,
    )


def formula(result: type[ResultT], **told: Unpack[Told]) -> ResultT | None:
    """What a formula yields: bool, float, str or datetime."""
    unknown = f"a formula yields bool, float, str or datetime, not {result!r}"
    name, sort, sql = RESULTS.get(result, (None, JSON, "jsonb"))
    problems = () if name else (unknown,)
    declared: ResultT | None = _declare(
        sort, PropertyType.FORMULA, sql, told, problems=problems, result=name
    )
    return declared


def rollup(**told: Unpack[Told]) -> Json:
    """What a rollup yields, as Notion's JSON."""
    return _declare(JSON, PropertyType.ROLLUP, "jsonb", told)


def created_time(**told: Unpack[Told]) -> datetime | None:
    """When the page came to be."""
    return _declare(MOMENT, PropertyType.CREATED_TIME, "timestamptz", told)


def last_edited_time(**told: Unpack[Told]) -> datetime | None:
    """When the page was last edited."""
    return _declare(MOMENT, PropertyType.LAST_EDITED_TIME, "timestamptz", told)


def created_by(**told: Unpack[Told]) -> UUID | None:
    """Who made the page."""
    return _declare(ONE, PropertyType.CREATED_BY, "uuid", told)


def last_edited_by(**told: Unpack[Told]) -> UUID | None:
    """Who last edited the page."""
    return _declare(ONE, PropertyType.LAST_EDITED_BY, "uuid", told)


def unique_id(**told: Unpack[Told]) -> str | None:
    """The running number that Notion gives, with its prefix."""
    return _declare(TEXT, PropertyType.UNIQUE_ID, "text", told)


def json_of(attribute: str) -> Json:
    """The JSON document that a text holds: the generated column ``<attribute>_json``.

    It is None when the text is not valid JSON. The attribute here has the column's name too.
    """
    return _attribute(JSON, JsonOf(attribute), doc=f"The JSON document in {attribute}.")


def _declare(
    sort: Sort[T],
    kind: PropertyType,
    sql: str | None,
    shared: Shared | Told,
    *,
    problems: tuple[str, ...] = (),
    **more: Any,
) -> T:
    said: dict[str, Any] = {"title": "", **shared, **more}
    policy = said.pop("policy", None)
    field = Field(name="", type=kind, sql=sql, **said)
    return _attribute(sort, Declared(field, sort, policy, problems), doc=field.doc)


def _names(options: str) -> tuple[str, ...]:
    """The options between the commas; an empty string has none."""
    return tuple(" ".join(name.split()) for name in options.split(",")) if options else ()


def _attribute(sort: Sort[T], said: Declared | JsonOf, *, doc: str) -> T:
    """A pydantic field that carries what was said; to a type checker, the value itself."""
    field: Any = pydantic.Field(default_factory=sort.missing, description=doc or None)
    field.metadata.append(said)
    return cast("T", field)
