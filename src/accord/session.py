"""What every command that opens the project shares: settings, who looks on, how answers are given.

Rules: everything that is wrong is said at once; ``--json`` prints one document on stdout and
nothing else there; all else goes to stderr.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import structlog

from accord import screen
from accord.app import Opened, Project, Records, open_engine, open_records
from accord.config import Settings
from accord.core.errors import UsageError, YourError
from accord.core.ports import Named
from accord.core.values import Json
from accord.sync.find import Finder
from accord.sync.report import Report, Watch

T = TypeVar("T")


def open_project(*, verbose: bool = False) -> Project:
    """The project in this folder; what happens in it is logged to stderr."""
    level = logging.DEBUG if verbose else logging.WARNING
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    return Project.open(Path())


def collected(problems: list[str], read: Callable[[], T]) -> T | None:
    """What ``read`` answers; what is wrong with it joins ``problems``."""
    try:
        return read()
    except YourError as error:
        problems.extend(error.problems)
        return None


def moment(text: str, option: str = "--since") -> datetime:
    """An ISO date or time; without an offset it is UTC.

    Raises:
        UsageError: it is neither.
    """
    try:
        if len(text) == len("2026-03-01"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option} is {text!r}, but must be an ISO date or time, "
            "as 2026-03-01 or 2026-03-01T10:30+01:00"
        ) from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def with_engine(project: Project, settings: Settings, act: Callable[[Opened], Awaitable[T]]) -> T:
    """Do something with both sides open."""

    async def run() -> T:
        async with open_engine(project, settings) as opened:
            return await act(opened)

    return asyncio.run(run())


def with_records(project: Project, act: Callable[[Records], Awaitable[T]]) -> T:
    """Do something with the tables and the ledger alone; Notion is not asked."""
    address = project.supabase_address()

    async def run() -> T:
        async with open_records(project, address) as records:
            return await act(records)

    return asyncio.run(run())


def finder(records: Records) -> Finder:
    """What finds the records that people mean."""
    return Finder(records.schema, records.supabase, records.ledger)


def named_records(project: Project, words: Sequence[str]) -> list[Named]:
    """The records that a person means.

    Raises:
        UsageError: with each that means none or several.
    """
    return with_records(project, lambda records: finder(records).one_of_each(list(words)))


def watching(
    opened: Opened, databases: int, *, verbose: bool = False
) -> AbstractContextManager[Watch]:
    """Who looks on: a log, a bar on a terminal, or else only what must be said."""
    if verbose:
        return nullcontext(screen.LogWatch())
    if screen.ERR.is_terminal:
        return screen.ProgressWatch(opened.budget, databases)
    return nullcontext(screen.PlainWatch())


def print_json(document: Json) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def tell(report: Report, document: Json | None, said: str) -> int:
    """Tell what became of a wish; answers the exit code."""
    if document is not None:
        print_json({**document, "report": report.to_json(), "exit_code": report.exit_code})
    else:
        screen.OUT.print(said)
        screen.show_done(report)
    return report.exit_code
