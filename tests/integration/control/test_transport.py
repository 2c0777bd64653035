"""The wire: health, reflection, deadlines, bytes that are no message, the end, a lost store."""

import logging
import socket
import threading
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from making import make_flag

from servers.waiting import wait_until
from turnout.compiler import compile_documents
from turnout.control.standing import Standing
from turnout.control.tally import Tally
from turnout.control.tls_files import CannotListen
from turnout.control.v1 import flag_pb2
from turnout.documents import read_mapping
from turnout.releases.current_snapshot import CurrentSnapshot
from turnout.store import Act, Unavailable

CREATE = "/turnout.control.v1.FlagService/CreateFlag"


def create(key="f", **fields):
    return flag_pb2.CreateFlagRequest(
        flag={
            "variants": [{"name": "on", "value": {"boolean": True}}],
            "default_variant": "on",
            **fields,
        },
        flag_id=key,
    )


def raw(plane, method=CREATE):
    return plane.channel.unary_unary(method)


def test_health_says_serving_without_a_token(start):
    plane = start(authentication=True)
    stub = health_pb2_grpc.HealthStub(plane.channel)
    for name in ("", "turnout.control.v1.FlagService"):
        answer = stub.Check(health_pb2.HealthCheckRequest(service=name))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_health_follows_the_store_and_what_is_handed_out(start):
    """A snapshot that is handed out keeps the whole from being called unfit, not the services."""
    feed = CurrentSnapshot()
    standing = Standing(feed)
    standing.looked(answers=True)
    stub = health_pb2_grpc.HealthStub(start(standing=standing).channel)

    def told():
        answers = (
            stub.Check(health_pb2.HealthCheckRequest(service=name)).status
            for name in ("turnout.control.v1.FlagService", "")
        )
        return [health_pb2.HealthCheckResponse.ServingStatus.Name(one) for one in answers]

    assert told() == ["SERVING", "SERVING"]
    standing.looked(answers=False)
    wait_until(lambda: told() == ["NOT_SERVING", "NOT_SERVING"], "health says so")
    standing.looked(answers=True)
    wait_until(lambda: told() == ["SERVING", "SERVING"], "it is back")
    feed.put(compile_documents(read_mapping({})).seal(1))
    standing.looked(answers=False)
    wait_until(lambda: told() == ["NOT_SERVING", "SERVING"], "health says so")


def test_who_cannot_say_who_they_are_is_counted(start, refused):
    tally = Tally()
    plane = start(authentication=True, tally=tally)
    for _ in range(2):
        with refused("UNAUTHENTICATED"):
            make_flag(plane, "f")
    assert tally.unauthenticated == 2


def test_reflection_names_every_service(plane):
    stub = reflection_pb2_grpc.ServerReflectionStub(plane.channel)
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = stub.ServerReflectionInfo(iter([asked]))
    names = {one.name for one in answer.list_services_response.service}
    assert {f"turnout.control.v1.{name}Service" for name in
            ("Segment", "Flag", "Experiment", "Layer", "Holdout", "Workspace", "Release",
             "Audit", "Token", "Document")} <= names  # fmt: skip
    assert "grpc.health.v1.Health" in names


def test_bytes_that_are_no_message_are_the_callers_fault(plane, refused):
    with refused("INVALID_ARGUMENT", "MALFORMED_MESSAGE"):
        raw(plane)(b"\xff\xff\xff", timeout=5)
    with refused("INVALID_ARGUMENT", "MALFORMED_MESSAGE"):
        raw(plane)(b"\x12\x02\xff\xfe", timeout=5)


def test_a_message_over_the_limit_is_refused(start):
    plane = start(max_message_bytes=1024)
    with pytest.raises(grpc.RpcError) as failed:
        plane.flags.CreateFlag(create(description="x" * 1024))
    assert failed.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_an_item_that_is_too_large_for_the_log_is_refused(plane, refused):
    with refused("INVALID_ARGUMENT") as told:
        plane.flags.CreateFlag(create(description="x" * (1024 * 1024)))
    assert "at most 1,024 are allowed" in told[0].message


@pytest.mark.parametrize("path", ["/turnout.control.v1.FlagService/Nothing", "/x.Y/Z"])
def test_a_path_that_is_no_method_is_unimplemented(plane, refused, path):
    with refused("UNIMPLEMENTED", "UNKNOWN_METHOD") as told:
        raw(plane, path)(b"", timeout=5)
    assert told[0].parts == {"path": path}


