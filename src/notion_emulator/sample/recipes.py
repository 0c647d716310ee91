"""How one property of a generated record gets its value.

Rule: a recipe draws from the seeded source that it is handed and from nothing else; None
means that the property stays empty. By default the property's type decides; `SPECIAL`
names the properties whose meaning asks for more.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date
from random import Random
from typing import Any, TypeVar

from notion_emulator.sample import words
from notion_emulator.sample.people import STAFF, person_id
from notion_emulator.sample.shorthand import rich_text

Json = dict[str, Any]
_Item = TypeVar("_Item")


class Draw(Random):
    """Where a record's values come from: a seeded source that knows the record.

    Attributes:
        index: the record's number in its table, from 0.
        born: the day the record was created, as an ordinal.
        today: the present day, as an ordinal.
    """

    index = 0
    born = 1
    today = 1

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to limit - 1."""
        return int(self.random() * limit)

    def pick(self, choices: Sequence[_Item]) -> _Item:
        """Return one of `choices`."""
        return choices[int(self.random() * len(choices))]

    def some(self, choices: Sequence[_Item], most: int) -> list[_Item]:
        """Return up to `most` different choices, in any order."""
        found = dict.fromkeys(self.below(len(choices)) for _ in range(self.below(most + 1)))
        return [choices[position] for position in found]

    def sentence(self) -> str:
        """Return a sentence that could stand in a note."""
        return f"{self.pick(words.SUBJECTS)} {self.pick(words.VERBS)} {self.pick(words.OBJECTS)}."


Recipe = Callable[[Draw], Json | None]


def recipe(kind: str, name: str, config: Json) -> Recipe:
    """Return how the property `name` of type `kind` is filled; relations are not made here."""
    special = SPECIAL.get(name)
    if special is not None and kind != "people":
        return _typed(kind, special)
    match kind:
        case "title":
            return _typed(kind, _thing)
        case "rich_text":
            return _text
        case "number":
            return _typed(kind, lambda draw: draw.below(500) if draw.random() < 0.9 else None)
        case "select":
            return _select([option["name"] for option in config["options"]])
        case "multi_select":
            return _multi_select([option["name"] for option in config["options"]])
        case "date":
            return _date(*DAYS.get(name, (0, 60)), ahead=name in AHEAD)
        case "people":
            return _people
        case "files":
            return _files
        case "url":
            return _typed(kind, _url)
        case _:
            raise ValueError(f"there is no recipe for {name!r} of type {kind}")


def _typed(kind: str, make: Callable[[Draw], Any]) -> Recipe:
    if kind in {"title", "rich_text"}:
        return lambda draw: {kind: rich_text(make(draw) or "")}
    return lambda draw: {kind: make(draw)}


def _text(draw: Draw) -> Json | None:
    chance = draw.random()
    if chance < 0.3:
        return None
    if chance < 0.78:
        return {"rich_text": [{"text": {"content": draw.sentence()}}]}
    if chance < 0.995:
        return {"rich_text": _formatted(draw)}
    long = "\n".join(f"{number}. {draw.sentence()}" for number in range(60 + draw.below(60)))
    return {"rich_text": rich_text(long)}


def _formatted(draw: Draw) -> list[Json]:
    style = draw.pick(({"bold": True}, {"italic": True}, {"code": True}, {"color": "blue"}))
    middles: tuple[Json, ...] = (
        {"text": {"content": draw.pick(words.OBJECTS)}, "annotations": style},
        {"text": {"content": "here", "link": {"url": f"https://docs.example/{draw.index}"}}},
        {"mention": {"user": draw.pick(_STAFF)}},
        {"mention": {"date": {"start": date.fromordinal(draw.born).isoformat()}}},
        {"equation": {"expression": "a^2 + b^2 = c^2"}},
    )
    return [
        {"text": {"content": draw.sentence() + " "}},
        draw.pick(middles),
        {"text": {"content": " " + draw.sentence()}},
    ]


