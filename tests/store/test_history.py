"""What is remembered of every change, and that the past can be told from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.core.history import WHOLE, Applied, Why
from accord.core.merge import UNKNOWN, Policy, Winner
from accord.core.plan import DELETED, Conflict
from accord.core.ports import Dispute, RowWrite
from accord.core.record import UNDECLARED, Base, Record, Side
from accord.core.schema import Schema
from accord.core.values import Opaque, Span, Text, Value
from accord.supabase import ledger as ledger_room
from accord.supabase.door import PostgresDoor
from accord.supabase.replica import Supabase
from tests.store.store import Store, edit, new, page, pages, row

BOLD = Text("Hi", '[{"annotations":{"bold":true},"text":{"content":"Hi"},"type":"text"}]')

CHANGES = (
    Applied(WHOLE, None, None, Side.NOTION, Why.CREATE, "ada"),
    Applied("task_name", Text("Was"), BOLD, Side.SUPABASE, Why.EDIT, "postgres"),
    Applied("due_date", None, Span("2026-03-01", "2026-03-02"), Side.NOTION, Why.MERGE),
    Applied("dependencies", pages("u"), (), Side.NOTION, Why.CONFLICT),
    Applied(DELETED, False, True, Side.NOTION, Why.TRASH, "ada"),
    Applied(
        UNDECLARED, None, Opaque.of({"Mood": {"type": "select", "value": "calm"}}),
        Side.NOTION, Why.EDIT,
    ),
)  # fmt: skip


def test_changes_are_remembered_as_they_were_applied(
    store: Store, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_room, "PAGE", 2)
    store.done("tasks", replace(new("t"), history=CHANGES, round=3))
    store.done("tasks", replace(new("u"), history=CHANGES[:1], round=4))
    entries = store.ledger(lambda ledger: ledger.history(schema, row_ids=[row("t")]))
    assert tuple(entry.applied for entry in entries) == CHANGES
    titles = [entry.title for entry in entries]
    assert titles[:3] == ["", "Task Name", "Due Date"]
    assert titles[4:] == [DELETED, UNDECLARED]
    assert {(e.table, e.row_id, e.page_id, e.round) for e in entries} == {
        ("tasks", row("t"), page("t"), 3)
    }
    assert [e.id for e in entries] == sorted({e.id for e in entries})
    of_round = store.ledger(lambda ledger: ledger.history(schema, round_number=4))
    assert [e.row_id for e in of_round] == [row("u")]
    assert len(store.ledger(lambda ledger: ledger.history(schema))) == len(CHANGES) + 1
    since = of_round[0].at
    assert store.ledger(lambda ledger: ledger.history(schema, since=since)) == of_round


def test_what_is_declared_no_more_is_left_out(store: Store, schema: Schema) -> None:
    store.done("tasks", replace(new("t"), history=CHANGES))
    store.person("update sync.changes set field = 'former' where field = 'task_name'")
    store.person("update sync.changes set table_name = 'former' where field = ''")
    entries = store.ledger(lambda ledger: ledger.history(schema))
    assert tuple(entry.applied for entry in entries) == CHANGES[2:]


def test_a_change_is_remembered_once_though_its_write_is_sent_twice(store: Store) -> None:
    write = replace(new("t"), history=CHANGES)
    store.done("tasks", write)
    before = store.footprint()
    store.done("tasks", write)
    assert store.footprint() == before


def test_a_stale_or_refused_write_is_not_remembered(store: Store) -> None:
    store.done("tasks", new("t"))
    store.person("alter table tasks add constraint tasks_priority_check check (priority <> 'Odd')")
    refused = replace(edit("t", None, priority="Odd"), history=CHANGES)
    stale = replace(edit("t", None, priority="Low"), history=CHANGES, expected_version=7)
    store.commit("tasks", refused)
    store.commit("tasks", stale)
    assert store.person("select count(*) from sync.changes") == [(0,)]


def test_history_is_forgotten_only_from_before_a_moment(store: Store, schema: Schema) -> None:
    store.done("tasks", replace(new("t"), history=CHANGES[:2]))
    ((moment,),) = store.person("select clock_timestamp()")
    store.done("tasks", replace(new("u"), history=CHANGES[:1]))
    assert store.ledger(lambda ledger: ledger.forget(moment)) == 2
    assert store.ledger(lambda ledger: ledger.forget(moment)) == 0
    (left,) = store.ledger(lambda ledger: ledger.history(schema))
    assert left.row_id == row("u")


# ---- the past, against a replay

VALUES: dict[str, st.SearchStrategy[Value]] = {
    "task_name": st.sampled_from([None, Text("One"), Text("Two"), BOLD]),
    "priority": st.sampled_from([None, "Low", "High"]),
    "tags": st.sampled_from([(), ("x",), ("x", "y")]),
    "dependencies": st.sampled_from([(), pages("somewhere")]),
}
ACTS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.one_of(
            st.just(None),  # trash, or restore
            st.fixed_dictionaries({}, optional=VALUES),
        ),
    ),
    min_size=1,
    max_size=10,
)
_NUMBER = count()


@dataclass
class Replay:
    """The records as they were after each act, told naively."""

    names: Sequence[str]
    bases: dict[str, Base] = field(default_factory=dict)
    told: list[tuple[str, Applied]] = field(default_factory=list)

    def act(self, name: str, changes: Mapping[str, Value] | None) -> RowWrite | None:
        """The write for one act; None where it changes nothing."""
        before = self.bases.get(name)
        if before is None:
            after = Base(Record(changes or {}))
            history = [CHANGES[0]]
        elif changes is None:
            after = replace(before, deleted=not before.deleted)
            why = Why.TRASH if after.deleted else Why.RESTORE
            history = [Applied(DELETED, before.deleted, after.deleted, Side.NOTION, why)]
        else:
            after = replace(before, record=before.record.updated(changes))
            held = before.record.values
            history = [
                Applied(key, held.get(key), value, Side.NOTION, Why.EDIT)
                for key, value in changes.items()
                if key not in held or held[key] != value
            ]
        if after == before:
            return None
        self.bases[name] = after
        self.told += [(name, applied) for applied in history]
        write = new(name) if before is None else edit(name)
        return replace(write, base=after, deleted=None, history=tuple(history))

    def snapshot(self) -> dict[str, Any]:
        return {
            row(name): (page(name), base.deleted, filled(base.record.to_json()))
            for name, base in self.bases.items()
        }


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty: that a field was never told of is not remembered."""
    return {key: value for key, value in values.items() if value not in (None, [])}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_the_past_is_told_as_a_replay_tells_it(store: Store, acts: list[Any]) -> None:
    run = next(_NUMBER)
    replay = Replay([f"{run}.{n}" for n in range(3)])
    past: list[tuple[datetime, dict[str, Any]]] = []

    async def play(door: PostgresDoor) -> None:
        async with await psycopg.AsyncConnection.connect(store.url, autocommit=True) as person:
            for number, changes in [(0, None), *acts]:
                write = replay.act(replay.names[number], changes)
                if write is not None:
                    await Supabase(door).commit(store.collection("tasks"), [write])
                cursor = await person.execute("select clock_timestamp()")
                found = await cursor.fetchone()
                assert found is not None
                past.append((found[0], replay.snapshot()))
            ours = [row(name) for name in replay.names]
            for moment, expected in past:
                cursor = await person.execute(
                    'select row_id::text, page_id::text, deleted, "values"'
                    " from sync.as_of('tasks', %s) where row_id::text = any(%s)",
                    [moment, ours],
                )
                told = {r[0]: (r[1], r[2], filled(r[3])) for r in await cursor.fetchall()}
                assert told == expected
            for name in replay.names:
                entries = [a for told_of, a in replay.told if told_of == name]
                cursor = await person.execute(
                    "select why from sync.history('tasks', %s)", [row(name)]
                )
                assert [w for (w,) in await cursor.fetchall()] == [a.why for a in entries]
                cursor = await person.execute(
                    "select property, why, source from sync.blame('tasks', %s)", [row(name)]
                )
                last = {title(store, a.field): (a.why, a.source) for a in entries}
                assert {p: (w, s) for p, w, s in await cursor.fetchall()} == last

    store.run(play)


