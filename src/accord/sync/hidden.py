"""Links that Notion does not show although nobody removed them.

Rule: a link that is shown no more is a removal only if its target is alive and can be seen. Notion
hides links to pages in the trash, and shows a relation into a database that it may not show as
empty. What was put back because the target's row is deleted is looked at again if that comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from accord.core.ports import Binding, Fate, Known, NotionReplica
from accord.core.record import Sighting
from accord.core.schema import Collection
from accord.core.values import Kind, Value


@dataclass(frozen=True, slots=True)
class HiddenLinks:
    """Puts back what is hidden; each target is asked for at most once.

    Args:
        notion: whom to ask about a target.
        bindings: the collections whose pages can be read now, by table.

    Attributes:
        buried: target -> (table, page) of the records that keep a link since its row is deleted.
    """

    notion: NotionReplica
    bindings: Mapping[str, Binding]
    buried: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    _alive: dict[str, bool] = field(default_factory=dict)

    async def put_back(
        self, collection: Collection, sighting: Sighting, known: Known | None
    ) -> Sighting:
        """The sighting with the links that it hides.

        In a relation to one, what is shown comes first, since the column holds the first.

        Raises:
            NotionError: Notion does not say what became of a target.
        """
        if known is None or known.base is None or sighting.deleted:
            return sighting
        changes: dict[str, Value] = {}
        for each in collection.carried:
            held = known.base.record.values.get(each.name)
            shown = sighting.record.values.get(each.name)
            if each.kind is not Kind.LINKS or held == shown or shown is None:
                continue
            before, now = _links(held), _links(shown)
            vanished = set(before) - set(now)
            for target in vanished & known.buried:
                record = (collection.table, sighting.page_id or "")
                self.buried.setdefault(target, set()).add(record)
            hidden = await self._hidden(each.to or "", vanished, known.buried)
            if hidden:
                changes[each.name] = (
                    _in_their_places(before, now, hidden)
                    if each.many
                    else (*now, *(link for link in before if link in hidden))
                )
        if not changes:
            return sighting
        return replace(sighting, record=sighting.record.updated(changes))

    async def _hidden(
        self, table: str, vanished: set[str], buried: frozenset[str]
    ) -> frozenset[str]:
        """Of the targets that are shown no more, those whose links nobody removed."""
        binding = self.bindings.get(table)
        if binding is None:
            return frozenset(vanished)
        hidden = vanished & buried
        for page_id in sorted(vanished - hidden):
            if page_id not in self._alive:
                found = await self.notion.sight(binding, page_id)
                self._alive[page_id] = found.fate is Fate.ALIVE
            if not self._alive[page_id]:
                hidden.add(page_id)
        return frozenset(hidden)


def _in_their_places(
    before: tuple[str, ...], now: tuple[str, ...], hidden: frozenset[str]
) -> tuple[str, ...]:
    """What is shown, in its order, with each hidden link behind the one that it stood behind."""
    links = list(now)
    place = 0
    for link in before:
        if link in hidden:
            links.insert(place, link)
        if link in links:
            place = links.index(link) + 1
    return tuple(links)


def _links(value: Value) -> tuple[str, ...]:
    items = value if isinstance(value, tuple) else ()
    return tuple(item for item in items if isinstance(item, str))
