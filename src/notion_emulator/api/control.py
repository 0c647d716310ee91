"""The control of a served workspace, below ``/_control``: time, faults, people, webhooks.

The rule: it is there only when asked for, takes the workspace's own token, JSON in and out,
and a word that it does not know is refused rather than overlooked.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from inspect import isawaitable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response
from starlette.routing import Route

from notion_emulator.capabilities import Capabilities
from notion_emulator.errors import ApiError, UnusableFileError, invalid
from notion_emulator.faults import Rule
from notion_emulator.meddling import somebody
from notion_emulator.snapshot import snapshot

if TYPE_CHECKING:
    from starlette.requests import Request

    from notion_emulator.workspace import Workspace

Json = dict[str, Any]

PREFIX = "/_control"


@dataclass(frozen=True, slots=True)
class Order:
    """A request to the control.

    Attributes:
        workspace: Whom it is about.
        body: Its JSON body, empty without one.
        raw: Its body as it came.
        path: What stands in its path.
        query: Its query string.
    """

    workspace: Workspace
    body: Json
    raw: bytes
    path: dict[str, Any]
    query: Any

    def words(self, *known: str) -> Json:
        """Return the body.

        Raises:
            ValueError: It says something that is not known here.
        """
        strange = sorted(set(self.body) - set(known))
        if strange:
            raise ValueError(f"unknown: {', '.join(strange)}; known: {', '.join(known)}")
        return self.body

    def author(self) -> Json:
        """Return who acts and when, as `Workspace` takes it: by default a person, now."""
        at = self.body.get("at")
        by = self.body.get("by") or somebody(self.workspace)
        if by not in self.workspace.state.users:
            raise ValueError(f"by: there is no user {by}")
        return {"at": None if at is None else instant(at), "by": by}


Result = Json | bytes
Deed = Callable[[Order], Result | Awaitable[Result]]


def instant(text: object) -> datetime:
    """Return an ISO 8601 text as an instant.

    Raises:
        ValueError: It is none, or has no offset from UTC.
    """
    found = datetime.fromisoformat(str(text))
    if found.tzinfo is None:
        raise ValueError(f"{text} needs an offset, such as +00:00 or Z")
    return found


# ---- time


def read_clock(order: Order) -> Result:
    """Tell the present."""
    clock = order.workspace.clock
    return {"now": clock().isoformat(), "frozen": clock.frozen}


def set_clock(order: Order) -> Result:
    """Reset, set, advance, freeze or thaw the clock, in this order."""
    words, clock = order.words("reset", "set", "advance", "freeze"), order.workspace.clock
    if words.get("reset"):
        clock.reset()
    if "set" in words:
        clock.set(instant(words["set"]))
    if "advance" in words:
        clock.advance(float(words["advance"]))
    if words.get("freeze") is True:
        clock.freeze()
    elif words.get("freeze") is False:
        clock.thaw()
    return read_clock(order)


# ---- faults


def read_faults(order: Order) -> Result:
    """List what is planned, and how often it struck."""
    return {
        "rules": [
            {**one.rule.json(), "fitting": one.fitting, "struck": one.struck}
            for one in order.workspace.faults.planned
        ]
    }


def plan_faults(order: Order) -> Result:
    """Add rules, or rates to draw by."""
    words = order.words("rules", "rates", "seed")
    rules = [_rule(one) for one in words.get("rules") or ()]
    rules += [Rule(one, probability=rate) for one, rate in (words.get("rates") or {}).items()]
    for rule in rules:
        order.workspace.faults.add(rule, seed=words.get("seed", 0))
    return read_faults(order)


def _rule(written: Json) -> Rule:
    if "hook" in written:
        raise ValueError("a hook can be given in the process alone")
    nth = written.get("nth", ())
    return Rule(
        **{
            **written,
            "nth": (nth,) if isinstance(nth, int) else tuple(nth),
            "actions": tuple(written.get("actions", ())),
        }
    )


def clear_faults(order: Order) -> Result:
    """Plan nothing any more."""
    order.workspace.faults.clear()
    return read_faults(order)


def read_search(order: Order) -> Result:
    """Tell what search does not see."""
    blindness = order.workspace.searches.blindness
    return {**asdict(blindness), "omitted": sorted(blindness.omitted)}


def set_search(order: Order) -> Result:
    """Say what search is not to see."""
    words = order.words("lag_seconds", "omitted", "rate", "seed")
    blindness = order.workspace.searches.blindness
    for name, value in words.items():
        setattr(blindness, name, set(value) if name == "omitted" else value)
    return read_search(order)


def expire_cursors(order: Order) -> Result:
    """Invalidate every cursor that was given out."""
    order.words()
    order.workspace.expire_cursors()
    return {}


def read_limits(order: Order) -> Result:
    """Tell the budgets of requests."""
    limits = order.workspace.limits
    return {
        "requests_per_minute": limits.budget,
        "workspace_requests": limits.shared.budget,
        "workspace_seconds": limits.shared.length / 1000,
    }


def set_limits(order: Order) -> Result:
    """Change the budgets of requests; 0 is no limit."""
    words = order.words("requests_per_minute", "workspace_requests", "workspace_seconds")
    limits = order.workspace.limits
    limits.budget = int(words.get("requests_per_minute", limits.budget))
    limits.shared.budget = int(words.get("workspace_requests", limits.shared.budget))
    limits.shared.length = int(words.get("workspace_seconds", limits.shared.length / 1000) * 1000)
    return read_limits(order)


# ---- tokens and people


def add_token(order: Order) -> Result:
    """Give out a further token; what it may not do is named with false."""
    words = order.words(*Capabilities.__dataclass_fields__)
    return {"token": order.workspace.add_token(Capabilities(**words))}


def list_people(order: Order) -> Result:
    """List the users: persons, guests and bots."""
    return {"people": [asdict(one) for one in order.workspace.state.users.values()]}


def add_person(order: Order) -> Result:
    """Add a person."""
    return {"id": order.workspace.add_person(**order.words("name", "email", "guest", "id"))}


def share(order: Order) -> Result:
    """Share an object with the integration."""
    order.workspace.share(order.words("id")["id"])
    return {}


def unshare(order: Order) -> Result:
    """Take an object from the integration."""
    order.workspace.unshare(order.words("id")["id"])
    return {}


def create_page(order: Order) -> Result:
    """Create a page as a person."""
    words = order.words("body", "by", "at")
    return order.workspace.create_page(words["body"], **order.author())


def edit_page(order: Order) -> Result:
    """Change a page as a person."""
    words = order.words("body", "by", "at")
    return order.workspace.update_page(order.path["id"], words["body"], **order.author())


def trash_page(order: Order) -> Result:
    """Put a page into the trash as a person."""
    order.words("by", "at")
    return order.workspace.trash_page(order.path["id"], **order.author())


def restore_page(order: Order) -> Result:
    """Take a page out of the trash as a person."""
    order.words("by", "at")
    return order.workspace.restore_page(order.path["id"], **order.author())


def move_page(order: Order) -> Result:
    """Give a page another parent as a person."""
    words = order.words("parent", "by", "at")
    return order.workspace.move_page(order.path["id"], words["parent"], **order.author())


# ---- what is known


def read_requests(order: Order) -> Result:
    """List the last requests, newest last."""
    log = order.workspace.requests
    limit = int(order.query.get("limit", 100))
    return {"count": log.count, "requests": [asdict(one) for one in list(log.last)[-limit:]]}


def clear_requests(order: Order) -> Result:
    """Forget all requests."""
    order.workspace.requests.clear()
    return read_requests(order)


def read_switches(order: Order) -> Result:
    """Tell how doubtful points are decided."""
    return asdict(order.workspace.state.switches)


def read_snapshot(order: Order) -> Result:
    """Return the whole workspace."""
    return snapshot(order.workspace)


def load_snapshot(order: Order) -> Result:
    """Become what a snapshot says, its token included."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "snapshot.json"
        path.write_bytes(order.raw)
        order.workspace.load(path)
    return {"token": order.workspace.token}


