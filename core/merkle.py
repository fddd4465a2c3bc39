"""The hash tree of RFC 9162 (section 2.1): leaves, roots, proofs. SHA-256, pure functions on lists of 32-byte hashes."""

from collections.abc import Sequence
from hashlib import sha256


def leaf_hash(content: bytes) -> bytes:
    """SHA-256(0x00 ‖ content)."""
    return sha256(b"\0" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\1" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over `leaves` (leaf hashes); SHA-256 of nothing for an empty tree. RFC 9162, 2.1.1."""
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def roots_at(leaves: Sequence[bytes], sizes: Sequence[int]) -> list[bytes]:
    """The root over the first n leaves, for each n of `sizes` (ascending), in one pass. Raises IndexError for an n beyond the leaves."""
    peaks: list[tuple[int, bytes]] = []
    roots, done = [], 0
    for size in sizes:
        if not done <= size <= len(leaves):
            raise IndexError(f"no tree of {size} after one of {done}, out of {len(leaves)} leaves")
        for leaf in leaves[done:size]:
            _append(peaks, leaf)
        roots.append(_fold(peaks))
        done = size
    return roots


def _append(peaks: list[tuple[int, bytes]], leaf: bytes) -> None:
    """Add a leaf to the full subtrees (height, hash), largest first."""
    height, node = 0, leaf
    while peaks and peaks[-1][0] == height:
        node = node_hash(peaks.pop()[1], node)
        height += 1
    peaks.append((height, node))


def _fold(peaks: list[tuple[int, bytes]]) -> bytes:
    if not peaks:
        return sha256(b"").digest()
    node = peaks[-1][1]
    for _, left in reversed(peaks[:-1]):
        node = node_hash(left, node)
    return node


def inclusion_proof(leaves: Sequence[bytes], position: int) -> list[bytes]:
    """The hashes that lead from leaf `position` (from 0) to the root. RFC 9162, 2.1.3. Raises IndexError outside the tree."""
    if not 0 <= position < len(leaves):
        raise IndexError(f"no leaf {position} in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if position < split:
        return [*inclusion_proof(leaves[:split], position), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], position - split), root(leaves[:split])]


def is_included(leaf: bytes, position: int, size: int, proof: Sequence[bytes], head: bytes) -> bool:
    """Whether `proof` shows that `leaf` stands at `position` of the tree of `size` leaves under root `head`."""
    if not 0 <= position < size:
        return False
    node, last, at = leaf, size - 1, position
    for sibling in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            node = node_hash(sibling, node)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == head


def _split(size: int) -> int:
    """The largest power of two below `size` (≥ 2)."""
    return 1 << (size - 1).bit_length() - 1
