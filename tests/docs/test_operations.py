"""What docs/operations.md and docs/errors.md name is there."""

import re
import urllib.request
from pathlib import Path

import pytest

import turnout
from turnout import Client, Context
from turnout.control.admin_door import AdminDoor
from turnout.control.standing import Standing
from turnout.control.tally import Tally
from turnout.releases.current_snapshot import CurrentSnapshot
from turnout.settings import ServeSettings

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
METRICS = OPERATIONS.split("### Metrics of a control plane")
ERRORS = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")


def test_the_metrics_are_there(shop_server):
    client = Client(shop_server.address)
    client.decide("dark-mode", Context("u-1"))
    client.check_segment("europe", Context("u-1"))
    with urllib.request.urlopen(f"http://{shop_server.admin}/metrics", timeout=5) as reply:
        text = reply.read().decode()
    for name in set(re.findall(r"turnout_[a-z_]+", METRICS[0])):
        assert re.search(rf"^{name}", text, re.MULTILINE), name


def test_the_metrics_of_a_control_plane_are_all_that_there_are():
    deposit = {"revision": 0, "is_current": False, "failures": {}}
    tally = Tally(deposit=lambda: deposit)
    door = AdminDoor("", Standing(), tally, CurrentSnapshot())
    there = set(re.findall(r"^(turnout_[a-z_]+) ", door.exposition(), re.MULTILINE))
    assert set(re.findall(r"turnout_[a-z_]+", METRICS[1])) == there


@pytest.mark.parametrize("page", ["startupz", "readyz", "healthz"])
def test_the_health_pages_answer(shop_server, page):
    with urllib.request.urlopen(f"http://{shop_server.admin}/{page}", timeout=5) as reply:
        assert reply.status == 200


def test_the_settings_are_there():
    for name in set(re.findall(r"TURNOUT_([A-Z_]+)", OPERATIONS)):
        assert name.lower() in ServeSettings.model_fields


def test_the_limits_are_the_defaults():
    fields = ServeSettings.model_fields
    for name, number, unit in re.findall(
        r"\| `TURNOUT_(MAX_[A-Z_]+)` \| ([0-9,]+) ?(MiB|KiB)? \|", OPERATIONS
    ):
        factor = {"MiB": 1 << 20, "KiB": 1 << 10, "": 1}[unit]
        assert fields[name.lower()].default == int(number.replace(",", "")) * factor


def test_the_exceptions_are_there():
    for name in set(re.findall(r"\| `([A-Z][a-zA-Z]+[a-z])` \|", ERRORS)):
        assert issubclass(getattr(turnout, name), turnout.TurnoutError)
