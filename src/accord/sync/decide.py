"""Carries out what a person decided about a conflict, on both sides.

Rules: a decision goes the way of every other change: planned, written down, sent, remembered; only
the policy of the one field is the person's. Nobody decides over values that they did not see: where
a side was edited since, nothing is done and it is said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from accord.core.errors import NotionError, UsageError
from accord.core.merge import Policy, Winner
from accord.core.plan import DELETED
from accord.core.ports import Binding, Dispute, Known, Problem, Result, RowEdit
from accord.core.record import Side, Sighting, title_of
from accord.core.schema import Collection
from accord.core.values import Json, Kind, Value, empty, from_json, normal, to_json
from accord.sync.carry import ATTEMPTS, count, named
from accord.sync.judge import Terms, judge, write_of
from accord.sync.push import Pusher
from accord.sync.round import Round
from accord.sync.send import Sender, next_errand

LATER = "Run accord sync, look at accord conflicts again, and decide then."


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided.

    Args:
        dispute: about which conflict.
        take: whose value it is to be; None where a value is given.
        value: the value, as JSON, where none is taken.
    """

    dispute: Dispute
    take: Side | None = None
    value: Json = None

    @property
    def is_held(self) -> bool:
        """Whether both sides still keep their values."""
        return is_held(self.dispute)

    @property
    def wanted(self) -> Json:
        """The value that both sides are to hold."""
        if self.take is None:
            return self.value
        return self.dispute.notion if self.take is Side.NOTION else self.dispute.supabase


