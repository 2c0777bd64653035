"""The limits of a token: which items it may write, and for which experiments a holdout of it is."""

import pytest

from turnout.control.access import Caller
from turnout.control.failures import PermissionDenied
from turnout.control.reach import require_no_limits, require_reach


def untagged(_):
    return ()


@pytest.mark.parametrize(
    ("prefixes", "tags", "key", "before", "after", "may"),
    [
        ([], [], "f", [], [], True),
        (["till-"], [], "till-a", [], [], True),
        (["till-"], [], "hero", [], [], False),
        ([], ["checkout"], "f", ["checkout"], ["checkout", "b"], True),
        ([], ["checkout"], "f", ["checkout"], [], False),
        ([], ["checkout"], "f", [], ["checkout"], False),
        (["till-"], ["checkout"], "till-a", [], [], True),
        (["till-"], ["checkout"], "hero", ["checkout"], ["checkout"], True),
    ],
)
def test_a_write_is_in_reach_before_and_after(prefixes, tags, key, before, after, may):
    caller = Caller("anna", "editor", prefixes, tags)
    bodies = {"tags": before}, {"tags": after}
    if may:
        require_reach(caller, f"flags/{key}", *bodies, tags_of=untagged)
    else:
        with pytest.raises(PermissionDenied, match=f"may not write `flags/{key}`"):
            require_reach(caller, f"flags/{key}", *bodies, tags_of=untagged)


def test_what_has_no_key_is_out_of_reach_of_every_limit():
    require_no_limits(Caller("anna", "admin"), "workspace")
    with pytest.raises(PermissionDenied, match="limited to keys that start with `a`"):
        require_no_limits(Caller("anna", "admin", ["a"]), "workspace")
    with pytest.raises(PermissionDenied, match="limited to the tags `t`"):
        require_no_limits(Caller("anna", "admin", [], ["t"]), "workspace")


@pytest.mark.parametrize(
    ("prefixes", "tags", "scope", "beyond"),
    [
        ([], [], "all", None),
        (["till-"], ["pay"], "all", "(all)"),
        (["till-"], [], {"experiments": ["till-a", "till-b"]}, None),
        (["till-"], [], {"experiments": ["till-a", "hero"]}, "(`hero`)"),
        (["till-"], ["pay"], {"experiments": ["till-a", "tagged"]}, None),
        ([], ["pay"], {"experiments": ["unknown"]}, "(`unknown`)"),
        (["till-"], ["pay"], {"tags": ["pay"]}, None),
        (["till-"], ["pay"], {"tags": ["pay", "other"]}, "(all with the tag `other`)"),
        (["till-"], [], {"tags": ["till-"]}, "(all with the tag `till-`)"),
    ],
)
def test_a_holdout_is_only_for_experiments_in_reach(prefixes, tags, scope, beyond):
    caller = Caller("anna", "editor", prefixes, tags)
    within = {"tags": tags, "scope": {"experiments": ["till-a"]} if prefixes else {"tags": tags}}
    wanted = {"tags": tags, "scope": scope}

    def tags_of(key):
        return {"tagged": ["pay"]}.get(key, ())

    for bodies in ([wanted], [within, wanted], [wanted, within]):
        if beyond is None:
            require_reach(caller, "holdouts/till-h", *bodies, tags_of=tags_of)
        else:
            with pytest.raises(PermissionDenied, match="a token without any") as denied:
                require_reach(caller, "holdouts/till-h", *bodies, tags_of=tags_of)
            assert f"out of experiments beyond {beyond}" in str(denied.value)
            assert denied.value.parts == {"name": "holdouts/till-h", "actor": "anna"}
    require_reach(caller, "segments/till-s", wanted, tags_of=tags_of)
