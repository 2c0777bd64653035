"""What is listed is found by an index: a page costs what it holds, not what the store holds."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def url(tmp_path):
    """Of SQLite alone: the planner of PostgreSQL decides by how much there is."""
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture
def plans(store):
    """The plans for what is asked inside."""

    def plans(ask):
        asked = []
        with store.read() as tx:
            connection = tx.audit._connection

            def hear(_connection, _cursor, statement, parameters, *_rest):
                asked.append((statement, parameters))

            event.listen(connection, "before_cursor_execute", hear)
            ask(tx)
            event.remove(connection, "before_cursor_execute", hear)
            rows = [
                row.detail
                for statement, parameters in asked
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
        assert rows
        return rows

    return plans


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda tx: tx.items.page("flag", after="a"), "items_by_key"),
        (lambda tx: tx.items.page("flag", show_archived=True), "items_by_key"),
        (lambda tx: tx.items.page("flag", prefix="a"), "items_by_key"),
        (lambda tx: tx.items.page("flag", statuses=["draft"]), "items_by_(status|key)"),
        (lambda tx: tx.items.page("flag", texts=["a"]), "items_by_key"),
        (lambda tx: tx.items.page("flag", tags=["a"]), "item_tags|PRIMARY KEY"),
        (lambda tx: tx.items.find("flag", "a"), "items_by_(key|space)"),
        (lambda tx: tx.items.changed_since(7), "items_by_version"),
        (lambda tx: tx.audit.page(before=9), "INTEGER PRIMARY KEY"),
        (lambda tx: tx.audit.page(resource="flags/a"), "audit_events_by_resource"),
        (lambda tx: tx.audit.page(actor="a"), "audit_events_by_actor"),
        (lambda tx: tx.audit.page(method="a"), "audit_events_by_method"),
        (lambda tx: tx.snapshots.page(before=9), "INTEGER PRIMARY KEY"),
        (lambda tx: tx.schedules.page(after=(MOMENT, 1)), "scheduled_changes_waiting"),
        (
            lambda tx: tx.schedules.page(after=(MOMENT, 1), show_ended=True),
            "scheduled_changes_by_time",
        ),
        (lambda tx: tx.schedules.newest_version(), "scheduled_changes_by_version"),
        (lambda tx: tx.evaluations.page(before=9), "INTEGER PRIMARY KEY"),
        (lambda tx: tx.evaluations.page("a", before=9), "evaluations_by_segment"),
        (lambda tx: tx.memberships.of("a"), "items_by_(key|space)"),
        (lambda tx: tx.snapshots.sets(7), "sqlite_autoindex_snapshot_sets"),
        (lambda tx: tx.tokens.by_id("a"), "sqlite_autoindex_tokens"),
        (lambda tx: tx.tokens.page(after="a"), "sqlite_autoindex_tokens"),
    ],
)
def test_it_is_found_by_an_index_in_its_order(plans, ask, index):
    found = plans(ask)
    assert re.search(index, " ".join(found)), found
    assert not [row for row in found if row.startswith("SCAN") or "TEMP B-TREE" in row], found


def test_members_are_found_by_the_index_of_their_segment(plans, store, act):
    with store.write(act) as tx:
        tx.items.create("segment", "s", {}, "active")
    found = plans(lambda tx: tx.members.page("s", "u-1"))
    assert any("members USING PRIMARY KEY" in row for row in found), found
    with store.read() as tx:
        assert tx.audit._connection.execute(text("PRAGMA foreign_key_check")).all() == []


def test_what_is_due_first_is_the_first_of_what_waits(plans):
    found = plans(lambda tx: tx.schedules.next())
    assert found == ["SCAN scheduled_changes USING INDEX scheduled_changes_waiting"]


def test_evaluations_that_run_are_found_without_those_that_are_over(plans):
    found = plans(lambda tx: tx.evaluations.running())
    assert not [row for row in found if row == "SCAN evaluations"], found


def test_artifacts_that_nothing_names_are_found_by_the_indices_of_who_names_them(plans):
    found = " ".join(plans(lambda tx: tx.artifacts.remove_unnamed(MOMENT)))
    assert "snapshot_sets_by_set" in found
    assert "memberships_by_set" in found
