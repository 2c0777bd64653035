"""The audit log: filters, and the chain that shows every tampering."""

import hashlib
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import Boolean, LargeBinary, Text, text

from turnout.store import (
    Act,
    EvaluationOutcome,
    EvaluationState,
    Invalid,
    Membership,
    NewScheduledChange,
    NotFound,
    Published,
    Unavailable,
)
from turnout.store.audit_chain import NO_HASH
from turnout.store.audit_event import hash_of
from turnout.store.columns import JsonText
from turnout.store.tables import (
    audit_events,
    audit_head,
    evaluations,
    items,
    memberships,
    scheduled_changes,
    snapshot_contents,
    snapshots,
    tokens,
    workspace,
)

SET = hashlib.sha256(b"set").hexdigest()


@pytest.fixture
def written(store, moment):
    """Six writes by two people, an hour from each other."""
    for hour, (actor, key) in enumerate(
        [("anna", "a"), ("bert", "b"), ("anna", "ab"), ("anna", "A"), ("bert", "a%"), ("anna", "z")]
    ):
        at = moment + timedelta(hours=hour)
        with store.write(Act(actor, "CreateFlag" if hour else "First", "peer", at)) as tx:
            tx.items.create("flag", key, {"n": hour}, "enabled")
    return store


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"limit": 2}, [6, 5]),
        ({"before": 5, "limit": 2}, [4, 3]),
        ({"actor": "bert"}, [5, 2]),
        ({"method": "First"}, [1]),
        ({"resource": "flags/a"}, [1]),
        ({"resource": "flags/a*"}, [5, 3, 1]),
        ({"resource": "segments/*"}, []),
        ({"resource": "*"}, [6, 5, 4, 3, 2, 1]),
        ({"actor": "anna", "resource": "flags/a*"}, [3, 1]),
        ({"since": 2, "until": 4}, [4, 3]),
    ],
)
def test_a_filter_lets_through(written, moment, asked, found):
    for bound in {"since", "until"} & asked.keys():
        asked = asked | {bound: moment + timedelta(hours=asked[bound])}
    with written.read() as tx:
        assert [event.number for event in tx.audit.page(**asked)] == found


def test_one_event_is_given_by_its_number(written):
    with written.read() as tx:
        assert tx.audit.get(3).resource == "flags/ab"
        with pytest.raises(NotFound):
            tx.audit.get(7)


def test_what_was_not_touched_is_intact(written, monkeypatch):
    with written.read() as tx:
        verdict = tx.audit.verify()
        assert (verdict.intact, verdict.count, verdict.first_broken) == (True, 6, "")
        assert verdict.head == tx.audit.get(6).hash
        monkeypatch.setattr("turnout.store.audit_chain._AT_ONCE", 2)
        assert tx.audit.verify() == verdict


def test_an_empty_log_is_intact(store):
    with store.read() as tx:
        assert tx.audit.verify().intact


def tamper(store, *statements):
    with store._database.writing() as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize("column", sorted({c.name for c in audit_events.columns} - {"number"}))
@pytest.mark.parametrize("number", [1, 4, 6])
def test_a_changed_column_is_found(written, number, column):
    was = f'"{column}"'
    new = f"{was} + 1" if column == "at" else f"COALESCE({was}, '') || 'x'"
    tamper(written, f"UPDATE audit_events SET {was} = {new} WHERE number = {number}")
    with written.read() as tx:
        verdict = tx.audit.verify()
        assert len(tx.audit.page()) == 6
    assert not verdict.intact
    assert (verdict.count, verdict.first_broken) == (number - 1, f"auditEvents/{number}")


@pytest.mark.parametrize("number", [1, 4, 6])
def test_a_removed_row_is_found(written, number):
    tamper(written, f"DELETE FROM audit_events WHERE number = {number}")
    with written.read() as tx:
        verdict = tx.audit.verify()
    assert (verdict.intact, verdict.first_broken) == (False, f"auditEvents/{number}")
    assert verdict.message.endswith("is missing")


