"""What is told about broken documents, to the letter.

`TURNOUT_REGENERATE=1 pytest tests/unit/compiler/test_problems.py` writes the golden file again.
"""

import os
from pathlib import Path

import pytest

from turnout.compiler import CompileFailed, compile_documents
from turnout.documents import read_paths

GOLDEN = Path(__file__).with_name("problems.golden")
REGENERATE = bool(os.environ.get("TURNOUT_REGENERATE"))


def cases():
    for case in GOLDEN.read_text(encoding="utf-8").split("=== ")[1:]:
        name, _, rest = case.partition("\n")
        document, _, expected = rest.partition("--- problems\n")
        yield name, document, expected


CASES = list(cases())


def told(document, folder):
    file = folder / "a.yaml"
    file.write_text(document, encoding="utf-8")
    with pytest.raises(CompileFailed) as failed:
        compile_documents(read_paths(file))
    return "".join(f"{problem.render()}\n" for problem in failed.value.problems)


@pytest.mark.parametrize(("name", "document", "expected"), CASES, ids=[case[0] for case in CASES])
def test_problems_are_told_as_promised(name, document, expected, tmp_path):
    if REGENERATE:
        pytest.skip(f"`{name}` is being written again")
    assert told(document, tmp_path) == expected


def test_golden_file_is_written_again_only_when_asked(tmp_path):
    if not REGENERATE:
        assert all(expected for _, _, expected in CASES)
        return
    written = ""
    for name, document, _ in CASES:
        written += f"=== {name}\n{document}--- problems\n{told(document, tmp_path)}"
    GOLDEN.write_text(written, encoding="utf-8")
