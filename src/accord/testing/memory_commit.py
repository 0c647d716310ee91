"""What a commit and an edit do to tables in dicts.

Rule: step for step what `sync.commit_v1` and `sync.edit_v1` do. All records of a commit are judged
on what was there before, then rows are written, then links; if one is refused, each goes by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accord.core.entries import Outcome, Result, RowEdit, RowWrite
from accord.core.errors import OurError, ValueRefusedError
from accord.core.merge import Unknown
from accord.core.record import UNDECLARED, Base, Record, title_of_field
from accord.core.values import Opaque, Value
from accord.supabase.refusals import refusal, refused_by_postgres
from accord.testing.memory_rows import Layout, UnfitError, holdable, undeclared_of
from accord.testing.memory_tables import (
    PERSON,
    Changed,
    Disputed,
    Linked,
    MemoryDatabase,
    Table,
)
from accord.testing.memory_writes import (
    Sent,
    Verdict,
    add_links_of,
    insert,
    more_of,
    revive,
    update,
    write_ends,
)


def commit(
    database: MemoryDatabase, table: Table, writes: Sequence[RowWrite]
) -> tuple[Outcome, ...]:
    """Do what can be done of these writes, each on its own merits."""
    outcomes: dict[str, Outcome] = {}
    each: list[tuple[Sent, RowWrite]] = []
    for write in writes:
        sent = Sent(write, write.page_id)
        refused = encode(table.layout, sent)
        if refused is not None:
            outcomes[write.row_id] = refused
        else:
            each.append((sent, write))
    each.sort(key=lambda one: one[1].row_id)
    gone = _commit(database, table, each)
    if gone:
        # A person deleted the row, and it is to live: it comes back after all others.
        for sent, write in gone:
            add_links_of(table.layout, sent, write.base)
        _commit(database, table, gone, revive=True)
    for sent, write in each:
        outcomes[write.row_id] = _answer(table.layout, sent)
    return tuple(outcomes[write.row_id] for write in writes)


def _commit(
    database: MemoryDatabase,
    table: Table,
    each: Sequence[tuple[Sent, RowWrite]],
    *,
    revive: bool = False,
) -> list[tuple[Sent, RowWrite]]:
    """One call of `sync.commit_v1`; answers those whose row is gone and is to live."""
    if any(_judge(database, table, each, revive=revive)):
        for one in each:
            one[0].refused = next(_judge(database, table, [one], revive=revive), None)
            if one[0].refused is None:
                _write_all(database, table, [one])
    else:
        _write_all(database, table, each)
    return [one for one in each if one[0].verdict is Verdict.GONE]


def edit(database: MemoryDatabase, table: Table, wishes: Sequence[RowEdit]) -> tuple[Outcome, ...]:
    """Change rows as a person would, so that they are marked; those that are gone come last."""
    ordered = sorted(wishes, key=lambda wish: wish.row_id)
    outcomes = {w.row_id: _edit(database, table, w) for w in ordered if not _is_gone(table, w)}
    outcomes |= {w.row_id: _edit(database, table, w) for w in ordered if w.row_id not in outcomes}
    return tuple(outcomes[wish.row_id] for wish in wishes)


def _is_gone(table: Table, wish: RowEdit) -> bool:
    return wish.row_id not in table.rows and wish.deleted is False


def _edit(database: MemoryDatabase, table: Table, wish: RowEdit) -> Outcome:
    own = table.linked.get(wish.row_id)
    mark = database.dirty.get((table.name, wish.row_id))
    row = table.rows.get(wish.row_id)
    sent = Sent(wish, None)
    refused = encode(table.layout, sent)
    if refused is not None:
        return refused
    sent.page_id = own.page_id if own is not None else None
    if (mark.version if mark is not None else 0) != wish.expected_version:
        return _answer(table.layout, sent)
    if row is None and (wish.deleted is not False or (mark is None and own is None)):
        return _answer(table.layout, sent)
    if sent.unfit is not None:
        sent.refused = sent.unfit
        return _answer(table.layout, sent)
    if row is None:
        add_links_of(table.layout, sent, own.base if own is not None else None)
        if mark is not None and mark.op == "D":
            revive(database, table, sent)
        else:
            insert(database, table, sent)
    sent.verdict = Verdict.UPDATE
    by = wish.by or PERSON
    if row is None:
        page_id = table.rows[wish.row_id].page_id
        database.mark(table.name, wish.row_id, "I", page_id, by, wish.why)
    if update(database, table, sent):
        page_id = table.rows[wish.row_id].page_id
        database.mark(table.name, wish.row_id, "U", page_id, by, wish.why)
    if write_ends(database, table, sent):
        database.mark_owner(table.name, wish.row_id, by, wish.why)
    return _answer(table.layout, sent)


def _answer(layout: Layout, sent: Sent) -> Outcome:
    if sent.refused is not None:
        said = {
            "sqlstate": sent.refused.state,
            "message": sent.refused.message,
            "column": sent.refused.column,
            "constraint": sent.refused.constraint,
        }
        problem = refused_by_postgres(layout.collection, sent.write, sent.page_id, said)
        return Outcome(sent.page_id, Result.REFUSED, problem, sent.write.row_id)
    result = Result.STALE if sent.verdict is Verdict.STALE else Result.DONE
    return Outcome(sent.page_id, result, None, sent.write.row_id)


# ---- before anything is written


def encode(layout: Layout, sent: Sent) -> Outcome | None:
    """Find the values as they come back; answers a refusal where one cannot be held."""
    write = sent.write
    try:
        for name, value in write.changes.items():
            column = layout.columns.get(name)
            if column is not None:
                try:
                    sent.values[name], sent.beyond[column.title] = column.settle(value)
                except UnfitError as error:
                    sent.unfit = sent.unfit or error
            elif name == UNDECLARED:
                entries = value.value() if isinstance(value, Opaque) else {}
                sent.values[name] = undeclared_of(layout, entries)
            elif name in layout.names and isinstance(value, tuple):
                sent.ends[name] = tuple(page for page in value if isinstance(page, str))
            else:
                raise OurError(f"{layout.collection.model}.{name} is not written with its record")
    except ValueRefusedError as error:
        problem = refusal(
            layout.collection, write, sent.page_id, error.reason, error.remedy, error.field
        )
        return Outcome(sent.page_id, Result.REFUSED, problem, write.row_id)
    more_of(layout, sent)
    if holdable(_texts(write)):
        return None
    reason = "a text of it has a character that a database cannot hold (NUL or half a symbol)"
    remedy = "Find the text that was pasted from elsewhere and type that part anew."
    problem = refusal(layout.collection, write, sent.page_id, reason, remedy)
    return Outcome(sent.page_id, Result.REFUSED, problem, write.row_id)


def _texts(write: RowWrite | RowEdit) -> Iterator[Value]:
    """All values that are sent to the database."""
    yield from write.changes.values()
    if isinstance(write, RowEdit):
        return
    if write.base is not None:
        yield from write.base.record.values.values()
    for conflict in write.conflicts:
        yield conflict.notion
        yield conflict.supabase
        if not isinstance(conflict.base, Unknown):
            yield conflict.base
    for applied in write.history:
        yield applied.old
        yield applied.new


def _judge(
    database: MemoryDatabase,
    table: Table,
    each: Sequence[tuple[Sent, RowWrite]],
    *,
    revive: bool,
) -> Iterator[UnfitError]:
    """Say what is to be done with each, and what Postgres would refuse."""
    for sent, write in each:
        _give_verdict(database, table, sent, write)
        if revive and sent.verdict is Verdict.GONE:
            sent.verdict = Verdict.REVIVE
    for sent, write in each:
        if sent.verdict is Verdict.LINK or _is_left(sent):
            continue
        if sent.unfit is not None:
            yield sent.unfit
        if write.page_id is None:
            continue
        if table.by_page.get(write.page_id, write.row_id) != write.row_id:
            name = f"{table.name}_notion_page_id_key"
            said = f'duplicate key value violates unique constraint "{name}"'
            yield UnfitError("23505", said, constraint=name)

    if len(each) > 1:
        yield from _defaults(table.layout, each)


def _defaults(layout: Layout, each: Sequence[tuple[Sent, RowWrite]]) -> Iterator[UnfitError]:
    """One statement inserts all: what one of them leaves to its default is null for it."""
    fresh = [sent.values for sent, _ in each if sent.verdict is Verdict.INSERT]
    for name in layout.required if len(fresh) > 1 else ():
        if len({name in written for written in fresh}) > 1:
            yield UnfitError("23502", f"null value in column {name}")


def _is_left(sent: Sent) -> bool:
    """Whether everything is left as it is."""
    return sent.verdict is Verdict.STALE or sent.verdict is Verdict.GONE


def _give_verdict(database: MemoryDatabase, table: Table, sent: Sent, write: RowWrite) -> None:
    sent.verdict = Verdict.STALE
    mark = database.dirty.get((table.name, write.row_id))
    own = table.linked.get(write.row_id)
    sent.was = database.links.get(write.page_id) if write.page_id is not None else None
    if (mark.version if mark is not None else 0) != write.expected_version:
        return
    if write.ledger is not None:
        entry = sent.was if sent.was is not None and sent.was.table == table.name else own
        if (entry.mark if entry is not None else "") != write.ledger:
            return
    if own is not None and own.page_id != write.page_id:
        return
    living = write.base is not None and not write.base.deleted
    gone = mark is not None and mark.op == "D"
    if write.row_id in table.rows:
        sent.verdict = Verdict.UPDATE
        sent.met = own is None and write.page_id is not None
    elif not (write.create or write.changes or write.deleted is False):
        sent.verdict = Verdict.LINK
    elif gone and living:
        sent.verdict = Verdict.GONE
    elif write.create:
        sent.verdict = Verdict.INSERT
    elif write.base is not None and write.base.deleted:
        sent.verdict = Verdict.LINK


# ---- the writing itself, in the order of sync.write_records_v1


def _write_all(
    database: MemoryDatabase, table: Table, each: Sequence[tuple[Sent, RowWrite]]
) -> None:
    todo = [one for one in each if not _is_left(one[0])]
    for _, write in todo:
        if write.conflicts:
            _log(database, table.layout, write)
    for sent, write in todo:
        changed = write.page_id is not None and _link(database, table, sent, write)
        _remember(database, table, write, changed=changed)
    for sent, _ in todo:
        if sent.verdict is Verdict.INSERT:
            insert(database, table, sent)
        elif sent.verdict is Verdict.REVIVE:
            revive(database, table, sent)
    for sent, _ in todo:
        if sent.verdict is Verdict.UPDATE or sent.verdict is Verdict.REVIVE:
            update(database, table, sent)
    for sent, _ in todo:
        if sent.ends and sent.verdict is not Verdict.LINK:
            write_ends(database, table, sent)
    for _, write in todo:
        _mark(database, table, write)
    met = [write.row_id for sent, write in todo if sent.met]
    if met:
        database.mark_pointing(table.name, met)


def _mark(database: MemoryDatabase, table: Table, write: RowWrite) -> None:
    """Let the mark of a record go that is in step, and mark one that still waits for Notion."""
    key = (table.name, write.row_id)
    mark = database.dirty.get(key)
    if write.in_step:
        if mark is not None and mark.version == write.expected_version:
            del database.dirty[key]
            database.writes["sync.dirty"] += 1
    elif mark is None:
        if write.row_id in table.rows:
            database.mark(table.name, write.row_id, "U", write.page_id, None)
            mark = database.dirty[key]
            mark.refused = mark.version if write.refused else None
    elif write.refused and mark.version == write.expected_version != mark.refused:
        mark.refused = mark.version
        database.writes["sync.dirty"] += 1


def _log(database: MemoryDatabase, layout: Layout, write: RowWrite) -> None:
    for conflict in write.conflicts:
        title = title_of_field(layout.collection, conflict.field)
        values = (conflict.base, conflict.notion, conflict.supabase)
        key = (layout.table, write.row_id, title, values, conflict.winner)
        if key not in database.conflicts:
            database.writes["sync.conflicts"] += 1
            number = database.number("sync.conflicts")
            now = database.clock()
            database.conflicts[key] = Disputed(
                number, layout.table, write.row_id, write.page_id, title, conflict, now
            )


def _link(database: MemoryDatabase, table: Table, sent: Sent, write: RowWrite) -> bool:
    """Write the ledger's entry of a page; answers whether it is another one now."""
    was, base = sent.was, write.base
    if base is not None and not base.record.values.keys() <= table.layout.names:
        held = {n: v for n, v in base.record.values.items() if n in table.layout.names}
        base = Base(Record(held), base.deleted)
    edited_at, seen_at = write.edited_at, write.seen_at
    if was is not None:
        base = base or was.base
        edited_at = edited_at or was.edited_at
        seen_at = max(filter(None, (seen_at, was.seen_at)), default=None)
        here = was.table == table.name and was.row_id == write.row_id
        if here and (was.edited_at, was.seen_at, was.base) == (edited_at, seen_at, base):
            return False
        if was.table != table.name:
            # A page that came from another database leaves a deleted row behind there.
            left = database.tables[was.table].rows.get(was.row_id)
            if left is not None and left.deleted_at is None:
                left.deleted_at = left.synced_at = database.clock()
                database.writes[was.table] += 1
            if database.intents.pop((was.table, was.row_id), None) is not None:
                database.writes["sync.intent"] += 1
        if not here:
            del database.tables[was.table].linked[was.row_id]
    page_id = write.page_id or ""
    mark = database.new_mark()
    entry = Linked(page_id, table.name, write.row_id, base, edited_at, seen_at, mark)
    database.links[page_id] = table.linked[write.row_id] = entry
    database.writes["sync.link"] += 1
    return True


def _remember(database: MemoryDatabase, table: Table, write: RowWrite, *, changed: bool) -> None:
    """The intent, the stamp and the history of a write."""
    key = (table.name, write.row_id)
    if database.intents.get(key) != write.intent:
        database.writes["sync.intent"] += 1
        if write.intent is None:
            del database.intents[key]
        else:
            database.intents[key] = write.intent
    if write.page_id is not None and write.stamp is not None:
        if write.stamp:
            database.stamp(write.page_id, table.name, write.row_id, anew=changed)
        elif database.stamps.pop(write.page_id, None) is not None:
            database.writes["sync.stamp"] += 1
    if not (changed or write.page_id is None):
        return
    for applied in write.history:
        database.writes["sync.changes"] += 1
        database.changes.append(
            Changed(
                database.number("sync.changes"),
                database.clock(),
                write.round,
                table.name,
                write.row_id,
                write.page_id,
                title_of_field(table.layout.collection, applied.field),
                applied,
            )
        )
