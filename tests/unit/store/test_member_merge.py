"""Bulk writes of members: exact, all or nothing, told by their mixture, and held by the audit."""

import random
import threading
from contextlib import suppress

import pytest
from sqlalchemy import text

from turnout.store import Act, Invalid, MemberCounts, NotFound, Unavailable

FEW = 40


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """So that few ids take the ways of many."""
    for module in ("staged", "member_merge"):
        monkeypatch.setattr(f"turnout.store.{module}.AT_ONCE", 7)
    for module in ("member_changes", "member_merge"):
        monkeypatch.setattr(f"turnout.store.{module}.NAMED_MOST", 5)


@pytest.fixture(autouse=True)
def segments(store, act):
    with store.write(act) as tx:
        for key in ("beta", "other"):
            tx.items.create("segment", key, {"kind": "static"}, "active")


@pytest.fixture
def bulk(store, act):
    def bulk(what, unit_ids, key="beta"):
        with store.write_with(act, [unit_ids]) as (tx, staged):
            return getattr(tx.members, what)(key, staged)

    return bulk


def members(store, key="beta"):
    with store.read() as tx:
        assert tx.audit.verify().intact
        found = list(tx.members.all(key))
        assert tx.members.count(key) == len(found)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_any_row_of_changes_does_what_sets_of_python_do(store, act, bulk, seed):
    """Appending, replacing and taking out, many and few, in turns with one by one."""
    chance = random.Random(seed)
    known = {"beta": set(), "other": set()}
    for _ in range(12):
        what = chance.choice(["append", "replace", "take_out", "add", "take_out_segment"])
        key, count = chance.choice(list(known)), chance.choice([0, 1, 4, FEW])
        given = [f"u-{chance.randrange(2 * FEW)}" for _ in range(count)]
        before = known[key]
        if what == "take_out_segment":
            other = ({"beta", "other"} - {key}).pop()
            after = before - known[other]
            with store.write(act) as tx:
                found = tx.members.take_out_segment(key, other)
        elif what == "add":
            after = before | set(given)
            with store.write(act) as tx:
                added = tx.members.add(key, given)
            found = MemberCounts(added, 0, len(after))
        else:
            results = {
                "append": before | set(given), "replace": set(given),
                "take_out": before - set(given),
            }  # fmt: skip
            after = results[what]
            found = bulk(what, given, key)
        assert found == MemberCounts(len(after - before), len(before - after), len(after))
        known[key] = after
        assert members(store, key) == sorted(after, key=str.encode)


EVERY = [chr(code) for code in range(1, 0x10000) if not 0xD800 <= code < 0xE000]
STRANGE = [
    "\\.", "\\N", "\\n", "\\", "\\\\", "a\tb", "a\nb", "a\r\nb", "\n", "a ", " a", "A", "a",
    "1", "01", "1.0", "1e0", "null", "true", '{"a":1}', '"', "'", "''", "\\u0000", "\\x41",
    "é", "e\u0301", "\ufeffa", "a\u2028", "\U0010ffff", "😀", "\x7f", "x" * 2048, "%", ",", ";--",
]  # fmt: skip


