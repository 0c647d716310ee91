"""Worlds for the tests of the engine.

Rule: the tables of a world are those of supabase/migrations, applied by the product's runner.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from accord.core.schema import Schema
from accord.declare import load_schema
from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate
from notion_emulator import Workspace
from notion_emulator.sample import build_generated, build_sample, generate
from tests.engine.world import TurnedClock, World

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"

NewWorld = Callable[..., World]


@pytest.fixture(scope="session")
def schema() -> Schema:
    return load_schema("models")


@pytest.fixture(scope="session")
def template(postgres_server: EmbeddedPostgres) -> str:
    name = "tables_of_the_sixteen"
    postgres_server.create_database(name)
    asyncio.run(migrate.apply(postgres_server.url(name), MIGRATIONS))
    return name


@pytest.fixture
def new_world(
    postgres_server: EmbeddedPostgres, template: str, schema: Schema
) -> Iterator[NewWorld]:
    """Makes worlds: ``new_world(sample=True, pages=0, seed=1, **workspace options)``.

    ``workspace_of=world`` puts empty tables beside the workspace of another world.
    """
    made: dict[str, World] = {}

    def make(
        *,
        sample: bool = True,
        pages: int = 0,
        seed: int = 1,
        workspace_of: World | None = None,
        **options: Any,
    ) -> World:
        name = f"world_{uuid.uuid4().hex}"
        postgres_server.create_database(name, template=template)
        if workspace_of is not None:
            made[name] = replace(workspace_of, url=postgres_server.url(name))
            return made[name]
        clock = TurnedClock()
        workspace = Workspace(clock=clock, seed=seed, **options)
        names = build_sample(workspace) if sample else build_generated(workspace, pages, seed)
        if sample and pages:
            generate(workspace, pages, seed)
        made[name] = World(postgres_server.url(name), workspace, clock, schema, dict(names))
        return made[name]

    yield make
    for name, world in made.items():
        world.close()
        postgres_server.drop_database(name)


@pytest.fixture
def world(new_world: NewWorld) -> World:
    """The sample workspace beside empty tables."""
    return new_world()
