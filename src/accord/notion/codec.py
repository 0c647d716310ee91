"""Pages of Notion into records, and changes of records into what a request writes.

Rule: properties are found by their id, never by their name; a value that cannot be read in full
is left out of the record, which says "not sighted" and never "empty".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from accord.core.errors import OurError, ValueRefusedError
from accord.core.ports import Binding, Problem, User
from accord.core.record import UNDECLARED, Record, Sighting
from accord.core.schema import Field, PropertyType
from accord.core.values import Json, Opaque, Text, Value, normal_text, parse_moment, to_json
from accord.notion.properties import (
    UnreadableError,
    decode_value,
    encode_value,
    lasting,
    normal_id,
    refuse_unstorable,
    storable,
)
from accord.notion.stamping import decode_stamps

__all__ = [
    "Decoded",
    "decode_page",
    "decode_property_items",
    "encode_properties",
    "encode_value",
    "outline",
    "users_in",
]

#: A page shows this many people at most and does not say whether there are more.
MOST_PEOPLE: Final = 25


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a page says.

    Args:
        sighting: the page; what is in ``truncated`` is in neither its record nor its mirrors.
        truncated: (field name, property id) of the relations and people of which the page shows a
            part only; read them whole and decode them with `decode_property_items`.
        users: the people seen, as far as facts are given of them.
        notes: what is worth telling though the page was read.
    """

    sighting: Sighting
    truncated: tuple[tuple[str, str], ...] = ()
    users: tuple[User, ...] = ()
    notes: tuple[Problem, ...] = ()


def decode_page(binding: Binding, page: Mapping[str, Json], *, weak: bool = False) -> Decoded:
    """Read one page object, of any version of the API.

    Args:
        binding: how the fields are found.
        page: the page, with its ``properties``.
        weak: whether the page comes from an index that may lag (see `Sighting`).

    Raises:
        ValueRefusedError: a declared property holds text that Postgres cannot.
    """
    reading = _Reading(binding, page, _by_id(page))
    reading.meet_people()
    for declared in binding.collection.fields:
        if declared.managed is None:
            reading.read(declared)
    reading.read_undeclared()
    sighting = _sighted(
        binding, page, reading.by_id, Record(reading.values), reading.mirrors, weak=weak
    )
    return Decoded(
        sighting, tuple(reading.truncated), tuple(reading.users.values()), tuple(reading.notes)
    )


def outline(binding: Binding, page: Mapping[str, Json], *, weak: bool = False) -> Sighting:
    """All that a page says but its record: this can always be read."""
    return _sighted(binding, page, _by_id(page), Record({}), {}, weak=weak)


def _sighted(
    binding: Binding,
    page: Mapping[str, Json],
    by_id: Mapping[str, Mapping[str, Json]],
    record: Record,
    mirrors: Mapping[str, tuple[str, ...]],
    *,
    weak: bool,
) -> Sighting:
    return Sighting(
        record=record,
        page_id=normal_id(str(page["id"])),
        deleted=bool(page.get("in_trash", page.get("archived", False))),
        created_at=_moment(page.get("created_time")),
        edited_at=_moment(page.get("last_edited_time")),
        weak=weak,
        mirrors=mirrors,
        stamps=decode_stamps(binding, by_id),
        edited_by=_user_id(page.get("last_edited_by")),
        created_by=_user_id(page.get("created_by")),
    )


def decode_property_items(declared: Field, items: Sequence[Mapping[str, Json]]) -> Value:
    """The whole value of a property, from all results of the property endpoint.

    Args:
        declared: the field; its type is title, rich_text, relation or people.
        items: the ``property_item`` objects of all pages of the answer, in order.

    Raises:
        ValueRefusedError: the value cannot be read, or holds text that Postgres cannot.
    """
    key = declared.type.value
    try:
        value = decode_value(declared.type, {key: [item[key] for item in items]})
    except (KeyError, UnreadableError) as error:
        raise ValueRefusedError(
            declared.title,
            f"its whole value cannot be read: {error}",
            "It is read again in the next round; tell the makers of accord if this stays.",
        ) from error
    refuse_unstorable(declared.title, value)
    return value


