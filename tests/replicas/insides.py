"""What the tables hold, in one form, whichever implementation holds them.

Rule: everything but moments of the clock and running numbers, of which only the order counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from accord.core.merge import Unknown
from accord.core.values import Json, to_json
from accord.testing.memory_rows import Row
from accord.testing.memory_tables import MemoryDatabase, Table
from tests.replicas.shelves import SCHEMA

#: What Postgres is asked for, by name; each answers rows of one JSON array.
QUERIES = {
    "dirty": "select jsonb_build_array(table_name, row_id, op, notion_page_id,"
    " tombstone is not null, by_whom, why, coalesce(refused = version, false))"
    " from sync.dirty order by version",
    "waiting": "select jsonb_build_array(table_name, row_id, field, target_page_id, position,"
    " link_table is not null) from sync.waiting",
    "links": "select jsonb_build_array(page_id, table_name, row_id, base, deleted, edited_at,"
    " seen_at) from sync.link",
    "conflicts": "select jsonb_build_array(table_name, row_id, page_id, property,"
    " base_value is not null, base_value, notion_value, supabase_value, policy, winner,"
    " resolved_at is not null) from sync.conflicts",
    "intents": "select jsonb_build_array(table_name, row_id, intent) from sync.intent",
    "stamps": "select jsonb_build_array(page_id, table_name, row_id) from sync.stamp",
    "problems": "select jsonb_build_array(page_id, row_id, table_name, record, property, reason,"
    " remedy, times, ignored) from sync.problem",
    "changes": "select jsonb_build_array(round is not null, table_name, row_id, page_id, property,"
    " field, old, new, source, why, by_whom) from sync.changes order by id",
    "users": "select jsonb_build_array(id, name, email, avatar_url, kind) from notion_users",
    "sources": "select jsonb_build_array(table_name, data_source_id, properties, watermark,"
    " walked_to) from sync.source",
}
#: Where the order of one record's entries says something.
ORDERED = {"changes"}
_TIMES = {"created_at", "updated_at", "last_synced_at"}


def tables_in(connection: psycopg.Connection[Any]) -> list[sql.Identifier]:
    """Every table of ours."""
    names = connection.execute(
        "select schemaname, tablename from pg_tables where schemaname in ('public', 'sync')"
        " order by 1, 2"
    ).fetchall()
    return [sql.Identifier(*name) for name in names]


def in_postgres(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """What a Postgres holds."""
    found: dict[str, list[Json]] = {}
    for name, query in QUERIES.items():
        found[name] = [entry for (entry,) in connection.execute(query.encode()).fetchall()]
    for table in tables_in(connection):
        schema, name = table.as_string().replace('"', "").split(".")
        if schema != "public" or name == "notion_users":
            continue
        rows = connection.execute(sql.SQL("select to_jsonb(t) from {} t").format(table)).fetchall()
        found[name] = [_shown(name, row) for (row,) in rows]
    return _in_one_form(found)


def _shown(table: str, row: dict[str, Json]) -> Json:
    if "position" in row:
        return [row[column] for column in (*ends_of(table), "position")]
    columns = {name: value for name, value in row.items() if name not in _TIMES}
    return {**columns, "deleted_at": row["deleted_at"] is not None}


def ends_of(link_table: str) -> tuple[str, str]:
    """The columns of a link table."""
    for collection in SCHEMA:
        for field in collection.carried:
            if field.link is not None and field.link.table == link_table:
                return field.link.owner, field.link.target
    raise KeyError(link_table)


def in_memory(database: MemoryDatabase) -> dict[str, Any]:
    """What tables in dicts hold."""
    found = _ledger(database)
    for table in database.tables.values():
        found[table.name] = [_row(table, row) for row in table.rows.values()]
    for store in database.link_tables.values():
        found[store.name] = [
            [owner, target, position]
            for owner, ends in store.owners.items()
            for target, position in ends.items()
        ]
    return _in_one_form(found)


def _ledger(database: MemoryDatabase) -> dict[str, list[Json]]:
    return {
        "dirty": [
            [*key, m.op, m.page_id, m.tombstone is not None, m.by, m.why, m.refused == m.version]
            for key, m in sorted(database.dirty.items(), key=lambda item: item[1].version)
        ],
        "waiting": [
            [*key, *end, *place]
            for key, ends in database.waiting.items()
            for end, place in ends.items()
        ],
        "links": [
            [
                k.page_id,
                k.table,
                k.row_id,
                k.base and k.base.record.to_json(),
                bool(k.base and k.base.deleted),
                _moment(k.edited_at),
                _moment(k.seen_at),
            ]
            for k in database.links.values()
        ],
        "conflicts": [
            [d.table, d.row_id, d.page_id, d.title, *_values(d.conflict), d.resolved_at is not None]
            for d in database.conflicts.values()
        ],
        "intents": [[*key, intent.to_json()] for key, intent in database.intents.items()],
        "stamps": [[page, due.table, due.row_id] for page, due in database.stamps.items()],
        "problems": [
            [
                p.page_id,
                p.row_id,
                p.table,
                p.record,
                p.property,
                p.reason,
                p.remedy,
                t.times,
                p.ignored,
            ]
            for t in database.problems.values()
            for p in [t.problem]
        ],
        "changes": [
            [
                c.round is not None,
                c.table,
                c.row_id,
                c.page_id,
                c.title,
                c.applied.field,
                to_json(c.applied.old),
                to_json(c.applied.new),
                c.applied.source.value,
                c.applied.why.value,
                c.applied.by,
            ]
            for c in database.changes
        ],
        "users": [[u.id, u.name, u.email, u.avatar_url, u.kind] for u in database.users.values()],
        "sources": [
            [
                s.table,
                s.data_source_id,
                dict(s.properties),
                _moment(s.watermark),
                _moment(s.walked_to),
            ]
            for s in database.sources.values()
        ],
    }


def _values(conflict: Any) -> list[Json]:
    never = isinstance(conflict.base, Unknown)
    return [
        not never,
        None if never else to_json(conflict.base),
        to_json(conflict.notion),
        to_json(conflict.supabase),
        conflict.policy.value,
        conflict.winner.value,
    ]


def _moment(at: Any) -> Json:
    return None if at is None else at.isoformat()


def _row(table: Table, row: Row) -> Json:
    keys = {relation.column: row.keys.get(relation.name) for relation in table.layout.one}
    deleted = row.deleted_at is not None
    return {**table.layout.as_json(row), **keys, "deleted_at": deleted}


def _in_one_form(found: dict[str, list[Json]]) -> dict[str, Any]:
    return {name: _sorted(name, map(_plain, entries)) for name, entries in found.items()}


def _sorted(name: str, entries: Iterable[Json]) -> list[Json]:
    if name in ORDERED:
        return sorted(entries, key=lambda entry: str(entry[2]))
    return sorted(entries, key=lambda entry: json.dumps(entry, sort_keys=True))


def _plain(value: Json) -> Json:
    match value:
        case bool():
            return value
        case int() | float():
            return float(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {key: _plain(item) for key, item in sorted(value.items())}
        case _:
            return value
