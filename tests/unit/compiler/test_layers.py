"""Layers, holdouts, and the experiments in them."""

import pytest
from snapshots import compiled, content, messages

from turnout.compiler import CompileFailed
from turnout.compiler.durations import read_duration
from turnout.snapshot.v1 import snapshot_pb2 as pb

VARIANTS = {"control": {"weight": "50%", "value": 1}, "b": {"weight": "50%", "value": 2}}


def running(**fields):
    return {"status": "running", "variants": VARIANTS, **fields}


def layered(allocations, experiments=None, **fields):
    experiments = experiments or {key: running(layer="l") for key in allocations}
    return {
        "layers": {"l": {"allocations": allocations, **fields}},
        "experiments": experiments,
    }


def problems(documents):
    with pytest.raises(CompileFailed) as failed:
        compiled(documents)
    return messages(failed.value)


def test_layer_owns_ranges_by_experiment_sorted_by_slot():
    found = content(layered({"a": ["60% - 70%", "0%-10%"], "b": ["10%-20.5%"]}, salt="s"))
    (layer,) = found.layers
    assert layer.salt == "layer.s"
    assert [(one.start, one.end, one.experiment) for one in layer.allocations] == [
        (0, 100_000, 0),
        (100_000, 205_000, 1),
        (600_000, 700_000, 0),
    ]
    assert [one.layer for one in found.experiments] == [0, 0]
    assert [one.HasField("layer") for one in found.experiments] == [True, True]


def test_overlap_names_both_places():
    told = problems(layered({"a": ["0%-30%"], "b": ["20%-50%"], "c": ["60%-100%"]}))
    assert told == [
        "layers.l.allocations.a[0]: `0%-30%` of `a` overlaps `20%-50%` of `b`: free is `50%-60%`",
        "layers.l.allocations.b[0]: `20%-50%` of `b` overlaps `0%-30%` of `a`: free is `50%-60%`",
    ]


def test_overlap_of_one_experiment_with_itself_and_a_range_inside_another():
    assert len(problems(layered({"a": ["0%-30%", "29.9999%-40%"]}))) == 2
    assert len(problems(layered({"a": ["0%-100%"], "b": ["1%-2%"], "c": ["3%-4%"]}))) == 4


def test_a_draft_needs_no_slots_before_it_starts():
    draft = running(layer="l") | {"status": "draft"}
    assert not content(layered({}, {"a": draft})).layers[0].allocations


@pytest.mark.parametrize("status", ["concluded", "archived"])
def test_slots_of_an_experiment_that_is_over_are_free(status):
    over = running(layer="l") | {"status": status}
    found = content(
        layered({"a": ["0%-30%"], "b": ["20%-50%"]}, {"a": over, "b": running(layer="l")})
    )
    assert [one.experiment for one in found.layers[0].allocations] == [1]
    found = content(layered({"b": ["0%-30%"]}, {"a": over, "b": running(layer="l")}))
    assert len(found.layers[0].allocations) == 1


@pytest.mark.parametrize(
    ("documents", "said"),
    [
        (layered({"a": ["0%-1%"]}, {"a": running()}), "which does not name it: write `layer: l`"),
        (layered({}, {"a": running(layer="l")}), "layer `l` has no slots for `a`"),
        (layered({"a": ["0%-1%"]}, {"b": running()}), "unknown experiment `a`"),
        (layered({"a": ["0%-1%"]}, {"a": running(layer="m")}), "unknown layer `m`"),
        (layered({"a": ["0%-1%"]}, unit="company"), "is of unit `user`, its layer `l` of unit"),
        (layered({"a": ["0%-30"]}), "`30` is not a share"),
        (layered({"a": ["30%"]}), "`30%` is no range: write it as in `0%-30%`"),
        (layered({"a": ["30%-20%"]}), "holds no slot: write `20%-30%`"),
        (layered({"a": ["30%-30%"]}), "holds no slot: remove it"),
        (layered({"a": [3]}), "the number `3` is no range"),
        (layered({"a": []}), "`a` has no slots here"),
        (layered({"a": ["90%-110%"]}), "over 100 %"),
    ],
)
def test_what_layers_and_experiments_have_to_agree_on(documents, said):
    assert any(said in message for message in problems(documents)), problems(documents)


def test_experiment_is_in_one_layer():
    documents = layered({"a": ["0%-1%"]})
    documents["layers"]["m"] = {"allocations": {"a": ["0%-1%"]}}
    assert "it is in layer `l`, and one layer is all it can be in" in problems(documents)[0]


