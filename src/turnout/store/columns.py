"""The types of columns, the same in every database."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from turnout.store import json_text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Name = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by its bytes, whatever the language of the database."""


Number = BigInteger().with_variant(Integer, "sqlite")
"""64 bits; as a key it is the row's own number in SQLite, which takes no index."""


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970; the moment is aware."""
    return (moment - _EPOCH) // _MICROSECOND


def to_moment(microseconds: int) -> datetime:
    """An aware moment in UTC."""
    return _EPOCH + microseconds * _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002, D102
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        return None if value is None else to_moment(value)


class JsonText(TypeDecorator[object]):
    """JSON as text: a column of JSON would lose the order of fields."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:  # noqa: ARG002, D102
        return None if value is None else json_text.dump(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:  # noqa: ARG002, D102
        return None if value is None else json_text.load(value)
