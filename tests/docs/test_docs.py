"""What the documents for people print is true: their blocks and tables are run.

A fenced block says after its language what it is: `documents` compiles, `refused` does not (a
comment at the end of a line holds what the problem on that line says), `run` is Python that runs
from the repository's root, the blocks of one page in one namespace.
"""

import re
from pathlib import Path

import pytest
import yaml

from turnout import CompileFailed, Context, Engine

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+) (documents|refused|run)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://)([^)#]+)(?:#[^)]*)?\)")
SPAN = re.compile(r"`([^`]+)`")
ABSENT = object()


def blocks(kind):
    """The blocks of one kind, each with its page and line."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            if match[2] == kind:
                line = text.count("\n", 0, match.start()) + 1
                yield pytest.param(match[3], id=f"{page.relative_to(ROOT)}:{line}")


@pytest.fixture
def document(tmp_path):
    def write(text):
        file = tmp_path / "document.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize("text", list(blocks("documents")))
def test_documents_compile(text, document):
    Engine.from_documents(document(text))


@pytest.mark.parametrize("text", list(blocks("refused")))
def test_refused_documents_say_why(text, document):
    with pytest.raises(CompileFailed) as failed:
        Engine.from_documents(document(text))
    told = [(problem.line, problem.message) for problem in failed.value.problems]
    for number, line in enumerate(text.splitlines(), start=1):
        if " # " in line:
            said = line.rpartition(" # ")[2].strip()
            assert any(at == number and said in message for at, message in told), (said, told)


@pytest.mark.parametrize("page", [p for p in PAGES if "```python run" in p.read_text()], ids=str)
def test_python_runs(page, shop_server, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(shop_server.runtime_dir))
    text = page.read_text(encoding="utf-8")
    names = {}
    for match in FENCE.finditer(text):
        if match[2] == "run":
            line = text.count("\n", 0, match.start(3))
            exec(compile("\n" * line + match[3], str(page), "exec"), names)


def operator_rows():
    """The rows of the operator tables in targeting.md: a condition, and values by its answer."""
    page = ROOT / "docs" / "targeting.md"
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[0].startswith("`{attribute: a,"):
            condition = SPAN.fullmatch(cells[0])[1].replace("\\|", "|")
            for state, cell in zip(("TRUE", "FALSE", "UNKNOWN"), cells[1:], strict=True):
                for span in SPAN.findall(cell):
                    name = f"targeting.md:{number} {condition} {span} {state}"
                    yield pytest.param(condition, span, state, id=name)


@pytest.mark.parametrize(("condition", "written", "state"), list(operator_rows()))
def test_operator_tables(condition, written, state, document):
    engine = Engine.from_documents(document(f"segments:\n  s:\n    match: {condition}\n"))
    attributes = {} if written == "absent" else {"a": yaml.safe_load(written)}
    assert engine.check_segment("s", Context("u-1", attributes)).state == state


def test_the_operator_tables_are_found():
    assert len(list(operator_rows())) > 100


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
