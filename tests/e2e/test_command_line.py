"""From a folder to a decision and back by commands alone, each a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from servers.waiting import wait_until

SHOP = Path(__file__).parents[2] / "examples" / "shop"
KEY = "free-shipping-from"
CONFLICT = 8


@pytest.fixture
def server(controlled):
    server = controlled().start()
    wait_until(lambda: turnout(server, "snapshots").returncode == 0, "the control plane")
    return server


def turnout(server, *arguments):
    environment = {name: os.environ[name] for name in os.environ if "TURNOUT" not in name}
    environment |= {"TURNOUT_CONTROL": f"127.0.0.1:{server.control_port}", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "turnout.cli", *map(str, arguments)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def done(server, *arguments):
    found = turnout(server, *arguments)
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_a_folder_becomes_decisions_and_a_rollback_takes_them_back(server, tmp_path):
    shop = tmp_path / "shop"
    shutil.copytree(SHOP, shop)
    assert turnout(server, "apply", shop).returncode == 2  # nobody could be asked
    done(server, "apply", shop, "--yes", "--publish", "--comment", "first")
    server.wait_for_variant("normal", KEY)
    file = shop / "checkout.yaml"
    file.write_text(file.read_text().replace("default: normal", "default: gift"))
    assert turnout(server, "diff", shop).returncode == 1
    told = json.loads(done(server, "apply", shop, "--yes", "--publish", "-o", "json"))
    assert [one["name"] for one in told["changes"]] == [f"flags/{KEY}"]
    assert server.wait_for_variant("gift", KEY).snapshot.id == told["published"]["id"]
    done(server, "rollback", "1", "--yes")
    assert server.wait_for_variant("normal", KEY).snapshot.revision == 3
    methods = [event["method"] for event in json.loads(done(server, "audit", "-o", "json"))]
    assert methods[:2] == ["Rollback", "Publish"]
    assert done(server, "audit", "verify").startswith("intact: ")


def test_what_was_typed_for_one_version_is_not_done_to_another(server, tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(server.flag("a"))
    done(server, "apply", file, "--yes", "--publish")
    etag = json.loads(done(server, "flag", "get", "a", "-o", "json"))["etag"]
    done(server, "flag", "disable", "a", "--etag", etag)
    assert turnout(server, "flag", "enable", "a", "--etag", etag).returncode == CONFLICT
    done(server, "publish", "--yes")
    wait_until(lambda: server.decide("a").reason == "DISABLED", "that nobody decides")
