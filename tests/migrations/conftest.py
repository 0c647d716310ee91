"""A project that can be changed, and a scratch for its drafts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from accord.local_postgres import EmbeddedPostgres
from tests.migrations.project import Project


@pytest.fixture
def project(tmp_path: Path, postgres_server: EmbeddedPostgres) -> Iterator[Project]:
    """A copy of the models and their first migrations, in a folder of its own."""
    made = Project(tmp_path, postgres_server)
    yield made
    made.scratch.clear()
