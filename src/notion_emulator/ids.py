"""Ids: pages, databases and options by UUID, properties by four characters.

The rule: every new id comes from one seeded source, so the same calls give the same ids.
"""

from __future__ import annotations

import re
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Container

_VALID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[1-8][0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}\Z"
    r"|0{8}-?0{4}-?0{4}-?0{4}-?0{12}\Z"
)
_PRINTABLE = "".join(chr(code) for code in range(0x3A, 0x7F))  # as in every recorded id


class Ids:
    """A source of ids that depends on nothing but its seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - ids of a test double are no secrets

    def restart(self, seed: str) -> None:
        """Go on with other ids than those that the first seed gave."""
        self._random.seed(seed)

    def uuid(self) -> str:
        """Return a new random UUID."""
        digits = f"{self._random.getrandbits(128):032x}"
        variant = "89ab"[int(digits[16], 16) & 3]
        return (
            f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
        )

    def property_id(self, taken: Container[str]) -> str:
        """Return four printable characters that are not in ``taken``."""
        while True:
            new = "".join(self._random.choices(_PRINTABLE, k=4))
            if new not in taken:
                return new

    def color(self) -> str:
        """Return the colour of an option that was given none."""
        return self._random.choice(COLORS[1:])


COLORS = (
    "default",
    "gray",
    "brown",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "red",
)


def normal_id(text: object) -> str | None:
    """Return a UUID with dashes in lower case, or None if the text is no valid UUID."""
    if not isinstance(text, str):
        return None
    lower = text.lower()
    if not _VALID.match(lower):
        return None
    if len(lower) == 36 and lower[8] == "-":
        return lower
    bare = lower.replace("-", "")
    return f"{bare[:8]}-{bare[8:12]}-{bare[12:16]}-{bare[16:20]}-{bare[20:]}"


@lru_cache(maxsize=65_536)
def encoded(raw: str) -> str:
    """Return a property id as it stands in JSON: percent-encoded."""
    return quote(raw, safe="~()*!.'-_")


def decoded(text: str) -> str:
    """Return a property id without its percent-encoding."""
    return unquote(text)