class Undecidable(Exception):
    """Why a decision cannot be carried out now, and what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


@dataclass(slots=True)
class Decider:
    """Carries out decisions.

    Args:
        round: the round it works in.
        sender: sends what Notion is to be told.
        pusher: does what is left to be done in Notion.
        done: the conflicts that are decided now, by id.
    """

    round: Round
    sender: Sender
    pusher: Pusher
    done: list[int] = field(default_factory=list)

    async def decide(self, decisions: Sequence[Decision]) -> None:
        """Carry out these decisions, each on its own merits; what cannot be is named."""
        left: dict[str, list[str]] = {}
        for decision in decisions:
            dispute = decision.dispute
            try:
                await self._decide(decision)
            except Undecidable as refused:
                self._name(dispute, refused.reason, refused.remedy)
            except NotionError as error:
                self._name(dispute, error.message, error.remedy)
            else:
                self.done.append(dispute.id)
                left.setdefault(dispute.table, []).append(dispute.row_id)
        if left:
            await self.pusher.push(left)
            await self._resolve([d.dispute for d in decisions if d.dispute.id in self.done])

    async def _decide(self, decision: Decision) -> None:
        dispute = decision.dispute
        binding = self.round.bindings.get(dispute.table)
        if binding is None:
            raise Undecidable("its database cannot be seen in Notion", "Share it, then try again.")
        name = field_of(binding.collection, dispute.property)
        if name != DELETED and name not in binding.fields:
            raise Undecidable(
                f"the property {dispute.property!r} is gone in Notion or has another type",
                "Restore the property, then try again.",
            )
        for _ in range(ATTEMPTS):
            known, seen = await self._sight(binding, dispute)
            ours = await self._prepared(binding, decision, name, known, seen)
            if ours is None:
                continue
            known, policy = ours
            if await self._carry_out(_under(binding, name, policy), known, seen):
                return
        raise Undecidable("its row was changed in Supabase each time", "Try again.")

    async def _sight(self, binding: Binding, dispute: Dispute) -> tuple[Known, Sighting]:
        """Both sides as they are now; the page by its id."""
        rows = await self.round.supabase.sight_rows(binding.collection, [dispute.row_id])
        known = rows.get(dispute.row_id)
        if known is None or known.row is None or known.page_id is None:
            raise Undecidable("the record is no more on both sides", "There is nothing to decide.")
        if known.intent is not None:
            raise Undecidable(
                "a write to its page is under way of which nobody knows yet whether it arrived",
                "Run accord sync in two minutes, then decide again.",
            )
        found = await self.round.notion.sight(binding, known.page_id)
        if found.sighting is None:
            raise Undecidable(
                found.refused.reason if found.refused else "its page cannot be seen in Notion",
                "Share the page with the connection again, then decide.",
            )
        return known, await self.round.hidden.put_back(binding.collection, found.sighting, known)

    async def _prepared(
        self, binding: Binding, decision: Decision, name: str, known: Known, seen: Sighting
    ) -> tuple[Known, Policy] | None:
        """The row and the policy to plan with; None where the row has to be sighted again."""
        here, there = _value(seen, name), _value(known.row, name)
        if here == there == _read(binding.collection, name, decision.wanted):
            return known, Policy.NOTION  # both sides came to it by themselves
        if decision.is_held:
            shown = (decision.dispute.notion, decision.dispute.supabase)
            if shown != (_told(name, here), _told(name, there)):
                raise Undecidable("one side was edited since the conflict was noticed", LATER)
            if decision.take is not None:
                return known, Policy(decision.take.value)
        elif there != _agreed(known, name):
            raise Undecidable("its row was changed in Supabase and Notion has not got it", LATER)
        wanted = _read(binding.collection, name, decision.wanted)
        if there == wanted:
            return known, Policy.SUPABASE
        return await self._edited(binding, known, name, wanted)

    async def _edited(
        self, binding: Binding, known: Known, name: str, wanted: Value
    ) -> tuple[Known, Policy] | None:
        """The row with the value that was decided, as if a person had typed it there."""
        version = known.row.version if known.row else 0
        changes = {} if name == DELETED else {name: wanted}
        deleted = bool(wanted) if name == DELETED else None
        edit = RowEdit(known.row_id, version, changes, deleted, why="resolve")
        (outcome,) = await self.round.supabase.edit(binding.collection, [edit])
        if outcome.result is Result.STALE:
            return None
        if outcome.result is Result.REFUSED:
            problem = outcome.problem
            raise Undecidable(
                problem.reason if problem else "Supabase refused the value",
                problem.remedy if problem else "Give another value.",
            )
        rows = await self.round.supabase.sight_rows(binding.collection, [known.row_id])
        return rows[known.row_id], Policy.SUPABASE

    async def _carry_out(self, binding: Binding, known: Known, seen: Sighting) -> bool:
        """Plan and do it; answers False where a person was faster."""
        collection = binding.collection
        one = judge(collection, known.page_id or "", known.row_id, seen, known)
        now = await self.round.now()
        if one.to_notion:
            errand = next_errand(binding, known, one)
            await self.sender.send([errand])
            error = errand.error or self.sender.stopped.get(collection.table)
            if errand.found is None and error is not None:
                raise Undecidable(str(error), "Decide again when that is mended.")
            return errand.found is not None or self.round.options.dry_run
        terms = Terms(seen_at=now, stamps=self.round.options.stamps)
        write = write_of(one, terms)
        if write is None:
            return True
        (outcome,) = await self.round.commit(collection, [write])
        if outcome.result is Result.REFUSED:
            problem = named(outcome, one)
            raise Undecidable(problem.reason, problem.remedy)
        if outcome.result is Result.DONE:
            count(self.round.tally(collection.table), one)
        return outcome.result is Result.DONE

    async def _resolve(self, decided: Sequence[Dispute]) -> None:
        """Every open conflict of the same thing is over with it."""
        over = {(d.table, d.row_id, d.property) for d in decided}
        ids = [
            each.id
            for each in await self.round.ledger.conflicts()
            if each.resolved_at is None and (each.table, each.row_id, each.property) in over
        ]
        await self.round.ledger.resolve(ids)

    def _name(self, dispute: Dispute, reason: str, remedy: str) -> None:
        self.round.report.problems.append(
            Problem(
                dispute.table,
                f"conflict {dispute.id} was not decided: {reason}",
                remedy,
                dispute.page_id,
                "",
                dispute.property,
                dispute.row_id,
            )
        )


def is_held(dispute: Dispute) -> bool:
    """Whether a conflict waits for a person: both sides still keep their values."""
    return dispute.winner == Winner.HELD and dispute.resolved_at is None


def field_of(collection: Collection, title: str) -> str:
    """The name of the field that a conflict is about; what is no property stands for itself."""
    return next((f.name for f in collection.fields if f.title == title), title)


def checked(collection: Collection, dispute: Dispute, text: str) -> Json:
    """The value that a person gives for a conflict, as JSON.

    Raises:
        UsageError: it is no JSON, or no value of the property.
    """
    name = field_of(collection, dispute.property)
    declared = next((f for f in collection.carried if f.name == name and not f.computed), None)
    about = f"--value {text} for {dispute.property}"
    try:
        value = json.loads(text)
        if name != DELETED and declared is not None:
            return to_json(_typed(declared.kind, value))
    except json.JSONDecodeError:
        raise UsageError(f"{about}: it is no JSON; a text stands in quotes") from None
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{about}: {error}") from None
    if name != DELETED:
        raise UsageError(f"{about}: it is no property that both sides can edit")
    if not isinstance(value, bool):
        raise UsageError(f"{about}: it is true (deleted) or false")
    return value


def names_of(
    collection: Collection, disputes: Sequence[Dispute], rows: Mapping[str, Known]
) -> dict[int, str]:
    """The titles of the records that these conflicts are about, by the conflict's id."""
    return {
        each.id: title_of(collection, known.row.record)
        for each in disputes
        if (known := rows.get(each.row_id)) is not None and known.row is not None
    }


