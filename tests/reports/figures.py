"""Every report once more, in plain Python over whole tables: what the views are compared with.

Rule: nothing here is taken from the views; a report is worked out from what its columns are said
to hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
DAY = timedelta(days=1)


def days(span: timedelta) -> Fraction:
    """The span in days, exactly."""
    microsecond = timedelta(microseconds=1)
    return Fraction(span // microsecond, DAY // microsecond)


def whole_days(span: timedelta | None) -> int | None:
    return None if span is None else span // DAY


def rounded(value: Fraction | None, places: int) -> Decimal | None:
    """Half a unit is rounded away from zero."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def mean(values: Iterable[Any]) -> Fraction | None:
    known = [Fraction(value) for value in values if value is not None]
    return sum(known, Fraction()) / len(known) if known else None


def highest(values: Iterable[Any]) -> Any:
    return max((value for value in values if value is not None), default=None)


def lowest(values: Iterable[Any]) -> Any:
    return min((value for value in values if value is not None), default=None)


def total(values: Iterable[Any]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))


@dataclass(frozen=True)
class Figures:
    """The reports over some tables, at a moment."""

    tables: dict[str, list[Row]]
    now: datetime

    def alive(self, table: str) -> list[Row]:
        return [row for row in self.tables[table] if row["deleted_at"] is None]

    def name(self, table: str, column: str, row_id: object) -> str | None:
        """What a living row is called."""
        return next((r[column] for r in self.alive(table) if r["id"] == row_id), None)

    def business_of(self, row: Row) -> tuple[object, str | None]:
        """(its id, its name), both None where it is gone or there is none."""
        for business in self.alive("business_entities"):
            if business["id"] == row["business_entity_id"]:
                return business["id"], business["name"]
        return None, None

    def groups(
        self, rows: Iterable[Row], key: Callable[[Row], tuple[Hashable, ...]]
    ) -> Iterator[tuple[tuple[Any, ...], list[Row]]]:
        found: dict[tuple[Hashable, ...], list[Row]] = {}
        for row in rows:
            found.setdefault(key(row), []).append(row)
        yield from found.items()

    def linked(self, link: str, mine: str, theirs: str, row: Row, table: str) -> list[Row]:
        """The living rows of ``table`` that a row is linked with."""
        ids = {each[theirs] for each in self.tables[link] if each[mine] == row["id"]}
        return [other for other in self.alive(table) if other["id"] in ids]

    def longer_ago(self, moment: datetime | None, span: timedelta) -> bool:
        return moment is not None and moment < self.now - span

    def contact_pipeline(self) -> Iterator[Row]:
        key = self.grouping("status")
        for ((_, business), stage), rows in self.groups(self.alive("contacts_profiles"), key):
            last = [row["last_interaction"] for row in rows]
            yield {
                "business": business,
                "stage": stage,
                "contacts": len(rows),
                "vips": sum("VIP" in row["tags"] for row in rows),
                "quiet_30_days": sum(not at or self.longer_ago(at, 30 * DAY) for at in last),
                "last_interaction": highest(last),
            }

    def grouping(self, column: str) -> Callable[[Row], tuple[Hashable, ...]]:
        return lambda row: (self.business_of(row), row[column])

    def lead_sources(self) -> Iterator[Row]:
        key = self.grouping("lead_source")
        for ((_, business), source), rows in self.groups(self.alive("contacts_profiles"), key):
            clients = sum(r["status"] in {"Active Client", "Former Client"} for r in rows)
            yield {
                "business": business,
                "lead_source": source,
                "contacts": len(rows),
                "clients": clients,
                "conversion_percent": rounded(Fraction(100 * clients, len(rows)), 1),
                "latest": highest(row["date_added"] for row in rows),
            }

    def community_engagement(self) -> Iterator[Row]:
        key = self.grouping("membership_level")
        for ((_, business), level), rows in self.groups(self.alive("community_members"), key):
            seen = [row["last_active_date"] for row in rows]
            yield {
                "business": business,
                "membership_level": level,
                "members": len(rows),
                "active_members": sum(row["membership_status"] == "Active" for row in rows),
                "seen_30_days": sum(
                    at is not None and not self.longer_ago(at, 30 * DAY) for at in seen
                ),
                "average_engagement": rounded(mean(row["engagement_score"] for row in rows), 1),
                "latest_join": highest(row["join_date"] for row in rows),
            }

    def product_catalogue(self) -> Iterator[Row]:
        key = self.grouping("type")
        for ((_, business), kind), rows in self.groups(self.alive("products_services"), key):
            active = [row for row in rows if row["status"] == "Active"]
            prices = [row["price"] for row in rows]
            yield {
                "business": business,
                "type": kind,
                "products": len(rows),
                "active": len(active),
                "lowest_price": lowest(prices),
                "average_price": rounded(mean(prices), 2),
                "highest_price": highest(prices),
                "in_stock": total(row["inventory_count"] for row in rows),
                "revenue_potential": total(
                    row["price"] * row["inventory_count"]
                    for row in active
                    if row["price"] is not None and row["inventory_count"] is not None
                ),
            }

    def campaign_performance(self) -> Iterator[Row]:
        for row in self.alive("marketing_campaigns"):
            start, end, budget = row["start_date"], row["end_date"], row["budget"]
            lasts = (end - start) // DAY + 1 if start and end and end >= start else None
            products = self.linked(
                "marketing_campaigns_related_products",
                "marketing_campaign_id",
                "product_service_id",
                row,
                "products_services",
            )
            daily = Fraction(budget) / lasts if budget is not None and lasts else None
            yield {
                "id": row["id"],
                "campaign": row["campaign_name"],
                "business": self.business_of(row)[1],
                "type": row["campaign_type"],
                "status": row["status"],
                "phase": self.phase(start, end),
                "start_date": start,
                "end_date": end,
                "days": lasts,
                "budget": budget,
                "budget_a_day": rounded(daily, 2),
                "products": len(products),
                "metrics": row["performance_metrics_json"],
            }

    def phase(self, start: datetime | None, end: datetime | None) -> str:
        if start is None:
            return "undated"
        if start > self.now:
            return "planned"
        return "running" if end is None or end + DAY > self.now else "over"

    def workflow_throughput(self) -> Iterator[Row]:
        def key(row: Row) -> tuple[Hashable, ...]:
            workflow = self.name("workflows", "workflow_name", row["workflow_id"])
            there = any(w["id"] == row["workflow_id"] for w in self.alive("workflows"))
            return (row["workflow_id"] if there else None, workflow), self.business_of(row)

        promised = {"Urgent": 2 * DAY, "High": 7 * DAY}
        for (workflow, business), rows in self.groups(self.alive("workflow_instances"), key):
            open_ones = [r for r in rows if r["status"] not in {"Completed", "Cancelled"}]
            completed = [r for r in rows if r["status"] == "Completed"]
            first = lowest(r["start_date"] for r in open_ones)
            took = (
                days(r["end_date"] - r["start_date"])
                for r in completed
                if r["start_date"] and r["end_date"]
            )
            yield {
                "workflow": workflow[1],
                "business": business[1],
                "runs": len(rows),
                "completed": len(completed),
                "failed": sum(r["status"] == "Error" for r in rows),
                "open": len(open_ones),
                "late": sum(
                    self.longer_ago(r["start_date"], promised.get(r["priority"], 30 * DAY))
                    for r in open_ones
                ),
                "average_days": rounded(mean(took), 1),
                "oldest_open_days": whole_days(self.now - first if first else None),
            }

    def task_load(self) -> Iterator[Row]:
        names = {user["id"]: user["name"] for user in self.tables["notion_users"]}
        shares = [
            row | {"person": person}
            for row in self.alive("tasks")
            if row["status"] not in {"Done", "Cancelled"}
            for person in row["assigned_to"] or [None]
        ]
        for (person, priority), rows in self.groups(shares, lambda r: (r["person"], r["priority"])):
            due = [row["due_date"] for row in rows]
            dated = [at for at in due if at is not None]
            late = lowest(at for at in dated if at < self.now)
            yield {
                "person": names.get(person),
                "priority": priority,
                "open": len(rows),
                "overdue": sum(at < self.now for at in dated),
                "due_7_days": sum(self.now <= at < self.now + 7 * DAY for at in dated),
                "undated": len(due) - len(dated),
                "most_overdue_days": whole_days(self.now - late if late else None),
                "estimated_time": total(row["estimated_time"] for row in rows),
            }

    def feedback_over_time(self) -> Iterator[Row]:
        def key(row: Row) -> tuple[Hashable, ...]:
            at = row["date_received"]
            return (date(at.year, at.month, 1) if at else None), self.business_of(row)

        for (month, business), rows in self.groups(self.alive("feedback_surveys"), key):
            moods = Counter(row["sentiment"] for row in rows)
            waited = (
                days(row["response_date"] - row["date_received"])
                for row in rows
                if row["response_date"] and row["date_received"]
            )
            yield {
                "month": month,
                "business": business[1],
                "answers": len(rows),
                "average_rating": rounded(mean(row["rating"] for row in rows), 2),
                **{mood.lower(): moods[mood] for mood in ("Positive", "Neutral", "Negative")},
                "mixed": moods["Mixed"],
                "waiting": sum(row["status"] in {"New", "In Review"} for row in rows),
                "average_response_days": rounded(mean(waited), 1),
            }

    def rewards_redemption(self) -> Iterator[Row]:
        for row in self.alive("rewards_bounties"):
            redeemed, most = row["redemption_count"] or Decimal(0), row["maximum_redemptions"]
            worth = row["monetary_value"]
            percent = 100 * Fraction(redeemed) / Fraction(most) if most else None
            yield {
                "id": row["id"],
                "reward": row["reward_name"],
                "business": self.business_of(row)[1],
                "type": row["reward_type"],
                "status": row["status"],
                "redeemed": redeemed,
                "maximum": most,
                "remaining": None if most is None else max(most - redeemed, Decimal(0)),
                "redeemed_percent": rounded(percent, 1),
                "points_value": row["points_value"],
                "monetary_value": worth,
                "given_out": None if worth is None else redeemed * worth,
                "end_date": row["end_date"],
            }

    def agent_health(self) -> Iterator[Row]:
        for row in self.alive("agents"):
            rate, last = row["success_rate"], row["last_execution"]
            health = "fine"
            if row["status"] != "Deployed":
                health = "resting"
            elif rate is not None and rate < Decimal("0.9"):
                health = "failing"
            elif last is None or self.longer_ago(last, 7 * DAY):
                health = "silent"
            used = self.linked(
                "agents_api_integrations", "agent_id", "api_integration_id", row, "api_integrations"
            )
            needed = self.linked("agents_workflows", "agent_id", "workflow_id", row, "workflows")
            yield {
                "id": row["id"],
                "agent": row["agent_name"],
                "status": row["status"],
                "health": health,
                "success_percent": None if rate is None else rounded(100 * Fraction(rate), 1),
                "executions": row["execution_count"] or Decimal(0),
                "last_execution": last,
                "days_since_execution": whole_days(self.now - last if last else None),
                "integrations": len(used),
                "broken_integrations": sum(i["status"] in {"Deprecated", "Planned"} for i in used),
                "workflows": len(needed),
            }

    def integrations_overdue(self) -> Iterator[Row]:
        for row in self.alive("api_integrations"):
            last = row["last_tested"]
            recent = last is not None and not self.longer_ago(last, 30 * DAY)
            if row["status"] not in {"Active", "Under Test"} or recent:
                continue
            agents = self.linked(
                "agents_api_integrations", "api_integration_id", "agent_id", row, "agents"
            )
            businesses = self.linked(
                "api_integrations_business_entities",
                "api_integration_id",
                "business_entity_id",
                row,
                "business_entities",
            )
            yield {
                "id": row["id"],
                "integration": row["integration_name"],
                "api_platform": row["api_platform"],
                "status": row["status"],
                "last_tested": last,
                "days_since_tested": whole_days(self.now - last if last else None),
                "agents": len(agents),
                "businesses": len(businesses),
            }
