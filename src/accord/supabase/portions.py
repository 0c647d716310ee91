"""How much is asked for in one call: as much as the database does within its time limit.

Rule: a call that was too much has changed nothing. It is made again in halves, and what got through
is the measure of the next; it grows again by little.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from accord.core.values import Json
from accord.supabase.errors import TooMuch

T = TypeVar("T")


class Portions:
    """What is known of how much each function takes at once."""

    def __init__(self) -> None:
        self._most: dict[str, int] = {}

    async def each(
        self, function: str, items: Sequence[T], call: Callable[[Sequence[T]], Awaitable[Json]]
    ) -> list[Json]:
        """The answers of ``call`` to parts of the items, which together are all of them, in order.

        Raises:
            TooMuch: even a single item is too much.
        """
        answers: list[Json] = []
        start = 0
        while start < len(items):
            most = self._most.get(function, len(items))
            part = items[start : start + most]
            try:
                answers.append(await call(part))
            except TooMuch:
                if len(part) == 1:
                    raise
                self._most[function] = len(part) // 2
                continue
            start += len(part)
            if function in self._most:
                self._most[function] = most + 1
        return answers

    async def pages(
        self,
        function: str,
        most: int,
        first: Json,
        call: Callable[[Json, int], Awaitable[list[Json]]],
        place: Callable[[Json], Json],
    ) -> list[Json]:
        """All items of a function that answers at most so many, those after a place.

        Args:
            function: what the size is remembered for.
            most: how many are asked for at first.
            first: the place before the first one.
            call: given a place and a number, answers the items after it.
            place: of an item.

        Raises:
            TooMuch: even a single item is too much.
        """
        items: list[Json] = []
        after = first
        while True:
            size = self._most.get(function, most)
            try:
                answer = await call(after, size)
            except TooMuch:
                if size == 1:
                    raise
                self._most[function] = size // 2
                continue
            items += answer
            if len(answer) < size:
                return items
            after = place(answer[-1])
