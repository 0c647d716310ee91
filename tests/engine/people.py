"""People at work in Notion, at random: they edit, clear, link, create, trash, restore and move.

Rule: whatever they do is decided by the seed alone; what Notion refuses them they leave.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from notion_emulator import ApiError
from tests.engine.world import World

TEXTS = (
    "",
    "plain",
    "Łódź ☕ 東京",
    "e\u0301 decomposed",
    " spaced ",
    "two\nlines",
    '{"a": [1, 2]}',
    "{not json",
    "x" * 1_900,
)
NUL = "a NUL \x00 inside"
NUMBERS = (None, 0, 1, -0.0, 2.5, 99, 150, -3, 1e20, 12345678.25)
DATES = (
    None,
    {"start": "2026-01-31"},
    {"start": "2026-01-31", "end": "2026-02-03"},
    {"start": "2026-05-01T10:30:00+02:00"},
    {"start": "2026-05-01T00:00:00+00:00"},
    {"start": "2026-05-01T23:15:00-05:00", "end": "2026-05-02T01:00:00-05:00"},
)
#: What Notion works out by itself, or what means a structure of its own.
UNTOUCHED = {"formula", "rollup", "last_edited_time", "created_time", "unique_id"}


@dataclass
class People:
    """What the people of one history did so far.

    Args:
        world: where they work.
        random: what decides.
        plain: they leave alone what Notion changes without a new stamp on the page (options,
            property names, sharing, whole databases, restored pages), so that rounds without a
            sweep have to find all of it.
    """

    world: World
    random: Random
    plain: bool
    home: dict[str, str] = field(default_factory=dict)
    trashed: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    unshared: set[str] = field(default_factory=set)
    buried: set[str] = field(default_factory=set)
    poisoned: set[str] = field(default_factory=set)
    retyped: list[tuple[str, str]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        tables = {source: table for table, source in self.world.ids.items()}
        for page in self.world.workspace.state.pages.values():
            if page.parent.id in tables:
                self.home[page.id] = tables[page.parent.id]
        self.trashed |= {p.id for p in self.world.workspace.state.pages.values() if p.in_trash}
        self.tables = sorted(self.world.ids)

    def act(self) -> None:
        """One thing that somebody does."""
        acts = {
            self.edit: 30,
            self.link: 25,
            self.create: 10,
            self.trash: 5,
            self.poison: 2,
            self.heal: 3,
        }
        if not self.plain:
            acts |= {
                self.restore: 5,
                self.move: 4,
                self.rename: 3,
                self.change_options: 4,
                self.retype: 1,
                self.unshare: 3,
                self.share: 4,
                self.bury: 1,
                self.unbury: 2,
            }
        (act,) = self.random.choices(list(acts), list(acts.values()))
        self.world.clock.turn(seconds=self.random.choice([0, 1, 20, 45, 61, 200]))
        try:
            act()
        except ApiError as error:
            self.log.append(f"{act.__name__}: refused: {error}")

    def pages(self, table: str | None = None) -> list[str]:
        """The pages that are not in the trash, of one table or all."""
        return [
            page
            for page, home in self.home.items()
            if page not in self.trashed and table in {None, home}
        ]

    def some_page(self) -> str | None:
        table = self.random.choice([*self.tables, "tasks", "tasks", "agents", "business_entities"])
        pages = self.pages(table)
        return self.random.choice(pages) if pages else None

    def properties(self, table: str) -> dict[str, Any]:
        """The properties of a database by their present names."""
        found: dict[str, Any] = self.world.workspace.data_source(self.world.ids[table])
        return {n: p for n, p in found["properties"].items() if p["type"] not in UNTOUCHED}

    def update(self, page: str, properties: dict[str, Any]) -> None:
        self.world.workspace.update_page(page, {"properties": properties})

    # ---- values

    def edit(self) -> None:
        page = self.some_page()
        if page is None:
            return
        properties = self.properties(self.home[page])
        names = [n for n, p in properties.items() if p["type"] != "relation"]
        chosen = self.random.sample(names, min(len(names), self.random.randint(1, 4)))
        values = {name: self.value(properties[name]) for name in chosen}
        self.update(page, values)
        if any(properties[name]["type"] == "title" for name in chosen):
            self.poisoned.discard(page)
        self.log.append(f"edit {self.home[page]} {page} {sorted(chosen)}")

    def value(self, prop: dict[str, Any]) -> dict[str, Any]:
        """Any value of a property, empty ones too."""
        kind, random = prop["type"], self.random
        match kind:
            case "title" | "rich_text":
                return {kind: self.text()}
            case "number":
                return {kind: random.choice(NUMBERS)}
            case "select" | "status":
                names = [o["name"] for o in prop[kind]["options"]]
                if kind == "select" and random.random() < 0.2:
                    names.append(self.new_name("Option"))
                    return {kind: {"name": names[-1]}}
                name = random.choice([None, *names])
                return {kind: {"name": name} if name else None}
            case "multi_select":
                names = [o["name"] for o in prop[kind]["options"]] + [self.new_name("Tag")]
                few = random.sample(names, random.randint(0, min(3, len(names))))
                return {kind: [{"name": name} for name in few]}
            case "date":
                return {kind: random.choice(DATES)}
            case "people":
                users = [u.id for u in self.world.workspace.state.users.values()]
                few = random.sample(users, random.randint(0, min(3, len(users))))
                return {kind: [{"id": user} for user in few]}
            case "files":
                count = random.randint(0, 2)
                file = {"name": "a.pdf", "external": {"url": "https://example.org/a.pdf"}}
                return {kind: [file] * count}
            case "checkbox":
                return {kind: random.random() < 0.5}
            case "url":
                return {kind: random.choice([None, "https://example.org/x"])}
            case "email":
                return {kind: random.choice([None, "a@example.org"])}
            case "phone_number":
                return {kind: random.choice([None, "555-0100"])}
            case _:
                raise AssertionError(f"people do not know {kind}")

    def text(self) -> list[dict[str, Any]]:
        parts = []
        for _ in range(self.random.choice([0, 1, 1, 2])):
            part: dict[str, Any] = {"text": {"content": self.random.choice(TEXTS)}}
            if self.random.random() < 0.3:
                part["annotations"] = {"bold": True}
            parts.append(part)
        return [part for part in parts if part["text"]["content"]]

    def new_name(self, what: str) -> str:
        self.made += 1
        return f"{what} {self.made}"

    def poison(self) -> None:
        """Paste what Postgres cannot hold."""
        page = self.some_page()
        if page is None:
            return
        title = next(n for n, p in self.properties(self.home[page]).items() if p["type"] == "title")
        self.update(page, {title: {"title": [{"text": {"content": NUL}}]}})
        self.poisoned.add(page)
        self.log.append(f"poison {self.home[page]} {page}")

    def heal(self) -> None:
        alive = sorted(self.poisoned - self.trashed)
        if alive:
            page = self.random.choice(alive)
            properties = self.properties(self.home[page])
            title = next(n for n, p in properties.items() if p["type"] == "title")
            self.update(page, {title: {"title": [{"text": {"content": "healed"}}]}})
            self.poisoned.discard(page)
            self.log.append(f"heal {self.home[page]} {page}")

    # ---- links and lives

    def link(self) -> None:
        """Give a relation other targets: more, fewer, none, or another order."""
        page = self.some_page()
        if page is None:
            return
        relations = {
            n: p for n, p in self.properties(self.home[page]).items() if p["type"] == "relation"
        }
        if not relations:
            return
        name = self.random.choice(list(relations))
        tables = {source: table for table, source in self.world.ids.items()}
        target = tables[relations[name]["relation"]["data_source_id"]]
        pages = self.pages(target)
        count = min(len(pages), self.random.choice([0, 0, 1, 1, 2, 3, 5, 30]))
        chosen = self.random.sample(pages, count)
        self.update(page, {name: {"relation": [{"id": one} for one in chosen]}})
        self.log.append(f"link {self.home[page]} {page} {name} -> {chosen}")

    def create(self) -> None:
        table = self.random.choice([*self.tables, "tasks", "tasks", "tasks"])
        properties = self.properties(table)
        names = [n for n, p in properties.items() if p["type"] != "relation"]
        chosen = self.random.sample(names, min(len(names), 3))
        parent = {"data_source_id": self.world.ids[table]}
        written = {name: self.value(properties[name]) for name in chosen}
        page = self.world.workspace.create_page({"parent": parent, "properties": written})
        self.home[page["id"]] = table
        self.log.append(f"create {table} {page['id']}")

    def trash(self) -> None:
        page = self.some_page()
        if page is not None:
            self.world.workspace.trash_page(page)
            self.trashed.add(page)
            self.log.append(f"trash {self.home[page]} {page}")

    def restore(self) -> None:
        if self.trashed:
            page = self.random.choice(sorted(self.trashed))
            self.world.workspace.restore_page(page)
            self.trashed.discard(page)
            self.log.append(f"restore {self.home[page]} {page}")

    def move(self) -> None:
        page = self.some_page()
        if page is None:
            return
        there = self.random.choice(self.tables)
        self.world.workspace.move_page(page, {"data_source_id": self.world.ids[there]})
        self.log.append(f"move {self.home[page]} {page} -> {there}")
        self.home[page] = there
        self.moved.add(page)

    # ---- what leaves no new stamp on a page

    def rename(self) -> None:
        table = self.random.choice(self.tables)
        properties = self.properties(table)
        name = self.random.choice(list(properties))
        new = self.new_name("Renamed")
        self.change_schema(table, {name: {"name": new}})
        self.log.append(f"rename {table}.{name} -> {new}")

    def change_options(self) -> None:
        """Add an option, rename one, or take one away."""
        table = self.random.choice(self.tables)
        choices = {
            n: p
            for n, p in self.properties(table).items()
            if p["type"] in {"select", "multi_select"}
        }
        if not choices:
            return
        name = self.random.choice(list(choices))
        kind = choices[name]["type"]
        options = [{"id": o["id"], "name": o["name"]} for o in choices[name][kind]["options"]]
        match self.random.choice(["add", "rename", "remove"]):
            case "add":
                options.append({"name": self.new_name("Option")})
            case "rename" if options:
                self.random.choice(options)["name"] = self.new_name("Option")
            case _ if options:
                options.remove(self.random.choice(options))
        self.change_schema(table, {name: {kind: {"options": options}}})
        self.log.append(f"options {table}.{name} {[o['name'] for o in options]}")

    def retype(self) -> None:
        """Make a number a text; it becomes a number again at the end."""
        table = self.random.choice(self.tables)
        numbers = [n for n, p in self.properties(table).items() if p["type"] == "number"]
        if numbers:
            name = self.random.choice(numbers)
            prop = self.properties(table)[name]
            self.change_schema(table, {name: {"rich_text": {}}})
            self.retyped.append((table, prop["id"]))
            self.log.append(f"retype {table}.{name}")

    def change_schema(self, table: str, properties: dict[str, Any]) -> None:
        self.world.workspace.update_data_source(self.world.ids[table], {"properties": properties})

    def unshare(self) -> None:
        table = self.random.choice(self.tables)
        self.world.workspace.unshare(self.world.ids[table])
        self.unshared.add(table)
        self.log.append(f"unshare {table}")

    def share(self) -> None:
        if self.unshared:
            table = self.random.choice(sorted(self.unshared))
            self.world.workspace.share(self.world.ids[table])
            self.unshared.discard(table)
            self.log.append(f"share {table}")

    def bury(self) -> None:
        table = self.random.choice(self.tables)
        self.world.workspace.update_data_source(self.world.ids[table], {"in_trash": True})
        self.buried.add(table)
        self.log.append(f"bury {table}")

    def unbury(self) -> None:
        if self.buried:
            table = self.random.choice(sorted(self.buried))
            self.world.workspace.update_data_source(self.world.ids[table], {"in_trash": False})
            self.buried.discard(table)
            self.log.append(f"unbury {table}")

    def make_up(self) -> None:
        """Everything is shared, alive and of its own type again."""
        for table in sorted(self.unshared):
            self.world.workspace.share(self.world.ids[table])
        for table in sorted(self.buried):
            self.world.workspace.update_data_source(self.world.ids[table], {"in_trash": False})
        for table, prop in self.retyped:
            self.change_schema(table, {prop: {"number": {}}})
        self.buried.clear()
        self.unshared.clear()
        self.retyped.clear()
