"""A dictionary that notes which of its things were handed out.

The rule: whoever changes a thing must have got it here, so what was not handed out since the
last look has not changed. Reading counts as well: to tell a change from a look is up to
whoever asks what was touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Thing = TypeVar("Thing")


class Tracked(dict[str, Thing]):
    """Things by id.

    Attributes:
        touched: The ids of the things that were handed out, put in or taken out, first to last.
    """

    __slots__ = ("touched",)

    def __init__(self, things: Mapping[str, Thing]) -> None:
        super().__init__(things)
        self.touched: dict[str, None] = {}

    def __getitem__(self, key: str) -> Thing:
        self.touched[key] = None
        return super().__getitem__(key)

    def __setitem__(self, key: str, thing: Thing) -> None:
        self.touched[key] = None
        super().__setitem__(key, thing)

    def __delitem__(self, key: str) -> None:
        self.touched[key] = None
        super().__delitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Hand out a thing, or ``default``."""
        self.touched[key] = None
        return super().get(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        """Take a thing out."""
        self.touched[key] = None
        return super().pop(key, *default)

    def popitem(self) -> tuple[str, Thing]:
        """Take the last thing out."""
        key, thing = super().popitem()
        self.touched[key] = None
        return key, thing

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Hand out a thing; when there is none, put ``default`` in."""
        self.touched[key] = None
        return super().setdefault(key, default)

    def update(self, *things: Any, **named: Any) -> None:
        """Put things in."""
        fresh = dict(*things, **named)
        self.touched.update(dict.fromkeys(fresh))
        super().update(fresh)

    def __ior__(self, things: Any) -> Self:  # type: ignore[misc, override]
        self.update(things)
        return self

    def clear(self) -> None:
        """Take everything out."""
        self.touched.update(dict.fromkeys(self))
        super().clear()

    def copy(self) -> dict[str, Thing]:
        """Hand out everything, in a plain dictionary."""
        self.touched.update(dict.fromkeys(self))
        return super().copy()

    def values(self) -> Any:
        """Hand out everything."""
        self.touched.update(dict.fromkeys(self))
        return super().values()

    def items(self) -> Any:
        """Hand out everything."""
        self.touched.update(dict.fromkeys(self))
        return super().items()
