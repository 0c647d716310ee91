"""The SQL of the tables as a text: always the same, and right for any models."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.errors import ModelError
from accord.core.schema import Collection, Field, LinkTable, PropertyType, Schema
from accord.declare import load_schema
from accord.supabase.ddl import table_names, tables_sql
from accord.supabase.first_migrations import ledger_sql, migration_files, write_migrations
from accord.supabase.migration_files import read_folder
from accord.supabase.names import RESERVED_WORDS, name_of
from accord.supabase.statements import split
from accord.supabase.views import load_views

ROOT = Path(__file__).parents[2]
TITLE = Field("name", "Name", PropertyType.TITLE, column="name", sql="text")


def collection(table: str, *fields: Field) -> Collection:
    return Collection(
        title=table.title(), table=table, env=f"{table}_DB", model=table, fields=(TITLE, *fields)
    )


def schema(*fields: Field) -> Schema:
    return Schema((collection("things", *fields),))


def test_the_migrations_in_the_folder_are_what_the_models_give_today() -> None:
    folder = ROOT / "supabase" / "migrations"
    views = load_views(ROOT / "reports")
    for name, text in migration_files(load_schema("models"), views).items():
        kept = (folder / name).read_text(encoding="utf-8") if (folder / name).is_file() else ""
        assert kept == text, (
            f"supabase/migrations/{name} is not what the models and src/accord/supabase/sql "
            "give today; write it again: .venv/bin/python -m accord migrate write"
        )


def test_the_migrations_in_the_folder_can_be_run() -> None:
    names = [migration.file_name for migration in read_folder(ROOT / "supabase" / "migrations")]
    views = load_views(ROOT / "reports")
    assert names[:3] == list(migration_files(load_schema("models"), views))


def test_only_files_that_changed_are_written(tmp_path: Path) -> None:
    things = schema()
    first = write_migrations(things, tmp_path / "new")
    assert {path.name: path.read_text() for path in first} == migration_files(things)
    assert write_migrations(things, tmp_path / "new") == []
    first[1].write_text("select 1")
    assert write_migrations(things, tmp_path / "new") == [first[1]]


def test_the_same_models_give_the_same_text() -> None:
    assert tables_sql(load_schema("models")) == tables_sql(load_schema("models"))


def test_no_line_names_anything_without_its_schema() -> None:
    for statement in split(tables_sql(load_schema("models"))):
        words = statement.split()
        for verb in ("table", "on", "references", "function", "update on"):
            for before, name in pairwise(words):
                if before == verb and words[0] == "create" and name not in {"delete", "("}:
                    assert name.startswith(("public.", "sync.")), statement


def test_words_that_postgres_keeps_for_itself_are_quoted(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        rows = connection.execute(
            "select word from pg_get_keywords() where catcode in ('R', 'T')"
        ).fetchall()
        assert {word for (word,) in rows} <= RESERVED_WORDS
        odd = [
            Field(word, word, PropertyType.CHECKBOX, column=word, sql="boolean")
            for word in sorted(RESERVED_WORDS | {"position", "type", "name_", "row", "old", "new"})
        ]
        connection.execute(ledger_sql().encode())
        for statement in split(tables_sql(schema(*odd))):
            connection.execute(statement.encode())
        connection.execute('insert into public.things ("user", "order") values (true, true)')
        connection.execute('update public.things set "user" = false')


@given(st.lists(st.from_regex(r"[a-z_][a-z0-9_]{0,62}", fullmatch=True), min_size=1, max_size=3))
def test_no_name_is_longer_than_postgres_keeps(parts: list[str]) -> None:
    name = name_of(*parts, "idx")
    assert len(name) <= 63
    assert name.endswith("_idx")


def test_long_names_that_begin_alike_stay_apart() -> None:
    assert name_of("a" * 63, "b", "idx") != name_of("a" * 63, "c", "idx")


def test_a_bound_may_be_open_on_one_side() -> None:
    def check(bounds: tuple[float, float]) -> str:
        field = Field("n", "N", PropertyType.NUMBER, column="n", sql="numeric", bounds=bounds)
        lines = [line for line in tables_sql(schema(field)).splitlines() if " check (" in line]
        return "".join(lines).strip()

    assert check((0, 0.5)) == "constraint things_n_range check (n >= 0 and n <= 0.5)"
    assert check((0, math.inf)) == "constraint things_n_range check (n >= 0)"
    assert check((-math.inf, 1e6)) == "constraint things_n_range check (n <= 1000000)"
    assert check((-math.inf, math.inf)) == ""


def test_declarations_that_cannot_become_tables_are_refused_all_at_once() -> None:
    untyped = Field("a", "A", PropertyType.NUMBER, column="a")
    homeless = Field("b", "B", PropertyType.RELATION, to="things", many=True)
    link = LinkTable("things", "thing_id", "other_id")
    doubled = Field("c", "C", PropertyType.RELATION, to="things", many=True, link=link)
    with pytest.raises(ModelError) as caught:
        tables_sql(schema(untyped, homeless, doubled))
    assert len(caught.value.problems) == 3
    assert "no SQL type" in caught.value.problems[0]
    assert "link table" in caught.value.problems[1]
    assert "'things'" in caught.value.problems[2]


def test_a_mirror_makes_no_table_of_its_own() -> None:
    link = LinkTable("things_others", "thing_id", "other_id")
    owner = Field("others", "Others", PropertyType.RELATION, to="others", many=True, link=link,
                  two_way="others.Things")  # fmt: skip
    mirror = replace(owner, name="things", title="Things", to="things",
                     two_way="things.Others", mirrors="things.Others")  # fmt: skip
    both = Schema.of([collection("things", owner), collection("others", mirror)])
    assert table_names(both) == ("things", "others", "notion_users", "things_others")


def test_a_quote_in_a_document_string_stays_text() -> None:
    things = Schema((replace(collection("things"), doc="It's; a -- \\ doc"),))
    (about,) = [s for s in split(tables_sql(things)) if "comment on table public.things" in s]
    assert about.endswith(r"""is E'Notion database "Things". It''s; a -- \\ doc'""")
