"""What the page of queries says of connections, templates and reasons is what there is."""

import re
from pathlib import Path

import pytest

from turnout.segments.connections import Connections
from turnout.segments.failures import Reason
from turnout.segments.templates import templates

PAGE = (Path(__file__).parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")
COMMON = {"table", "unit", "at", "days", "now"}


def test_its_file_of_connections_is_read(tmp_path):
    path = tmp_path / "connections.yaml"
    path.write_text(re.search(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1])
    connections = Connections.load(path)
    assert connections.kinds == {"clicks": "clickhouse", "events": "duckdb", "main": "postgresql"}


@pytest.mark.parametrize("template", templates().values(), ids=lambda one: one.name)
def test_each_template_is_told_with_its_parameters(template):
    row = re.search(rf"^\| `{template.name}` \| .* \|(.*)\|$", PAGE, re.MULTILINE)
    named = {one.name for one in template.parameters} - COMMON
    assert set(re.findall(r"`(\w+)`", row[1])) == named


def test_each_reason_is_told():
    for reason in Reason:
        assert f"`{reason}`" in PAGE
