"""PgBouncer in transaction mode, as a process: every transaction may meet another server process.

Rule: it keeps fewer connections to the server than are opened to it, so that nothing which only a
session can keep goes unnoticed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from psycopg.conninfo import conninfo_to_dict

from tests.doors.lite import free_port

PATIENCE = 20.0

CONFIG = """
[databases]
* = host={host} port={server}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
server_lifetime = 5
server_login_retry = 1
server_reset_query = discard all
logfile = {folder}/log
"""


def lacking() -> str | None:
    """What this machine lacks to run it; None when nothing."""
    return None if program() else "pgbouncer is not installed (Debian: apt-get install pgbouncer)"


def program() -> str | None:
    """Where it is; Debian puts it where only an administrator looks."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


class PgBouncer:
    """A transaction pooler before a server; a context manager.

    Args:
        url: a database of the server, with user and password.
    """

    def __init__(self, url: str) -> None:
        self._server = conninfo_to_dict(url)
        self._folder = Path(tempfile.mkdtemp(prefix="accord-pgbouncer-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._port = free_port()
        config = CONFIG.format(
            folder=self._folder,
            host=self._server["host"],
            server=self._server["port"],
            port=self._port,
        )
        (self._folder / "ini").write_text(config)
        users = f'"{self._server["user"]}" "{self._server["password"]}"\n'
        (self._folder / "users").write_text(users)

    def url(self, url: str) -> str:
        """The way through the pooler to a database of the server."""
        parts = urlsplit(url)
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self._port}"))

    def __enter__(self) -> Self:
        found = program()
        assert found is not None
        account = None
        if os.geteuid() == 0:  # it does not run as root
            nobody = pwd.getpwnam("nobody")
            account = nobody.pw_uid
            self._folder.chmod(0o755)
            os.chown(self._folder, account, nobody.pw_gid)
        self._process = subprocess.Popen(
            [found, "-q", str(self._folder / "ini")], user=account, stdin=subprocess.DEVNULL
        )
        until = time.monotonic() + PATIENCE
        while True:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", self._port)) == 0:
                    return self
            if self._process.poll() is not None or time.monotonic() > until:
                self.__exit__()
                raise AssertionError("PgBouncer did not start")
            time.sleep(0.02)

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(PATIENCE)
        shutil.rmtree(self._folder)
