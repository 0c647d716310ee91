"""Comments: remarks on pages and blocks, in discussions.

The rule: a comment belongs to one discussion for ever, and a discussion to one page or block;
a comment is seen where what it stands on is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator.changes import Change
from notion_emulator.errors import ApiError, bad_body, missing
from notion_emulator.ids import normal_id
from notion_emulator.markdown.inline import read_inline
from notion_emulator.model import Page, Parent
from notion_emulator.render import parent_json
from notion_emulator.richtext import RichText, render_text
from notion_emulator.stamps import minute_stamp, to_ms

if TYPE_CHECKING:
    from datetime import datetime

    from notion_emulator.bodies import Bodies
    from notion_emulator.state import State

Json = dict[str, Any]

MAX_ATTACHMENTS = 3
_NAMES = ("integration", "user", "custom")


@dataclass(slots=True, eq=False)
class Comment:
    """A comment; ``name`` is the name of one's choice under which it was written, if any.

    Attributes:
        attachments: Category and storage key of each file.
    """

    id: str
    sequence: int
    parent: Parent
    discussion_id: str
    created: int
    edited: int
    created_by: str
    text: RichText | None
    name: str | None = None
    attachments: list[tuple[str, str]] = field(default_factory=list)


class Comments:
    """Writes and shows comments."""

    def __init__(self, state: State, bodies: Bodies) -> None:
        self.state = state
        self.bodies = bodies

    def find(self, comment_id: str) -> Comment:
        """Return a comment on something that is shared.

        Raises:
            ApiError: 404.
        """
        comment = self.state.comments.get(comment_id)
        if comment is None or not self._seen(comment):
            raise self.state.missing("comment", comment_id)
        return comment

    def _seen(self, comment: Comment) -> bool:
        try:
            self.bodies.find(comment.parent.id)
        except ApiError:
            return False
        return True

    def listed(self, block_id: str) -> list[Comment]:
        """Return the comments that stand directly on a page or block, oldest first.

        Raises:
            ApiError: 404 for what is not there.
        """
        self.bodies.find(block_id)
        found = [one for one in self.state.comments.values() if one.parent.id == block_id]
        return sorted(found, key=lambda one: (one.created, one.sequence))

    # ---- writing

    def add(
        self,
        body: Json,
        *,
        id: str | None = None,
        discussion_id: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
    ) -> Json:
        """Write a comment as anybody and at any time; return the comment object."""
        instant = self.state.now() if at is None else to_ms(at)
        comment = self.create(
            body,
            comment_id=normal_id(id),
            discussion_id=normal_id(discussion_id),
            at=instant,
            by=by or self.state.bot.id,
        )
        return self.json(comment)

    def create(
        self, body: Json, *, comment_id: str | None, discussion_id: str | None, at: int, by: str
    ) -> Comment:
        """Write a comment, in a discussion or as the first of a new one.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        state = self.state
        parent, thread = self._place(body)
        text = self._text(body)
        name = _name(body.get("display_name"))
        comment = Comment(
            comment_id or state.ids.uuid(),
            state.sequence(),
            parent,
            thread or discussion_id or state.ids.uuid(),
            at,
            at,
            by,
            text,
            name,
            self._attachments(body.get("attachments")),
        )
        self.state.comments[comment.id] = comment
        self._tell("comment.created", comment, at, by)
        return comment

    def _tell(self, kind: str, comment: Comment, at: int, by: str) -> None:
        """Tell what became of a comment, unless what it stands on is not shared."""
        if not self._seen(comment):
            return
        above = self.bodies.find(comment.parent.id)
        page = self.bodies.page_of(above)
        parent = {"id": above.id, "type": comment.parent.kind.removesuffix("_id")}
        detail = {"parent": parent, "page_id": above.id if page is None else page.id}
        self.state.changes.tell(Change(kind, comment.id, at, by, detail))

    def _place(self, body: Json) -> tuple[Parent, str | None]:
        """Return where a comment goes, and into which discussion if it names one."""
        written, thread = body.get("parent"), body.get("discussion_id")
        if thread is not None:
            if written is not None:
                raise bad_body("body.parent", "not present", written)
            wanted = normal_id(thread)
            if wanted is None:
                raise bad_body("body.discussion_id", "a valid uuid", thread)
            for one in self.state.comments.values():
                if one.discussion_id == wanted and self._seen(one):
                    return one.parent, wanted
            raise self.state.missing("discussion", wanted)
        if written is None:
            raise missing("body.parent")
        if not isinstance(written, dict):
            raise bad_body("body.parent", "an object", written)
        kind = next((one for one in ("page_id", "block_id") if one in written), None)
        if kind is None:
            raise missing("body.parent.page_id")
        target = normal_id(written[kind])
        if target is None:
            raise bad_body(f"body.parent.{kind}", "a valid uuid", written[kind])
        if kind == "page_id":
            self.state.page(target)
        thing = self.bodies.find(target)
        return Parent("page_id" if isinstance(thing, Page) else "block_id", target), None

    def _text(self, body: Json) -> RichText | None:
        written, markdown = body.get("rich_text"), body.get("markdown")
        if written is None and markdown is not None:
            if not isinstance(markdown, str):
                raise bad_body("body.markdown", "a string", markdown)
            return self.state.texts.read(read_inline(markdown), "body.markdown")
        if written is None:
            raise missing("body.rich_text")
        if markdown is not None:
            raise bad_body("body.markdown", "not present", markdown)
        return self.state.texts.read(written, "body.rich_text")

    def _attachments(self, written: object) -> list[tuple[str, str]]:
        if written is None:
            return []
        if not isinstance(written, list):
            raise bad_body("body.attachments", "an array", written)
        if len(written) > MAX_ATTACHMENTS:
            raise bad_body("body.attachments.length", f"≤ `{MAX_ATTACHMENTS}`", len(written))
        found = []
        for at, one in enumerate(written):
            path = f"body.attachments[{at}]"
            if not isinstance(one, dict):
                raise bad_body(path, "an object", one)
            upload_id = normal_id(one.get("file_upload_id"))
            if upload_id is None:
                raise bad_body(f"{path}.file_upload_id", "a valid uuid", one.get("file_upload_id"))
            upload = self.state.files.attach(upload_id)
            found.append((_category(upload.content_type or ""), upload.key or ""))
        return found

    def update(self, comment: Comment, body: Json, *, at: int, by: str) -> None:
        """Change the text of a comment.

        Raises:
            ApiError: 400, or 403 for a comment of somebody else.
        """
        self._own(comment, by)
        comment.text = self._text(body)
        comment.edited = at
        self._tell("comment.updated", comment, at, by)

    def delete(self, comment: Comment, *, at: int, by: str) -> None:
        """Remove a comment for good.

        Raises:
            ApiError: 403 for a comment of somebody else.
        """
        self._own(comment, by)
        del self.state.comments[comment.id]
        self._tell("comment.deleted", comment, at, by)

    def _own(self, comment: Comment, by: str) -> None:
        if comment.created_by != by:
            raise ApiError(
                403,
                "restricted_resource",
                "Comments can only be changed by the integration that wrote them.",
            )

    # ---- showing

    def json(self, comment: Comment) -> Json:
        """Return a comment object."""
        body: Json = {
            "object": "comment",
            "id": comment.id,
            "parent": parent_json(comment.parent, self.state),
            "discussion_id": comment.discussion_id,
            "created_time": minute_stamp(comment.created),
            "last_edited_time": minute_stamp(comment.edited),
            "created_by": {"object": "user", "id": comment.created_by},
            "rich_text": orjson.loads(render_text(comment.text)),
            "display_name": self._display(comment),
        }
        if comment.attachments:
            sign = self.state.storage.sign
            body["attachments"] = [
                {"category": category, "file": sign(key)} for category, key in comment.attachments
            ]
        return body

    def _display(self, comment: Comment) -> Json:
        if comment.name is not None:
            return {"type": "custom", "resolved_name": comment.name}
        user = self.state.users.get(comment.created_by)
        kind = "user" if user is None or user.kind == "person" else "integration"
        return {"type": kind, "resolved_name": None if user is None else user.name}


def _name(written: object) -> str | None:
    """Return the name of one's choice that a comment asks for."""
    if written is None:
        return None
    kind = written.get("type") if isinstance(written, dict) else None
    if not isinstance(written, dict) or kind not in _NAMES:
        listed = ", ".join(f'`"{one}"`' for one in _NAMES)
        raise bad_body("body.display_name.type", f"one of {listed}", kind)
    if kind != "custom":
        return None
    custom = written.get("custom")
    name = custom.get("name") if isinstance(custom, dict) else None
    if not isinstance(name, str) or not name:
        raise missing("body.display_name.custom.name")
    return name


def _category(content_type: str) -> str:
    """Return under which heading a file of a media type stands."""
    kind = content_type.split("/", 1)[0]
    if kind in {"audio", "image", "video"}:
        return kind
    return "pdf" if content_type == "application/pdf" else "productivity"
