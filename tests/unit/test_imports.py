"""What is not needed is not imported."""

import subprocess
import sys

import pytest

HEAVY = ["grpc", "pydantic", "yaml", "typer", "rich", "watchfiles", "sqlalchemy"]


@pytest.mark.parametrize(
    ("statement", "never"),
    [
        ("import turnout", [*HEAVY, "google", "turnout._core", "asyncio"]),
        ("import turnout.client", [*HEAVY, "turnout._core", "turnout.compiler"]),
        ("from turnout import Client; Client('localhost:1')", [*HEAVY, "turnout._core"]),
        ("import turnout.serving.sidecar", [*HEAVY, "obstore", "_hashlib"]),
        ("import turnout.releases.deposit, turnout.settings", ["obstore"]),
        ("import turnout.engine", [*HEAVY, "google", "turnout.compiler", "turnout.client"]),
        ("from turnout import Engine", [*HEAVY, "turnout.compiler", "turnout.documents"]),
    ],
)
def test_an_import_brings_nothing_heavy(statement, never):
    script = f"{statement}\nimport sys\nprint(*sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert not set(never) & set(printed.stdout.split())
