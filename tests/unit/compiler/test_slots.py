"""`share`: a slot below a percentage, by the salt of the item or its own."""

import pytest
from snapshots import compiled, content, experiment, flag, messages, segment


def slot(documents, section="segments"):
    whole = content(documents)
    item = getattr(whole, section)[0]
    if section == "segments":
        found = item.rule.slot
    elif section == "flags":
        found = item.rules[0].when.slot
    else:
        found = item.audience.slot
    return found.salt, found.start, found.end, whole.unit_kinds[found.unit]


def test_a_share_has_the_salt_of_its_item():
    assert slot(segment({"share": "10%"})) == ("s.share", 0, 100_000, "user")
    own = segment({"share": "0.5%", "unit": "device"}, salt="kept")
    assert slot(own) == ("kept.share", 0, 5_000, "device")
    rules = [{"when": {"share": "10%"}, "split": {"on": "100%"}, "salt": "other"}]
    assert slot(flag(rules, salt="x"), "flags")[0] == "x.share"
    assert slot(experiment(audience={"share": "10%"}), "experiments")[0] == "e.share"


def test_a_share_may_have_a_salt_of_its_own():
    assert slot(segment({"share": "10%", "salt": "q1"}))[0] == "q1.share"


def test_shares_of_one_item_share_its_salt():
    match = {"all": [{"share": "50%"}, {"share": "10%"}]}
    found = content(segment(match)).segments[0].rule.all.expressions
    assert {one.slot.salt for one in found} == {"s.share"}


@pytest.mark.parametrize(
    ("fields", "place"),
    [({"share": "10%"}, "b.match.share"), ({"share": "10%", "salt": "a"}, "b.match.salt")],
)
def test_two_items_cannot_have_one_salt(fields, place):
    salts = {"segments": {"a": {"match": {"share": "10%"}}, "b": {"salt": "x", "match": fields}}}
    if "salt" not in fields:
        del salts["segments"]["b"]["salt"]
        salts["segments"]["a"]["match"]["salt"] = "b"
    (message,) = messages(compiled(salts, {}))
    assert place in message
    assert "also that of segment `a`" in message


@pytest.mark.parametrize("share", ["10", 10, "101%", "0.00001%", None, "ten%"])
def test_what_is_no_share_is_refused(share):
    assert messages(compiled(segment({"share": share}), {}))
