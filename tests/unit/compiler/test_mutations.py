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
        "lately": {
            "match": {
                "any": [
                    {"attribute": "seen", "is_since": "3 days ago", "rolling": True},
                    {"attribute": "seen", "is_between": ["today", "08:00 AM"], "zone": "user"},
                    {"attribute": "seen", "is_on_date": ["March 5", "2026-01-31"], "zone": "UTC"},
                    {"attribute": "app", "is_between": ["1.9", "1.10"]},
                    {"attribute": "ip", "is_not_in_cidr": ["10.0.0.0/8", "::1"]},
                    {"attribute": "at", "is_within": {"lat": 1.5, "lon": -2, "km": 3}},
                    {"share": "10%", "unit": "device", "salt": "own-share"},
                    {"flag": "b", "variant_is": ["x"]},
                    {"event": {"count": "buy", "window": "last 3 days"}, "is_at_least": 2},
                    {"event": {"last_at": "buy", "where": {"plan": "pro"}}, "is_past": "today"},
                ]
            }
        },
        "copy": {"copy_of": "west", "exclude_units": ["u-9"]},
        "aside": {"status": "paused", "match": {"attribute": "age", "is": 3}, "salt": "s"},
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
        "d": {
            "variants": {"on": True, "off": False},
            "default": "off",
            "prerequisites": [
                {"flag": "a", "variant_is": "on"},
                {"experiment": "e", "variant_is_not": ["b"]},
            ],
        },
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
            "layer": "l",
            "tags": ["t"],
            "ttl": "30 days",
            "fallback_unit": "device",
            "starts_at": "2026-03-01",
        },
        "g": {
            "status": "concluded",
            "layer": "l",
            "winner": "b",
            "winner_for": "everyone",
            "variants": {
                "control": {"weight": "50%", "value": False},
                "b": {"weight": "50%", "value": True},
            },
        },
    },
    "layers": {"l": {"allocations": {"e": ["0%-30%", "40%-50%"], "g": ["0%-100%"]}}},
    "holdouts": {
        "h": {"share": "5%", "scope": "all", "status": "running", "audience": {"segment": "west"}},
        "i": {"share": "5%", "scope": {"tags": ["t"]}, "ends_at": "2026-04-01T09:00:00Z"},
        "j": {"share": "5%", "scope": {"experiments": ["e"]}, "unit": "device"},
    },
}
NAMES = [
    "e",
    "g",
    "l",
    "h",
    "copy_of",
    "layer",
    "status",
    "a",
    "west",
    "salt",
    "rules",
    "a b",
    "\ud800",
]
SCRAPS = [
    None, True, 0, -1, 10**40, 1.5, float("inf"), float("nan"), 2**63, [], {}, [[]], [None],
    "", "a", "e", "east", "west", "\ud800", "x" * 200, "50%", "(", {"": None}, {"all": []},
    {"segment": "west"}, {"segment": "all"}, {"kind": "everyone"},
    {"a": {"variants": {"x": 1}, "default": "x"}}, "draft", "running", "archived", "concluded",
    "0%-30%", ["20%-60%"], {"e": ["10%-20%"]}, "2026-01-01", {"flag": "d", "variant_is": "on"},
    "3 days ago", "1.2", "10.0.0.0/8", "user", "datetime(ms)", {"share": "5%"},
    {"event": {"sum": "a", "property": "p"}, "is": 1},
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
        assert all(problem.message for problem in (*result.problems, *result.warnings))
        history = result.history
        documents = mutate(documents, draw) if draw.random() < 0.8 else FIRST


def test_first_documents_are_good():
    assert not compile_documents(read_mapping(FIRST), {}).problems