def title(store: Store, name: str) -> str:
    return next((f.title for f in store.collection("tasks").fields if f.name == name), name)


def test_blame_can_be_asked_of_one_property_by_title_or_name(store: Store) -> None:
    store.done("tasks", replace(new("t"), history=CHANGES))
    for name in ("Task Name", "task_name"):
        found = store.person(
            "select property, value ->> 'text', by_whom from sync.blame('tasks', %s, %s)",
            row("t"), name,
        )  # fmt: skip
        assert found == [("Task Name", "Hi", "postgres")]


def test_a_record_that_was_made_anew_was_there_before(store: Store) -> None:
    store.done("tasks", replace(new("t", priority="Low"), history=CHANGES[:1]))
    ((moment,),) = store.person("select clock_timestamp()")
    again = replace(new("t", priority="Low"), history=CHANGES[:1])
    store.done("tasks", replace(again, edited_at=moment))
    assert store.person("select count(*) from sync.changes") == [(2,)]
    assert store.person("select count(*) from sync.as_of('tasks', %s)", moment) == [(1,)]
    before = moment - timedelta(days=1)
    assert store.person("select count(*) from sync.as_of('tasks', %s)", before) == [(0,)]


def test_later_changes_are_never_told_as_earlier_though_they_waited(store: Store) -> None:
    """The moment of a change is when it is applied, not when its transaction began."""
    store.done("tasks", new("t"))

    async def waiting(door: PostgresDoor) -> None:
        async with await psycopg.AsyncConnection.connect(store.url) as slow:
            await slow.execute("select now()")
            first = replace(edit("t", None, priority="Low"), history=CHANGES[:1])
            await Supabase(door).commit(store.collection("tasks"), [first])
            await slow.execute("select sync.commit_v1('{\"table\": \"tasks\"}', '[]')")
            await slow.execute(
                "select sync.remember_writes_v1('tasks', array(select jsonb_populate_record("
                "null::sync.record_v1, jsonb_build_object('row_id', %s::text, 'history',"
                ' \'[{"property": "", "field": "x", "source": "notion",'
                ' "why": "edit"}]\'::jsonb))), null)',
                [row("t")],
            )
            await slow.commit()

    store.run(waiting)
    assert store.person("select field from sync.changes order by at") == [("",), ("x",)]


