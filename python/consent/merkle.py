"""RFC 6962 / RFC 9162 Merkle tree with SHA-256: small, public, exact.

Every hash is 32 bytes. Both checks return nothing and raise :class:`~consent.errors.ProofError`, so
that no answer can be overlooked.

Example:
    >>> leaves = [leaf_hash(b"a"), leaf_hash(b"b")]
    >>> verify_inclusion(leaves[0], 0, 2, [leaves[1]], root(leaves))
    >>> verify_inclusion(leaves[0], 1, 2, [leaves[1]], root(leaves))
    Traceback (most recent call last):
    consent.errors.ProofError: ...
"""

from __future__ import annotations

from collections.abc import Iterable

from consent import _core

__all__ = ["leaf_hash", "node_hash", "root", "verify_consistency", "verify_inclusion"]


def leaf_hash(data: bytes) -> bytes:
    """Hash one entry: SHA-256(0x00 || data).

    Example:
        >>> leaf_hash(b"").hex()[:16]
        '6e340b9cffb37a98'
    """
    return _core.merkle_leaf_hash(data)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees: SHA-256(0x01 || left || right)."""
    return _core.merkle_node_hash(left, right)


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """Hash a whole tree; of no leaves, SHA-256 of nothing."""
    return _core.merkle_root(list(leaf_hashes))


def verify_inclusion(
    leaf_hash: bytes, index: int, size: int, path: Iterable[bytes], root: bytes
) -> None:
    """Check that a leaf stands at ``index`` of the tree of ``size``.

    Raises:
        ProofError: It does not, or the path is of another length than index and size demand.
    """
    _core.merkle_verify_inclusion(leaf_hash, index, size, list(path), root)


def verify_consistency(
    size1: int, size2: int, path: Iterable[bytes], root1: bytes, root2: bytes
) -> None:
    """Check that the tree of ``size1`` is the beginning of the tree of ``size2``.

    ``size1`` 0 proves nothing, and takes an empty path only.

    Raises:
        ProofError: It is not, or the path is of another length than the sizes demand.
    """
    _core.merkle_verify_consistency(size1, size2, list(path), root1, root2)
