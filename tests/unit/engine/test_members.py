"""Member sets as Python sees them; what a set means is tested beside its sources."""

import hashlib
import json
from pathlib import Path

import pytest

from turnout.engine import MemberSet, MemberSetBuilder

KEY = bytes(range(16))
GOLDEN = json.loads((Path(__file__).parents[3] / "conformance" / "members.json").read_text())


def built(path, ids, **how):
    builder = MemberSetBuilder(how.pop("key", KEY), **how)
    builder.add(ids)
    return builder.finish(path)


def names(numbers):
    return [f"u-{number}" for number in numbers]


@pytest.mark.parametrize("case", GOLDEN["sets"], ids=lambda case: case["name"])
def test_a_golden_set_has_its_bytes_and_members(case, tmp_path):
    path, key = tmp_path / "set", bytes.fromhex(case["key"])
    summary = built(path, case["ids"], key=key, exact=case.get("exact", False))
    assert path.read_bytes().hex() == case["artifact"]
    assert (summary.kind, summary.count) == (case["kind"], case["count"])
    assert summary.duplicates == len(case["ids"]) - case["count"]
    members = MemberSet.open(path)
    assert members.sha256 == summary.sha256 == case["sha256"]
    assert all(members.contains(id_) for id_ in case["ids"])
    assert not any(members.contains(id_) for id_ in case["others"])


def test_a_summary_says_what_was_written(tmp_path):
    summary = built(tmp_path / "set", names([1, 2, 2]))
    written = (tmp_path / "set").read_bytes()
    assert (summary.kind, summary.count, summary.duplicates) == ("hashed", 2, 1)
    assert summary.size == len(written)
    assert summary.sha256 == hashlib.sha256(written).hexdigest()
    assert summary.bound == 2 / 2**56
    assert repr(summary).startswith("MemberSetSummary(kind='hashed', count=2, duplicates=1, size=")
    members = MemberSet.open(tmp_path / "set")
    assert (len(members), members.kind, members.size) == (2, "hashed", summary.size)
    assert members.bound == summary.bound
    assert repr(members) == "MemberSet(kind='hashed', count=2)"


def test_nothing_is_left_beside_a_set(tmp_path):
    built(tmp_path / "set", names(range(3)))
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_set_goes_on_when_its_file_is_replaced_and_removed(tmp_path):
    built(tmp_path / "set", names(range(1_000)))
    before = MemberSet.open(tmp_path / "set")
    built(tmp_path / "set", names(range(1_000, 2_000)))
    after = MemberSet.open(tmp_path / "set")
    (tmp_path / "set").unlink()
    assert before.contains("u-1")
    assert not after.contains("u-1")
    assert after.contains("u-1001")


def test_exact_ids_are_listed_by_pages(tmp_path):
    built(tmp_path / "texts", ["b", "a", "10", "9"], exact=True)
    texts = MemberSet.open(tmp_path / "texts")
    assert texts.ids() == ["10", "9", "a", "b"]
    assert texts.ids(1, 2) == ["9", "a"]
    assert texts.ids(4) == []
    built(tmp_path / "integers", ["10", "9"])
    assert MemberSet.open(tmp_path / "integers").ids() == ["9", "10"]
    built(tmp_path / "hashed", ["a"])
    with pytest.raises(ValueError, match="cannot be listed"):
        MemberSet.open(tmp_path / "hashed").ids()


def test_a_delta_leads_from_one_set_to_the_next(tmp_path):
    built(tmp_path / "base", names(range(90)))
    base = MemberSet.open(tmp_path / "base")
    built(tmp_path / "next", names(range(10, 95)), key=bytes(16), succeeding=base)
    target = MemberSet.open(tmp_path / "next")
    assert base.difference_counts(target) == (5, 10)
    delta = base.delta(target, tmp_path / "delta")
    written = (tmp_path / "delta").read_bytes()
    assert (delta.added, delta.removed, delta.size) == (5, 10, len(written))
    assert delta.sha256 == hashlib.sha256(written).hexdigest()
    assert base.apply_delta(tmp_path / "delta", tmp_path / "applied") == target.sha256
    assert (tmp_path / "applied").read_bytes() == (tmp_path / "next").read_bytes()
    with pytest.raises(ValueError, match="made from another set"):
        target.apply_delta(tmp_path / "delta", tmp_path / "refused")
    assert not (tmp_path / "refused").exists()


def test_sets_with_two_keys_cannot_be_compared(tmp_path):
    built(tmp_path / "one", names([1]))
    built(tmp_path / "other", names([1]), key=bytes(16))
    one, other = (MemberSet.open(tmp_path / name) for name in ("one", "other"))
    assert one.difference_counts(other) is None
    assert one.delta(other, tmp_path / "delta") is None
    assert not (tmp_path / "delta").exists()


def test_what_is_no_set_is_refused(tmp_path):
    path = tmp_path / "set"
    with pytest.raises(FileNotFoundError) as missing:
        MemberSet.open(path)
    assert missing.value.filename == str(path)
    path.write_bytes(b"TURNSET\x02" + bytes(100))
    with pytest.raises(ValueError, match="TURNSET"):
        MemberSet.open(path)
    built(path, names(range(100)))
    damaged = bytearray(path.read_bytes())
    damaged[-20] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ValueError, match="checksum"):
        MemberSet.open(path)


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        built(tmp_path / "none" / "set", names([1]))


def test_a_builder_is_used_up_by_its_set(tmp_path):
    builder = MemberSetBuilder(KEY)
    builder.add(["a"])
    builder.finish(tmp_path / "set")
    with pytest.raises(RuntimeError, match="used up"):
        builder.add(["b"])
    with pytest.raises(RuntimeError, match="used up"):
        builder.finish(tmp_path / "set")


def test_ids_are_texts():
    builder = MemberSetBuilder(KEY)
    with pytest.raises(TypeError, match="must be many"):
        builder.add("abc")
    with pytest.raises(TypeError):
        builder.add([7])
    with pytest.raises(UnicodeEncodeError):
        builder.add(["\ud800"])


def test_a_key_has_16_bytes():
    with pytest.raises(ValueError, match="16 bytes"):
        MemberSetBuilder(b"short")
