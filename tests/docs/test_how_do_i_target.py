"""Every table of docs/how-do-i-target.md is asked, of the snippet above it.

The first cell of a row holds contexts: attributes as YAML, then `as ID`, `NAME not known`,
`events reached` or `who was given VARIANT`. The other cells hold what the items at the head of
their columns answer to each of them.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from turnout import Context, Engine, StickyAssignment

PAGE = Path(__file__).parents[2] / "docs" / "how-do-i-target.md"
TEXT = PAGE.read_text(encoding="utf-8")
NOON = datetime.fromisoformat("2016-06-23T12:00:00-07:00")
SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SNIPPET = re.compile(r"^```yaml documents\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)
AFTER = re.compile(r"(as|given) `([^`]+)`")


class Loader(yaml.SafeLoader):
    """YAML as documents have it: a date is text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith("timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def cells(row):
    return [cell.strip() for cell in row.split("|")]


def contexts(cell):
    """The contexts of a cell: a new one begins at each mapping, or at the cell's begin."""
    starts = [match.start() for match in re.finditer(r"`\{", cell)] or [0]
    ends = [*starts[1:], len(cell)]
    return [cell[start:end] for start, end in zip(starts, ends, strict=True)]


def read(written, key):
    """One context, as it is asked of an item."""
    attributes = re.match(r"`(\{.*?\})`", written)
    after = dict(AFTER.findall(written))
    records = [
        StickyAssignment(key, 1, "user", after["as"], after["given"], NOON.astimezone(UTC))
    ] if "given" in after else []  # fmt: skip
    return Context(
        after.get("as"),
        yaml.load(attributes[1], Loader) if attributes else {},
        unknown=re.findall(r"`([^`]+)` not known", written),
        sticky_assignments=records,
        events_reached="events reached" in written,
    )


def questions():
    for title, body in SECTION.findall(TEXT):
        snippet, (head, _, *rows) = SNIPPET.search(body), ROW.findall(body)
        keys = [cell.strip("`") for cell in cells(head)[1:]]
        for row in rows:
            whom, *answers = cells(row)
            for written in contexts(whom):
                for key, answer in zip(keys, answers, strict=True):
                    name = f"{title}: {key} of {written}"
                    yield pytest.param(snippet[1], key, written, answer, id=name)


@pytest.mark.parametrize(("snippet", "key", "written", "answer"), list(questions()))
def test_a_row_answers_as_it_says(snippet, key, written, answer, tmp_path):
    file = tmp_path / "document.yaml"
    file.write_text(snippet, encoding="utf-8")
    engine, context = Engine.from_documents(file), read(written, key)
    if answer in ("TRUE", "FALSE", "UNKNOWN"):
        assert engine.check_segment(key, context, now=NOON).state == answer
    else:
        decision = engine.decide(key, context, now=NOON)
        assert f"`{decision.variant}`, {decision.reason}" == answer


def test_every_question_has_a_snippet_and_is_asked():
    sections = SECTION.findall(TEXT)
    assert len(sections) > 25
    for title, body in sections:
        assert SNIPPET.search(body), title
        assert len(ROW.findall(body)) > 2, title
    assert len(list(questions())) > 250


def test_the_list_of_questions_leads_to_all_of_them():
    anchors = [
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title, _ in SECTION.findall(TEXT)
    ]
    assert re.findall(r"\]\(#([^)]+)\)", TEXT) == anchors
