"""Who may: the table of roles, and the limits of a token."""

import importlib
from collections import Counter
from pathlib import Path

import pytest

from turnout.control import v1
from turnout.control.access import (
    NEEDED_BY,
    ROLES,
    Caller,
    needed_role,
    require_no_limits,
    require_reach,
    require_role,
)
from turnout.control.failures import PermissionDenied


def every_rpc():
    for file in sorted(Path(v1.__file__).parent.glob("*_pb2.py")):
        module = importlib.import_module(f"{v1.__name__}.{file.stem}")
        for service in module.DESCRIPTOR.services_by_name.values():
            yield from (method.name for method in service.methods)


RPCS = list(every_rpc())


def test_every_rpc_of_every_service_has_one_role():
    listed = Counter(method for methods in NEEDED_BY.values() for method in methods)
    assert set(listed) == set(RPCS)
    assert set(listed.values()) == {1}
    assert tuple(NEEDED_BY) == ROLES


def test_names_of_rpcs_tell_services_apart():
    assert len(RPCS) == len(set(RPCS)) > 60


@pytest.mark.parametrize("method", RPCS)
def test_a_role_may_all_that_the_one_before_may(method):
    needed = ROLES.index(needed_role(method))
    for at, role in enumerate(ROLES):
        caller = Caller("anna", role)
        if at >= needed:
            require_role(caller, method)
        else:
            with pytest.raises(PermissionDenied) as denied:
                require_role(caller, method)
            assert f"needs the role `{ROLES[needed]}`, and `anna` is `{role}`" in str(denied.value)
            assert denied.value.parts["needed"] == ROLES[needed]


@pytest.mark.parametrize("method", RPCS)
def test_what_only_reads_needs_the_smallest_role(method):
    reads = method.startswith(("Get", "List", "Plan", "Verify", "Export"))
    of_tokens = "Token" in method
    assert (needed_role(method) == "viewer") == (reads and not of_tokens)


def test_what_is_in_no_table_is_refused_to_an_admin():
    with pytest.raises(PermissionDenied, match="in no table"):
        require_role(Caller("anna", "admin"), "DropEverything")


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
    if may:
        require_reach(caller, f"flags/{key}", before, after)
    else:
        with pytest.raises(PermissionDenied, match=f"may not write `flags/{key}`"):
            require_reach(caller, f"flags/{key}", before, after)


def test_what_has_no_key_is_out_of_reach_of_every_limit():
    require_no_limits(Caller("anna", "admin"), "workspace")
    with pytest.raises(PermissionDenied, match="limited to keys that start with `a`"):
        require_no_limits(Caller("anna", "admin", ["a"]), "workspace")
    with pytest.raises(PermissionDenied, match="limited to the tags `t`"):
        require_no_limits(Caller("anna", "admin", [], ["t"]), "workspace")
