"""Differences are told as people would tell them."""

import pytest

from turnout.releases.differences import MOST_LINES, differences


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"default": "off"}, {"default": "on"}, ['default: "off" → "on"']),
        ({}, {"unit": "company"}, ['unit: added "company"']),
        ({"unit": "company"}, {}, ['unit: removed "company"']),
        ({"killed": True}, {"killed": 1}, ["killed: true → 1"]),
        ({"tags": ["a", "b"]}, {"tags": ["b", "c"]}, ['tags: removed "a"', 'tags: added "c"']),
        ({"is": ["a", "b"]}, {"is": ["b", "a"]}, ['is: ["a", "b"] → ["b", "a"]']),
        (
            {"rules": [{"name": "ramp", "split": {"on": "5%"}}]},
            {"rules": [{"name": "new"}, {"name": "ramp", "split": {"on": "9%"}}]},
            ["rules: added `new`", 'rules[1].split.on: "5%" → "9%"'],
        ),
        (
            {"rules": [{"name": "a"}, {"name": "b"}]},
            {"rules": [{"name": "b"}, {"name": "a"}]},
            ["rules: in another order: `b`, `a`"],
        ),
        ({"rules": [{"name": "a"}]}, {"rules": []}, ["rules: removed `a`"]),
        (
            {"rules": [{"serve": "on"}]},
            {"rules": [{"serve": "off"}, {"serve": "on"}]},
            ['rules[0].serve: "on" → "off"', 'rules[1]: added {"serve": "on"}'],
        ),
        ({"match": {"is": 1}}, {"match": {"is": 1}}, []),
    ],
)
def test_a_line_for_each_difference(before, after, told):
    assert differences(before, after) == told


def test_ranges_follow_from_the_weights():
    before = {"split": {"on": "5%"}, "ranges": {"on": ["0%-5%"]}}
    after = {"split": {"on": "9%"}, "ranges": {"on": ["0%-9%"]}}
    assert differences(before, after) == ['split.on: "5%" → "9%"']


def test_ranges_alone_are_told():
    before, after = {"ranges": {"on": ["0%-5%"]}}, {"ranges": {"on": ["5%-10%"]}}
    assert len(differences(before, after)) == 2


def test_rules_of_one_name_are_told_by_place():
    before = {"rules": [{"name": "a", "serve": "on"}, {"name": "a", "serve": "on"}]}
    after = {"rules": [{"name": "a", "serve": "on"}, {"name": "a", "serve": "off"}]}
    assert differences(before, after) == ['rules[1].serve: "on" → "off"']


def test_very_many_differences_are_counted():
    lines = differences({}, {f"a{number}": number for number in range(MOST_LINES + 5)})
    assert len(lines) == MOST_LINES
    assert lines[-1] == "and 6 more differences"


def test_how_many_members_there_are_is_read_like_a_number():
    assert differences({"members": 0}, {"members": 14_941}) == ["members: 0 → 14,941"]
    assert differences({}, {"members": 14_941}) == ["members: added 14,941"]
    assert differences({"x": 1000}, {"x": 2000}) == ["x: 1000 → 2000"]
