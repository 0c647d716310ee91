"""What goes wrong, and how often it did.

Rule: everything is decided by the seed of the step under way and by how many draws came before it
in that step. A fault can be left out by its name, (step, number), and the rest stays as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import Random

Rates = Mapping[str, float]
#: A fault: the step in which it struck, and the how-manieth draw of that step it was.
Struck = tuple[int, int]

#: Before and after every effect.
AROUND: Rates = {
    "crash": 0.006,
    "a person acts": 0.030,
    "time passes": 0.010,
    "a second process": 0.004,
    "a freeze": 0.001,
}
#: Requests that only read.
READS: Rates = {
    "429": 0.008,
    "5xx": 0.006,
    "connection cut": 0.004,
    "cursor lost": 0.004,
    "query unavailable": 0.002,
}
#: Requests that write. The names say what became of the write.
WRITES: Rates = {
    "429": 0.03,
    "409": 0.01,
    "5xx, not applied": 0.03,
    "5xx, applied": 0.03,
    "503, applied and said so": 0.01,
    "lost response, not applied": 0.02,
    "lost response, applied": 0.03,
    "lands late": 0.03,
}
#: Calls of the Supabase side and the ledger that write.
CALLS: Rates = {"supabase lost, not applied": 0.004, "supabase lost, applied": 0.004}


def chosen(random: Random, weights: Rates) -> str:
    """One of these, by its weight."""
    return random.choices(list(weights), list(weights.values()))[0]


class Storm:
    """Decides what goes wrong.

    Args:
        seed: the history's.
        left_out: faults that are left out.
    """

    def __init__(self, seed: int, left_out: frozenset[Struck] = frozenset()) -> None:
        self.counts: Counter[str] = Counter()
        self.struck: list[Struck] = []
        self._seed = seed
        self._left_out = left_out
        self._random = Random(seed)
        self.strength = 0.0
        self._step = 0
        self._draws = 0

    def begin(self, step: int, strength: float) -> None:
        """Begin a step; a strength of 0 is calm, 1 usual."""
        self._step, self._draws, self.strength = step, 0, strength
        self._random = Random(self._seed * 1_000_003 + step)

    def strikes(self, rates: Rates) -> str | None:
        """What strikes here, if anything."""
        if not self.strength:
            return None
        self._draws += 1
        chance = self._random.random() / self.strength
        for name, rate in rates.items():
            if chance < rate:
                found = (self._step, self._draws)
                if found in self._left_out:
                    return None
                self.struck.append(found)
                self.counts[name] += 1
                return name
            chance -= rate
        return None

    def aside(self) -> Random:
        """Chance for what strikes here: the same whatever is left out before it."""
        return Random((self._seed * 1_000_003 + self._step) * 1_009 + self._draws)
