"""A real Postgres of our own, started and stopped with the program that needs it.

Rule: nothing on the machine is asked for and nobody else gets in. The server listens on
127.0.0.1 alone, on a free port, behind a random password that lies in a 0600 file; it has
no unix socket and needs no account, no service and no right to install anything.

What lies in the data directory:

=================  ===================================================================
``cluster/``       the database files (a link to elsewhere where root's own place is closed)
``password``       the password of the user ``postgres``, readable by its owner alone
``port``           the port of the last start, taken again when it is free
``in-use.lock``    held by the process that uses the server; freed by the system if it dies
=================  ===================================================================

Postgres refuses to run as root, so for root it runs as ``nobody``, which must be able to
reach its programs and its files: both are placed under ``/var/lib/accord`` when a directory
above them is closed to others (a home with mode 0700), and ``notices`` says so.
"""

import contextlib
import fcntl
import os
import platform
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from accord.postgres_programs import (
    OPEN_PLACE,
    LocalPostgresError,
    copy_to_open_place,
    find_programs,
    make_open,
    open_to_all,
)

_LOOPBACK = "127.0.0.1"
_PROCESSES = Path("/proc")  # Linux; elsewhere ps is asked
_START_SECONDS = 30
# After a kill -9 of the server its children need a moment to notice and let go.
_RETRY_SECONDS = 5.0
_RETRY_PAUSE = 0.1
_TRANSIENT = (
    "another postmaster",
    "pre-existing shared memory block",
    "could not bind",
    "Address already in use",
)
_SETTINGS = (
    f"listen_addresses={_LOOPBACK}",
    "unix_socket_directories=",
    "log_checkpoints=off",
)
_FAST_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedPostgres:
    """One Postgres server with its files in ``data_dir``; a context manager.

    Args:
        data_dir: where the server keeps its files; made when missing, kept when it stops.
        fast: gives up safety against a power cut for speed. For tests only.
    """

    def __init__(self, data_dir: Path, *, fast: bool = False) -> None:
        self.data_dir = data_dir.absolute()
        self.notices: tuple[str, ...] = ()
        self._fast = fast
        self._lock: int | None = None
        self._port: int | None = None
        self._bin = Path()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server, making its files first when there are none.

        A server that a killed program left behind in this directory is stopped first.

        Raises:
            LocalPostgresError: no programs found, the directory is used by another process
                or made by another version, or the server does not come up.
        """
        if self._lock is not None:
            return
        self.notices = ()
        self._bin = self._reachable_programs()
        self._lock = self._take_lock()
        try:
            if self._cluster.exists():
                self._check_version()
                self._stop_server()
            else:
                self._initialise()
            if (self.data_dir / "cluster").is_symlink():
                self._tell_moved("database files", self._cluster, self.data_dir)
            self._port = self._launch()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and free the directory. Safe to call again."""
        if self._lock is None:
            return
        try:
            if self._cluster.exists():
                self._stop_server()
        finally:
            os.close(self._lock)
            self._lock = None
            self._port = None

    def remove(self) -> None:
        """Stop the server and remove all its files, wherever they lie.

        Raises:
            LocalPostgresError: another process uses the directory.
        """
        if self._lock is None:
            self._lock = self._take_lock()
            self._bin = self._reachable_programs()
        cluster = self._cluster
        self.stop()
        shutil.rmtree(cluster, ignore_errors=True)
        shutil.rmtree(self.data_dir)

    def databases(self) -> frozenset[str]:
        """The names of the databases that are there."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            return frozenset(
                row[0] for row in connection.execute("select datname from pg_database")
            )

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one database, password included: not for logs."""
        if self._port is None:
            raise LocalPostgresError("the embedded Postgres is not running: call start() first")
        return (
            f"postgresql://postgres:{self._password()}@{_LOOPBACK}:{self._port}/{quote(database)}"
        )

    def create_database(self, name: str, template: str | None = None) -> None:
        """Create a database, empty or as a copy of ``template`` (which nobody may be using)."""
        statement = sql.SQL("create database {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" template {}").format(sql.Identifier(template))
        self._execute(statement)

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, closing the connections to it."""
        self._execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    # The directory and its lock

    @property
    def _cluster(self) -> Path:
        return (self.data_dir / "cluster").resolve()

    @property
    def _log(self) -> Path:
        return self._cluster / "postgres.log"

    def _password(self) -> str:
        return (self.data_dir / "password").read_text().strip()

    def _take_lock(self) -> int:
        """Hold the directory for this process; return the open file."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.data_dir / "in-use.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise LocalPostgresError(
                f"cannot keep a Postgres in {self.data_dir} ({error.strerror}): "
                "make it writable for you, or choose another directory"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(lock, 32).decode().strip()
            os.close(lock)
            raise LocalPostgresError(
                f"the Postgres in {self.data_dir} is in use by process {holder or 'unknown'}: "
                "end that one first, or choose another directory"
            ) from error
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        return lock

    # Making the files

    def _initialise(self) -> None:
        """Make the database files beside their final name, then rename: all or nothing."""
        cluster = self._choose_place()
        account = self._account()
        draft = cluster.with_name(cluster.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        handover = cluster.with_name(cluster.name + ".password")
        password = secrets.token_urlsafe(24)
        _write_private(self.data_dir / "password", password)
        try:
            _write_private(handover, password)
            if account is not None:
                os.chown(draft, account.pw_uid, account.pw_gid)
                os.chown(handover, account.pw_uid, account.pw_gid)
            done = self._run(
                "initdb",
                *("-D", str(draft), "-U", "postgres", "-E", "UTF8", f"--locale={_locale()}"),
                *("-A", "scram-sha-256", f"--pwfile={handover}"),
                *(("--no-sync",) if self._fast else ()),
            )
        finally:
            handover.unlink(missing_ok=True)
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise LocalPostgresError(f"initdb could not make {cluster}:\n{done.stderr.strip()}")
        draft.rename(cluster)

    def _choose_place(self) -> Path:
        """Return where the database files are to lie, reachable for the server's account."""
        here = self.data_dir / "cluster"
        if os.geteuid() != 0:
            return here
        self.data_dir.chmod(0o711)
        if open_to_all(self.data_dir):
            return here
        place = OPEN_PLACE / f"cluster-{secrets.token_hex(6)}"
        make_open(place.parent)
        # A link of an earlier start may dangle when somebody cleared the place it led to.
        here.unlink(missing_ok=True)
        here.symlink_to(place)
        return place

    def _check_version(self) -> None:
        made_by = (self._cluster / "PG_VERSION").read_text().strip()
        answer = self._run("postgres", "--version").stdout
        found = re.search(r"\d+", answer)
        if found is None or found[0] != made_by:
            raise LocalPostgresError(
                f"the files in {self._cluster} were made by Postgres {made_by}, but the "
                f"programs in {self._bin} are {answer.strip()!r}: set SYNC_PG_BIN to the "
                f"programs of Postgres {made_by}, or move the directory away to begin anew"
            )

    # Running the server

    def _launch(self) -> int:
        """Bring the server up; return its port."""
        deadline = time.monotonic() + _RETRY_SECONDS
        remembered = self._remembered_port()
        while True:
            port = _free_port(remembered)
            if self._log.exists():
                self._log.replace(self._log.with_suffix(".log.1"))
            settings = _SETTINGS + (_FAST_SETTINGS if self._fast else ())
            done = self._run(
                "pg_ctl",
                *("start", "-w", "-t", str(_START_SECONDS)),
                *("-D", str(self._cluster), "-l", str(self._log)),
                *("-o", " ".join([f"-p {port}", *(f"-c {setting}" for setting in settings)])),
            )
            if done.returncode == 0:
                (self.data_dir / "port").write_text(f"{port}\n")
                return port
            said = self._log.read_text(errors="replace") if self._log.exists() else done.stderr
            passing = any(sign in said for sign in _TRANSIENT)
            if not passing or time.monotonic() > deadline:
                raise LocalPostgresError(
                    f"Postgres in {self._cluster} did not start:\n{said.strip()[-2000:]}"
                )
            time.sleep(_RETRY_PAUSE)

    def _stop_server(self) -> None:
        """Stop whatever server runs on these files; do nothing when none does."""
        pid_file = self._cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return
        if not _serves(pid, self._cluster):
            # The number may be anybody's by now, after a reboot for one. Postgres clears the
            # file of a dead process itself, but takes a living stranger's for its own.
            if _alive(pid):
                self._wait_for_orphans()
                pid_file.unlink(missing_ok=True)
            return
        for mode in ("fast", "immediate"):
            done = self._run(
                "pg_ctl",
                *("stop", "-w", "-t", str(_START_SECONDS), "-m", mode, "-D", str(self._cluster)),
            )
            if done.returncode == 0 or not _serves(pid, self._cluster):
                return
        raise LocalPostgresError(
            f"Postgres in {self._cluster} (process {pid}) does not stop: {done.stderr.strip()}"
        )

    def _wait_for_orphans(self) -> None:
        """Wait for the children of a killed server: two servers on the same files ruin them."""
        deadline = time.monotonic() + _RETRY_SECONDS
        while orphans := _servers_in(self._cluster):
            if time.monotonic() > deadline:
                raise LocalPostgresError(
                    f"processes of an earlier Postgres still work in {self._cluster}: "
                    f"end them ({', '.join(map(str, orphans))}) and start again"
                )
            time.sleep(_RETRY_PAUSE)

    def _remembered_port(self) -> int | None:
        try:
            return int((self.data_dir / "port").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _account(self) -> pwd.struct_passwd | None:
        """Return the account that the server runs as; None means our own."""
        if os.geteuid() != 0:
            return None
        if self._cluster.exists() and (owner := self._cluster.stat().st_uid) != 0:
            return pwd.getpwuid(owner)
        try:
            return pwd.getpwnam("nobody")
        except KeyError:
            raise LocalPostgresError(
                "Postgres does not run as root, and this machine has no account 'nobody' to "
                "run it as: run this program as an ordinary user"
            ) from None

    def _reachable_programs(self) -> Path:
        """Return the directory of programs, copied when the server's account is kept out."""
        programs = find_programs()
        closed = [path for path in (programs / "postgres", programs) if not open_to_all(path)]
        if os.geteuid() != 0 or not closed:
            return programs
        copy = copy_to_open_place(programs)
        self._tell_moved("Postgres programs", copy, programs)
        return copy

    def _tell_moved(self, what: str, place: Path, instead_of: Path) -> None:
        notice = (
            f"the {what} are in {place}: Postgres does not run as root, and a directory "
            f"above {instead_of} is closed to other accounts"
        )
        self.notices = (*self.notices, notice)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        account = self._account()
        return subprocess.run(  # noqa: S603  the programs are those of find_programs
            [self._bin / program, *arguments],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            # The server's account may not be allowed to stand where we stand.
            cwd="/",
            # English messages, since _TRANSIENT reads them; nothing of the caller's PG* settings.
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            umask=0o077,
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
        )


def _locale() -> str:
    return "en_US.UTF-8" if platform.system() == "Darwin" else "C.UTF-8"


def _free_port(preferred: int | None) -> int:
    for port in (preferred, 0) if preferred else (0,):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((_LOOPBACK, port or 0))
                return int(probe.getsockname()[1])
    raise LocalPostgresError(f"no free TCP port on {_LOOPBACK}: end programs that hold many")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _serves(pid: int, cluster: Path) -> bool:
    """Tell whether this process is a Postgres server on these files."""
    if _PROCESSES.is_dir():
        return pid in _servers_in(cluster)
    asked = ["/bin/ps", "-p", str(pid), "-o", "command="]
    answer = subprocess.run(asked, check=False, capture_output=True, text=True)  # noqa: S603  fixed words and a number
    return "postgres" in answer.stdout and str(cluster) in answer.stdout


def _servers_in(cluster: Path) -> list[int]:
    """Return the Postgres processes that stand in this directory, where the system tells."""
    found = []
    for process in _PROCESSES.glob("[0-9]*"):
        # Processes end while we look, and those of others do not show where they stand.
        with contextlib.suppress(OSError):
            name = (process / "comm").read_text().strip()
            if name == "postgres" and (process / "cwd").readlink() == cluster:
                found.append(int(process.name))
    return found


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
