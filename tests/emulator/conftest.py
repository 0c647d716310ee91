"""Fixtures of the local Notion's own tests."""

import pytest

from notion_emulator import Workspace
from tests.emulator.client import Api, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    return Workspace(clock=clock, seed=7)


@pytest.fixture
def api(workspace: Workspace) -> Api:
    return Api(workspace)
