"""Puts into a workspace what existed before a recording began.

The rule: everything goes through the workspace's own interface, in the order in which a person
would make it: users, containers, schemas, rows, their values, bodies, remarks, and last of all
stamps and the trash. What cannot be put there is noted and never an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from notion_emulator import Workspace
from notion_emulator.errors import ApiError
from notion_emulator.ids import normal_id
from tests.contract.recording import MISFITS, UUID, Json, dashed, instant
from tests.contract.seeding_bodies import Bodies
from tests.contract.seeding_computed import Computed
from tests.contract.seeding_schema import Schemas, placed
from tests.contract.sightings import Sightings
from tests.contract.translation import Translation

P = ParamSpec("P")
Result = TypeVar("Result")
_REFERENCE = re.compile(r"block_property:([^:]+):([0-9a-f-]{36}):([0-9a-f-]{36})")
_COMPUTED = frozenset(
    {
        "formula",
        "rollup",
        "created_time",
        "created_by",
        "last_edited_time",
        "last_edited_by",
        "unique_id",
        "button",
        "verification",
    }
)
#: What goes wrong when a recorded thing does not fit: never a reason to stop.
UNFIT = (ApiError, *MISFITS)


def written_text(value: object) -> list[Json]:
    """Return a recorded title, as text or as segments, in the form of a request."""
    if isinstance(value, list):
        return value
    return [{"type": "text", "text": {"content": value}}] if isinstance(value, str) else []


class Seeder:
    """Seeds one workspace for one scenario.

    Args:
        workspace: The fresh workspace.
        own: What the scenario itself shows.
        library: What all scenarios show together.
        translation: Learns the ids that could not be kept.

    Attributes:
        notes: What could not be put there, and why.
        untold: The raw ids of properties of which no answer tells how they are computed.
    """

    def __init__(
        self, workspace: Workspace, own: Sightings, library: Sightings, translation: Translation
    ) -> None:
        self.workspace = workspace
        self.own = own
        self.library = library
        self.translation = translation
        self.notes: list[str] = []
        self.untold: set[str] = set()
        self.schemas = Schemas(self)
        self.bodies = Bodies(self)
        self.computed = Computed(self)
        self._begun: set[str] = set()
        self._pages: list[str] = []
        self._filled: set[str] = set()

    def plant(self) -> None:
        """Put everything there; each kind on its own, so that one that fails stops no other."""
        for step in (
            self._spaces,
            self._users,
            self._containers,
            self.schemas.connect,
            self._values,
            self._blocks,
            self.computed.settle,
            self._finish,
        ):
            self.attempt(step.__name__.strip("_"), step)

    def _spaces(self) -> None:
        """Learn the ids under which the workspace is known."""
        self.translation.manifold.add(self.workspace.workspace_id)
        for source in [*self.own.full["data_source"].values(), *self._known_sources()]:
            for _, _, space in _REFERENCE.findall(str(source.get("properties"))):
                self.translation.assume(space, self.workspace.workspace_id)

    def _values(self) -> None:
        """Give pages their values; those that these name are put there on the way."""
        for page_id in [*self.own.hints["page"]]:
            source_id, name = self.hint("page", page_id).get("related_by") or ("", "")
            self.page(page_id, self.schemas.target(source_id, name))
        while len(self._filled) < len(self._pages):
            for page_id in self._pages[:]:
                if page_id not in self._filled:
                    self._filled.add(page_id)
                    self._fill(page_id)

    def _blocks(self) -> None:
        self.bodies.plant(self._pages)

    def _known_sources(self) -> list[Json]:
        return list(self.library.full["data_source"].values())

    def attempt(
        self, what: str, act: Callable[P, Result], *args: P.args, **named: P.kwargs
    ) -> Result | None:
        """Do one thing; note it when it cannot be done. Returns what it gave, else None."""
        try:
            return act(*args, **named)
        except UNFIT as error:
            self.notes.append(f"{what}: {error}")
            return None

    # ---- looking up

    def find(self, family: str, thing_id: str) -> Json | None:
        """Return a thing as it was, None when only its id is known."""
        return self.own.full[family].get(thing_id) or self.library.full[family].get(thing_id)

    def hint(self, family: str, thing_id: str) -> Json:
        """Return what is known of a thing in passing."""
        mine = {k: v for k, v in self.own.hints[family].get(thing_id, {}).items() if v is not None}
        return {**self.library.hints[family].get(thing_id, {}), **mine}

    def new(self, thing_id: str) -> bool:
        """Tell, once, whether a thing is to be put there."""
        if thing_id in self._begun or thing_id in self.own.made or thing_id in self.own.gone:
            return False
        self._begun.add(thing_id)
        return True

    def kept(self, thing_id: str | None) -> str | None:
        """Return an id where the workspace can keep it, None where it must give its own."""
        return normal_id(thing_id)

    def at(self, stamp: object) -> datetime | None:
        """Return a recorded stamp as an instant."""
        return instant(stamp)

    def by(self, thing: Json, key: str) -> str | None:
        """Return our id of a thing's author."""
        author = thing.get(key)
        found = author.get("id") if isinstance(author, dict) else None
        if not isinstance(found, str) or not UUID.fullmatch(found):
            return None
        return self.translation.local(found)

    # ---- users

    def _users(self) -> None:
        listed = [*self.own.users]
        ids = {one["id"] for one in listed}
        listed += [
            one
            for one in self.library.users
            if one["id"] in self.own.user_ids and one["id"] not in ids
        ]
        met: set[str] = set()
        for user in listed:
            known = self.translation.known(str(user["id"]))
            if known and (user["name"] == self.workspace.state.bot.name or user["id"] in met):
                continue
            if known:
                self.translation.ambiguous.add(dashed(user["id"]))
            met.add(user["id"])
            given = None if known else self.kept(user["id"])
            self.attempt(f"user {user['name']}", self._user, user, given)

    def _user(self, user: Json, given: str | None) -> None:
        add = self.workspace
        if user["type"] == "person":
            email = (user.get("person") or {}).get("email")
            name, avatar = user["name"], user.get("avatar_url")
            ours = add.add_person(name, email, given, avatar_url=avatar)
        else:
            ours = add.add_bot(user["name"], given, avatar_url=user.get("avatar_url"))
        self.translation.assume(user["id"], ours)

    # ---- pages, databases, data sources

    def _containers(self) -> None:
        for family in ("data_source", "database"):
            for thing_id in [*self.own.full[family], *self.own.hints[family]]:
                self.container(family, thing_id)
        order = self.own.newest_first
        pages = [*self.own.full["page"], *self.own.hints["page"]]

        def born(page_id: str) -> tuple[str, int]:
            thing = self.find("page", page_id) or self.hint("page", page_id)
            return str(thing.get("created_time") or ""), -order.get(page_id, 0)

        for page_id in sorted(dict.fromkeys(pages), key=born):
            known = self.find("page", page_id) or self.hint("page", page_id)
            if known.get("parent") or "related_by" not in known:
                self.page(page_id)
        for block_id in self.own.hints["block"]:
            if self.find("block", block_id) is None and self.library.full["page"].get(block_id):
                self.page(block_id)

    def container(self, family: str, thing_id: str) -> None:
        """Put a database there with all its data sources, named by any of them."""
        database_id = thing_id
        if family == "data_source":
            if thing_id in self._begun or thing_id in self.own.made:
                return
            thing = self.find("data_source", thing_id) or {}
            parent = thing.get("parent") or self.hint("data_source", thing_id)
            database_id = str(parent.get("database_id") or "")
        self.schemas.database(database_id, thing_id if family == "data_source" else None)

    def page(self, page_id: str, parent: Json | None = None) -> None:
        """Put a page there, without values yet; ``parent`` is where it goes if nobody knows."""
        block = self.own.full["block"].get(page_id, {"type": "child_page"})
        if block.get("type") != "child_page" or page_id in self.own.full["database"]:
            return
        if not self.new(page_id):
            return
        thing = self.find("page", page_id) or self.hint("page", page_id)
        where = self.parent(thing.get("parent") or parent)
        at, by = self.at(thing.get("created_time")), self.by(thing, "created_by")
        self._number(thing, where)
        ours = self.attempt(
            f"page {page_id}",
            self.workspace.create_page,
            {"parent": where},
            id=self.kept(page_id),
            at=at,
            by=by,
        )
        if isinstance(ours, dict):
            self.translation.assume(page_id, ours["id"])
            self._pages.append(page_id)

    def _number(self, thing: Json, where: Json) -> None:
        """Let the row that comes next have the number that it had."""
        source = self.workspace.state.sources.get(where.get("data_source_id", ""))
        for value in (thing.get("properties") or {}).values():
            if value.get("type") == "unique_id" and source is not None:
                number = (value.get("unique_id") or {}).get("number")
                if isinstance(number, int):
                    source.next_number = number

    def parent(self, written: object) -> Json:
        """Put a parent there and return it as a request names it."""
        if not isinstance(written, dict):
            return {"workspace": True}
        source = written.get("data_source_id")
        if isinstance(source, str):
            self.container("data_source", dashed(source))
            return {"data_source_id": self.translation.local(source)}
        database = written.get("database_id")
        if isinstance(database, str):
            self.container("database", dashed(database))
            return {"database_id": self.translation.local(database)}
        page = written.get("page_id")
        if isinstance(page, str):
            self.page(dashed(page))
            return {"page_id": self.translation.local(page)}
        block = written.get("block_id")
        if isinstance(block, str):
            above = self.find("block", dashed(block)) or {}
            return self.parent(above.get("parent"))
        return {"workspace": True}

    # ---- values

    def _fill(self, page_id: str) -> None:
        thing = self.find("page", page_id)
        hint = self.hint("page", page_id)
        if thing is None:
            title = written_text(hint.get("title"))
            self._update(page_id, {"properties": {"title": {"title": title}}}, "title")
            return
        values = {}
        for name, value in (thing.get("properties") or {}).items():
            written = self._value(page_id, name, value)
            if written is not None:
                values[name] = written
        if self._update(page_id, {"properties": values}, None) is None:
            for name, written in values.items():
                self._update(page_id, {"properties": {name: written}}, name)
        body = {part: placed(thing[part]) for part in ("icon", "cover") if thing.get(part)}
        if body:
            self._update(page_id, body, "icon or cover")

    def _update(self, page_id: str, body: Json, what: str | None) -> object:
        ours = self.translation.local(page_id)
        if what is None:
            try:
                return self.workspace.update_page(ours, body)
            except UNFIT:
                return None
        return self.attempt(f"{what} of page {page_id}", self.workspace.update_page, ours, body)

    def _value(self, page_id: str, name: str, value: Json) -> Json | None:
        """Return a recorded value in the form of a request; None for what cannot be written."""
        kind = str(value.get("type"))
        inner: Any = value.get(kind)
        if kind in _COMPUTED:
            return None
        if kind == "people":
            known = [one for one in inner or () if self.translation.known(one.get("id", ""))]
            return {"people": [{"id": self.translation.local(one["id"])} for one in known]}
        if kind == "relation":
            page = self.workspace.state.pages.get(self.translation.local(page_id))
            target = None if page is None else self.schemas.target(page.parent.id, name)
            ids = [dashed(one["id"]) for one in inner or ()]
            ids = [one for one in ids if one not in self.own.made]
            for one in ids:
                self.page(one, target)
            return {"relation": [{"id": self.translation.local(one)} for one in ids]}
        return {kind: self.translation.body(inner)}

    # ---- the last things

    def _finish(self) -> None:
        """Give everything its stamps, then put into the trash what lay there."""
        for page_id in self._pages:
            thing = self.find("page", page_id) or self.hint("page", page_id)
            at, by = self.at(thing.get("last_edited_time")), self.by(thing, "last_edited_by")
            flags = {flag: True for flag in ("is_archived", "is_locked") if thing.get(flag)}
            ours = self.translation.local(page_id)
            self.attempt(
                f"stamp of page {page_id}", self.workspace.update_page, ours, flags, at=at, by=by
            )
        self.schemas.finish()
        for page_id in self._pages:
            thing = self.find("page", page_id) or {}
            ours = self.translation.local(page_id)
            if thing.get("in_trash") and not self.workspace.page(ours)["in_trash"]:
                at, by = self.at(thing.get("last_edited_time")), self.by(thing, "last_edited_by")
                self.attempt(
                    f"trash of page {page_id}", self.workspace.trash_page, ours, at=at, by=by
                )


def merged(many: list[Sightings]) -> Sightings:
    """Return what several scenarios show together; what one of them made stays its own."""
    library = Sightings()
    for one in many:
        for family, things in one.full.items():
            for thing_id, thing in things.items():
                library.full[family].setdefault(thing_id, thing)
        for family, hints in one.hints.items():
            for thing_id, hint in hints.items():
                known = {key: value for key, value in hint.items() if value is not None}
                library.hints[family].setdefault(thing_id, {}).update(known)
        for above, below in one.children.items():
            if len(below) > len(library.children.get(above, ())):
                library.children[above] = below
        for page_id, source in one.where.items():
            library.where.setdefault(page_id, source)
        for source, rows in one.rows.items():
            library.rows.setdefault(source, []).extend(rows)
        library.users += [user for user in one.users if user not in library.users]
    return library
