"""Whatever is done to documents, a running server publishes what the engine links."""

import copy
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.compiler import compile_documents
from turnout.documents import read_mapping
from turnout.engine import Program

FIRST = {
    "workspace": {"key": "shop", "timezone": "Europe/Berlin"},
    "attributes": {"plan": "string", "age": {"type": "number"}, "likes": "list", "on": "boolean"},
    "segments": {
        "west": {
            "match": {
                "all": [
                    {"attribute": "plan", "is": ["pro", "team"], "case_sensitive": True},
                    {"any": [{"attribute": "age", "is_between": [1, 9]}, {"segment": "east"}]},
                    {"not": {"bucket_between": [970, 999]}},
                    {"attribute": "likes", "contains_any": ["a", 1]},
                    {"attribute": "plan", "matches": "^a.b$"},
                ]
            },
            "exclude": ["east"],
        },
        "east": {"kind": "static", "members": ["u-1"], "include_units": ["u-2"]},
        "all": {"kind": "everyone", "include": ["west"]},
    },
    "flags": {
        "a": {
            "variants": {"on": True, "off": False},
            "default": "off",
            "overrides": {"u-1": "on"},
            "rules": [
                {"when": {"segment": "west"}, "serve": "off"},
                {"name": "test", "experiment": "e"},
                {"split": {"on": "25%", "off": "75%"}, "salt": "own"},
            ],
        },
        "b": {"variants": {"x": {"deep": [1, None, {"a": 1.5}]}}, "default": "x", "tags": ["t"]},
        "c": {"variants": {"x": 1, "y": 2.5}, "default": "y", "salt": "c"},
    },
    "experiments": {
        "e": {
            "status": "running",
            "traffic": "50%",
            "audience": {"include": {"mode": "any", "segments": ["west"]}, "exclude": ["east"]},
            "variants": {
                "control": {"weight": "50%", "value": False},
                "b": {"weight": "50%", "value": True},
            },
        }
    },
}
NAMES = ["e", "a", "west", "salt", "rules", "a b", "\ud800"]
SCRAPS = [
    None, True, 0, -1, 10**40, 1.5, float("inf"), float("nan"), 2**63, [], {}, [[]], [None],
    "", "a", "e", "east", "west", "\ud800", "x" * 200, "50%", "(", {"": None}, {"all": []},
    {"segment": "west"}, {"segment": "all"}, {"kind": "everyone"},
    {"a": {"variants": {"x": 1}, "default": "x"}},
]  # fmt: skip


def containers(node):
    if isinstance(node, dict | list):
        if node:
            yield node
        for inner in node.values() if isinstance(node, dict) else node:
            yield from containers(inner)


def mutate(documents, draw):
    changed = copy.deepcopy(documents)
    container = draw.choice(list(containers(changed)))
    key = draw.choice(list(container)) if isinstance(container, dict) else 0
    match draw.randrange(4):
        case 0:
            del container[key]
        case 1 if isinstance(container, dict):
            container[draw.choice(NAMES)] = container.pop(key)
        case 2:
            others = list(containers(changed))
            container[key] = copy.deepcopy(draw.choice(others))
        case _:
            container[key] = copy.deepcopy(draw.choice(SCRAPS))
    return changed


@pytest.mark.timeout(300)
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_engine_links_what_is_published_after_any_change(seed):
    draw = random.Random(seed)
    documents, history = FIRST, {}
    for _ in range(8):
        result = compile_documents(read_mapping(documents), history)
        assert Program(result.seal()).id == result.id
        assert all(problem.message for problem in result.problems)
        history = result.history
        documents = mutate(documents, draw) if draw.random() < 0.8 else FIRST


def test_first_documents_are_good():
    assert not compile_documents(read_mapping(FIRST), {}).problems
