"""Real PostgreSQL servers on free ports, ended with the test."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest

from servers import ports
from servers.processes import children_of, is_alive
from servers.waiting import wait_until

_USER = "turnout"


@cache
def _folder_of_binaries() -> Path | None:
    """Where `initdb` and `postgres` are: on the path, or where Debian puts them."""
    places = [Path(place) for place in os.get_exec_path()]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wanted = ("initdb", "postgres")
    return next((at for at in places if all((at / name).exists() for name in wanted)), None)


def installed() -> bool:
    """Whether there is a PostgreSQL; CI installs one, and a test that cannot run there fails."""
    there = _folder_of_binaries() is not None
    assert there or "TURNOUT_TEST_POSTGRES" not in os.environ, "postgresql is not installed"
    return there


def skip_without() -> None:
    if not installed():
        pytest.skip("postgresql is not installed")


def _other_user() -> pwd.struct_passwd | None:
    """Whom the server runs as: it refuses root."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _german() -> list[str]:
    """The order of a language, which the store must not follow; for servers that can."""
    ask = [_folder_of_binaries() / "initdb", "--version"]
    version = int(re.search(rb"\d+", subprocess.check_output(ask))[0])
    return ["--locale-provider=icu", "--icu-locale=de"] if version >= 15 else []


class PostgresServer:
    """One PostgreSQL.

    Args:
        options: Settings as `postgres -c` takes them, for example `fsync=off`.
    """

    def __init__(self, *options: str):
        self.port = ports.free_port()
        self._user = _other_user()
        # Not in the folder of the test: another user could not enter it.
        self._folder = Path(tempfile.mkdtemp(prefix="turnout-postgres-"))
        self._settings = [word for option in options for word in ("-c", option)]
        self._numbers = count(1)
        self.child = None
        self._log = (self._folder / "log").open("ab")
        self._ends = {
            "cwd": self._folder, "stdin": subprocess.DEVNULL, "stdout": self._log,
            "stderr": self._log,
        }  # fmt: skip
        if self._user is not None:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        self._run(
            "initdb", "--auth=trust", f"--username={_USER}", "--encoding=UTF8", "--no-sync",
            "--locale=C.UTF-8", *_german(),
        )  # fmt: skip
        self.start()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Makes an empty database; gives its URL."""
        name = f"db_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Removes a database of `new_database`, whoever is connected."""
        self.ask(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def ask(self, statement: str, database: str = "postgres") -> list:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        """Starts it, also again after it was killed."""
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        listen = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(self._folder)]
        command = self._command("postgres", *listen, *self._settings)
        self.child = subprocess.Popen(command, **self._ends)
        wait_until(self._answers, "postgres answers")

    def stop(self) -> None:
        """Ends it as an operator would: connections are cut, what is committed is kept."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Ends it at once, as a crash does; its children see it and end as well."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Ends it and removes its files."""
        self._end(signal.SIGQUIT)
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        children = children_of(self.child.pid)
        if self.child.poll() is None:
            self.child.send_signal(how)
        self.child.wait(20)
        # A killed one's children answer those who are connected until they have seen its end.
        wait_until(lambda: not any(map(is_alive, children)), "the end of postgres")

    def _answers(self) -> bool:
        try:
            return self.ask("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(self._command(program, *words), check=False, **self._ends)
        log = (self._folder / "log").read_text(errors="replace")
        assert done.returncode == 0, log

    def _command(self, program: str, *words: str) -> list[str]:
        command = [str(_folder_of_binaries() / program), "-D", str(self._data), *words]
        if self._user is None:
            return command
        as_user = [f"--reuid={self._user.pw_uid}", f"--regid={self._user.pw_gid}"]
        return ["setpriv", *as_user, "--clear-groups", *command]
