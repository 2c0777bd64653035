"""The commands that the documents print, run as printed against the shop example.

In a `console` block, a line that begins with `$ ` is typed and the lines below it are what it
prints; `...` stands for anything.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DEFAULT_ADDRESS = "127.0.0.1:8013"


def commands():
    for page in PAGES:
        for block in CONSOLE.findall(page.read_text(encoding="utf-8")):
            for part in block.removeprefix("$ ").split("\n$ "):
                command, _, printed = part.partition("\n")
                yield pytest.param(command, printed.strip(), id=f"{page.name}: {command[:60]}")


@pytest.mark.parametrize(("command", "printed"), list(commands()))
def test_a_command_prints_what_stands_below_it(command, printed, shop_server):
    if command.startswith("curl ") and not shutil.which("curl"):
        pytest.skip("no curl on this machine")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "XDG_RUNTIME_DIR": str(shop_server.runtime_dir),
        "COLUMNS": "100",
    }
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace(DEFAULT_ADDRESS, shop_server.address)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    pattern = ".*".join(re.escape(part) for part in re.split(r"\.\.\.", printed))
    assert re.fullmatch(pattern, done.stdout.strip(), re.DOTALL), done.stdout + done.stderr


def test_the_commands_are_found():
    assert len(list(commands())) >= 6
