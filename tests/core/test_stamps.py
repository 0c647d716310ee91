"""What a page tells staff, and the receipt at its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.stamps import (
    ALPHABET,
    LENGTH,
    LONGEST,
    in_step,
    not_saved,
    not_taken,
    receipt_in,
    receipt_of,
    with_receipt,
)

MOST = len(ALPHABET) ** LENGTH
AT = datetime(2026, 11, 22, 10, 4, 59, tzinfo=UTC)


@given(st.text(), st.integers(0, MOST - 1))
def test_the_receipt_of_a_status_is_the_one_that_it_was_written_with(words: str, n: int) -> None:
    assert receipt_in(with_receipt(words, receipt_of(n))) == receipt_of(n)


@given(st.integers(0, MOST - 1), st.integers(0, MOST - 1))
def test_two_numbers_have_two_receipts(one: int, other: int) -> None:
    assert (receipt_of(one) == receipt_of(other)) is (one == other)


@pytest.mark.parametrize(
    "status", [None, "", "In step, 22 Nov 10:04 UTC", "In step · soon", "k3f9wz", "In step · k3f9w"]
)
def test_a_status_that_people_wrote_has_no_receipt(status: str | None) -> None:
    assert receipt_in(status) is None


def test_spaces_behind_a_receipt_do_not_hide_it() -> None:
    assert receipt_in("In step · k3f9wz  \n") == "k3f9wz"


def test_a_page_in_step_says_since_when_in_utc() -> None:
    assert in_step(AT) == "In step, 22 Nov 10:04 UTC"
    oslo = timezone(timedelta(hours=1))
    assert in_step(AT.astimezone(oslo)) == "In step, 22 Nov 10:04 UTC"


def test_a_page_that_was_not_saved_says_what_is_wrong_and_what_to_do() -> None:
    assert (
        not_saved("Price must be a number", "Correct it here.")
        == "Not saved in Supabase: Price must be a number. Correct it here."
    )
    assert not_saved("Price must be a number.") == "Not saved in Supabase: Price must be a number."
    assert not_taken("too long", "Shorten it.") == (
        "A change made in Supabase was not saved here: too long. Shorten it."
    )


def test_a_long_sentence_is_cut_and_keeps_its_receipt() -> None:
    told = with_receipt("x" * 5_000, "k3f9wz")
    assert len(told) <= LONGEST + 9
    assert receipt_in(told) == "k3f9wz"
    assert "…" in told
    whole = "x" * LONGEST
    assert with_receipt(whole, "k3f9wz") == f"{whole} · k3f9wz"
