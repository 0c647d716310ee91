"""Edits that are made for a person: noticed as such, with their reason, and never over another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accord.core.ports import Outcome, Result, RowEdit
from accord.core.record import Base
from accord.core.values import Span, Text, Value
from tests.store.store import Store, edit, new, page, pages, row


def asked(store: Store, name: str, **values: Value) -> RowEdit:
    """An edit planned on the row as it is."""
    known = store.rows("tasks", name)[name]
    version = known.row.version if known.row else 0
    return RowEdit(row(name), version, values, why="undo", by="ada")


def test_an_edit_marks_the_row_and_says_why_and_by_whom(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T"), priority="High"))
    before = store.person("select last_synced_at from tasks")
    change = asked(store, "t", task_name=Text("Was"), due_date=Span("2026-03-01", "2026-03-02"))
    assert store.edit("tasks", change) == (Outcome(page("t"), Result.DONE, None, row("t")),)
    known = store.rows("tasks", "t")["t"]
    assert known.row is not None
    assert (known.why, known.row.edited_by) == ("undo", "ada")
    seen = known.row.record.values
    assert (seen["task_name"], seen["due_date"], seen["priority"]) == (
        Text("Was"), Span("2026-03-01", "2026-03-02"), "High",
    )  # fmt: skip
    assert store.dirty() == [("tasks", row("t"), "U")]
    assert store.person("select last_synced_at from tasks") == before

    store.person("update tasks set priority = 'Low'")
    known = store.rows("tasks", "t")["t"]
    assert known.row is not None
    assert (known.why, known.row.edited_by) == (None, "postgres")


def test_links_are_edited_too_even_those_that_only_wait(store: Store) -> None:
    store.done("business_entities", new("e"))
    store.done("tasks", new("t", dependencies=pages("t")), new("u"))
    steps: list[dict[str, Value]] = [
        {"dependencies": pages("u", "t")},
        {"dependencies": pages("u", "t", "later")},
        {"related_business_entity_id": pages("e")},
        {"related_business_entity_id": pages("later")},
        {"dependencies": (), "related_business_entity_id": ()},
    ]
    for step in steps:
        store.person("delete from sync.dirty")
        (outcome,) = store.edit("tasks", asked(store, "t", **step))
        assert outcome.result is Result.DONE, outcome
        known = store.rows("tasks", "t")["t"]
        assert known.row is not None
        assert {name: known.row.record.values[name] for name in step} == step
        assert (known.why, known.row.edited_by, store.dirty()) == (
            "undo", "ada", [("tasks", row("t"), "U")],
        )  # fmt: skip


def test_an_edit_of_what_is_so_already_marks_nothing(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T"), dependencies=pages("t", "later")))
    before = store.footprint()
    change = asked(store, "t", task_name=Text("T"), dependencies=pages("t", "later"))
    assert store.edit("tasks", change)[0].result is Result.DONE
    assert store.footprint() == before


def test_an_edit_of_a_row_that_was_changed_since_is_stale(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    change = asked(store, "t", task_name=Text("Was"))
    store.person("update tasks set task_name = 'Mine'")
    nobody = RowEdit(row("nobody"), 0, {}, deleted=False)
    assert [o.result for o in store.edit("tasks", change, nobody)] == [Result.STALE] * 2
    assert store.seen("tasks", "t")["task_name"] == Text("Mine")


def test_a_refused_edit_does_not_hold_up_the_others(store: Store) -> None:
    store.done("tasks", new("t"), new("u"), new("v"))
    store.person("alter table tasks add constraint tasks_priority_check check (priority <> 'Odd')")
    changes = [
        asked(store, "t", priority="Odd"), asked(store, "u", priority="Low"),
        asked(store, "v", priority="\0"),
    ]  # fmt: skip
    bad, good, worse = store.edit("tasks", *changes)
    assert (bad.result, good.result, worse.result) == (
        Result.REFUSED, Result.DONE, Result.REFUSED,
    )  # fmt: skip
    assert bad.problem is not None
    assert (bad.problem.property, bad.problem.page_id) == ("Priority", page("t"))
    assert bad.problem.remedy == "Choose another value."
    assert store.seen("tasks", "u")["priority"] == "Low"


def test_trash_and_restore_are_edits(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    for deleted in (True, False):
        store.edit("tasks", replace(asked(store, "t"), deleted=deleted))
        known = store.rows("tasks", "t")["t"]
        assert known.row is not None
        assert (known.row.deleted, known.why) == (deleted, "undo")


@pytest.mark.parametrize("told", [True, False])
def test_a_row_that_is_gone_comes_back_with_its_links(store: Store, *, told: bool) -> None:
    """Whether Notion has heard of the deletion already or not."""
    values: dict[str, Value] = {"task_name": Text("T"), "dependencies": pages("u", "later")}
    store.done("tasks", new("t", **values), new("u"))
    store.person("delete from tasks where id = %s", row("t"))
    if told:
        known = store.rows("tasks", "t")["t"]
        assert known.base is not None
        store.done("tasks", replace(edit("t", known), base=Base(known.base.record, True)))
    change = replace(asked(store, "t", task_name=Text("Back")), deleted=False)
    assert store.edit("tasks", change)[0].result is Result.DONE
    known = store.rows("tasks", "t")["t"]
    assert known.row is not None
    seen = known.row.record.values
    assert (seen["task_name"], seen["dependencies"]) == (Text("Back"), pages("u", "later"))
    assert (known.row.deleted, known.page_id, known.why) == (False, page("t"), "undo")
    assert store.dirty()[0][:2] == ("tasks", row("t"))


def test_after_an_edit_people_are_people_again(store: Store) -> None:
    store.done("tasks", new("t"), new("u"))
    change = asked(store, "t", priority="Low")

    store.person(
        'begin; select sync.edit_v1(\'{"table": "tasks", "many": [], "one": []}\','
        f' \'[{{"row_id": "{change.row_id}", "version": 0, "why": "undo",'
        ' "by_whom": "ada", "columns": {"priority": "Low"}}]\');'
        f" update tasks set priority = 'High' where id = '{row('u')}'; commit"
    )
    marks = store.person("select row_id::text, why, by_whom from sync.dirty order by version")
    assert marks == [(row("t"), "undo", "ada"), (row("u"), None, "postgres")]
