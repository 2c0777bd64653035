"""What is read of a sealed snapshot without a protobuf library, and what is refused."""

import hashlib

import pytest

from turnout.compiler import Compiled
from turnout.serving.sealed import read_sealed
from turnout.snapshot.seal import MAGIC, NotSealed
from turnout.snapshot.v1 import snapshot_pb2
from turnout.sources.last_known_good import open_sealed


def sealed_of(payload: bytes) -> bytes:
    return MAGIC + hashlib.sha256(payload).digest() + payload


@pytest.mark.parametrize("revision", [0, 1, 127, 128, 300, 2**32, 2**64 - 1])
def test_it_reads_what_the_library_reads(seal, revision):
    sealed = seal(revision)
    kept, read = open_sealed(sealed), read_sealed(sealed)
    assert (read.seal, read.id, read.revision) == (kept.seal, kept.header.id, revision)


def test_the_magic_is_that_of_the_compiler():
    assert Compiled(b"", (), {}).seal()[:8] == MAGIC == b"TURNOUT\x01"


def test_the_header_is_found_behind_fields_that_are_not_known():
    header = snapshot_pb2.Header(id="i", revision=7).SerializeToString()
    unknown = b"\x98\x06\x01" + b"\xa5\x06abcd" + b"\xa1\x06abcdefgh" + b"\xa2\x06\x02xy"
    payload = unknown + b"\x0a" + bytes([len(header)]) + header
    assert read_sealed(sealed_of(payload))[1:] == ("i", 7)


def test_what_is_cut_before_the_end_of_the_header_is_refused(seal):
    sealed = seal(3)
    begin = len(sealed_of(b""))
    end = begin + 2 + len(open_sealed(sealed).header.SerializeToString())
    for length in [*range(begin), *range(begin + 1, end)]:
        with pytest.raises(NotSealed):
            read_sealed(sealed[:length])


@pytest.mark.parametrize(
    "payload",
    [
        b"\x0a\x7f",
        b"\x0a",
        b"\x0b\x00",
        b"\xff" * 11,
        b"\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
        b"\x0a\x03\x0a\x01\xff",
        b"\x0d\x00",
    ],
)
def test_a_message_that_makes_no_sense_is_refused(payload):
    with pytest.raises(NotSealed, match="header cannot be read"):
        read_sealed(sealed_of(payload))


def test_a_message_without_a_header_has_no_revision():
    assert read_sealed(sealed_of(b""))[1:] == ("", 0)
