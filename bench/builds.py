"""Builds what is measured with the release profile: LTO, one codegen unit."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("turnout-bench-floor-h2", "turnout-bench-load", "turnout-bench-engine")
FEATURES = ("--features", "pyo3/extension-module")


@dataclass(frozen=True)
class Builds:
    """The built programs, and a folder with the Python package and its release module."""

    floor_h2: Path
    load: Path
    engine: Path
    site: Path
    """For PYTHONPATH: `turnout` with the native module of the release profile."""


def build() -> Builds:
    """Builds everything; cargo prints its progress."""
    _cargo("build", *(word for name in PACKAGES for word in ("-p", name)))
    # As the wheel is built: a library that is also an `rlib` would go without LTO.
    _cargo("rustc", "-p", "turnout-python", "--lib", "--crate-type", "cdylib", *FEATURES)
    target = _target() / "release"
    return Builds(
        floor_h2=target / "floor-h2",
        load=target / "bench-load",
        engine=target / "engine-cost",
        site=_site(target),
    )


def _cargo(command: str, *what: str) -> None:
    words = ["cargo", command, "--release", "--locked", *what]
    subprocess.run(words, cwd=ROOT, check=True)


def _target() -> Path:
    command = ["cargo", "metadata", "--format-version=1", "--no-deps", "--locked"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return Path(json.loads(done.stdout)["target_directory"])


def _site(target: Path) -> Path:
    """The package as it is, its native module swapped for the one of the release profile."""
    site = target / "bench-site"
    shutil.rmtree(site, ignore_errors=True)
    package = site / "turnout"
    package.mkdir(parents=True)
    for entry in (ROOT / "src" / "turnout").iterdir():
        if not entry.name.startswith("_core"):
            (package / entry.name).symlink_to(entry)
    shutil.copy(target / "lib_core.so", package / "_core.abi3.so")
    return site
