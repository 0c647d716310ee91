"""The tables as Python types: what supabase-py gives and takes, which is JSON.

Rule: pure. Who wants dates as dates and ids as ids reads rows into the models instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from keyword import iskeyword

from accord.core.errors import OurError
from accord.core.schema import Schema
from accord.supabase.columns import Column, Table, tables

_TYPES = {
    "text": "str",
    "uuid": "str",
    "timestamptz": "str",
    "numeric": "float",
    "int": "int",
    "boolean": "bool",
    "jsonb": "Json",
    "text[]": "list[str]",
    "uuid[]": "list[str]",
}

_HEAD = '''\
"""The tables that are kept in step with Notion; written from the models by accord types.

For each table: Row is what a query answers, Insert what may be inserted, Update what may change.
"""

from typing import Any, NotRequired, TypeAlias, TypedDict

Json: TypeAlias = Any
'''


def python(schema: Schema) -> str:
    """The types of all tables, named after the models."""
    models = {collection.table: collection.model for collection in schema}
    parts = [_HEAD]
    for table in tables(schema):
        name = models.get(table.name) or "".join(map(str.capitalize, table.name.split("_")))
        parts += _classes(table, name)
    return "\n\n".join(parts)


def _classes(table: Table, name: str) -> Iterator[str]:
    written = [column for column in table.columns if not column.generated]
    rows = [(column, _type(column)) for column in table.columns]
    inserts = [
        (column, f"NotRequired[{_type(column)}]" if column.optional else _type(column))
        for column in written
    ]
    updates = [(column, f"NotRequired[{_type(column)}]") for column in written]
    yield _class(f"{name}Row", table.doc, rows)
    yield _class(f"{name}Insert", f"What may be inserted into {table.name}.", inserts)
    yield _class(f"{name}Update", f"What may be changed in {table.name}.", updates)


def _class(name: str, doc: str, fields: Iterable[tuple[Column, str]]) -> str:
    members = list(fields)
    if any(iskeyword(column.name) for column, _ in members):
        inside = ", ".join(f'"{column.name}": "{kind}"' for column, kind in members)
        return f'{name} = TypedDict("{name}", {{{inside}}})\n'
    lines = "\n".join(f"    {column.name}: {kind}" for column, kind in members)
    text = " ".join(doc.split()).replace("\\", "\\\\")
    text = re.sub('"""|"$', lambda quotes: quotes[0].replace('"', '\\"'), text)
    return f'class {name}(TypedDict):\n    """{text}"""\n\n{lines}\n'


def _type(column: Column) -> str:
    try:
        found = _TYPES[column.type]
    except KeyError:
        raise OurError(f"no Python type is known for {column.type!r}") from None
    return f"{found} | None" if column.nullable else found
