"""What the triggers notice of what people change, and what they leave alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql

FACTS = Path(__file__).parents[1] / "facts" / "data_dictionary.yaml"
DATABASES = yaml.safe_load(FACTS.read_text(encoding="utf-8"))["databases"]
PAGE = "00000000-0000-4000-8000-00000000000a"
VALUES = {
    "text": "'other'",
    "numeric": "7",
    "boolean": "true",
    "timestamptz": "'2026-03-01'",
    "text[]": "'{other}'",
    "uuid[]": f"array['{PAGE}'::uuid]",
    "jsonb": "'[{}]'",
}


class Table:
    """The tables as a person uses them, and what came to be dirty by that."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def run(self, statement: str, *values: object) -> list[Any]:
        cursor = self.connection.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    def add(self, table: str, page: str | None = None) -> Any:
        ((row_id,),) = self.run(
            f"insert into public.{table} (notion_page_id) values (%s) returning id", page
        )
        return row_id

    def forget(self, *tables: str) -> None:
        """As after a round: nothing is dirty; what is in these tables was changed long ago."""
        self.run("delete from sync.dirty")
        with self.applying():
            for table in tables:
                self.run(f"update public.{table} set updated_at = '2020-01-01'")

    def dirty(self) -> dict[tuple[str, Any], str]:
        return {
            (table, row_id): op
            for table, row_id, op in self.run("select table_name, row_id, op from sync.dirty")
        }

    def touched(self, table: str) -> bool:
        return self.run(f"select bool_or(updated_at > '2021-01-01') from {table}") == [(True,)]

    def applying(self) -> "Applying":
        return Applying(self)


