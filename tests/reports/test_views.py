"""Reports as files: what a file says becomes a view, and a wrong file is refused by name."""

import asyncio
from pathlib import Path

import psycopg
import pytest

from accord.config import reports_folder
from accord.core.errors import ConfigurationError, ModelError
from accord.declare import load_schema
from accord.local_postgres import EmbeddedPostgres
from accord.supabase.drafting.draft import draft
from accord.supabase.views import View, drop_views_sql, load_views, read_view, views_sql

ROOT = Path(__file__).parents[2]
TEXT = """\
-- How many there are,
-- in one figure.
--
-- number: The figure,
--   with all that counts.
-- also: Another one.

select 1 as number, 2 as also;
"""


def test_a_file_says_what_the_view_is_for_and_what_its_columns_hold() -> None:
    assert read_view("how_many", TEXT) == View(
        "how_many",
        "How many there are, in one figure.",
        "select 1 as number, 2 as also",
        (("number", "The figure, with all that counts."), ("also", "Another one.")),
    )


def test_a_file_with_windows_line_ends_is_the_same_view() -> None:
    assert read_view("v", "\ufeff" + TEXT.replace("\n", "\r\n")) == read_view("v", TEXT)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("Odd Name", "-- A sentence.\nselect 1", "cannot name a view"),
        ("v", "select 1", "begins with no comment"),
        ("v", "-- A sentence.\nselect 1; select 2", "2 statements"),
        ("v", "-- A sentence.\n", "0 statements"),
        ("v", "-- A sentence.\ndrop table public.tasks", "no select"),
        ("v", "-- A sentence.\ncreate view x as select 1", "no select"),
    ],
)
def test_a_wrong_file_is_refused(name: str, text: str, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        read_view(name, text)


def test_all_wrong_files_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.sql").write_text("select 1")
    (tmp_path / "two.sql").write_text("-- A sentence.\ndelete from public.tasks")
    (tmp_path / "good.sql").write_text(TEXT)
    with pytest.raises(ModelError) as error:
        load_views(tmp_path)
    assert [p.split(":")[0].split("/")[1] for p in error.value.problems] == ["one.sql", "two.sql"]
    with pytest.raises(ModelError, match="is not there"):
        load_views(tmp_path / "nowhere")


def test_the_folder_of_the_reports_is_named_in_pyproject(tmp_path: Path) -> None:
    config = tmp_path / "pyproject.toml"
    config.write_text('[tool.accord]\nmodels = "models"\n')
    assert reports_folder(tmp_path) is None
    config.write_text('[tool.accord]\nreports = "views"\n')
    assert reports_folder(tmp_path) == tmp_path / "views"
    config.write_text("[tool.accord]\nreports = 3\n")
    with pytest.raises(ConfigurationError, match="folder of the reports"):
        reports_folder(tmp_path)


def test_views_can_be_taken_away_and_made_again(postgres_url: str) -> None:
    views = load_views(ROOT / "reports")
    empty = (View(view.name, view.sentence, "select 1 as one") for view in views)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        made = views_sql(tuple(empty))
        connection.execute(made.encode())
        connection.execute((drop_views_sql(views) + made).encode())
        options = connection.execute(
            "select c.reloptions, obj_description(c.oid) is not null"
            " from pg_class c where c.relnamespace = 'reports'::regnamespace"
        ).fetchall()
    assert options == [(["security_invoker=on"], True)] * len(views)


def test_a_report_that_postgres_refuses_is_named(postgres_server: EmbeddedPostgres) -> None:
    wrong = View("wrong", "What cannot be.", "select t.no_such_column from public.tasks t")

    class Scratch:
        def create_database(self, name: str, template: str | None = None) -> None:
            postgres_server.create_database(f"refused_{name}", template)

        def url(self, database: str) -> str:
            return postgres_server.url(f"refused_{database}")

    with pytest.raises(ModelError, match=r"create view reports\.wrong .*no_such_column does not"):
        asyncio.run(draft(Scratch(), ROOT / "supabase/migrations", load_schema("models"), [wrong]))
