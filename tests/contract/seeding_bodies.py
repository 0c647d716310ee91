"""Blocks, comments, views and file uploads as they were before a recording began.

The rule: a body is put there from the top down, each block with the id that the workspace gives
it; what its answers call it is learned.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from notion_emulator.model import Block, Page
from notion_emulator.uploads import Sent
from tests.contract.recording import UUID, Json, dashed

if TYPE_CHECKING:
    from tests.contract.seeding import Seeder

#: Blocks that cannot be without children: written together with them.
_WHOLE = frozenset({"table", "column_list", "column"})


def _under(block: Json, above: str) -> bool:
    parent = block.get("parent")
    found = parent.get("block_id") if isinstance(parent, dict) else None
    return isinstance(found, str) and dashed(found) == above


class Bodies:
    """Seeds what stands on pages."""

    def __init__(self, seeder: Seeder) -> None:
        self.seeder = seeder
        self._planted: set[str] = set()
        self._nowhere: str | None = None

    def plant(self, pages: list[str]) -> None:
        """Put blocks, comments and views there."""
        seeder = self.seeder
        for page_id in pages[:]:
            self._below(page_id)
            block = seeder.own.full["block"].get(page_id, {})
            holder = seeder.workspace.state.pages[seeder.translation.local(page_id)]
            self._fill(page_id, block, holder)
        for block_id, block in seeder.own.full["block"].items():
            if not seeder.translation.known(block_id):
                self._alone(block_id, block)
        for block_id in seeder.own.hints["block"]:
            if not seeder.translation.known(block_id) and seeder.new(block_id):
                self._stand_in(block_id)
        self._remarks()
        self._uploads()
        for view_id, view in seeder.own.full["view"].items():
            self._view(view_id, view)
        for view_id, view in seeder.own.hints["view"].items():
            if view.get("parent") and not seeder.translation.known(view_id) and seeder.new(view_id):
                self._view(view_id, {"name": "View", "type": "table", **view})

    # ---- blocks

    def _children(self, above: str) -> list[str]:
        seeder = self.seeder
        listed = seeder.own.children.get(above) or seeder.library.children.get(above) or []
        if not listed and above not in seeder.own.children:
            listed = [
                one for one, block in seeder.own.full["block"].items() if _under(block, above)
            ]
        known = [one for one in listed if seeder.find("block", one) is not None]
        return [one for one in known if one not in seeder.own.made]

    def _below(self, above: str) -> None:
        if above in self._planted:
            return
        self._planted.add(above)
        for block_id in self._children(above):
            block = self.seeder.find("block", block_id) or {}
            kind = block.get("type")
            if kind == "child_page":
                self.seeder.page(block_id)
            elif kind == "child_database":
                self.seeder.container("database", block_id)
            else:
                self._append(above, block_id, block)
        self._arrange(above)

    def _arrange(self, above: str) -> None:
        """Let blocks and pages stand in the order in which they were read."""
        translation, workspace = self.seeder.translation, self.seeder.workspace
        place = {translation.local(one): at for at, one in enumerate(self._children(above))}
        holder = workspace.state.pages.get(translation.local(above))
        if holder is not None:
            holder.children.sort(key=lambda one: place.get(one, len(place)))

    def _append(self, above: str, block_id: str, block: Json) -> None:
        seeder = self.seeder
        self._origin(block)
        what = f"block {block_id} ({block.get('type')})"
        notes = len(seeder.notes)
        made = None
        if block.get("type") != "unsupported":
            made = seeder.attempt(what, self._new, above, block_id, block)
        whole = made is not None
        made = made or seeder.attempt(what, self._as_read, above, block)
        if isinstance(made, Block):
            del seeder.notes[notes:]
            edited = seeder.at(block.get("last_edited_time"))
            made.edited = seeder.workspace.state.instant(edited)
            made.edited_by = seeder.by(block, "last_edited_by") or made.edited_by
            self._learn(block_id, made, whole=whole)
            if block.get("in_trash"):
                seeder.workspace.bodies.bury(made, in_trash=True)

    def _new(self, above: str, block_id: str, block: Json) -> Block | None:
        return self._put(above, block, self._written(block_id, block))

    def _put(self, above: str, block: Json, body: Json) -> Block | None:
        seeder = self.seeder
        made = seeder.workspace.bodies.append(
            seeder.translation.local(above),
            [body],
            at=seeder.workspace.state.instant(seeder.at(block.get("created_time"))),
            by=seeder.by(block, "created_by") or seeder.workspace.bot_id,
        )
        return made[0] if isinstance(made[0], Block) else None

    def _as_read(self, above: str, block: Json) -> Block | None:
        """Put a block there that only Notion's own application can write."""
        kind = str(block.get("type"))
        made = self._put(above, block, {"type": "divider", "divider": {}})
        if made is not None:
            made.kind, made.content = kind, self.seeder.translation.body(block.get(kind) or {})
        return made

    def _origin(self, block: Json) -> None:
        """Put the block there first of which another is a copy."""
        seeder = self.seeder
        origin = (block.get("synced_block") or {}).get("synced_from") or {}
        found = origin.get("block_id")
        if isinstance(found, str) and not seeder.translation.known(found):
            original = seeder.find("block", dashed(found))
            if original is not None:
                self._alone(dashed(found), original)

    def _written(self, block_id: str, block: Json) -> Json:
        kind = str(block.get("type"))
        content = self.seeder.translation.body(block.get(kind) or {})
        if content.get("type") == "file" and isinstance(content.get("file"), dict):
            content["file_upload"] = {"id": self._file(content.pop("file"), content.get("name"))}
            content["type"] = "file_upload"
        if kind in _WHOLE:
            below = self._children(block_id)
            found = [(one, self.seeder.find("block", one) or {}) for one in below]
            content["children"] = [self._written(one, inner) for one, inner in found]
        return {"object": "block", "type": kind, kind: content}

    def _learn(self, block_id: str, ours: Block, *, whole: bool) -> None:
        """Take a block, and what was written together with it, for what it is."""
        seeder = self.seeder
        seeder.translation.assume(block_id, ours.id)
        block = seeder.find("block", block_id) or {}
        if not whole or block.get("type") not in _WHOLE:
            self._below(block_id)
            self._fill(block_id, block, ours)
            return
        self._planted.add(block_id)
        things = seeder.attempt(
            f"children of block {block_id}", seeder.workspace.bodies.children, ours.id
        )
        for below, thing in zip(self._children(block_id), things or (), strict=False):
            if isinstance(thing, Block):
                self._learn(below, thing, whole=True)

    def _fill(self, block_id: str, block: Json, ours: Block | Page) -> None:
        """Let something stand below a block of which it is only told that something does."""
        touched = block_id in self.seeder.own.children or block_id in self.seeder.own.hints["block"]
        above = str(block.get("type"))
        if not block.get("has_children") or ours.children or touched or above == "synced_block":
            return
        kind = {"table": "table_row", "column_list": "column"}.get(above, "paragraph")
        self.seeder.attempt(f"below block {block_id}", self._as_read, block_id, {"type": kind})

    def _stand_in(self, block_id: str, below: Json | None = None) -> None:
        """Put a block there of which nothing is known but its id, and what stands below it."""
        seeder = self.seeder
        if self._nowhere is None:
            self._nowhere = seeder.workspace.create_page({"parent": {"workspace": True}})["id"]
        kind = {"table_row": "table", "column": "column_list"}.get(
            (below or {}).get("type", ""), "toggle"
        )
        cells = ((below or {}).get("table_row") or {}).get("cells") or [[]]
        content = {"table_width": len(cells)} if kind == "table" else {}
        made = seeder.attempt(
            f"block {block_id}", self._as_read, self._nowhere, {"type": kind, kind: content}
        )
        if made is not None:
            seeder.translation.assume(block_id, made.id)
            seeder.notes.append(f"block {block_id}: nothing is known of it but its id")

    def _alone(self, block_id: str, block: Json) -> None:
        """Put a block there that no listing shows."""
        seeder = self.seeder
        parent = block.get("parent") or {}
        above = parent.get("page_id") or parent.get("block_id")
        if block.get("type") == "child_page":
            seeder.page(block_id)
        elif block.get("type") == "child_database":
            seeder.container("database", block_id)
        elif isinstance(above, str) and dashed(above) not in seeder.own.made:
            above = dashed(above)
            outer = seeder.find("block", above)
            if "page_id" in parent:
                seeder.page(above)
            elif outer is not None and not seeder.translation.known(above):
                self._alone(above, outer)
            elif seeder.new(above) and not seeder.translation.known(above):
                self._stand_in(above, block)
            if not seeder.translation.known(block_id):
                self._append(above, block_id, block)

    def _file(self, file: Json, name: object) -> str:
        """Put a file there and return the id of its upload."""
        workspace = self.seeder.workspace
        path = PurePosixPath(urlsplit(str(file.get("url"))).path).name
        made = workspace.uploads.create(
            {"filename": str(name or unquote(path) or "file")},
            at=workspace.state.instant(None),
            by=workspace.bot_id,
        )
        workspace.uploads.send(made, Sent(b""))
        return made.id

    # ---- comments and views

    def _remarks(self) -> None:
        seeder = self.seeder
        known = sorted(
            seeder.own.full["comment"].items(), key=lambda pair: str(pair[1].get("created_time"))
        )
        for comment_id, comment in known:
            body = {
                "parent": seeder.translation.body(comment.get("parent") or {}),
                "rich_text": seeder.translation.body(comment.get("rich_text") or []),
            }
            made = seeder.attempt(
                f"comment {comment_id}",
                seeder.workspace.comments.add,
                body,
                id=seeder.kept(comment_id),
                discussion_id=seeder.kept(comment.get("discussion_id")),
                at=seeder.at(comment.get("created_time")),
                by=seeder.by(comment, "created_by"),
            )
            if made:
                seeder.translation.assume(comment_id, made["id"])

    def _uploads(self) -> None:
        seeder = self.seeder
        known = seeder.own.full["file_upload"]
        order = seeder.own.newest_first
        for upload_id in sorted(known, key=lambda one: -order.get(one, 0)):
            upload = known[upload_id]
            made = seeder.attempt(f"file upload {upload_id}", self._upload, upload)
            if made:
                seeder.translation.assume(upload_id, made)

    def _upload(self, upload: Json) -> str:
        seeder, uploads = self.seeder, self.seeder.workspace.uploads
        keys = ("filename", "content_type")
        body: Json = {key: upload[key] for key in keys if upload.get(key)}
        if "number_of_parts" in upload:
            body |= {"mode": "multi_part", "number_of_parts": upload["number_of_parts"]["total"]}
        author = seeder.by(upload, "created_by") or ""
        made = uploads.create(
            body,
            at=seeder.workspace.state.instant(seeder.at(upload.get("created_time"))),
            by=author if author in seeder.workspace.state.users else seeder.workspace.bot_id,
        )
        if upload.get("status") == "uploaded":
            uploads.send(made, Sent(bytes(int(upload.get("content_length") or 0))))
        made.length = upload.get("content_length")
        made.status = str(upload.get("status"))
        made.attached = made.status == "uploaded" and not upload.get("expiry_time")
        made.imported = upload.get("file_import_result")
        made.filename, made.content_type = upload.get("filename"), upload.get("content_type")
        return made.id

    def _view(self, view_id: str, view: Json) -> None:
        seeder = self.seeder
        parent = view.get("parent") or {}
        if any(
            isinstance(one, str) and UUID.fullmatch(one) and dashed(one) in seeder.own.made
            for one in parent.values()
        ):
            return
        keys = ("data_source_id", "name", "type", "filter", "sorts", "quick_filters")
        body = {key: seeder.translation.body(view[key]) for key in keys if view.get(key)}
        body["configuration"] = view.get("configuration")
        database = seeder.workspace.state.databases.get(
            seeder.translation.local(str(parent.get("database_id", "")))
        )
        if database is not None:
            body["database_id"] = database.id
            body.setdefault("data_source_id", database.sources[0])
        made = seeder.attempt(
            f"view {view_id}",
            seeder.workspace.views.add,
            body,
            id=seeder.kept(view_id),
            at=seeder.at(view.get("created_time")),
            by=seeder.by(view, "created_by"),
        )
        if made:
            seeder.translation.assume(view_id, made["id"])
