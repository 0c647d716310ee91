"""A collection with a field of every sort of column.

Rule: its table can be made, so that the same laws are tried with Postgres and without.
"""

from typing import Any

from hypothesis import strategies as st

from accord.core.record import UNDECLARED
from accord.core.schema import Collection, Field, PropertyType
from accord.core.values import Kind, Opaque, Value
from tests.codec.made import NUMBERS, SPANS, TEXTS, VALUES

T = PropertyType


def _field(name: str, kind: PropertyType, sql: str | None, **said: Any) -> Field:
    column = name if sql else None
    return Field(name=name, title=name.title(), type=kind, column=column, sql=sql, **said)


FIELDS = (
    _field("words", T.TITLE, "text"),
    _field("document", T.RICH_TEXT, "text", holds_json=True),
    _field("number", T.NUMBER, "numeric"),
    _field("score", T.NUMBER, "numeric", bounds=(0, 100)),
    _field("choice", T.SELECT, "text"),
    _field("state", T.STATUS, "text"),
    _field("tags", T.MULTI_SELECT, "text[]"),
    _field("day", T.DATE, "timestamptz"),
    _field("owner", T.PEOPLE, "uuid[]"),
    _field("files", T.FILES, "jsonb"),
    _field("done", T.CHECKBOX, "boolean"),
    _field("url", T.URL, "text"),
    _field("one", T.RELATION, "uuid"),
    _field("many", T.RELATION, None, many=True),
    _field("f_boolean", T.FORMULA, "boolean", result="boolean"),
    _field("f_number", T.FORMULA, "numeric", result="number"),
    _field("f_text", T.FORMULA, "text", result="string"),
    _field("f_date", T.FORMULA, "timestamptz", result="date"),
    _field("f_any", T.FORMULA, "jsonb"),
    _field("rollup", T.ROLLUP, "jsonb"),
    _field("homeless", T.NUMBER, None),
    _field("created", T.CREATED_TIME, "timestamptz"),
    _field("author", T.CREATED_BY, "uuid"),
    _field("ticket", T.UNIQUE_ID, "text"),
)
MIRROR = _field("mirror", T.RELATION, None, many=True, mirrors="things.One")
THINGS = Collection("Things", "things", "THINGS", "Thing", (*FIELDS, MIRROR))

_ENTRIES = st.fixed_dictionaries({"type": TEXTS, "value": NUMBERS | TEXTS})
_SPECIAL: dict[str, st.SearchStrategy[Value]] = {
    "author": st.none() | st.uuids().map(str),
    "created": st.none() | SPANS,
    UNDECLARED: st.none()
    | st.dictionaries(TEXTS.map(lambda title: f"+{title}"), _ENTRIES, min_size=1, max_size=3).map(
        Opaque.of
    ),
}

#: A whole record, raw: field name -> value.
RECORDS = st.fixed_dictionaries(
    {
        **{f.name: _SPECIAL.get(f.name, VALUES[f.kind]) for f in FIELDS},
        UNDECLARED: _SPECIAL[UNDECLARED],
    }
)


def kind_of(name: str) -> Kind:
    """The kind of a field of `THINGS`."""
    return Kind.OPAQUE if name == UNDECLARED else THINGS.field(name).kind
