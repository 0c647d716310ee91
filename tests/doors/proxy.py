"""A line between a door and its server that breaks where a test wants it to.

Rule: it knows nothing of what goes through it but a mark by which the beginning of a call is known.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

CHUNK = 1 << 20


@dataclass(frozen=True)
class Fault:
    """What happens to a call.

    Args:
        applied: whether the server gets it; its answer is lost all the same.
        answer: what comes back in its place; empty: the connection breaks; None: nothing comes.
    """

    applied: bool
    answer: bytes | None = b""


def status(code: int) -> bytes:
    """An answer of a gateway that has no body."""
    return f"HTTP/1.1 {code} -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


@dataclass
class Line:
    """One connection and what is to become of its answers."""

    client: socket.socket
    server: socket.socket
    fault: Fault | None = None
    closing: threading.Lock = field(default_factory=threading.Lock)

    def close(self) -> None:
        with self.closing:
            for end in (self.client, self.server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()


class Proxy:
    """A context manager that listens on a port of its own.

    Args:
        port: where the server is, on this machine.
        mark: is in the beginning of each call, and in nothing else that is sent.
    """

    def __init__(self, port: int, mark: bytes) -> None:
        self._upstream = port
        self._mark = mark
        self._faults: dict[int, Fault] = {}
        self._lines: list[Line] = []
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.calls = 0

    def plan(self, **faults: Fault) -> None:
        """Count calls from 0 again; ``call_3=...``: what becomes of the fourth."""
        self.calls = 0
        self._faults = {int(name.removeprefix("call_")): f for name, f in faults.items()}

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for line in self._lines:
            line.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, act: Callable[..., None], *args: Line) -> None:
        thread = threading.Thread(target=act, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._upstream))
            except OSError:
                client.close()
                continue
            line = Line(client, server)
            self._lines.append(line)
            self._start(self._ask, line)
            self._start(self._answer, line)

    def _ask(self, line: Line) -> None:
        with suppress(OSError):
            while data := line.client.recv(CHUNK):
                if self._mark in data:
                    line.fault = self._faults.get(self.calls)
                    self.calls += 1
                    if line.fault is not None and not line.fault.applied:
                        self._instead(line, line.fault)
                        continue
                line.server.sendall(data)
        line.close()

    def _answer(self, line: Line) -> None:
        with suppress(OSError):
            while data := line.server.recv(CHUNK):
                if line.fault is None:
                    line.client.sendall(data)
                else:
                    self._instead(line, line.fault)
        line.close()

    def _instead(self, line: Line, fault: Fault) -> None:
        if fault.answer is None:
            return
        if fault.answer:
            line.client.sendall(fault.answer)
        line.close()
