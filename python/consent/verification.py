"""Check a log or a pack, whoever made it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike
from pathlib import Path

from consent import _core, bundle
from consent._core import Verification
from consent.errors import StorageError

__all__ = ["verify"]


def verify(
    path: str | PathLike[str],
    *,
    trusted: Iterable[str] = (),
    progress: Callable[[int, int], object] | None = None,
) -> Verification:
    """Check a log's folder or a proof pack.

    Args:
        path: The folder of a log, or a pack (``proof.zip``, or a folder it was unpacked into).
        trusted: Verifier keys to trust. None given: the key that stands in what is checked, and the
            coverage says so.
        progress: Called now and then with entries done and all.

    Returns:
        A Verification: ``.verdict`` is ``proven``, ``refuted`` or ``not_proven``, and ``.coverage``
        says what was checked. A log or pack that does not hold is an answer, not an exception.

    Raises:
        StorageError: There is nothing to read.
        ProofError: A key of ``trusted`` is not one.
    """
    if isinstance(trusted, str):
        raise TypeError("trusted must be a list of keys, not one str")
    found = Path(path)
    if not found.exists():
        raise StorageError("verify: neither a log's folder nor a pack is there")
    unpacked = not (found / "log.db").exists() and (found / "case.json").exists()
    if found.is_dir() and not unpacked:
        return _core.verify_log(found, list(trusted), progress)
    return bundle.verify(found, trusted=trusted)