def encode_properties(binding: Binding, changes: Mapping[str, Value]) -> dict[str, Json]:
    """The ``properties`` of a request: property id -> value, for the fields to write.

    A field that is not bound is frozen and left out.

    Raises:
        ValueRefusedError: Notion would not take a value.
        OurError: a change is to something that is never written to Notion.
    """
    properties: dict[str, Json] = {}
    for name, value in changes.items():
        if name == UNDECLARED:
            raise OurError("undeclared properties are never written to Notion")
        declared = binding.collection.field(name)
        if declared.mirrors is not None:
            raise OurError(f"{declared.title} mirrors {declared.mirrors}, which is to be written")
        if name in binding.fields:
            _refuse_unknown_status(declared, value, binding.statuses.get(name, ()))
            encoded = encode_value(declared.type, value, title=declared.title)
            properties[binding.fields[name]] = encoded
    return properties


def _refuse_unknown_status(declared: Field, value: Value, options: Sequence[str]) -> None:
    """Refuse a status that Notion lacks; unlike an option of a select, no write makes one."""
    if not isinstance(value, str) or not options:
        return
    if value.casefold() not in {option.casefold() for option in options}:
        raise ValueRefusedError(
            declared.title,
            f"Notion has no status {value!r}",
            f"Choose one of {', '.join(options)}; or add it to the property in Notion.",
        )


def users_in(value: Json) -> Iterator[User]:
    """The people in any part of an answer of Notion of whom more than the id is told."""
    if isinstance(value, list):
        for item in value:
            yield from users_in(item)
    elif isinstance(value, dict):
        if value.get("object") in {"user", "group"} and isinstance(value.get("id"), str):
            if user := _user(value):
                yield user
        else:
            for item in value.values():
                yield from users_in(item)


def _where_people_are(answer: Mapping[str, Json]) -> Json:
    """The parts of a property in which people can be: most of a page has none."""
    found = answer.get("type")
    match found:
        case "people" | "created_by" | "last_edited_by" | "rollup" | "verification":
            return answer.get(found)
        case "title" | "rich_text":
            segments = answer.get(found)
            if not isinstance(segments, list):
                return None
            return [s for s in segments if isinstance(s, dict) and s.get("type") == "mention"]
        case _:
            return None


def _user(raw: Mapping[str, Json]) -> User | None:
    kind = "group" if raw["object"] == "group" else raw.get("type")
    person = raw.get("person")
    email = person.get("email") if isinstance(person, Mapping) else None
    name, avatar = raw.get("name"), raw.get("avatar_url")
    if not (kind or name or email):
        return None
    return User(
        id=normal_id(raw["id"]),
        name=_fact(name),
        email=_fact(email),
        avatar_url=_fact(avatar),
        kind=str(kind or "person"),
    )


def _fact(value: Json) -> str | None:
    return normal_text(lasting(value)) if isinstance(value, str) and storable(value) else None