# ---- webhooks


def read_webhooks(order: Order) -> Result:
    """List subscriptions, the times that webhooks take and what goes astray."""
    hooks = order.workspace.webhooks
    return {
        "subscriptions": [one.json() for one in hooks.subscriptions.values()],
        "pace": asdict(hooks.pace),
        "disturbance": asdict(hooks.disturbance),
        "next_due": hooks.next_due,
    }


def set_webhooks(order: Order) -> Result:
    """Change the times that webhooks take and what goes astray."""
    words, hooks = order.words("pace", "disturbance"), order.workspace.webhooks
    hooks.pace = type(hooks.pace)(**{**asdict(hooks.pace), **words.get("pace", {})})
    astray = {**asdict(hooks.disturbance), **words.get("disturbance", {})}
    hooks.disturbance = type(hooks.disturbance)(**astray)
    return read_webhooks(order)


def subscribe(order: Order) -> Result:
    """Add a subscription; the handshake goes out with what is due next."""
    words = order.words("url", "event_types", "api_version", "verified")
    return order.workspace.webhooks.subscribe(**words).json()


def unsubscribe(order: Order) -> Result:
    """Remove a subscription."""
    order.workspace.webhooks.unsubscribe(order.path["id"])
    return {}


def verify(order: Order) -> Result:
    """Take the token that the subscriber was told."""
    order.workspace.webhooks.verify(order.path["id"], order.words("token")["token"])
    return {}


