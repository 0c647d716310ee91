"""The SQL that makes the tables of a schema: one text, in parts that a person can read.

Rule: pure, and the same schema always gives the same text. Everything is written with its
schema, so that no search path matters; nothing needs an extension or a Postgres newer than 15;
what names a role of Supabase's is guarded, so that it runs where there is none.

What the text relies on lies in schema ``sync``: ``sync.try_json_v1`` (``sql/ledger.sql``) and the
trigger functions of ``sql/marks.sql``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator

from accord.core.errors import ModelError
from accord.core.schema import USERS_TABLE, Collection, PropertyType, Schema
from accord.supabase.columns import (
    USERS,
    Table,
    fields_with_columns,
    link_table_of,
    links,
    table_of,
    tables,
)
from accord.supabase.names import in_public as _in_public
from accord.supabase.names import name_of as _name
from accord.supabase.names import quoted as _quoted
from accord.supabase.policies import policies_sql, readable_sql
from accord.supabase.statements import quote_literal as _text

_NOT_APPLYING = "coalesce(current_setting('sync.applying', true), '') <> 'on'"


def tables_sql(schema: Schema) -> str:
    """All tables of the schema, their links, triggers, access rights and comments.

    Raises:
        ModelError: a declaration cannot become a table; with every problem.
    """
    problems = [*_field_problems(schema), *_name_problems(schema)]
    if problems:
        raise ModelError(problems)
    parts = (
        ("Tables: one for each Notion database", map(_table, schema)),
        ("The people of the Notion workspace", [_create(USERS_TABLE, _lines(USERS))]),
        ("Links: one table for each relation to many", _link_tables(schema)),
        ("Relations to one: a column each, added last because they go in circles", _keys(schema)),
        ("Triggers: what people change is noticed; TRUNCATE, which cannot be, is refused",
         _triggers(schema)),
        ("Row level security: on everywhere", [_row_security(schema)]),
        ("Who may read what: the records that a reader was given, and the policies that ask", [
            readable_sql(schema), _for_role("authenticated", policies_sql(schema))]),
        ("Access: anon has nothing, authenticated reads, service_role does its work", [
            _access(schema)]),
        ("Comments: what the Notion side is called", _comments(schema)),
    )  # fmt: skip
    head = (
        "-- The tables of the synchronised Notion databases.\n"
        "-- Written from the models; a change belongs there, not here.\n"
    )
    body = (f"-- == {title}\n\n" + "\n\n".join(texts) + "\n" for title, texts in parts)
    return head + "\n" + "\n\n".join(body)


def table_names(schema: Schema) -> tuple[str, ...]:
    """Every table that `tables_sql` makes: collections, people, links."""
    return (
        *(collection.table for collection in schema),
        USERS_TABLE,
        *(link.table for _, _, link in links(schema)),
    )


# Tables


def _table(collection: Collection) -> str:
    checks = [("constraint", text) for text in _checks(collection)]
    return _create(collection.table, [*_lines(table_of(collection)), *checks])


def _lines(table: Table) -> list[tuple[str, str]]:
    return [(_quoted(column.name), column.sql) for column in table.columns]


def _link_tables(schema: Schema) -> Iterator[str]:
    for collection, field, link in links(schema):
        table = link_table_of(collection, field, link)
        lines = [
            (
                _quoted(column.name),
                f"{column.sql} references {_in_public(column.to)} on delete cascade"
                if column.to
                else column.sql,
            )
            for column in table.columns
        ]
        key = ("primary key", f"({_quoted(link.owner)}, {_quoted(link.target)})")
        yield _create(link.table, [*lines, key]) + "\n" + _index(link.table, link.target)


def _keys(schema: Schema) -> Iterator[str]:
    for collection in schema:
        for field in fields_with_columns(collection):
            if field.type is PropertyType.RELATION:
                yield (
                    f"alter table {_in_public(collection.table)}\n"
                    f"  add constraint {_name(collection.table, field.column, 'fkey')}\n"
                    f"  foreign key ({_quoted(field.column)})"
                    f" references {_in_public(field.to)} on delete set null;\n"
                ) + _index(collection.table, field.column)


def _checks(collection: Collection) -> Iterator[str]:
    for field in fields_with_columns(collection):
        if field.bounds is None:
            continue
        low, high = field.bounds
        tests = [
            f"{_quoted(field.column)} {sign} {_number(bound)}"
            for sign, bound in ((">=", low), ("<=", high))
            if math.isfinite(bound)
        ]
        if tests:
            yield f"{_name(collection.table, field.column, 'range')} check ({' and '.join(tests)})"


def _create(table: str, lines: Iterable[tuple[str, str]]) -> str:
    body = ",\n".join(f"  {name} {rest}" for name, rest in lines)
    return f"create table {_in_public(table)} (\n{body}\n);"


def _index(table: str, column: str | None) -> str:
    return (
        f"create index {_name(table, column, 'idx')}\n  on {_in_public(table)} ({_quoted(column)});"
    )


# Triggers


def _triggers(schema: Schema) -> Iterator[str]:
    yield _touch(USERS_TABLE, ["name", "email", "avatar_url", "kind"])
    for collection in schema:
        columns = fields_with_columns(collection)
        own = ["id", "deleted_at", "notion_extra"]
        every = [*own[:1], *(_quoted(f.column) for f in columns), *own[1:]]
        written = [*own[:1], *(_quoted(f.column) for f in columns if not f.computed), *own[1:]]
        yield "\n".join(
            (
                _touch(collection.table, every),
                _trigger("sync_take_page", "before insert", collection.table,
                         _NOT_APPLYING, "sync.keep_page_v1()"),
                _trigger("sync_keep_page", "before update of notion_page_id", collection.table,
                         f"{_NOT_APPLYING}\n    and {_changed(['notion_page_id'])}",
                         "sync.keep_page_v1()"),
                _trigger("sync_mark", "after insert or delete", collection.table,
                         _NOT_APPLYING, "sync.mark_row_v1()"),
                _trigger("sync_mark_update", "after update", collection.table,
                         f"{_NOT_APPLYING}\n    and {_changed(written)}", "sync.mark_row_v1()"),
                _refuse_truncate(collection.table),
            )
        )  # fmt: skip
    for collection, _, link in links(schema):
        call = f"sync.mark_link_v1({_text(collection.table)}, {_text(link.owner)})"
        columns_of_link = [_quoted(link.owner), _quoted(link.target), "position"]
        yield "\n".join(
            (
                _trigger("sync_mark", "after insert or delete", link.table, _NOT_APPLYING, call),
                _trigger("sync_mark_update", "after update", link.table,
                         f"{_NOT_APPLYING}\n    and {_changed(columns_of_link)}", call),
                _refuse_truncate(link.table),
            )
        )  # fmt: skip


def _touch(table: str, columns: list[str]) -> str:
    return _trigger("sync_touch", "before update", table, _changed(columns), "sync.touch_v1()")


def _trigger(name: str, event: str, table: str, when: str, call: str) -> str:
    return (
        f"create trigger {name} {event} on {_in_public(table)}\n"
        f"  for each row when (\n    {when}\n  )\n"
        f"  execute function {call};"
    )


def _refuse_truncate(table: str) -> str:
    return (
        f"create trigger sync_refuse_truncate before truncate on {_in_public(table)}\n"
        "  for each statement execute function sync.refuse_truncate_v1();"
    )


def _changed(columns: list[str]) -> str:
    old, new = (_wrapped([f"{row}.{column}" for column in columns]) for row in ("old", "new"))
    return f"row (\n{old}\n    ) is distinct from row (\n{new}\n    )"


def _wrapped(items: Iterable[str], width: int = 92) -> str:
    """The items with commas between, in lines of at most ``width``, indented by six."""
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) + 2 > width:
            lines.append("")
        lines[-1] += (", " if lines[-1] else "") + item
    return ",\n".join(f"      {line}" for line in lines)


# Access


def _row_security(schema: Schema) -> str:
    return "\n".join(
        f"alter table {_in_public(table)} enable row level security;"
        for table in table_names(schema)
    )


def _access(schema: Schema) -> str:
    tables = ",\n      ".join(_in_public(table) for table in table_names(schema))
    return "\n\n".join(
        (
            f"revoke all on table\n      {tables}\n  from public;",
            _for_role("anon", f"    revoke all on table\n      {tables}\n    from anon;"),
            # Whoever signs up is "authenticated": until a policy says which rows, it is none.
            _for_role(
                "authenticated",
                f"    revoke all on table\n      {tables}\n    from authenticated;\n"
                "    grant usage on schema public to authenticated;\n"
                f"    grant select on table\n      {tables}\n    to authenticated;",
            ),
            _for_role(
                "service_role",
                "    grant usage on schema public to service_role;\n"
                f"    grant select, insert, update, delete on table\n      {tables}\n"
                "    to service_role;",
            ),
        )
    )


def _for_role(role: str, statements: str) -> str:
    return (
        f"do $$\nbegin\n  if pg_catalog.to_regrole({_text(role)}) is not null then\n"
        f"{statements}\n  end if;\nend\n$$;"
    )


# Comments


def _comments(schema: Schema) -> Iterator[str]:
    for table in tables(schema):
        name = _in_public(table.name)
        lines = [
            _comment("column", f"{name}.{_quoted(column.name)}", column.doc)
            for column in table.columns
        ]
        yield "\n".join([_comment("table", name, table.doc), *lines])


def _comment(what: str, name: str, text: str) -> str:
    return f"comment on {what} {name} is {_text(text)};"


# Names and literals


def _field_problems(schema: Schema) -> Iterator[str]:
    for collection in schema:
        for field in collection.carried:
            where = f"{collection.model}: {field.name} ({field.title!r})"
            if field.column is not None and field.sql is None:
                yield f"{where}: the column {field.column!r} has no SQL type"
            if field.type is PropertyType.RELATION and (field.column is None) == (
                field.link is None
            ):
                yield f"{where}: a relation is kept in a column or in a link table, in one of them"


def _name_problems(schema: Schema) -> Iterator[str]:
    for name, times in Counter(table_names(schema)).items():
        if times > 1:
            yield f"{times} tables would be called {name!r}; each needs a name of its own"


def _number(bound: float) -> str:
    return str(int(bound)) if float(bound).is_integer() else repr(bound)