def _select(options: Sequence[str]) -> Recipe:
    values = [{"select": {"name": name}} for name in options or words.COUNTRIES]
    unknown = [{"select": {"name": name}} for name in words.UNKNOWN_OPTIONS]

    def make(draw: Draw) -> Json | None:
        chance = draw.random()
        if chance < 0.05:
            return None
        return draw.pick(unknown if chance < 0.051 else values)

    return make


def _multi_select(options: Sequence[str]) -> Recipe:
    values = [{"name": name} for name in options]
    unknown = [{"name": name} for name in words.UNKNOWN_OPTIONS]

    def make(draw: Draw) -> Json | None:
        chosen = draw.some(values, 4)
        if draw.random() < 0.001:
            chosen.append(draw.pick(unknown))
        return {"multi_select": chosen} if chosen else None

    return make


def _date(least: int, most: int, *, ahead: bool) -> Recipe:
    """Return a recipe for a day from `least` to `most` days after the creation.

    Only what lies `ahead` by its nature may lie in the future.
    """

    def make(draw: Draw) -> Json | None:
        chance = draw.random()
        if chance < 0.12:
            return None
        ordinal = draw.born + least + draw.below(most - least + 1)
        day = date.fromordinal(ordinal if ahead else min(ordinal, draw.today))
        start = day.isoformat()
        if chance < 0.7:
            return {"date": {"start": start}}
        time = f"T{draw.below(24):02}:{draw.below(60):02}:00{draw.pick(words.OFFSETS)}"
        if chance < 0.92:
            return {"date": {"start": start + time}}
        last = day.toordinal() + 1 + draw.below(20)
        if not ahead and last > draw.today:
            return {"date": {"start": start + time}}
        end = date.fromordinal(last).isoformat()
        if chance < 0.96:
            return {"date": {"start": start, "end": end}}
        return {"date": {"start": start + time, "end": end + time}}

    return make


_STAFF = [{"id": person_id(key)} for key in STAFF]


def _people(draw: Draw) -> Json | None:
    chosen = draw.some(_STAFF, 3)
    return {"people": chosen} if chosen else None


def _files(draw: Draw) -> Json | None:
    if draw.random() < 0.5:
        return None
    names = [f"picture-{draw.below(1000)}.jpg" for _ in range(1 + draw.below(3))]
    return {
        "files": [
            {"name": name, "external": {"url": f"https://images.example/{name}"}} for name in names
        ]
    }


def _url(draw: Draw) -> str | None:
    if draw.random() < 0.2:
        return None
    return f"https://docs.example/{draw.pick(words.THINGS).lower().replace(' ', '-')}/{draw.index}"


def _person(draw: Draw) -> str:
    return f"{draw.pick(words.FIRST_NAMES)} {draw.pick(words.LAST_NAMES)}"


def _thing(draw: Draw) -> str:
    return f"{draw.pick(words.QUALITIES)} {draw.pick(words.THINGS).lower()} {draw.index + 1}"


def _deed(draw: Draw) -> str:
    return f"{draw.pick(words.DEEDS)} {draw.pick(words.OBJECTS)}"


def _email(draw: Draw) -> str | None:
    return None if draw.random() < 0.1 else f"person-{draw.index}@client.example"


def _phone(draw: Draw) -> str | None:
    return None if draw.random() < 0.3 else f"+1 555-01{draw.below(100):02}"


def _document(draw: Draw) -> str:
    if draw.random() < 0.02:
        return '{"broken": '
    return json.dumps(
        {"id": draw.index, "label": draw.pick(words.THINGS), "share": round(draw.random(), 3)},
        ensure_ascii=False,
    )


def _version(draw: Draw) -> str:
    return f"{draw.below(6)}.{draw.below(20)}.{draw.below(10)}"


def _coded(prefix: str) -> Callable[[Draw], str]:
    return lambda draw: f"{prefix}{draw.index:06X}"


