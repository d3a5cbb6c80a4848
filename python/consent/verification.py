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
    checkpoints: Iterable[str | PathLike[str]] = (),
    passphrase: str = "",
    progress: Callable[[int, int], object] | None = None,
) -> Verification:
    """Check a log's folder, a proof pack or a receipt.

    Args:
        path: The folder of a log, a pack (``proof.zip``, or a folder it was unpacked into), or a
            receipt.
        trusted: Verifier keys to trust. None given: the key named in what is checked, and the
            coverage says so; a log is then proven only with its ``keys.db``.
        receipts: Receipts that a person holds. A pack that leaves out the entry of one, or names
            another tag for its number, is refuted; so is a log that does not extend one.
        checkpoints: Checkpoints that a log handed out, as files; it must extend each.
        passphrase: Of the log's ``keys.db``, if it has one.
        progress: Called now and then with entries done and all.

    Returns:
        A Verification: ``.verdict`` is ``proven``, ``refuted`` or ``not_proven``, and ``.coverage``
        says what was checked. A log or pack that does not hold is an answer, not an exception.

    Raises:
        StorageError: There is nothing to read.
        ProofError: A key of ``trusted`` is not one.
        InvalidArgument: Receipts are given with a receipt, or checkpoints with anything but a log.
    """
    if isinstance(trusted, str):
        raise TypeError("trusted must be a list of keys, not one str")
    found = Path(path)
    if not found.exists():
        raise StorageError("verify: neither a log's folder nor a pack is there")
    unpacked = not (found / "log.db").exists() and (found / "case.json").exists()
    held = [receipt.read_bytes(path) for path in receipts]
    a_pack = unpacked or not (found.is_dir() or receipt.is_receipt(found))
    notes = [Path(path).read_bytes() for path in checkpoints]
    if notes and (a_pack or not found.is_dir()):
        raise InvalidArgument("checkpoints: only a log is checked against them")
    if held and not a_pack and not found.is_dir():
        raise InvalidArgument("receipts: only a log or a pack is checked against them")
    if a_pack:
        return bundle.verify(found, trusted=trusted, receipts=held)
    if found.is_dir():
        return _core.verify_log(found, list(trusted), progress, notes, held, passphrase)
    return receipt.verify(found, trusted=trusted)


def _verification_html(self: Verification) -> str:
    from consent.pages import notebook

    return notebook.verification(self)


Verification._repr_html_ = _verification_html  # compiled, as Decision is
