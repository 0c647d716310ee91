"""Fixtures of the tests that drive the local Notion with clients that others wrote."""

from collections.abc import Iterator

import pytest

from notion_emulator import Workspace
from tests.clients import node
from tests.clients.serving import served
from tests.emulator.client import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    return Workspace(clock=clock, seed=7)


@pytest.fixture
def url(workspace: Workspace) -> Iterator[str]:
    """The address of the served workspace."""
    with served(workspace) as address:
        yield address


@pytest.fixture(scope="session")
def node_programs() -> None:
    """The programs in tests/clients/js/src, built."""
    reason = node.lacking()
    if reason is not None:
        pytest.skip(reason)
    node.build()
