"""Finding a record by its page, its row or its title; and the rounds that are remembered."""

from __future__ import annotations

from datetime import UTC, datetime

from accord.core.ports import Named, Problem, RoundEntry
from accord.core.values import Text
from accord.supabase.replica import Supabase
from tests.store.store import Store, new, page, row


def test_a_record_is_found_by_its_page_its_row_and_its_title(store: Store) -> None:
    store.done(
        "tasks",
        new("a", task_name=Text("Water the Plants")),
        new("b", task_name=Text("Sweep")),
    )

    def found(**words: str) -> list[Named]:
        return list(store.run(lambda door: Supabase(door).find(store.schema, **words)))

    plants = Named("tasks", row("a"), page("a"), "Water the Plants")
    assert found(key=page("a")) == found(key=row("a")) == [plants]
    assert found(title="water the plants") == [plants]
    assert found(title="PLANTS") == [plants]
    assert found(title="100%") == found(key=page("z")) == []
    store.person("delete from public.tasks where id = %s", row("a"))
    assert found(key=page("a")) == [
        Named("tasks", row("a"), page("a"), "Water the Plants", deleted=True)
    ]


def test_the_last_rounds_are_told_newest_first(store: Store) -> None:
    began = datetime(2026, 3, 1, tzinfo=UTC)
    for _ in range(3):
        store.ledger(lambda ledger: ledger.begin_round(began, "both"))
    problem = Problem("tasks", "why", "what to do", row_id=row("a"))
    entry = RoundEntry(began, began, "both", 7, {"tasks": {"created": 2}}, (problem,))
    store.ledger(lambda ledger: ledger.remember_round(2, entry))
    told = store.ledger(lambda ledger: ledger.rounds(2))
    assert [(each.number, each.entry) for each in told] == [(3, None), (2, entry)]
