"""What the weather of a history is like: what people do, what goes wrong, and how time passes.

Rule: a climate is a world that Notion, Postgres and people may really make; it only makes some of
it more frequent, so that what is rare is met within some hundred histories. Those with a share
come up in every run, the others where they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType

from accord.core.merge import Policy
from tests.engine.simulator.forms import ANY, Wish
from tests.engine.simulator.storm import AROUND, CALLS, READS, WRITES, Rates

IN_NOTION: Rates = {
    "edit": 40,
    "link": 22,
    "create": 9,
    "trash": 7,
    "restore": 5,
    "copy": 3,
    "wipe": 3,
}
IN_SUPABASE: Rates = {"edit": 40, "link": 22, "create": 12, "delete": 7, "restore": 5}
#: What is done between two rounds.
STEPS: Rates = {"notion": 3, "supabase": 3, "time": 2}


@dataclass(frozen=True, slots=True)
class Climate:
    """One sort of history.

    Args:
        about: what is frequent in it.
        share: how many of a hundred histories are of this sort, where none is asked for.
        wish: which forms a world may have.
        strengths: how strong the storm of a history may be; 0 is calm, 1 usual.
        around: what strikes before and after every effect, how often, where that is not as usual.
        reads: what strikes a request that reads.
        writes: what strikes a request that writes.
        calls: what strikes a call of the Supabase side that writes.
        sizes: how many pages an answer of a listing may have.
        lags: how many of a hundred histories have an index that lags.
        shifts: how many of a hundred have a Notion that counts rows to go on with a listing.
        notion: what people do in Notion, by weight.
        supabase: what people do in Supabase.
        born: how many pages and rows there are at first, at most.
        steps: what is done between two rounds, by weight.
        between: how many steps there are between two rounds, at least and at most.
        rounds: how many rounds there are.
        naps: how many seconds may pass at once.
        on_the_minute: people act just before a full minute, and rounds begin just after it.
    """

    about: str
    share: int
    wish: Wish = ANY
    strengths: tuple[float, ...] = (0.0, 0.5, 1.0, 1.0, 3.0)
    around: Rates = field(default_factory=dict)
    reads: Rates = field(default_factory=dict)
    writes: Rates = field(default_factory=dict)
    calls: Rates = field(default_factory=dict)
    sizes: tuple[int, ...] = (2, 3, 5, 100)
    lags: int = 80
    shifts: int = 30
    notion: Rates = field(default_factory=dict)
    supabase: Rates = field(default_factory=dict)
    born: tuple[int, int] = (3, 2)
    steps: Rates = field(default_factory=dict)
    between: tuple[int, int] = (0, 4)
    rounds: tuple[int, ...] = (2, 3, 4, 5, 6)
    naps: tuple[float, ...] = (0, 1, 10, 45, 61, 200, 1000)
    on_the_minute: bool = False

    def __post_init__(self) -> None:
        usual = {
            "around": AROUND,
            "reads": READS,
            "writes": WRITES,
            "calls": CALLS,
            "notion": IN_NOTION,
            "supabase": IN_SUPABASE,
            "steps": STEPS,
        }
        for name, rates in usual.items():
            merged = MappingProxyType({**rates, **getattr(self, name)})
            object.__setattr__(self, name, merged)


_ONE_TABLE = Wish(tables=(1,))
_EDITS_ONLY = {"link": 2, "create": 1, "trash": 0, "restore": 0, "copy": 0, "wipe": 0}
_EDITS_OF_ROWS = {"link": 2, "create": 1, "delete": 0, "restore": 0}

CLIMATES: Mapping[str, Climate] = {
    "small": Climate(
        "one round, seldom two, in the middle of what people do: most holes need no more",
        88,
        wish=Wish(tables=(1, 1, 2)),
        strengths=(0.5, 1.0, 3.0),
        born=(2, 1),
        between=(1, 4),
        rounds=(1, 1, 2),
    ),
    "usual": Climate("a little of everything", 6),
    "broken line": Climate(
        "answers to writes get lost, and people go on typing into the same few records",
        1,
        wish=Wish(tables=(1,), policies=(Policy.SUPABASE, Policy.NEWEST, Policy.NOTION)),
        strengths=(1.0,),
        around={"a person acts": 0.06},
        writes={
            "5xx, applied": 0.12,
            "lost response, applied": 0.15,
            "lost response, not applied": 0.1,
            "lands late": 0.12,
        },
        notion=_EDITS_ONLY,
        supabase=_EDITS_OF_ROWS,
        born=(1, 1),
        steps={"time": 1},
        naps=(0, 1, 10, 45, 100),
    ),
    "by the minute": Climate(
        "a receipt is no more than a minute, and a record is written again within it",
        1,
        wish=Wish(tables=(1,), stamps=("minutes",)),
        strengths=(1.0,),
        writes={"lost response, not applied": 0.2, "lost response, applied": 0.1},
        notion=_EDITS_ONLY,
        supabase=_EDITS_OF_ROWS,
        born=(1, 1),
        steps={"supabase": 8, "notion": 1, "time": 2},
        naps=(0, 1, 3, 10, 61, 100),
    ),
    "lost pages": Climate(
        "new pages get lost on their way, and staff tidy up what they do not know",
        0,
        wish=_ONE_TABLE,
        strengths=(1.0,),
        around={"crash": 0.02},
        writes={
            "5xx, applied": 0.15,
            "lost response, applied": 0.2,
            "lost response, not applied": 0.2,
            "lands late": 0.1,
        },
        notion={"edit": 5, "link": 0, "create": 0, "trash": 30, "restore": 30, "copy": 5},
        supabase={"edit": 40, "link": 0, "create": 10, "delete": 3, "restore": 3},
        born=(0, 1),
        naps=(0, 10, 45, 100, 100),
    ),
    "crowd": Climate(
        "people act at every moment, on the same few records",
        0,
        wish=_ONE_TABLE,
        strengths=(1.0,),
        around={"a person acts": 0.3, "crash": 0.002, "time passes": 0.003},
        notion={**_EDITS_ONLY, "link": 0},
        supabase={**_EDITS_OF_ROWS, "link": 0},
        born=(1, 1),
    ),
    "moving lists": Climate(
        "answers are short, and what was listed goes while a listing goes on",
        0,
        wish=_ONE_TABLE,
        strengths=(1.0,),
        around={"a person acts": 0.12, "crash": 0.001, "time passes": 0.001},
        sizes=(2,),
        shifts=100,
        notion={"edit": 30, "link": 0, "create": 4, "trash": 25, "restore": 25, "copy": 0},
        supabase={"edit": 3, "link": 0, "create": 0, "delete": 0, "restore": 0},
        born=(5, 1),
        steps={"notion": 6, "supabase": 1, "time": 4},
        naps=(200, 300, 1000),
    ),
    "late index": Climate(
        "the index lags, and the minutes turn between an edit and a round",
        1,
        wish=_ONE_TABLE,
        strengths=(0.0, 0.5),
        sizes=(2, 3, 100),
        lags=100,
        notion={"edit": 60, "create": 10},
        steps={"notion": 6, "supabase": 2, "time": 1},
        between=(0, 3),
        born=(4, 1),
        naps=(1, 45, 200),
        on_the_minute=True,
    ),
    "standstill": Climate(
        "processes stand still for minutes while others take over, and answers get lost",
        0,
        wish=_ONE_TABLE,
        strengths=(1.0,),
        around={"a freeze": 0.03, "a second process": 0.02, "a person acts": 0.06, "crash": 0.01},
        writes={"lost response, applied": 0.15, "lost response, not applied": 0.1},
        notion=_EDITS_ONLY,
        supabase=_EDITS_OF_ROWS,
        born=(1, 1),
    ),
    "sudden deaths": Climate(
        "processes die often, and long after an edit",
        1,
        strengths=(1.0,),
        around={"crash": 0.05, "a person acts": 0.02},
        naps=(100, 200, 300, 1000),
        steps={"time": 4},
    ),
    "long lists": Climate(
        "records have many links",
        1,
        wish=Wish(tables=(1, 2)),
        notion={"edit": 5, "link": 60, "create": 15},
        supabase={"edit": 5, "link": 60, "create": 15},
        born=(5, 4),
    ),
}


def climate_of(seed: int) -> str:
    """The climate of a history, where none is asked for."""
    shares = [climate.share for climate in CLIMATES.values()]
    return Random(-seed - 1).choices(list(CLIMATES), shares)[0]
