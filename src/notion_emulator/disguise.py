"""A workspace in disguise: the same shape, with made-up names, texts and addresses.

The rule: nothing is passed on because nobody thought of it. Every object is built anew from
the parts that are named here; what is not named is left out. Ids, stamps, numbers, dates,
ticks, links between pages and the schema (titles of databases, names of properties and
options, formulas) stay as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from notion_emulator.made_up import MadeUp, words
from notion_emulator.model import COMPUTED_KINDS, OPTION_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notion_emulator.adopting import Original

Json = dict[str, Any]

_USERS = frozenset({"created_by", "last_edited_by"})
#: What is another one at each look, and says nothing of the workspace.
_OF_A_MOMENT = frozenset({"request_id", "expiry_time"})
_STAY = frozenset({"number", "checkbox", "unique_id"})
_STAMPS = ("id", "created_time", "last_edited_time", "in_trash")
_ANNOTATIONS = ("bold", "italic", "strikethrough", "underline", "code", "color")
_PAGES = "https://app.notion.com/p/"
_OPTION = ("id", "name", "color")
_FACTS = {
    "number": ("format",),
    "unique_id": ("prefix",),
    "formula": ("expression",),
    "relation": (
        *("database_id", "data_source_id", "type"),
        *("single_property", "dual_property"),
    ),
    "rollup": (
        *("relation_property_name", "relation_property_id", "function"),
        *("rollup_property_name", "rollup_property_id"),
    ),
}


def disguised(original: Original, key: bytes) -> Original:
    """Return a workspace in disguise.

    Args:
        original: The workspace as the API shows it.
        key: Decides every made-up word: the same key gives the same words.
    """
    disguise = _Disguise(MadeUp(key, _true_words(original)))
    return replace(
        original,
        me=disguise.bot(original.me),
        users=[disguise.user(one) for one in original.users],
        databases=[disguise.database(one) for one in original.databases],
        data_sources=[disguise.source(one) for one in original.data_sources],
        pages=[disguise.page(one) for one in original.pages],
    )


def _true_words(original: Original) -> Iterator[str]:
    for part in (original.me, original.users, original.databases, original.data_sources):
        yield from _words(part)
    yield from _words(original.pages)


def _words(thing: Any) -> Iterator[str]:
    """Give the words of all texts below, wherever they stand; not those of a moment."""
    if isinstance(thing, str):
        # The signature of a file's address is another one at each look.
        yield from words(thing.partition("?")[0] if thing.startswith("http") else thing)
    elif isinstance(thing, dict):
        for name, one in thing.items():
            if name not in _OF_A_MOMENT:
                yield from _words(one)
    elif isinstance(thing, list):
        for one in thing:
            yield from _words(one)


class _Disguise:
    """Builds every object of the API anew."""

    def __init__(self, made_up: MadeUp) -> None:
        self.made_up = made_up
        self._making = self._kinds()

    # ---- people

    def bot(self, me: Json) -> Json:
        """Return the connection's own user."""
        space = (me.get("bot") or {}).get("workspace_id")
        return {
            "object": "user",
            "id": me["id"],
            "name": "Connection",
            "avatar_url": None,
            "type": "bot",
            "bot": {"workspace_id": space, "workspace_name": "Workspace"},
        }

    def user(self, user: Json) -> Json:
        """Return a user, as much as is shown of it."""
        if "type" not in user:
            return {"object": "user", "id": user["id"]}
        made: Json = {
            "object": "user",
            "id": user["id"],
            "name": self.made_up.text(user.get("name") or ""),
            "avatar_url": None,
            "type": user["type"],
        }
        email = (user.get("person") or {}).get("email")
        if user["type"] == "person":
            made["person"] = {} if email is None else {"email": self.made_up.line(email)}
        return made

    # ---- databases and data sources

    def database(self, database: Json) -> Json:
        """Return a database; its title stays."""
        return {
            **_only(database, (*_STAMPS, "is_inline", "is_locked")),
            "object": "database",
            "title": _plain(database["title"]),
            "description": self.text(database.get("description") or []),
            "parent": _parent(database["parent"]),
            "icon": self.picture(database.get("icon")),
            "cover": self.picture(database.get("cover")),
        }

    def source(self, source: Json) -> Json:
        """Return a data source; its title stays, and so do the names in its schema."""
        return {
            **_only(source, _STAMPS),
            "object": "data_source",
            "created_by": _partial(source["created_by"]),
            "last_edited_by": _partial(source["last_edited_by"]),
            "title": _plain(source["title"]),
            "description": self.text(source.get("description") or []),
            "parent": _parent(source["parent"]),
            "icon": self.picture(source.get("icon")),
            "cover": self.picture(source.get("cover")),
            "properties": {
                name: self.config(config) for name, config in source["properties"].items()
            },
        }

    def config(self, config: Json) -> Json:
        """Return the configuration of a property."""
        kind = config["type"]
        facts = config[kind] or {}
        if kind in OPTION_KINDS:
            options = [
                {**_only(one, _OPTION), "description": self.words(one.get("description"))}
                for one in facts["options"]
            ]
            groups = [_only(one, (*_OPTION, "option_ids")) for one in facts.get("groups", ())]
            made: Json = {"options": options, "groups": groups}
        else:
            made = _only(facts, _FACTS.get(kind, ()))
        return {
            **_only(config, ("id", "name", "type")),
            "description": self.words(config.get("description")),
            kind: made,
        }

    def words(self, text: str | None) -> str | None:
        """Return the like of a plain text, None of None."""
        return None if text is None else self.made_up.text(text)

    # ---- pages

    def page(self, page: Json) -> Json:
        """Return a page."""
        return {
            **_only(page, (*_STAMPS, "is_archived", "is_locked")),
            "object": "page",
            "created_by": _partial(page["created_by"]),
            "last_edited_by": _partial(page["last_edited_by"]),
            "parent": _parent(page["parent"]),
            "icon": self.picture(page.get("icon")),
            "cover": self.picture(page.get("cover")),
            "properties": {name: self.value(answer) for name, answer in page["properties"].items()},
        }

    def value(self, answer: Json) -> Json:
        """Return the value of a property; of kinds that are computed or unknown, none."""
        kind = answer["type"]
        value = answer.get(kind)
        made = None
        if value is not None and (kind not in COMPUTED_KINDS or kind in _USERS | _STAY):
            make = self._making.get(kind)
            made = value if kind in _STAY else None if make is None else make(value)
        return {"id": answer["id"], "type": kind, kind: made}

    def _kinds(self) -> dict[str, Callable[[Any], Any]]:
        return {
            "title": self.text,
            "rich_text": self.text,
            "select": lambda value: _only(value, _OPTION),
            "status": lambda value: _only(value, _OPTION),
            "multi_select": lambda value: [_only(one, _OPTION) for one in value],
            "date": lambda value: _only(value, ("start", "end", "time_zone")),
            "people": lambda value: [self.user(one) for one in value],
            "created_by": self.user,
            "last_edited_by": self.user,
            "relation": lambda value: [_only(one, ("id",)) for one in value],
            "files": lambda value: [self.file(one) for one in value],
            "url": self.made_up.line,
            "email": self.made_up.line,
            "phone_number": self.made_up.line,
            "place": self.place,
        }

    def text(self, items: list[Json]) -> list[Json]:
        """Return a rich text: the same segments and formatting."""
        return [self.segment(item) for item in items]

    def segment(self, item: Json) -> Json:
        """Return a segment; of mentions only those of users, pages and dates stay mentions."""
        if item["type"] == "mention":
            mention = self.mention(item)
            if mention is not None:
                return mention
        plain = self.made_up.text(item["plain_text"])
        href = None if item["href"] is None else self.made_up.line(item["href"])
        return {
            "type": "text",
            "text": {"content": plain, "link": None if href is None else {"url": href}},
            "annotations": _only(item["annotations"], _ANNOTATIONS),
            "plain_text": plain,
            "href": href,
        }

    def mention(self, item: Json) -> Json | None:
        """Return a mention of a user, a date or a page; None of anything else."""
        kind = item["mention"]["type"]
        target = item["mention"][kind]
        href = None
        if kind == "user":
            shown: Json = self.user(target)
            plain = "@" + shown.get("name", "Anonymous")
        elif kind == "date":
            shown = _only(target, ("start", "end", "time_zone"))
            plain = " → ".join(filter(None, (shown["start"], shown["end"])))
        elif kind in {"page", "database", "data_source"}:
            shown, plain = _only(target, ("id",)), self.made_up.text(item["plain_text"])
            href = _PAGES + target["id"].replace("-", "")
        else:
            return None
        return {
            "type": "mention",
            "mention": {"type": kind, kind: shown},
            "annotations": _only(item["annotations"], _ANNOTATIONS),
            "plain_text": plain,
            "href": href,
        }

    def file(self, file: Json) -> Json:
        """Return a file that lies elsewhere, whatever it was."""
        url = self.made_up.address(file[file["type"]]["url"])
        name = self.made_up.file_name(file["name"])
        return {"name": name, "type": "external", "external": {"url": url}}

    def picture(self, picture: Json | None) -> Json | None:
        """Return an icon or cover: emoji and Notion's own pictures stay."""
        if picture is None:
            return None
        kind = picture["type"]
        if kind == "emoji":
            return _only(picture, ("type", "emoji"))
        if kind == "icon":
            return {"type": "icon", "icon": _only(picture["icon"], ("name", "color"))}
        url = (picture.get(kind) or {}).get("url") or "https://picture"
        return {"type": "external", "external": {"url": self.made_up.address(url)}}

    def place(self, place: Json) -> Json:
        """Return a place: somewhere else."""
        there = f"{place['lat']},{place['lon']}"
        return {
            "lat": self.made_up.number(f"lat {there}", -60, 60),
            "lon": self.made_up.number(f"lon {there}", -180, 180),
            "name": self.words(place.get("name")),
            "address": self.words(place.get("address")),
            "aws_place_id": None,
            "google_place_id": None,
        }


def _only(thing: Json, parts: tuple[str, ...]) -> Json:
    return {part: thing[part] for part in parts if part in thing}


def _partial(user: Json) -> Json:
    return {"object": "user", "id": user["id"]}


def _parent(parent: Json) -> Json:
    kind = parent["type"]
    return {"type": kind, kind: parent[kind]}


def _plain(items: list[Json]) -> list[Json]:
    """Return the words of a title that stays, as one plain segment."""
    content = "".join(item["plain_text"] for item in items)
    if not content:
        return []
    return [
        {
            "type": "text",
            "text": {"content": content, "link": None},
            "annotations": {**dict.fromkeys(_ANNOTATIONS, False), "color": "default"},
            "plain_text": content,
            "href": None,
        }
    ]
