"""The data plane as Python holds it: started, fed, described, ended."""

import asyncio
import contextlib
import os
import socket
import threading

import pytest

from turnout.client import AsyncClient, Client
from turnout.engine import DataPlane
from turnout.results import (
    BindError,
    Context,
    FlagNotFound,
    InvalidArgument,
    SegmentNotFound,
    SnapshotRefused,
    TypeMismatch,
    Unavailable,
)


@pytest.fixture
def plane(tmp_path):
    made = DataPlane(
        grpc_address="127.0.0.1:0",
        unix_socket=tmp_path / "turnout.sock",
        admin_address="localhost:0",
        stale_after_s=300,
    )
    yield made
    made.drain(1.0)


@pytest.fixture
def served(plane, sealed):
    addresses = plane.start()
    plane.load(sealed)
    return addresses


@pytest.fixture(params=["unix", "tcp"])
def client(request, served):
    with Client(f"unix:{served.unix}" if request.param == "unix" else served.grpc) as client:
        yield client


CONTEXTS = [
    Context(),
    Context("u-1", {"plan": "pro"}),
    Context("u-1", {"plan": "free", "age": 20, "interests": ["plants", "books"]}),
    Context("u-1", {"age": 5}, unknown=["plan"]),
    Context("u-1", {"plan": None, "age": 3.5}, units={"company": "c-1"}, partial=True),
]


def aged(answer):
    """Without the age, which an engine does not have."""
    if not hasattr(answer, "snapshot"):
        return answer
    return answer._replace(snapshot=answer.snapshot._replace(age=0.0))


@pytest.mark.parametrize("context", CONTEXTS)
def test_client_and_engine_answer_alike(client, program, context):
    for key in program.keys:
        assert aged(client.decide(key, context)) == program.decide(key, context)
    for key in program.segment_keys:
        assert aged(client.check_segment(key, context)) == program.check_segment(key, context)
    keys = [*program.keys, "nothing"]
    answers = client.decide_many(keys, context)
    assert [aged(answer) for answer in answers] == program.decide_many(keys, context)
    answers = client.decide_all(context, prefix="c")
    assert [aged(answer) for answer in answers] == program.decide_all(context, prefix="c")
    keys = [*program.segment_keys, "nothing"]
    answers = client.check_segments(keys, context)
    assert [aged(answer) for answer in answers] == program.check_segments(keys, context)
    matching, expected = client.matching_segments(context), program.matching_segments(context)
    assert matching == expected
    assert matching.unknown_keys == expected.unknown_keys


def test_client_and_engine_refuse_alike(client, program):
    for call, kind in (
        (lambda asked: asked.decide("nothing", Context()), FlagNotFound),
        (lambda asked: asked.check_segment("nothing", Context()), SegmentNotFound),
        (lambda asked: asked.decide("checkout", Context(), expected_type=bool), TypeMismatch),
        (lambda asked: asked.decide("", Context()), InvalidArgument),
        (
            lambda asked: asked.decide("checkout", Context("u", units={"user": "v"})),
            InvalidArgument,
        ),
    ):
        told = []
        for asked in (client, program):
            with pytest.raises(kind) as raised:
                call(asked)
            assert type(raised.value) is kind
            told.append(str(raised.value))
        assert told[0] == told[1] or kind is InvalidArgument
    assert client.decide("b-disabled", Context(), default=7).value == 7


def test_status_is_told_by_both(client, plane, program):
    status, own = client.snapshot_status(), plane.status()
    assert status[1:] == own[1:] == program.snapshot_status()[1:]
    assert status.snapshot.id == program.id
    assert client.snapshot.revision == 3


def test_without_a_snapshot_there_is_no_answer(plane):
    client = Client(f"unix:{plane.start().unix}")
    with pytest.raises(Unavailable):
        client.decide("checkout")
    assert plane.status() is None


def test_a_refused_snapshot_changes_nothing(plane, served, sealed):
    with pytest.raises(SnapshotRefused):
        plane.load(sealed[:-1])
    assert Client(served.grpc).decide("checkout").variant == "off"
    assert plane.stats()["load_failures"] == 1


def test_a_found_snapshot_is_stale_until_its_source_is_seen(plane, sealed):
    client = Client(plane.start().grpc)
    plane.load(sealed, confirmed=False, age_s=60)
    snapshot = client.decide("checkout").snapshot
    assert snapshot.stale
    assert 60 <= snapshot.age < 70
    assert plane.status().snapshot.stale
    plane.confirm()
    snapshot = client.decide("checkout").snapshot
    assert not snapshot.stale
    assert snapshot.age < 10


