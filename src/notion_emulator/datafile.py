"""The data file: a workspace in one SQLite file, as it was after the last request.

The rule: one transaction a request, holding only what the request changed; when the request
is answered it is in the file, and a process that is killed loses nothing of it. One program
at a time has the file.
"""

from __future__ import annotations

import copy
import sqlite3
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator.errors import UnusableFileError
from notion_emulator.kept import (
    KINDS,
    PAGES,
    empty,
    facts,
    put_facts,
    put_rest,
    rest_of,
    settle,
    without_collection,
)
from notion_emulator.kept_values import packed
from notion_emulator.model import Page, Parent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from notion_emulator.workspace import Workspace

Json = dict[str, Any]

FORMAT = 1
APPLICATION = 0x4E4F5449  # "NOTI": what `file` and we know the file by
_FIELDS = (
    *("id", "parent_kind", "parent_id", "sequence", "created", "edited", "created_by"),
    *("edited_by", "in_trash", "is_archived", "is_locked", "rest", "body"),
)
_NEW = ", ".join(f"excluded.{one}" for one in _FIELDS)
_PUT_PAGE = (
    f"insert into page ({', '.join(_FIELDS)}) values ({', '.join('?' * len(_FIELDS))}) "
    f"on conflict (id) do update set ({', '.join(_FIELDS)}) = ({_NEW}) "
    f"where ({', '.join(f'page.{one}' for one in _FIELDS)}) is not ({_NEW})"
)
_PUT_THING = (
    "insert into thing (kind, id, body) values (?, ?, ?) "
    "on conflict (kind, id) do update set body = excluded.body where body is not excluded.body"
)
_PUT_FACT = (
    "insert into fact (name, value) values (?, ?) "
    "on conflict (name) do update set value = excluded.value"
)


class DataFile:
    """The file of one workspace.

    Args:
        path: Where it is; it is made when there is none.
        workspace: What is kept in it; an existing file replaces all that stands in there.

    Raises:
        UnusableFileError: The file is in use, no data file, or of a newer version.
    """

    def __init__(self, path: Path, workspace: Workspace) -> None:
        self._workspace = workspace
        self._facts: Json = {}
        self._file = _opened(path)
        try:
            new = _is_new(self._file, path)
            if new:
                self._file.executescript(_script())
            else:
                with without_collection():
                    self._load()
            for kind in (*KINDS, PAGES):
                kind.track(workspace)
                if new:
                    tracked = kind.tracked(workspace)
                    tracked.touched.update(dict.fromkeys(tracked))
            self._count_opening()
            self.commit()
        except BaseException:
            self._file.close()
            raise

    def _count_opening(self) -> None:
        """Let the ids of this opening differ from those of all before."""
        openings = int(self._facts.get("openings", 0)) + 1
        self._file.execute(_PUT_FACT, ("openings", str(openings)))
        if openings > 1:
            state = self._workspace.state
            state.ids.restart(f"{state.space_id}:{openings}")
            self._workspace.wire_ids.restart(f"{state.space_id}:{openings}:wire")

    # ---- reading

    def _load(self) -> None:
        workspace = self._workspace
        empty(workspace)
        self._facts = {
            name: orjson.loads(value) for name, value in self._file.execute("select * from fact")
        }
        for kind in KINDS:
            things = kind.things(workspace)
            rows = self._file.execute(
                "select id, cast(body as blob) from thing where kind = ? order by number",
                (kind.name,),
            )
            for thing_id, body in rows:
                things[thing_id] = kind.unpack(body)
        workspace.state.pages.update((page.id, page) for page in self._pages())
        put_facts(workspace, self._facts)
        settle(workspace)

    def _pages(self) -> Iterator[Page]:
        parents: dict[tuple[str, str], Parent] = {}
        names: dict[str, str] = {}
        for row in self._file.execute(f"select {', '.join(_FIELDS)} from page order by number"):
            place = (row[1], row[2])
            parent = parents.get(place)
            if parent is None:
                parent = parents[place] = Parent(*place)
            page = Page(
                row[0],
                parent,
                row[3],
                row[4],
                row[5],
                names.setdefault(row[6], row[6]),
                names.setdefault(row[7], row[7]),
                in_trash=bool(row[8]),
                is_archived=bool(row[9]),
                is_locked=bool(row[10]),
                packed=row[12],
            )
            if row[11] is not None:
                put_rest(page, orjson.loads(row[11]))
            yield page

    # ---- writing

    def forget(self) -> None:
        """Take what was handed out since the last commit for unchanged."""
        for kind in (*KINDS, PAGES):
            kind.tracked(self._workspace).touched.clear()
        for rows in self._workspace.state.rows.values():
            rows.handed_out = False

    @property
    def pending(self) -> bool:
        """Whether anything was handed out since the last commit."""
        workspace = self._workspace
        return any(kind.tracked(workspace).touched for kind in (*KINDS, PAGES)) or any(
            rows.handed_out for rows in workspace.state.rows.values()
        )

    def commit(self) -> None:
        """Write what was changed since the last commit, all or nothing.

        Raises:
            sqlite3.Error: The file cannot be written; what was changed stays pending.
        """
        known = facts(self._workspace)
        changed = {name: one for name, one in known.items() if self._facts.get(name) != one}
        if not changed and not self.pending:
            return
        self._file.execute("begin immediate")
        try:
            for kind in KINDS:
                tracked = kind.tracked(self._workspace)
                for key in list(tracked.touched):
                    thing = dict.get(tracked, key)
                    body = None if thing is None else kind.pack(thing).decode()
                    self._put(kind.name, key, body)
            self._put_pages()
            for name, value in changed.items():
                self._file.execute(_PUT_FACT, (name, orjson.dumps(value).decode()))
        except BaseException:
            self._file.execute("rollback")
            raise
        self._file.execute("commit")
        self._facts |= copy.deepcopy(changed)
        self.forget()

    def _put(self, kind: str, key: str, body: str | None) -> None:
        if body is None:
            self._file.execute("delete from thing where kind = ? and id = ?", (kind, key))
        else:
            self._file.execute(_PUT_THING, (kind, key, body))

    def _put_pages(self) -> None:
        state = self._workspace.state
        tracked = PAGES.tracked(self._workspace)
        pages = {key: dict.get(tracked, key) for key in tracked.touched}
        for rows in state.rows.values():
            if rows.handed_out:
                pages.update((page.id, page) for page in rows.everything())
        gone = [(key,) for key, page in pages.items() if page is None]
        self._file.executemany("delete from page where id = ?", gone)
        self._file.executemany(_PUT_PAGE, map(_row, filter(None, pages.values())))

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        self.commit()
        self._file.close()


