"""Errors say whose turn it is, what happened and what to do."""

import pytest

from accord.core import errors
from accord.core.errors import (
    AccordError,
    ModelError,
    NotionError,
    OurError,
    TheirError,
    ValueRefusedError,
    YourError,
)


def test_everything_wrong_is_told_at_once() -> None:
    error = ModelError(problem for problem in ("a is wrong", "b is wrong"))
    assert error.problems == ("a is wrong", "b is wrong")
    assert str(error) == "a is wrong\nb is wrong"
    assert ModelError("only this").problems == ("only this",)


def test_their_errors_say_what_to_do_and_when() -> None:
    error = NotionError("Notion is busy.", remedy="Wait.", retry_after=2.5)
    assert str(error) == "Notion is busy. Wait."
    assert (error.message, error.remedy, error.retry_after) == ("Notion is busy.", "Wait.", 2.5)
    assert str(TheirError("No answer.")) == "No answer."


def test_a_refused_value_names_its_property() -> None:
    error = ValueRefusedError("Price", "1e999 is not a number", "Type a smaller one.")
    assert str(error) == "Price: 1e999 is not a number. Type a smaller one."
    assert (error.field, error.reason) == ("Price", "1e999 is not a number")


@pytest.mark.parametrize(
    "error", [e for e in vars(errors).values() if isinstance(e, type)], ids=lambda e: e.__name__
)
def test_every_error_hangs_on_one_tree_and_says_what_it_means(error: type) -> None:
    if not issubclass(error, Exception):
        return
    assert issubclass(error, AccordError)
    assert error.__doc__
    branches = (YourError, TheirError, OurError, ValueRefusedError)
    assert error is AccordError or sum(issubclass(error, branch) for branch in branches) == 1
