"""The way to an answer is the evaluation's own, and the same in the process and over the wire."""

from datetime import UTC, datetime

import pytest

from turnout import (
    Client,
    Context,
    Engine,
    ExplainedStep,
    FlagNotFound,
    InvalidArgument,
    SegmentNotFound,
)
from turnout.engine import DataPlane

NOW = datetime(2026, 6, 23, 12, tzinfo=UTC)
DOCUMENTS = {
    "attributes": {"email": {"type": "string", "sensitive": True}, "seen": "datetime"},
    "segments": {
        "staff": {"members": ["u-9"]},
        "pros": {
            "match": {
                "all": [
                    {"attribute": "plan", "is": ["pro", "team"]},
                    {"not": {"segment": "staff"}},
                    {
                        "any": [
                            {"attribute": "email", "ends_with": "@example.com"},
                            {"attribute": "seen", "is_since": "30 days ago"},
                        ]
                    },
                ]
            }
        },
    },
    "flags": {
        "new": {
            "variants": {"on": True, "off": False},
            "default": "off",
            "rules": [
                {"name": "staff", "when": {"segment": "staff"}, "serve": "on"},
                {"name": "pros", "when": {"segment": "pros"}, "split": {"on": "50%", "off": "50%"}},
            ],
        },
        "facts": {
            "variants": {"on": True, "off": False},
            "default": "off",
            "rules": [{"when": {"event": {"count": "buy"}, "is_less_than": 1}, "serve": "on"}],
        },
        "after": {
            "variants": {"on": True, "off": False},
            "default": "off",
            "prerequisites": [{"flag": "new", "variant_is": ["off", "on"]}],
            "rules": [{"when": {"bucket_between": [0, 999]}, "experiment": "test"}],
        },
    },
    "layers": {"checkout": {"allocations": {"test": ["0%-100%"]}}},
    "holdouts": {"h": {"status": "running", "share": "0.0001%", "scope": "all"}},
    "experiments": {
        "test": {
            "status": "running",
            "layer": "checkout",
            "audience": {"segment": "pros"},
            "traffic": "99%",
            "variants": {
                "control": {"weight": "50%", "value": False},
                "green": {"weight": "50%", "value": True},
            },
        }
    },
}
PRO = Context("u-1", {"plan": "Pro", "email": "ada@example.com"})


@pytest.fixture(scope="module")
def engine():
    return Engine.from_documents(DOCUMENTS)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    from turnout.compiler import compile_documents  # noqa: PLC0415
    from turnout.documents import read_mapping  # noqa: PLC0415

    path = tmp_path_factory.mktemp("explain") / "turnout.sock"
    plane = DataPlane(unix_socket=path)
    plane.start()
    plane.load(compile_documents(read_mapping(DOCUMENTS)).seal())
    with Client(f"unix:{path}") as client:
        yield client
    plane.drain(1.0)


def lines(steps, depth=0):
    """Each step as indented words, so that a whole tree reads at a glance."""
    for step in steps:
        words = [step.kind, step.name, step.operator, step.operand, step.state]
        shown = " ".join(word for word in words if word)
        yield f"{'  ' * depth}{shown} {step.outcome}"
        yield from lines(step.steps, depth + 1)


def test_every_rule_and_condition_is_told_with_its_outcome(engine):
    explanation = engine.explain("new", PRO, now=NOW)
    assert explanation.answer == engine.decide("new", PRO, now=NOW)
    assert list(lines(explanation.steps)) == [
        "RULE staff FALSE",
        "  SEGMENT staff FALSE",
        "RULE pros TRUE",
        "  SEGMENT pros TRUE",
        "    ALL TRUE",
        "      CONDITION plan is [pro, team] SET TRUE",
        "      NOT TRUE",
        "        SEGMENT staff FALSE",
        "      ANY TRUE",
        "        CONDITION email ends_with SET TRUE",
    ]
    slot = explanation.steps[1].slot
    assert 0 <= slot < 1_000_000
    assert (explanation.steps[1].unit_kind, explanation.steps[1].unit_id) == ("user", "u-1")
    assert explanation.answer.variant == ("on" if slot < 500_000 else "off")


