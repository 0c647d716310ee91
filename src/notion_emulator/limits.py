"""The request budget: so many requests in a window of 60 seconds.

The rule: within a window a budget may be spent in one burst; beyond it every request is
refused until the window ends, and is told how many seconds that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notion_emulator.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW = 60_000


@dataclass(slots=True)
class Window:
    """One budget.

    Attributes:
        budget: Requests in a window; 0 means no limit.
        reason: What the refusal names as its reason.
        length: Length of the window in milliseconds.
    """

    budget: int
    reason: str
    length: int = WINDOW
    opened: int = -1
    spent: int = 0

    def spend(self, now: int) -> None:
        """Count one request.

        Raises:
            ApiError: 429 with the seconds until the window ends.
        """
        if self.budget == 0:
            return
        if self.opened < 0 or now - self.opened >= self.length or now < self.opened:
            self.opened, self.spent = now, 0
        if self.spent >= self.budget:
            wait = str(max(1, -(-(self.opened + self.length - now) // 1000)))
            raise ApiError(
                429,
                "rate_limited",
                "You have been rate limited. Please try again in a few minutes.",
                {"rate_limit_reason": self.reason, "retry_after": wait},
                {"Retry-After": wait},
            )
        self.spent += 1


class Limits:
    """The budget of each token and the one that all share.

    Attributes:
        budget: Requests a token may make in 60 seconds (Notion: 180 or 600); 0 is no limit.
        shared: The workspace's own window.
    """

    def __init__(self, now: Callable[[], int], budget: int = 0) -> None:
        self._now = now
        self.budget = budget
        self.shared = Window(0, "public_api_space_request_rate_limit")
        self._tokens: dict[str, Window] = {}

    def spend(self, token: str) -> None:
        """Count one request of a token.

        Raises:
            ApiError: 429 when a budget is used up.
        """
        now = self._now()
        window = self._tokens.get(token)
        if window is None:
            window = Window(self.budget, "public_api_request_rate_limit")
            self._tokens[token] = window
        window.budget = self.budget
        window.spend(now)
        self.shared.spend(now)
