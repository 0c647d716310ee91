"""Records that Postgres refuses: named in words for people, while the others are done."""

from __future__ import annotations

import pytest

from accord.core.ports import Problem, Result, RowWrite
from accord.core.record import UNDECLARED, Base, Record
from accord.core.values import Opaque, Span, Text
from accord.supabase.refusals import CORRECT_IT, refused_by_postgres
from tests.store.store import Store, edit, new, page, pages


def refused(store: Store, table: str, *writes: RowWrite) -> Problem:
    """The one problem of a batch of which the last write is refused."""
    *good, bad = store.commit(table, *writes)
    assert {outcome.result for outcome in good} <= {Result.DONE}
    assert bad.result is Result.REFUSED
    assert bad.problem is not None
    return bad.problem


def test_one_refused_record_does_not_hold_up_the_others(store: Store) -> None:
    store.person("alter table tasks add constraint tasks_priority_known check (priority <> 'No')")
    good = [new(f"t{n}", task_name=Text(f"T{n}"), priority="High") for n in range(5)]
    bad = new("bad", task_name=Text("Bad one"), priority="No", dependencies=pages("t1"))
    problem = refused(store, "tasks", *good, bad)
    assert (problem.table, problem.page_id) == ("tasks", page("bad"))
    assert (problem.record, problem.property) == ("Bad one", "Priority")
    assert "tasks_priority_known" in problem.reason
    assert problem.remedy == CORRECT_IT
    assert store.person("select count(*) from tasks") == [(5,)]
    assert store.person("select count(*) from sync.link") == [(5,)]
    assert store.sight("tasks", "bad") == {}


def test_a_refused_update_leaves_row_base_and_links_as_they_were(store: Store) -> None:
    store.person("alter table tasks add constraint tasks_priority_known check (priority <> 'No')")
    store.done("tasks", new("t", task_name=Text("T"), priority="Low", dependencies=pages("x")))
    known = store.sight("tasks", "t")
    before = store.footprint()
    refused(store, "tasks", edit("t", known["t"], priority="No", dependencies=()))
    assert store.sight("tasks", "t") == known
    assert store.footprint() == before


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("alter table tasks alter status set not null", "Status is empty, but Supabase needs"),
        ("create unique index tasks_source_key on tasks (source)", "Source is the same as in"),
        (
            """
            do $$ begin
              drop trigger sync_touch on tasks;
              drop trigger sync_mark_update on tasks;
              drop view reports.task_load;  -- it shows the column
              alter table tasks alter estimated_time type int2;
            end $$
            """,
            "Estimated Time is a larger number",
        ),
    ],
)
def test_the_words_name_the_property_as_staff_see_it(store: Store, rule: str, reason: str) -> None:
    store.done("tasks", new("first", status="Done", source="Manual"))
    store.person(rule)
    problem = refused(store, "tasks", new("t", status=None, source="Manual", estimated_time=1e9))
    assert problem.reason.startswith(reason)
    assert problem.remedy == CORRECT_IT


def test_what_a_trigger_says_is_told(store: Store) -> None:
    store.person(
        "create function refuse() returns trigger language plpgsql as"
        " $$ begin raise exception 'No tasks on Sundays'; end $$"
    )
    store.person("create trigger t before insert on tasks for each row execute function refuse()")
    problem = refused(store, "tasks", new("t", task_name=Text("Rest")))
    assert problem.reason == "Supabase answered: No tasks on Sundays"
    assert (problem.record, problem.property) == ("Rest", "")


def test_a_number_out_of_bounds_is_told_with_its_bounds(store: Store) -> None:
    collection = store.collection("community_members")
    changes = {"engagement_score": 150.0}
    write = RowWrite(page("m"), page("m"), 0, changes, Base(Record({"member_name": Text("Mo")})))
    answer = {
        "sqlstate": "23514",
        "message": "violates",
        "column": "",
        "constraint": "community_members_engagement_score_range",
    }
    assert refused_by_postgres(collection, write, page("m"), answer) == Problem(
        table="community_members",
        reason="Engagement Score is 150, but must be between 0 and 100",
        remedy="Correct it in Notion; it is saved at the next round.",
        page_id=page("m"),
        record="Mo",
        property="Engagement Score",
    )


@pytest.mark.parametrize("character", ["\0", "\ud800"])
def test_a_character_that_no_database_holds_refuses_its_record_alone(
    store: Store, character: str
) -> None:
    writes = [
        new("good", task_name=Text(r"a plain \u0000 that was typed")),
        new("bad", task_name=Text(f"a{character}b")),
    ]
    assert "cannot hold" in refused(store, "tasks", *writes).reason
    assert store.seen("tasks", "good")["task_name"] == Text(r"a plain \u0000 that was typed")
    hidden = new("bad", **{UNDECLARED: Opaque.of({f"a{character}": {"type": "x", "value": 1}})})
    assert "cannot hold" in refused(store, "tasks", hidden).reason


def test_a_value_that_the_codec_refuses_is_told(store: Store) -> None:
    problem = refused(store, "tasks", new("t", due_date=Span("0001-01-01T00:00+14:00")))
    assert problem.property == "Due Date"
    assert "outside the years" in problem.reason
