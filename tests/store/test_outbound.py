"""What goes from Supabase to Notion: rows without a page, open writes, marks, stamps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg
import pytest

from accord.core.intent import Attempt, Intent
from accord.core.plan import Verb
from accord.core.ports import Known, Open, Outcome, Problem, Result, RowWrite
from accord.core.record import Base, Record
from accord.core.values import Text, Value
from accord.supabase.ledger import PostgresLedger
from tests.store.store import Store, edit, new, page, pages, row

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CREATE = Intent(Verb.CREATE, (Attempt("k3f9aa", AT, {"task_name": Text("Mine")}),))


def insert(store: Store, name: str, table: str = "tasks", **values: object) -> None:
    """A person inserts a row."""
    names = "".join(f", {column}" for column in values)
    marks = ", %s" * len(values)
    store.person(f"insert into {table} (id{names}) values (%s{marks})", row(name), *values.values())


def own(known: Known, **changes: object) -> RowWrite:
    """The write that begins a create, or gives it up: the row has no page."""
    version = known.row.version if known.row else 0
    write = RowWrite(None, known.row_id, version, {}, None, ledger=known.ledger)
    return replace(write, **changes)  # type: ignore[arg-type]


def linking(known: Known, name: str, **values: Value) -> RowWrite:
    """The write that tells that the row has become a page."""
    version = known.row.version if known.row else 0
    base = Base(Record(values))
    return RowWrite(page(name), known.row_id, version, {}, base, ledger=known.ledger, in_step=True)


def test_a_row_without_a_page_is_sighted_with_who_made_it(store: Store) -> None:
    insert(store, "t", task_name="Mine")
    known = store.rows("tasks", "t", "nobody")
    assert known.keys() == {"t"}
    mine = known["t"]
    assert (mine.page_id, mine.base, mine.ledger, mine.intent, mine.why) == (
        None,
        None,
        "",
        None,
        None,
    )
    assert mine.row is not None
    assert mine.row.record.values["task_name"] == Text("Mine")
    assert mine.row.version > 0
    assert (mine.row.page_id, mine.row.row_id, mine.row.edited_by) == (None, row("t"), "postgres")


def test_a_row_with_a_page_is_sighted_alike_by_either_id(store: Store) -> None:
    write = replace(new("t", task_name=Text("T"), dependencies=pages("t", "later")), seen_at=AT)
    store.done("tasks", write)
    store.person("update tasks set task_name = 'Mine'")
    by_row, by_page = store.rows("tasks", "t")["t"], store.sight("tasks", "t")["t"]
    assert by_row == by_page
    assert (by_row.page_id, by_row.seen_at) == (page("t"), AT)


def test_a_read_is_never_thought_older_than_it_was(store: Store) -> None:
    for seen, kept in ((AT, AT), (AT - timedelta(days=1), AT), (None, AT)):
        value = f"read at {seen}"  # so that the entry is written each time
        store.done("tasks", replace(new("t", priority=value), seen_at=seen))
        assert store.sight("tasks", "t")["t"].seen_at == kept


def test_a_create_is_written_down_before_the_row_has_a_page(store: Store) -> None:
    insert(store, "t", task_name="Mine")
    begun = own(store.rows("tasks", "t")["t"], intent=CREATE)
    store.done("tasks", begun)
    known = store.rows("tasks", "t")["t"]
    assert (known.intent, known.page_id, known.base) == (CREATE, None, None)
    assert store.ledger(lambda ledger: ledger.intents()) == (Open("tasks", row("t"), None),)
    assert store.dirty() == [("tasks", row("t"), "I")]
    assert store.person("select count(*) from sync.link") == [(0,)]
    before = store.footprint()
    store.done("tasks", begun)
    assert store.footprint() == before


def test_a_create_that_is_given_up_leaves_nothing(store: Store) -> None:
    insert(store, "t")
    store.done("tasks", own(store.rows("tasks", "t")["t"], intent=CREATE))
    store.person("delete from tasks")
    known = store.rows("tasks", "t")["t"]
    assert known.row is not None
    assert (known.row.deleted, known.intent, known.page_id) == (True, CREATE, None)
    assert store.dirty() == [("tasks", row("t"), "D")]
    store.done("tasks", own(known, in_step=True))
    assert store.dirty() == []
    assert store.rows("tasks", "t") == {}
    assert store.ledger(lambda ledger: ledger.intents()) == ()


def test_a_row_that_becomes_a_page_is_linked_and_marks_who_points_to_it(store: Store) -> None:
    store.done("business_entities", new("e"))
    insert(store, "b", "business_entities")
    insert(store, "t")
    store.done("tasks", new("u"), new("v"), new("w"))
    store.person("insert into tasks_dependencies values (%s, %s)", row("u"), row("t"))
    store.person("insert into tasks_dependencies values (%s, %s)", row("t"), row("v"))
    store.person(
        "update tasks set related_business_entity_id = %s where id = %s", row("b"), row("w")
    )
    for name in ("u", "w"):
        known = store.rows("tasks", name)[name]
        store.done("tasks", edit(name, known))
    assert {mark[1] for mark in store.dirty()} == {row("b"), row("t")}

    store.done("tasks", linking(store.rows("tasks", "t")["t"], "t"))
    assert store.dirty() == [("business_entities", row("b"), "I"), ("tasks", row("u"), "U")]
    assert store.seen("tasks", "u")["dependencies"] == pages("t")
    assert store.person("select notion_page_id::text from tasks where id = %s", row("t")) == [
        (page("t"),)
    ]
    known = store.rows("business_entities", "b")["b"]
    store.done("business_entities", linking(known, "b"))
    assert store.dirty() == [("tasks", row("u"), "U"), ("tasks", row("w"), "U")]
    before = store.footprint()
    store.done("tasks", edit("v", store.sight("tasks", "v")["v"]))
    assert store.footprint() == before


def test_rows_that_become_pages_together_hear_of_each_other(store: Store) -> None:
    """A ring: each was sent before the other had a page."""
    insert(store, "t")
    insert(store, "u")
    store.person("insert into tasks_dependencies values (%s, %s)", row("t"), row("u"))
    store.person("insert into tasks_dependencies values (%s, %s)", row("u"), row("t"))
    known = store.rows("tasks", "t", "u")
    store.done("tasks", linking(known["t"], "t"), linking(known["u"], "u"))
    assert {mark[1] for mark in store.dirty()} == {row("t"), row("u")}
    again = store.rows("tasks", "t", "u")
    assert store.results("tasks", linking(known["t"], "t")) == [Result.STALE]
    assert again["t"].row is not None
    assert again["t"].row.record.values["dependencies"] == pages("u")


def test_a_page_that_was_made_for_a_row_that_went_is_linked_all_the_same(store: Store) -> None:
    insert(store, "t", task_name="Mine")
    store.done("tasks", own(store.rows("tasks", "t")["t"], intent=CREATE))
    store.person("delete from tasks")
    known = store.rows("tasks", "t")["t"]
    store.done("tasks", replace(linking(known, "t", task_name=Text("Mine")), in_step=False))
    after = store.rows("tasks", "t")["t"]
    assert after.row is not None
    assert (after.page_id, after.row.deleted, after.intent) == (page("t"), True, None)
    assert store.person("select count(*) from tasks") == [(0,)]
    assert store.dirty() == [("tasks", row("t"), "D")]


def test_a_deletion_that_is_under_way_to_notion_does_not_bring_the_row_back(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    store.person("delete from tasks")
    known = store.rows("tasks", "t")["t"]
    trash = Intent(Verb.TRASH, (Attempt("k3f9aa", AT),))
    store.done("tasks", replace(edit("t", known), in_step=False, intent=trash))
    assert store.person("select count(*) from tasks") == [(0,)]
    assert store.rows("tasks", "t")["t"].intent == trash
    assert store.dirty() == [("tasks", row("t"), "D")]


def test_a_page_that_moved_to_another_table_leaves_no_open_write_behind(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    known = store.rows("tasks", "t")["t"]
    update = Intent(Verb.UPDATE, (Attempt("k3f9aa", AT, {"task_name": Text("Mine")}),))
    store.done("tasks", replace(edit("t", known), intent=update))
    store.done("agents", new("t"))
    assert store.ledger(lambda ledger: ledger.intents()) == ()
    assert store.person("select deleted_at is not null from tasks") == [(True,)]


def test_a_row_that_was_linked_meanwhile_is_stale(store: Store) -> None:
    insert(store, "t")
    known = store.rows("tasks", "t")["t"]
    store.done("tasks", replace(linking(known, "t"), in_step=False))
    assert store.results("tasks", own(known, intent=CREATE)) == [Result.STALE]
    assert store.results("tasks", replace(linking(known, "other"), ledger=None)) == [Result.STALE]


def test_marks_are_read_oldest_change_first(store: Store) -> None:
    for name in ("a", "b", "c"):
        insert(store, name)
    insert(store, "x", "agents")
    store.person("update tasks set priority = 'High' where id = %s", row("a"))
    assert store.ledger(lambda ledger: ledger.dirty(["tasks"])) == {
        "tasks": (row("b"), row("c"), row("a"))
    }
    assert store.ledger(lambda ledger: ledger.dirty(["tasks", "agents", "workflows"])) == {
        "tasks": (row("b"), row("c"), row("a")),
        "agents": (row("x"),),
    }


def test_what_notion_refused_is_shown_no_more_until_it_is_changed(store: Store) -> None:
    def shown(*, refused: bool) -> dict[str, tuple[str, ...]]:
        return store.ledger(lambda ledger: ledger.dirty(["tasks"], refused=refused))

    insert(store, "t")
    insert(store, "u")
    for name in ("t", "u"):
        store.done("tasks", own(store.rows("tasks", name)[name], intent=CREATE))
    refused = own(store.rows("tasks", "t")["t"], refused=True)
    store.done("tasks", refused)
    assert store.rows("tasks", "t")["t"].intent is None
    assert shown(refused=False) == {"tasks": (row("u"),)}
    assert shown(refused=True) == {"tasks": (row("t"), row("u"))}
    before = store.footprint()
    store.done("tasks", refused)
    assert store.footprint() == before
    store.person("update tasks set priority = 'High' where id = %s", row("t"))
    assert shown(refused=False) == {"tasks": (row("u"), row("t"))}


def test_a_row_of_which_something_waits_for_notion_is_marked(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")), new("gone"))
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from tasks where id = %s", [row("gone")])
    known = store.rows("tasks", "t", "gone")
    waits = [replace(edit(name, known[name]), in_step=False) for name in known]
    store.done("tasks", *waits)
    assert store.dirty() == [("tasks", row("t"), "U")]
    before = store.footprint()
    known = store.rows("tasks", "t")
    assert known["t"].row is not None
    assert known["t"].row.version > 0
    store.done("tasks", replace(edit("t", known["t"]), in_step=False))
    assert store.footprint() == before


def test_a_mark_tells_who_is_signed_in_at_the_data_api(store: Store) -> None:
    for claims, who in (
        ('{"sub": "7", "email": "ada@example.org"}', "ada@example.org"),
        ('{"sub": "7"}', "7"),
        ('{"role": "service_role"}', "postgres"),
        ("", "postgres"),
        ("{", "postgres"),
    ):
        with psycopg.connect(store.url) as connection:
            connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
            connection.execute("insert into tasks (task_name) values ('x')")
            connection.execute("insert into agents (id) values (%s)", [row("x")])
            connection.execute("delete from agents")
            found = connection.execute("select distinct by_whom, why from sync.dirty").fetchall()
            assert found == [(who, None)]
            connection.rollback()


def test_a_linked_row_keeps_its_page_whatever_a_person_writes(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    insert(store, "own")
    store.person("update tasks set notion_page_id = null where id = %s", row("t"))
    store.person("update tasks set notion_page_id = %s where id = %s", page("x"), row("t"))
    store.person("update tasks set notion_page_id = %s where id = %s", page("x"), row("own"))
    found = store.person("select id::text, notion_page_id::text from tasks")
    assert dict(found) == {row("t"): page("t"), row("own"): page("x")}
    assert store.dirty() == [("tasks", row("own"), "I")]


def due(store: Store) -> dict[str, Problem | None]:
    found = store.ledger(lambda ledger: ledger.stamps_due(["tasks", "agents"], 10))
    return {stamp.page_id: stamp.problem for stamp in found}


def test_stamps_become_due_with_the_row_and_go_when_they_are_written(store: Store) -> None:
    store.done("tasks", replace(new("t"), stamp=True), new("u"), replace(new("v"), stamp=True))
    assert due(store) == {page("t"): None, page("v"): None}
    first, second = store.ledger(lambda ledger: ledger.stamps_due(["tasks"], 10))
    assert (first.table, {first.row_id, second.row_id}) == ("tasks", {row("t"), row("v")})
    assert len(store.ledger(lambda ledger: ledger.stamps_due(["tasks"], 1))) == 1
    assert store.ledger(lambda ledger: ledger.stamps_due(["agents"], 9)) == ()
    before = store.footprint()
    store.done("tasks", replace(new("t"), stamp=True))
    assert store.footprint() == before
    store.done(
        "tasks", replace(edit("t", store.sight("tasks", "t")["t"], priority="Low"), stamp=True)
    )
    third, fourth = store.ledger(lambda ledger: ledger.stamps_due(["tasks"], 10))
    assert (third.page_id, fourth.page_id) == (page("v"), page("t"))
    store.done("tasks", replace(edit("t", store.sight("tasks", "t")["t"]), stamp=False))
    assert due(store) == {page("v"): None}
    store.ledger(lambda ledger: ledger.stamped([page("v"), page("nobody")]))
    assert due(store) == {}


def test_a_problem_is_to_be_told_in_its_page_until_it_is_solved(store: Store) -> None:
    problem = Problem("tasks", "too long", "shorten it", page("t"), "T", "Notes")
    without = Problem("tasks", "odd", "even it", row_id=row("own"))

    def found(*problems: Problem, solved: tuple[str, ...] = ()) -> None:
        store.ledger(lambda ledger: ledger.remember_problems(problems, solved))

    found(problem, without)
    assert set(store.ledger(lambda ledger: ledger.problems())) == {problem, without}
    assert due(store) == {page("t"): problem}
    store.ledger(lambda ledger: ledger.stamped([page("t")]))
    before = store.footprint()
    found(problem, without)
    assert store.footprint() == before
    changed = replace(problem, reason="still too long")
    found(changed)
    assert due(store) == {page("t"): changed}
    store.done("tasks", replace(new("t"), stamp=True))
    assert due(store) == {page("t"): changed}
    store.ledger(lambda ledger: ledger.stamped([page("t")]))
    found(solved=(page("t"), row("own"), page("nobody")))
    assert due(store) == {page("t"): None}
    assert store.ledger(lambda ledger: ledger.problems()) == ()


def test_the_problem_of_a_row_goes_over_to_its_page(store: Store) -> None:
    first = Problem("tasks", "odd", "even it", row_id=row("t"))
    later = replace(first, page_id=page("t"))
    for problem in (first, later):
        store.ledger(partial(PostgresLedger.remember_problems, found=[problem], solved=[]))
    assert store.ledger(lambda ledger: ledger.problems()) == (later,)


def test_a_problem_is_ignored_until_it_changes(store: Store) -> None:
    one = Problem("tasks", "odd", "even it", page("t"))
    two = Problem("tasks", "odd", "even it", row_id=row("u"))
    store.ledger(lambda ledger: ledger.remember_problems([one, two], []))
    keys = [page("t"), row("u"), page("nobody")]
    assert store.ledger(lambda ledger: ledger.ignore(keys, ignored=True)) == 2
    before = store.footprint()
    assert store.ledger(lambda ledger: ledger.ignore(keys, ignored=True)) == 2
    store.ledger(lambda ledger: ledger.remember_problems([one, two], []))
    assert store.footprint() == before
    assert {p.ignored for p in store.ledger(lambda ledger: ledger.problems())} == {True}
    changed = replace(one, reason="odder")
    store.ledger(lambda ledger: ledger.remember_problems([changed], []))
    assert store.ledger(lambda ledger: ledger.ignore([row("u")], ignored=False)) == 1
    assert set(store.ledger(lambda ledger: ledger.problems())) == {changed, two}


@pytest.mark.parametrize("page_id", [None, page("t")])
def test_an_outcome_names_row_and_page(store: Store, page_id: str | None) -> None:
    insert(store, "t")
    known = store.rows("tasks", "t")["t"]
    write = own(known) if page_id is None else linking(known, "t")
    assert store.commit("tasks", write) == (Outcome(page_id, Result.DONE, None, row("t")),)
    refused = replace(write, changes={"priority": "\0"}, expected_version=7)
    (outcome,) = store.commit("tasks", refused)
    assert (outcome.result, outcome.row_id) == (Result.REFUSED, row("t"))
    assert outcome.problem is not None
    named = (outcome.problem.page_id, outcome.problem.row_id)
    assert named == ((page_id, None) if page_id else (None, row("t")))
