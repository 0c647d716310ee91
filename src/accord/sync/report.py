"""What a round did, in numbers and in words.

Rule: the report is the only thing a round answers; whoever prints it adds nothing to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from accord.core.ports import Problem
from accord.core.values import Json


class Direction(StrEnum):
    """Which side a round may write to."""

    NOTION_TO_SUPABASE = "notion_to_supabase"
    SUPABASE_TO_NOTION = "supabase_to_notion"
    BOTH = "both"


class Count(StrEnum):
    """What is counted for each collection."""

    PAGES = "pages"  # pages read, each counted once a listing
    CREATED = "created"  # rows inserted
    UPDATED = "updated"  # rows changed
    TRASHED = "trashed"  # rows marked deleted
    RESTORED = "restored"  # rows whose mark was taken away
    LINKED = "linked"  # links set because their target arrived
    PAGES_CREATED = "pages_created"  # pages made in Notion
    PAGES_UPDATED = "pages_updated"  # pages changed
    PAGES_TRASHED = "pages_trashed"  # pages moved to the trash
    PAGES_RESTORED = "pages_restored"  # pages taken out of it
    STAMPED = "stamped"  # pages that got their stamps by themselves
    CONFLICTS = "conflicts"  # values that lost, or wait for a person
    REFUSED = "refused"  # records that could not be carried


#: What makes a round worth remembering.
EFFECTS = frozenset(set(Count) - {Count.PAGES, Count.REFUSED})


@dataclass(slots=True)
class Tally:
    """The counts of one collection."""

    table: str
    title: str
    counts: Counter[Count] = field(default_factory=Counter)
    requests: int = 0
    seconds: float = 0.0

    @property
    def effects(self) -> int:
        """How much was done."""
        return sum(self.counts[what] for what in EFFECTS)

    def to_json(self) -> Json:
        """The JSON form of one collection's counts."""
        counts = {str(what): self.counts[what] for what in Count}
        return {
            "table": self.table,
            "title": self.title,
            **counts,
            "requests": self.requests,
            "seconds": self.seconds,
        }


@dataclass(slots=True)
class Note:
    """Something worth telling, and of how many records it is true."""

    first: Problem
    records: int = 0


@dataclass(slots=True)
class Report:
    """What a round did.

    Args:
        direction: what it was allowed to do.
        dry_run: nothing was written; the counts say what would have been.
        started_at: by Notion's clock.
        ended_at: by Notion's clock.
        requests: requests sent to Notion.
        tallies: counts by table, in the order of the models.
        problems: what is not in step, each with its remedy.
        notes: what is worth telling though nothing is out of step.
        pending: rows changed in Supabase that Notion has not got yet, by table.
        number: the round's number in the ledger; None when it did nothing.
    """

    direction: Direction
    dry_run: bool
    started_at: datetime
    ended_at: datetime
    requests: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: dict[tuple[str, str, str], Note] = field(default_factory=dict)
    pending: Mapping[str, int] = field(default_factory=dict)
    number: int | None = None

    @property
    def effects(self) -> int:
        """How much was done on either side."""
        return sum(tally.effects for tally in self.tallies.values())

    def note(self, note: Problem) -> None:
        """Keep a note; the same note of several records is kept once, and counted."""
        key = (note.table, note.property, note.reason)
        self.notes.setdefault(key, Note(note)).records += 1

    @property
    def exit_code(self) -> int:
        """0 when all is in step, 1 when a record, a property or a database is not."""
        return 1 if self.problems else 0

    def to_json(self) -> Json:
        """The document that ``--json`` prints."""
        return {
            "round": self.number,
            "direction": str(self.direction),
            "dry_run": self.dry_run,
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat(),
            "seconds": round((self.ended_at - self.started_at).total_seconds(), 3),
            "requests": self.requests,
            "collections": [tally.to_json() for tally in self.tallies.values()],
            "problems": [problem_to_json(problem) for problem in self.problems],
            "notes": [
                {**problem_to_json(note.first), "records": note.records}
                for note in self.notes.values()
            ],
            "pending": dict(self.pending),
            "exit_code": self.exit_code,
        }


def problem_to_json(problem: Problem) -> Json:
    """The JSON form of a problem."""
    return {
        "table": problem.table,
        "page_id": problem.page_id,
        "record": problem.record,
        "property": problem.property,
        "reason": problem.reason,
        "remedy": problem.remedy,
        "row_id": problem.row_id,
    }


class Watch(Protocol):
    """Who looks on while a round runs: a progress bar, a log, a test."""

    def begins(self, tally: Tally) -> None:
        """A collection begins."""
        ...

    def moves(self, tally: Tally, done: float | None) -> None:
        """A listing is done; ``done`` is the share of the walk behind us, 0 to 1, if known."""
        ...

    def ends(self, tally: Tally) -> None:
        """A collection is done."""
        ...

    def stamps(self, done: int, total: int) -> None:
        """The data is in step; of so many pages' stamps so many are written."""
        ...

    def waits(self, owner: str) -> None:
        """Another run is at work, and is waited for; told again every second."""
        ...


class NobodyWatches:
    """A `Watch` that looks away."""

    def begins(self, tally: Tally) -> None:
        """Look away."""

    def moves(self, tally: Tally, done: float | None) -> None:
        """Look away."""

    def ends(self, tally: Tally) -> None:
        """Look away."""

    def stamps(self, done: int, total: int) -> None:
        """Look away."""

    def waits(self, owner: str) -> None:
        """Look away."""
