"""What a migration would take away: named before it is applied, and never too little."""

from pathlib import Path

import pytest

from accord.supabase.losses import losses
from accord.supabase.migration_files import Migration, read_folder
from accord.supabase.statements import split

ROOT = Path(__file__).parents[2]


def lost(text: str) -> tuple[str, ...]:
    return losses(Migration("1", "x", split(text)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("drop table public.a", "drops table a"),
        ("DROP TABLE IF EXISTS a, other.b CASCADE", "drops table a"),
        ("DROP TABLE IF EXISTS a, other.b CASCADE", "drops table other.b"),
        ("-- drop it\n/* now */ drop  schema s cascade", "drops schema s"),
        ("drop type t cascade", "drops type t"),
        ("drop extension e cascade", "drops extension e"),
        ("drop owned by someone", "drops everything that is owned: drop owned by someone"),
        ('alter table public."A b" drop column "C d"', 'drops column "A b"."C d"'),
        ("alter table a drop c, add column d int, drop column if exists e", "drops column a.e"),
        ("alter table only a alter column c type int using c::int", "rewrites column a.c"),
        ("alter table a alter c set data type text", "rewrites column a.c"),
        ("truncate a, b", "empties table b"),
        ("delete from only public.a where true", "deletes rows of a"),
        ("with gone as (delete from a returning 1) select 1", "deletes rows of a"),
        ("update public.a as x set b = 1, c = f(2, 3) from d where true", "rewrites column a.c"),
        ("update a set (b, c) = (1, 2)", "rewrites column a.b"),
        ("do $$ begin if true then drop table a; end if; end $$", "drops table a"),
        ("do $$ begin execute 'truncate a'; end $$", "empties table a"),
        ("do 'begin delete from a; end'", "deletes rows of a"),
    ],
)
def test_a_loss_is_named(text: str, words: str) -> None:
    assert words in lost(text)


@pytest.mark.parametrize(
    "text",
    [
        "create table public.a (b int)",
        "alter table a add column c int; update a set c = 1 where b = 2",
        "create table a (b int); insert into a values (1); update a set b = 2; delete from a",
        "alter table a drop constraint c, alter b drop not null, alter b drop default",
        "drop view v; drop function f(int); drop trigger t on a; drop policy p on a; drop index i",
        "create function f() returns void language sql as $$ delete from a $$",
        "create trigger t before delete or update of b on a execute function f()",
        "create policy p on a for update to authenticated using (true)",
        "grant select, update, delete, truncate on a to service_role",
        "comment on table a is 'drop table a'",
        "select 'update a set b = 1'",
        "-- truncate a\nselect 1",
        "alter table a rename column b to c",
    ],
)
def test_what_takes_nothing_away_is_no_loss(text: str) -> None:
    assert lost(text) == ()


def test_a_column_filled_that_was_there_before_is_one() -> None:
    text = "alter table a add column c int; update a set c = b, b = null"
    assert lost(text) == ("rewrites column a.b",)


def test_each_is_named_once() -> None:
    assert lost("drop table a; drop table a") == ("drops table a",)


def test_the_first_migrations_of_the_project_take_nothing_away() -> None:
    for migration in read_folder(ROOT / "supabase" / "migrations"):
        assert losses(migration) == ()
