"""Which slots a variant owns after weights changed."""

import pytest

from turnout import CompileFailed
from turnout.compiler import compile_documents
from turnout.compiler.allocation import contiguous, moved, reallocate, size
from turnout.compiler.write_back import ranges_to_write
from turnout.documents import read_mapping
from turnout.snapshot.v1 import snapshot_pb2 as pb

PERCENT = 10_000


def shares(**percents):
    return {name: percent * PERCENT for name, percent in percents.items()}


def ranges(**written):
    return {
        name: [(start * PERCENT, end * PERCENT) for start, end in several]
        for name, several in written.items()
    }


def test_the_published_example_moves_17_percent():
    before = contiguous(shares(a=33, b=33, c=34))
    after = reallocate(before, shares(a=50, b=25, c=25))
    assert moved(before, after) == 17 * PERCENT
    assert after == ranges(a=[(0, 33), (58, 66), (91, 100)], b=[(33, 58)], c=[(66, 91)])
    assert moved(before, contiguous(shares(a=50, b=25, c=25))) == 26 * PERCENT


def test_shrinking_gives_up_the_high_end_of_the_last_range():
    before = ranges(a=[(0, 10), (20, 30)], b=[(10, 20), (30, 100)])
    after = reallocate(before, shares(a=15, b=80))
    assert after == ranges(a=[(0, 10), (20, 25)], b=[(10, 20), (30, 100)])
    assert reallocate(before, shares(a=5, b=80))["a"] == [(0, 5 * PERCENT)]


def test_growing_takes_the_lowest_free_slots_in_the_order_of_names():
    before = ranges(z=[(0, 10)], b=[(40, 50)])
    after = reallocate(before, shares(z=20, b=30))
    assert after == ranges(z=[(0, 10), (30, 40)], b=[(10, 30), (40, 50)])


def test_neighbours_merge():
    before = ranges(a=[(0, 10), (10, 20)], b=[(30, 50)])
    assert reallocate(before, shares(a=25, b=20)) == ranges(a=[(0, 25)], b=[(30, 50)])


def test_a_removed_variant_frees_its_slots_first():
    before = ranges(a=[(0, 40)], gone=[(40, 60)], b=[(60, 100)])
    assert reallocate(before, shares(a=50, b=50)) == ranges(a=[(0, 50)], b=[(50, 100)])


def test_a_new_variant_and_one_of_no_weight():
    before = ranges(a=[(0, 50)], b=[(50, 100)])
    after = reallocate(before, shares(a=0, b=50, c=50))
    assert after == ranges(a=[], b=[(50, 100)], c=[(0, 50)])


def test_the_same_weights_change_nothing():
    before = ranges(a=[(0, 10), (20, 30)], b=[(40, 50)])
    assert reallocate(before, shares(a=20, b=10)) == before
    assert size(before["a"]) == 20 * PERCENT


def experiment(weights, history=None, **fields):
    variants = {name: {"weight": f"{w}%", "value": name} for name, w in weights.items()}
    written = {"status": "running", "control": next(iter(weights)), "variants": variants, **fields}
    return written | ({"ranges": history} if history is not None else {})


def compiled(documents):
    return compile_documents(read_mapping(documents))


def test_documents_without_ranges_are_contiguous_in_the_order_written():
    content = pb.Content.FromString(
        compiled({"experiments": {"e": experiment({"z": 40, "a": 60})}}).content
    )
    found = [(one.start, one.end, one.variant) for one in content.experiments[0].ranges]
    assert found == [(0, 400_000, 0), (400_000, 1_000_000, 1)]
    empty = {"experiments": {"e": experiment({"z": 40, "a": 60}, {})}}
    assert pb.Content.FromString(compiled(empty).content) == content


def test_ranges_are_history_of_experiments_and_of_splits():
    history = {"a": ["0%-33%"], "b": ["33%-66%"], "c": ["66%-100%"]}
    flag = {
        "variants": {"a": 1, "b": 2, "c": 3},
        "default": "a",
        "rules": [{"split": {"a": "50%", "b": "25%", "c": "25%"}, "ranges": history}],
    }
    documents = {
        "experiments": {"e": experiment({"a": 50, "b": 25, "c": 25}, history)},
        "flags": {"f": flag},
    }
    content = pb.Content.FromString(compiled(documents).content)
    wanted = [(0, 33, 0), (33, 58, 1), (58, 66, 0), (66, 91, 2), (91, 100, 0)]
    for found in (content.experiments[0].ranges, content.flags[0].rules[0].split.ranges):
        assert [(o.start // PERCENT, o.end // PERCENT, o.variant) for o in found] == wanted


def test_the_order_of_a_mapping_of_ranges_is_of_no_account():
    history = {"a": ["0%-10%", "20%-50%"], "b": ["50%-90%"], "gone": ["90%-100%"]}
    turned = {name: list(reversed(history[name])) for name in reversed(history)}
    both = [
        compiled({"experiments": {"e": experiment({"a": 45, "b": 50}, one)}}).content
        for one in (history, turned)
    ]
    assert both[0] == both[1]


def test_what_a_process_compiled_before_is_no_history():
    before = compiled({"experiments": {"e": experiment({"a": 33, "b": 33, "c": 34})}})
    now = read_mapping({"experiments": {"e": experiment({"a": 50, "b": 25, "c": 25})}})
    assert compile_documents(now, before.history).content == compile_documents(now).content


def test_a_variant_that_looks_misspelt_is_warned_of():
    history = {"a": ["0%-40%"], "grene": ["40%-100%"]}
    found = compiled({"experiments": {"e": experiment({"a": 40, "green": 60}, history)}})
    (warning,) = found.warnings
    assert "`grene` is no variant, did you mean `green`?" in warning.message


def test_more_than_256_ranges_are_refused_with_the_remedy():
    weights = {"a": 20, "b": 40}
    history = {
        "a": [f"{n / 10:.4f}%-{n / 10 + 0.05:.4f}%" for n in range(256)],
        "b": [f"{n / 10 + 0.05:.4f}%-{n / 10 + 0.1:.4f}%" for n in range(256)],
    }
    with pytest.raises(CompileFailed, match=r"`a` would own 257 ranges.*raise `epoch`"):
        compiled({"experiments": {"e": experiment(weights, history)}})


def test_what_is_to_be_written():
    documents = {
        "experiments": {
            "running": experiment({"a": 50, "b": 50}),
            "draft": experiment({"a": 50, "b": 50}, status="draft"),
            "begun": experiment({"a": 40, "b": 60}, {"a": ["0%-50%"]}, status="draft"),
            "kept": experiment({"a": 50, "b": 50}, {"a": ["0%-50%"], "b": ["50%-100%"]}),
            "foreign": experiment({"a": 50, "b": 50}, bucketing={"algorithm": "posthog_sha1"}),
        },
        "flags": {
            "f": {
                "variants": {"on": 1, "off": 0},
                "default": "off",
                "rules": [
                    {"serve": "on", "when": {"share": "1%"}},
                    {"split": {"off": "100%", "on": "0%"}},
                ],
            }
        },
    }
    catalogue = read_mapping(documents)
    (file,) = ranges_to_write(catalogue, compile_documents(catalogue))
    found = {(*change.path, change.after): change.value for change in file.changes}
    assert found == {
        ("experiments", "running", "variants"): {"a": ["0%-50%"], "b": ["50%-100%"]},
        ("experiments", "begun", "variants"): {"a": ["0%-40%"], "b": ["40%-100%"]},
        ("flags", "f", "rules", 1, "split"): {"off": ["0%-100%"]},
    }
