"""Every verb in every status, through real stubs: what the tables say, and nothing else."""

import pytest
from making import move

from turnout.control.lifecycle import MOVES, allowed, outcome
from turnout.control.v1 import experiment_pb2, flag_pb2, holdout_pb2, segment_pb2
from turnout.documents.models import MODELS
from turnout.store import Act

RULE = {"match": {"attribute": "p", "is": "x"}}
BODIES = {
    "segment": RULE,
    "flag": {"variants": {"on": True, "off": False}, "default": "off"},
    "experiment": {
        "variants": {
            "control": {"weight": "50%", "value": False},
            "green": {"weight": "50%", "value": True},
        }
    },
    "holdout": {"share": "5%", "scope": "all"},
}
ENUMS = {
    "segment": segment_pb2.SegmentStatus,
    "flag": flag_pb2.FlagStatus,
    "experiment": experiment_pb2.ExperimentStatus,
    "holdout": holdout_pb2.HoldoutStatus,
}
KINDS = list(BODIES)


def word(kind, message):
    return ENUMS[kind].Name(message.status).partition("STATUS_")[2].lower()


@pytest.mark.parametrize("kind", KINDS)
def test_every_verb_does_what_the_table_says_in_every_status(plane, refused, kind):
    service = getattr(plane, f"{kind}s")
    statuses = MODELS[kind].model_fields["status"].annotation.__args__
    rows = dict.fromkeys((one.verb, one.option) for one in MOVES[kind])
    tried = 0
    for status in statuses:
        for verb, option in rows:
            tried += 1
            key = f"k-{tried}"
            started = status not in ("draft", "archived")
            with plane.store.write(Act("test", "Put")) as tx:
                tx.items.create(
                    kind, key, BODIES[kind], status, started=started,
                    resumes_to="enrolment_stopped" if status == "paused" else "",
                )  # fmt: skip
            name, rpc = f"{kind}s/{key}", f"{verb}{kind.capitalize()}"
            options = {option: True} if option else {}
            rows_here = [
                one for one in MOVES[kind]
                if (one.verb, one.option) == (verb, option) and status in one.starts
            ]  # fmt: skip
            if rows_here:
                expected = outcome(
                    rows_here[0], status, started=started, resumes_to="enrolment_stopped"
                )
                assert word(kind, move(service, rpc, name, **options)) == expected
            else:
                with refused("FAILED_PRECONDITION", "FORBIDDEN_MOVE") as told:
                    move(service, rpc, name, **options)
                assert told[0].parts == {
                    "kind": kind, "key": key, "verb": verb, "status": status,
                    "allowed_verbs": ",".join(allowed(kind, status)),
                }  # fmt: skip
    assert tried == len(statuses) * len(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_an_etag_of_before_moves_nothing(plane, refused, kind):
    with plane.store.write(Act("test", "Put")) as tx:
        item = tx.items.create(kind, "k", BODIES[kind], "draft")
    verb = allowed(kind, "draft")[0]
    service, rpc = getattr(plane, f"{kind}s"), f"{verb}{kind.capitalize()}"
    with refused("ABORTED", "ETAG_MISMATCH") as told:
        move(service, rpc, item.name, etag="another")
    assert told[0].parts["etag"] == item.etag
    moved = move(service, rpc, item.name, etag=item.etag, validate_only=True)
    assert moved.etag != item.etag
    with plane.store.read() as tx:
        assert tx.items.get(kind, "k") == item
