"""The lag of Notion's index: queries and searches see pages as they were some seconds ago.

Rule: the local Notion itself answers, over its own rows, which are put back for the moment of the
answer; a page that is read by its id is always as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from notion_emulator import Workspace
from notion_emulator.model import Page
from tests.engine.simulator.virtual import VirtualClock

#: No answer of the index is older than this, in milliseconds.
LAG = 20_000


@dataclass(frozen=True, slots=True)
class Version:
    """A page as it was from a moment on."""

    since: int
    values: dict[str, Any]
    edited: int
    edited_by: str
    in_trash: bool
    version: int
    there: bool = True


class Past:
    """Remembers what pages were like within the lag.

    Args:
        workspace: whose pages.
        clock: its time.
    """

    def __init__(self, workspace: Workspace, clock: VirtualClock) -> None:
        self.state = workspace.state
        self.clock = clock
        self._versions: dict[str, list[Version]] = {}
        self._last: dict[str, tuple[int, int, bool]] = {}

    def note(self) -> list[Page]:
        """Remember what changed since the last time; answers these pages."""
        changed = []
        for page in self.state.pages.values():
            mark = (page.version, page.edited, page.in_trash)
            if self._last.get(page.id) == mark:
                continue
            self._last[page.id] = mark
            changed.append(page)
            versions = self._versions.get(page.id)
            if versions is None:
                nothing = Version(0, {}, 0, "", in_trash=False, version=-1, there=False)
                versions = self._versions[page.id] = [nothing]
            versions.append(self._now(page))
            horizon = self.clock.ms - LAG
            while len(versions) > 1 and versions[1].since <= horizon:
                del versions[0]
        return changed

    def _now(self, page: Page) -> Version:
        values = {k: list(v) if type(v) is list else v for k, v in page.values.items()}
        mark = (page.edited, page.edited_by, page.in_trash, page.version)
        return Version(self.clock.ms, values, *mark)

    def at(self, page_id: str, lag: int) -> Version | None:
        """What a page was like some milliseconds ago, if that is not how it is now."""
        versions = self._versions.get(page_id)
        moment = self.clock.ms - lag
        if versions is None or versions[-1].since <= moment:
            return None
        for version in reversed(versions):
            if version.since <= moment:
                return version
        return versions[0]

    @contextmanager
    def seen(self, lag_of: Callable[[str], int]) -> Iterator[bool]:
        """Let every page be what it was; ``lag_of`` says how long ago, in milliseconds.

        Yields whether that makes a difference.
        """
        young = self.clock.ms - LAG
        swapped: list[tuple[Page, dict[str, Any], Version, Version]] = []
        for page_id, versions in self._versions.items():
            if versions[-1].since <= young:
                continue
            then = self.at(page_id, lag_of(page_id))
            if then is not None:
                page = self.state.pages[page_id]
                swapped.append((page, page.values, versions[-1], then))
        if not swapped:
            yield False
            return
        for page, _, now, then in swapped:
            self._become(page, then.values, now, then)
        self.state.touch()
        try:
            yield True
        finally:
            for page, values, now, then in swapped:
                self._become(page, values, then, now)
            self.state.touch()

    def _become(self, page: Page, values: dict[str, Any], before: Version, after: Version) -> None:
        rows = self.state.rows[page.parent.id]
        if before.there:
            rows.remove(page)
        page.values = values
        page.edited, page.edited_by = after.edited, after.edited_by
        page.in_trash, page.version = after.in_trash, after.version
        self.state.trash_count += after.in_trash - before.in_trash
        if after.there:
            rows.add(page)