class Applying:
    """What the synchronisation itself writes: one transaction with ``sync.applying`` on."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def __enter__(self) -> None:
        self.table.run("begin")
        self.table.run("select set_config('sync.applying', 'on', true)")

    def __exit__(self, *_: object) -> None:
        self.table.run("commit")


@pytest.fixture
def tables(database: psycopg.Connection[Any]) -> Table:
    return Table(database)


def written_columns(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "deleted_at", "now()"
    yield "notion_extra", """'{"a": 1}'"""
    for prop in facts["properties"]:
        if "column" in prop and not prop.get("managed") and prop["type"] != "relation":
            yield prop["column"], VALUES[prop["sql"]]


@pytest.mark.parametrize("facts", DATABASES, ids=lambda facts: facts["table"])
def test_every_column_that_people_write_is_noticed(tables: Table, facts: dict[str, Any]) -> None:
    table = facts["table"]
    row_id = tables.add(table, PAGE)
    for column, value in written_columns(facts):
        tables.forget(table)
        tables.run(f"update public.{table} set {column} = {value}")
        assert tables.dirty() == {(table, row_id): "U"}, column
        assert tables.touched(table), column


@pytest.mark.parametrize("facts", DATABASES, ids=lambda facts: facts["table"])
def test_every_relation_to_one_is_noticed(tables: Table, facts: dict[str, Any]) -> None:
    row_id = tables.add(facts["table"])
    for prop in facts["properties"]:
        if prop["type"] == "relation" and "column" in prop:
            target = tables.add(prop["to"])
            tables.forget()
            tables.run(f"update {facts['table']} set {prop['column']} = %s where id = %s",
                       target, row_id)  # fmt: skip
            assert tables.dirty() == {(facts["table"], row_id): "U"}, prop["name"]
            tables.forget()
            # A target that is deleted leaves the column empty, which Notion has to hear.
            tables.run(f"delete from {prop['to']} where id = %s", target)
            assert tables.dirty() == {(facts["table"], row_id): "U"}, prop["name"]


@pytest.mark.parametrize("facts", DATABASES, ids=lambda facts: facts["table"])
def test_what_notion_works_out_is_not_for_notion(tables: Table, facts: dict[str, Any]) -> None:
    tables.add(facts["table"])
    tables.forget(facts["table"])
    for prop in facts["computed_in_notion"]:
        tables.run(f"update {facts['table']} set {prop['column']} = {VALUES[prop['sql']]}")
    assert tables.dirty() == {}
    assert tables.touched(facts["table"])


def test_bookkeeping_and_writing_the_same_again_mark_nothing(tables: Table) -> None:
    tables.add("tasks")
    tables.run("update tasks set task_name = 'a', tags = '{x}'")
    tables.forget("tasks")
    tables.run("update tasks set task_name = 'a', tags = '{x}', description = null")
    tables.run("update tasks set last_synced_at = now(), notion_page_id = %s", PAGE)
    tables.run("update tasks set created_at = now()")
    assert tables.dirty() == {}
    assert not tables.touched("tasks")


def test_a_new_row_is_noticed(tables: Table) -> None:
    row_id = tables.add("tasks")
    assert tables.dirty() == {("tasks", row_id): "I"}


def test_a_deleted_row_leaves_its_page_behind(tables: Table) -> None:
    row_id = tables.add("tasks", PAGE)
    tables.forget()
    tables.run("delete from tasks")
    assert tables.run("select row_id, op, notion_page_id::text from sync.dirty") == [
        (row_id, "D", PAGE)
    ]


def test_what_the_synchronisation_writes_is_not_noticed(tables: Table) -> None:
    kept, gone = tables.add("tasks"), tables.add("tasks")
    tables.run("insert into tasks_dependencies values (%s, %s)", kept, gone)
    tables.forget()
    with tables.applying():
        tables.run("update tasks set task_name = 'written'")
        tables.run("update tasks_dependencies set position = 1")
        tables.run("delete from tasks where id = %s", gone)
        tables.add("agents")
        tables.run("insert into tasks_dependencies values (%s, %s)", kept, kept)
    assert tables.dirty() == {}


def test_a_transaction_later_people_are_noticed_again(tables: Table) -> None:
    with tables.applying():
        row_id = tables.add("tasks")
    tables.run("update tasks set task_name = 'by a person'")
    assert tables.dirty() == {("tasks", row_id): "U"}


def links() -> Iterator[tuple[str, str, str, str, str]]:
    """Each link table: its name, the owner's column and table, the target's column and table.

    Of a two-way pair the side that comes first in the facts owns the links.
    """
    facts = yaml.safe_load(FACTS.read_text(encoding="utf-8"))
    mirrors = {second for _, second in facts["two_way_relations"]}
    for database in DATABASES:
        for prop in database["properties"]:
            if "link" in prop and f"{database['table']}.{prop['name']}" not in mirrors:
                table, owner, target = prop["link"]
                yield table, owner, database["table"], target, prop["to"]


@pytest.mark.parametrize(
    ("table", "owner", "owner_table", "target", "target_table"),
    list(links()),
    ids=lambda value: value,
)
def test_a_changed_link_marks_its_owner(
    tables: Table, table: str, owner: str, owner_table: str, target: str, target_table: str
) -> None:
    one, other, third = (
        tables.add(owner_table), tables.add(target_table), tables.add(target_table)
    )  # fmt: skip
    marked = {(owner_table, one): "U"}
    for statement, values in (
        (f"insert into {table} ({owner}, {target}) values (%s, %s)", (one, other)),
        (f"update {table} set position = 3", ()),
        (f"update {table} set {target} = %s", (third,)),
        (f"delete from {target_table} where id = %s", (third,)),
    ):
        tables.forget()
        tables.run(statement, *values)
        assert tables.dirty() == marked, statement
    tables.run(f"insert into {table} ({owner}, {target}) values (%s, %s)", one, other)
    tables.forget()
    tables.run(f"update {table} set position = position")
    assert tables.dirty() == {}
    tables.run(f"delete from {table}")
    assert tables.dirty() == marked


def test_truncate_is_refused_with_words(tables: Table) -> None:
    names = [facts["table"] for facts in DATABASES] + [link[0] for link in links()]
    assert len(names) == 16 + 21
    for name in names:
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState) as caught:
            tables.connection.execute(sql.SQL("truncate {} cascade").format(sql.Identifier(name)))
        assert "TRUNCATE" in str(caught.value)
        assert "DELETE" in (caught.value.diag.message_hint or "")


def test_people_of_the_workspace_are_touched_but_never_dirty(tables: Table) -> None:
    tables.run("insert into notion_users (id, name) values (%s, 'A')", PAGE)
    with tables.applying():
        tables.run("update notion_users set updated_at = '2020-01-01'")
    tables.run("update notion_users set name = 'A'")
    assert not tables.touched("notion_users")
    tables.run("update notion_users set name = 'B'")
    assert tables.touched("notion_users")
    assert tables.dirty() == {}
