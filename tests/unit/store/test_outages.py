"""A database that goes away: all of a write or none of it, and a clear error."""

import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from sqlalchemy import exc, text

from turnout.store import Act, Store, Unavailable
from turnout.store.audit import Audit

WRITE = """
import sys
from itertools import count
from turnout.store import Act, Store
store = Store.open(sys.argv[1])
for number in count(int(sys.argv[2])):
    with store.write(Act("anna", "CreateFlag")) as tx:
        for part in "ab":
            tx.items.create("flag", f"{number}-{part}", {}, "enabled")
    print(number, flush=True)
"""


@pytest.fixture
def served(own_postgres):
    store = Store.open(own_postgres.url())
    with store.write(Act("anna", "CreateFlag")) as tx:
        tx.items.create("flag", "before", {}, "enabled")
    yield store
    store.close()


def keys(store):
    with store.read() as tx:
        assert tx.audit.verify().intact
        return [item.key for item in tx.items.all()]


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_a_server_that_ends_in_the_middle_of_a_write_keeps_nothing_of_it(
    own_postgres, served, act, end
):
    def write():
        with served.write(act) as tx:
            tx.items.create("flag", "half", {}, "enabled")
            getattr(own_postgres, end)()
            tx.items.create("flag", "whole", {}, "enabled")

    with pytest.raises(Unavailable, match="is unavailable") as gone:
        write()
    assert not gone.value.outcome_unknown
    with pytest.raises(Unavailable):
        keys(served)
    own_postgres.start()
    assert keys(served) == ["before"]
    with served.write(act) as tx:
        tx.items.create("flag", "half", {}, "enabled")
    assert keys(served) == ["before", "half"]


def test_a_server_that_ends_at_the_commit_leaves_the_outcome_open(
    own_postgres, served, act, monkeypatch
):
    finish = Audit.finish

    def finish_and_stop(audit):
        finish(audit)
        own_postgres.stop()

    monkeypatch.setattr(Audit, "finish", finish_and_stop)
    with pytest.raises(Unavailable) as gone, served.write(act) as tx:
        tx.items.create("flag", "half", {}, "enabled")
    assert gone.value.outcome_unknown
    own_postgres.start()
    assert keys(served) == ["before"]


def test_a_cut_connection_costs_the_write_that_had_it_and_no_other(own_postgres, served, act):
    def write():
        with served.write(act) as tx:
            own_postgres.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'turnout'"
            )
            tx.items.create("flag", "half", {}, "enabled")

    with pytest.raises(Unavailable):
        write()
    with served.write(act) as tx:
        tx.items.create("flag", "next", {}, "enabled")
    assert keys(served) == ["before", "next"]


def test_a_server_that_is_not_there_is_unavailable_and_no_password_is_told(own_postgres):
    own_postgres.stop()
    url = own_postgres.url().replace("turnout@", "turnout:hunter2@")
    with pytest.raises(Unavailable, match=r"turnout:\*\*\*@127") as gone:
        Store.open(url)
    assert "hunter2" not in str(gone.value)


def test_no_password_among_the_parameters_is_told():
    with pytest.raises(Unavailable) as gone:
        Store.open("postgresql://u@127.0.0.1:1/d?password=hunter2&sslpassword=hunter3")
    assert "`postgresql://u@127.0.0.1:1/d`" in str(gone.value)
    assert "hunter" not in str(gone.value)


def test_a_database_that_has_not_every_character_is_refused(own_postgres):
    own_postgres.ask("CREATE DATABASE old ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc "
               "TEMPLATE template0")  # fmt: skip
    with pytest.raises(Exception, match="ENCODING 'UTF8'"):
        Store.open(own_postgres.url("old"))


def test_a_writer_that_waits_too_long_for_others_is_told(url, monkeypatch, act):
    monkeypatch.setattr("turnout.store.sqlite._PRAGMAS", ("busy_timeout=50", "journal_mode=WAL"))
    monkeypatch.setitem(sys.modules["turnout.store.postgres"]._SETTINGS, "lock_timeout", "50ms")
    first, second = Store.open(url), Store.open(url)
    with first.write(act) as tx:
        tx.items.create("flag", "first", {}, "enabled")
        with pytest.raises(Unavailable, match="lock"), second.write(act):
            pass
    with second.write(act) as tx:
        tx.items.create("flag", "second", {}, "enabled")
    assert keys(first) == ["first", "second"]
    first.close()
    second.close()


def test_threads_that_wait_too_long_for_each_other_are_told(tmp_path, monkeypatch, act):
    monkeypatch.setattr("turnout.store.sqlite.BUSY_S", 0.05)
    store = Store.open(f"sqlite:///{tmp_path}/store.db")
    with store.write(act), pytest.raises(Unavailable, match="is busy"), store.write(act):
        pass
    store.close()


def test_a_full_disk_is_unavailable_and_nothing_is_half_written(tmp_path, act):
    store = Store.open(f"sqlite:///{tmp_path}/store.db")

    def write():
        with store.write(act) as tx:
            connection = tx.items._connection
            pages = connection.execute(text("PRAGMA page_count")).scalar()
            connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
            for number in range(1000):
                tx.items.create("flag", f"{number}", {"description": "x" * 1000}, "enabled")

    with pytest.raises(Unavailable, match="full"):
        write()
    assert keys(store) == []
    store.close()


def test_a_damaged_file_is_unavailable(tmp_path, act):
    path = tmp_path / "store.db"
    store = Store.open(f"sqlite:///{path}")
    with store.write(act) as tx:
        for number in range(200):
            tx.items.create("flag", f"flag-{number}", {"description": "x" * 1000}, "enabled")
    store.close()
    content = bytearray(path.read_bytes())
    content[8192:] = b"\x5a" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(Unavailable, match=r"malformed|corrupt"):
        keys(Store.open(f"sqlite:///{path}"))


def test_a_bug_is_no_outage(store):
    with pytest.raises(exc.DBAPIError, match="nowhere"), store.read() as tx:
        tx.items._connection.execute(text("SELECT nonsense FROM nowhere"))


@pytest.mark.parametrize("round_", range(3))
def test_a_writer_that_is_killed_loses_nothing_that_it_acknowledged(url, round_):
    command = [sys.executable, "-c", WRITE, url]
    acknowledged = []
    for start in (0, 10_000):
        child = subprocess.Popen([*command, str(start)], stdout=subprocess.PIPE, text=True)
        acknowledged.append(int(child.stdout.readline()))
        time.sleep(0.05 * (1 + round_))
        child.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in child.stdout.read().split("\n") if line]
        child.stdout.close()
        child.wait(10)
    store = Store.open(url)
    found = set(keys(store))
    store.close()
    assert {f"{number}-{part}" for number in acknowledged for part in "ab"} <= found
    assert all(f"{key[:-1]}{part}" in found for key in found for part in "ab")


def test_the_file_is_whole_after_a_writer_was_killed(tmp_path, act):
    store = Store.open(f"sqlite:///{tmp_path}/store.db")
    with store.write(act) as tx:
        tx.items.create("flag", "a", {}, "enabled")
    store.close()
    with sqlite3.connect(tmp_path / "store.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