def _opened(path: Path) -> sqlite3.Connection:
    if path.is_dir():
        raise UnusableFileError(f"{path} is a folder; name a file in it")
    try:
        file = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError:
        raise UnusableFileError(
            f"{path} cannot be opened: see that its folder is there and may be written to"
        ) from None
    try:
        # One program at a time: the lock goes with the process, however it ends.
        file.execute("pragma locking_mode = exclusive")
        file.execute("pragma journal_mode = wal")
        file.execute("pragma synchronous = normal")
        file.execute("begin immediate")
        file.execute("commit")
    except sqlite3.DatabaseError as error:
        file.close()
        if "locked" in str(error):
            raise UnusableFileError(
                f"{path} is in use by another local Notion; end that one first"
            ) from None
        if "readonly" in str(error):
            raise UnusableFileError(f"{path} may not be written to") from None
        raise UnusableFileError(_FOREIGN.format(path=path)) from None
    return file


_FOREIGN = "{path} is no data file of a local Notion; name another file, or one that is not there"


def _is_new(file: sqlite3.Connection, path: Path) -> bool:
    """Tell whether a file is still to be filled; refuse one of another program or version."""
    (application,) = file.execute("pragma application_id").fetchone()
    (version,) = file.execute("pragma user_version").fetchone()
    (tables,) = file.execute("select count(*) from sqlite_master").fetchone()
    if not tables and not application:
        return True
    if application != APPLICATION:
        raise UnusableFileError(_FOREIGN.format(path=path))
    if version != FORMAT:
        raise UnusableFileError(
            f"{path} has format {version}, and this version reads format {FORMAT}; "
            "take the version that made it, and carry the workspace over as a snapshot"
        )
    return False


def _script() -> str:
    tables = files(__package__).joinpath("datafile.sql").read_text("utf-8")
    return (
        f"begin; {tables} pragma application_id = {APPLICATION}; "
        f"pragma user_version = {FORMAT}; commit;"
    )


def _row(page: Page) -> tuple[Any, ...]:
    rest = rest_of(page)
    return (
        page.id,
        page.parent.kind,
        page.parent.id,
        page.sequence,
        page.created,
        page.edited,
        page.created_by,
        page.edited_by,
        page.in_trash,
        page.is_archived,
        page.is_locked,
        orjson.dumps(rest).decode() if rest else None,
        packed(page.values) if page.packed is None else page.packed,
    )
