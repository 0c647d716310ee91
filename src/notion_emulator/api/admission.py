"""Who is let in: token, version, budget and capabilities, in that order, as observed.

The rule: the address is looked at before the token, the token before the version; an address
may end in one slash more, not in two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notion_emulator.errors import ApiError, shown

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from notion_emulator.capabilities import Capabilities
    from notion_emulator.workspace import Workspace

NEW = "2026-03-11"
OLD = "2025-09-03"
#: All that Notion has published; those before `OLD` are not spoken here.
PUBLISHED = ("2021-05-11", "2021-05-13", "2021-08-16", "2022-02-22", "2022-06-28", OLD, NEW)
_BEARER = re.compile(r"bearer[ \t]+(\S+)\Z", re.IGNORECASE)


class OneSlash:
    """An application that takes an address with one slash at its end for that without.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        path = scope.get("path", "")
        if path.startswith("/v1/") and path.endswith("/") and not path.endswith("//"):
            scope = {**scope, "path": path[:-1], "raw_path": path[:-1].encode()}
        await self.app(scope, receive, send)


def let_in(workspace: Workspace, request: Request) -> tuple[str, Capabilities]:
    """Check token, version, budget and capabilities; return the version and what is allowed.

    Raises:
        ApiError: 400, 401, 403 or 429, in Notion's words.
    """
    bearer = _BEARER.match(request.headers.get("authorization", ""))
    if bearer is None:
        wanted = 'Authorization header must use the format "Bearer <token>".'
        raise ApiError(401, "unauthorized", wanted)
    token = bearer[1]
    capabilities = workspace.capabilities(token)
    if capabilities is None:
        raise ApiError(401, "unauthorized", "API token is invalid.")
    version = _version(request.headers.get("notion-version"))
    beta = request.headers.get("notion-beta")
    if beta is not None:  # previews that one opts into; there are none here
        raise ApiError(400, "invalid_beta", f"Notion-Beta {shown(beta)} is not known.")
    workspace.limits.spend(token)
    if not capabilities.allow(request.method, request.url.path):
        wanting = "Insufficient permissions for this endpoint."
        raise ApiError(403, "restricted_resource", wanting)
    return version, capabilities


def _version(version: str | None) -> str:
    if version is None:
        raise ApiError(
            400,
            "missing_version",
            "Notion-Version header failed validation: Notion-Version header should be defined, "
            "instead was `undefined`.",
        )
    if version not in PUBLISHED:
        listed = ", ".join(f'`"{one}"`' for one in PUBLISHED[:-1])
        raise ApiError(
            400,
            "missing_version",
            "Notion-Version header failed validation: Notion-Version header should be "
            f'{listed}, or `"{NEW}"`, instead was {shown(version)}.',
        )
    if version not in {OLD, NEW}:
        told = f"The local Notion speaks {OLD} and {NEW}, not {version}."
        raise ApiError(400, "invalid_request", told)
    return version
