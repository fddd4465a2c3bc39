"""Rows by the ten thousand, column by column: as the database takes them, sealed where they are personal, and with the digests the ledger keeps.

Needs neither session nor models, so that another process can do it. A column is `Kind`, a batch its values in `pack`'s
form; what comes out is what each driver takes without a conversion of its own.
"""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import repeat
from os import urandom
from types import NoneType
from uuid import UUID

from db.keys import Keyring, keyring

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLENNIUM, _MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True)
class Kind:
    """A column: `holds` id, text, bytes, int, bool, float, date, moment or sealed (then `purpose`, as of EncryptedText). `indexed`: the column whose
    blind index it is. `later`, `marked`: as in db.models.base."""

    name: str
    holds: str
    purpose: str = ""
    indexed: str | None = None
    later: bool = False
    marked: bool = False


@dataclass(frozen=True)
class Made:
    """A batch ready to be written: `columns` for the driver, of what all rows say `alike` one value only, and for each row its digest."""

    columns: list
    alike: tuple[bool, ...]
    digests: list[bytes]


def pack(kind: Kind, values: Sequence) -> list:
    """Values on their way to another process: an id as its 16 bytes."""
    if kind.holds != "id":
        return list(values)
    if others := set(map(type, values)) - {UUID, NoneType}:
        raise ValueError(f"{kind.name}: {others.pop().__name__} is not a uuid.UUID")
    return [None if value is None else value.int.to_bytes(16, "big") for value in values]


def make(table: str, kinds: Sequence[Kind], columns: Sequence[list | None], dialect: str, digested: bool = True) -> Made:
    """The batch for `dialect`, and its digests. A column None is to be reckoned: the blind index of another."""
    keys = keyring()
    named = {kind.name: values for kind, values in zip(kinds, columns, strict=True)}
    for kind in kinds:
        if named[kind.name] is None:
            named[kind.name] = _mapped(named[kind.indexed], lambda text, at=f"{table}.{kind.indexed}": keys.blind_index(text, at))
    digests = _digests(table, kinds, named, keys.mark) if digested else []
    bind, alike = _sqlite if dialect == "sqlite" else _postgres, tuple(_is_alike(kind, named[kind.name]) for kind in kinds)
    return Made([bind(kind, named[kind.name][:1] if same else named[kind.name], keys) for kind, same in zip(kinds, alike, strict=True)], alike, digests)


def _is_alike(kind: Kind, values: list) -> bool:
    """Whether several rows say the same: half of a ledger's cells, and to hand one over takes as long as to store it. What is sealed is sealed for each row,
    or equal cells would show."""
    return len(values) > 1 and (values[0] is None or kind.holds != "sealed") and values.count(values[0]) == len(values)


def _mapped(values: list, of: Callable) -> list:
    """`of` each value, None of None; reckoned once for each different value."""
    known = {value: of(value) for value in set(values) if value is not None}
    known[None] = None
    return list(map(known.__getitem__, values))


# --- digests: db.commands.filing.row_digest of each row, to the byte ------------------------------------------------
def plain(value):
    """How the ledger tells what JSON can't."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


_TELLER = json.JSONEncoder(default=plain, ensure_ascii=False)


def _uuid_text(value: bytes) -> str:
    text = value.hex()
    return f'"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"'


_TELL: dict[str, Callable] = {"id": _uuid_text, "bytes": lambda value: f'"{value.hex()}"', "text": json.encoder.encode_basestring, "sealed": json.encoder.encode_basestring}


def _digests(table: str, kinds: Sequence[Kind], named: dict[str, list], mark: Callable[[bytes], bytes]) -> list[bytes]:
    """A template of what all rows say alike, filled with what they don't."""
    shape, told, begun = "", [], False
    for kind in sorted((one for one in kinds if not one.marked), key=lambda one: one.name):
        values = named[kind.name]
        before, after = (", ", "") if begun else ("", ", " if kind.later else "")
        before += f"[{_TELLER.encode(kind.name)}, "
        begun |= not kind.later
        tell = _teller(kind, before, f"]{after}")
        if values.count(values[0]) == len(values):
            shape += tell(values[0]).replace("%", "%%")
        else:
            shape += "%s"
            known = {value: tell(value) for value in set(values)}
            told.append(map(known.__getitem__, values))
    shape = f"[{_TELLER.encode(table)}, [{shape}]]"
    texts = map(shape.__mod__, zip(*told, strict=True)) if told else repeat(shape % (), len(values))
    return [mark(b"row\0" + text.encode()) for text in texts]


