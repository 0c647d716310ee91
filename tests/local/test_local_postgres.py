"""The embedded Postgres, with real servers: it starts, keeps, recovers and lets go."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from accord import local_postgres
from accord.local_postgres import EmbeddedPostgres
from accord.postgres_programs import LocalPostgresError

HOLD_A_SERVER = """
import sys, time
from pathlib import Path
from accord.local_postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), fast=True)
server.start()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def directory() -> Iterator[Path]:
    # Not tmp_path: its parents are closed to the account that Postgres runs as under root.
    path = Path(tempfile.mkdtemp(prefix="accord-postgres-"))
    yield path
    shutil.rmtree(path)


def postmaster(directory: Path) -> int:
    return int((directory / "cluster" / "postmaster.pid").read_text().split()[0])


def put_a_row(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('still here')")


def kept_row(server: EmbeddedPostgres) -> str:
    with psycopg.connect(server.url()) as connection:
        row = connection.execute("select word from kept").fetchone()
    assert row is not None
    return str(row[0])


def test_data_and_address_survive_a_restart(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        put_a_row(server)
        address = server.url()
    with EmbeddedPostgres(directory) as server:
        assert kept_row(server) == "still here"
        assert server.url() == address


def test_it_is_durable_unless_asked_to_be_fast(directory: Path) -> None:
    settings = "select string_agg(setting, ' ' order by name) from pg_settings where name = any(%s)"
    names = ["fsync", "full_page_writes", "synchronous_commit"]
    for fast, expected in ((True, "off off off"), (False, "on on on")):
        with (
            EmbeddedPostgres(directory, fast=fast) as server,
            psycopg.connect(server.url()) as connection,
        ):
            assert connection.execute(settings, [names]).fetchone() == (expected,)


def test_another_port_is_taken_when_the_remembered_one_is_in_use(directory: Path) -> None:
    with EmbeddedPostgres(directory, fast=True) as server:
        port = psycopg.conninfo.conninfo_to_dict(server.url())["port"]
    with (
        socket.create_server(("127.0.0.1", int(str(port)))),
        EmbeddedPostgres(directory, fast=True) as server,
        psycopg.connect(server.url()) as connection,
    ):
        assert psycopg.conninfo.conninfo_to_dict(server.url())["port"] != port
        assert connection.execute("select 1").fetchone() == (1,)


def test_nobody_gets_in_without_the_password(postgres_server: EmbeddedPostgres) -> None:
    without = re.sub(r"//postgres:[^@]+@", "//postgres@", postgres_server.url())
    wrong = re.sub(r"//postgres:[^@]+@", "//postgres:guess@", postgres_server.url())
    assert without != postgres_server.url() != wrong
    for address in (without, wrong):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(address)


def test_the_password_is_readable_by_its_owner_alone(postgres_server: EmbeddedPostgres) -> None:
    files = [postgres_server.data_dir / "password", postgres_server.data_dir / "cluster"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600, 0o700]
    assert not list(postgres_server.data_dir.glob("*.password"))


def test_it_listens_on_the_loopback_alone(postgres_server: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres_server.url()) as connection:
        asked = "select current_setting('listen_addresses'), current_setting(%s)"
        answer = connection.execute(asked, ["unix_socket_directories"]).fetchone()
    assert answer == ("127.0.0.1", "")


def test_committed_rows_survive_a_kill_of_the_server(directory: Path) -> None:
    server = EmbeddedPostgres(directory)
    server.start()
    put_a_row(server)
    os.kill(postmaster(directory), signal.SIGKILL)
    server.stop()
    with EmbeddedPostgres(directory) as again:
        assert kept_row(again) == "still here"


def test_a_server_left_behind_by_a_killed_program_is_stopped(directory: Path) -> None:
    holder = start_holder(directory)
    holder.kill()
    holder.communicate()
    left_behind = postmaster(directory)
    with EmbeddedPostgres(directory, fast=True) as server:
        assert postmaster(directory) != left_behind
        put_a_row(server)
    assert not local_postgres._serves(left_behind, directory / "cluster")


def test_two_programs_cannot_use_one_directory(directory: Path) -> None:
    holder = start_holder(directory)
    try:
        with pytest.raises(LocalPostgresError, match=f"in use by process {holder.pid}"):
            EmbeddedPostgres(directory).start()
    finally:
        holder.kill()
        holder.communicate()
        with EmbeddedPostgres(directory, fast=True):
            pass


def start_holder(directory: Path) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_SERVER, str(directory)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    return holder


def test_a_stranger_with_the_old_process_number_is_left_alone(directory: Path) -> None:
    with EmbeddedPostgres(directory, fast=True) as server:
        put_a_row(server)
    account = None
    if os.geteuid() == 0:
        account = (directory / "cluster").stat().st_uid
    with subprocess.Popen(["/bin/sleep", "60"], user=account) as stranger:
        pid_file = directory / "cluster" / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{directory / 'cluster'}\n")
        with EmbeddedPostgres(directory, fast=True) as server:
            assert kept_row(server) == "still here"
        assert stranger.poll() is None
        stranger.kill()


def test_start_and_stop_may_be_called_twice(directory: Path) -> None:
    server = EmbeddedPostgres(directory, fast=True)
    server.stop()
    server.start()
    address = server.url()
    server.start()
    assert server.url() == address
    server.stop()
    server.stop()
    with pytest.raises(LocalPostgresError, match="not running"):
        server.url()


def test_an_interrupted_first_start_leaves_nothing_half_made(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_self: Path, _target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", interrupted)
        with pytest.raises(KeyboardInterrupt):
            EmbeddedPostgres(directory, fast=True).start()
    with EmbeddedPostgres(directory, fast=True) as server:
        put_a_row(server)


def test_databases_are_created_copied_and_dropped(postgres_server: EmbeddedPostgres) -> None:
    template, copy = 'with "quotes" and ?', "copy/of it"
    postgres_server.create_database(template)
    with psycopg.connect(postgres_server.url(template)) as connection:
        connection.execute("create table seed ()")
    postgres_server.create_database(copy, template=template)
    with psycopg.connect(postgres_server.url(copy)) as connection:
        assert connection.execute("select count(*) from seed").fetchone() == (0,)
        postgres_server.drop_database(copy)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    postgres_server.drop_database(template)
    postgres_server.drop_database(template)


def test_text_is_unicode_in_every_case(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("select upper('é'), length('😀')").fetchone() == ("É", 1)


def test_files_of_another_version_are_refused_with_a_way_out(directory: Path) -> None:
    with EmbeddedPostgres(directory, fast=True):
        pass
    (directory / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(LocalPostgresError, match=r"made by Postgres 9.*set SYNC_PG_BIN"):
        EmbeddedPostgres(directory).start()


def test_a_server_that_does_not_start_says_what_postgres_said(directory: Path) -> None:
    with EmbeddedPostgres(directory, fast=True):
        pass
    with (directory / "cluster" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(LocalPostgresError, match="no_such_setting"):
        EmbeddedPostgres(directory).start()


def test_a_directory_that_cannot_be_made_is_named(directory: Path) -> None:
    (directory / "file").touch()
    with pytest.raises(LocalPostgresError, match=re.escape(str(directory / "file" / "inside"))):
        EmbeddedPostgres(directory / "file" / "inside").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes account to start Postgres")
def test_root_in_a_closed_home_is_told_where_the_files_went(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_place = directory / "open"
    directory.chmod(0o755)
    monkeypatch.setattr(local_postgres, "OPEN_PLACE", open_place)
    tmp_path.chmod(0o700)
    data = tmp_path / "data"
    for _ in range(2):
        with EmbeddedPostgres(data, fast=True) as server:
            with psycopg.connect(server.url()) as connection:
                connection.execute("create table if not exists kept ()")
            notices = [text for text in server.notices if "database files" in text]
            assert [str(open_place) in text for text in notices] == [True]
    assert len(list(open_place.iterdir())) == 1
    shutil.rmtree(data)
    with EmbeddedPostgres(data, fast=True) as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("select to_regclass('kept')").fetchone() == (None,)
