"""The tables as Postgres has them after the migrations: the dictionary, column by column."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

FACTS = Path(__file__).parents[1] / "facts" / "data_dictionary.yaml"
DATABASES = yaml.safe_load(FACTS.read_text(encoding="utf-8"))["databases"]
LINKS = {
    table
    for database in DATABASES
    for prop in database["properties"]
    for table in prop.get("link", [])[:1]
}
TYPES = {"timestamptz": "timestamp with time zone", "int": "integer"}
BEFORE = [
    ("id", "uuid", True, "gen_random_uuid()"),
    ("notion_page_id", "uuid", False, None),
]
AFTER = [
    ("created_at", "timestamp with time zone", True, "now()"),
    ("updated_at", "timestamp with time zone", True, "now()"),
    ("last_synced_at", "timestamp with time zone", False, None),
    ("deleted_at", "timestamp with time zone", False, None),
    ("notion_extra", "jsonb", True, "'{}'::jsonb"),
]
EMPTY = {
    "checkbox": "false",
    "multi_select": "'{}'::text[]",
    "people": "'{}'::uuid[]",
    "files": "'[]'::jsonb",
}


def columns(database: psycopg.Connection[Any], table: str) -> list[tuple[Any, ...]]:
    """(name, type, not null, default or generation) in order."""
    return database.execute(
        "select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
        "       pg_get_expr(d.adbin, d.adrelid)"
        "  from pg_attribute a left join pg_attrdef d on (d.adrelid, d.adnum)"
        "       = (a.attrelid, a.attnum)"
        " where a.attrelid = to_regclass(%s) and a.attnum > 0 and not a.attisdropped"
        " order by a.attnum",
        (f"public.{table}",),
    ).fetchall()


def expected(facts: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    yield from BEFORE
    for prop in [*facts["properties"], *facts["computed_in_notion"]]:
        if prop.get("managed") or "column" not in prop:
            continue
        empty = EMPTY.get(prop["type"])
        yield prop["column"], TYPES.get(prop["sql"], prop["sql"]), empty is not None, empty
        if prop.get("holds") == "json":
            made = f"sync.try_json_v1({prop['column']})"
            yield f"{prop['column']}_json", "jsonb", False, made
    yield from AFTER


@pytest.mark.parametrize("facts", DATABASES, ids=lambda facts: facts["table"])
def test_a_table_is_what_the_dictionary_says(
    database: psycopg.Connection[Any], facts: dict[str, Any]
) -> None:
    assert columns(database, facts["table"]) == list(expected(facts))


def test_there_are_sixteen_tables_with_their_links_and_people(
    database: psycopg.Connection[Any],
) -> None:
    rows = database.execute("select tablename from pg_tables where schemaname = 'public'")
    names = {name for (name,) in rows}
    assert names == {facts["table"] for facts in DATABASES} | LINKS | {"notion_users"}
    assert len(names) == 16 + 21 + 1


def test_people_have_a_table(database: psycopg.Connection[Any]) -> None:
    assert columns(database, "notion_users") == [
        ("id", "uuid", True, None),
        ("name", "text", False, None),
        ("email", "text", False, None),
        ("avatar_url", "text", False, None),
        ("kind", "text", True, "'person'::text"),
        ("created_at", "timestamp with time zone", True, "now()"),
        ("updated_at", "timestamp with time zone", True, "now()"),
    ]


def test_links_have_both_ends_as_key_and_an_order(database: psycopg.Connection[Any]) -> None:
    for facts in DATABASES:
        for prop in facts["properties"]:
            if "link" not in prop:
                continue
            table, one, other = prop["link"]
            assert sorted(columns(database, table)) == sorted([
                (one, "uuid", True, None),
                (other, "uuid", True, None),
                ("position", "integer", True, "0"),
            ])  # fmt: skip
            keys = database.execute(
                "select pg_get_constraintdef(oid) from pg_constraint"
                " where conrelid = to_regclass(%s) and contype in ('p', 'f') order by 1",
                (f"public.{table}",),
            ).fetchall()
            found = " / ".join(definition for (definition,) in keys)
            assert f"FOREIGN KEY ({one}) REFERENCES {facts['table']}(id) ON DELETE CASCADE" in found
            assert f"FOREIGN KEY ({other}) REFERENCES {prop['to']}(id) ON DELETE CASCADE" in found
            assert found.endswith(
                (f"PRIMARY KEY ({one}, {other})", f"PRIMARY KEY ({other}, {one})")
            )


def test_relations_to_one_are_foreign_keys(database: psycopg.Connection[Any]) -> None:
    for facts in DATABASES:
        for prop in facts["properties"]:
            if prop["type"] == "relation" and "column" in prop:
                key, to = prop["column"], prop["to"]
                definition = f"FOREIGN KEY ({key}) REFERENCES {to}(id) ON DELETE SET NULL"
                found = database.execute(
                    "select from pg_constraint where conrelid = to_regclass(%s)"
                    " and pg_get_constraintdef(oid) = %s",
                    (f"public.{facts['table']}", definition),
                ).fetchall()
                assert len(found) == 1, definition


def test_every_foreign_key_has_an_index(database: psycopg.Connection[Any]) -> None:
    without = database.execute(
        "select c.conrelid::regclass, c.conname from pg_constraint c"
        " where c.contype = 'f' and not exists (select from pg_index i"
        "   where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])"
    ).fetchall()
    assert without == []


def test_a_page_is_one_row(database: psycopg.Connection[Any]) -> None:
    add = "insert into tasks (notion_page_id) values ('00000000-0000-4000-8000-000000000001')"
    database.execute(add)
    with pytest.raises(psycopg.errors.UniqueViolation):
        database.execute(add)
    database.execute("insert into tasks (notion_page_id) values (null), (null)")


def test_numbers_outside_their_bounds_are_refused_by_name(
    database: psycopg.Connection[Any],
) -> None:
    database.execute("insert into community_members (engagement_score) values (0), (100), (null)")
    for score in (-0.5, 100.5):
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            database.execute(
                "insert into community_members (engagement_score) values (%s)", (score,)
            )
        assert caught.value.diag.constraint_name == "community_members_engagement_score_range"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, null]}', {"a": [1, None]}),
        ('"text"', "text"),
        ("", None),
        ("not json", None),
        ('{"a": 1', None),
        ('{"a": "\\u0000"}', None),
        ('{"a": 1e999999}', None),
        ("[" * 100_000, None),
        (None, None),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_is_not_json_is_kept_as_text(
    database: psycopg.Connection[Any], text: str | None, value: object
) -> None:
    row = database.execute(
        "insert into workflow_instances (data_payload) values (%s)"
        " returning data_payload, data_payload_json",
        (text,),
    ).fetchone()
    assert row == (text, value)


def test_every_table_and_column_says_what_it_is(database: psycopg.Connection[Any]) -> None:
    silent = database.execute(
        "select c.oid::regclass, a.attname from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum >= 0 and not a.attisdropped"
        " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0"
        " and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)"
    ).fetchall()
    assert silent == []


def test_comments_name_the_property_in_notion(database: psycopg.Connection[Any]) -> None:
    for facts in DATABASES:
        for prop in [*facts["properties"], *facts["computed_in_notion"]]:
            if "column" in prop and prop["column"] != "id":
                row = database.execute(
                    "select col_description(a.attrelid, a.attnum) from pg_attribute a"
                    " where a.attrelid = to_regclass(%s) and a.attname = %s",
                    (f"public.{facts['table']}", prop["column"]),
                ).fetchone()
                assert row is not None
                assert f'Notion property "{prop["name"]}"' in row[0]
