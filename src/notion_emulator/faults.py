"""Faults: what goes wrong with a request, scripted or drawn from a seed.

The rule: a fault strikes before the work is done, after it, or beside it, and its name says
which; nothing strikes that was not planned, and the same plan strikes alike every time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from notion_emulator.chance import chance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notion_emulator.workspace import Workspace

Json = dict[str, Any]
Moment = Literal["before", "after", "beside"]
About = Literal["anything", "writes", "queries", "further pages"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault.

    Attributes:
        moment: ``before`` the work: nothing is done and the answer is another; ``after``: all
            is done and the answer is another; ``beside``: the answer is the true one.
        about: Which requests it can strike.
        means: What the client sees, for the reference.
    """

    moment: Moment
    about: About
    means: str


FAULTS: dict[str, Fault] = {
    "bad_request": Fault("before", "anything", "400 `validation_error`"),
    "unsupported": Fault("before", "anything", "400 `invalid_request`"),
    "unauthorized": Fault("before", "anything", "401: the token has expired"),
    "edge_forbidden": Fault("before", "anything", "403 of the edge: HTML, no request id"),
    "restricted": Fault("before", "anything", "403 `restricted_resource`, a capability is missing"),
    "block_limit": Fault(
        "before", "writes", "403 `restricted_resource`, the plan's blocks are used"
    ),
    "conflict": Fault("before", "writes", "409 `conflict_error`"),
    "row_limit": Fault("before", "writes", "409 `row_limit_exceeded`, the data source is full"),
    "rate_limited": Fault("before", "anything", "429, the token's budget"),
    "workspace_rate_limited": Fault(
        "before", "anything", "429, the workspace's budget: waits of more than a minute"
    ),
    "endpoint_rate_limited": Fault("before", "anything", "429, the endpoint's budget"),
    "blocked": Fault("before", "anything", "429 `public_api_request_blocked`: not to be repeated"),
    "internal_error": Fault("before", "anything", "500, nothing was done"),
    "internal_error_after": Fault("after", "anything", "500, though the work was done"),
    "bad_gateway": Fault("before", "anything", "502 of the edge: HTML, nothing was done"),
    "bad_gateway_after": Fault("after", "anything", "502 of the edge, though the work was done"),
    "unavailable": Fault("before", "anything", "503, nothing was done"),
    "no_connection": Fault("before", "anything", "503 `database_connection_unavailable`"),
    "query_unavailable": Fault("before", "queries", "503, the database had no connection free"),
    "saved_unavailable": Fault(
        "after", "writes", "503 that says the change was saved, and which id was made"
    ),
    "gateway_timeout": Fault("before", "anything", "504, nothing was done"),
    "gateway_timeout_after": Fault("after", "anything", "504, though the work was done"),
    "overloaded": Fault("before", "anything", "529 `service_overload`"),
    "cut": Fault("before", "anything", "the connection is closed, nothing was done"),
    "cut_after": Fault("after", "anything", "the connection is closed, though the work was done"),
    "cursor_lost": Fault("before", "further pages", "400, the `start_cursor` is not known"),
    "slow": Fault("beside", "anything", "the work begins after a while"),
    "slow_after": Fault("beside", "anything", "the answer comes a while after the work"),
    "rows_change": Fault("beside", "further pages", "somebody edits, adds or trashes rows first"),
}
#: Seconds that a refusal says to wait when the rule does not say.
WAITS = {
    "rate_limited": 12,
    "workspace_rate_limited": 90,
    "endpoint_rate_limited": 30,
    "overloaded": 5,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan looks at in a request."""

    method: str
    path: str
    body: Json = field(default_factory=dict)
    cursor: str | None = None

    @property
    def is_query(self) -> bool:
        """Whether it is a query of a data source."""
        return self.method == "POST" and self.path.endswith("/query")

    @property
    def writes(self) -> bool:
        """Whether it is meant to change something."""
        return self.method != "GET" and not self.path.endswith(("/query", "/search"))

    def can_be(self, about: About) -> bool:
        """Tell whether a fault about these requests can strike this one."""
        match about:
            case "anything":
                return True
            case "writes":
                return self.writes
            case "queries":
                return self.is_query
            case "further pages":
                return self.cursor is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """When a fault strikes, and how.

    Attributes:
        fault: Its name, one of `FAULTS`.
        method: Only requests with this method; None is any.
        path: Only requests whose path fits the pattern; ``*`` stands for any text.
        nth: Only these of the requests that fit, counted from 1; empty is all of them.
        times: At most so often; None is without end.
        probability: How likely it strikes a request that fits.
        retry_after: Seconds that a refusal says to wait.
        seconds: How long a slow answer takes.
        message: The text of a ``bad_request``.
        actions: What ``rows_change`` does, see `notion_emulator.meddling`; empty is something
            drawn in the data source that is asked.
        hook: Called with the workspace when the rule strikes; in this process only.

    Raises:
        ValueError: There is no such fault, or a number is out of range.
    """

    fault: str
    method: str | None = None
    path: str = "*"
    nth: tuple[int, ...] = ()
    times: int | None = None
    probability: float = 1.0
    retry_after: int | None = None
    seconds: float = 60.0
    message: str | None = None
    actions: tuple[Json, ...] = ()
    hook: Callable[[Workspace], None] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.fault not in FAULTS:
            raise ValueError(f"there is no fault {self.fault!r}; there are {', '.join(FAULTS)}")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability is from 0 to 1, not {self.probability}")
        if any(one < 1 for one in self.nth):
            raise ValueError(f"nth counts from 1, not {self.nth}")

    @property
    def kind(self) -> Fault:
        """The kind of fault."""
        return FAULTS[self.fault]

    @property
    def wait(self) -> int:
        """Seconds that a refusal says to wait."""
        return WAITS[self.fault] if self.retry_after is None else self.retry_after

    def fits(self, asked: Asked) -> bool:
        """Tell whether a request is one that the rule is about."""
        return (
            asked.can_be(self.kind.about)
            and self.method in {None, asked.method}
            and fnmatchcase(asked.path, self.path)
        )

    def json(self) -> Json:
        """Return the rule as JSON, without what it does not say and without its hook."""
        plain = asdict(self)
        defaults = asdict(Rule(self.fault))
        return {
            key: value
            for key, value in plain.items()
            if key == "fault" or (key != "hook" and value != defaults[key])
        }


@dataclass(slots=True)
class Planned:
    """A rule in a plan, and what became of it.

    Attributes:
        rule: The rule.
        seed: Decides what chance decides.
        fitting: Requests that fitted so far.
        struck: How many of them were struck.
    """

    rule: Rule
    seed: str
    fitting: int = 0
    struck: int = 0

    def strikes(self, asked: Asked) -> bool:
        """Count a request and tell whether it is struck."""
        rule = self.rule
        if not rule.fits(asked):
            return False
        self.fitting += 1
        if rule.nth and self.fitting not in rule.nth:
            return False
        if rule.times is not None and self.struck >= rule.times:
            return False
        if chance(self.seed, self.fitting) >= rule.probability:
            return False
        self.struck += 1
        return True


class FaultPlan:
    """What is to go wrong.

    Attributes:
        planned: The rules, in the order in which they are asked.
        sleep: What a slow answer waits with; takes seconds.
    """

    def __init__(self) -> None:
        self.planned: list[Planned] = []
        self.sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def add(self, fault: str | Rule, *, seed: object = 0, **when: Any) -> Planned:
        """Plan a fault; ``when`` is what a `Rule` takes.

        Raises:
            ValueError: There is no such fault, or a number is out of range.
        """
        rule = fault if isinstance(fault, Rule) else Rule(fault, **when)
        planned = Planned(rule, f"{seed}:{len(self.planned)}:{rule.fault}")
        self.planned.append(planned)
        return planned

    def draw(self, rates: Mapping[str, float], seed: object, **when: Any) -> None:
        """Plan faults by how often they strike: name and probability each."""
        for fault, rate in rates.items():
            self.add(Rule(fault, probability=rate, **when), seed=seed)

    def clear(self) -> None:
        """Plan nothing."""
        self.planned.clear()

    def struck_by(self, asked: Asked) -> list[Planned]:
        """Return the rules that strike a request; of those that change the answer, one.

        Rules further down neither see nor count a request whose answer is changed already.
        """
        struck: list[Planned] = []
        changed = False
        for planned in self.planned:
            beside = planned.rule.kind.moment == "beside"
            if (beside or not changed) and planned.strikes(asked):
                struck.append(planned)
                changed = changed or not beside
        return struck
