"""Random work on two places at once, and the comparison of all that can be seen.

Rule: what is done is decided by the seed alone. Versions and marks are each place's own: a write
names those that its own place showed.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from accord.core.history import WHOLE, Applied, Why
from accord.core.intent import Attempt, Intent
from accord.core.merge import UNKNOWN, Policy, Winner
from accord.core.plan import DELETED, Conflict, Verb
from accord.core.ports import (
    Known,
    Named,
    Problem,
    RowEdit,
    RowWrite,
    SourceState,
    Stranger,
    User,
)
from accord.core.record import UNDECLARED, Base, Record, Side
from accord.core.schema import Collection, Field
from accord.core.values import Json, Kind, Text, Value
from tests.replicas.alike import named, only_here, seen, told, unordered
from tests.replicas.places import Place, Program, RefusedError
from tests.replicas.pools import COLUMNS, LINK_TABLES, MADE, NAMES, START, TEXTS, VALUES
from tests.replicas.shelves import SCHEMA, SHELVES, THINGS
from tests.store.store import CREATED, EDITED, page, row


class DifferenceError(AssertionError):
    """The two places do not agree."""


@dataclass
class Work:
    """Random work on two places.

    Args:
        places: the two.
        random: what decides.
    """

    places: tuple[Place, Place]
    random: Random
    known: tuple[dict[tuple[str, str], Known], dict[tuple[str, str], Known]] = field(
        default_factory=lambda: ({}, {})
    )
    log: list[str] = field(default_factory=list)
    minute: int = 0

    def step(self) -> None:
        """One thing that is done to both, and compared."""
        acts: dict[Callable[[], None], int] = {
            self.commit: 30,
            self.person: 25,
            self.look: 15,
            self.edit: 6,
            self.remember: 10,
            self.ask: 8,
        }
        (act,) = self.random.choices(list(acts), list(acts.values()))
        self.minute += self.random.choice([0, 1, 1, 5])
        act()
        ours, theirs = (place.state() for place in self.places)
        self.same(ours, theirs, "what is in the tables")

    def same(self, ours: object, theirs: object, what: str) -> None:
        """Both must be alike."""
        if ours != theirs:
            steps = "\n".join(self.log[-12:])
            ours, theirs = only_here(ours, theirs), only_here(theirs, ours)
            raise DifferenceError(
                named(f"{what}\n{steps}\n--- in memory:\n{ours}\n--- in Postgres:\n{theirs}")
            )

    def both(
        self, what: str, call: Callable[[Program], Coroutine[Any, Any, Any]], shown: Any = None
    ) -> tuple[Any, Any]:
        """Ask both; their answers must be alike, as far as ``shown`` shows them."""
        self.log.append(what)
        answers = tuple(place.run(call(place.program)) for place in self.places)
        show = shown or (lambda answer: answer)
        self.same(show(answers[0]), show(answers[1]), what)
        return answers[0], answers[1]

    # ---- names and values

    def table(self) -> Collection:
        return self.random.choice([THINGS, THINGS, THINGS, SHELVES])

    def name(self, table: str) -> str:
        return self.random.choice(NAMES[table])

    def value(self, declared: Field) -> Value:
        if declared.kind is Kind.LINKS:
            names = [*NAMES[declared.to or ""], "nowhere"]
            count = self.random.choice([0, 1, 2, 3])
            return tuple(page(name) for name in self.random.sample(names, count))
        if declared.sql == "uuid":
            return self.random.choice([None, page("ann")])
        return self.random.choice(VALUES[declared.kind])

    def values(self, collection: Collection) -> dict[str, Value]:
        fields = [f for f in collection.carried if self.random.random() < 0.3]
        found = {f.name: self.value(f) for f in fields}
        if self.random.random() < 0.2:
            found[UNDECLARED] = self.random.choice(MADE)
        if self.random.random() < 0.9:  # what nobody can hold comes rarely
            bad = {VALUES[k][-1] for k in (Kind.TEXT, Kind.DATE, Kind.PEOPLE)}
            found = {name: value for name, value in found.items() if value not in bad}
        return found

    def now(self) -> datetime:
        return START + timedelta(minutes=self.minute)

    # ---- what the synchronisation does

    def look(self) -> None:
        """Sight some rows, and remember what was seen."""
        collection = self.table()
        names = [n for n in NAMES[collection.table] if self.random.random() < 0.6]
        if self.random.random() < 0.5:
            pages = [page(name) for name in names]
            self.both(
                f"sight {names}",
                lambda program: program.supabase.sight(collection, pages),
                lambda answer: {key: seen(known) for key, known in answer.items()},
            )
        self.sight(collection, names)

    def sight(self, collection: Collection, names: list[str]) -> None:
        rows = {row(name): name for name in names}
        answers = self.both(
            f"sight rows {names}",
            lambda program: program.supabase.sight_rows(collection, list(rows)),
            lambda answer: {key: seen(known) for key, known in answer.items()},
        )
        for answer, kept in zip(answers, self.known, strict=True):
            for row_id, name in rows.items():
                kept.pop((collection.table, name), None)
                if row_id in answer:
                    kept[collection.table, name] = answer[row_id]

    def commit(self) -> None:
        collection = self.table()
        count = self.random.choice([1, 1, 2, 3])
        names = self.random.sample(NAMES[collection.table], count)
        if self.random.random() < 0.75:
            self.sight(collection, names)
        plans = [self.plan(collection, name) for name in names]
        batches = [
            [replace(write, **told(kept.get((collection.table, n)), compared=compared))
             for n, write, compared in plans]
            for kept in self.known
        ]  # fmt: skip
        self.log.append(f"commit {batches[0]}")
        answers = [
            place.run(place.program.supabase.commit(collection, batch))
            for place, batch in zip(self.places, batches, strict=True)
        ]
        self.same(answers[0], answers[1], "outcomes of a commit")
        if self.random.random() < 0.1:
            before = [place.footprint() for place in self.places]
            self.log.append("the same again")
            for place, batch in zip(self.places, batches, strict=True):
                place.run(place.program.supabase.commit(collection, batch))
            after = [place.footprint() for place in self.places]
            self.same(before[0] == after[0], before[1] == after[1], "whether that wrote anything")

    def plan(self, collection: Collection, name: str) -> tuple[str, RowWrite, bool]:
        """A write, but for what it was planned on; and whether it names the ledger's mark."""
        draw = self.random.random
        known = self.known[0].get((collection.table, name))
        linked = known is not None and known.page_id is not None
        pageless = not linked and known is not None and draw() < 0.4
        fresh = known is None or (known.row is None and draw() < 0.7)
        changes = self.values(collection)
        before = known.base.record if known and known.base else Record({})
        write = RowWrite(
            page_id=None if pageless else page(name),
            row_id=row(name),
            expected_version=0,
            changes={} if draw() < 0.25 else changes,
            base=None if pageless else Base(before.updated(changes), deleted=draw() < 0.2),
            create=fresh and not pageless,
            deleted=self.random.choice([None, None, None, True, False]),
            in_step=draw() < 0.6,
            refused=draw() < 0.2,
            conflicts=self.conflicts(collection),
            created_at=CREATED,
            edited_at=self.random.choice([None, EDITED, self.now()]),
            seen_at=self.random.choice([None, self.now(), EDITED]),
            intent=self.intent(collection) if draw() < 0.3 else None,
            stamp=self.random.choice([None, True, False]),
            history=self.changed(collection),
            round=self.random.choice([None, 1]),
        )
        return name, write, draw() < 0.9

    def conflicts(self, collection: Collection) -> tuple[Conflict, ...]:
        if self.random.random() < 0.8:
            return ()
        declared = self.random.choice([f for f in collection.carried if f.kind is Kind.TEXT])
        base, notion, supabase = (self.random.choice(TEXTS) for _ in range(3))
        winner = self.random.choice(list(Winner))
        unknown = self.random.random() < 0.3
        one = Conflict(
            declared.name, UNKNOWN if unknown else base, notion, supabase, Policy.MANUAL, winner
        )
        life = Conflict(DELETED, UNKNOWN, True, False, Policy.NOTION, Winner.NOTION)
        return self.random.choice([(one,), (life,), (one, life)])

    def intent(self, collection: Collection) -> Intent:
        values = {n: v for n, v in self.values(collection).items() if n != UNDECLARED}
        values = {n: v for n, v in values.items() if v != VALUES[Kind.TEXT][-1]}
        verb = self.random.choice(list(Verb))
        return Intent(verb, (Attempt("abc234", self.now(), values),))

    def changed(self, collection: Collection) -> tuple[Applied, ...]:
        if self.random.random() < 0.7:
            return ()
        declared = self.random.choice([f for f in collection.carried if f.kind is Kind.TEXT])
        old, new = self.random.choice(TEXTS), self.random.choice(TEXTS)
        whole = Applied(WHOLE, None, None, Side.NOTION, Why.CREATE, page("ann"))
        life = Applied(DELETED, False, True, Side.SUPABASE, Why.TRASH)
        edit = Applied(declared.name, old, new, Side.NOTION, Why.EDIT, "ann")
        return self.random.choice([(whole,), (life,), (edit, life)])

    def edit(self) -> None:
        collection = self.table()
        names = self.random.sample(NAMES[collection.table], 2)
        self.sight(collection, names)
        changes = {f: v for f, v in self.values(collection).items() if f != UNDECLARED}
        deleted = self.random.choice([None, None, False, True])
        wish = RowEdit("", 0, changes, deleted, self.random.choice([None, "undo"]), "ann")
        answers = []
        for place, kept in zip(self.places, self.known, strict=True):
            wishes = []
            for name in names:
                known = kept.get((collection.table, name))
                version = known.row.version if known and known.row else 0
                wishes.append(replace(wish, row_id=row(name), expected_version=version))
            self.log.append(f"edit {wishes}")
            answers.append(place.run(place.program.supabase.edit(collection, wishes)))
        self.same(answers[0], answers[1], "outcomes of an edit")

    # ---- what people do

    def person(self) -> None:
        table = self.table().table
        name = self.name(table)
        act = self.random.choice(
            ["insert", "update", "update", "update", "delete", "link", "unlink"]
        )
        match act:
            case "insert":
                columns = self.columns(table)
                if self.random.random() < 0.2:
                    columns["notion_page_id"] = page(self.name(table))
                self.persons(act, lambda place: place.insert(table, row(name), columns))
            case "update":
                columns = self.columns(table)
                if self.random.random() < 0.05:
                    columns["notion_page_id"] = self.random.choice([None, page(self.name(table))])
                if columns:
                    what = f"update {table} {name} {columns}"
                    self.persons(what, lambda place: place.update(table, row(name), columns))
            case "delete":
                self.persons(f"delete {table} {name}", lambda place: place.delete(table, row(name)))
            case _:
                store = self.random.choice(list(LINK_TABLES))
                owner, target = (row(self.name(end)) for end in LINK_TABLES[store])
                at = self.random.choice([0, 1, 5])
                what = f"{act} {store} {owner} {target} {at}"
                if act == "link":
                    self.persons(what, lambda place: place.link(store, owner, target, at))
                else:
                    self.persons(what, lambda place: place.unlink(store, owner, target))

    def persons(self, what: str, act: Callable[[Place], None]) -> None:
        self.log.append(what)
        refused = []
        for place in self.places:
            try:
                act(place)
                refused.append(False)
            except RefusedError:
                refused.append(True)
        self.same(refused[0], refused[1], f"refused: {what}")

    def columns(self, table: str) -> dict[str, Json]:
        names = ["name", "deleted_at", "notion_extra"] if table == "shelves" else list(COLUMNS)
        chosen = {n: self.random.choice(COLUMNS[n]) for n in names if self.random.random() < 0.15}
        if chosen.get("notion_extra") and table == "shelves":
            chosen["notion_extra"] = COLUMNS["notion_extra"][1]
        if table == "things" and self.random.random() < 0.3:
            chosen["shelf_id"] = self.random.choice([None, row(self.name("shelves"))])
        if table == "things" and self.random.random() < 0.3:
            chosen["twin_id"] = self.random.choice([None, row(self.name("things"))])
        return chosen

    # ---- the ledger

    def remember(self) -> None:
        act = self.random.choice(
            [self.settle, self.settle, self.problems, self.others, self.stamped, self.resolved]
        )
        act()

    def settle(self) -> None:
        self.both("settle", lambda program: program.ledger.settle(SCHEMA))

    def problems(self) -> None:
        collection = self.table()
        found = []
        for name in self.random.sample(NAMES[collection.table], 2):
            text = self.random.choice(["odd", "long"])
            has_page = self.random.random() < 0.7
            found.append(
                Problem(
                    collection.table, text, "mend it", page(name) if has_page else None, name, "",
                    row(name) if self.random.random() < 0.5 or not has_page else None,
                )
            )  # fmt: skip
        solved = [page(self.name("things"))] if self.random.random() < 0.4 else []
        self.both(
            f"problems {found} {solved}",
            lambda program: program.ledger.remember_problems(found, solved),
        )
        keys = [page(self.name("things")), row(self.name("things"))]
        ignored = self.random.random() < 0.5
        self.both("ignore", lambda program: program.ledger.ignore(keys, ignored=ignored))

    def others(self) -> None:
        user = User(page("ann"), self.random.choice([None, "Ann", "Anna"]), kind="person")
        twice = [user, User(page("ann"), email="ann@example.org")] if user.name else [user]
        self.both("users", lambda program: program.ledger.remember_users(twice))
        state = SourceState(
            "things", page("database"), page("source"), {"t": ("Name", "title")},
            self.random.choice([None, EDITED]), self.random.choice([None, CREATED]),
        )  # fmt: skip
        self.both("source", lambda program: program.ledger.remember_source(state))

    def stamped(self) -> None:
        pages = [page(self.name("things")), page(self.name("shelves"))]
        self.both("stamped", lambda program: program.ledger.stamped(pages))

    def resolved(self) -> None:
        disputes = self.both(
            "conflicts",
            lambda program: program.ledger.conflicts(waiting=True),
            lambda answer: [replace(d, id=0, detected_at=EDITED) for d in answer],
        )
        if disputes[0]:
            for place, found in zip(self.places, disputes, strict=True):
                place.run(place.program.ledger.resolve([found[0].id]))

    def ask(self) -> None:
        """Everything that only looks."""
        tables = ["things", "shelves"]
        pages = [page(name) for names in NAMES.values() for name in names]
        self.both("alive", lambda program: program.ledger.alive(pages))
        self.both("linked", lambda program: program.ledger.linked("things"))
        self.both("pending", lambda program: program.ledger.pending(SCHEMA))
        self.both("census", lambda program: program.ledger.census(SCHEMA))
        self.both("dirty", lambda program: program.ledger.dirty(tables), unordered)
        self.both(
            "all dirty", lambda program: program.ledger.dirty(["things"], refused=True), unordered
        )
        self.both("intents", lambda program: program.ledger.intents())
        self.both("sources", lambda program: program.ledger.sources())
        self.both("users", lambda program: program.ledger.known_users())
        self.both("problems", lambda program: program.ledger.problems(), set)
        self.both("stamps", lambda program: program.ledger.stamps_waiting(tables))
        self.both(
            "stamps due",
            lambda program: program.ledger.stamps_due(tables, 100),
            lambda answer: {(s.table, s.page_id, s.row_id, s.problem) for s in answer},
        )
        self.both(
            "history",
            lambda program: program.ledger.history(SCHEMA, row_ids=[row("a")], round_number=1),
            lambda answer: [replace(entry, id=0, at=EDITED) for entry in answer],
        )
        strangers = [
            Stranger(
                page(name), row(self.name("things")), self.random.choice(VALUES[Kind.TEXT][:4])
            )
            for name in NAMES["things"]
        ] + [Stranger(page("nowhere"), "no id", Text("k1"))]
        for words in ({"title": "ann"}, {"title": "o"}, {"key": page("a")}, {"key": row("s")}):
            self.both(f"find {words}", partial(finding, words), set)
        self.both(
            "rounds",
            lambda program: program.ledger.rounds(3),
            lambda answer: [replace(past, entry=None) for past in answer],
        )
        self.both("rows for", lambda program: program.supabase.rows_for(THINGS, strangers))
        for collection in (THINGS, SHELVES):
            mirrors = {
                page(name): {f.name: self.mirrored(f) for f in collection.mirrors}
                for name in NAMES[collection.table]
            }
            self.both(
                f"owners that differ {mirrors}",
                partial(differing, collection, mirrors),
            )

    def mirrored(self, declared: Field) -> tuple[str, ...]:
        names = NAMES[declared.to or ""]
        return tuple(page(n) for n in self.random.sample(names, self.random.choice([0, 1, 2])))


async def finding(words: Mapping[str, str], program: Program) -> tuple[Named, ...]:
    """The records that are meant."""
    return await program.supabase.find(SCHEMA, **words)


async def differing(
    collection: Collection, mirrors: Mapping[str, Mapping[str, tuple[str, ...]]], program: Program
) -> tuple[tuple[str, str], ...]:
    """The owners that differ from what mirrors show."""
    return await program.ledger.owners_that_differ(collection, mirrors)
