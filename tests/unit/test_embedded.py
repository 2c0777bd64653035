"""The engine in the process: from documents or a snapshot, the same answers."""

import inspect
import os

import pytest

from turnout import Client, CompileFailed, Context, Engine, FlagNotFound, SnapshotRefused
from turnout.compiler import compile_documents
from turnout.documents import read_mapping

DOCUMENT = {
    "segments": {"pros": {"match": {"attribute": "plan", "is": ["pro", "team"]}}},
    "flags": {
        "checkout": {
            "variants": {"on": True, "off": False},
            "default": "off",
            "rules": [{"name": "pros first", "when": {"segment": "pros"}, "serve": "on"}],
        }
    },
}
YAML = """\
segments: {pros: {match: {attribute: plan, is: [pro, team]}}}
flags:
  checkout:
    variants: {on: true, off: false}
    default: off
    rules:
      - {name: pros first, when: {segment: pros}, serve: on}
"""
PRO = Context("u-1", {"plan": "pro"})


def test_a_mapping_a_file_and_a_folder_are_the_same(tmp_path):
    (tmp_path / "sub").mkdir()
    file = tmp_path / "sub" / "a.yaml"
    file.write_text(YAML)
    sources = [DOCUMENT, {"a.yaml": DOCUMENT}, file, str(file), tmp_path, str(tmp_path)]
    engines = [Engine.from_documents(source) for source in sources]
    assert len({engine.snapshot.id for engine in engines}) == 1
    for engine in engines:
        assert type(engine) is Engine
        assert engine.decide("checkout", PRO).rule == "pros first"
        assert engine.decide("checkout").value is False
        assert engine.check_segment("pros", PRO).state == "TRUE"


def test_a_snapshot_is_taken_as_it_is():
    sealed = compile_documents(read_mapping(DOCUMENT)).seal(revision=9, published_by="me")
    for given in (sealed, bytearray(sealed), memoryview(sealed)):
        engine = Engine.from_snapshot(given)
        assert engine.snapshot.revision == 9
        assert engine.snapshot_status().published_by == "me"
    with pytest.raises(SnapshotRefused):
        Engine.from_snapshot(sealed[:-1])


def test_every_problem_is_told():
    broken = {
        "flags": {
            "a": {"variants": {"on": True}, "default": "of"},
            "b": {"variants": {"on": True}, "default": "on", "rules": [{"serve": "missing"}]},
        }
    }
    with pytest.raises(CompileFailed) as raised:
        Engine.from_documents(broken)
    assert {problem.key for problem in raised.value.problems} == {"a", "b"}


def test_a_path_that_is_not_there_is_told(tmp_path):
    with pytest.raises(OSError, match="nothing"):
        Engine.from_documents(tmp_path / "nothing")


def test_a_child_goes_on_deciding():
    engine = Engine.from_documents(DOCUMENT)
    assert engine.decide("checkout", PRO).variant == "on"
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        ended = 1
        try:
            ended = 0 if engine.decide("checkout", PRO).variant == "on" else 2
        finally:
            os._exit(ended)
    assert os.waitpid(child, 0)[1] == 0
    assert engine.decide("checkout", PRO).variant == "on"


def test_a_subclass_may_add_to_a_call():
    class Loud(Engine):
        def decide(self, key, context=None, **more):
            return super().decide(key.lower(), context, **more)

    assert Loud.from_documents(DOCUMENT).decide("CHECKOUT", PRO).variant == "on"
    with pytest.raises(FlagNotFound):
        Engine.from_documents(DOCUMENT).decide("CHECKOUT", PRO)


# What only a call to a server has.
REMOTE = {"timeout", "min_revision"}


@pytest.mark.parametrize(
    "name",
    [
        "decide",
        "decide_many",
        "decide_all",
        "check_segment",
        "check_segments",
        "matching_segments",
        "snapshot_status",
    ],
)
def test_client_and_engine_are_called_alike(name):
    own = inspect.signature(getattr(Engine, name)).parameters.values()
    other = inspect.signature(getattr(Client, name)).parameters.values()
    assert [(p.name, p.kind) for p in own if p.name != "self"] == [
        (p.name, p.kind) for p in other if p.name not in {"self", *REMOTE}
    ]


def test_it_says_which_snapshot_it_has():
    engine = Engine.from_documents(DOCUMENT)
    assert engine.snapshot.id[:12] in repr(engine)
    assert "a decision" in Engine.__doc__
    assert "FlagNotFound" in Engine.decide.__doc__
