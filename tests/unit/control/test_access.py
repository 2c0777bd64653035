"""Who may: the table of roles."""

import importlib
from collections import Counter
from pathlib import Path

import pytest
from google.longrunning import operations_pb2

from turnout.control import v1
from turnout.control.access import (
    NEEDED_BY,
    ROLES,
    Caller,
    needed_role,
    require_role,
)
from turnout.control.failures import PermissionDenied


def every_rpc():
    files = sorted(Path(v1.__file__).parent.glob("*_pb2.py"))
    ours = [importlib.import_module(f"{v1.__name__}.{file.stem}") for file in files]
    for module in (*ours, operations_pb2):
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
    reads = method.startswith(("Get", "List", "Plan", "Verify", "Export", "Wait"))
    of_tokens = "Token" in method
    assert (needed_role(method) == "viewer") == (reads and not of_tokens)


def test_what_is_in_no_table_is_refused_to_an_admin():
    with pytest.raises(PermissionDenied, match="in no table"):
        require_role(Caller("anna", "admin"), "DropEverything")
