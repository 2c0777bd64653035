"""Facts about behaviour: attributes with canonical names."""

import pytest
from snapshots import compiled, content, messages, segment

from turnout.snapshot.v1 import snapshot_pb2 as pb


def facts(*events):
    match = {"any": [{"event": event, "is_set": True} for event in events]}
    return content(segment(match))


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"count": "purchase"}, "event.count(purchase)"),
        ({"count": "purchase", "window": "Last  30 Days"}, "event.count(purchase, last 30 days)"),
        ({"count": "a", "window": "last 1 days"}, "event.count(a, last 1 day)"),
        (
            {"sum": "purchase", "property": "price", "window": "last 7 days", "rolling": True},
            "event.sum(purchase, price, last 7 days rolling)",
        ),
        ({"last_at": "add to cart"}, 'event.last_at("add to cart")'),
        (
            {"avg": "buy", "property": "a, b", "where": {"plan": "pro", "n": [2.0, 1, 2]}},
            'event.avg(buy, "a, b", where {"n":[1,2],"plan":"pro"})',
        ),
        ({"count": "a", "where": {"x": ["y"]}}, 'event.count(a, where {"x":"y"})'),
    ],
)
def test_the_name_is_the_same_however_it_is_written(event, name):
    assert list(facts(event).attributes) == [name]


def test_what_no_events_give_is_told_by_the_measure():
    whole = facts({"sum": "a", "property": "p"}, {"count": "a"}, {"last_at": "a"})
    told = {whole.attributes[one.attribute]: one.no_events for one in whole.facts}
    assert told == {
        "event.count(a)": pb.NO_EVENTS_ZERO,
        "event.last_at(a)": pb.NO_EVENTS_UNSET,
        "event.sum(a, p)": pb.NO_EVENTS_ZERO,
    }
    assert [one.attribute for one in whole.facts] == sorted(one.attribute for one in whole.facts)


def test_a_fact_is_compared_as_a_number():
    found = content(segment({"event": {"count": "a"}, "is_at_least": 3})).segments[0].rule.condition
    assert found.type == pb.ATTRIBUTE_TYPE_NUMBER
    assert found.operands == [pb.Operand(number="3")]


def test_a_document_without_facts_says_nothing_of_them():
    assert not content(segment({"attribute": "a", "is": 1})).facts


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ({"event": {}, "is": 1}, "one of `count`"),
        ({"event": {"count": "a", "sum": "b", "property": "p"}, "is": 1}, "one of `count`"),
        ({"event": {"sum": "a"}, "is": 1}, "`sum` needs a `property`"),
        ({"event": {"count": "a", "property": "p"}, "is": 1}, "no place beside `count`"),
        ({"event": {"count": "a", "window": "30 days"}, "is": 1}, "write `last 30 days`"),
        ({"event": {"count": "a", "rolling": True}, "is": 1}, "without `window`"),
        ({"event": {"count": "a", "window": "last 0 days", "rolling": True}, "is": 1}, "is empty"),
        ({"event": {"count": "a", "where": {}}, "is": 1}, "`where` is empty"),
        ({"event": {"count": "a", "where": {"p": []}}, "is": 1}, "`p` has no value"),
        ({"event": {"count": "a", "where": {"p": {}}}, "is": 1}, "not a mapping"),
        ({"event": {"count": "a"}, "starts_with": "x"}, "the type here is `number`"),
        ({"event": {"count": "a"}}, "no operator"),
        ({"event": {"count": "a"}, "is": 1, "type": "number"}, "`type` has no place"),
        ({"event": {"counts": "a"}, "is": 1}, "`counts`, did you mean `count`?"),
    ],
)
def test_what_says_nothing_is_refused(condition, told):
    (message,) = messages(compiled(segment(condition), {}))
    assert told in message