def test_salts_of_layers_and_holdouts_are_their_own():
    same = {"layers": {key: {"salt": "s", "allocations": {}} for key in "lm"}}
    assert "the salt `layer.s` of layer `m` is also that of layer `l`" in problems(same)[0]
    held = {"share": "1%", "scope": "all", "salt": "s"}
    same = {"holdouts": {"h": held, "i": held}}
    assert "the salt `holdout.s` of holdout `i`" in problems(same)[0]


def held(scope, **experiments):
    held_out = {"share": "5%", "scope": scope, "status": "running"}
    return content({"holdouts": {"g": held_out | {"scope": "all"}, "h": held_out}, **experiments})


def test_holdout_is_for_all_or_for_those_that_are_named():
    experiments = {"experiments": {"a": running(tags=["x", "z"]), "b": running()}}
    for scope in ({"experiments": ["a"]}, {"tags": ["y", "z"]}):
        found = held(scope, **experiments)
        assert [list(one.holdouts) for one in found.experiments] == [[0, 1], [0]]
    assert found.holdouts[1] == pb.Holdout(
        key="h", status=pb.HOLDOUT_STATUS_RUNNING, share=50_000, salt="holdout.h"
    )


@pytest.mark.parametrize("scope", ["none", {}, {"tags": ["x"], "experiments": ["a"]}, [], 3])
def test_scope_is_one_of_three(scope):
    told = problems({"holdouts": {"h": {"share": "5%", "scope": scope}}})
    assert "`scope` is one of `all`, `{experiments: [KEY, ...]}` and" in told[0]


@pytest.mark.parametrize(
    ("holdout", "said"),
    [
        ({"scope": {"tag": ["x"]}}, "unknown field `tag`, did you mean `tags`?"),
        ({"scope": {"experiments": ["e"]}}, "unknown experiment `e`"),
        ({"scope": {"tags": []}}, "`tags` must not be empty"),
        ({"share": "101%"}, "over 100 %"),
        ({"share": 5}, "write `5%`"),
        ({"status": "paused"}, "`paused` is not one of `draft`, `running`, `ended`"),
        ({"starts_at": "2026-03-02", "ends_at": "2026-03-01"}, "it would never run"),
        ({"audience": {"segment": "s"}}, "unknown segment `s`"),
    ],
)
def test_what_is_wrong_in_a_holdout(holdout, said):
    documents = {"holdouts": {"h": {"share": "5%", "scope": "all"} | holdout}}
    assert any(said in message for message in problems(documents)), problems(documents)


def test_audience_of_a_holdout_cannot_ask_what_it_holds():
    audience = {"experiment": "a", "variant_is": "b"}
    documents = {
        "experiments": {"a": running(), "c": running()},
        "holdouts": {"h": {"share": "5%", "scope": "all", "audience": audience}},
    }
    assert any(
        "experiment `a` → holdout `h` → experiment `a`" in one for one in problems(documents)
    )
    documents["holdouts"]["h"]["scope"] = {"experiments": ["c"]}
    assert list(content(documents).experiments[1].holdouts) == [0]


def test_dates_are_read_in_the_zone_of_the_workspace():
    documents = {
        "workspace": {"timezone": "America/New_York"},
        "experiments": {"a": running(starts_at="2026-03-08 02:30", ends_at="2026-06-01")},
        "holdouts": {
            "h": {"share": "1%", "scope": "all", "starts_at": "2026-01-01T00:00:00+02:00"}
        },
    }
    found = content(documents)
    # 02:30 falls into the gap of that day: the first instant after it.
    assert found.experiments[0].starts_at.ToJsonString() == "2026-03-08T07:00:00Z"
    assert found.experiments[0].ends_at.ToJsonString() == "2026-06-01T04:00:00Z"
    assert found.holdouts[0].starts_at.ToJsonString() == "2025-12-31T22:00:00Z"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 days", 2_592_000), ("1 day", 86_400), ("12 Hours", 43_200), ("90 seconds", 90),
        ("2weeks", 1_209_600), ("P30D", 2_592_000), ("P1W", 604_800), ("PT12H", 43_200),
        ("P1DT1H1M1S", 90_061),
    ],
)  # fmt: skip
def test_durations(text, seconds):
    assert read_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "1 month", "P1M", "P1Y", "0 days", "-1 days", "30", "101 years",
             "999999999 weeks", "1.5 hours", " 1 day", "٣ days"],
)  # fmt: skip
def test_what_is_no_duration(text):
    with pytest.raises(ValueError, match="write it as in"):
        read_duration(text)
