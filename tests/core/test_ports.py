"""The doors between the hall and the wings: each says what goes through it."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from accord.core import ports
from accord.core.ports import (
    Fate,
    Found,
    Ledger,
    Listing,
    NotionReplica,
    Problem,
    SourceState,
    SupabaseReplica,
)

DOORS = [
    door
    for port in (NotionReplica, SupabaseReplica, Ledger)
    for name, door in vars(port).items()
    if not name.startswith("_") and inspect.isfunction(door)
]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__qualname__)
def test_each_door_says_what_it_takes_and_answers(door: Callable[..., Any]) -> None:
    assert inspect.getdoc(door)
    assert "return" in inspect.get_annotations(door)


def test_everything_that_goes_through_a_door_says_what_it_is() -> None:
    carried = [
        c for c in vars(ports).values() if inspect.isclass(c) and c.__module__ == ports.__name__
    ]
    assert all(inspect.getdoc(each) for each in carried)


def test_what_was_never_seen_is_not_made_up() -> None:
    state = SourceState("things", "database", "source")
    assert state.watermark is None
    assert state.walked_to is None
    assert state.properties == {}
    assert Found(Fate.LOST).sighting is None
    assert not Listing(()).more


def test_a_problem_can_be_shown_and_kept_whatever_the_record_holds() -> None:
    problem = Problem("things", reason="it has a \0", remedy="Type it anew.", record="A\ud800")
    assert (problem.reason, problem.record) == ("it has a \ufffd", "A\ufffd")
