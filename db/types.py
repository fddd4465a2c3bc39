"""Column types: aware UTC times, 16-byte uuid7 ids, encrypted text and bytes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, LargeBinary, Uuid
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator
from uuid_utils import _uuid7_int
from uuid_utils.compat import uuid7

from db.keys import keyring

__all__ = ["EncryptedBytes", "EncryptedText", "Id", "UtcDateTime", "new_ids", "uuid7"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UtcDateTime(TypeDecorator):
    """A moment. Refuses naive values; always comes back aware, in UTC.

    SQLite keeps microseconds since 1970 as an integer: its DATETIME drops the zone silently, and text compares slower.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect):
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: pass an aware datetime")
        if dialect.name == "sqlite":
            return to_micros(value)
        return value.astimezone(UTC)

    def result_processor(self, dialect, coltype):
        # Without TypeDecorator's own detour: a page of clocks is thousands of moments.
        return from_micros if dialect.name == "sqlite" else _in_utc


def _in_utc(value):
    return value and value.astimezone(UTC)


def new_ids(count: int) -> list[bytes]:
    """`count` new uuid7 as their 16 bytes, each greater than the one before."""
    return [_uuid7_int().to_bytes(16, "big") for _ in range(count)]


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 (what SQLite stores) of an aware moment."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(value: int | None) -> datetime | None:
    """The aware UTC moment of `value` microseconds since 1970; None of None."""
    return None if value is None else _EPOCH + timedelta(0, 0, value)


class Id(TypeDecorator):
    """A uuid: 16 bytes on SQLite (CHAR(32) costs half as much again per row), native uuid on PostgreSQL."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    def bind_processor(self, dialect):
        # Without TypeDecorator's own detour, which costs more than the conversion: four of five values that a ledger brings in are ids.
        return _same_uuid if dialect.name == "postgresql" else _uuid_bytes

    def process_bind_param(self, value, dialect):
        return self.bind_processor(dialect)(value)

    def result_processor(self, dialect, coltype):
        return None if dialect.name == "postgresql" else _uuid_of


def _uuid_of(value):
    return None if value is None else UUID(bytes=value)


def _same_uuid(value):
    if value is None or isinstance(value, UUID):
        return value
    raise ValueError(f"{value!r} is not a uuid.UUID")


def _uuid_bytes(value):
    if value is None:
        return None
    if isinstance(value, UUID):
        return value.int.to_bytes(16, "big")
    raise ValueError(f"{value!r} is not a uuid.UUID")


class EncryptedText(TypeDecorator):
    """Personal data: AES-256-GCM under the office's key, bound to `purpose` so a cell can't be moved to another column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str):
        super().__init__()
        self.purpose = purpose

    def bind_processor(self, dialect):
        return lambda value: None if value is None else keyring().seal(value, self.purpose)

    def process_bind_param(self, value, dialect):
        return self.bind_processor(dialect)(value)

    def process_result_value(self, value, dialect):
        return None if value is None else keyring().unseal(bytes(value), self.purpose)


class EncryptedBytes(TypeDecorator):
    """The same for bytes: photos and files."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str):
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value, dialect):
        return None if value is None else keyring().seal_bytes(value, self.purpose)

    def process_result_value(self, value, dialect):
        return None if value is None else keyring().unseal_bytes(bytes(value), self.purpose)
