"""Every report shows the figures that an independent computation gives, on any data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from accord.core.schema import Schema
from accord.supabase.views import load_views
from tests.reports import data, upkeep
from tests.reports.figures import Figures, Row

VIEWS = load_views(Path(__file__).parents[2] / "reports")
Database = psycopg.Connection[dict[str, Any]]
ASKED_FOR = {
    "agent_health",
    "campaign_performance",
    "community_engagement",
    "contact_pipeline",
    "data_quality",
    "feedback_over_time",
    "integrations_overdue",
    "lead_sources",
    "product_catalogue",
    "rewards_redemption",
    "sync_freshness",
    "task_load",
    "workflow_throughput",
}


def figures(database: Database) -> Figures:
    """All tables as they are, at this transaction's moment."""
    tables = database.execute("select tablename from pg_tables where schemaname = 'public'")
    names = [row["tablename"] for row in tables.fetchall()]
    found = {
        name: database.execute(sql.SQL("select * from public.{}").format(sql.Identifier(name)))
        for name in names
    }
    (now,) = database.execute("select now()").fetchall()
    return Figures({name: rows.fetchall() for name, rows in found.items()}, now["now"])


def computed(name: str, facts: Figures, schema: Schema) -> list[Row]:
    apart: dict[str, Callable[[Figures], Iterable[Row]]] = {
        "data_quality": upkeep.data_quality,
        "sync_freshness": partial(upkeep.sync_freshness, titles={c.table: c.title for c in schema}),
    }
    return list(apart[name](facts) if name in apart else getattr(facts, name)())


def shown(database: Database, name: str) -> list[Row]:
    rows = database.execute(sql.SQL("select * from reports.{}").format(sql.Identifier(name)))
    return rows.fetchall()


def alike(rows: list[Row]) -> list[str]:
    """The rows in a form and an order that two computations share."""

    def plain(value: Any) -> Any:
        return str(value.normalize()) if isinstance(value, Decimal) else value

    forms = ({name: plain(value) for name, value in row.items()} for row in rows)
    return sorted(json.dumps(form, default=str, sort_keys=True) for form in forms)


def assert_all_agree(database: Database, schema: Schema) -> dict[str, int]:
    facts = figures(database)
    sizes = {}
    for view in VIEWS:
        rows = shown(database, view.name)
        assert alike(rows) == alike(computed(view.name, facts, schema)), view.name
        sizes[view.name] = len(rows)
    return sizes


def test_there_is_a_report_for_everything_that_was_asked_for() -> None:
    assert {view.name for view in VIEWS} == ASKED_FOR


def test_the_sample_workspace_gives_the_same_figures(sample: Database, schema: Schema) -> None:
    sizes = assert_all_agree(sample, schema)
    assert all(sizes.values()), sizes


def test_rows_in_the_trash_are_left_out(sample: Database, schema: Schema) -> None:
    for collection in schema:
        sample.execute(
            sql.SQL(
                "update public.{0} set deleted_at = now()"
                " where id in (select id from public.{0} order by id limit 2)"
            ).format(sql.Identifier(collection.table))
        )
    assert_all_agree(sample, schema)


@pytest.mark.parametrize("seed", range(4))
def test_any_data_gives_the_same_figures(empty: Database, schema: Schema, seed: int) -> None:
    data.random_rows(empty, schema, 25, seed)
    sizes = assert_all_agree(empty, schema)
    assert all(sizes.values()), sizes


COUNTED_BY_DAYS = (
    "contacts_profiles",
    "community_members",
    "workflow_instances",
    "marketing_campaigns",
    "tasks",
    "agents",
    "api_integrations",
)


def test_every_limit_is_where_it_is_said_to_be(empty: Database, schema: Schema) -> None:
    data.rows_at_limits(empty, schema, COUNTED_BY_DAYS)
    assert_all_agree(empty, schema)


def test_empty_tables_give_no_figures_and_no_error(empty: Database, schema: Schema) -> None:
    sizes = assert_all_agree(empty, schema)
    assert {name for name, size in sizes.items() if size} == {"sync_freshness"}
    assert sizes["sync_freshness"] == len(schema)


def test_rows_that_hold_nothing_are_counted_all_the_same(empty: Database, schema: Schema) -> None:
    data.empty_rows(empty, schema, 3)
    sizes = assert_all_agree(empty, schema)
    without = {name for name, size in sizes.items() if not size}
    assert without == {"integrations_overdue"}


def test_every_column_says_what_it_holds(empty: Database) -> None:
    rows = empty.execute(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = 'reports'::regnamespace and a.attnum > 0 order by 1, a.attnum"
    ).fetchall()
    columns: dict[str, list[str]] = {}
    for row in rows:
        columns.setdefault(row["relname"], []).append(row["attname"])
    assert columns == {view.name: [name for name, _ in view.columns] for view in VIEWS}


def test_a_reader_of_one_business_sees_the_figures_of_that_business(
    sample: Database, schema: Schema
) -> None:
    (business,) = sample.execute(
        "select id, name from public.business_entities order by name limit 1"
    ).fetchall()
    user = "8a1f7f0c-0000-4000-8000-000000000001"
    sample.execute("select sync.grant_reader(%s, %s)", (user, business["id"]))
    claims = json.dumps({"sub": user})
    sample.execute("select set_config('request.jwt.claims', %s, true)", (claims,))
    sample.execute("set local role authenticated")
    assert_all_agree(sample, schema)  # the figures are worked out from what the reader sees
    pipeline = shown(sample, "contact_pipeline")
    assert {row["business"] for row in pipeline} == {business["name"]}
    freshness = {row["table_name"]: row["rows"] for row in shown(sample, "sync_freshness")}
    assert freshness["business_entities"] == 1
    assert freshness["agent_communication_patterns"] == 0


def test_the_moment_of_a_row_in_step_is_not_behind(sample: Database) -> None:
    assert {row["behind"] for row in shown(sample, "sync_freshness")} == {0}
    sample.execute("update public.tasks set updated_at = now() + %s", (timedelta(hours=1),))
    behind = {row["table_name"]: row["behind"] for row in shown(sample, "sync_freshness")}
    assert behind["tasks"] > 0
