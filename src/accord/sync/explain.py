"""Why a record is in step, or is not: what each side holds, and what a round would do.

Rule: what is told is what the planner says; nothing is worked out in another way, and nothing is
written.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from accord.core.errors import NotionError
from accord.core.history import Why
from accord.core.merge import Winner
from accord.core.plan import DELETED, Plan, Verb
from accord.core.ports import Binding, Dispute, Fate, Known, Named, Problem, Remembered
from accord.core.record import Side, Sighting
from accord.core.schema import Collection, Field
from accord.core.values import Json, Value, to_json
from accord.sync.failures import key_of
from accord.sync.judge import judge
from accord.sync.report import problem_to_json
from accord.sync.round import Round

#: So many of the last changes are told.
LAST = 5

#: What stands where a side holds nothing that could be compared.
UNSEEN = "(not seen)"

_FATES = {
    Fate.ALIVE: "alive",
    Fate.TRASHED: "in the trash",
    Fate.ARCHIVED: "archived",
    Fate.MOVED: "moved to another database",
    Fate.LOST: "not to be seen: not shared, or deleted for good",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that is not in step, and what a round would do with it.

    Args:
        property: its title, or "deleted_at".
        notion: what the page holds.
        supabase: what the row holds.
        base: what both last held.
        then: what a round would do, and why.
    """

    property: str
    notion: Json
    supabase: Json
    base: Json
    then: str