def test_a_removed_row_is_found_though_the_later_ones_move_up(written):
    tamper(
        written,
        "DELETE FROM audit_events WHERE number = 3",
        "UPDATE audit_events SET number = -number WHERE number > 3",
        "UPDATE audit_events SET number = -number - 1 WHERE number < 0",
    )
    with written.read() as tx:
        assert tx.audit.verify().first_broken == "auditEvents/3"


def test_swapped_rows_are_found(written):
    tamper(
        written,
        "UPDATE audit_events SET number = 99 WHERE number = 2",
        "UPDATE audit_events SET number = 2 WHERE number = 5",
        "UPDATE audit_events SET number = 5 WHERE number = 99",
    )
    with written.read() as tx:
        assert tx.audit.verify().first_broken == "auditEvents/2"


@pytest.mark.parametrize("number", [-1, 0, 7, 99])
def test_an_added_row_is_found(written, number):
    tamper(
        written,
        "INSERT INTO audit_events SELECT "
        f"{number}, at, actor, method, resource, peer, before, after, hash, row_hash "
        "FROM audit_events WHERE number = 6",
    )
    with written.read() as tx:
        assert not tx.audit.verify().intact


def test_an_added_row_that_fits_the_chain_is_found_by_its_head(written):
    with written._database.writing() as connection, connection.begin():
        last = connection.execute(text("SELECT * FROM audit_events WHERE number = 6")).one()
        forged = dict(last._mapping) | {"number": 7}
        forged["hash"] = hash_of(last.hash, SimpleNamespace(**forged))
        connection.execute(audit_events.insert(), [forged])
    with written.read() as tx:
        verdict = tx.audit.verify()
    assert (verdict.intact, verdict.first_broken) == (False, "auditEvents/7")


def test_a_changed_or_removed_head_is_found(written):
    tamper(written, "UPDATE audit_head SET hash = 'x'")
    with written.read() as tx:
        assert not tx.audit.verify().intact
    tamper(written, "DELETE FROM audit_head")
    with written.read() as tx:
        assert not tx.audit.verify().intact


def test_nothing_is_written_behind_a_head_that_is_gone(written, act):
    tamper(written, "DELETE FROM audit_head")
    with pytest.raises(Unavailable, match="restore"), written.write(act):
        pass


def test_the_log_goes_on_behind_what_was_there(written, act):
    with written.write(act) as tx:
        tx.items.create("flag", "more", {}, "enabled")
        tx.items.create("flag", "most", {}, "enabled")
    with written.read() as tx:
        assert tx.audit.verify().count == 8


def test_a_clock_that_was_set_back_does_not_set_the_log_back(store, moment):
    late = moment + timedelta(days=36_500)
    with store.write(Act("anna", "First", at=late)) as tx:
        tx.items.create("flag", "a", {}, "enabled")
    with store.write(Act("anna", "Second")) as tx:
        assert tx.now == late


def test_an_actor_that_cannot_be_kept_is_refused(store):
    with pytest.raises(Invalid), store.write(Act("a\0b", "CreateFlag")):
        pass


def test_authors_are_told_by_resource_since_an_event(written):
    with written.write(Act("bert", "UpdateFlag")) as tx:
        tx.items.change(tx.items.get("flag", "z"), body={"n": 9})
    with written.read() as tx:
        assert tx.audit.authors(5) == {("flags/z", "anna"), ("flags/z", "bert")}
        assert ("flags/b", "bert") in tx.audit.authors(0)


