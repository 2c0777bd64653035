"""What comes in pieces is whole, bounded, and gone where the disk does not take it."""

import pytest

from turnout.serving.fetched import RefreshFailed
from turnout.serving.landing import Landing


def landed(path, most_bytes, *pieces):
    with Landing(path, most_bytes) as landing:
        for piece in pieces:
            landing.write(piece)
        return landing.at


def test_pieces_are_written_after_what_is_there(tmp_path):
    path = tmp_path / "a"
    assert landed(path, 10, b"01", memoryview(b"234")) == 5
    assert landed(path, 10, b"56789") == 10
    assert path.read_bytes() == b"0123456789"


def test_no_more_comes_than_was_said(tmp_path):
    path = tmp_path / "a"
    landed(path, 4, b"0123")
    with pytest.raises(RefreshFailed, match="larger than 4 bytes") as caught:
        landed(path, 4, b"4")
    assert caught.value.kind == "too_large"
    with Landing(path, 9) as landing, pytest.raises(RefreshFailed):
        landing.expect(6)
    assert path.read_bytes() == b"0123"


def test_what_is_there_can_be_dropped(tmp_path):
    path = tmp_path / "a"
    landed(path, 4, b"0123")
    with Landing(path, 4) as landing:
        landing.start_again()
        landing.write(b"abcd")
    assert path.read_bytes() == b"abcd"


def test_on_a_full_disk_nothing_is_left(tmp_path):
    path = tmp_path / "a"
    path.symlink_to("/dev/full")
    with pytest.raises(RefreshFailed, match="no space left on device") as caught:
        landed(path, 4, b"0123")
    assert caught.value.kind == "state_folder"
    assert not path.is_symlink()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RefreshFailed, match=r"cannot write .*no such file"):
        landed(tmp_path / "no" / "a", 4)
