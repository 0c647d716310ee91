"""Webhooks: who is told of changes, when, and how often it is tried.

The rule: all waiting is by the workspace's clock; something is sent only when `deliver_due` is
called. An event is gathered, delivered late, tried again and lost as Notion does it.
"""

from __future__ import annotations

import hmac
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
import orjson

from notion_emulator.chance import chance
from notion_emulator.events import (
    EVENT_TYPES,
    Event,
    authors_json,
    is_gathered,
    is_known,
    is_shared,
    net,
    single,
)
from notion_emulator.stamps import exact_stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notion_emulator.changes import Change
    from notion_emulator.ids import Ids
    from notion_emulator.state import State

Json = dict[str, Any]
#: Posts a body with headers to an address and returns the HTTP status.
Sender = Callable[[str, bytes, dict[str, str]], Awaitable[int]]

ATTEMPTS = 8
#: Each pause is three times the one before; the eighth attempt comes 24 hours after the first.
FIRST_PAUSE = 79.0
PAUSE_GROWS = 3
LOG_LENGTH = 1_000
TIMEOUT = 10.0
VERSIONS = ("2025-09-03", "2026-03-11")


class UnusableSubscriptionError(ValueError):
    """What was said about a subscription cannot be: which one, which address, which token."""


@dataclass(slots=True)
class Subscription:
    """Somebody who is told.

    Attributes:
        id: Its id.
        url: Where events are posted.
        event_types: Which events; None is all.
        api_version: The version that events name.
        verification_token: What the handshake tells, and the key of signatures.
        status: ``pending`` until the token came back, ``active`` or ``paused``.
    """

    id: str
    url: str
    event_types: tuple[str, ...] | None
    api_version: str
    verification_token: str
    status: str = "pending"

    def json(self) -> Json:
        """Return the subscription as JSON, its token included."""
        return asdict(self)