def test_nothing_is_written_for_a_caller_who_has_gone(plane):
    held, begun = threading.Event(), threading.Event()

    def hold():
        with plane.store.write(Act("test", "Hold")):
            begun.set()
            held.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait(10)
    with pytest.raises(grpc.RpcError) as failed:
        plane.flags.CreateFlag(create(), timeout=0.3)
    assert failed.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    held.set()
    holder.join()
    # A later write comes after it, so it has had its turn.
    make_flag(plane, "later")
    time.sleep(0.2)
    names = [one.name for one in plane.flags.ListFlags(flag_pb2.ListFlagsRequest()).flags]
    assert names == ["flags/later"]


def test_a_store_that_is_gone_is_unavailable_and_may_be_tried_again(plane, refused, monkeypatch):
    def gone(*_, **__):
        raise Unavailable("the database is gone")

    monkeypatch.setattr(plane.store, "write", gone)
    with refused("UNAVAILABLE", "STORE_UNAVAILABLE") as told:
        plane.flags.CreateFlag(create())
    assert told[0].retry_s == 1
    assert "nothing was written" in told[0].message


def test_a_bug_is_internal_with_an_id_that_the_log_has(plane, refused, monkeypatch, caplog):
    def broken(*_, **__):
        raise ZeroDivisionError("a secret of the server")

    monkeypatch.setattr(plane.store, "read", broken)
    caplog.set_level(logging.ERROR)
    with refused("INTERNAL", "BUG") as told:
        plane.flags.ListFlags(flag_pb2.ListFlagsRequest())
    assert "secret" not in told[0].message
    (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.turnout_fields["bug"] == told[0].parts["id"]
    assert record.exc_info[0] is ZeroDivisionError


def test_many_problems_travel_as_far_as_there_is_room(plane, refused):
    rules = [{"serve": f"none-{at}-{'x' * 100}"} for at in range(500)]
    with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT") as told:
        plane.flags.CreateFlag(create(rules=rules))
    assert told[0].parts["problem_count"] == "500"
    assert 5 < len(told[0].fields) < 100


def test_long_words_of_the_user_travel_in_any_alphabet(plane, refused):
    for letter in ("x", "ü", "日"):
        rules = [{"serve": letter * 5000, "name": letter * 5000} for _ in range(20)]
        with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT") as told:
            plane.flags.CreateFlag(create(rules=rules))
        assert told[0].fields


def test_a_long_name_of_the_user_is_cut_in_errors(plane, refused):
    with refused("NOT_FOUND"):
        plane.flags.GetFlag(flag_pb2.GetFlagRequest(name=f"flags/{'k' * 96}"))
    with refused("INVALID_ARGUMENT", "BAD_NAME") as told:
        plane.flags.GetFlag(flag_pb2.GetFlagRequest(name=f"flags/{'ü' * 100_000}"))
    assert len(told[0].message) < 300


def test_calls_in_flight_are_finished_at_the_end(start):
    plane = start()
    held, begun = threading.Event(), threading.Event()

    def hold():
        with plane.store.write(Act("test", "Hold")):
            begun.set()
            held.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait(10)
    call = raw(plane).future(create().SerializeToString(), timeout=10)
    time.sleep(0.2)
    stopping = threading.Thread(target=plane.server.stop)
    stopping.start()
    time.sleep(0.2)
    assert stopping.is_alive()
    held.set()
    assert flag_pb2.Flag.FromString(call.result()).name == "flags/f"
    stopping.join(10)
    holder.join()
    assert not stopping.is_alive()
    with socket.socket() as probe:
        host, port = plane.server.address.split(":")
        assert probe.connect_ex((host, int(port))) != 0


def test_a_port_that_another_has_is_told(start):
    plane = start()
    with pytest.raises(CannotListen, match="another program has it"):
        start(listen=plane.server.address)


def test_stopping_twice_is_stopping_once(start):
    plane = start()
    plane.server.stop()
    plane.server.stop()


def test_many_callers_at_once_are_all_answered(plane):
    calls = [
        raw(plane).future(create(f"f-{at}").SerializeToString(), timeout=20) for at in range(50)
    ]
    assert len({flag_pb2.Flag.FromString(call.result()).name for call in calls}) == 50
