"""Brings the tables of a database to what this version needs."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from turnout.store.errors import NewerStore


def migrate(connection: Connection) -> None:
    """Runs the steps that are missing, inside the transaction of the connection.

    The caller holds a lock against others that do the same.

    Raises:
        NewerStore: The last step that was run here is one that this version does not have.
    """
    config = Config()
    config.set_main_option("script_location", "turnout.store:migrations")
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    at = _step(connection)
    if at == scripts.get_current_head():
        return
    if at is not None and at not in {script.revision for script in scripts.walk_revisions()}:
        raise NewerStore(
            f"the store is at step `{at}`, which a newer turnout has made: start that one"
        )
    command.upgrade(config, "head")


def _step(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
