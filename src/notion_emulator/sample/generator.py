"""Any number of plausible records over the sixteen databases, the same for the same seed.

Rule: a record's id follows from its table and number, so any record may name any other
without either being kept; a relation, seen from either side, has at most 25 targets (what
a page shows at once), except for the two tasks named in `LARGE`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zlib import crc32

from notion_emulator.sample.people import STAFF, person_id
from notion_emulator.sample.recipes import ONLY_WHEN, Draw, Recipe, recipe
from notion_emulator.sample.schema import Table, tables
from notion_emulator.workspace import Workspace

Json = dict[str, Any]

MOST_TARGETS = 25
SPAN = timedelta(days=730)
QUIET = timedelta(hours=2)  # nothing was created or edited more recently than this

#: Share of the pages that a table has, beyond the fewest; contacts take the rest.
SHARES = {
    "business_entities": 0.0005,
    "community_members": 0.10,
    "products_services": 0.03,
    "workflow_instances": 0.18,
    "marketing_campaigns": 0.01,
    "feedback_surveys": 0.12,
    "rewards_bounties": 0.005,
    "tasks": 0.25,
    "agent_communication_patterns": 0.002,
    "agents": 0.002,
    "api_integrations": 0.002,
    "data_transformations": 0.002,
    "notification_templates": 0.003,
    "use_cases": 0.003,
    "workflows": 0.003,
}
REST = "contacts_profiles"
FEWEST = 3
#: Relations that lead to at most one page by the rules of the business.
SINGLE = frozenset(
    {
        *("Business Entity", "Contact Profile", "Workflow", "Contact", "Assigned Agent"),
        *("Workflow Instance", "Related Product/Service", "Related Workflow Instance"),
        *("Related Business Entity", "Source Agent", "Target Agent"),
    }
)
#: This two-way relation is told from its mirror: each task names its workflow instance.
FROM_MIRROR = ("workflow_instances", "Related Tasks")
#: Relations of the first task that are larger than a page shows, where tasks are many.
LARGE = {("tasks", "Subtasks"): 30, ("tasks", "Dependencies"): 40}
MANY_TASKS = 100
_NOTHING: Json = {"select": {"name": None}}
#: Properties that only a synchronisation writes.
MANAGED = frozenset({"Supabase ID", "Last Synced", "Sync Status"})


def shares(pages: int) -> dict[str, int]:
    """Return how many of `pages` each table has, by the table's key."""
    if pages < 16 * FEWEST:
        each, left = divmod(pages, 16)
        return {key: each + (place < left) for place, key in enumerate(tables())}
    free = pages - 16 * FEWEST
    counts = {key: FEWEST + int(free * share) for key, share in SHARES.items()}
    counts[REST] = pages - sum(counts.values())
    return counts


def generate(workspace: Workspace, pages: int, seed: int) -> None:
    """Fill a workspace that has the databases and the staff with `pages` records."""
    generation = Generation(shares(pages), seed, workspace.now)
    keys = [key for key in reversed(tables()) if key != "tasks"] + ["tasks"]
    for key in keys:
        table = tables()[key]
        workspace.bulk_pages(table.data_source_id, generation.rows(table))


@dataclass(frozen=True, slots=True)
class Generation:
    """One run of the generator.

    Attributes:
        counts: how many records each table has.
        seed: decides everything that chance decides.
        now: the present.
    """

    counts: dict[str, int]
    seed: int
    now: datetime

    def page_id(self, key: str, index: int) -> str:
        """Return the id of record `index` of a table: a UUID, the numbers well mixed."""
        start, ending = _frame(key, self.seed)
        return f"{(index * 0x9E3779B1 + start) & 0xFFFFFFFF:08x}{ending}"

    def rows(self, table: Table) -> Iterator[tuple[str, Json, datetime, str]]:
        """Give the records of a table: id, properties, when it was last edited, by whom."""
        newest = self.now.astimezone(UTC) - QUIET
        draw = Draw(f"{self.seed}:{table.key}")
        draw.today = newest.toordinal()
        recipes = [*self._recipes(table), *self._relations(table)]
        conditions = [(name, ONLY_WHEN[name]) for name, _ in recipes if name in ONLY_WHEN]
        staff = [person_id(key) for key in STAFF]
        span = SPAN.total_seconds()
        for index in range(self.counts[table.key]):
            at = newest - timedelta(seconds=draw.random() * span)
            draw.index, draw.born = index, at.toordinal()
            properties = {
                name: value for name, make in recipes if (value := make(draw)) is not None
            }
            for name, (select, options) in conditions:
                if properties.get(select, _NOTHING)["select"]["name"] not in options:
                    properties.pop(name, None)
            yield self.page_id(table.key, index), properties, at, draw.pick(staff)

    def _recipes(self, table: Table) -> Iterator[tuple[str, Recipe]]:
        for name, config in table.properties.items():
            kind = table.kind(name)
            if name not in MANAGED and kind not in {"relation", "formula", "last_edited_time"}:
                yield name, recipe(kind, name, config[kind])

    def _relations(self, table: Table) -> Iterator[tuple[str, Recipe]]:
        for name, config in table.properties.items():
            if "relation" in config and (table.key, name) != FROM_MIRROR:
                target = config["relation"]["data_source_id"]
                two_way = config["relation"]["type"] == "dual_property"
                yield name, self._relation(table, name, target, two_way=two_way)
        for name, (key, there) in table.mirrors.items():
            if (key, there) == FROM_MIRROR:
                yield name, self._relation(table, name, key, two_way=True)

    def _relation(self, table: Table, name: str, target: str, *, two_way: bool) -> Recipe:
        """Return a recipe that draws targets, and leaves out those that have their fill."""
        there = self.counts[target]
        taken = bytearray(there if two_way else 0)
        large = LARGE.get((table.key, name), 0)
        choose = _one if name in SINGLE else _several

        def make(draw: Draw) -> Json | None:
            if not there:
                return None
            if large and draw.index == 0 and there >= MANY_TASKS:
                found = list(range(1, large + 1))
            else:
                found = choose(draw, there)
            if two_way:
                found = [one for one in found if taken[one] < MOST_TARGETS]
                for one in found:
                    taken[one] += 1
            if not found:
                return None
            return {"relation": [{"id": self.page_id(target, one)} for one in found]}

        return make


@cache
def _frame(key: str, seed: int) -> tuple[int, str]:
    """Return where the first part of a table's ids starts, and what the rest of them is."""
    table = crc32(key.encode()) & 0xFFFF
    return crc32(f"{key}:{seed}".encode()), f"-{table:04x}-4000-8000-{seed & 0xFFFFFFFFFFFF:012x}"


def _one(draw: Draw, there: int) -> list[int]:
    chance = draw.random()
    if chance < 0.2:
        return []
    first = draw.below(there)
    second = draw.below(there)  # people in Notion may name two where the business knows one
    return [first, second] if chance > 0.996 and first != second else [first]


def _several(draw: Draw, there: int) -> list[int]:
    if draw.random() < 0.5:
        return []
    return list(dict.fromkeys(draw.below(there) for _ in range(1 + draw.below(4))))
