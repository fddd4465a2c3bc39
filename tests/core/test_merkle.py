"""The tree of RFC 9162: the known answers of RFC 6962's own implementation, and pymerkle as a second opinion."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from core import merkle

# Inputs and roots published with certificate-transparency's merkle tree tests (RFC 6962, kept by RFC 9162).
KNOWN = [bytes.fromhex(x) for x in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf_hash(one) for one in KNOWN]


@pytest.mark.parametrize("size", range(9))
def test_the_root_is_the_published_one(size):
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]


def test_the_roots_of_all_heads_come_from_one_pass():
    assert [one.hex() for one in merkle.roots_at(LEAVES, [*range(9), 8])] == [*ROOTS, ROOTS[8]]


@pytest.mark.parametrize("sizes", [[9], [3, 2]])
def test_a_tree_larger_than_its_leaves_or_shrinking_is_refused(sizes):
    with pytest.raises(IndexError):
        merkle.roots_at(LEAVES, sizes)


def test_leaves_and_nodes_hash_apart():
    """Otherwise a node could be shown as an entry (second preimage)."""
    assert merkle.leaf_hash(b"ab") != merkle.node_hash(b"a", b"b") != sha256(b"ab").digest()


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=40))
def test_pymerkle_finds_the_same_root(contents):
    oracle = InmemoryTree(algorithm="sha256")
    for one in contents:
        oracle.append_entry(one)
    assert merkle.root([merkle.leaf_hash(one) for one in contents]) == oracle.get_root()


@given(st.integers(1, 70), st.data())
def test_a_proof_shows_its_leaf_and_no_other(size, data):
    leaves = [merkle.leaf_hash(bytes([i])) for i in range(size)]
    at = data.draw(st.integers(0, size - 1))
    proof, head = merkle.inclusion_proof(leaves, at), merkle.root(leaves)
    assert merkle.is_included(leaves[at], at, size, proof, head)
    assert not merkle.is_included(merkle.leaf_hash(b"forged"), at, size, proof, head)
    assert not merkle.is_included(leaves[at], at, size, [*proof, head], head)
    assert not merkle.is_included(leaves[at], size, size, proof, head)
    if size > 1:
        assert not merkle.is_included(leaves[at], (at + 1) % size, size, proof, head)


def test_there_is_no_proof_for_a_leaf_outside_the_tree():
    with pytest.raises(IndexError):
        merkle.inclusion_proof(LEAVES, 8)


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=50))
def test_one_pass_and_level_by_level_agree(leaves):
    sizes = list(range(len(leaves) + 1))
    assert merkle.roots_at(leaves, sizes) == [merkle.root(leaves[:n]) for n in sizes]
