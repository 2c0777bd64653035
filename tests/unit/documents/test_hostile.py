"""No text exhausts the reader, and what is refused has a place."""

import resource
import time
from json import dumps

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.documents import limits
from turnout.documents.document import read_document


def refusal(content, **options):
    document = read_document(content, **options)
    assert document.broken
    (fault,) = document.faults
    mark = document.locate(fault)
    return f"{mark.line}:{mark.column}: {fault.message}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"[", "1:65: nested more than 64 deep"),
        (b"[\n", "65:1: nested more than 64 deep"),
        (b"- ", "1:129: nested more than 64 deep"),
        (b"{", "1:2: the name of a field must be text"),
        (b"? ", "1:3: the name of a field must be text"),
        (b"a: ", "1:5: not YAML"),
        (b"{a: ", "1:257: nested more than 64 deep"),
    ],
)
@pytest.mark.parametrize("json", [False, True])
def test_five_million_brackets_are_refused_at_once(text, expected, json):
    content = text * (5_000_000 // len(text))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    assert refusal(content, json=json).startswith(expected)
    assert time.monotonic() - started < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


def test_aliases_are_bounded_by_what_they_stand_for():
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for name, before in zip("bcdefghi", "abcdefgh", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    assert "stand for more than 100000 values" in refusal("\n".join(lines).encode())


def test_aliases_are_bounded_in_number():
    aliases = b"flags: {a: &a {x: 1}, " + b", ".join(b"b%d: *a" % at for at in range(101)) + b"}"
    assert "more than 100 aliases" in refusal(aliases)
    assert not read_document(aliases.replace(b", b100: *a", b"")).faults


@pytest.mark.parametrize("text", [b"a: &a [*a]", b"a: *a", b"*a", b"a: [*b, &b 1]"])
def test_alias_without_a_finished_anchor(text):
    assert "no finished anchor" in refusal(text)


def test_documents_are_nested_64_deep_and_no_deeper():
    assert not read_document(b"flags: {x: %s1%s}" % (b"[" * 62, b"]" * 62)).faults
    assert "64 deep" in refusal(b"flags: {x: %s1%s}" % (b"[" * 63, b"]" * 63))


def test_large_files_are_refused_unread():
    assert "larger than 64 MiB" in refusal(b"#" * (limits.MAX_FILE_BYTES + 1))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("é: 1\nflags: é\xff".encode("latin-1"), "1:1: not UTF-8"),
        ("é: 1\n  é".encode() + b"\xff", "2:4: not UTF-8"),
        (b"\xff\xfef\x00", "1:1: not UTF-8"),
        ("é\n  é\x01".encode(), "2:4: not text: the character U+0001"),
        (b"flags: \0", "1:8: not text: the character U+0000"),
        (b"flags: {}\n---\nflags: {}", "2:1: a file holds one document"),
        (b"flags: {}\n...\nflags: {}", "3:1: not YAML"),
        (b"{[a]: b}", "1:2: the name of a field must be text"),
        (b"a: &x b\n*x : c", "2:1: the name of a field must be text"),
        (b"flags: @a", "1:8: not YAML"),
        (b"flags: 'a", "1:10: not YAML"),
        (b"\tflags: {}", "1:1: not YAML"),
    ],
)
def test_what_is_no_document(content, expected):
    assert refusal(content).startswith(expected)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(content):
    for json in (False, True):
        document = read_document(content, json=json)
        for fault in document.faults:
            mark = document.locate(fault)
            assert mark.line >= 1
            assert mark.column >= 1


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), TREES, max_size=4), st.booleans())
def test_json_means_what_json_says(tree, plain):
    text = dumps({"workspace": tree}, ensure_ascii=plain)
    document = read_document(text.encode(), json=True)
    assert not document.faults
    assert document.workspace == tree
