"""Documents that try to exhaust the reader are refused, quickly and without harm."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from turnout import CompileFailed, Engine

TURNOUT = Path(sys.executable).parent / "turnout"

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
HOSTILE = {
    "five million opening brackets": "[" * 5_000_000,
    "five million opening braces": "{" * 5_000_000,
    "a deep block": "\n".join(" " * n + "a:" for n in range(2_000)),
    "a billion laughs": LAUGHS,
    "an anchor of itself": "flags: &a {f: *a}\n",
    "a tag that would run": "flags: !!python/object/apply:os.system [true]\n",
    "a thousand aliases": "a: &a x\nflags: [" + ", ".join(["*a"] * 1_000) + "]\n",
    "no text at all": "\x00\x01\x02\n",
    "no UTF-8": b"flags: \xff\xfe\n",
    "half a surrogate": 'segments: {"\\ud800": {kind: everyone}}\n',
    "two documents": "flags: {}\n---\nflags: {}\n",
    "a number of a million digits": "workspace: {key: " + "9" * 1_000_000 + "}\n",
}


@pytest.fixture(params=HOSTILE)
def hostile(request, tmp_path):
    file = tmp_path / "document.yaml"
    text = HOSTILE[request.param]
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_the_engine_refuses_it(hostile):
    began = time.monotonic()
    with pytest.raises(CompileFailed) as failed:
        Engine.from_documents(hostile)
    assert time.monotonic() - began < 10
    assert all(problem.line >= 1 for problem in failed.value.problems)
    assert all(len(problem.render()) < 2_000 for problem in failed.value.problems)


def test_check_ends_with_1(hostile):
    done = subprocess.run(
        [TURNOUT, "check", hostile], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
