"""Imports that are killed: the old members stay whole, and the next import is clean."""

import random
import signal
import subprocess
import sys
import time

import pytest

from turnout.store import MemberCounts, Store

IMPORT = """
import sys, time
from turnout.store import Act, Store
store, held = Store.open(sys.argv[1]), sys.argv[2]
def hold(where):
    if where == held:
        print("held", flush=True)
        time.sleep(60)
def batches():
    yield [f"new-{number}" for number in range(20_000)]
    hold("while the ids come")
with store.write_with(Act("ben", "ImportMembers"), batches()) as (tx, staged):
    hold("before the merge")
    tx.members.replace("beta", staged)
    hold("before the commit")
"""

REPLACE = """
import sys
from itertools import count
from turnout.store import Act, Store
store = Store.open(sys.argv[1])
for turn in count(int(sys.argv[2])):
    batches = ([f"{turn}-{number}" for number in range(at, at + 500)] for at in range(0, 3000, 500))
    with store.write_with(Act("ben", "ImportMembers"), batches) as (tx, staged):
        tx.members.replace("beta", staged)
    print(turn, flush=True)
"""


@pytest.fixture(autouse=True)
def segment(store, act):
    with store.write(act) as tx:
        tx.items.create("segment", "beta", {"kind": "static"}, "active")
        tx.members.add("beta", ["old-1", "old-2"])


def begun(script, *words):
    command = [sys.executable, "-c", script, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def killed(child):
    child.send_signal(signal.SIGKILL)
    said, _ = child.communicate(timeout=10)
    return said.split()


@pytest.mark.parametrize("held", ["while the ids come", "before the merge", "before the commit"])
def test_an_import_that_is_killed_leaves_the_old_members(url, store, act, held):
    child = begun(IMPORT, url, held)
    assert child.stdout.readline() == "held\n"
    with store.read() as tx:
        assert list(tx.members.all("beta")) == ["old-1", "old-2"]
    killed(child)
    with store.write_with(act, [["new-1", "old-1"]]) as (tx, staged):
        assert tx.members.append("beta", staged) == MemberCounts(1, 0, 3)
    with store.read() as tx:
        assert list(tx.members.all("beta")) == ["new-1", "old-1", "old-2"]
        assert tx.audit.verify().intact


@pytest.mark.parametrize("round_", range(3))
def test_whenever_it_is_killed_the_members_are_those_of_one_import(url, round_):
    chance = random.Random(round_)
    child = begun(REPLACE, url, "0")
    last = int(child.stdout.readline())
    for _ in range(3):
        time.sleep(chance.uniform(0, 0.3))
        last = ([last] + [int(turn) for turn in killed(child)])[-1]
        store = Store.open(url)
        with store.read() as tx:
            found = list(tx.members.all("beta"))
            assert tx.audit.verify().intact
        store.close()
        turn = int(found[0].partition("-")[0])
        assert turn in (last, last + 1)
        assert set(found) == {f"{turn}-{number}" for number in range(3000)}
        child = begun(REPLACE, url, str(turn + 1))
        last = turn
    killed(child)
