"""Names that change: what is put aside gets a free one, and no new name meets an old one.

Rule: pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator
from itertools import count, takewhile

from accord.supabase.drafting.catalogue import ASIDE

#: How the name ends of what was converted; it never comes back as what was declared before.
BEFORE = "_before"

_LONGEST = 63


def plain(name: str) -> str:
    """The name without its quotes and its schema."""
    return name.rpartition(".")[2].strip('"')


def aside(name: str, taken: Container[str] = (), ending: str = "") -> str:
    """The name under which something is put aside, free among those that are taken."""
    return next(wanted for wanted in _asides(name, ending) if wanted not in taken)


def asides(name: str, taken: Container[str], ending: str = "") -> list[str]:
    """Of what was put aside under a name, all that is there, the last one first."""
    return [*takewhile(lambda there: there in taken, _asides(name, ending))][::-1]


def _asides(name: str, ending: str) -> Iterator[str]:
    for number in count(1):
        wanted = f"{ASIDE}{plain(name)}{ending}{'' if number == 1 else f'_{number}'}"
        if len(wanted) > _LONGEST:
            mark = hashlib.sha256(wanted.encode()).hexdigest()[:8]
            wanted = f"{wanted[: _LONGEST - 9]}_{mark}"
        yield wanted


def in_turn(renames: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The renames in an order in which no new name is taken; a swap goes by a third name."""
    waiting = [(old, new) for old, new in renames if old != new]
    done: list[tuple[str, str]] = []
    while waiting:
        taken = {old for old, _ in waiting}
        free = next(((old, new) for old, new in waiting if new not in taken), None)
        if free is not None:
            done.append(free)
            waiting.remove(free)
        else:
            old, new = waiting.pop(0)
            third = f"_moving_{old}"[:_LONGEST]
            done.append((old, third))
            waiting.append((third, new))
    return done
