"""File uploads: from an empty place for a file to a file that stands on a page.

The rule: what is not attached to anything within an hour expires, by the workspace's clock;
a file that was attached stays. The web outside is not reached: a file to import from an
address must have been put into ``web`` before.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from notion_emulator.changes import Change
from notion_emulator.errors import ApiError, bad_body, invalid, missing
from notion_emulator.stamps import MINUTE, exact_stamp, minute_stamp
from notion_emulator.storage import HOUR, Stored

if TYPE_CHECKING:
    from notion_emulator.state import State

Json = dict[str, Any]

MODES = ("single_part", "multi_part", "external_url")
STATUSES = ("pending", "uploaded", "expired", "failed")
MEBIBYTE = 1024 * 1024
MAX_PART = 20 * MEBIBYTE
MIN_PART = 5 * MEBIBYTE
MAX_PARTS = 10_000
MAX_NAME = 900
_ANY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Sent:
    """What one request sends.

    Attributes:
        data: The bytes.
        filename: The name that the sender gives the file.
        content_type: The type that the sender gives it.
        part_number: Which part it is, as it was written.
    """

    data: bytes
    filename: str | None = None
    content_type: str | None = None
    part_number: str | None = None


@dataclass(slots=True, eq=False)
class Upload:
    """A file upload; ``status`` is what it was last changed to, see `Uploads.status`."""

    id: str
    sequence: int
    created: int
    created_by: str
    mode: str
    filename: str | None
    content_type: str | None
    total: int = 0
    source: str | None = None
    status: str = "pending"
    parts: dict[int, bytes] = field(default_factory=dict)
    length: int | None = None
    key: str | None = None
    attached: bool = False
    imported: Json | None = None

    @property
    def expiry(self) -> int:
        """When it expires if nothing holds it, in milliseconds."""
        return self.created // MINUTE * MINUTE + HOUR


class Uploads:
    """Writes and shows file uploads.

    Attributes:
        max_size: How large a file may be, in bytes (Notion: 5 MiB on free plans, 5 GiB on paid).
        web: Files that an import can reach, by address.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.max_size = 5 * MEBIBYTE
        self.web: dict[str, bytes] = {}

    def find(self, upload_id: str) -> Upload:
        """Return an upload.

        Raises:
            ApiError: 404.
        """
        upload = self.state.uploads.get(upload_id)
        if upload is None:
            raise self.state.missing("file_upload", upload_id)
        return upload

    def status(self, upload: Upload) -> str:
        """Return what has become of an upload: one of `STATUSES`."""
        waits = upload.status in {"pending", "uploaded"} and not upload.attached
        return "expired" if waits and self.state.now() >= upload.expiry else upload.status

    # ---- creating

    def create(self, body: Json, *, at: int, by: str) -> Upload:
        """Make a place for a file.

        Raises:
            ApiError: 400, in Notion's words.
        """
        mode = body.get("mode", "single_part")
        if mode not in MODES:
            listed = ", ".join(f'`"{one}"`' for one in MODES)
            raise bad_body("body.mode", f"one of {listed}", mode)
        for part in ("filename", "content_type", "external_url"):
            if body.get(part) is not None and not isinstance(body[part], str):
                raise bad_body(f"body.{part}", "a string", body[part])
        name, source = body.get("filename"), body.get("external_url")
        if mode == "multi_part" and not name:
            raise missing("body.filename")
        if mode == "external_url":
            if not source:
                raise missing("body.external_url")
            if not source.startswith("https://"):
                raise bad_body("body.external_url", "an HTTPS URL", source)
            name = name or unquote(PurePosixPath(urlsplit(source).path).name) or None
        elif source is not None:
            raise bad_body("body.external_url", "not present", source)
        if name is not None and len(name.encode()) > MAX_NAME:
            raise bad_body("body.filename.length", f"≤ `{MAX_NAME}` bytes", len(name.encode()))
        kind = body.get("content_type") or (mimetypes.guess_type(name)[0] if name else None)
        upload = Upload(
            self.state.ids.uuid(), self.state.sequence(), at, by, mode, name, kind, source=source
        )
        upload.total = _total(body.get("number_of_parts"), mode)
        self.state.uploads[upload.id] = upload
        self.state.changes.tell(Change("file_upload.created", upload.id, at, by))
        return upload

    # ---- sending

    def send(self, upload: Upload, sent: Sent) -> None:
        """Take bytes; a file of one part is uploaded with them.

        Raises:
            ApiError: 400, in Notion's words.
        """
        status = self.status(upload)
        if status != "pending" or upload.mode == "external_url":
            raise invalid(
                f"File upload with ID {upload.id} cannot be sent to: its mode is "
                f"{upload.mode} and its status is {status}."
            )
        number = self._part(upload, sent.part_number)
        said = (sent.content_type or _ANY).split(";")[0].strip()
        if _ANY not in {said, upload.content_type or _ANY} and said != upload.content_type:
            raise invalid(
                f"The content type of the file ({said}) does not match the content type of the "
                f"file upload ({upload.content_type})."
            )
        if len(sent.data) > MAX_PART:
            raise invalid(f"The file or part must not be larger than {MAX_PART} bytes.")
        if upload.mode == "multi_part" and number < upload.total and len(sent.data) < MIN_PART:
            raise invalid(f"Every part but the last must have at least {MIN_PART} bytes.")
        others = sum(len(one) for at, one in upload.parts.items() if at != number)
        if others + len(sent.data) > self.max_size:
            raise invalid(f"The file must not be larger than {self.max_size} bytes.")
        upload.parts[number] = sent.data
        upload.filename = upload.filename or sent.filename
        upload.content_type = upload.content_type or sent.content_type
        if upload.mode == "single_part":
            self._finish(upload)

    def _part(self, upload: Upload, written: str | None) -> int:
        if upload.mode == "single_part":
            if written is not None:
                raise bad_body("body.part_number", "not present", written)
            return 1
        if written is None:
            raise missing("body.part_number")
        if not written.isdecimal() or not 1 <= int(written) <= upload.total:
            raise bad_body("body.part_number", f"between `1` and `{upload.total}`", written)
        return int(written)

    def complete(self, upload: Upload) -> None:
        """Join the parts of a file.

        Raises:
            ApiError: 400 when it has not come whole.
        """
        status = self.status(upload)
        if upload.mode != "multi_part" or status != "pending":
            raise invalid(
                f"File upload with ID {upload.id} cannot be completed: its mode is "
                f"{upload.mode} and its status is {status}."
            )
        if len(upload.parts) < upload.total:
            raise invalid(
                f"File upload with ID {upload.id} is not complete: {len(upload.parts)} of "
                f"{upload.total} parts were sent."
            )
        self._finish(upload)

    def _finish(self, upload: Upload) -> None:
        data = b"".join(upload.parts[number] for number in sorted(upload.parts))
        upload.filename = upload.filename or "file"
        upload.content_type = upload.content_type or _ANY
        upload.key = self.state.storage.keep(
            self.state.ids.uuid(), Stored(upload.filename, upload.content_type, data)
        )
        upload.length, upload.status = len(data), "uploaded"
        self._tell(upload, "completed")

    def bring_in(self, upload: Upload) -> None:
        """Import a file from its address, if it still waits for that."""
        if upload.mode != "external_url" or self.status(upload) != "pending":
            return
        time = exact_stamp(self.state.now())
        data = self.web.get(upload.source or "")
        if data is not None and len(data) <= self.max_size:
            upload.parts[1] = data
            self._finish(upload)
            upload.imported = {"type": "success", "success": {}, "imported_time": time}
            return
        upload.status = "failed"
        error = {
            "type": "download_error" if data is None else "validation_error",
            "code": "file_upload_invalid_size" if data else "file_upload_download_error",
            "message": "The file could not be downloaded." if data is None else "It is too large.",
            "parameter": None,
            "status_code": 404 if data is None else None,
        }
        upload.imported = {"type": "error", "error": error, "imported_time": time}
        self._tell(upload, "upload_failed", {"file_import_result": upload.imported})

    def _tell(self, upload: Upload, what: str, detail: Json | None = None) -> None:
        at = self.state.now()
        change = Change(f"file_upload.{what}", upload.id, at, upload.created_by, detail)
        self.state.changes.tell(change)

    # ---- attaching

    def attach(self, upload_id: str) -> Upload:
        """Return an uploaded file to put somewhere; from now on it stays.

        Raises:
            ApiError: 404, or 400 when there is no file to attach.
        """
        upload = self.find(upload_id)
        self.bring_in(upload)
        status = self.status(upload)
        if status != "uploaded":
            raise ApiError(
                400,
                "validation_error",
                f"Could not attach file upload with ID {upload_id}: its status must be "
                f"`uploaded`, instead was `{status}`.",
            )
        upload.attached = True
        return upload

    # ---- showing

    def listed(self, status: str | None) -> list[Upload]:
        """Return the uploads with this status, newest first; None is all.

        Raises:
            ApiError: 400 for a status that is none.
        """
        if status is not None and status not in STATUSES:
            listed = ", ".join(f'`"{one}"`' for one in STATUSES)
            raise invalid(
                f"query failed validation: query.status should be one of {listed}, "
                f'instead was `"{status}"`.'
            )
        uploads = list(self.state.uploads.values())
        for upload in uploads:
            self.bring_in(upload)
        uploads.sort(key=lambda one: (one.created, one.sequence), reverse=True)
        return [one for one in uploads if status is None or self.status(one) == status]

    def json(self, upload: Upload) -> Json:
        """Return a file upload object, without ``archived``."""
        status, base = self.status(upload), self.state.storage.base_url
        waits = status in {"pending", "uploaded"} and not upload.attached
        body: Json = {
            "object": "file_upload",
            "id": upload.id,
            "created_time": minute_stamp(upload.created),
            "created_by": {
                "id": upload.created_by,
                "type": self.state.users[upload.created_by].kind,
            },
            "last_edited_time": minute_stamp(upload.created),
            "expiry_time": minute_stamp(upload.expiry) if waits else None,
        }
        if status == "pending":
            body["upload_url"] = f"{base}/v1/file_uploads/{upload.id}/send"
            if upload.mode == "multi_part":
                body["complete_url"] = f"{base}/v1/file_uploads/{upload.id}/complete"
        body["in_trash"] = False
        body["status"] = status
        body["filename"] = upload.filename
        body["content_type"] = upload.content_type
        body["content_length"] = upload.length
        if upload.mode == "multi_part":
            body["number_of_parts"] = {"total": upload.total, "sent": len(upload.parts)}
        if upload.imported is not None:
            body["file_import_result"] = upload.imported
        return body


def _total(written: object, mode: str) -> int:
    """Return how many parts a file will have."""
    if mode != "multi_part":
        if written is not None:
            raise bad_body("body.number_of_parts", "not present", written)
        return 1
    if written is None:
        raise missing("body.number_of_parts")
    if not isinstance(written, int) or isinstance(written, bool):
        raise bad_body("body.number_of_parts", "a number", written)
    if not 1 <= written <= MAX_PARTS:
        raise bad_body("body.number_of_parts", f"between `1` and `{MAX_PARTS}`", written)
    return written
