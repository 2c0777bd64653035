"""A store with a few items, and what is released of it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from item_bodies import RULE, flag

from turnout.releases.releases import Releases
from turnout.store import Act, Store


class Workspace:
    """A store and its releases, with the writes that tests want to do."""

    def __init__(self, store, **options):
        self.store = store
        self.releases = Releases(store, **options)

    def create(self, kind, key, body, status="", *, actor="anna", **more):
        with self.store.write(Act(actor, "Create")) as tx:
            return tx.items.create(kind, key, body, status, **more)

    def change(self, kind, key, *, actor="anna", **what):
        with self.store.write(Act(actor, "Update")) as tx:
            return tx.items.change(tx.items.get(kind, key), **what)

    def remove(self, kind, key, *, actor="anna"):
        with self.store.write(Act(actor, "Delete")) as tx:
            tx.items.remove(tx.items.get(kind, key))

    def change_workspace(self, *, actor="anna", **fields):
        with self.store.write(Act(actor, "UpdateWorkspace")) as tx:
            row = tx.workspace.get()
            tx.workspace.change(row, row.body | fields)

    def body(self, kind, key):
        with self.store.read() as tx:
            return tx.items.get(kind, key).body

    def publish(self, comment="", plan="", *, actor="bert"):
        return self.releases.publish(Act(actor, "Publish"), comment, plan)

    def rollback(self, revision, comment="", *, actor="bert"):
        return self.releases.rollback(Act(actor, "Rollback"), revision, comment)

    def sealed(self, revision):
        with self.store.read() as tx:
            return tx.snapshots.sealed(revision)


@pytest.fixture
def store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/store.db")
    yield store
    store.close()


@pytest.fixture
def room(store):
    """With a segment `pro`, and a flag `new-checkout` that is on for it."""
    room = Workspace(store)
    room.create("segment", "pro", RULE, "active")
    rules = [{"name": "pros", "when": {"segment": "pro"}, "serve": "on"}]
    room.create("flag", "new-checkout", flag(rules=rules), "enabled")
    return room
