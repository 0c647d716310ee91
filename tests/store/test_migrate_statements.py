"""The splitter: what ends a statement, and what only looks as if it did."""

import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accord.supabase.statements import (
    created_table,
    moves_table,
    quote_literal,
    runs_outside,
    split,
    squash,
    steers_transaction,
)

WHOLE = [
    "select 1",
    "select ';'",
    "select 'it''s; fine'",
    r"select E'it\'s; fine'",
    r"select e'it''\';'",
    r"select 'a backslash is plain \' || ';'",
    r"""select name'\' from "x;y" """.strip(),
    'select "a;""b;"',
    "select $$;$$",
    "select $tag$ $$;$$ $other$;$tag$",
    "select $Ünicode_1$;$Ünicode_1$",
    "select a$b$ from c$b$",
    "select 1 -- not the end; really\n + 1",
    "-- a comment; before\nselect 1",
    "/* a /* nested; */ comment; */ select 1",
    "/*/ ; */ select 2",
    "create rule r as on insert to t do also (delete from a; delete from b)",
    "create function f() returns int language sql begin atomic select 1; select 2; end",
    "create function f(a int) begin /* ; */ atomic select case when a > 1 then 2\n else 3 end; END",
    "create function f() begin atomic select case when a then case b when c then d end end; end",
    "do $$ begin perform 1; end $$",
    "select case when true then 1 end",
    "select 1.5e10, x'ff', 10 as e",
]
pieces = st.lists(st.sampled_from(WHOLE), max_size=8)


@pytest.mark.parametrize("statement", WHOLE)
def test_one_statement_stays_one(statement: str) -> None:
    assert split(statement) == (statement,)
    assert split(f"\n {statement} \n;\n") == (statement,)


@given(pieces, st.sampled_from([";", " ;\n", "\n;;\n ; "]))
def test_statements_that_were_joined_are_found_again(statements: list[str], ending: str) -> None:
    text = "".join(statement + ending for statement in statements)
    assert split(text) == tuple(statements)


@given(st.text(alphabet="abeE01'\"$-/*;()\\\n _.é") | st.text())
@example("E'\\")
@example("$a$;")
@example("/*")
@example("')")
def test_nothing_but_space_and_endings_is_lost_of_any_text(text: str) -> None:
    assert squash("".join(split(text))) == squash(text)


@given(st.lists(st.text(alphabet="a;'\"$-/*\\ \n"), min_size=1, max_size=4))
def test_a_quoted_text_never_ends_a_statement(texts: list[str]) -> None:
    statement = "select " + ", ".join(map(quote_literal, texts))
    assert split(f"{statement}; select 2") == (statement, "select 2")


@pytest.mark.parametrize("setting", ["on", "off"])
@pytest.mark.parametrize("text", ["", "it's", "a\\", "\\'", "';--", "é\n$$"])
def test_postgres_reads_a_quoted_text_as_it_was(postgres_url: str, text: str, setting: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("set escape_string_warning = off")
        connection.execute(f"set standard_conforming_strings = {setting}".encode())
        row = connection.execute(f"select {quote_literal(text)}".encode()).fetchone()
    assert row == (text,)


def test_comments_stay_with_the_statement_that_follows() -> None:
    assert split("-- first\nselect 1; -- second;\n/* third */ select 2;") == (
        "-- first\nselect 1",
        "-- second;\n/* third */ select 2",
    )


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("create table public.tasks (id int)", "public.tasks"),
        ("-- why;\n/* how */ CREATE  UNLOGGED TABLE a(\nid int)", "a"),
        ('create table "Odd ""name""" . b (id int)', '"Odd ""name""" . b'),
        ("create table if not exists a (id int)", None),
        ("create temporary table a (id int)", None),
        ("select 'create table a (id int)'", None),
        ("-- create table a (", None),
    ],
)
def test_the_table_that_a_statement_makes_is_told(statement: str, table: str | None) -> None:
    assert created_table(statement) == table


def test_statements_that_need_care_are_told_apart() -> None:
    assert runs_outside("-- x\ncreate unique index concurrently a on b (c)")
    assert runs_outside("drop index concurrently a")
    assert runs_outside("reindex (verbose) table concurrently a")
    assert not runs_outside("create index concurrently_named on b (c)")
    assert steers_transaction("COMMIT")
    assert steers_transaction("/* so */ begin isolation level serializable")
    assert not steers_transaction("select 'commit'")
    assert moves_table("drop table if exists a")
    assert moves_table("alter table a\n rename to b")
    assert moves_table("alter table a set schema b")
    assert not moves_table("alter table a enable row level security")