def _by_id(page: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    return {
        answer["id"]: answer
        for answer in (page.get("properties") or {}).values()
        if isinstance(answer, dict) and isinstance(answer.get("id"), str)
    }


def _user_id(raw: Json) -> str | None:
    id_ = raw.get("id") if isinstance(raw, dict) else None
    return normal_id(id_) if isinstance(id_, str) else None


def _moment(text: Json) -> datetime | None:
    try:
        return parse_moment(text)
    except (TypeError, ValueError):
        return None


@dataclass(slots=True)
class _Reading:
    """One page while it is read."""

    binding: Binding
    page: Mapping[str, Json]
    by_id: Mapping[str, Mapping[str, Json]]
    values: dict[str, Value] = field(default_factory=dict)
    mirrors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    truncated: list[tuple[str, str]] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)

    def meet_people(self) -> None:
        """Note the people whom the page shows."""
        for answer in self.by_id.values():
            shown = _where_people_are(answer)
            if shown:
                self.users.update((user.id, user) for user in users_in(shown))

    def read(self, declared: Field) -> None:
        """Read one declared field, if the page has it."""
        property_id = self.binding.fields.get(declared.name)
        if property_id is None:
            return
        answer = self.by_id.get(property_id)
        if answer is None:
            return
        found = answer.get("type")
        if found != declared.type:
            self.note(
                declared.title,
                f"it is declared as {declared.type} and is {found} in Notion; it is frozen",
                f"Make it {declared.type} again in Notion, or declare it as {found}.",
            )
            return
        try:
            value = decode_value(declared.type, answer)
        except UnreadableError as unreadable:
            self.note(
                declared.title,
                f"it was left out: {unreadable}",
                "Nothing was changed on either side; look at the property in Notion.",
                here=True,
            )
            return
        refuse_unstorable(declared.title, value)
        if declared.options:
            self.check_options(declared, value)
        if _may_be_cut(answer):
            self.truncated.append((declared.name, property_id))
        elif declared.mirrors is None:
            self.values[declared.name] = value
        elif isinstance(value, tuple):
            self.mirrors[declared.name] = tuple(id_ for id_ in value if isinstance(id_, str))

    def read_undeclared(self) -> None:
        """Collect what no model declares, if the page shows all of it."""
        if "properties" not in self.page or not self.binding.undeclared <= self.by_id.keys():
            return
        bound, titles = self.binding.bound, self.binding.titles
        entries: dict[str, Json] = {}
        for title, answer in self.page["properties"].items():
            if title in titles or not isinstance(answer, dict) or answer.get("id", "") in bound:
                continue
            entry = self.undeclared(title, answer)
            if storable({title: entry}):
                entries[title] = entry
            else:
                self.note(
                    title,
                    "it was left out: it has a character that Postgres cannot hold",
                    "Type that part of the text anew.",
                    here=True,
                )
        self.values[UNDECLARED] = Opaque.of(entries) if entries else None

    def undeclared(self, title: str, answer: Mapping[str, Json]) -> Json:
        """One undeclared property in the form in which `notion_extra` keeps it."""
        found = str(answer.get("type"))
        try:
            known = PropertyType(found)
        except ValueError:
            self.note(
                title,
                f"its type {found} is not known to this version of accord",
                "Nothing is lost, it is kept in notion_extra; a newer accord may know it.",
            )
            others = {key: lasting(answer[key]) for key in answer if key not in {"id", "type"}}
            only = others.keys() == {found}
            return {"type": found, "value": others[found] if only else others}
        try:
            value = decode_value(known, answer)
        except UnreadableError:
            return {"type": found, "unavailable": True}
        entry: dict[str, Json] = {"type": found, "value": to_json(value)}
        if _may_be_cut(answer):
            entry["has_more"] = True
        return entry

    def check_options(self, declared: Field, value: Value) -> None:
        """Tell of options that the model does not know; they are carried all the same."""
        names: Iterable[object] = value if isinstance(value, tuple) else (value,)
        for name in names:
            if isinstance(name, str) and name not in declared.options:
                self.note(
                    declared.title,
                    f"its option {name!r} is not declared",
                    f"It is carried as it is; declare it in {self.binding.collection.model}, or"
                    " choose another in Notion.",
                    here=True,
                )

    def note(self, title: str, reason: str, remedy: str, *, here: bool = False) -> None:
        """Tell of a property, or of its value ``here`` in this page."""
        table = self.binding.collection.table
        if not here:
            self.notes.append(Problem(table, reason, remedy, property=title))
            return
        page_id = normal_id(self.page["id"])
        self.notes.append(Problem(table, reason, remedy, page_id, self.title(), title))

    def title(self) -> str:
        """The record's title, so that a person finds it."""
        for answer in self.by_id.values():
            if answer.get("type") == PropertyType.TITLE:
                try:
                    value = decode_value(PropertyType.TITLE, answer)
                except UnreadableError:
                    return ""
                return value.plain if isinstance(value, Text) else ""
        return ""


def _may_be_cut(answer: Mapping[str, Json]) -> bool:
    """Whether a page may show a part of the value only."""
    match answer.get("type"):
        case PropertyType.RELATION:
            return bool(answer.get("has_more"))
        case PropertyType.PEOPLE:
            return len(answer.get("people") or ()) >= MOST_PEOPLE
        case _:
            return False
