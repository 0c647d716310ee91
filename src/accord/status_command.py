"""`accord status`: how everything stands, by the ledger alone.

Rule: Notion is not asked, and nothing is written; what is told is what the last rounds left.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated

from cyclopts import Parameter
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from accord import screen, session
from accord.app import Project, Records
from accord.core.ports import PastRound, Problem
from accord.core.values import Json
from accord.sync.report import problem_to_json

#: Heading -> count; a column in which nothing is, is left out where it says ``False``.
_COLUMNS = (
    ("rows", "rows", True),
    ("links", "links", True),
    ("waiting for Notion", "waiting", False),
    ("refused", "refused", False),
    ("problems", "problems", False),
    ("conflicts", "conflicts", False),
    ("under way", "under_way", False),
    ("stamps due", "stamps_due", False),
)


@dataclass(slots=True)
class Standing:
    """How one collection stands.

    Args:
        table: its table.
        title: its database.
        counts: rows, links, waiting, refused, problems, conflicts, under_way, stamps_due.
        state: "read", "never read" or "being read for the first time".
    """

    table: str
    title: str
    counts: Counter[str] = field(default_factory=Counter)
    state: str = "read"

    @property
    def in_step(self) -> bool:
        """Whether nothing of it waits for anything but stamps."""
        open_ = ("waiting", "refused", "problems", "conflicts", "under_way")
        return self.state == "read" and not any(self.counts[what] for what in open_)


@dataclass(frozen=True, slots=True)
class Status:
    """How everything stands."""

    standings: list[Standing]
    problems: list[Problem]
    last: PastRound | None

    @property
    def exit_code(self) -> int:
        """0 when everything is in step."""
        return 0 if all(standing.in_step for standing in self.standings) else 1

    def to_json(self) -> Json:
        """The document that ``--json`` prints."""
        return {
            "in_step": self.exit_code == 0,
            "collections": [
                {
                    "table": standing.table,
                    "title": standing.title,
                    "state": standing.state,
                    "in_step": standing.in_step,
                    **{key: standing.counts[key] for _, key, _ in _COLUMNS},
                }
                for standing in self.standings
            ],
            "problems": [
                {**problem_to_json(problem), "ignored": problem.ignored}
                for problem in self.problems
            ],
            "last_round": _round_to_json(self.last),
            "exit_code": self.exit_code,
        }


def status(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Say how everything stands: what waits, what was refused, and why. Notion is not asked.

    Parameters
    ----------
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()
    found = session.with_records(project, lambda records: _look(project, records))
    if as_json:
        session.print_json(found.to_json())
    else:
        _show(found)
    return found.exit_code


async def _look(project: Project, records: Records) -> Status:
    schema, ledger = records.schema, records.ledger
    tables = [collection.table for collection in schema]
    census = await ledger.census(schema)
    sources = await ledger.sources()
    fresh = await ledger.dirty(tables)
    marked = await ledger.dirty(tables, refused=True)
    problems = list(await ledger.problems())
    ignored = {problem.row_id for problem in problems if problem.ignored}
    counted = {
        "problems": Counter(p.table for p in problems if not p.ignored),
        "conflicts": Counter(each.table for each in await ledger.conflicts(waiting=True)),
        "under_way": Counter(each.table for each in await ledger.intents()),
        "stamps_due": Counter(await ledger.stamps_waiting(tables)),
    }
    standings = []
    for collection in schema:
        table = collection.table
        standing = Standing(table, collection.title)
        rows, links = census[table]
        refused = set(marked.get(table, ())) - set(fresh.get(table, ()))
        standing.counts.update(
            rows=rows,
            links=links,
            waiting=len(fresh.get(table, ())),
            refused=len(refused - ignored),
            **{what: counts[table] for what, counts in counted.items()},
        )
        source = sources.get(table)
        if source is None or source.watermark is None:
            configured = bool(project.environment.get(collection.env, "").strip())
            standing.state = "never read" if configured else "not configured"
        elif source.walked_to is not None:
            standing.state = "being read for the first time"
        if standing.state != "not configured" or any(standing.counts.values()):
            standings.append(standing)
    last = await ledger.rounds(1)
    return Status(standings, problems, last[0] if last else None)


def _show(found: Status) -> None:
    shown = [
        (name, key)
        for name, key, always in _COLUMNS
        if always or any(standing.counts[key] for standing in found.standings)
    ]
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    table.add_column("database", max_width=34)
    for name, _ in shown:
        table.add_column(name.replace(" ", "\n"), justify="right")
    table.add_column("")
    for standing in found.standings:
        numbers = (screen.number(standing.counts[key]) for _, key in shown)
        said = standing.state if standing.state != "read" else ""
        state = said or ("in step" if standing.in_step else "not in step")
        style = "green" if standing.in_step else "red"
        table.add_row(standing.title, *numbers, Text(state, style=style))
    screen.OUT.print(table)
    screen.show_problems([p for p in found.problems if not p.ignored], "Not in step")
    ignored = sum(problem.ignored for problem in found.problems)
    if ignored:
        screen.OUT.print(f"{ignored} more are ignored; accord ignore RECORD --undo tells them.")
    screen.OUT.print(_last(found.last))
    _advise(found)


def _advise(found: Status) -> None:
    """What to do about what is not in step."""
    total: Counter[str] = Counter()
    for standing in found.standings:
        total.update(standing.counts)
    if total["conflicts"]:
        screen.OUT.print("accord conflicts shows the conflicts and decides them.")
    if total["problems"] or total["refused"]:
        screen.OUT.print("accord retry looks again at what was refused; accord ignore leaves it.")
    unread = any(standing.state != "read" for standing in found.standings)
    if total["waiting"] or total["under_way"] or unread:
        screen.OUT.print("accord sync brings the rest into step.")
    if found.exit_code == 0:
        screen.OUT.print(Text("Everything is in step.", style="bold green"))


def _last(last: PastRound | None) -> str:
    if last is None:
        return "No round has done anything yet."
    about = (
        f"The last round that did something is {last.number}, of {last.started_at:%d %b %H:%M} UTC"
    )
    if last.entry is None:
        return f"{about}; it was interrupted, or is under way."
    sums: Counter[str] = Counter()
    for counts in last.entry.counts.values():
        sums.update(counts)
    done = ", ".join(
        f"{n:,} {what.replace('_', ' ')}" for what, n in sums.items() if what != "pages"
    )
    return f"{about} ({last.entry.direction.replace('_', ' ')}): {done}."


def _round_to_json(last: PastRound | None) -> Json:
    if last is None:
        return None
    entry = last.entry
    return {
        "number": last.number,
        "started_at": last.started_at.isoformat(),
        "ended_at": entry.ended_at.isoformat() if entry else None,
        "direction": last.direction,
        "requests": entry.requests if entry else None,
        "counts": {table: dict(counts) for table, counts in entry.counts.items()} if entry else {},
        "problems": [problem_to_json(problem) for problem in entry.problems] if entry else [],
    }
