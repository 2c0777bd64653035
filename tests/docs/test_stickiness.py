"""What docs/stickiness.md names is there."""

import re
import urllib.request
from pathlib import Path

from turnout.engine import DataPlane
from turnout.settings import ServeSettings

PAGE = (Path(__file__).parents[2] / "docs" / "stickiness.md").read_text(encoding="utf-8")


def test_the_metrics_are_there(tmp_path):
    plane = DataPlane(
        unix_socket=tmp_path / "t.sock",
        admin_address="127.0.0.1:0",
        sticky_file=tmp_path / "sticky.redb",
    )
    addresses = plane.start()
    with urllib.request.urlopen(f"http://{addresses.admin}/metrics", timeout=5) as reply:
        text = reply.read().decode()
    plane.drain(1.0)
    named = set(re.findall(r"`(turnout_[a-z_]+)`", PAGE))
    there = {line.split()[0] for line in text.splitlines() if line.startswith("turnout_sticky_")}
    assert named == there


def test_the_settings_are_there():
    fields = ServeSettings.model_fields
    rows = re.findall(r"^\| `TURNOUT_([A-Z_]+)` \| .* \| `?([\w,]+)`? \|$", PAGE, re.MULTILINE)
    assert len(rows) == 4
    for name, default in rows:
        kind = type(fields[name.lower()].default)
        assert fields[name.lower()].default == kind(default.replace(",", ""))
