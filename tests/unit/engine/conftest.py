"""A small snapshot, made by hand: the door is tested without the compiler."""

import hashlib
import sys
from pathlib import Path

import pytest

from turnout.engine import Program
from turnout.snapshot.v1 import snapshot_pb2 as pb

sys.path.insert(0, str(Path(__file__).parent))


def seal(content, revision=3):
    """Sealed bytes, as the compiler writes them."""
    encoded = content.SerializeToString(deterministic=True)
    snapshot = pb.Snapshot(content=encoded)
    snapshot.header.id = hashlib.sha256(encoded).hexdigest()
    snapshot.header.revision = revision
    snapshot.header.published_by = "test"
    snapshot.header.published_at.seconds = 1_700_000_000
    snapshot.header.problems.add(kind="flag", key="broken", file="a.yaml", line=3, column=5)
    rest = snapshot.SerializeToString(deterministic=True)
    return b"TURNOUT\x01" + hashlib.sha256(rest).digest() + rest


def text_condition(attribute, *texts, operator=pb.OPERATOR_IS):
    condition = pb.Condition(attribute=attribute, operator=operator, type=pb.ATTRIBUTE_TYPE_STRING)
    for text in texts:
        condition.operands.add(text=text)
    return pb.Expression(condition=condition)


def content():
    made = pb.Content(
        semantics_version=1,
        compiler_version="test",
        attributes=["age", "interests", "plan"],
        unit_kinds=["company", "user"],
    )
    made.workspace.key, made.workspace.timezone = "default", "UTC"
    pro = made.segments.add(key="pro", status=pb.SEGMENT_STATUS_ACTIVE, unit=1, tags=["paying"])
    pro.rule.CopyFrom(text_condition(2, "pro", "team"))
    gardeners = made.segments.add(key="zz-gardeners", status=pb.SEGMENT_STATUS_ACTIVE, unit=1)
    condition = gardeners.rule.condition
    condition.attribute, condition.operator = 1, pb.OPERATOR_CONTAINS
    condition.type = pb.ATTRIBUTE_TYPE_LIST
    condition.operands.add(text="plants")
    _flag(made, "a-object", pb.FLAG_TYPE_OBJECT)
    _flag(made, "b-disabled", pb.FLAG_TYPE_BOOLEAN, status=pb.FLAG_STATUS_DISABLED)
    flag = _flag(made, "checkout", pb.FLAG_TYPE_STRING, tags=["shop"])
    rule = flag.rules.add(name="the pros", serve=1, on_unknown=pb.ON_UNKNOWN_NO_MATCH)
    rule.when.segment = 0
    age = flag.rules.add(name="rules[1]", serve=2, on_unknown=pb.ON_UNKNOWN_NO_MATCH)
    number = age.when.condition
    number.attribute, number.operator = 0, pb.OPERATOR_IS_AT_LEAST
    number.type = pb.ATTRIBUTE_TYPE_NUMBER
    number.operands.add(number="18")
    return made


def _flag(made, key, kind, *, status=pb.FLAG_STATUS_ENABLED, tags=()):
    flag = made.flags.add(key=key, type=kind, status=status, unit=1, tags=tags)
    for name in ("off", "on", "grown"):
        value = flag.variants.add(name=name).value
        if kind == pb.FLAG_TYPE_OBJECT:
            field = value.object.fields.add(name="colours")
            field.value.list.values.add().string = name
        elif kind == pb.FLAG_TYPE_BOOLEAN:
            value.boolean = name == "on"
        else:
            value.string = name.upper()
    return flag


@pytest.fixture(scope="session")
def seal_content():
    """Seals a content of the test's own."""
    return seal


@pytest.fixture(scope="session")
def sealed():
    return seal(content())


@pytest.fixture
def program(sealed):
    return Program(sealed)


@pytest.fixture(scope="session")
def another():
    """The same with one change: `checkout` has one rule less."""
    changed = content()
    del changed.flags[2].rules[1]
    return seal(changed, revision=4)


@pytest.fixture
def one_variant():
    """The same, but both rules of `checkout` serve `on`."""
    changed = content()
    changed.flags[2].rules[1].serve = 1
    return Program(seal(changed))
