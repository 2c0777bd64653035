"""What the serving process imports."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "aiohttp",
    "alembic",
    "annotated_types",
    "asyncio",
    "google",
    "grpc",
    "psycopg",
    "pydantic",
    "pydantic_core",
    "pydantic_settings",
    "rich",
    "sqlalchemy",
    "typer",
    "watchfiles",
    "yaml",
}
OURS_ABOVE = {
    "turnout.addresses", "turnout.cli", "turnout.compiler", "turnout.documents", "turnout.settings",
}  # fmt: skip


def imported_with(*modules: str) -> set[str]:
    script = f"import json, sys, {', '.join(modules)}; print(json.dumps(sorted(sys.modules)))"
    listed = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return set(json.loads(listed.stdout))


@pytest.mark.parametrize("role", [(), ("turnout.serving.sidecar",)])
def test_the_serving_process_imports_nothing_heavy(role):
    modules = imported_with("turnout.server", *role)
    assert "turnout.engine" in modules
    assert {name.partition(".")[0] for name in modules} & HEAVY == set()
    assert modules & OURS_ABOVE == set()


def test_only_a_sidecar_imports_what_fetches():
    assert not imported_with("turnout.server") & {"http.client", "ssl", "turnout.serving.sidecar"}
