"""A member set that lies beside the snapshot in a folder of this machine."""

import pytest

from turnout.serving.fetched import RefreshFailed
from turnout.serving.file_origin import FileOrigin

CONTENT = bytes(range(256)) * 4000


@pytest.fixture
def beside(tmp_path):
    path = tmp_path / "origin" / "members" / "a.set"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def fetch(beside, tmp_path):
    origin = FileOrigin(beside.parent.parent / "current.snapshot", most_bytes=1)

    def fetch(most_bytes):
        origin.fetch_beside("a.set", tmp_path / "part", most_bytes)
        return (tmp_path / "part").read_bytes()

    return fetch


def failure(fetch, most_bytes):
    with pytest.raises(RefreshFailed) as caught:
        fetch(most_bytes)
    return caught.value


def test_it_is_copied_after_what_is_there(beside, fetch, tmp_path):
    beside.write_bytes(CONTENT)
    assert fetch(len(CONTENT)) == CONTENT
    (tmp_path / "part").write_bytes(CONTENT[:7])
    assert fetch(len(CONTENT)) == CONTENT


def test_what_cannot_be_copied_is_a_failure_of_its_kind(beside, fetch):
    assert failure(fetch, 9).kind == "missing"
    beside.write_bytes(CONTENT)
    assert failure(fetch, len(CONTENT) - 1).kind == "too_large"
    beside.unlink()
    beside.mkdir()
    assert failure(fetch, 9).kind == "unreachable"
