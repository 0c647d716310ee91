"""Killed at any moment and run again, it ends as if it had never been disturbed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accord.sync import pull
from tests.engine.conftest import NewWorld
from tests.engine.world import World


class KilledError(BaseException):
    """The process dies here: nothing may catch this and go on."""


class Fuse:
    """Burns down with every effect, and then the process is dead."""

    def __init__(self, effects: int) -> None:
        self.left = effects

    def burn(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise KilledError

    def wrap(self, notion: Any, supabase: Any, ledger: Any) -> tuple[Any, Any, Any]:
        return notion, Mortal(supabase, self), Mortal(ledger, self)


WRITES = {
    "commit",
    "remember_source",
    "remember_users",
    "remember_problems",
    "settle",
    "remember_round",
}


class Mortal:
    """A replica whose process can die before or after each write."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in WRITES:
            return method

        async def mortal(*args: Any, **kwargs: Any) -> Any:
            self._fuse.burn()
            answer = await method(*args, **kwargs)
            self._fuse.burn()
            return answer

        return mortal


PAGES = 700


def moments(until: int) -> Iterator[int]:
    """Where to die: every effect of the beginning, then ever wider apart."""
    at = 0
    while at < until:
        yield at
        at += 1 + at // 4


def test_a_first_load_that_dies_anywhere_is_finished_by_the_next(
    new_world: NewWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "REMEMBER_EVERY", 1)
    world = new_world(sample=False, pages=PAGES, seed=11)
    counting = Fuse(10**9)
    world.wrap = counting.wrap
    world.sync()
    undisturbed = world.contents()
    effects = 10**9 - counting.left
    assert effects > 80
    for at in moments(effects):
        again = new_world(workspace_of=world)
        assert dies(again, at), at
        again.wrap = lambda *parts: parts
        again.sync()
        assert again.contents() == undisturbed, at
        before = again.stamps()
        assert again.sync().effects == 0, at
        assert again.stamps() == before, at


def dies(world: World, at: int) -> bool:
    world.wrap = Fuse(at).wrap
    try:
        world.sync()
    except KilledError:
        return True
    return False


def test_what_was_edited_between_death_and_the_next_round_arrives(new_world: NewWorld) -> None:
    world = new_world(sample=False, pages=4_000, seed=2)
    assert dies(world, 31)
    rows = world.query("select notion_page_id from public.business_entities limit 1")
    loaded = rows or world.query("select notion_page_id from public.contacts_profiles limit 1")
    assert loaded
    page = str(loaded[0]["notion_page_id"])
    world.clock.turn(minutes=20)
    table = "business_entities" if rows else "contacts_profiles"
    title = "Name" if rows else "Full Name"
    world.workspace.update_page(
        page, {"properties": {title: {"title": [{"text": {"content": "Renamed"}}]}}}
    )
    world.clock.turn(minutes=20)
    world.wrap = lambda *parts: parts
    world.sync()
    column = "name" if rows else "full_name"
    assert world.row(table, page)[column] == "Renamed"
