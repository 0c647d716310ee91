"""How long the embedded Postgres makes people and tests wait. Medians of five, durable mode."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import psycopg

from accord.local_postgres import EmbeddedPostgres

ROUNDS = 5


def measure() -> Iterator[tuple[str, float, str]]:
    """Yield (what, figure, unit)."""
    directories = [Path(tempfile.mkdtemp(prefix="accord-bench-")) for _ in range(ROUNDS)]
    servers = [EmbeddedPostgres(directory) for directory in directories]
    try:
        yield "first start, files made", milliseconds([s.start for s in servers]), "ms"
        yield "stop", milliseconds([s.stop for s in servers]), "ms"
        yield "start again", milliseconds([s.start for s in servers]), "ms"
        server = servers[0]
        creations = [partial(server.create_database, f"empty_{n}") for n in range(ROUNDS)]
        yield "create an empty database", milliseconds(creations), "ms"
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create table line (id int)")
            began = time.perf_counter()
            for number in range(1000):
                connection.execute("insert into line values (%s)", [number])
            yield "commits of one row", 1000 / (time.perf_counter() - began), "per second"
    finally:
        for server, directory in zip(servers, directories, strict=True):
            server.stop()
            shutil.rmtree(directory)


def milliseconds(actions: Sequence[Callable[[], None]]) -> float:
    """Return the median time the actions take."""
    times = []
    for action in actions:
        began = time.perf_counter()
        action()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