def test_every_id_is_kept_byte_for_byte(store, bulk, monkeypatch):
    monkeypatch.setattr("turnout.store.staged.AT_ONCE", 50_000)
    ids = list(dict.fromkeys(STRANGE + EVERY))
    assert bulk("append", ids).added == len(ids)
    assert members(store) == sorted(ids, key=str.encode)
    assert bulk("take_out", STRANGE).removed == len(STRANGE)
    assert bulk("replace", ids[: len(STRANGE) // 2]).count == len(STRANGE) // 2
    assert members(store) == sorted(ids[: len(STRANGE) // 2], key=str.encode)


def test_an_id_that_comes_again_counts_once(store, act):
    batches = [["a", "b", "a"], [], ["b"] * 20, ["a", "c"]]
    with store.write_with(act, batches) as (tx, staged):
        assert (staged.given, staged.count) == (25, 3)
        assert tx.members.append("beta", staged) == MemberCounts(3, 0, 3)
        assert tx.members.append("beta", staged) == MemberCounts(0, 0, 3)
        assert tx.members.append("other", staged) == MemberCounts(3, 0, 3)
    assert members(store) == members(store, "other") == ["a", "b", "c"]


@pytest.mark.parametrize("bad", ["", "a\0b", "\ud800", "x" * 2049])
def test_an_id_that_cannot_be_kept_is_named_and_nothing_is_done(store, act, bulk, bad):
    bulk("append", ["old"])
    batches = [["a"] * 10, ["b", bad, "c"]]
    with pytest.raises(Invalid, match="unit id 12 "), store.write_with(act, batches):
        raise AssertionError
    assert members(store) == ["old"]


def test_the_log_names_few_and_tells_the_mixture_of_many(store, bulk):
    bulk("append", ["b", "a"])
    bulk("append", [f"u-{number}" for number in range(FEW)])
    bulk("take_out", [f"u-{number}" for number in range(6)])
    bulk("replace", ["a", "c"])
    bulk("replace", ["a", "d"])
    bulk("replace", ["a", "d"])
    with store.read() as tx:
        told = [event.after for event in tx.audit.page(resource="segments/beta", limit=5)]
    assert told[4] == {"member_count": 2, "added": ["a", "b"]}
    assert told[3].keys() == {"member_count", "added_count", "added_mixed"}
    assert (told[3]["member_count"], told[3]["added_count"]) == (FEW + 2, FEW)
    assert told[2].keys() == {"member_count", "removed_count", "removed_mixed"}
    assert told[1].keys() == {"member_count", "added_count", "removed_count", "members_mixed"}
    assert (told[1]["added_count"], told[1]["removed_count"]) == (1, FEW - 5)
    assert told[0] == {"member_count": 2, "added": ["d"], "removed": ["c"]}


def test_long_ids_are_named_up_to_two_mebibytes(store, bulk, monkeypatch):
    monkeypatch.setattr("turnout.store.member_changes.NAMED_BYTES", 5)
    bulk("append", ["é", "a", "b"])
    bulk("replace", ["é", "é2", "a"])
    bulk("replace", ["é2", "é3", "a"])
    bulk("take_out", ["é2", "é3"])
    with store.read() as tx:
        told = [event.after for event in tx.audit.page(resource="segments/beta", limit=4)]
    assert told[3] == {"member_count": 3, "added": ["a", "b", "é"]}
    assert told[2] == {"member_count": 3, "added": ["é2"], "removed": ["b"]}
    assert told[1] == {"member_count": 3, "added": ["é3"], "removed": ["é"]}
    assert told[0].keys() == {"member_count", "removed_count", "removed_mixed"}
    assert members(store) == ["a"]


def test_one_call_that_adds_or_removes_many_tells_their_mixture_too(store, act):
    ids = [f"u-{number}" for number in range(6)]
    with store.write(act) as tx:
        assert tx.members.add("beta", ids) == tx.members.remove("beta", ids) == 6
        told = [event.after for event in tx.audit.page(resource="segments/beta", limit=2)]
    assert told[1]["added_count"] == told[0]["removed_count"] == 6
    assert told[1]["added_mixed"] == told[0]["removed_mixed"]
    assert members(store) == []


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM members WHERE unit_id = 'u-7'",
        "INSERT INTO members SELECT id, 'new' FROM items WHERE key = 'beta'",
        "UPDATE members SET unit_id = 'other' WHERE unit_id = 'u-7'",
        "UPDATE members SET item_id = item_id + 1 WHERE unit_id = 'u-7'",
        "UPDATE members SET item_id = 99 WHERE unit_id = 'u-7'",
        "INSERT INTO members VALUES (99, 'u-7')",
    ],
)
@pytest.mark.parametrize("what", ["append", "replace"])
def test_a_row_that_was_changed_by_hand_is_found(store, bulk, what, change):
    bulk(what, [f"u-{number}" for number in range(FEW)])
    assert len(members(store)) == FEW
    with store._database.writing() as connection, connection.begin():
        connection.execute(text(change))
    with store.read() as tx:
        assert not tx.audit.verify().intact


def test_a_write_that_only_validates_leaves_nothing(store, act, bulk):
    bulk("append", ["old"])
    with store.write_with(act, [["new"]], validate_only=True) as (tx, staged):
        assert tx.members.replace("beta", staged) == MemberCounts(1, 1, 1)
    assert members(store) == ["old"]


def test_an_error_takes_all_of_it_back(store, act, bulk):
    bulk("append", ["old"])
    with suppress(ZeroDivisionError), store.write_with(act, [["new"]]) as (tx, staged):
        tx.members.replace("beta", staged)
        raise ZeroDivisionError
    with pytest.raises(NotFound), store.write_with(act, [["new"]]) as (tx, staged):
        tx.members.append("nowhere", staged)
    assert members(store) == ["old"]


def test_an_error_of_the_source_passes_as_it_is(store, act, bulk):
    def batches():
        yield ["a"]
        raise EOFError("the source is gone")

    bulk("append", ["old"])
    with pytest.raises(EOFError), store.write_with(act, batches()):
        raise AssertionError
    assert members(store) == ["old"]
    assert bulk("append", ["new"]).count == 2


def test_others_write_while_the_ids_come(store, act):
    def batches():
        for number in range(3):
            yield [f"u-{number}"]
            with store.write(Act("ben", "AddMembers")) as tx:
                tx.members.add("beta", [f"u-{number}", f"other-{number}"])

    with store.write_with(act, batches()) as (tx, staged):
        assert tx.members.replace("beta", staged) == MemberCounts(0, 3, 3)
    assert members(store) == ["u-0", "u-1", "u-2"]


def test_ids_are_for_the_transaction_that_they_were_put_aside_for(store, act):
    with store.write_with(act, [["a"]]) as (_, staged):
        pass
    with pytest.raises(RuntimeError, match="another transaction"), store.write(act) as tx:
        tx.members.append("beta", staged)


def test_it_waits_for_others_for_longer_than_they_do(url, store, act, bulk, monkeypatch):
    monkeypatch.setattr("turnout.store.sqlite.BUSY_S", 0.05)
    writes, may_end = threading.Event(), threading.Event()

    def write():
        with store.write(act) as tx:
            tx.members.add("beta", ["old"])
            writes.set()
            may_end.wait(10)

    thread = threading.Thread(target=write)
    thread.start()
    assert writes.wait(10)
    timer = threading.Timer(0.3, may_end.set)
    timer.start()
    if url.startswith("sqlite"):
        with pytest.raises(Unavailable), store.write(act):
            raise AssertionError
    assert bulk("append", ["new"]).count == 2
    thread.join()
    timer.join()
