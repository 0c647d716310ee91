"""The tables as TypeScript types, in the shape in which supabase-js takes them.

Rule: pure; the same as the Supabase CLI reads from a database that has the tables, so either may be
used. What a column holds stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from accord.core.errors import OurError
from accord.core.schema import Schema
from accord.supabase.columns import Column, Table, tables

_JSON = "NonNullable<Json>"
_TYPES = {
    "text": "string",
    "uuid": "string",
    "timestamptz": "string",
    "numeric": "number",
    "int": "number",
    "boolean": "boolean",
    "jsonb": "Json",
    "text[]": "string[]",
    "uuid[]": "string[]",
}

_HEAD = """\
// The tables that are kept in step with Notion. Written from the models: accord types
//
//   import { createClient } from "@supabase/supabase-js"
//   const supabase = createClient<Database>(url, key)

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  public: {
    Tables: {
"""
_TAIL = """\
    }
    Views: { [_ in never]: never }
    Functions: { [_ in never]: never }
    Enums: { [_ in never]: never }
    CompositeTypes: { [_ in never]: never }
  }
}

type PublicTables = Database["public"]["Tables"]

/** A row as it is read: `Tables<"tasks">`. */
export type Tables<Name extends keyof PublicTables> = PublicTables[Name]["Row"]
/** A row as it is inserted. */
export type TablesInsert<Name extends keyof PublicTables> = PublicTables[Name]["Insert"]
/** What may be changed in a row. */
export type TablesUpdate<Name extends keyof PublicTables> = PublicTables[Name]["Update"]
"""


def typescript(schema: Schema) -> str:
    """The types of all tables, in the order of their names."""
    ordered = sorted(tables(schema), key=lambda table: table.name)
    return _HEAD + "".join(f"{line}\n" for table in ordered for line in _table(table)) + _TAIL


def _table(table: Table) -> Iterator[str]:
    columns = sorted(table.columns, key=lambda column: column.name)
    yield f"      /** {_comment(table.doc)} */"
    yield f"      {table.name}: {{"
    yield "        Row: {"
    for column in columns:
        yield f"          /** {_comment(column.doc)} */"
        yield f"          {column.name}: {_type(column)}"
    yield "        }"
    yield "        ComputedFields: never"
    yield "        Insert: {"
    yield from _written(columns, every=False)
    yield "        }"
    yield "        Update: {"
    yield from _written(columns, every=True)
    yield "        }"
    yield "        Relationships: ["
    for column in sorted(columns, key=lambda column: column.key or ""):
        if column.key is not None:
            yield from _relationship(column)
    yield "        ]"
    yield "      }"


def _written(columns: Iterable[Column], *, every: bool) -> Iterator[str]:
    """The columns of an insert, or of an update, where every one may be left out."""
    for column in columns:
        mark = "?" if every or column.optional or column.generated else ""
        yield f"          {column.name}{mark}: {'never' if column.generated else _type(column)}"


def _relationship(column: Column) -> Iterator[str]:
    yield "          {"
    yield f'            foreignKeyName: "{column.key}"'
    yield f'            columns: ["{column.name}"]'
    yield "            isOneToOne: false"
    yield f'            referencedRelation: "{column.to}"'
    yield '            referencedColumns: ["id"]'
    yield "          },"


def _type(column: Column) -> str:
    try:
        found = _TYPES[column.type]
    except KeyError:
        raise OurError(f"no TypeScript type is known for {column.type!r}") from None
    if column.nullable:
        return f"{found} | null"
    return _JSON if found == "Json" else found


def _comment(text: str) -> str:
    """A text that does not end the comment that it stands in."""
    return " ".join(text.replace("*/", "* /").split())
