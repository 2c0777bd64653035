"""Many who write at once: no gap in the log, no lost change, one answer for one request."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from turnout.store import Act, AlreadyExists, Conflict, Store

THREADS = 8
ROUNDS = 10

OPEN = """
import sys
from turnout.store import Act, Store
store = Store.open(sys.argv[1])
with store.write(Act("anna", "CreateFlag")) as tx:
    tx.items.create("flag", sys.argv[2], {}, "enabled")
"""


@pytest.fixture
def stores(store, url):
    """Two of them, as two control planes have them."""
    other = Store.open(url)
    yield [store, other]
    other.close()


def together(work):
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(work, range(THREADS)))


def count_up(store, actor):
    while True:
        with store.read() as tx:
            item = tx.items.get("flag", "shared")
        with suppress(Conflict), store.write(Act(actor, "UpdateFlag")) as tx:
            tx.items.change(item, body={"n": item.body["n"] + 1})
            return


def test_no_change_is_lost_and_the_log_has_no_gap(stores, act):
    with stores[0].write(act) as tx:
        tx.items.create("flag", "shared", {"n": 0}, "enabled")

    def work(at):
        store = stores[at % 2]
        for turn in range(ROUNDS):
            with store.write(Act(f"actor-{at}", "CreateFlag")) as tx:
                tx.items.create("flag", f"own-{at}-{turn}", {}, "enabled")
            count_up(store, f"actor-{at}")

    together(work)
    with stores[0].read() as tx:
        assert tx.items.get("flag", "shared").body == {"n": THREADS * ROUNDS}
        assert len(tx.items.versions()) == 1 + THREADS * ROUNDS
        verdict = tx.audit.verify()
        assert (verdict.intact, verdict.count) == (True, 1 + 2 * THREADS * ROUNDS)
        times = [event.at for event in tx.audit.page(limit=1000)]
        assert times == sorted(times, reverse=True)


def test_one_of_many_gets_a_key(stores):
    def work(at):
        kind = ("flag", "experiment")[at % 2]
        try:
            with stores[at % 2].write(Act("anna", "Create")) as tx:
                tx.items.create(kind, "wanted", {}, "draft")
        except AlreadyExists:
            return 0
        return 1

    assert sum(together(work)) == 1


def test_a_request_that_is_sent_many_times_at_once_happens_once(stores):
    def work(at):
        with stores[at % 2].write(Act("anna", "CreateFlag")) as tx:
            answer = tx.requests.answer("id", "CreateFlag", "digest")
            if answer is None:
                answer = b"made by %d" % at
                tx.items.create("flag", "new", {}, "enabled")
                tx.requests.keep("id", "CreateFlag", "digest", answer)
            return answer

    assert len(set(together(work))) == 1


def test_an_empty_database_may_be_opened_by_many_processes_at_once(url):
    command = [sys.executable, "-c", OPEN, url]
    children = [subprocess.Popen([*command, f"flag-{at}"]) for at in range(4)]
    assert [child.wait(60) for child in children] == [0] * 4
    store = Store.open(url)
    with store.read() as tx:
        assert len(tx.items.versions()) == 4
        assert tx.audit.verify().count == 4
    store.close()
