"""Writes to Notion of which it is not known yet whether they arrived.

Rule: pure. A write is written down before it is sent and struck out when its answer is known, so
that whoever comes after a crash knows what may be under way. Until `QUARANTINE` is over nothing
that the page shows is believed, unless it shows the receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accord.core.plan import Verb
from accord.core.record import Record
from accord.core.schema import Collection
from accord.core.values import Json, Value

#: A write is sent no later than this after it was written down; else it is written down anew.
SEND_WITHIN = timedelta(seconds=15)

#: After this a write that was sent has landed, or never will: Notion gives a request up after 60
#: seconds, and its index lags for some more.
QUARANTINE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sending of a write: its receipt, when it was written down, and the values it carries."""

    receipt: str
    at: datetime
    changes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intent:
    """What one record's write to Notion is to do.

    Args:
        verb: what it does to the page.
        attempts: its sendings, the last one last. Only a create has several: each may have made a
            page, and the page's receipt tells which.
    """

    verb: Verb
    attempts: tuple[Attempt, ...]

    @property
    def last(self) -> Attempt:
        """The last sending."""
        return self.attempts[-1]

    def ends_with(self, attempt: Attempt | None) -> bool:
        """Whether this is its last sending; a later one may be another run's."""
        own = (self.last.receipt, self.last.at)
        return attempt is not None and own == (attempt.receipt, attempt.at)

    def over_at(self) -> datetime:
        """When nothing of it can be under way any more."""
        return self.last.at + QUARANTINE

    def to_json(self) -> Json:
        """The form in which the ledger keeps it."""
        return {
            "verb": self.verb.value,
            "attempts": [
                {
                    "receipt": attempt.receipt,
                    "at": attempt.at.isoformat(),
                    "changes": Record(attempt.changes).to_json(),
                }
                for attempt in self.attempts
            ],
        }

    @classmethod
    def from_json(cls, collection: Collection, stored: Mapping[str, Json]) -> Intent:
        """Read back what `to_json` wrote."""
        return cls(
            Verb(stored["verb"]),
            tuple(
                Attempt(
                    attempt["receipt"],
                    datetime.fromisoformat(attempt["at"]),
                    Record.from_json(collection, attempt["changes"]).values,
                )
                for attempt in stored["attempts"]
            ),
        )
