"""The seal of a snapshot: what it refuses."""

import pytest

from turnout.snapshot.seal import NotSealed, message_of, open_seal, seal, seal_of

SEALED = seal(b"a message of some length, and no more than that")


def test_what_was_sealed_is_opened():
    assert bytes(open_seal(SEALED)) == b"a message of some length, and no more than that"
    assert bytes(message_of(SEALED)) == bytes(open_seal(SEALED))
    assert bytes(open_seal(seal(b""))) == b""


def test_bytes_that_were_cut_or_changed_are_refused_wherever():
    for length in range(len(SEALED)):
        with pytest.raises(NotSealed):
            open_seal(SEALED[:length])
    for at in range(len(SEALED)):
        changed = bytearray(SEALED)
        changed[at] ^= 1
        with pytest.raises(NotSealed):
            open_seal(bytes(changed))
    with pytest.raises(NotSealed):
        open_seal(SEALED + SEALED)


def test_the_message_alone_is_not_checked():
    changed = SEALED[:-1] + b"?"
    assert bytes(message_of(changed)).endswith(b"?")
    assert seal_of(changed) == seal_of(SEALED)
    with pytest.raises(NotSealed):
        message_of(b"something else")
