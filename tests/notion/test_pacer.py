"""The budget is kept as Notion counts it, whatever the network does, and nobody jumps the queue."""

import asyncio
import math
from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.notion.pacer import WINDOW, Budget, Pacer
from tests.notion.stage import VirtualClock

SECONDS = st.floats(0, 40, allow_nan=False)


def spend(budget: Budget, wants: list[tuple[float, float, float]]) -> list[float]:
    """Send requests one after the other's wish; answers when each arrived at Notion.

    Each wish is (pause before it, time under way, share of that time until it arrives).
    """
    now = 0.0
    arrivals: list[float] = []
    under_way: list[float] = []

    def come_back(until: float) -> None:
        for end in sorted(under_way):
            if end <= until:
                budget.answered(end)
                under_way.remove(end)

    for pause, latency, share in wants:
        now += pause
        come_back(now)
        while wait := budget.take(now):
            now = min(under_way) if math.isinf(wait) else now + max(wait, 0.001)
            come_back(now)
        arrivals.append(now + latency * share)
        under_way.append(now + latency)
    return sorted(arrivals)


@given(
    st.integers(1, 7),
    st.lists(st.tuples(SECONDS, st.floats(0, 90), st.floats(0, 1)), max_size=60),
)
def test_no_sixty_seconds_hold_more_than_the_budget(
    per_window: int, wants: list[tuple[float, float, float]]
) -> None:
    arrivals = spend(Budget(per_window), wants)
    for first, arrival in enumerate(arrivals):
        # A thousandth of a millisecond of play: adding floats is not exact.
        held = bisect_left(arrivals, arrival + WINDOW - 1e-6) - first
        assert held <= per_window


def test_a_whole_budget_may_be_spent_in_one_burst() -> None:
    budget = Budget(180)
    assert [budget.take(0.0) for _ in range(180)] == [0.0] * 180
    assert budget.take(0.0) == math.inf
    for _ in range(180):
        budget.answered(0.5)
    assert budget.take(0.5) == WINDOW
    assert budget.take(59.9) == pytest.approx(0.6)
    assert [budget.take(60.5) for _ in range(180)] == [0.0] * 180


def test_without_a_budget_nothing_is_counted() -> None:
    budget = Budget(0)
    assert [budget.take(0.0) for _ in range(1000)] == [0.0] * 1000


def test_a_negative_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="makes no sense"):
        Budget(-1)


@given(st.lists(st.floats(0, 1000), min_size=1), st.floats(0, 1000))
def test_a_closed_door_stays_closed_until_the_latest_word(untils: list[float], now: float) -> None:
    budget = Budget(0)
    for until in untils:
        budget.close(until)
    wait = budget.take(now)
    assert (wait == 0.0) is (now >= max(untils))
    assert now + wait >= max(untils) - 1e-9


def paced(
    per_minute: int, visitors: int, *, latency: float
) -> tuple[list[tuple[int, float]], Pacer]:
    """Visitors that come all at once; answers who was let in when."""
    clock = VirtualClock()
    pacer = Pacer(per_minute, clock)
    order: list[tuple[int, float]] = []

    async def visit(name: int) -> None:
        async with pacer.turn():
            order.append((name, clock.now()))
            if latency:
                await clock.sleep(latency)

    async def play() -> None:
        await asyncio.gather(*(visit(name) for name in range(visitors)))

    asyncio.run(play())
    return order, pacer


def test_who_comes_first_is_let_in_first() -> None:
    order, pacer = paced(3, 9, latency=0.0)
    assert [name for name, _ in order] == list(range(9))
    assert [when for _, when in order] == [0.0] * 3 + [60.0] * 3 + [120.0] * 3
    assert pacer.waited == pytest.approx(3 * 60 + 3 * 120)


def test_a_full_house_waits_for_the_first_answer() -> None:
    order, _ = paced(2, 4, latency=5.0)
    assert [name for name, _ in order] == list(range(4))
    assert order[2][1] >= 65.0


def test_a_wait_longer_than_a_minute_holds_for_everybody() -> None:
    clock = VirtualClock()
    pacer = Pacer(180, clock)
    let_in: list[float] = []

    async def play() -> None:
        pacer.hold_back(400.0)
        pacer.hold_back(10.0)
        for _ in range(2):
            async with pacer.turn():
                let_in.append(clock.now())

    asyncio.run(play())
    assert let_in == [400.0, 400.0]


def test_a_place_is_given_back_when_its_request_breaks() -> None:
    clock = VirtualClock()
    pacer = Pacer(1, clock)

    async def play() -> None:
        with pytest.raises(RuntimeError):
            async with pacer.turn():
                raise RuntimeError
        async with pacer.turn():
            pass

    asyncio.run(play())
    assert clock.now() == WINDOW


def test_one_who_leaves_the_queue_does_not_stop_it() -> None:
    clock = VirtualClock()
    pacer = Pacer(1, clock)
    let_in: list[str] = []

    async def visit(name: str) -> None:
        async with pacer.turn():
            let_in.append(name)

    async def play() -> None:
        await visit("first")
        impatient = asyncio.create_task(visit("impatient"))
        patient = asyncio.create_task(visit("patient"))
        await asyncio.sleep(0)
        impatient.cancel()
        await patient

    asyncio.run(play())
    assert let_in == ["first", "patient"]


def test_a_turn_that_comes_too_late_is_none() -> None:
    """However it was spent: while others were before it in the queue, or the budget was."""
    clock = VirtualClock()
    pacer = Pacer(1, clock)

    async def play() -> list[bool]:
        clock.time = 10.0
        had = []
        for until in (9.9, 10.0, 69.9, 70.0):
            async with pacer.turn(until) as in_time:
                had.append(in_time)
        return had

    assert asyncio.run(play()) == [False, True, False, True]
    assert clock.now() == 70.0
    assert pacer.spent() == 1