def _one_of(choices: Sequence[str]) -> Callable[[Draw], str | None]:
    return lambda draw: draw.pick(choices) if draw.random() < 0.8 else None


def _money(draw: Draw) -> float | None:
    if draw.random() < 0.1:
        return None
    return round(draw.random() ** 3 * 20_000, draw.below(3))


#: Days after the creation of a record between which a date lies, by the property's name.
DAYS = {
    **dict.fromkeys(("Created Date", "Date Added", "Join Date", "Date Received"), (0, 0)),
    **dict.fromkeys(("Start Date", "Last Edited Date", "Last Tested", "Last Execution"), (0, 14)),
    **dict.fromkeys(("End Date", "Due Date", "Target Implementation Date"), (14, 180)),
}
AHEAD = frozenset({"End Date", "Due Date", "Target Implementation Date"})
#: Property name -> (select property, the options with which alone it is filled).
ONLY_WHEN = {
    "Completed Date": ("Status", {"Done"}),
    "Response Date": ("Status", {"Responded", "Resolved", "Archived"}),
    "Response": ("Status", {"Responded", "Resolved", "Archived"}),
    "Actual Implementation Date": ("Implementation Status", {"Implemented", "Live", "Deprecated"}),
}
#: Property name -> its plain value (text, number, line), where the type alone says too little.
SPECIAL: dict[str, Callable[[Draw], Any]] = {
    **dict.fromkeys(("Full Name", "Member Name"), _person),
    **dict.fromkeys(("Task Name", "Instance Name"), _deed),
    **dict.fromkeys(("Email", "Member Email"), _email),
    "Phone": _phone,
    **dict.fromkeys(("External IDs", "Platform IDs", "Step History", "Data Payload"), _document),
    **dict.fromkeys(("Performance Metrics", "Message Format", "Sample Payload"), _document),
    **dict.fromkeys(("Workflow Steps", "Data Schema"), _document),
    **dict.fromkeys(("Version", "API Version"), _version),
    "City": _one_of(words.CITIES),
    "State/Province": _one_of(words.STATES),
    "Job Title": _one_of(words.JOBS),
    **dict.fromkeys(("External ID", "External Reference ID"), lambda draw: f"ext-{draw.index}"),
    **dict.fromkeys(
        ("API Key Reference", "API Keys Reference"), lambda draw: f"vault: {draw.index}"
    ),
    "Redemption Code": lambda draw: f"GIFT-{draw.below(10_000):04}",
    "Company": lambda draw: f"{draw.pick(words.LAST_NAMES)} {draw.pick(words.COMPANIES)}",
    "Address": lambda draw: f"{1 + draw.below(99)} {draw.pick(words.STREETS)}",
    "Postal Code": lambda draw: f"{draw.below(100_000):05}",
    "Created By": _one_of(tuple(STAFF.values())),
    **dict.fromkeys(("Price", "Budget", "Monetary Value"), _money),
    "Engagement Score": lambda draw: round(draw.random() * 100, draw.below(3)),
    "Rating": lambda draw: 1 + draw.below(9) / 2,
    "Success Rate": lambda draw: draw.random(),
    **dict.fromkeys(("Estimated Time", "Actual Time"), lambda draw: draw.below(80) / 4),
    "Average Completion Time": lambda draw: draw.random() * 30,
    "Contact ID": _coded("CTCT-"),
    "Member ID": _coded("MEMBER-"),
    "Product ID": _coded("PROD-"),
    "Instance ID": _coded("INST-"),
    "Campaign ID": _coded("CAMP-"),
    "Feedback ID": _coded("FDBK-"),
    "Reward ID": _coded("RWD-"),
    "Task ID": _coded("TASK-"),
    "Agent ID": _coded("AGENT_"),
    "Integration ID": _coded("INT-"),
    "Transformation ID": _coded("TRANSFORM-"),
    "Template ID": _coded("NOTIF-"),
    "Use Case ID": _coded("UC-"),
    "Workflow ID": _coded("WF-"),
}
