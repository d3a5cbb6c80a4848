"""Check a log or a pack, whoever made it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike
from pathlib import Path

from consent import _core, bundle, receipt
from consent._core import Verification
from consent.errors import InvalidArgument, StorageError

__all__ = ["verify"]


def verify(
    path: str | PathLike[str],
    *,
    trusted: Iterable[str] = (),
    receipts: Iterable[str | PathLike[str]] = (),
    progress: Callable[[int, int], object] | None = None,
) -> Verification:
    """Check a log's folder, a proof pack or a receipt.

    Args:
        path: The folder of a log, a pack (``proof.zip``, or a folder it was unpacked into), or a
            receipt.
        trusted: Verifier keys to trust. None given: the key that stands in what is checked, and the
            coverage says so.
        receipts: Receipts that a person holds, to check a pack against: one that shows an entry
            which the pack leaves out, or another tag for its number, refutes it.
        progress: Called now and then with entries done and all.

    Returns:
        A Verification: ``.verdict`` is ``proven``, ``refuted`` or ``not_proven``, and ``.coverage``
        says what was checked. A log or pack that does not hold is an answer, not an exception.

    Raises:
        StorageError: There is nothing to read.
        ProofError: A key of ``trusted`` is not one.
        InvalidArgument: Receipts are given with what is not a pack.
    """
    if isinstance(trusted, str):
        raise TypeError("trusted must be a list of keys, not one str")
    found = Path(path)
    if not found.exists():
        raise StorageError("verify: neither a log's folder nor a pack is there")
    unpacked = not (found / "log.db").exists() and (found / "case.json").exists()
    held = [receipt.read_bytes(path) for path in receipts]
    a_pack = unpacked or not (found.is_dir() or receipt.is_receipt(found))
    if held and not a_pack:
        raise InvalidArgument("receipts: only a pack is checked against them")
    if a_pack:
        return bundle.verify(found, trusted=trusted, receipts=held)
    if found.is_dir():
        return _core.verify_log(found, list(trusted), progress)
    return receipt.verify(found, trusted=trusted)


def _verification_html(self: Verification) -> str:
    from consent.pages import notebook

    return notebook.verification(self)


Verification._repr_html_ = _verification_html  # compiled, as Decision is