def _under(binding: Binding, name: str, policy: Policy) -> Binding:
    """The binding with the policy of one field, or of the record's life, decided."""
    collection = binding.collection
    if name == DELETED:
        return replace(binding, collection=replace(collection, policy=policy))
    fields = tuple(replace(f, policy=policy) if f.name == name else f for f in collection.fields)
    return replace(binding, collection=replace(collection, fields=fields))


def _value(sighting: Sighting | None, name: str) -> Value:
    if sighting is None:
        return None
    return sighting.deleted if name == DELETED else sighting.record.values.get(name)


def _told(name: str, value: Value) -> Json:
    return value if name == DELETED else to_json(value)


def _agreed(known: Known, name: str) -> Value:
    """What both sides last held."""
    if known.base is None:
        return None
    return known.base.deleted if name == DELETED else known.base.record.values.get(name)


def _read(collection: Collection, name: str, value: Json) -> Value:
    if name == DELETED:
        return bool(value)
    return from_json(collection.field(name).kind, value)


def _typed(kind: Kind, value: Json) -> Value:
    """A value that a person typed; a day may stand for itself.

    Raises:
        ValueError: it is no value of this kind.
    """
    if kind is Kind.DATE and isinstance(value, str):
        value = {"start": value}
    wanted = {
        Kind.TEXT: (str, dict),
        Kind.STRING: (str,),
        Kind.OPTION: (str,),
        Kind.NUMBER: (int, float),
        Kind.CHECKBOX: (bool,),
        Kind.DATE: (dict,),
    }.get(kind, (list,))
    if value is None and kind is not Kind.CHECKBOX:
        return empty(kind)
    if not isinstance(value, wanted) or isinstance(value, bool) != (kind is Kind.CHECKBOX):
        raise ValueError(f"a {kind.value} is written as {_EXAMPLES[kind]}")
    return normal(kind, from_json(kind, value))


_EXAMPLES = {
    Kind.TEXT: '"words"',
    Kind.STRING: '"words"',
    Kind.OPTION: '"an option"',
    Kind.NUMBER: "12.5",
    Kind.CHECKBOX: "true",
    Kind.DATE: '"2026-03-01"',
    Kind.OPTIONS: '["one", "two"]',
    Kind.PEOPLE: '["a user id"]',
    Kind.LINKS: '["a page id"]',
    Kind.FILES: '[{"name": "a.pdf", "url": "https://...", "type": "external"}]',
    Kind.SCALAR: "nothing: Notion works it out",
    Kind.OPAQUE: "nothing: it cannot be edited",
}
