"""Transactions: all or nothing, one after the other, and opening what is there already."""

from types import SimpleNamespace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from turnout.store import Act, NewerStore, NotFound, Published, Store, Unavailable
from turnout.store.audit_chain import NO_HASH
from turnout.store.audit_event import hash_of
from turnout.store.tables import audit_events, audit_head, members, metadata

OF_STEP_6 = ("artifact_chunks", "artifacts", "memberships", "snapshot_sets", "evaluations")


def test_a_write_is_there_when_it_is_opened_again(url, act):
    store = Store.open(url)
    with store.write(act) as tx:
        tx.items.create("flag", "new", {"default": "on"}, "enabled")
    store.close()
    again = Store.open(url)
    with again.read() as tx:
        assert tx.items.get("flag", "new").body == {"default": "on"}
    again.close()


def test_an_exception_takes_all_of_a_write_back(store, act):
    def fail():
        with store.write(act) as tx:
            tx.items.create("segment", "s", {}, "active")
            tx.members.add("s", ["u-1"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.read() as tx:
        assert list(tx.items.all()) == []
        assert tx.audit.page() == []
        assert tx.audit.verify().intact


def test_a_write_that_only_validates_leaves_nothing(store, act):
    with store.write(act, validate_only=True) as tx:
        tx.items.create("flag", "new", {}, "enabled")
        assert tx.items.get("flag", "new").status == "enabled"
    with store.read() as tx:
        assert tx.items.find("flag", "new") is None
        assert tx.audit.page() == []


def test_a_transaction_that_reads_cannot_write(store):
    with pytest.raises(RuntimeError, match="only reads"), store.read() as tx:
        tx.items.create("flag", "new", {}, "enabled")


def test_a_reader_sees_one_moment(store, act):
    with store.read() as reader:
        assert reader.items.versions() == {}
        with store.write(act) as tx:
            tx.items.create("flag", "new", {}, "enabled")
        assert reader.items.versions() == {}
    with store.read() as reader:
        assert reader.items.versions() == {("flag", "new"): 1}


def test_the_steps_of_the_migration_make_the_tables_that_are_described(store):
    with store._database.reading() as connection, connection.begin():
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def undo_step_8(connection):
    connection.execute(text("DROP INDEX snapshots_of_members"))
    connection.execute(text("ALTER TABLE snapshots DROP COLUMN members_of"))


def test_snapshots_of_before_they_were_compressed_are_read(url, act, moment):
    store = Store.open(url)
    for revision in (1, 2):
        with store.write(act) as tx:
            tx.snapshots.add(Published(revision, "id", "seal", moment, "anna"), b"new", {}, {})
    with store._database.writing() as connection, connection.begin():
        connection.execute(text("UPDATE snapshot_contents SET sealed = :as"), {"as": b"old"})
        for table in ("scheduled_changes", *OF_STEP_6):
            connection.execute(text(f"DROP TABLE {table}"))
        undo_step_8(connection)
        connection.execute(text("ALTER TABLE audit_events DROP COLUMN row_hash"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    store.close()
    again = Store.open(url)
    with again.read() as tx:
        assert [tx.snapshots.sealed(revision) for revision in (1, 2)] == [b"old", b"old"]
    again.close()


def test_a_store_of_before_rows_had_hashes_is_intact_and_goes_on(url, act):
    store = Store.open(url)
    with store.write(act) as tx:
        item = tx.items.create("segment", "gone", {"kind": "static"}, "draft")
        tx.members.add("gone", ["u-1"])
        tx.items.remove(tx.items.get("segment", "gone"))
    with store._database.writing() as connection, connection.begin():
        # As it was then: members stayed, and the hash of an event was over its other columns.
        left = {"item_id": item.id, "unit_id": "u-1"}
        connection.execute(members.insert(), [left])
        previous = NO_HASH
        for row in connection.execute(audit_events.select().order_by(audit_events.c.number)).all():
            older = SimpleNamespace(**dict(row._mapping) | {"row_hash": None})
            previous = hash_of(previous, older)
            is_it = audit_events.c.number == row.number
            connection.execute(audit_events.update().where(is_it).values(hash=previous))
        connection.execute(audit_head.update().values(hash=previous))
        connection.execute(text("ALTER TABLE audit_events DROP COLUMN row_hash"))
        for table in OF_STEP_6:
            connection.execute(text(f"DROP TABLE {table}"))
        undo_step_8(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    store.close()
    again = Store.open(url)
    with again.write(act) as tx:
        tx.items.create("flag", "new", {}, "enabled")
    with again._database.reading() as connection:
        assert connection.execute(members.select()).all() == []
    with again.read() as tx:
        verdict = tx.audit.verify()
    again.close()
    assert verdict.intact, verdict.message


def test_a_store_of_a_newer_version_is_refused(url):
    store = Store.open(url)
    with store._database.writing() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(NewerStore, match="`9999`, which a newer turnout has made"):
        Store.open(url)


@pytest.mark.parametrize("other", ["mysql://u@h/d", "sqlite://", "sqlite:///:memory:", "store.db"])
def test_another_kind_of_url_is_refused(other):
    with pytest.raises(ValueError, match=r"store|file"):
        Store.open(other)


def test_a_file_that_is_no_store_is_unavailable(tmp_path):
    (tmp_path / "store.db").write_bytes(b"something else" * 1000)
    with pytest.raises(Unavailable, match="not a database"):
        Store.open(f"sqlite:///{tmp_path}/store.db")


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="cannot be opened"):
        Store.open(f"sqlite:///{tmp_path}/file/store.db")


def test_the_file_is_its_owners_only(tmp_path):
    Store.open(f"sqlite:///{tmp_path}/state/store.db").close()
    assert (tmp_path / "state" / "store.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_acknowledged_writes_of_sqlite_are_on_the_disk(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/store.db")
    with store._database.reading() as connection:
        pragma = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    store.close()
    assert pragma == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000,
    }  # fmt: skip


def test_the_moment_of_a_write_is_when_its_turn_came_unless_it_is_given(store, moment):
    with store.write(Act("anna", "First", at=moment)) as tx:
        assert tx.now == tx.items.create("flag", "a", {}, "enabled").created_at == moment
    with store.write(Act("anna", "Second")) as tx:
        assert tx.now >= moment


def test_an_error_inside_a_write_passes_as_it_is(store, act):
    with pytest.raises(NotFound), store.write(act) as tx:
        tx.items.get("flag", "nowhere")
