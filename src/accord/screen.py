"""What a person at a terminal sees: tables, problems, a progress bar.

Rule: results go to stdout, everything else to stderr; colour and movement only on a terminal.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, assert_never

import structlog
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
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

#: Heading -> what is counted; a column in which nothing happened is left out, these aside.
_COLUMNS = (
    ("pages read", Count.PAGES),
    ("rows created", Count.CREATED),
    ("rows updated", Count.UPDATED),
    ("rows deleted", Count.TRASHED),
    ("rows restored", Count.RESTORED),
    ("pages created", Count.PAGES_CREATED),
    ("pages updated", Count.PAGES_UPDATED),
    ("pages trashed", Count.PAGES_TRASHED),
    ("pages restored", Count.PAGES_RESTORED),
    ("pages stamped", Count.STAMPED),
    ("conflicts", Count.CONFLICTS),
    ("refused", Count.REFUSED),
)
_ALWAYS = {Count.PAGES}


def show_report(report: Report) -> None:
    """The outcome of a round: a table, then what is wrong and what to do about it."""
    table = _counts_table(report)
    if Measurement.get(OUT, OUT.options.update(width=1000), table).maximum > OUT.width:
        table = _told_table(report)
    OUT.print(table)
    show_problems(report.problems, "Not in step")
    notes = [_counted(note.first, note.records) for note in report.notes.values()]
    show_problems(notes, "Worth knowing", style="yellow")
    OUT.print(_summary(report))


def show_done(report: Report) -> None:
    """What a wish of a person did, and what it left undone."""
    show_problems(report.problems, "Not in step")
    OUT.print(Text(f"{_did(report, would=report.dry_run)}.", style="bold"))


def _counts_table(report: Report) -> Table:
    """A line a database, a column a count."""
    table = Table(header_style="bold", show_footer=True, footer_style="bold", box=SIMPLE_HEAD)
    table.add_column("database", footer="all", no_wrap=True)
    totals = {what: _total(report, what) for _, what in _COLUMNS}
    shown = [(name, what) for name, what in _COLUMNS if totals[what] or what in _ALWAYS]
    for name, what in shown:
        heading = name.replace(" ", "\n")
        table.add_column(heading, justify="right", footer=number(totals[what]), no_wrap=True)
    for tally in report.tallies.values():
        table.add_row(tally.title, *(number(tally.counts[what]) for _, what in shown))
    return table


def _told_table(report: Report) -> Table:
    """The same in words, where the columns have no room."""
    table = Table(header_style="bold", show_footer=True, footer_style="bold", box=SIMPLE_HEAD)
    read = number(_total(report, Count.PAGES))
    table.add_column("database", footer="all", max_width=34)
    table.add_column("read", justify="right", footer=read, no_wrap=True)
    totals = {what: _total(report, what) for what in Count}
    table.add_column("done", footer=_listed(totals), overflow="fold")
    for tally in report.tallies.values():
        table.add_row(tally.title, number(tally.counts[Count.PAGES]), _listed(tally.counts))
    return table


def _listed(counts: Mapping[Count, int]) -> str:
    """rows: 2 created, 3 updated; pages: 1 stamped; 4 conflicts."""
    told: dict[str, list[str]] = {}
    for name, what in _COLUMNS:
        if counts[what] and what not in _ALWAYS:
            of, _, done = name.rpartition(" ")
            told.setdefault(of, []).append(f"{counts[what]:,} {done}")
    parts = [f"{of}: {', '.join(done)}" if of else ", ".join(done) for of, done in told.items()]
    return "; ".join(parts) or "·"


def _total(report: Report, *counts: Count) -> int:
    return sum(tally.counts[what] for tally in report.tallies.values() for what in counts)


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
            number(len(comparison.differences) + comparison.unlinked),
            Text(notion, "green")
            if comparison.equal
            else Text(f"{notion} / {supabase}", style="red"),
        )
    OUT.print(table)
    show_problems([p for each in comparisons for p in _differences(each)], "Different")
    for told in filter(None, (each.about_computed for each in comparisons)):
        OUT.print(Text(told, style="dim"))
    if all(comparison.equal for comparison in comparisons):
        OUT.print(Text("Both sides hold the same.", style="bold green"))


def _differences(comparison: Comparison) -> Iterator[Problem]:
    if comparison.problem is not None:
        yield comparison.problem
    if comparison.unlinked:
        reason = f"{comparison.unlinked} rows that are not deleted have no page"
        yield Problem(comparison.table, reason, "They were made in Supabase.")
    for each in comparison.differences:
        reason = f"Notion: {brief(each.notion)}  Supabase: {brief(each.supabase)}"
        remedy = "Run python -m tools.sync_databases --full, then compare again."
        yield Problem(comparison.table, reason, remedy, each.page_id, each.record, each.property)


def brief(value: Json, longest: int = BRIEF) -> str:
    """A value in a few words; what is nothing is a dash."""
    match value:
        case None | []:
            return "—"
        case {"text": str(plain), "formatted": _}:
            text = plain
        case {"start": start, "end": end}:
            text = f"{start} to {end}"
        case {"start": start}:
            text = str(start)
        case str():
            text = value
        case [*items] if all(isinstance(item, str) for item in items):
            text = ", ".join(items)
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def show_problems(problems: Sequence[Problem], heading: str, *, style: str = "red") -> None:
    """Each problem: where, what, and what to do."""
    if not problems:
        return
    OUT.print(Text(f"\n{heading}: {len(problems)}", style=f"bold {style}"))
    for problem in problems[:SHOWN]:
        for text, paint, left in (
            (_where(problem), "", 2),
            (problem.reason, style, 4),
            (problem.remedy, "dim", 4),
        ):
            OUT.print(Padding(Text(text, style=paint), (0, 0, 0, left), expand=False))
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
    took = f"{_amount(report.requests, 'request')} to Notion, {seconds:.0f} s"
    if report.dry_run:
        would = _did(report, would=True)
        return Text(f"Dry run: nothing was written. {would}. {took}.", style="bold")
    pending = sum(report.pending.values())
    waits = f" {_amount(pending, 'row')} changed in Supabase wait." if pending else ""
    did = _did(report, would=False)
    if report.problems:
        return Text(f"Not everything is in step.{waits} {did}. {took}.", style="bold red")
    match report.direction:
        case Direction.SUPABASE_TO_NOTION:
            said = "Nothing waits in Supabase."
        case Direction.NOTION_TO_SUPABASE:
            said = f"Supabase holds what Notion holds.{waits}"
        case Direction.BOTH:
            said = f"Supabase and Notion are in step.{waits}"
        case _:
            assert_never(report.direction)
    return Text(f"{said} {did}. {took}.", style="bold green")


def _did(report: Report, *, would: bool) -> str:
    """What was done on each side, in one sentence."""
    rows = _total(report, Count.CREATED, Count.UPDATED, Count.TRASHED, Count.RESTORED)
    pages = _total(
        report,
        Count.PAGES_CREATED,
        Count.PAGES_UPDATED,
        Count.PAGES_TRASHED,
        Count.PAGES_RESTORED,
    )
    stamped = _total(report, Count.STAMPED)
    parts = [f"{_amount(rows, 'row')} in Supabase"] if rows else []
    parts += [f"{_amount(pages, 'page')} in Notion"] if pages else []
    parts += [f"the stamps of {_amount(stamped, 'page')}"] if stamped else []
    if not parts:
        return "There is nothing to write" if would else "There was nothing to write"
    return f"{'It would write' if would else 'Written:'} {' and '.join(parts)}"


def _amount(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


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


def number(value: int) -> str:
    """A count; nothing is a dot."""
    return f"{value:,}" if value else "·"


class PlainWatch:
    """A `Watch` without a terminal: it says only what explains a long time."""

    def __init__(self) -> None:
        self._waited = False

    def begins(self, tally: Tally) -> None:
        """Say nothing."""

    def moves(self, tally: Tally, done: float | None) -> None:
        """Say nothing."""

    def ends(self, tally: Tally) -> None:
        """Say nothing."""

    def stamps(self, done: int, total: int) -> None:
        """Say once that the data is in step."""
        if done == 0:
            ERR.print(in_step(total))

    def waits(self, owner: str) -> None:
        """Say once who is waited for."""
        if not self._waited:
            ERR.print(waiting(owner))
        self._waited = True


def in_step(stamps: int) -> str:
    """What is said when all that is left are stamps."""
    return (
        f"The data is in step. Now {_amount(stamps, 'page')} of Notion are told so; "
        "Ctrl-C loses nothing."
    )


def waiting(owner: str) -> str:
    """What is said while another run is at work."""
    return f"Another run is at work ({owner}); waiting for it ..."


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

    def stamps(self, done: int, total: int) -> None:
        """Say that the data is in step, then count the stamps."""
        if done == 0:
            self._progress.console.print(in_step(total))
        self._progress.update(
            self._task,
            description=f"stamping {done:,} of {total:,}",
            completed=done / max(total, 1),
            **self._fields(),
        )

    def waits(self, owner: str) -> None:
        """Say who is waited for."""
        self._progress.update(self._task, description=waiting(owner))

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

    def stamps(self, done: int, total: int) -> None:
        """Log how far the stamps are."""
        self._log.info("the data is in step; stamping", done=done, of=total)

    def waits(self, owner: str) -> None:
        """Log who is waited for."""
        self._log.info("another run is at work", owner=owner)


def _counts(tally: Tally) -> Mapping[str, object]:
    return {"table": tally.table, **{str(what): n for what, n in tally.counts.items() if n}}
