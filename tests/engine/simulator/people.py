"""People at work on both sides, at random: they type, link, create, delete, restore and copy.

Rule: whatever they do is decided by the chance that they are given; every value they type is typed
once and never again, so that it can be followed.
"""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

from accord.core.schema import Collection, Field, Managed, PropertyType
from accord.core.values import Kind
from notion_emulator import ApiError
from tests.engine.simulator.storm import chosen
from tests.engine.simulator.watching import Plain, Thing
from tests.engine.simulator.world import World

Json = dict[str, Any]


class People:
    """The people of a world.

    Args:
        world: where they work.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.acts = 0
        self.restored: set[str] = set()

    def act(self, random: Random) -> None:
        """One thing that somebody does on either side."""
        if random.random() < 0.5:
            self.in_notion(random)
        else:
            self.in_supabase(random)

    # ---- Notion

    def in_notion(self, random: Random, what: str | None = None) -> None:
        """One thing that somebody does in Notion."""
        what = what or chosen(random, self.world.climate.notion)
        self.acts += 1
        collection = random.choice(self.world.schema.collections)
        by = random.choice(self.world.persons)
        try:
            told = getattr(self, f"_notion_{what}")(random, collection, by)
        except ApiError as error:
            told = f"refused: {error}"
        if told:
            self.world.note(f"PERSON in Notion: {what} {collection.table} {told}")
            self.world.by_people()

    def _page(self, random: Random, table: str, *, trashed: bool = False) -> str | None:
        pages = self.world.watching.pages
        found = [p for p, t in pages.items() if t.table == table and t.deleted is trashed]
        return random.choice(found) if found else None

    def _notion_edit(self, random: Random, collection: Collection, by: str) -> str:
        page = self._page(random, collection.table)
        if page is None:
            return ""
        fields = _typed_in(collection)
        chosen = random.sample(fields, random.choice((1, 1, 1, 2)))
        values = {f.title: self._written(random, f, page) for f in chosen}
        self.world.workspace.update_page(page, {"properties": values}, by=by)
        return f"{page} {values}"

    def _written(self, random: Random, field: Field, page: str | None) -> Json:
        """A value as it is written to Notion: a new one, seldom none."""
        none = random.random() < 0.1
        match field.type:
            case PropertyType.TITLE | PropertyType.RICH_TEXT:
                text = [] if none else [{"text": {"content": f"v{self.world.fresh()}"}}]
                return {str(field.type): text}
            case PropertyType.NUMBER:
                return {"number": None if none else self.world.fresh()}
            case PropertyType.SELECT:
                return {"select": None if none else {"name": f"o{self.world.fresh()}"}}
            case _:
                names = self._changed_names(
                    random, self._held(self.world.watching.pages, page, field)
                )
                return {"multi_select": [{"name": name} for name in names]}

    def _held(self, things: dict[str, Thing], key: str | None, field: Field) -> frozenset[str]:
        held = things[key].values.get(field.name) if key is not None and key in things else None
        return held if isinstance(held, frozenset) else frozenset()

    def _changed_names(self, random: Random, held: frozenset[str]) -> list[str]:
        names = sorted(held)
        if names and random.random() < 0.4:
            names.remove(random.choice(names))
        else:
            names.append(f"t{self.world.fresh()}")
        return names

    def _notion_link(self, random: Random, collection: Collection, by: str) -> str:
        relations = [f for f in collection.fields if f.type is PropertyType.RELATION]
        page = self._page(random, collection.table)
        if page is None or not relations:
            return ""
        field = random.choice(relations)
        target = self._page(random, field.to or "")
        held = self._held(self.world.watching.pages, page, field)
        shown = [p for p in sorted(held) if not self.world.watching.pages[p].deleted]
        ends = _turned(random, shown, target, many=field.many)
        body = {field.title: {"relation": [{"id": end} for end in ends]}}
        self.world.workspace.update_page(page, {"properties": body}, by=by)
        return f"{page} {field.name}: {shown} -> {ends}"

    def _notion_create(self, random: Random, collection: Collection, by: str) -> str:
        values = {
            f.title: self._written(random, f, None)
            for f in _typed_in(collection)
            if f.type is PropertyType.TITLE or random.random() < 0.6
        }
        for field in collection.fields:
            target = self._page(random, field.to or "")
            if field.type is PropertyType.RELATION and target and random.random() < 0.3:
                values[field.title] = {"relation": [{"id": target}]}
        source = {"data_source_id": self.world.ids[collection.table]}
        body = {"parent": source, "properties": values}
        page = self.world.workspace.create_page(body, by=by)
        return f"{page['id']} {values}"

    def _notion_trash(self, random: Random, collection: Collection, by: str) -> str:
        return self._bury(self._page(random, collection.table), by, in_trash=True)

    def _notion_restore(self, random: Random, collection: Collection, by: str) -> str:
        page = self._page(random, collection.table, trashed=True)
        if page is not None:
            self.restored.add(page)
        return self._bury(page, by, in_trash=False)

    def _bury(self, page_id: str | None, by: str, *, in_trash: bool) -> str:
        if page_id is None:
            return ""
        page = self.world.workspace.state.pages[page_id]
        stamp = (page.edited, page.edited_by)
        self.world.workspace.update_page(page_id, {"in_trash": in_trash}, by=by)
        if not self.world.trash_stamps:
            self.world.unstamp(page_id, stamp)
        return page_id

    def _notion_copy(self, random: Random, collection: Collection, by: str) -> str:
        """Duplicate a page: all its properties come along, those of the synchronisation too."""
        page = self._page(random, collection.table)
        if page is None:
            return ""
        shown = self.world.workspace.page(page)["properties"]
        values = {}
        for title, prop in shown.items():
            kind = prop["type"]
            value = prop[kind]
            if kind == "relation":
                value = [{"id": end["id"]} for end in value]
            values[title] = {kind: value}
        source = {"data_source_id": self.world.ids[collection.table]}
        copy = self.world.workspace.create_page({"parent": source, "properties": values}, by=by)
        return f"{page} -> {copy['id']}"

    def _notion_wipe(self, random: Random, collection: Collection, by: str) -> str:
        """Empty what the synchronisation wrote into a page."""
        page = self._page(random, collection.table)
        named = self.world.named[collection.table].properties
        fields = [f for f in collection.fields if f.managed and f.name in named]
        if page is None or not fields:
            return ""
        field = random.choice(fields)
        empty: Json = {"date": None} if field.managed is Managed.LAST_SYNCED else {"rich_text": []}
        self.world.workspace.update_page(page, {"properties": {field.title: empty}}, by=by)
        self.world.wiped.add(page)
        return f"{page} {field.title}"

    # ---- Supabase

    def in_supabase(self, random: Random, what: str | None = None) -> None:
        """One thing that somebody does in Supabase."""
        what = what or chosen(random, self.world.climate.supabase)
        self.acts += 1
        collection = random.choice(self.world.schema.collections)
        told = getattr(self, f"_supabase_{what}")(random, collection)
        if told:
            self.world.note(f"PERSON in Supabase: {what} {collection.table} {told}")
            self.world.by_people()

    def _row(self, random: Random, table: str, *, deleted: bool = False) -> str | None:
        rows = self.world.watching.rows
        found = sorted(r for r, t in rows.items() if t.table == table and t.deleted is deleted)
        return random.choice(found) if found else None

    def _supabase_edit(self, random: Random, collection: Collection) -> str:
        row = self._row(random, collection.table)
        if row is None:
            return ""
        chosen = random.sample(_typed_in(collection), random.choice((1, 1, 1, 2)))
        values = {f.name: self._stored(random, f, row) for f in chosen}
        self.world.tables.update(collection.table, row, values)
        return f"{row} {values}"

    def _stored(self, random: Random, field: Field, row: str | None) -> Plain:
        none = random.random() < 0.1
        match field.type:
            case PropertyType.TITLE | PropertyType.RICH_TEXT:
                return None if none else f"v{self.world.fresh()}"
            case PropertyType.NUMBER:
                return None if none else float(self.world.fresh())
            case PropertyType.SELECT:
                return None if none else f"o{self.world.fresh()}"
            case _:
                held = self._held(self.world.watching.rows, row, field)
                return frozenset(self._changed_names(random, held))

    def _supabase_link(self, random: Random, collection: Collection) -> str:
        relations = [f for f in collection.carried if f.kind is Kind.LINKS]
        row = self._row(random, collection.table)
        if row is None or not relations:
            return ""
        field = random.choice(relations)
        target = self._row(random, field.to or "")
        held = sorted(self._held(self.world.watching.rows, row, field))
        ends = _turned(random, held, target, many=field.many)
        if not field.many:
            self.world.tables.update(collection.table, row, {field.name: frozenset(ends)})
        else:
            for end in set(ends) - set(held):
                self.world.tables.link(field, row, end)
            for end in set(held) - set(ends):
                self.world.tables.unlink(field, row, end)
        return f"{row} {field.name}: {held} -> {ends}"

    def _supabase_create(self, random: Random, collection: Collection) -> str:
        values = {
            f.name: self._stored(random, f, None)
            for f in _typed_in(collection)
            if f.type is PropertyType.TITLE or random.random() < 0.6
        }
        row = str(UUID(int=random.getrandbits(128), version=4))
        links = []
        for field in collection.carried:
            target = self._row(random, field.to or "")
            if field.kind is not Kind.LINKS or target is None or random.random() < 0.7:
                continue
            if field.many:
                links.append((field, target))
            else:
                values[field.name] = frozenset((target,))
        self.world.tables.insert(collection.table, row, values)
        for field, target in links:
            self.world.tables.link(field, row, target)
        self.world.made_by_people.add(row)
        return f"{row} {values} {[(f.name, t) for f, t in links]}"

    def _supabase_delete(self, random: Random, collection: Collection) -> str:
        row = self._row(random, collection.table)
        if row is None:
            return ""
        hard = random.random() < 0.5
        if hard:
            self.world.erased[row] = self.world.watching.rows[row]
        self.world.tables.delete(collection.table, row, hard=hard)
        return f"{row} {'DELETE' if hard else 'deleted_at'}"

    def _supabase_restore(self, random: Random, collection: Collection) -> str:
        row = self._row(random, collection.table, deleted=True)
        if row is None or random.random() < 0.3:
            return self._insert_again(random, collection)
        self.world.tables.restore(collection.table, row)
        return row

    def _insert_again(self, random: Random, collection: Collection) -> str:
        """INSERT a row that was deleted for good, under its id; and a link to it."""
        rows = self.world.watching.rows
        erased = self.world.erased.items()
        found = sorted(r for r, t in erased if t.table == collection.table and r not in rows)
        if not found:
            return ""
        row = random.choice(found)
        values = {f.name: self._stored(random, f, None) for f in _typed_in(collection)}
        self.world.tables.insert(collection.table, row, values)
        self.world.watching.is_back(row, self.world.erased.pop(row))
        pointing = [
            (c.table, f) for c in self.world.schema for f in c.carried if f.to == collection.table
        ]
        table, field = random.choice(pointing) if pointing else ("", None)
        owner = self._row(random, table)
        if field is not None and owner is not None and owner in rows:
            if field.many:
                self.world.tables.link(field, owner, row)
            else:
                self.world.tables.update(table, owner, {field.name: frozenset((row,))})
        return f"{row} INSERT {values}, linked by {owner}"


def _typed_in(collection: Collection) -> list[Field]:
    return [f for f in collection.carried if f.kind is not Kind.LINKS]


def _turned(random: Random, held: list[str], target: str | None, *, many: bool) -> list[str]:
    """The ends of a relation after somebody changed it."""
    if held and (target is None or random.random() < 0.4):
        gone = random.choice(held)
        return [end for end in held if end != gone]
    if target is None or target in held:
        return held
    return [*held, target] if many else [target]