@pytest.fixture
def full(written, act, moment, member_set):
    """A row of each kind."""
    sha256, name, path = member_set(b"set")
    with written.write(act) as tx:
        tx.items.create("segment", "s", {"kind": "static"}, "active")
        tx.items.create("layer", "l", {"allocations": {}})
        tx.members.add("s", ["u-1", "u-2", "u-3"])
        tx.members.remove("s", ["u-2"])
        tx.items.remove(tx.items.get("flag", "z"))
        tx.workspace.change(tx.workspace.get(), {"key": "shop"})
        tx.tokens.create("ci", id="i", digest="d", role="viewer", expires_at=moment)
        for revision in (1, 2, 3):
            tx.snapshots.add(Published(revision, "id", "seal", moment, "anna"), b"", {}, {})
        tx.snapshots.prune(2)
        tx.schedules.add(
            NewScheduledChange(
                item="flags/ab", item_id=3, due_at=moment, action={"verb": "Disable"},
                publish=True, step="", comment="", key_prefixes=[], tags=[],
            )
        )  # fmt: skip
        tx.artifacts.add(name, path)
        tx.memberships.replace("s", Membership(sha256, 3, 3, "hashed", moment, b"key", 7))
        tx.snapshots.add(Published(4, "id", "seal", moment, "anna"), b"", {}, {}, sets=[sha256])
        evaluation = tx.evaluations.start("s", trigger="hand")
        ended = EvaluationOutcome(
            state=EvaluationState.SUCCEEDED, rows=4, count=3, added=2, removed=1, size=3
        )
        tx.evaluations.finish(evaluation.number, ended)
    return written


def test_rows_that_are_what_was_written_are_intact(full):
    with full.read() as tx:
        verdict = tx.audit.verify()
    assert verdict.intact, verdict.message


@pytest.mark.parametrize(
    ("statement", "name", "broken"),
    [
        ("UPDATE items SET body = '{}' WHERE key = 'ab'", "flags/ab", "auditEvents/3"),
        ("UPDATE items SET status = 'x' WHERE key = 's'", "segments/s", "auditEvents/10"),
        ("UPDATE items SET body = 'x' WHERE key = 'ab'", "a row that cannot be read", ""),
        ("DELETE FROM items WHERE key = 'b'", "flags/b", "auditEvents/2"),
        ("UPDATE items SET removed_at = 1 WHERE key = 'b'", "flags/b", "auditEvents/2"),
        ("UPDATE items SET removed_at = NULL WHERE key = 'z'", "flags/z", ""),
        ("DELETE FROM members WHERE unit_id = 'u-3'", "segments/s", "auditEvents/10"),
        (
            "UPDATE members SET unit_id = 'u-4' WHERE unit_id > 'u-1'",
            "segments/s",
            "auditEvents/10",
        ),
        ("INSERT INTO members SELECT id, 'u-1' FROM items WHERE key = 'b'", "segments/b", ""),
        ("UPDATE workspace SET body = '{}'", "workspace", "auditEvents/12"),
        ("UPDATE tokens SET role = 'admin'", "tokens/ci", "auditEvents/13"),
        ("UPDATE tokens SET digest = 'x'", "tokens/ci", "auditEvents/13"),
        (
            "UPDATE snapshots SET seal = 'x' WHERE revision = 3",
            "snapshots/3",
            "auditEvents/16",
        ),
        (
            "UPDATE snapshot_contents SET sealed = history WHERE revision = 2",
            "snapshots/2",
            "auditEvents/15",
        ),
        ("DELETE FROM snapshot_contents WHERE revision = 3", "snapshots/3", "auditEvents/16"),
        ("DELETE FROM tokens", "tokens/ci", "auditEvents/13"),
        ("UPDATE tokens SET name = 'me'", "tokens/me", ""),
        ("DELETE FROM scheduled_changes", "scheduledChanges/18", "auditEvents/18"),
        ("UPDATE items SET updated_at = 9223372036854775807", "a row that cannot be read", ""),
        ("DELETE FROM memberships", "segments/s/members", "auditEvents/19"),
        (
            "UPDATE memberships SET item_id = (SELECT id FROM items WHERE key = 'b')",
            "segments/b/members",
            "",
        ),
        ("UPDATE memberships SET item_id = 6", "segments//members", ""),
        ("DELETE FROM snapshot_sets", "snapshots/4", "auditEvents/20"),
        ("UPDATE snapshot_sets SET revision = 3", "snapshots/3", "auditEvents/16"),
        ("DELETE FROM artifact_chunks", f"{SET}.set", "auditEvents/19"),
        ("DELETE FROM artifacts", f"{SET}.set", "auditEvents/19"),
        ("DELETE FROM evaluations", "evaluations/21", "auditEvents/22"),
        ("UPDATE evaluations SET state = 'running'", "evaluations/21", "auditEvents/22"),
    ],
)
def test_a_row_that_is_not_what_was_written_is_found(full, statement, name, broken):
    tamper(full, statement)
    with full.read() as tx:
        verdict = tx.audit.verify()
    assert (verdict.intact, verdict.first_broken) == (False, broken)
    assert f"`{name}" in verdict.message