# ---- conflicts


def test_conflicts_wait_until_a_person_has_decided(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("Base")))
    known = store.sight("tasks", "t")["t"]
    lost = Conflict("task_name", Text("B"), Text("N"), Text("S"), Policy.NOTION, Winner.NOTION)
    held = Conflict("tags", UNKNOWN, (), ("x",), Policy.MANUAL, Winner.HELD)
    store.done("tasks", replace(edit("t", known), conflicts=(lost, held)))
    first, second = store.ledger(lambda ledger: ledger.conflicts())
    assert (first.id > second.id, first.property, second.property) == (True, "Tags", "Task Name")
    (waiting,) = store.ledger(lambda ledger: ledger.conflicts(waiting=True))
    assert waiting == first
    assert waiting == Dispute(
        id=waiting.id,
        table="tasks",
        row_id=row("t"),
        page_id=page("t"),
        property="Tags",
        base=None,
        notion=[],
        supabase=["x"],
        policy="manual",
        winner="held",
        detected_at=waiting.detected_at,
        resolved_at=None,
    )
    store.ledger(lambda ledger: ledger.resolve([waiting.id, 99]))
    assert store.ledger(lambda ledger: ledger.conflicts(waiting=True)) == ()
    resolved = {c.id: c.resolved_at for c in store.ledger(lambda ledger: ledger.conflicts())}
    assert resolved[second.id] is None
    moment = resolved[waiting.id]
    assert moment is not None
    assert abs(moment - datetime.now(UTC)) < timedelta(hours=1)
    before = store.footprint()
    store.ledger(lambda ledger: ledger.resolve([waiting.id]))
    assert store.footprint() == before
