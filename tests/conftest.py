"""What every test may ask for: a real Postgres, and an empty database in it.

Rule: one server for a whole run (one per worker of pytest-xdist), one database for each
test that asks; whatever a test does is gone with its database.
"""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from accord.local_postgres import EmbeddedPostgres

# Examples take as long as they take: the machine may be busy.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """A running Postgres, fast and not durable."""
    # Not pytest's own directory: that one is closed to the account Postgres runs as under root.
    directory = Path(tempfile.mkdtemp(prefix="accord-postgres-"))
    try:
        with EmbeddedPostgres(directory, fast=True) as server:
            yield server
    finally:
        shutil.rmtree(directory)


@pytest.fixture
def postgres_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a fresh, empty database; it is dropped when the test ends."""
    name = f"test_{uuid.uuid4().hex}"
    postgres_server.create_database(name)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)
