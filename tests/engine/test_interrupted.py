"""Killed at any moment and run again, it ends as if it had never been disturbed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

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


WRITES = {"commit", "remember_source", "remember_users", "settle", "remember_round"}


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


def moments() -> Iterator[int]:
    """Where to die: every effect of the beginning, then ever wider apart."""
    at = 0
    while at < 130:
        yield at
        at += 1 + at // 6


UNDISTURBED: dict[str, list[str]] = {}


@pytest.fixture
def undisturbed(new_world: NewWorld) -> dict[str, list[str]]:
    if not UNDISTURBED:
        world = new_world(sample=False, pages=1_300, seed=11)
        world.sync()
        UNDISTURBED.update(world.contents())
    return UNDISTURBED


@pytest.mark.parametrize("dies_at", list(moments()))
def test_a_first_load_that_dies_anywhere_is_finished_by_the_next(
    new_world: NewWorld, undisturbed: dict[str, list[str]], dies_at: int
) -> None:
    world = new_world(sample=False, pages=1_300, seed=11)
    assert dies(world, dies_at) or dies_at > 100
    world.wrap = lambda *parts: parts
    world.sync()
    assert world.contents() == undisturbed
    before = world.stamps()
    assert world.sync().effects == 0
    assert world.stamps() == before


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
