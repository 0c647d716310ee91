"""The workspace's clock: the one it was given, which can be set, moved on and stopped.

The rule: until somebody travels, it says what the given clock says.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """A clock that can travel.

    Args:
        source: Gives the present as an aware datetime.

    Attributes:
        source: The clock that it follows.
    """

    def __init__(self, source: Callable[[], datetime]) -> None:
        self.source = source
        self._shift = timedelta()
        self._still: datetime | None = None

    def __call__(self) -> datetime:
        """Return the present."""
        return self.source() + self._shift if self._still is None else self._still

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._still is not None

    def set(self, instant: datetime) -> None:
        """Make ``instant`` the present; a running clock goes on from there.

        Raises:
            ValueError: The instant has no offset from UTC.
        """
        if instant.tzinfo is None:
            raise ValueError("the instant needs an offset, such as 2026-11-22T10:04:00+00:00")
        if self._still is None:
            self._shift = instant - self.source()
        else:
            self._still = instant

    def advance(self, seconds: float) -> None:
        """Let time pass; a negative number goes back."""
        self.set(self() + timedelta(seconds=seconds))

    def freeze(self) -> None:
        """Stop the clock."""
        self._still = self()

    def thaw(self) -> None:
        """Let the clock run on from where it stands."""
        if self._still is not None:
            stood, self._still = self._still, None
            self.set(stood)

    def reset(self) -> None:
        """Go back to the present of the given clock."""
        self._shift, self._still = timedelta(), None
