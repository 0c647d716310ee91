"""What a round is asked to do.

Rule: options narrow what a round does; none of them changes how a record is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accord.core.stamps import Stamping
from accord.sync.report import Direction

__all__ = ["Options", "Stamping"]


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
        stamping: when pages get their stamps.
        wait: wait until it is known what became of writes that were interrupted.
    """

    direction: Direction = Direction.BOTH
    tables: frozenset[str] | None = None
    since: datetime | None = None
    full: bool = False
    dry_run: bool = False
    accept_removals: frozenset[str] = frozenset()
    stamping: Stamping = Stamping.BUDGETED
    wait: bool = True

    @property
    def pulls(self) -> bool:
        """Whether Supabase may be written to."""
        return self.direction is not Direction.SUPABASE_TO_NOTION

    @property
    def pushes(self) -> bool:
        """Whether Notion may be written to."""
        return self.direction is not Direction.NOTION_TO_SUPABASE

    @property
    def stamps(self) -> bool:
        """Whether stamps are owed to pages that nothing else is written to."""
        return self.stamping in {Stamping.ALWAYS, Stamping.BUDGETED}
