"""A small world for the tests of the Notion wing: two databases, a clock of our own, and a wire
that can be cut.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx2

from accord.core.ports import Binding, Listing, SourceState, Survey
from accord.core.schema import Collection, Field, LinkTable, PropertyType, Schema
from accord.notion.client import NotionClient
from accord.notion.pacer import Pacer
from accord.notion.replica import Notion
from notion_emulator import Switches, Workspace, create_app

T = TypeVar("T")
Json = dict[str, Any]

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOKEN = "ntn_secret_of_the_tests"
URL = "http://127.0.0.1"


class VirtualClock:
    """A clock that is set on by whoever sleeps."""

    def __init__(self) -> None:
        self.time = 0.0
        self.naps: list[float] = []

    def now(self) -> float:
        return self.time

    def utc(self) -> datetime:
        return NOON + timedelta(seconds=self.time)

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        until = self.time + seconds
        await asyncio.sleep(0)  # whoever came at the same time comes first
        self.time = max(self.time, until)


Fault = Callable[[httpx2.Request], httpx2.Response | Exception | None]


class Wire(httpx2.AsyncBaseTransport):
    """Carries requests on; ``fault`` may answer in Notion's place, or break the connection."""

    def __init__(self, behind: httpx2.AsyncBaseTransport | None = None) -> None:
        self.behind = behind
        self.fault: Fault | None = None
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.fault(request) if self.fault else None
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return answer
        assert self.behind is not None
        return await self.behind.handle_async_request(request)


def refusal(
    status: int, code: str, message: str = "no", *, headers: Any = None, **data: Any
) -> httpx2.Response:
    """An error as Notion words it."""
    body: Json = {"object": "error", "status": status, "code": code, "message": message}
    if data:
        body["additional_data"] = data
    return httpx2.Response(status, json={**body, "request_id": "r-1"}, headers=headers)


def once(answer: httpx2.Response | Exception, path: str = "") -> Fault:
    """A fault that strikes the first request whose path ends so."""
    left = [answer]

    def strike(request: httpx2.Request) -> httpx2.Response | Exception | None:
        return left.pop() if left and request.url.path.endswith(path) else None

    return strike


def client_of(
    wire: httpx2.AsyncBaseTransport, clock: VirtualClock | None = None, **options: Any
) -> NotionClient:
    """A client in virtual time, without pacing unless told otherwise."""
    clock = clock or VirtualClock()
    options.setdefault("pacer", Pacer(0, clock))
    options.setdefault("token", TOKEN)
    return NotionClient(base_url=URL, transport=wire, clock=clock, random=lambda: 1.0, **options)


PROJECTS = Collection(
    title="Projects",
    table="projects",
    env="NOTION_PROJECTS_DB",
    model="Project",
    fields=(
        Field("name", "Name", PropertyType.TITLE, "name", "text"),
        Field("notes", "Notes", PropertyType.RICH_TEXT, "notes", "text"),
        Field("budget", "Budget", PropertyType.NUMBER, "budget", "numeric"),
        Field("team", "Team", PropertyType.PEOPLE, "team", "uuid[]"),
        Field(
            "tasks",
            "Tasks",
            PropertyType.RELATION,
            to="tasks",
            many=True,
            link=LinkTable("projects_tasks", "project_id", "task_id"),
            two_way="tasks.Project",
        ),
    ),
)
TASKS = Collection(
    title="Tasks",
    table="tasks",
    env="NOTION_TASKS_DB",
    model="Task",
    fields=(
        Field("name", "Name", PropertyType.TITLE, "name", "text"),
        Field(
            "project",
            "Project",
            PropertyType.RELATION,
            to="projects",
            many=True,
            link=LinkTable("projects_tasks", "project_id", "task_id"),
            two_way="projects.Tasks",
            mirrors="projects.Tasks",
        ),
    ),
)
SCHEMA = Schema.of([PROJECTS, TASKS])


def page_ids(count: int, seed: int = 1) -> list[str]:
    """Ids that Notion would accept."""
    return [str(uuid.UUID(int=(seed << 96) | number, version=4)) for number in range(1, count + 1)]


def title(text: str) -> Json:
    return {"Name": {"title": [{"text": {"content": text}}]}}


@dataclass
class Stage:
    """The two databases in a local Notion, and the Notion side that reads them."""

    row_cap: int = 10_000
    switches: Switches = field(default_factory=Switches)
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.workspace = Workspace(
            clock=self.clock.utc, switches=self.switches, row_cap=self.row_cap
        )
        tasks = self.workspace.create_database(database("Tasks", {"Name": {"title": {}}}))
        self.tasks_db, self.tasks_id = tasks["id"], tasks["data_sources"][0]["id"]
        projects = self.workspace.create_database(
            database(
                "Projects",
                {
                    "Name": {"title": {}},
                    "Notes": {"rich_text": {}},
                    "Budget": {"number": {}},
                    "Team": {"people": {}},
                    "Tasks": {
                        "relation": {
                            "data_source_id": self.tasks_id,
                            "type": "dual_property",
                            "dual_property": {"synced_property_name": "Project"},
                        }
                    },
                },
            )
        )
        self.projects_db, self.projects_id = projects["id"], projects["data_sources"][0]["id"]
        self.ids = {"projects": self.projects_db, "tasks": self.tasks_db}
        self.wire = Wire(httpx2.ASGITransport(create_app(self.workspace)))
        self.client = client_of(self.wire, self.clock, token=self.workspace.token)
        self.notion = Notion(self.client)

    def rows(
        self, count: int, *, per_minute: int = 1, seed: int = 1, source: str | None = None
    ) -> list[str]:
        """Create rows, so many a minute from noon on; answers their ids, oldest first."""
        ids = page_ids(count, seed)
        self.workspace.bulk_pages(
            source or self.projects_id,
            [
                (id_, title(f"Row {at}"), NOON + timedelta(minutes=at // per_minute), None)
                for at, id_ in enumerate(ids)
            ],
        )
        return ids

    def run(self, scene: Callable[[], Awaitable[T]]) -> T:
        """Play a scene; the stage can be used for any number of them."""

        async def play() -> T:
            return await scene()

        return asyncio.run(play())

    async def survey(self, **known: SourceState) -> Survey:
        return await self.notion.survey(SCHEMA, self.ids, known)

    async def binding(self, table: str = "projects") -> Binding:
        return (await self.survey()).bindings[table]

    async def walked(self, binding: Binding, **since: datetime | None) -> list[Listing]:
        return [listing async for listing in self.notion.walk(binding, **since)]


def database(name: str, properties: Json) -> Json:
    return {
        "parent": {"type": "workspace", "workspace": True},
        "title": [{"text": {"content": name}}],
        "initial_data_source": {"properties": properties},
    }


def sighted(listings: Iterable[Listing]) -> list[str]:
    """The page ids of all listings, in order."""
    return [s.page_id or "" for listing in listings for s in listing.sightings]
