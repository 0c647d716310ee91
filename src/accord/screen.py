"""What a person at a terminal sees: tables, problems, a progress bar.

Rule: results go to stdout, everything else to stderr; colour and movement only on a terminal.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import structlog
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from accord.core.ports import Problem
from accord.core.values import Json
from accord.sync.report import Count, Direction, Report, Tally
from accord.sync.verify import Comparison

OUT = Console()
ERR = Console(stderr=True)

#: So many problems are shown in full; the rest are counted. ``--json`` shows all.
SHOWN = 20

#: So many characters of a value are shown where two are compared.
BRIEF = 60

_COLUMNS = (
    ("read", Count.PAGES),
    ("created", Count.CREATED),
    ("updated", Count.UPDATED),
    ("deleted", Count.TRASHED),
    ("restored", Count.RESTORED),
    ("conflicts", Count.CONFLICTS),
    ("refused", Count.REFUSED),
)


def show_report(report: Report) -> None:
    """The outcome of a round: a table, then what is wrong and what to do about it."""
    table = Table(header_style="bold", show_footer=True, footer_style="bold", box=SIMPLE_HEAD)
    table.add_column("database", footer="all", no_wrap=True)
    for name, what in _COLUMNS:
        total = sum(tally.counts[what] for tally in report.tallies.values())
        table.add_column(name, justify="right", footer=_number(total))
    for tally in report.tallies.values():
        table.add_row(tally.title, *(_number(tally.counts[what]) for _, what in _COLUMNS))
    OUT.print(table)
    show_problems(report.problems, "Not in step")
    notes = [_counted(note.first, note.records) for note in report.notes.values()]
    show_problems(notes, "Worth knowing", style="yellow")
    OUT.print(_summary(report))


def show_comparisons(comparisons: Sequence[Comparison]) -> None:
    """What a comparison of both sides found: a line a database, then each difference."""
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    table.add_column("database", no_wrap=True)
    for name in ("pages", "rows", "different"):
        table.add_column(name, justify="right")
    table.add_column("fingerprint")
    for comparison in comparisons:
        notion, supabase = (print_[:12] for print_ in comparison.fingerprints)
        table.add_row(
            comparison.title,
            f"{comparison.pages:,}",
            f"{comparison.rows:,}",
            _number(len(comparison.differences) + comparison.unlinked),
            Text(notion, "green")
            if comparison.equal
            else Text(f"{notion} / {supabase}", style="red"),
        )
    OUT.print(table)
    show_problems([p for each in comparisons for p in _differences(each)], "Different")
    if all(comparison.equal for comparison in comparisons):
        OUT.print(Text("Both sides hold the same.", style="bold green"))


def _differences(comparison: Comparison) -> Iterator[Problem]:
    if comparison.problem is not None:
        yield comparison.problem
    if comparison.unlinked:
        reason = f"{comparison.unlinked} rows that are not deleted have no page"
        yield Problem(comparison.table, reason, "They were made in Supabase.")
    for each in comparison.differences:
        reason = f"Notion: {_brief(each.notion)}  Supabase: {_brief(each.supabase)}"
        remedy = "Run python -m tools.sync_databases --full, then compare again."
        yield Problem(comparison.table, reason, remedy, each.page_id, each.record, each.property)


def _brief(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= BRIEF else f"{text[: BRIEF - 1]}…"


def show_problems(problems: Sequence[Problem], heading: str, *, style: str = "red") -> None:
    """Each problem: where, what, and what to do."""
    if not problems:
        return
    OUT.print(Text(f"\n{heading}: {len(problems)}", style=f"bold {style}"))
    for problem in problems[:SHOWN]:
        OUT.print(Text(f"  {_where(problem)}"))
        OUT.print(Text(f"    {problem.reason}", style=style))
        OUT.print(Text(f"    {problem.remedy}", style="dim"))
    if len(problems) > SHOWN:
        OUT.print(Text(f"  and {len(problems) - SHOWN} more; --json shows all"))


def show_errors(problems: Sequence[str]) -> None:
    """What has to be mended before anything can run."""
    for problem in problems:
        ERR.print(Text.assemble(("error: ", "bold red"), problem))


def show_warning(text: str) -> None:
    """Something that does not stop us."""
    ERR.print(Text.assemble(("warning: ", "bold yellow"), text))


def _summary(report: Report) -> Text:
    seconds = (report.ended_at - report.started_at).total_seconds()
    took = f"{report.requests} requests to Notion, {seconds:.0f} s"
    if report.dry_run:
        return Text(f"Dry run: nothing was written. {took}.", style="bold")
    pending = sum(report.pending.values())
    waits = f" {pending} rows changed in Supabase wait." if pending else ""
    if report.problems:
        return Text(f"Not everything is in step.{waits} {took}.", style="bold red")
    if report.direction is Direction.SUPABASE_TO_NOTION:
        return Text(f"Nothing waits in Supabase. {took}.", style="bold green")
    return Text(f"Supabase holds what Notion holds.{waits} {took}.", style="bold green")


def _where(problem: Problem) -> str:
    parts = [problem.table or "the whole round"]
    if problem.record or problem.page_id:
        name = f"“{problem.record}”" if problem.record else "page"
        parts.append(f"{name} {problem.page_id or ''}".strip())
    if problem.property:
        parts.append(problem.property)
    return " · ".join(parts)


def _counted(note: Problem, records: int) -> Problem:
    if records <= 1:
        return note
    reason = f"{note.reason} ({records} records)"
    return Problem(note.table, reason, note.remedy, property=note.property)


def _number(value: int) -> str:
    return f"{value:,}" if value else "·"


class ProgressWatch:
    """A `Watch` that draws a bar: database, pages, rate, time left, request budget.

    Notion does not say how many pages there are. A first walk goes by creation time, so how far it
    has come between the oldest page and now is a fair guess of the share that is done.

    Args:
        budget: answers (requests in the last minute, requests allowed a minute), or (requests so
            far, 0).
        databases: how many databases there are to walk.
    """

    def __init__(self, budget: Callable[[], tuple[int, int]], databases: int) -> None:
        self._budget = budget
        self._databases = max(databases, 1)
        self._begun = 0
        self._ended = 0
        self._share = 0.0
        self._pages = 0
        self._since = time.monotonic()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[pages]} pages · {task.fields[rate]}/s"),
            TextColumn("{task.fields[left]}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[budget]}", style="dim"),
            console=ERR,
            transient=True,
        )
        self._task = self._progress.add_task("", total=1.0, **self._fields())

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def begins(self, tally: Tally) -> None:
        """Name the database."""
        self._begun += 1
        self._share = 0.0
        self._draw(tally, 0)

    def moves(self, tally: Tally, done: float | None) -> None:
        """Move the bar."""
        self._share = done if done is not None else self._share
        self._draw(tally, tally.counts[Count.PAGES])

    def ends(self, tally: Tally) -> None:
        """Close the database."""
        self._ended += 1
        self._share = 0.0
        self._pages += tally.counts[Count.PAGES]
        self._draw(tally, 0)

    def _draw(self, tally: Tally, pages: int) -> None:
        self._progress.update(
            self._task,
            description=f"{self._begun}/{self._databases} {tally.title}",
            completed=min(1.0, (self._ended + self._share) / self._databases),
            **self._fields(pages),
        )

    def _fields(self, pages: int = 0) -> dict[str, Any]:
        seconds = max(time.monotonic() - self._since, 0.001)
        done = (self._ended + self._share) / self._databases
        left = ""
        if 0.02 < done < 1 and seconds > 2:
            left = f"about {_duration(seconds * (1 - done) / done)} left"
        used, allowed = self._budget()
        budget = f"{used}/{allowed} requests a minute" if allowed else f"{used} requests"
        total = self._pages + pages
        return {
            "pages": f"{total:,}",
            "rate": f"{total / seconds:,.0f}",
            "left": left,
            "budget": budget,
        }


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


class LogWatch:
    """A `Watch` that writes a line of log for each database, and each listing."""

    def __init__(self) -> None:
        self._log = structlog.get_logger("accord")

    def begins(self, tally: Tally) -> None:
        """Log the beginning."""
        self._log.info("database begins", table=tally.table)

    def moves(self, tally: Tally, done: float | None) -> None:
        """Log a listing."""
        share = None if done is None else round(done, 3)
        self._log.debug("listing", share=share, **_counts(tally))

    def ends(self, tally: Tally) -> None:
        """Log the end."""
        self._log.info("database ends", seconds=tally.seconds, **_counts(tally))


def _counts(tally: Tally) -> Mapping[str, object]:
    return {"table": tally.table, **{str(what): n for what, n in tally.counts.items() if n}}
