"""Assignments that the caller carries, in the process and asked for at a server."""

from datetime import UTC, datetime

import pytest

from turnout import Client, Context, Engine, InvalidArgument, StickyAssignment
from turnout.compiler import compile_documents
from turnout.documents import read_mapping
from turnout.engine import DataPlane

NOW = datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def sealed(green):
    """An experiment that gives all units this variant."""
    experiment = {
        "status": "running",
        "variants": {
            "control": {"weight": "0%" if green else "100%", "value": 1},
            "green": {"weight": "100%" if green else "0%", "value": 2},
        },
    }
    return compile_documents(read_mapping({"experiments": {"button": experiment}})).seal()


@pytest.fixture(scope="module", params=["engine", "client"])
def doors(request, tmp_path_factory):
    """Asks by the snapshot that gives everyone `green`, and by the one that gives `control`."""
    snapshots = [sealed(green=True), sealed(green=False)]
    if request.param == "engine":
        yield [Engine.from_snapshot(snapshot) for snapshot in snapshots]
        return
    planes, clients = [], []
    for number, snapshot in enumerate(snapshots):
        path = tmp_path_factory.mktemp("carried") / f"{number}.sock"
        planes.append(DataPlane(unix_socket=path))
        planes[-1].start()
        planes[-1].load(snapshot)
        clients.append(Client(f"unix:{path}"))
    yield clients
    for client, plane in zip(clients, planes, strict=True):
        client.close()
        plane.drain(1.0)


def test_a_caller_is_told_what_to_keep_and_gets_it_again(doors):
    green, control = doors
    first = green.decide("button", Context("u-1"), now=NOW)
    assert (first.variant, first.reason) == ("green", "ASSIGNED")
    assert first.assignments_to_persist == (
        StickyAssignment("button", 1, "user", "u-1", "green", NOW, first.snapshot.id),
    )
    carried = Context("u-1", sticky_assignments=first.assignments_to_persist)
    again = control.decide("button", carried, now=NOW)
    assert (again.variant, again.reason) == ("green", "STICKY")
    assert again.assignments_to_persist == ()
    assert control.decide("button", Context("u-1"), now=NOW).variant == "control"
    assert control.decide_many(["button"], carried)[0].variant == "green"
    assert control.decide_all(carried)[0].variant == "green"


def test_of_two_records_of_an_epoch_the_later_one_counts(doors):
    first = StickyAssignment("button", 1, "user", "u-1", "control", NOW)
    carried = iter([first, first._replace(variant="green")])
    decision = doors[1].decide("button", Context("u-1", sticky_assignments=carried))
    assert (decision.variant, decision.reason) == ("green", "STICKY")


def test_a_record_of_somebody_else_does_not_count(doors):
    record = StickyAssignment("button", 1, "user", "u-2", "green", NOW)
    decision = doors[1].decide("button", Context("u-1", sticky_assignments=[record]))
    assert (decision.variant, decision.reason) == ("control", "ASSIGNED")


GOOD = StickyAssignment("button", 1, "user", "u-1", "green", NOW)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (GOOD, "sticky_assignments"),
        (7, "sticky_assignments"),
        ([GOOD, "text"], "sticky_assignments[1]"),
        ([GOOD, tuple(GOOD)], "sticky_assignments[1]"),
        ([GOOD._replace(experiment="")], "experiment"),
        ([GOOD._replace(unit_kind="")], "unit_kind"),
        ([GOOD._replace(unit_id="")], "unit_id"),
        ([GOOD._replace(variant="")], "variant"),
        ([GOOD._replace(variant=None)], "variant"),
        ([GOOD._replace(epoch=-1)], "epoch"),
        ([GOOD._replace(epoch=2**32)], "epoch"),
        ([GOOD._replace(assigned_at=None)], "assigned_at"),
        ([GOOD._replace(assigned_at=NOW.replace(tzinfo=None))], "assigned_at"),
        ([GOOD._replace(assigned_at=datetime(3000, 1, 1, tzinfo=UTC))], "assigned_at"),
    ],
)
def test_what_is_no_record_is_refused_by_name(doors, given, named):
    with pytest.raises(InvalidArgument) as refused:
        doors[0].decide("button", Context("u-1", sticky_assignments=given))
    assert named in str(refused.value)


def test_the_source_of_events_was_reached_or_not(doors):
    # Both say the same of it; what it means for a fact is told by the cases in conformance.
    for reached in (True, False):
        context = Context("u-1", events_reached=reached)
        assert doors[0].decide("button", context).variant == "green"
