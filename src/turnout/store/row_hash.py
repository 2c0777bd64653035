"""What stands for a whole row of a table: a change of any of its columns shows."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from turnout.store import json_text
from turnout.store.columns import to_microseconds


def row_hash(table: Table, values: Mapping[str, Any]) -> str:
    """SHA-256 of a row, in hex; the same from what is written and from what is read.

    Args:
        table: Where the row is.
        values: By the name of the column; without a value is as good as NULL.
    """
    # Without what is NULL: a column that is added later leaves the rows of before as they were.
    told = {
        column.name: _plain(value)
        for column in table.columns
        if (value := values.get(column.name)) is not None
    }
    return json_text.fingerprint(json_text.dump(told))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_microseconds(value)
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
