"""What the tests of refreshing share: snapshots, a data plane that remembers, a hostile server."""

import pytest

from servers.hostile import HostileServer
from servers.waiting import wait_until
from turnout.compiler import compile_documents
from turnout.documents import read_mapping
from turnout.engine import member_segments, named_member_sets
from turnout.serving.gathering import Gathering
from turnout.serving.member_folder import MemberFolder
from turnout.serving.sealed import read_sealed
from turnout.snapshot.seal import open_seal


class Served:
    """A data plane that remembers what it was told, and refuses what it is told to."""

    def __init__(self):
        self.loaded = []
        self.confirmed = 0
        self.refuses = set()
        self.ages = []
        self.failed = []
        self.lacking = []

    def load(self, sealed, *, confirmed=True, age_s=0.0, members=None):
        open_seal(sealed)
        read = read_sealed(sealed)
        if read.seal in self.refuses:
            raise ValueError("its semantics version 2 is newer than 1")
        folder = MemberFolder(members)
        self.lacking.append({one.sha256 for one in folder.missing(named_member_sets(sealed))})
        self.loaded.append((read.revision, confirmed))
        self.ages.append(age_s)

    def give_back(self):
        pass

    def confirm(self):
        self.confirmed += 1

    def refresh_failed(self, kind, times=1):
        self.failed += [kind] * times

    def wait_for(self, revision):
        wait_until(lambda: self.loaded and self.loaded[-1][0] == revision, f"revision {revision}")


@pytest.fixture
def served():
    return Served()


@pytest.fixture
def gathering(tmp_path):
    """Makes what brings the sets of an origin's snapshots."""

    def gathering(origin, *, most_bytes=1 << 20):
        folder = MemberFolder(tmp_path / "members")
        return Gathering(folder, origin, segments=member_segments, most_bytes=most_bytes)

    return gathering


@pytest.fixture
def server():
    hostile = HostileServer()
    yield hostile
    hostile.close()


@pytest.fixture(scope="session")
def seal():
    """Makes sealed snapshots; another `default` is another content."""

    def seal(revision, *, default="on", by="test"):
        flag = {"variants": {"on": True, "off": False}, "default": default}
        compiled = compile_documents(read_mapping({"flags": {"a": flag}}))
        return compiled.seal(revision=revision, published_by=by)

    return seal
