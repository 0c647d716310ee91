"""A stand-in for Supabase's Management API in front of a real Postgres.

Rule: it does what is documented of ``POST /v1/projects/{ref}/database/query`` and no more: all
statements of a query in one message, the rows of the last one that has any, errors of Postgres as
one text, 120 requests a minute. Every query runs on a connection of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2
import orjson
import psycopg
from psycopg.rows import dict_row

PROJECT = "abcdefghijklmnopqrst"
TOKEN = "sbp_0123456789"


class Management:
    """Answers requests; a fault may come before or after a query is run.

    Args:
        url: the database of the project.
        before: called with the query before it runs; an answer it gives is the answer.
        after: called with the query after it ran; an answer it gives is the answer.
    """

    def __init__(
        self,
        url: str,
        before: Callable[[str], httpx2.Response | None] = lambda _: None,
        after: Callable[[str], httpx2.Response | None] = lambda _: None,
    ) -> None:
        self.url = url
        self.before = before
        self.after = after
        self.queries: list[str] = []

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self.answer)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.headers["authorization"] != f"Bearer {TOKEN}":
            return httpx2.Response(401, json={"message": "Unauthorized"})
        if request.url.path != f"/v1/projects/{PROJECT}/database/query":
            return httpx2.Response(404, json={"message": "Not Found"})
        query = orjson.loads(request.content)["query"]
        self.queries.append(query)
        if early := self.before(query):
            return early
        answer = self._run(query)
        return self.after(query) or answer

    def _run(self, query: str) -> httpx2.Response:
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as connection:
            try:
                cursor = connection.execute(query.encode())
            except psycopg.Error as error:
                return httpx2.Response(400, json={"message": told(error)})
            rows: list[dict[str, Any]] = []
            while True:
                if cursor.description is not None:
                    rows = cursor.fetchall() or rows
                if not cursor.nextset():
                    return httpx2.Response(201, content=orjson.dumps(rows, default=str))


def told(error: psycopg.Error) -> str:
    said = error.diag
    parts = [f"Failed to run sql query: ERROR:  {said.sqlstate}: {said.message_primary}"]
    parts += [f"DETAIL:  {said.message_detail}"] * bool(said.message_detail)
    parts += [f"HINT:  {said.message_hint}"] * bool(said.message_hint)
    parts += [f"CONTEXT:  {said.context}"] * bool(said.context)
    return "\n".join(parts) + "\n"


@contextmanager
def served(api: Management) -> Iterator[str]:
    """The stand-in over HTTP on this machine; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            request = httpx2.Request("POST", f"http://x{self.path}", content=body)
            request.headers["authorization"] = self.headers["authorization"]
            answer = api.answer(request)
            self.send_response(answer.status_code)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