# Of what was removed and of beats nothing is told; the others are numbers that rows are found by.
NOT_TOLD = {
    ("items", "removed_at"), ("workspace", "id"),
    ("snapshots", "revision"), ("snapshot_contents", "revision"), ("memberships", "item_id"),
    ("evaluations", "beat_at"),
}  # fmt: skip
ONE_OF_EACH = {
    items: "key = 'ab'", snapshots: "revision = 3", snapshot_contents: "revision = 3",
    scheduled_changes: "true", tokens: "true", workspace: "true", memberships: "true",
    evaluations: "true",
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table in ONE_OF_EACH for column in table.columns],
    ids=lambda value: value.name,
)
def test_no_column_of_any_row_can_be_changed_unseen(full, table, column):
    if (table.name, column.name) in NOT_TOLD:
        return
    if isinstance(column.type, JsonText):
        new = """'{"other": 1}'"""
    elif isinstance(column.type, LargeBinary):
        new = "CAST('other' AS {})".format("bytea" if "postgres" in full.place else "blob")
    elif isinstance(column.type, Boolean):
        new = f"NOT {column.name}"
    elif isinstance(column.type, Text):
        new = f"COALESCE({column.name}, '') || 'x'"
    else:
        new = f"COALESCE({column.name}, 0) + 1000"
    tamper(full, f"UPDATE {table.name} SET {column.name} = {new} WHERE {ONE_OF_EACH[table]}")
    with full.read() as tx:
        verdict = tx.audit.verify()
    assert not verdict.intact
    assert verdict.message.startswith("the store was tampered with")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("active_body = '{}'", "segments/s"),
        ("active_body = NULL", "segments/s"),
        ("started = NOT started", "experiments/e"),
        ("resumes_to = ''", "experiments/e"),
    ],
)
def test_what_an_item_has_beside_its_document_is_held_too(store, act, change, name):
    with store.write(act) as tx:
        item = tx.items.create("segment", "s", {"match": 1}, "active")
        tx.items.change(item, status="paused", active_body={"match": 1})
        item = tx.items.create("experiment", "e", {}, "draft")
        tx.items.change(item, status="paused", started=True, resumes_to="running")
    with store.read() as tx:
        assert tx.audit.verify().intact
    tamper(store, f"UPDATE items SET {change} WHERE key = '{name[-1]}'")
    with store.read() as tx:
        assert f"`{name}` is not what" in tx.audit.verify().message


def test_events_of_before_there_were_hashes_of_rows_are_believed_as_they_are(full):
    """Their chain is that of before, and of rows they tell the document."""
    with full._database.writing() as connection, connection.begin():
        rows = connection.execute(audit_events.select().order_by(audit_events.c.number)).all()
        previous = NO_HASH
        for row in rows:
            older = dict(row._mapping) | {"row_hash": None}
            previous = older["hash"] = hash_of(previous, SimpleNamespace(**older))
            is_it = audit_events.c.number == row.number
            connection.execute(audit_events.update().where(is_it).values(older))
        connection.execute(audit_head.update().values(hash=previous))
    with full.read() as tx:
        verdict = tx.audit.verify()
    assert verdict.intact, verdict.message
    tamper(full, "UPDATE items SET started = NOT started WHERE key = 'ab'")
    with full.read() as tx:
        assert tx.audit.verify().intact
    tamper(full, "UPDATE items SET status = 'x' WHERE key = 'ab'")
    with full.read() as tx:
        assert tx.audit.verify().first_broken == "auditEvents/3"


def test_a_workspace_that_was_changed_behind_an_empty_log_is_found(store):
    tamper(store, "UPDATE workspace SET body = '{}'")
    with store.read() as tx:
        assert not tx.audit.verify().intact
