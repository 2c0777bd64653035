"""What the serving process imports."""

import json
import subprocess
import sys

HEAVY = {
    "annotated_types",
    "asyncio",
    "google",
    "grpc",
    "pydantic",
    "pydantic_core",
    "pydantic_settings",
    "rich",
    "sqlalchemy",
    "typer",
    "watchfiles",
    "yaml",
}
OURS_ABOVE = {"turnout.cli", "turnout.compiler", "turnout.documents", "turnout.settings"}


def test_the_serving_process_imports_nothing_heavy():
    listed = subprocess.run(
        [
            sys.executable,
            "-c",
            "import json, sys, turnout.server; print(json.dumps(sorted(sys.modules)))",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    modules = set(json.loads(listed.stdout))
    assert "turnout.engine" in modules
    assert {name.partition(".")[0] for name in modules} & HEAVY == set()
    assert modules & OURS_ABOVE == set()