@dataclass(slots=True)
class Explanation:
    """Why a record is in step, or is not.

    Args:
        named: the record.
        page: how the page is.
        row: how the row is.
        differences: what differs.
        marks: what is remembered of it that a round acts on, a sentence each.
        problems: why it could not be brought into step.
        disputes: its conflicts that wait for a person.
        changes: its last changes by people, oldest first.
    """

    named: Named
    page: str = ""
    row: str = ""
    differences: list[Difference] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    changes: list[Remembered] = field(default_factory=list)

    @property
    def in_step(self) -> bool:
        """Whether nothing is left to do."""
        told = [p for p in self.problems if not p.ignored]
        return not (self.differences or self.marks or told or self.disputes)

    def to_json(self) -> Json:
        """The document that ``--json`` prints."""
        return {
            "in_step": self.in_step,
            "table": self.named.table,
            "row_id": self.named.row_id or None,
            "page_id": self.named.page_id,
            "title": self.named.title,
            "page": self.page,
            "row": self.row,
            "differences": [
                {
                    "property": each.property,
                    "notion": each.notion,
                    "supabase": each.supabase,
                    "base": each.base,
                    "then": each.then,
                }
                for each in self.differences
            ],
            "marks": self.marks,
            "problems": [problem_to_json(problem) for problem in self.problems],
            "conflicts": [each.id for each in self.disputes],
            "changes": [change_to_json(change) for change in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains records.

    Args:
        round: a dry run, in which both sides are read.
    """

    round: Round

    async def explain(self, named: Named) -> Explanation:
        """Look at both sides of a record and say how it stands."""
        told = Explanation(named)
        collection = self.round.schema.collection(named.table)
        binding = self.round.bindings.get(named.table)
        ledger = self.round.ledger
        rows = await self.round.supabase.sight_rows(collection, [named.row_id] * bool(named.row_id))
        known = rows.get(named.row_id)
        keys = {named.page_id, named.row_id} - {None, ""}
        told.problems = [p for p in await ledger.problems() if key_of(p) in keys]
        if binding is None:
            told.problems += [p for p in self.round.report.problems if p.table == named.table]
        if named.row_id:
            waiting = await ledger.conflicts(waiting=True)
            told.disputes = [each for each in waiting if each.row_id == named.row_id]
            changes = await ledger.history(self.round.schema, row_ids=[named.row_id])
            told.changes = [c for c in changes if c.applied.why is not Why.COMPUTED][-LAST:]
        seen = await self._page(told, binding, known)
        told.row = _row(known)
        told.marks = [mark async for mark in self._marks(told, known)]
        if seen is not None and known is not None and binding is not None:
            one = judge(collection, named.page_id or "", known.row_id, seen, known)
            told.differences = list(_differences(binding, known, one.seen, one.plan))
        return told

    async def _page(
        self, told: Explanation, binding: Binding | None, known: Known | None
    ) -> Sighting | None:
        page_id = told.named.page_id
        if page_id is None:
            told.page = "there is none yet"
            return None
        if binding is None:
            told.page = "its database cannot be seen in Notion"
            return None
        try:
            found = await self.round.notion.sight(binding, page_id)
            told.page = _FATES[found.fate]
            if found.refused is not None:
                told.problems = [*told.problems, found.refused]
            if found.sighting is None:
                return None
            return await self.round.hidden.put_back(binding.collection, found.sighting, known)
        except NotionError as error:
            told.page = f"could not be read: {error.message}"
            return None

    async def _marks(self, told: Explanation, known: Known | None) -> AsyncIterator[str]:
        """What the ledger has of it that a round acts on."""
        named = told.named
        if known is None:
            if named.page_id is not None:
                yield "no row is linked to this page: a round makes one"
            return
        row = known.row
        if row is not None and row.version:
            by = f" by {row.edited_by}" if row.edited_by else ""
            taken_back = {"undo": ", to take a change back", "resolve": ", to decide a conflict"}
            why = taken_back.get(known.why or "", "")
            fresh = await self.round.ledger.dirty([named.table])
            if named.row_id in fresh.get(named.table, ()):
                yield f"the row was changed in Supabase{by}{why}; Notion has not got it yet"
            else:
                yield f"the row was changed in Supabase{by}{why}, and Notion refused it as it is"
        if known.intent is not None:
            over = known.intent.over_at()
            yield (
                f"a write to the page ({known.intent.verb}) was begun and it is not known whether "
                f"it arrived; it is settled from {over:%H:%M:%S} UTC on at the latest"
            )


def _row(known: Known | None) -> str:
    if known is None or known.row is None:
        return "there is none"
    return "deleted" if known.row.deleted else "alive"


def _differences(
    binding: Binding, known: Known, seen: Sighting, plan: Plan
) -> Iterator[Difference]:
    collection, row = binding.collection, known.row
    base = known.base
    if row is None:
        yield Difference(DELETED, seen.deleted, None, None, f"a round would: {plan.action}")
        return
    before = None if base is None else base.deleted
    if len({seen.deleted, row.deleted} | ({before} if before is not None else set())) > 1:
        yield Difference(DELETED, seen.deleted, row.deleted, before, _life(plan))
    for each in collection.carried:
        here, there = seen.record.values, row.record.values
        held = base.record.values if base else {}
        if here.get(each.name) == there.get(each.name) == held.get(each.name):
            continue
        yield Difference(
            each.title,
            to_json(here.get(each.name, UNSEEN)),
            to_json(there.get(each.name, UNSEEN)),
            to_json(held.get(each.name, UNSEEN)),
            _then(each, collection, plan, here, there),
        )
    for problem in known.unreadable:
        yield Difference(problem.property, None, None, None, problem.reason)


def _then(
    each: Field,
    collection: Collection,
    plan: Plan,
    here: Mapping[str, Value],
    there: Mapping[str, Value],
) -> str:
    """What a round would do with a property, and why."""
    name = each.name
    if name not in here:
        return "nothing: its property is gone in Notion or has another type"
    if name not in there:
        return "nothing: the row's value cannot be compared"
    conflict = next((c for c in plan.conflicts if c.field == name), None)
    to_notion = any(name in step.changes for step in plan.toward(Side.NOTION))
    to_row = any(name in step.changes for step in plan.toward(Side.SUPABASE))
    if conflict is not None:
        policy = f"edited on both sides, and the policy is {collection.policy_of(each)}"
        match conflict.winner:
            case Winner.HELD:
                return f"{policy}: it waits for a person (accord conflicts)"
            case Winner.NOTION:
                return f"{policy}: Notion's value goes to Supabase, the other is kept"
            case Winner.SUPABASE:
                return f"{policy}: Supabase's value goes to Notion, the other is kept"
            case _:
                assert_never(conflict.winner)
    if each.computed and to_row:
        return "Notion works it out: the row follows"
    if to_notion and to_row:
        return "edited on both sides: merged item by item, both edits survive"
    if to_notion:
        return "edited in Supabase: it goes to Notion"
    if to_row:
        return "edited in Notion: it goes to Supabase"
    if here[name] == there[name]:
        return "both sides hold it already: it is remembered"
    return "nothing as long as the record is deleted"


def _life(plan: Plan) -> str:
    verbs = {
        (Side.NOTION, Verb.TRASH): "the page is moved to the trash",
        (Side.NOTION, Verb.RESTORE): "the page comes back from the trash",
        (Side.SUPABASE, Verb.TRASH): "the row is marked deleted",
        (Side.SUPABASE, Verb.RESTORE): "the row is marked deleted no more",
    }
    told = [verbs[step.side, step.verb] for step in plan.steps if (step.side, step.verb) in verbs]
    policy = [f"the policy is {c.policy}" for c in plan.conflicts if c.field == DELETED]
    return "; ".join([str(plan.action), *policy, *told])


def change_to_json(change: Remembered) -> Json:
    """The JSON form of one remembered change."""
    applied = change.applied
    return {
        "at": change.at.isoformat(),
        "round": change.round,
        "property": change.title,
        "old": to_json(applied.old),
        "new": to_json(applied.new),
        "from": applied.source.value,
        "why": applied.why.value,
        "by": applied.by,
    }
