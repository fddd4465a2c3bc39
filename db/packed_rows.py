"""The rows of a long sheet, kept packed: as objects the cells of 350,000 rows are a quarter of a gigabyte, packed a tenth of that."""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from core.calendar import local_day
from core.imports.cells import Cell
from core.imports.checks import read_part
from core.imports.headers import Mapping
from core.imports.judge import Judgement

BLOCK = 5_000
"""Rows packed together."""
MANY = 20_000
"""Rows from which a sheet is kept packed."""


class PackedRows(Sequence):
    """Reads like a list of rows. A row taken out is a copy; whoever goes through in order unpacks each block once."""

    def __init__(self, rows: Iterable[list[Cell]]):
        self._blocks: list[bytes] = []
        self._count, self._at, self._open = 0, -1, []
        block: list[list[Cell]] = []
        for row in rows:
            block.append(row)
            if len(block) == BLOCK:
                self._pack(block)
                block = []
        self._pack(block)

    def _pack(self, block: list[list[Cell]]) -> None:
        if block:
            self._blocks.append(pickle.dumps(block, pickle.HIGHEST_PROTOCOL))
            self._count += len(block)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, wanted):
        if isinstance(wanted, slice):
            return [self[at] for at in range(*wanted.indices(self._count))]
        if not -self._count <= wanted < self._count:
            raise IndexError(wanted)
        number, at = divmod(wanted % self._count, BLOCK)
        return self._unpacked(number)[at]

    def __iter__(self) -> Iterator[list[Cell]]:
        for block in self._blocks:
            yield from pickle.loads(block)

    def _unpacked(self, number: int) -> list[list[Cell]]:
        if self._at != number:
            self._at, self._open = number, pickle.loads(self._blocks[number])
        return self._open

    def blocks(self) -> list[bytes]:
        """Each block as it is packed, for another process."""
        return self._blocks


def kept(rows: Iterable[list[Cell]]) -> Sequence[list[Cell]]:
    """`rows` as a list, or packed where they are many."""
    begun, rest = [], iter(rows)
    for row in rest:
        begun.append(row)
        if len(begun) == MANY:
            return PackedRows(_both(begun, rest))
    return begun


def _both(begun: list, rest: Iterator) -> Iterator:
    yield from begun
    begun.clear()
    yield from rest


def read_block(head: list[list[Cell]], block: bytes, begins: int, name: str, mapping: Mapping, now: datetime, community: str) -> tuple[list[int], list[dict], Judgement]:
    """core.imports.checks.read_part of a block that begins with row `begins` of the sheet; `head`: the rows down to the header."""
    rows = pickle.loads(block)[max(0, len(head) - begins) :]
    return read_part([*head, *rows], name, mapping, local_day(now), now, community, max(0, begins - len(head)))
