"""What is declared again comes back as it was put aside, and nothing older comes in its place."""

from __future__ import annotations

import psycopg

from accord.supabase.drafting.catalogue import Thing, is_aside
from accord.supabase.drafting.names import BEFORE, asides
from tests.migrations.project import Edit, Project

_LINE = '    agents_using: list[UUID] = notion.relations("Agent", mirrors="api_integrations")\n'
_TEXT = "    rate_limits: str | None = notion.rich_text()\n"
_NUMBER = "    rate_limits: float | None = notion.number()\n"
_MANY = (
    '    subtasks: list[UUID] = notion.relations("Task", target="subtask_id",'
    ' doc="What it is made of.")\n'
)
_ONE = (
    '    subtask_id: UUID | None = notion.relation("Task", renamed_from="subtasks",'
    ' doc="What it is made of.")\n'
)


def edited(project: Project, url: str, was: str, now: str) -> None:
    """Declare a property in another way, and follow with a migration."""
    project.edit(Edit("declared", [(was, now)]))
    project.keep(f"step_{project.number}", project.draft())
    project.apply(url)


def test_the_newest_values_come_back_after_two_conversions(
    project: Project, postgres_url: str
) -> None:
    project.apply(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("insert into public.api_integrations (rate_limits) values ('7')")
        edited(project, postgres_url, _LINE + _TEXT, _LINE + _NUMBER)
        edited(project, postgres_url, _LINE + _NUMBER, _LINE + _TEXT)
        connection.execute("update public.api_integrations set rate_limits = 'newest'")
        edited(project, postgres_url, _LINE + _TEXT, _LINE)
        edited(project, postgres_url, _LINE, _LINE + _TEXT)
        found = connection.execute("select rate_limits from public.api_integrations").fetchall()
    assert found == [("newest",)]


def test_links_that_became_one_do_not_come_back_as_many(
    project: Project, postgres_url: str
) -> None:
    project.apply(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "insert into public.tasks (task_name) values ('a'), ('b');"
            "insert into public.tasks_subtasks (task_id, subtask_id)"
            " select a.id, b.id from public.tasks a, public.tasks b"
            " where a.task_name = 'a' and b.task_name = 'b'"
        )
        text = project.files["notion_db_models.py"]
        before = text[: text.index(_MANY)][-300:]
        edited(project, postgres_url, before + _MANY, before + _ONE)
        edited(project, postgres_url, before + _ONE, before)
        edited(project, postgres_url, before, before + _MANY)
        found = connection.execute("select count(*) from public.tasks_subtasks").fetchall()
    assert found == [(0,)]


def test_the_last_that_was_put_aside_comes_first() -> None:
    taken = {"_deprecated_a", "_deprecated_a_2", "_deprecated_a_before"}
    assert asides("a", taken) == ["_deprecated_a_2", "_deprecated_a"]
    assert asides("a", taken, BEFORE) == ["_deprecated_a_before"]
    assert asides("b", taken) == []


def test_a_name_may_speak_of_what_is_deprecated() -> None:
    assert not is_aside(Thing("column", "public.agents", "is_deprecated_flag", "{}"))
    assert is_aside(Thing("column", "public.agents", "_deprecated_flag", "{}"))
    assert is_aside(Thing("column", "public._deprecated_agents", "name", "{}"))
    assert is_aside(Thing("comment", "", "column public.agents._deprecated_flag", "x"))
