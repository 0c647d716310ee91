"""Who may talk to the face: a browser on this machine, on a page of the face itself.

The rule: a request under a strange host name is refused (a name that was made to lead here),
and a write that does not come from a page of the same origin is refused; every answer forbids
what the pages do not need.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def names_of(host: str) -> Collection[str] | None:
    """Return the host names under which a server bound to ``host`` is asked; None is any."""
    try:
        everywhere = ip_address(host).is_unspecified
    except ValueError:
        everywhere = not host
    return None if everywhere else LOOPBACK | {host}


class Guard:
    """Lets requests through to an application, or refuses them.

    Args:
        app: What is guarded.
        hosts: The host names under which it may be asked; None is any.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        reason = self._refusal(Request(scope))
        app = self.app if reason is None else PlainTextResponse(reason, 403)
        await app(scope, receive, guarded)

    def _refusal(self, request: Request) -> str | None:
        host = request.url.hostname
        if self.hosts is not None and host not in self.hosts:
            listed = ", ".join(sorted(self.hosts))
            return f"The local Notion is not called {host}. Ask for it as one of: {listed}."
        if request.method in {"GET", "HEAD"} or _at_home(request):
            return None
        return "A page of another site may not write here. Use a page of the local Notion."


def _at_home(request: Request) -> bool:
    """Tell whether a request was sent by a page of the same origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    here = f"{request.url.scheme}://{request.headers.get('host')}"
    return request.headers.get("origin") == here
