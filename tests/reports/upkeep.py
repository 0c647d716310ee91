"""The two reports on the data itself, once more in plain Python; see `figures`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from tests.reports.figures import DAY, Figures, Row

TITLES = {
    "contacts_profiles": "full_name",
    "community_members": "member_name",
    "products_services": "name",
    "workflow_instances": "instance_name",
    "marketing_campaigns": "campaign_name",
    "feedback_surveys": "title",
    "rewards_bounties": "reward_name",
    "tasks": "task_name",
}
OPEN = {"To Do", "In Progress"}


def data_quality(figures: Figures) -> Iterator[Row]:
    """Every finding of every living record."""
    for table, title in TITLES.items():
        for row in figures.alive(table):
            for kind, finding in findings(figures, table, row):
                yield {
                    "kind": kind,
                    "table_name": table,
                    "row_id": row["id"],
                    "record": row[title],
                    "finding": finding,
                }


def findings(figures: Figures, table: str, row: Row) -> Iterator[tuple[str, str]]:
    business = "related_business_entity_id" if table == "tasks" else "business_entity_id"
    if row[business] is None:
        yield "orphan", "It belongs to no business."
    if table in CHECKS:
        yield from CHECKS[table](figures, row)


def of_contact(figures: Figures, row: Row) -> Iterator[tuple[str, str]]:
    if row["email"] is None and row["phone"] is None:
        yield "missing", "It has neither an e-mail address nor a telephone."
    lead = row["status"] in {"Active Lead", "Qualified Lead"}
    if lead and figures.longer_ago(row["last_interaction"], 180 * DAY):
        yield "stale", "It is a lead that was not in touch for 180 days."
    yield from twins(figures, "contacts_profiles", "email", row)


def of_member(figures: Figures, row: Row) -> Iterator[tuple[str, str]]:
    if row["contact_profile_id"] is None:
        yield "orphan", "It names no contact."
    yield from twins(figures, "community_members", "member_email", row)


def twins(figures: Figures, table: str, column: str, row: Row) -> Iterator[tuple[str, str]]:
    addresses = Counter(r[column].lower() for r in figures.alive(table) if r[column] is not None)
    if row[column] is not None and addresses[row[column].lower()] > 1:
        yield "duplicate", "Another record has the same e-mail address."


def of_product(_: Figures, row: Row) -> Iterator[tuple[str, str]]:
    if row["status"] == "Active" and row["price"] is None:
        yield "missing", "It is active and has no price."


def of_run(_: Figures, row: Row) -> Iterator[tuple[str, str]]:
    if row["workflow_id"] is None:
        yield "orphan", "It names no workflow."
    if row["status"] == "Active" and row["start_date"] is None:
        yield "missing", "It is active and has no start date."


def of_campaign(figures: Figures, row: Row) -> Iterator[tuple[str, str]]:
    if row["status"] == "Active" and figures.longer_ago(row["end_date"], DAY):
        yield "stale", "It is active although its last day is over."


def of_task(figures: Figures, row: Row) -> Iterator[tuple[str, str]]:
    if row["status"] in OPEN and row["due_date"] is None:
        yield "missing", "It is open and has no due date."
    if row["status"] in OPEN and not row["assigned_to"]:
        yield "missing", "It is open and assigned to nobody."
    if row["status"] in {*OPEN, "On Hold"} and figures.longer_ago(row["due_date"], 90 * DAY):
        yield "stale", "It is open and was due more than 90 days ago."


CHECKS: dict[str, Callable[[Figures, Row], Iterator[tuple[str, str]]]] = {
    "contacts_profiles": of_contact,
    "community_members": of_member,
    "products_services": of_product,
    "workflow_instances": of_run,
    "marketing_campaigns": of_campaign,
    "tasks": of_task,
}


def sync_freshness(figures: Figures, titles: dict[str, str]) -> Iterator[Row]:
    """How fresh each database is; ``titles`` are those in Notion, by table."""
    for table, title in titles.items():
        rows = figures.tables[table]
        synced = [row["last_synced_at"] for row in rows if row["last_synced_at"] is not None]
        yield {
            "database": title,
            "table_name": table,
            "rows": len(figures.alive(table)),
            "in_trash": len(rows) - len(figures.alive(table)),
            "never_synced": len(rows) - len(synced),
            "behind": sum(
                row["last_synced_at"] is None or row["last_synced_at"] < row["updated_at"]
                for row in rows
            ),
            "last_change": max((row["updated_at"] for row in rows), default=None),
            "last_synced_at": max(synced, default=None),
        }
