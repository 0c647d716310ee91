"""Supabase's Data API as the tests have it: `@supabase/lite` over a real Postgres, as a process.

Rule: it is given a database that may be thrown away, for it grants everything to everybody when it
is first asked. So it is asked once, and then the rights are made what the migrations make them.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import httpx2
import psycopg

from accord.supabase_address import RestApi
from tests.clients.node import node_lacking

LITE = Path(__file__).parents[1] / "clients" / "lite"
PATIENCE = 60.0

CONFIG = """
[api]
port = {port}
schemas = {schemas}
max_rows = 1000

[db]
driver = "postgres"
url = "{url}"

[auth]
enabled = true
jwt_secret = "{jwt_secret}"
publishable_key = "{publishable}"
secret_key = "{secret}"
"""

#: The rights that the migrations gave, each as a statement that gives it again.
RIGHTS = """
select format('grant %s on %s %s to %I', a.privilege_type, o.sort, o.name, r.rolname)
  from (
    select case c.relkind when 'S' then 'sequence' else 'table' end as sort,
           format('%I.%I', n.nspname, c.relname) as name, c.relacl as acl
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'sync') and c.relkind in ('r', 'v', 'S')
    union all
    select 'schema', quote_ident(n.nspname), n.nspacl from pg_namespace n
     where n.nspname in ('public', 'sync')
  ) o
  cross join lateral aclexplode(o.acl) a
  join pg_roles r on r.oid = a.grantee
 where r.rolname in ('anon', 'authenticated', 'service_role')
"""

#: What the double grants to everybody, taken back.
TAKEN_BACK = """
do $$
declare
  home text;
  roles text := 'anon, authenticated, service_role';
begin
  foreach home in array array['public', 'sync'] loop
    execute format('revoke all on all tables in schema %I from %s', home, roles);
    execute format('revoke all on all sequences in schema %I from %s', home, roles);
    execute format('revoke all on schema %I from %s', home, roles);
    execute format(
      'alter default privileges in schema %I revoke all on tables from %s', home, roles);
    execute format(
      'alter default privileges in schema %I revoke all on sequences from %s', home, roles);
  end loop;
end
$$;
"""


def lacking() -> str | None:
    """What this machine lacks to run it; None when nothing."""
    if (missing := node_lacking()) is not None:
        return missing
    if not (LITE / "node_modules" / "@supabase" / "lite").is_dir():
        return "@supabase/lite is not installed (run: npm ci --prefix tests/clients/lite)"
    return None


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Lite:
    """The Data API of one database; a context manager.

    Args:
        url: the database's, as its owner. It has its tables already.
        schemas: those that it exposes.
    """

    def __init__(self, url: str, schemas: Sequence[str] = ("public",)) -> None:
        self._url = url
        self._folder = Path(tempfile.mkdtemp(prefix="accord-lite-"))
        self._process: subprocess.Popen[bytes] | None = None
        port = free_port()
        self.publishable = f"sb_publishable_{secrets.token_urlsafe(16)}"
        self.jwt_secret = secrets.token_hex(32)
        self.api = RestApi(f"http://127.0.0.1:{port}", f"sb_secret_{secrets.token_urlsafe(16)}")
        (self._folder / "supabase").mkdir()
        (self._folder / "supabase" / "config.toml").write_text(
            CONFIG.format(
                port=port,
                url=url,
                schemas=json.dumps(list(schemas)),
                jwt_secret=self.jwt_secret,
                publishable=self.publishable,
                secret=self.api.key,
            )
        )

    def __enter__(self) -> Self:
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *("node", str(LITE / "node_modules" / ".bin" / "lite")),
                    *("--no-telemetry", "start", "--no-admin", "--host", "127.0.0.1"),
                ],
                cwd=self._folder,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(self._folder),
                    "LITE_TELEMETRY": "0",
                    "DO_NOT_TRACK": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            with psycopg.connect(self._url, autocommit=True) as connection:
                rights = connection.execute(RIGHTS).fetchall()
                self._ask_once()
                connection.execute(TAKEN_BACK)
                for (right,) in rights:
                    connection.execute(right.encode())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()  # it holds nothing, and takes seconds to say goodbye
            self._process.wait(PATIENCE)
        shutil.rmtree(self._folder)

    def log(self) -> str:
        """What it has said so far."""
        return (self._folder / "log").read_text(errors="replace")

    def _ask_once(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                answer = httpx2.post(
                    f"{self.api.url}/rest/v1/rpc/sync_call_v1",
                    headers=self.api.headers,
                    json={"p_function": "version_v1", "p_args": []},
                )
            except httpx2.TransportError:
                assert self._process is not None
                if self._process.poll() is not None or time.monotonic() > until:
                    raise AssertionError(f"it did not start:\n{self.log()}") from None
                time.sleep(0.05)
                continue
            assert answer.status_code == 200, f"{answer.text}\n{self.log()}"
            return