@dataclass(slots=True)
class Disturbance:
    """How often webhooks go astray: rates from 0 to 1.

    Attributes:
        seed: Decides which ones.
        lost: Never sent.
        late: Sent ``late_seconds`` later.
        late_seconds: How much later.
        doubled: Sent twice, with the same id.
        reordered: Of what is due at one time, the last is sent first.
    """

    seed: int = 0
    lost: float = 0.0
    late: float = 0.0
    late_seconds: float = 300.0
    doubled: float = 0.0
    reordered: float = 0.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A post that is to be made.

    Attributes:
        due: Instant in milliseconds.
        order: The place among those that are due at the same time.
        subscription: Whom it goes to.
        body: What is posted; a handshake has no ``id``.
    """

    due: int
    order: int
    subscription: Subscription
    body: Json


@dataclass(frozen=True, slots=True)
class Sent:
    """An attempt to deliver.

    Attributes:
        at: When, in milliseconds.
        subscription_id: To whom.
        type: Type of the event; ``verification`` is the handshake.
        event_id: Its id; None for a handshake.
        attempt: Which attempt it was; 0 for an event that was lost on purpose.
        status: HTTP status of the answer; 0 when there was none.
    """

    at: int
    subscription_id: str
    type: str
    event_id: str | None
    attempt: int
    status: int


def signature(token: str, body: bytes) -> str:
    """Return the value of ``X-Notion-Signature`` for a body."""
    return "sha256=" + hmac.new(token.encode(), body, sha256).hexdigest()


@dataclass(slots=True)
class Pace:
    """The times that webhooks take, in seconds.

    Attributes:
        gathering: How long changes to one object are gathered from the first on.
        delay: How long after that the event is sent.
        first_pause: From the first attempt to the second; each further one is three times as long.
    """

    gathering: float = 10.0
    delay: float = 0.0
    first_pause: float = FIRST_PAUSE


@dataclass(slots=True)
class _Window:
    opened: int
    changes: list[Change] = field(default_factory=list)


class Webhooks:
    """Tells subscribers of changes.

    Attributes:
        subscriptions: Who is told, by id.
        pace: The times that it takes.
        disturbance: What goes astray.
        sender: What posts; None is an HTTP client.
        sent: The last attempts, oldest first.
    """

    def __init__(self, state: State, ids: Ids, workspace_name: str) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.pace = Pace()
        self.disturbance = Disturbance()
        self.sender: Sender | None = None
        self.sent: deque[Sent] = deque(maxlen=LOG_LENGTH)
        self._state = state
        self._ids = ids
        self._name = workspace_name
        self._windows: dict[tuple[str, str], _Window] = {}
        self._waiting: list[Delivery] = []
        self._count = 0
        self._rounds = 0
        state.changes.listeners.append(self._hear)

    # ---- subscriptions

    def subscribe(
        self,
        url: str,
        event_types: Iterable[str] | None = None,
        *,
        api_version: str = VERSIONS[-1],
        verified: bool = False,
    ) -> Subscription:
        """Add a subscription; the handshake is sent with what is due next.

        Args:
            url: Where to post; http will do here.
            event_types: Which events; None is all.
            api_version: The version that events name.
            verified: Leave out the handshake.

        Raises:
            UnusableSubscriptionError: It cannot be.
        """
        types = None if event_types is None else tuple(event_types)
        strange = [one for one in types or () if one not in EVENT_TYPES]
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UnusableSubscriptionError(f"{url!r} is no address to post to")
        if strange:
            raise UnusableSubscriptionError(f"there is no event type {', '.join(strange)}")
        if api_version not in VERSIONS:
            raise UnusableSubscriptionError(f"api_version is one of {', '.join(VERSIONS)}")
        token = "secret_" + self._ids.uuid().replace("-", "")
        one = Subscription(self._ids.uuid(), url, types, api_version, token)
        self.subscriptions[one.id] = one
        if verified:
            one.status = "active"
        else:
            self.send_token(one.id)
        return one

    def send_token(self, subscription_id: str) -> None:
        """Send the handshake (again) with what is due next."""
        one = self._known(subscription_id)
        self._enqueue(one, {"verification_token": one.verification_token}, self._state.now())

    def verify(self, subscription_id: str, token: str) -> None:
        """Take the token that the subscriber was told; from now on it gets events.

        Raises:
            UnusableSubscriptionError: It is another token, or there is no such subscription.
        """
        one = self._known(subscription_id)
        if not hmac.compare_digest(token.encode(), one.verification_token.encode()):
            raise UnusableSubscriptionError("this is not the token that was sent")
        one.status = "active"

    def pause(self, subscription_id: str) -> None:
        """Tell a subscriber nothing until it is verified again; what happens meanwhile is lost."""
        self._known(subscription_id).status = "paused"

    def unsubscribe(self, subscription_id: str) -> None:
        """Remove a subscription and what is still on its way to it."""
        gone = self._known(subscription_id)
        del self.subscriptions[subscription_id]
        self._waiting = [one for one in self._waiting if one.subscription is not gone]

    def _known(self, subscription_id: str) -> Subscription:
        if subscription_id not in self.subscriptions:
            raise UnusableSubscriptionError(f"there is no subscription {subscription_id}")
        return self.subscriptions[subscription_id]

    def _active(self) -> list[Subscription]:
        return [one for one in self.subscriptions.values() if one.status == "active"]

    # ---- from changes to deliveries

    def _hear(self, change: Change) -> None:
        if not self.subscriptions or not self._active():
            return
        if change.mirrored and not self._state.switches.mirror_sends_event:
            return
        if not is_gathered(change.kind):
            self._address([single(self._state, change)], change.at)
            return
        key = (change.kind.partition(".")[0], change.id)
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = _Window(self._state.now())
        window.changes.append(change)

    def _close_windows(self, now: int) -> None:
        length = int(self.pace.gathering * 1000)
        ready = [key for key, one in self._windows.items() if one.opened + length <= now]
        for key in ready:
            window = self._windows.pop(key)
            if not is_known(self._state, window.changes[0]):
                continue  # another workspace was loaded meanwhile
            self._address(net(self._state, window.changes), window.opened + length)

    def _address(self, events: list[Event], at: int) -> None:
        """Make deliveries of events, one for each subscriber who wants to know."""
        due = at + int(self.pace.delay * 1000)
        for event in events:
            if is_shared(self._state, event):
                for one in self._active():
                    if one.event_types is None or event.type in one.event_types:
                        self._scatter(one, self._envelope(one, event), due)

    def _envelope(self, one: Subscription, event: Event) -> Json:
        body: Json = {
            "id": self._ids.uuid(),
            "timestamp": exact_stamp(event.at).replace("+00:00", "Z"),
            "workspace_id": self._state.space_id,
            "workspace_name": self._name,
            "subscription_id": one.id,
            "integration_id": self._state.bot.id,
            "authors": authors_json(self._state, event.authors),
            "attempt_number": 1,
            "api_version": one.api_version,
            "type": event.type,
            "entity": {"id": event.id, "type": event.entity},
        }
        if event.data:  # that of a file upload has none
            body["data"] = event.data
        return body

    def _scatter(self, one: Subscription, body: Json, due: int) -> None:
        """Put an event on its way, unless something happens to it."""
        astray = self.disturbance
        number = self._count

        def happens(what: str, rate: float) -> bool:
            return chance(astray.seed, what, number) < rate

        if happens("lost", astray.lost):
            self._count += 1
            self.sent.append(Sent(self._state.now(), one.id, body["type"], body["id"], 0, 0))
            return
        if happens("late", astray.late):
            due += int(astray.late_seconds * 1000)
        self._enqueue(one, body, due)
        if happens("doubled", astray.doubled):
            self._enqueue(one, body, due)

    def _enqueue(self, one: Subscription, body: Json, due: int) -> None:
        self._count += 1
        self._waiting.append(Delivery(due, self._count, one, body))

    # ---- sending

    @property
    def next_due(self) -> int | None:
        """The instant, in milliseconds, at which something is to be done; None without any."""
        length = int(self.pace.gathering * 1000)
        instants = [one.due for one in self._waiting]
        instants += [one.opened + length for one in self._windows.values()]
        return min(instants, default=None)

    async def deliver_due(self) -> int:
        """Send what is due by the workspace's clock; return how many attempts that were."""
        now = self._state.now()
        self._close_windows(now)
        batch = sorted(
            (one for one in self._waiting if one.due <= now), key=lambda one: (one.due, one.order)
        )
        if not batch:
            return 0
        self._waiting = [one for one in self._waiting if one.due > now]
        self._rounds += 1
        if chance(self.disturbance.seed, "reordered", self._rounds) < self.disturbance.reordered:
            batch.reverse()
        async with self._posting() as post:
            for delivery in batch:
                await self._attempt(post, delivery, now)
        return len(batch)

    @asynccontextmanager
    async def _posting(self) -> AsyncIterator[Sender]:
        if self.sender is not None:
            yield self.sender
            return
        async with httpx2.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:

            async def post(url: str, body: bytes, headers: dict[str, str]) -> int:
                return (await client.post(url, content=body, headers=headers)).status_code

            yield post

    async def _attempt(self, post: Sender, delivery: Delivery, now: int) -> None:
        one, body = delivery.subscription, delivery.body
        content = orjson.dumps(body)
        headers = {"Content-Type": "application/json"}
        event_id = body.get("id")
        if event_id is not None:
            headers["X-Notion-Signature"] = signature(one.verification_token, content)
        try:
            status = await post(one.url, content, headers)
        except (httpx2.HTTPError, OSError):
            status = 0
        attempt = body.get("attempt_number", 1)
        kind = body.get("type", "verification")
        self.sent.append(Sent(now, one.id, kind, event_id, attempt, status))
        if event_id is not None and not 200 <= status < 300 and attempt < ATTEMPTS:
            pause = self.pace.first_pause * PAUSE_GROWS ** (attempt - 1)
            again = {**body, "attempt_number": attempt + 1}
            self._waiting.append(
                replace(delivery, due=now + int(pause * 1000), body=again),
            )
