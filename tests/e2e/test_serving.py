"""From documents to answers, and from an edit to the next answer."""

import json
import re
import signal
import time
import urllib.error
import urllib.request

import pytest

from servers.waiting import wait_until
from turnout.client import Client
from turnout.results import Context, Unavailable


def get(server, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.admin_port}{path}") as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_first_answer_comes_from_the_documents(server):
    server.start()
    decision = server.wait_for_decision()
    assert (decision.variant, decision.value, decision.reason) == ("off", False, "DEFAULT")
    assert server.decide("a", plan="staff").variant == "on"
    assert decision.snapshot.revision == 1
    assert not decision.snapshot.stale


def test_it_says_where_it_serves_and_what(server):
    server.start()
    server.wait_for_decision()
    wait_until(lambda: "serves a new snapshot" in server.log, "the log")
    assert f"127.0.0.1:{server.port}" in server.log
    assert f"unix:{server.socket}" in server.log
    assert f"127.0.0.1:{server.admin_port}" in server.log


def test_tcp_answers_as_the_socket_does(server):
    server.start()
    server.wait_for_decision()
    with Client(f"127.0.0.1:{server.port}") as client:
        assert client.decide("a", Context("u-1")).variant == "off"


def test_health_pages_follow_the_snapshot(server):
    for document in server.documents.iterdir():
        document.unlink()
    server.start()
    wait_until(server.socket.exists, "the socket")
    with pytest.raises(Unavailable):
        server.decide()
    assert get(server, "/readyz")[0] == 503
    assert get(server, "/healthz")[0] == 200
    server.replace("a.yaml", server.flag("a"))
    server.wait_for_decision()
    assert get(server, "/readyz")[0] == 200


def test_a_renamed_file_is_served_within_a_moment(server):
    server.start()
    server.wait_for_decision()
    time.sleep(0.5)  # the watch is set up once the first answer is there
    taken = []
    for variant in ("on", "off", "on", "off", "on"):
        server.replace("a.yaml", server.flag("a", default=variant))
        began = time.monotonic()
        server.wait_for_variant(variant)
        taken.append(time.monotonic() - began)
    # The figure A8 is 0.2 s; a busy machine is given some room, a rescan (10 s) none.
    assert sorted(taken)[2] < 1.0


def test_a_file_written_in_place_added_or_deleted_is_followed(server):
    server.start()
    server.wait_for_decision()
    (server.documents / "a.yaml").write_text(server.flag("a", default="on"))
    server.wait_for_variant("on")
    (server.documents / "c.yaml").write_text(server.flag("c"))
    server.wait_for_variant("off", "c")
    (server.documents / "c.yaml").unlink()
    wait_until(lambda: server.tried("c") is None, "the end of `c`")


def test_each_new_content_is_one_revision_more_and_the_same_content_none(server):
    server.start()
    first = server.wait_for_decision().snapshot
    server.replace("a.yaml", server.flag("a", default="on"))
    second = server.wait_for_variant("on").snapshot
    server.replace("a.yaml", "# a remark\n" + server.flag("a", default="on"))
    time.sleep(0.5)
    assert server.decide().snapshot.id == second.id
    server.replace("a.yaml", server.flag("a"))
    third = server.wait_for_variant("off").snapshot
    assert [first.revision, second.revision, third.revision] == [1, 2, 3]
    assert third.id == first.id


def test_a_broken_item_is_answered_from_its_last_good_version_and_named(server):
    server.start()
    server.wait_for_decision()
    broken = server.flag("a").replace("serve: on", "serve: nowhere")
    server.replace("a.yaml", broken)
    server.replace("b.yaml", server.flag("b", default="on"))
    assert server.wait_for_variant("on", "b")
    assert server.decide("a", plan="staff").variant == "on"
    (problem,) = server.status().problems
    assert (problem.kind, problem.key, problem.serving_last_good) == ("flag", "a", True)
    assert problem.file.endswith("a.yaml")
    assert problem.line == 6
    assert "nowhere" in problem.message
    server.replace("a.yaml", server.flag("a"))
    wait_until(lambda: not server.status().problems, "the end of the problem")


def test_a_file_that_cannot_be_read_as_yaml_keeps_its_items(server):
    server.start()
    server.wait_for_decision()
    server.replace("a.yaml", "[" * 1_000_000)
    wait_until(lambda: server.status().problems, "a problem")
    assert server.decide("a", plan="staff").variant == "on"
    assert server.decide("b").variant == "off"


def test_a_broken_item_without_a_good_version_is_quarantined(server):
    server.replace("a.yaml", server.flag("a").replace("serve: on", "serve: nowhere"))
    server.start()
    assert server.wait_for_variant("off", "b")
    decision = server.decide("a")
    assert (decision.variant, decision.reason) == (None, "QUARANTINED")


def test_readings_that_failed_are_counted(server):
    server.start()
    server.wait_for_decision()
    for document in server.documents.iterdir():
        document.unlink()
    failed = re.compile(r'^turnout_refresh_failures_total\{kind="documents"\} [1-9]', re.MULTILINE)
    wait_until(lambda: failed.search(get(server, "/metrics")[1]), "the metric")
    assert server.decide().variant == "off"


def test_sighup_reads_again(server):
    server.start()
    server.wait_for_decision()
    server.child.send_signal(signal.SIGHUP)
    wait_until(lambda: "read the documents again" in server.log, "the log")
    assert server.decide().variant == "off"


def test_logs_can_be_json(server):
    server.start("--log-format", "json")
    server.wait_for_decision()
    server.stop()
    entries = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    assert {"server"} <= {entry["process"] for entry in entries}
