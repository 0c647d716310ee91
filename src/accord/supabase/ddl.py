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
from accord.core.schema import Collection, Field, LinkTable, Managed, PropertyType, Schema
from accord.supabase.names import in_public as _in_public
from accord.supabase.names import name_of as _name
from accord.supabase.names import quoted as _quoted
from accord.supabase.policies import policies_sql, readable_sql
from accord.supabase.statements import quote_literal as _text

USERS_TABLE = "notion_users"

_BEFORE = (
    ("id", "uuid primary key default gen_random_uuid()", "The row's own id."),
    ("notion_page_id", "uuid unique", "The page that this row is in Notion; null until it is one."),
)
_AFTER = (
    ("created_at", "timestamptz not null default now()", "When the row was made."),
    ("updated_at", "timestamptz not null default now()", "When a value of the row last changed."),
    ("last_synced_at", "timestamptz", "When the row and its page were last brought into step."),
    (
        "deleted_at",
        "timestamptz",
        "When the page went to the trash; null while alive. Setting it trashes, clearing restores.",
    ),
    (
        "notion_extra",
        "jsonb not null default '{}'",
        "What Notion holds and no column can, by property title.",
    ),
)
_DEFAULTS = {
    PropertyType.CHECKBOX: " not null default false",
    PropertyType.MULTI_SELECT: " not null default '{}'",
    PropertyType.PEOPLE: " not null default '{}'",
    PropertyType.FILES: " not null default '[]'",
}
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
        ("The people of the Notion workspace", [_users_table()]),
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
        *(link.table for _, _, link in _links(schema)),
    )


# Tables


def _table(collection: Collection) -> str:
    lines: list[tuple[str, str]] = [(name, rest) for name, rest, _ in _BEFORE]
    for field in _columns(collection):
        lines.append((_quoted(field.column), f"{field.sql}{_default(field)}"))
        if field.holds_json:
            generated = f"jsonb generated always as (sync.try_json_v1({_quoted(field.column)}))"
            lines.append((f"{field.column}_json", f"{generated} stored"))
    lines += [(name, rest) for name, rest, _ in _AFTER]
    lines += [("constraint", text) for text in _checks(collection)]
    return _create(collection.table, lines)


def _users_table() -> str:
    return _create(
        USERS_TABLE,
        [
            ("id", "uuid primary key"),
            ("name", "text"),
            ("email", "text"),
            ("avatar_url", "text"),
            ("kind", "text not null default 'person'"),
            ("created_at", "timestamptz not null default now()"),
            ("updated_at", "timestamptz not null default now()"),
        ],
    )


def _link_tables(schema: Schema) -> Iterator[str]:
    for collection, field, link in _links(schema):
        owner, target = _quoted(link.owner), _quoted(link.target)
        to_owner, to_target = _in_public(collection.table), _in_public(field.to)
        yield _create(
            link.table,
            [
                (owner, f"uuid not null references {to_owner} on delete cascade"),
                (target, f"uuid not null references {to_target} on delete cascade"),
                ("position", "int not null default 0"),
                ("primary key", f"({owner}, {target})"),
            ],
        ) + "\n" + _index(link.table, link.target)  # fmt: skip


def _keys(schema: Schema) -> Iterator[str]:
    for collection in schema:
        for field in _columns(collection):
            if field.type is PropertyType.RELATION:
                yield (
                    f"alter table {_in_public(collection.table)}\n"
                    f"  add constraint {_name(collection.table, field.column, 'fkey')}\n"
                    f"  foreign key ({_quoted(field.column)})"
                    f" references {_in_public(field.to)} on delete set null;\n"
                ) + _index(collection.table, field.column)


def _columns(collection: Collection) -> list[Field]:
    """The fields that have a column of their own: what people write, then what Notion works out."""
    fields = [field for field in collection.carried if field.column is not None]
    return sorted(fields, key=lambda field: field.computed)


def _links(schema: Schema) -> list[tuple[Collection, Field, LinkTable]]:
    """The link tables, each with the collection and the field that own its links."""
    return [
        (collection, field, field.link)
        for collection in schema
        for field in collection.carried
        if field.link is not None
    ]


def _default(field: Field) -> str:
    return "" if field.computed else _DEFAULTS.get(field.type, "")


def _checks(collection: Collection) -> Iterator[str]:
    for field in _columns(collection):
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
        columns = _columns(collection)
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
    for collection, _, link in _links(schema):
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
    for collection in schema:
        about = _sentences(f'Notion database "{collection.title}".', collection.doc)
        lines = [_comment("table", _in_public(collection.table), about)]
        lines += [_column_comment(collection.table, name, doc) for name, _, doc in _BEFORE]
        for field in _columns(collection):
            lines.append(_column_comment(collection.table, field.column, _about(field)))
            if field.holds_json:
                doc = f"The JSON in {field.column}; null where that is not valid JSON."
                lines.append(_column_comment(collection.table, f"{field.column}_json", doc))
        stamped = {f.column: f.title for f in collection.fields if f.managed in _STAMPS}
        for name, _, doc in _AFTER:
            stamp = f'Notion property "{stamped[name]}".' if name in stamped else ""
            lines.append(_column_comment(collection.table, name, _sentences(doc, stamp)))
        yield "\n".join(lines)
    yield "\n".join(_users_comments())
    for collection, field, link in _links(schema):
        about = f'The links of "{field.title}" in Notion database "{collection.title}".'
        yield "\n".join(
            (
                _comment("table", _in_public(link.table), _sentences(about, field.doc)),
                _column_comment(link.table, link.owner, "The row that has the property."),
                _column_comment(link.table, link.target, "The row that it points to."),
                _column_comment(link.table, "position", "Notion's order: 0, 1, ..."),
            )
        )


_STAMPS = frozenset({Managed.LAST_SYNCED})


def _users_comments() -> Iterator[str]:
    yield _comment("table", _in_public(USERS_TABLE), "The people and bots of the Notion workspace.")
    for name, doc in (
        ("id", "Notion's id of the user, as in the columns that hold people."),
        ("name", "The name that Notion shows."),
        ("email", "The address, where Notion tells it."),
        ("avatar_url", "The address of the picture."),
        ("kind", "person, bot or group."),
        ("created_at", "When the user was first seen."),
        ("updated_at", "When something about the user last changed."),
    ):
        yield _column_comment(USERS_TABLE, name, doc)


def _about(field: Field) -> str:
    kind = field.type.value.replace("_", " ")
    by_notion = ", worked out by Notion" if field.computed else ""
    return _sentences(f'Notion property "{field.title}" ({kind}{by_notion}).', field.doc)


def _sentences(*texts: str) -> str:
    return " ".join(text for text in texts if text)


def _column_comment(table: str, column: str | None, text: str) -> str:
    return _comment("column", f"{_in_public(table)}.{_quoted(column)}", text)


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
