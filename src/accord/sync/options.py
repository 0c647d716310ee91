"""What a round is asked to do.

Rule: options narrow what a round does; none of them changes how a record is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accord.sync.report import Direction


@dataclass(frozen=True, slots=True)
class Options:
    """What a round is asked to do.

    Args:
        direction: which side it may write to.
        tables: the collections to look at; None: all.
        since: look at everything edited since then; None: since the last round.
        full: read everything, and confirm what is missing (a reconciliation sweep).
        dry_run: plan and count, write nothing.
        accept_removals: tables of which more may be marked deleted than the brake allows.
    """

    direction: Direction = Direction.BOTH
    tables: frozenset[str] | None = None
    since: datetime | None = None
    full: bool = False
    dry_run: bool = False
    accept_removals: frozenset[str] = frozenset()

    @property
    def pulls(self) -> bool:
        """Whether Supabase may be written to."""
        return self.direction is not Direction.SUPABASE_TO_NOTION
