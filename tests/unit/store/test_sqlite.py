"""`turnout.store.sqlite`: what only a file can do wrong."""

import sqlite3
import threading

from turnout.store import Store


def test_a_file_that_another_program_writes_just_now_is_waited_for(tmp_path):
    file = tmp_path / "store.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    # SQLite refuses to switch such a file to its log at once, whatever its `busy_timeout`.
    done = threading.Timer(0.2, other.execute, ["COMMIT"])
    done.start()
    Store.open(f"sqlite:///{file}").close()
    done.join()
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