def pause(order: Order) -> Result:
    """Tell a subscriber nothing until it is verified again."""
    order.workspace.webhooks.pause(order.path["id"])
    return {}


def send_token(order: Order) -> Result:
    """Send the handshake again."""
    order.workspace.webhooks.send_token(order.path["id"])
    return {}


async def deliver(order: Order) -> Result:
    """Send now what is due."""
    return {"attempts": await order.workspace.webhooks.deliver_due()}


def read_deliveries(order: Order) -> Result:
    """List the last attempts to deliver, newest last."""
    return {"deliveries": [asdict(one) for one in order.workspace.webhooks.sent]}


ORDERS: tuple[tuple[str, str, Deed], ...] = (
    ("GET", "/clock", read_clock),
    ("POST", "/clock", set_clock),
    ("GET", "/faults", read_faults),
    ("POST", "/faults", plan_faults),
    ("DELETE", "/faults", clear_faults),
    ("GET", "/search", read_search),
    ("PATCH", "/search", set_search),
    ("POST", "/cursors/expire", expire_cursors),
    ("GET", "/limits", read_limits),
    ("PATCH", "/limits", set_limits),
    ("POST", "/tokens", add_token),
    ("GET", "/people", list_people),
    ("POST", "/people", add_person),
    ("POST", "/share", share),
    ("POST", "/unshare", unshare),
    ("POST", "/pages", create_page),
    ("PATCH", "/pages/{id}", edit_page),
    ("POST", "/pages/{id}/trash", trash_page),
    ("POST", "/pages/{id}/restore", restore_page),
    ("POST", "/pages/{id}/move", move_page),
    ("GET", "/requests", read_requests),
    ("DELETE", "/requests", clear_requests),
    ("GET", "/switches", read_switches),
    ("GET", "/snapshot", read_snapshot),
    ("PUT", "/snapshot", load_snapshot),
    ("GET", "/webhooks", read_webhooks),
    ("PATCH", "/webhooks", set_webhooks),
    ("POST", "/webhooks", subscribe),
    ("POST", "/webhooks/deliver", deliver),
    ("GET", "/webhooks/deliveries", read_deliveries),
    ("DELETE", "/webhooks/{id}", unsubscribe),
    ("POST", "/webhooks/{id}/verify", verify),
    ("POST", "/webhooks/{id}/pause", pause),
    ("POST", "/webhooks/{id}/token", send_token),
)


def control_routes(workspace: Workspace) -> list[Route]:
    """Return the routes of the control."""
    return [
        Route(PREFIX + path, _taken(workspace, deed), methods=[method])
        for method, path, deed in ORDERS
    ]


def _taken(workspace: Workspace, deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        try:
            order = await _order(workspace, request)
            result = deed(order)
            if isawaitable(result):
                result = await result
            if request.method != "GET":
                workspace.commit()
        except ApiError as error:
            return _answer(error.envelope(workspace.wire_ids.uuid()), error.status)
        except KeyError as missing:
            return _answer(_wrong(workspace, f"{missing.args[0]} is missing"), 400)
        except (ValueError, TypeError, AttributeError, UnusableFileError) as wrong:
            return _answer(_wrong(workspace, str(wrong)), 400)
        return _answer(result if isinstance(result, bytes) else orjson.dumps(result), 200)

    return handle


async def _order(workspace: Workspace, request: Request) -> Order:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(
        token.encode(), workspace.token.encode()
    ):
        raise ApiError(401, "unauthorized", "The control takes the workspace's own token.")
    raw = await request.body()
    body = orjson.loads(raw or b"{}")
    if not isinstance(body, dict):
        raise invalid("the body is a JSON object")
    return Order(workspace, body, raw, request.path_params, request.query_params)


def _wrong(workspace: Workspace, message: str) -> bytes:
    return invalid(message).envelope(workspace.wire_ids.uuid())


def _answer(content: bytes, status: int) -> Response:
    return Response(content, status, media_type="application/json")
