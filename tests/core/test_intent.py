"""Writes to Notion of which it is not known yet whether they arrived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from accord.core.intent import QUARANTINE, SEND_WITHIN, Attempt, Intent
from accord.core.plan import Verb
from accord.core.values import Text
from tests.core.things import THINGS

AT = datetime(2026, 11, 22, 10, 4, tzinfo=UTC)


def test_an_intent_is_read_back_as_it_was_kept() -> None:
    first = Attempt("k3f9wz", AT, {"name": Text("One")})
    last = Attempt("", AT + timedelta(minutes=2), {"name": Text("One"), "tags": ("a", "b")})
    intent = Intent(Verb.CREATE, (first, last))
    assert Intent.from_json(THINGS, intent.to_json()) == intent


def test_it_is_over_when_its_last_sending_cannot_be_under_way() -> None:
    intent = Intent(Verb.UPDATE, (Attempt("a", AT), Attempt("b", AT + timedelta(minutes=5))))
    assert intent.last.receipt == "b"
    assert intent.over_at() == AT + timedelta(minutes=5) + QUARANTINE


def test_a_write_that_is_sent_late_has_landed_before_it_is_over() -> None:
    gives_up_after = timedelta(seconds=60)  # Notion's own limit for a request
    assert SEND_WITHIN + gives_up_after < QUARANTINE


def test_only_its_last_sending_ends_it() -> None:
    first, last = Attempt("a", AT), Attempt("b", AT + timedelta(minutes=5))
    intent = Intent(Verb.UPDATE, (first, last))
    assert intent.ends_with(last)
    assert intent.ends_with(Attempt("b", last.at, {"name": Text("One")}))
    assert not intent.ends_with(first)
    assert not intent.ends_with(Attempt("b", AT))  # without a receipt the time tells
    assert not intent.ends_with(None)
