"""docs/architecture.md names every room, and gives every dependency its reason."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_every_python_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {text.split(">")[0].split("=")[0] for text in project["dependencies"]}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


def test_every_crate_that_is_built_upon_has_its_reason():
    names = set()
    for manifest in (ROOT / "crates").glob("*/Cargo.toml"):
        crate = tomllib.loads(manifest.read_text(encoding="utf-8"))
        names |= set(crate.get("dependencies", {})) | set(crate.get("build-dependencies", {}))
    ours = {path.parent.name for path in (ROOT / "crates").glob("*/Cargo.toml")}
    names -= {f"turnout-{name}" for name in ours}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


def test_every_room_is_named():
    source = ROOT / "src" / "turnout"
    rooms = {path.parent.name for path in source.glob("*/__init__.py")} - {"v1", "snapshot"}
    assert {room for room in rooms if f"`src/turnout/{room}`" not in PAGE} == set()
    crates = {path.parent.name for path in (ROOT / "crates").glob("*/Cargo.toml")}
    assert {crate for crate in crates if f"`crates/{crate}`" not in PAGE} == set()
