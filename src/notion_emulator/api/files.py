"""The endpoints of file uploads, and the one that serves the files themselves.

The rule: a file is served to whoever has a signed address, without token or version, and
refused as the storage of the real Notion refuses, in XML, when its hour has passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from starlette.responses import Response

from notion_emulator.api.calls import Answer, Call, Endpoint, listing, window
from notion_emulator.errors import missing
from notion_emulator.storage import Denied

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from notion_emulator.uploads import Upload
    from notion_emulator.workspace import Workspace

Json = dict[str, Any]

FILES = "/files/{key:path}"


def _shown(call: Call, upload: Upload) -> Json:
    return call.stamped(call.workspace.uploads.json(upload))


def create_upload(call: Call) -> Answer:
    """Make a place for a file: POST /v1/file_uploads."""
    workspace = call.workspace
    upload = workspace.uploads.create(call.body, at=call.now, by=workspace.bot_id)
    return _shown(call, upload)


def list_uploads(call: Call) -> Answer:
    """List file uploads, newest first: GET /v1/file_uploads."""
    uploads = call.workspace.uploads.listed(call.request.query_params.get("status"))
    part, cursor = window([one.id for one in uploads], call.size(), call.cursor())
    return listing([_shown(call, one) for one in uploads[part]], "file_upload", cursor)


def get_upload(call: Call) -> Answer:
    """Read a file upload: GET /v1/file_uploads/{file_upload_id}."""
    uploads = call.workspace.uploads
    upload = uploads.find(call.id("file_upload_id"))
    uploads.bring_in(upload)
    return _shown(call, upload)


def send_upload(call: Call) -> Answer:
    """Send a file or a part of one: POST /v1/file_uploads/{file_upload_id}/send."""
    uploads = call.workspace.uploads
    upload = uploads.find(call.id("file_upload_id"))
    if "file" not in call.body:
        raise missing("body.file")
    uploads.send(upload, call.body["file"])
    return _shown(call, upload)


def complete_upload(call: Call) -> Answer:
    """Join the parts of a file: POST /v1/file_uploads/{file_upload_id}/complete."""
    uploads = call.workspace.uploads
    upload = uploads.find(call.id("file_upload_id"))
    uploads.complete(upload)
    return _shown(call, upload)


def file_handler(workspace: Workspace) -> Callable[[Request], Awaitable[Response]]:
    """Return the HTTP handler that serves files."""

    async def serve(request: Request) -> Response:
        key = request.path_params["key"]
        try:
            stored = workspace.state.storage.open(key, request.query_params)
        except Denied as denied:
            text = (
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                f"<Error><Code>AccessDenied</Code><Message>{escape(str(denied))}</Message></Error>"
            )
            return Response(text, 403, media_type="application/xml")
        return Response(stored.data, media_type=stored.content_type)

    return serve


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", "/v1/file_uploads", create_upload),
    ("GET", "/v1/file_uploads", list_uploads),
    ("GET", "/v1/file_uploads/{file_upload_id}", get_upload),
    ("POST", "/v1/file_uploads/{file_upload_id}/send", send_upload),
    ("POST", "/v1/file_uploads/{file_upload_id}/complete", complete_upload),
)