def conditions(steps):
    for step in steps:
        if step.kind == "CONDITION":
            yield step
        yield from conditions(step.steps)


def test_a_value_is_shown_unless_its_attribute_is_sensitive(engine):
    plan, email = conditions(engine.explain_segment("pros", PRO).steps)
    assert (plan.value, plan.masked) == ("Pro", False)
    assert (email.value, email.masked, email.state) == (None, True, "SET")
    assert (email.operator, email.operand) == ("ends_with", "")
    assert "ada" not in repr(engine.explain_segment("pros", PRO))


def test_what_is_not_known_is_told_behind_what_is(engine):
    context = Context("u-1", {"plan": "pro"}, unknown=["email"])
    explanation = engine.explain_segment("pros", context, now=NOW)
    assert explanation.answer.state == "UNKNOWN"
    assert [(step.name, step.state, step.outcome) for step in conditions(explanation.steps)] == [
        ("plan", "SET", "TRUE"),
        ("email", "UNKNOWN", "UNKNOWN"),
        ("seen", "UNSET", "FALSE"),
    ]


def test_a_relative_date_reads_as_it_is_written(engine):
    seen = list(conditions(engine.explain_segment("pros", Context("u", {"plan": "pro"})).steps))
    assert seen[2].operand == "30 days ago"


def test_layers_holdouts_traffic_and_variants_show_their_slots(engine):
    steps = engine.explain("test", PRO, now=NOW).steps
    assert [(step.kind, step.name) for step in steps] == [
        ("HOLDOUT", "h"),
        ("AUDIENCE", "test"),
        ("LAYER", "checkout"),
        ("TRAFFIC", "test"),
        ("VARIANTS", "test"),
    ]
    assert all(0 <= step.slot < 1_000_000 for step in steps if step.kind != "AUDIENCE")


def test_what_an_experiment_looks_at_follows_the_rule_that_hands_over(engine):
    prerequisite, rule, *experiment = engine.explain("after", PRO, now=NOW).steps
    assert (prerequisite.kind, rule.kind) == ("PREREQUISITE", "RULE")
    assert rule.steps[0].operand == "bucket_between [0, 999]"
    assert rule.steps[0].slot is not None
    assert [step.kind for step in experiment][:2] == ["HOLDOUT", "AUDIENCE"]


def test_a_prerequisite_holds_its_own_way(engine):
    prerequisite = engine.explain("after", PRO, now=NOW).steps[0]
    assert (prerequisite.name, prerequisite.operator) == ("new", "variant_is")
    assert prerequisite.operand == "[off, on]"
    assert [step.name for step in prerequisite.steps] == ["staff", "pros"]


def test_a_fact_without_events_is_the_number_that_it_is_compared_as(engine):
    (unknown,) = conditions(engine.explain("facts", Context("u")).steps)
    assert (unknown.state, unknown.value, unknown.outcome) == ("UNKNOWN", None, "UNKNOWN")
    assert unknown.name == "event.count(buy)"


@pytest.mark.parametrize(
    "context",
    [PRO, Context(), Context("u-9", partial=True), Context("u", {"plan": ["a", 1, None]})],
    ids=str,
)
def test_a_server_explains_as_the_engine_does(engine, client, context):
    def told(explanation):
        return explanation._replace(answer=explanation.answer._replace(snapshot=None))

    for key in ("new", "after", "facts", "test"):
        ours, theirs = (one.explain(key, context, now=NOW) for one in (engine, client))
        assert told(ours) == told(theirs)
    ours, theirs = (one.explain_segment("pros", context, now=NOW) for one in (engine, client))
    assert told(ours) == told(theirs)
    assert all(isinstance(step, ExplainedStep) for step in theirs.steps)


def test_a_key_that_is_not_there_is_refused(engine, client):
    for one in (engine, client):
        with pytest.raises(FlagNotFound):
            one.explain("nothing")
        with pytest.raises(SegmentNotFound):
            one.explain_segment("nothing")
    with pytest.raises(InvalidArgument, match="key"):
        client.explain("")