def test_what_happened_is_counted(plane, served):
    client = Client(served.grpc)
    client.decide("checkout")
    client.check_segment("pro")
    with pytest.raises(FlagNotFound):
        client.decide("nothing")
    stats = plane.stats()
    assert stats["decisions"] == 1
    assert stats["segment_checks"] == 1
    assert (stats["calls"], stats["calls_failed"]) == (3, 1)
    assert (stats["revision"], stats["loads"]) == (3, 1)
    assert stats["swap_longest_ns"] >= 0


def test_addresses_are_those_that_were_taken(served, tmp_path):
    assert served.unix == str(tmp_path / "turnout.sock")
    assert int(served.admin.rpartition(":")[2]) > 0
    assert repr(served).startswith("Addresses(grpc='127.0.0.1:")
    with pytest.raises(AttributeError):
        served.grpc = "x"


def test_two_servers_do_not_share_an_address(served, tmp_path):
    for own in (
        DataPlane(grpc_address=served.grpc),
        DataPlane(unix_socket=served.unix),
        DataPlane(unix_socket=tmp_path / "other.sock", admin_address=served.admin),
    ):
        with pytest.raises(BindError, match="another server holds it") as raised:
            own.start()
        assert isinstance(raised.value, OSError)


def test_a_stale_socket_file_is_replaced(tmp_path, sealed):
    path = tmp_path / "stale.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    plane = DataPlane(unix_socket=path)
    plane.start()
    plane.load(sealed)
    assert Client(f"unix:{path}").decide("checkout").variant == "off"
    assert plane.drain(1.0)
    assert not path.exists()


@pytest.mark.parametrize(
    "settings",
    [
        {"grpc_address": "everywhere"},
        {"grpc_address": "127.0.0.1:0", "stale_after_s": -1},
        {"grpc_address": "127.0.0.1:0", "ready_max_age_s": float("nan")},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(InvalidArgument, match=next(reversed(settings))):
        DataPlane(**settings)


@pytest.mark.parametrize("settings", [{}, {"grpc_address": "127.0.0.1:0", "threads": 0}])
def test_what_cannot_start_says_why(settings):
    with pytest.raises(BindError, match="set "):
        DataPlane(**settings).start()


def test_it_is_started_once(plane, sealed):
    with pytest.raises(RuntimeError, match="call `start`"):
        plane.load(sealed)
    plane.start()
    with pytest.raises(RuntimeError, match="started already"):
        plane.start()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the plane has threads
def test_a_forked_child_cannot_use_it(plane, served, sealed):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        try:
            plane.load(sealed)
        except RuntimeError as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        assert "this is its fork" in answer.read()
    assert Client(f"unix:{served.unix}").decide("checkout").variant == "off"


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the plane has threads
def test_dropping_it_in_a_child_harms_nothing(tmp_path, sealed):
    path = tmp_path / "kept.sock"
    plane = DataPlane(unix_socket=path)
    plane.start()
    plane.load(sealed)
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        del plane
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert path.exists()
    assert Client(f"unix:{path}").decide("checkout").variant == "off"
    plane.drain(1.0)


def test_a_busy_python_holds_no_request_back(served):
    """Requests are answered while a thread of this process runs Python without a pause."""
    ended = threading.Event()

    def busy():
        while not ended.is_set():
            sum(range(1000))

    threads = [threading.Thread(target=busy) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        client = Client(f"unix:{served.unix}")
        assert [client.decide("checkout").variant for _ in range(20)] == ["off"] * 20
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def test_changes_are_watched(plane, served, another):
    async def watch():
        seen = []
        async with AsyncClient(served.grpc) as client:
            assert (await client.decide("checkout")).variant == "off"
            async with contextlib.aclosing(client.watch()) as changes:
                async for change in changes:
                    seen.append(change)
                    if len(seen) == 2:
                        break
                    plane.load(another)
        return seen

    first, second = asyncio.run(watch())
    assert (first.snapshot.revision, first.changed_keys) == (3, ())
    assert (second.snapshot.revision, second.changed_keys) == (4, ("checkout",))


def test_a_drain_ends_a_watch_with_unavailable(plane, served):
    async def watch():
        async for _ in AsyncClient(served.grpc).watch():
            threading.Thread(target=plane.drain, args=(1.0,)).start()

    with pytest.raises(Unavailable):
        asyncio.run(watch())