def _teller(kind: Kind, before: str, after: str) -> Callable:
    """How a value of the column is told between `before` and `after`; a later column's None is not told at all."""
    tell, nothing = _TELL.get(kind.holds, _TELLER.encode), "" if kind.later else f"{before}null{after}"
    return lambda value: nothing if value is None else f"{before}{tell(value)}{after}"


# --- SQLite ---------------------------------------------------------------------------------------------------------
def micros(moment: datetime) -> int:
    """Microseconds since 1970 (what SQLite stores) of an aware moment."""
    return (_aware(moment) - EPOCH) // _MICROSECOND


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone: pass an aware datetime")
    return moment


def _sqlite(kind: Kind, values: list, keys: Keyring) -> list:
    match kind.holds:
        case "sealed":
            return _sealed(kind.purpose, values, keys)
        case "date":
            return _mapped(values, date.isoformat)
        case "moment":
            return _mapped(values, micros)
    return values


def _sealed(purpose: str, values: list, keys: Keyring) -> list[bytes | None]:
    """As Keyring.seal: a nonce for each cell, drawn for all at once."""
    purpose, encrypt, nonces, filled = purpose.encode(), keys.cipher.encrypt, urandom(12 * len(values)), []
    for at, value in enumerate(values):
        nonce = nonces[12 * at : 12 * at + 12]
        filled.append(None if value is None else nonce + encrypt(nonce, value.encode(), purpose))
    return filled


# --- PostgreSQL: each column as one array in its binary form --------------------------------------------------------
class Array(bytes):
    """An array as PostgreSQL takes it over the wire (array_recv)."""


_OIDS = {"id": 2950, "text": 25, "bytes": 17, "sealed": 17, "int": 23, "bool": 16, "float": 701, "date": 1082, "moment": 1184}
CASTS = {"id": "uuid", "text": "text", "bytes": "bytea", "sealed": "bytea", "int": "int4", "bool": "bool", "float": "float8", "date": "date", "moment": "timestamptz"}
"""The type of each kind's array."""
_LENGTH, _NULL = struct.Struct("!i"), b"\xff\xff\xff\xff"
_INT, _BOOL, _FLOAT, _MOMENT = (struct.Struct(shape) for shape in ("!ii", "!i?", "!id", "!iq"))


def _sized(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content


_ELEMENT: dict[str, Callable[..., bytes]] = {
    "id": _sized,
    "bytes": _sized,
    "text": lambda value: _sized(value.encode()),
    "int": lambda value: _INT.pack(4, value),
    "bool": lambda value: _BOOL.pack(1, value),
    "float": lambda value: _FLOAT.pack(8, value),
    "date": lambda value: _INT.pack(4, (value - _MILLENNIUM.date()).days),
    "moment": lambda value: _MOMENT.pack(8, (_aware(value) - _MILLENNIUM) // _MICROSECOND),
}


def _postgres(kind: Kind, values: list, keys: Keyring) -> Array:
    between = b""
    if kind.holds in ("id", "bytes") and None not in values and len(sizes := set(map(len, values))) == 1:
        elements = [b"", *values]
        between = _LENGTH.pack(sizes.pop())
    elif kind.holds == "sealed":
        elements = [_NULL if value is None else _sized(value) for value in _sealed(kind.purpose, values, keys)]
    else:
        known = {value: _ELEMENT[kind.holds](value) for value in set(values) if value is not None}
        known[None] = _NULL
        elements = map(known.__getitem__, values)
    return Array(struct.pack("!5i", 1, None in values, _OIDS[kind.holds], len(values), 1) + between.join(elements))
