"""Documents that do not compile, and what is told about them."""

import golden
import pytest

from turnout import CompileFailed, Engine

REFUSED = dict(golden.refused_documents())


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name, tmp_path):
    case = REFUSED[name]
    file = tmp_path / "document.yaml"
    file.write_text("\n".join(case["yaml"]) + "\n", encoding="utf-8")
    with pytest.raises(CompileFailed) as failed:
        Engine.from_documents(file)
    told = failed.value.problems
    assert told
    for expected in case["problems"]:
        assert any(_meets(problem, expected) for problem in told), (expected, told)


def _meets(problem, expected):
    return all(
        getattr(problem, name) == expected[name]
        for name in ("kind", "key", "line")
        if name in expected
    ) and all(text in problem.message for text in expected["contains"])
