"""The workspace: there from the first moment, changed by one at a time."""

import pytest

from turnout.store import Conflict

FIRST = {"key": "default", "timezone": "UTC", "attributes": {}}
NEW = {"key": "shop", "timezone": "Europe/Berlin", "attributes": {"plan": {"type": "string"}}}


def test_it_is_there_from_the_first_moment(store):
    with store.read() as tx:
        found = tx.workspace.get()
    assert found.body == FIRST
    assert found.etag


def test_a_change_has_an_event_and_another_etag(store, act):
    with store.write(act) as tx:
        first = tx.workspace.get()
        changed = tx.workspace.change(first, NEW)
        assert tx.workspace.change(changed, dict(NEW)) == changed
        [event] = tx.audit.page(resource="workspace")
    with store.read() as tx:
        assert tx.workspace.get() == changed
    assert changed.body == NEW
    assert changed.etag != first.etag
    assert (changed.version, event.before, event.after) == (event.number, FIRST, NEW)


def test_who_was_slower_is_told(store, act):
    with store.write(act) as tx:
        first = tx.workspace.get()
        changed = tx.workspace.change(first, NEW)
    with pytest.raises(Conflict) as conflict, store.write(act) as tx:
        tx.workspace.change(first, FIRST)
    assert conflict.value.etag == changed.etag
