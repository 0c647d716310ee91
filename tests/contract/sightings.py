"""What the answers of a scenario tell of the workspace as it was before the recording began.

The rule: what a scenario made itself (or what stands below such a thing) did not exist before;
everything else did, and the first full sight of it is what it was, less what that very request
changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import chain, pairwise
from typing import Any

from tests.contract.recording import MISFITS, UUID, Interaction, Json, dashed, objects

#: Which family an object belongs to, by its ``object``.
FAMILIES = ("page", "data_source", "database", "block", "comment", "view", "file_upload")
_MARK = {"page": "properties", "data_source": "properties", "block": "type", "view": "name"}
_PARENTS = {
    "page_id": "page",
    "database_id": "database",
    "data_source_id": "data_source",
    "block_id": "block",
}
#: A refusal that tells what an id stands for.
_PROVIDED = re.compile(r"Provided (?:ID|database_id) ([0-9a-f-]{36}) is a (page|database)\b")


@dataclass
class Sightings:
    """What is known of things, by family and recorded id.

    Attributes:
        full: First full sights.
        hints: What is known in passing: a title, a parent; by family and id.
        children: Ids below a page or block, in order, from listings.
        made: Ids of what the scenario made itself.
        users: Full users in the order in which they were met; one id may have several.
        rows: For each data source, the properties of all its pages that were met.
        unsorted: The ids of each answer to a query without sorts, newest first.
        where: For each row that was met, its data source at first.
        gone: Ids that the real API did not find.
        user_ids: Ids of all users that are named anywhere.
        puzzling: What could not be understood.
    """

    full: dict[str, dict[str, Json]] = field(
        default_factory=lambda: {family: {} for family in FAMILIES}
    )
    hints: dict[str, dict[str, Json]] = field(
        default_factory=lambda: {family: {} for family in FAMILIES}
    )
    children: dict[str, list[str]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    users: list[Json] = field(default_factory=list)
    rows: dict[str, list[Json]] = field(default_factory=dict)
    unsorted: list[list[str]] = field(default_factory=list)
    where: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    user_ids: set[str] = field(default_factory=set)
    puzzling: list[str] = field(default_factory=list)

    def hint(self, family: str, thing_id: object, **known: Any) -> None:
        """Note what is known of a thing that may never be seen in full."""
        if isinstance(thing_id, str) and UUID.fullmatch(thing_id.lower()):
            hint = self.hints[family].setdefault(dashed(thing_id), {})
            for key, value in known.items():
                if hint.get(key) is None:
                    hint[key] = value

    @property
    def newest_first(self) -> dict[str, int]:
        """The place of every id in the one order that agrees with all queries without sorts."""
        order: TopologicalSorter[str] = TopologicalSorter()
        for ids in self.unsorted:
            for earlier, later in pairwise(ids):
                order.add(later, earlier)
            for one in ids[:1]:
                order.add(one)
        try:
            found = list(order.static_order())
        except CycleError:
            found = list(dict.fromkeys(chain.from_iterable(self.unsorted)))
        return {one: at for at, one in enumerate(found)}

    def met(self, thing_id: str) -> bool:
        """Tell whether a thing was there when an earlier answer was given."""
        return thing_id in self.made or any(thing_id in one for one in self.full.values())


def look(scenario: Iterable[Interaction]) -> Sightings:
    """Return what the answers of a scenario show."""
    seen = Sightings()
    for one in scenario:
        for step in (_note_gone, _note_made, _note_shown, _note_order, _note_named):
            try:
                step(seen, one)
            except MISFITS as error:
                seen.puzzling.append(f"answer {one.number}: {error!r}")
    return seen


def _note_gone(seen: Sightings, one: Interaction) -> None:
    """Note what was not found though nothing had shown it before: it was never there."""
    if one.status != 404:
        return
    message = one.response.get("message") if isinstance(one.response, dict) else None
    named = UUID.findall(str(message).lower()) or UUID.findall(one.path.lower())
    seen.gone.update(thing for thing in map(dashed, named) if not seen.met(thing))


# ---- what was made


def _note_made(seen: Sightings, one: Interaction) -> None:
    if not one.done:
        return
    answer: Json = one.response
    if one.method == "POST" and len(one.parts) == 1 and one.parts[0] != "search":
        seen.made.update(_ids(answer.get("id")))
        for source in answer.get("data_sources", ()):
            seen.made.update(_ids(source.get("id")))
    elif one.is_a("PATCH", "blocks", "*", "children") and isinstance(one.request, dict):
        written = one.request.get("children")
        count = len(written) if isinstance(written, list) else 0
        seen.made.update(_ids(*[it.get("id") for it in answer.get("results", ())[:count]]))


def _ids(*found: object) -> Iterator[str]:
    for one in found:
        if isinstance(one, str) and UUID.fullmatch(one.lower()):
            yield dashed(one)


def _below_made(seen: Sightings, thing: Json) -> bool:
    parent = thing.get("parent")
    if not isinstance(parent, dict):
        return False
    return any(one in seen.made for one in _ids(*[parent.get(key) for key in _PARENTS]))


# ---- what was seen


def _note_shown(seen: Sightings, one: Interaction) -> None:
    for part in objects(one.response) if one.done else ():
        _note(seen, one, part)


def _note(seen: Sightings, one: Interaction, part: Json) -> None:
    family = part.get("object")
    if family == "user":
        _note_user(seen, part)
        return
    if part.get("type") == "mention" and isinstance(part.get("mention"), dict):
        _note_mention(seen, part)
    for kind, above in _PARENTS.items():
        if kind in part and part.get("type") == kind:
            seen.hint(above, part[kind])
    if family not in FAMILIES or not isinstance(part.get("id"), str):
        return
    thing_id = dashed(part["id"])
    if _below_made(seen, part):
        seen.made.add(thing_id)
    if family == "page" and "properties" in part:
        source = (part.get("parent") or {}).get("data_source_id")
        if source is not None:
            seen.rows.setdefault(dashed(source), []).append(part["properties"])
            seen.hint("data_source", source, database_id=part["parent"].get("database_id"))
            seen.where.setdefault(thing_id, dashed(source))
            _note_related(seen, dashed(source), part["properties"])
    if family == "view" and "name" not in part and thing_id not in seen.made:
        seen.hint("view", thing_id, parent=part.get("parent"), type=part.get("type"))
    if _MARK.get(str(family), "parent") not in part and family != "file_upload":
        return
    if thing_id not in seen.made and thing_id not in seen.full[str(family)]:
        seen.full[str(family)][thing_id] = _before(one, part)
        _note_around(seen, part)


def _note_related(seen: Sightings, source: str, properties: Json) -> None:
    """Note by which relation a page is led to, of which nothing else may tell where it is."""
    for name, value in properties.items():
        for one in value.get("relation") or () if value.get("type") == "relation" else ():
            seen.hint("page", one.get("id"), related_by=(source, name))


def _note_user(seen: Sightings, part: Json) -> None:
    seen.user_ids.update(_ids(part.get("id")))
    if {"id", "name", "type"} <= part.keys():
        shown = {key: value for key, value in part.items() if key != "request_id"}
        if shown["id"] not in {one["id"] for one in seen.users} or _apart(seen, shown):
            seen.users.append(shown)


def _apart(seen: Sightings, user: Json) -> bool:
    """Tell whether an id that is known stands for somebody else as well."""
    return all(user["name"] != one["name"] for one in seen.users if one["id"] == user["id"])


def _note_mention(seen: Sightings, part: Json) -> None:
    for kind in ("page", "database", "data_source"):
        inner = part["mention"].get(kind)
        if isinstance(inner, dict):
            seen.hint(kind, inner.get("id"), title=part.get("plain_text"))


def _note_around(seen: Sightings, part: Json) -> None:
    """Note what an object tells of others."""
    family = part["object"]
    if family == "data_source":
        database = (part.get("parent") or {}).get("database_id")
        seen.hint(
            "database",
            database,
            parent=part.get("database_parent"),
            is_inline=part.get("is_inline"),
        )
    elif family == "database":
        for source in part.get("data_sources", ()):
            seen.hint("data_source", source.get("id"), database_id=part["id"], title=source["name"])
    elif family == "block" and part.get("type") in {"child_page", "child_database"}:
        kind = "page" if part["type"] == "child_page" else "database"
        title = (part.get(part["type"]) or {}).get("title")
        keys = ("parent", "created_time", "last_edited_time", "created_by", "last_edited_by")
        seen.hint(kind, part["id"], title=title, **{key: part.get(key) for key in keys})


def _before(one: Interaction, part: Json) -> Json:
    """Return an object as it was before the request whose answer shows it."""
    thing = deepcopy(part)
    if one.response is part and one.is_a("POST", "file_uploads", "*", "*"):
        if thing.get("status") == "uploaded":
            thing |= {"status": "pending", "content_length": None}
        return thing
    if one.response is not part or one.method not in {"PATCH", "DELETE"}:
        return thing
    written = one.request if isinstance(one.request, dict) else {}
    state = True if one.method == "DELETE" else written.get("in_trash", written.get("archived"))
    if isinstance(state, bool):
        thing["in_trash"] = not state
    changed = written.get("properties")
    if part.get("object") == "data_source" and isinstance(changed, dict):
        _undo(thing["properties"], changed)
    return thing


def _undo(properties: Json, changed: Json) -> None:
    """Take back renamed and removed properties, as far as the request tells of them."""
    ids = {one.get("id") for one in properties.values()}
    for key, config in changed.items():
        if config is None and key not in ids:
            properties.setdefault(key, {"name": key, "type": "rich_text", "rich_text": {}})
        elif isinstance(config, dict) and config.get("name") in properties and key not in ids:
            old = properties.pop(config["name"])
            properties[key] = {**old, "name": key}


def _note_order(seen: Sightings, one: Interaction) -> None:
    results = one.response.get("results") if one.done else None
    if not isinstance(results, list):
        return
    if one.is_a("GET", "blocks", "*", "children"):
        below = seen.children.setdefault(dashed(one.parts[1]), [])
        for thing in results:
            if dashed(str(thing.get("id"))) not in [*seen.made, *below]:
                below.append(dashed(thing["id"]))
    elif one.is_a("POST", "data_sources", "*", "query"):
        if not (isinstance(one.request, dict) and one.request.get("sorts")):
            following = UUID.findall(str(one.response.get("next_cursor")))[-1:]
            seen.unsorted.append([dashed(it["id"]) for it in results] + following)
    elif one.is_a("GET", "file_uploads"):
        seen.unsorted.append([dashed(it["id"]) for it in results])
        _note_next_upload(seen, one.response)


def _note_next_upload(seen: Sightings, answer: Json) -> None:
    """Note that there is a further upload behind a page, if nothing else shows it."""
    following, results = answer.get("next_cursor"), answer["results"]
    if not isinstance(following, str) or not results or not UUID.fullmatch(following):
        return
    if following not in seen.made and following not in seen.full["file_upload"]:
        stub = {key: value for key, value in results[-1].items() if key != "file_import_result"}
        seen.full["file_upload"][dashed(following)] = {**stub, "id": following}
        seen.unsorted.append([dashed(results[-1]["id"]), dashed(following)])


# ---- what requests name


def _note_named(seen: Sightings, one: Interaction) -> None:
    """Note what a request names, whether its answer shows it or not."""
    refused = one.response.get("message") if isinstance(one.response, dict) else None
    for thing_id, kind in _PROVIDED.findall(str(refused)):
        seen.hint(kind, thing_id)
    if not 200 <= one.status < 300:
        return
    family = {"pages": "page", "databases": "database", "data_sources": "data_source"}
    parts = one.parts
    if len(parts) > 1 and parts[0] in family:
        seen.hint(family[parts[0]], parts[1])
    elif len(parts) > 1 and parts[0] in {"blocks", "views"}:
        seen.hint(parts[0].removesuffix("s"), parts[1])
    for part in objects(one.request):
        for kind, above in _PARENTS.items():
            if kind in part:
                seen.hint(above, part[kind])
        for kind in ("page", "database", "data_source"):
            inner = part.get(kind)
            if isinstance(inner, dict) and "mention" not in part:
                seen.hint(kind, inner.get("id"))
