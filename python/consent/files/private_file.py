"""Files that hold what is personal: their owner's alone, from the first byte.

Whatever a command writes about people goes through here: acts, access pages, exports, receipts,
rejects, reports, opened evidence. A file is written beside its place under a name of its own, mode
0600, and takes its place when it is whole and on disk; so a wide umask, a symbolic link that waits
at the target and a crash in the middle all come to nothing.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TextIO

from consent.errors import InvalidArgument, StorageError
from consent.locale.message import Message

__all__ = ["create", "keep_off", "replacing", "replacing_text", "write"]


def keep_off(
    out: str | os.PathLike[str],
    *,
    log: str | os.PathLike[str] | None = None,
    inputs: Iterable[str | os.PathLike[str] | None] = (),
) -> None:
    """Refuse a place to write that holds what must not be lost; asked before anything is written.

    Args:
        out: What is to be written or replaced.
        log: A log's folder: nothing but the log itself writes there, also by way of links.
        inputs: Files that are read meanwhile; None is passed over.

    Raises:
        InvalidArgument: It lies in the log's folder, or is one of ``inputs``.
    """
    target = Path(out)
    whole = Path(os.path.realpath(target))  # resolve() breaks off at links that go round
    if log is not None and any(
        _is_same(folder, Path(log)) for folder in (*target.absolute().parents, *whole.parents)
    ):
        raise InvalidArgument(
            "what is to be written lies in the log's own folder; name another place"
        )
    for each in inputs:
        if each is None:
            continue
        source = Path(each)
        if Path(os.path.realpath(source)) == whole or (
            target.is_file() and _is_same(source, target)
        ):
            raise InvalidArgument(
                "what is to be written would replace a file that is read; name another place"
            )


def _is_same(one: Path, other: Path) -> bool:
    with contextlib.suppress(OSError):
        return one.samefile(other)
    return False


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A file to write, which replaces what is there when the block ends without an exception.

    Args:
        path: A device or pipe is written into. A symbolic link to anything else is refused.

    Raises:
        InvalidArgument: It lies in a log's own folder.
        StorageError: A symbolic link is there.
        OSError: It cannot be written; what was there is as it was.
    """
    target = Path(path)
    if _is_stream(target):
        with target.open("wb") as stream:
            yield stream
        return
    _refuse_link(target)
    _refuse_log(target)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".consent-")  # mode 0600, a new file
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _refuse_link(target)
        Path(name).replace(target)  # never through a link: it would take the link's place
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    _sync_folder(target.parent)


@contextlib.contextmanager
def replacing_text(
    path: str | os.PathLike[str], *, encoding: str = "utf-8", errors: str = "strict"
) -> Iterator[TextIO]:
    """As :func:`replacing`, of text whose line ends are as they are written."""
    with replacing(path) as file:
        text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
        try:
            yield text
        except BaseException:
            with contextlib.suppress(Exception):
                text.detach()
            raise
        text.flush()
        text.detach()


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Write all of a file or nothing of it, in the place of one that is there.

    Raises:
        StorageError: A symbolic link is there.
        OSError: It cannot be written; what was there is as it was.
    """
    with replacing(path) as file:
        file.write(data)


@contextlib.contextmanager
def create(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A new file to write, whole or not there at all.

    Raises:
        FileExistsError: Something is there, if only a symbolic link; nothing is written over.
    """
    target = Path(path)
    _refuse_log(target)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".consent-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, target, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:
            # A file system without links. The place is taken first: whoever came before keeps it.
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            Path(name).replace(target)
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink()
    _sync_folder(target.parent)


def _is_stream(target: Path) -> bool:
    """A device, a pipe, or a name for an open file (/dev/stdout): there is nothing to replace."""
    with contextlib.suppress(OSError):
        mode = target.lstat().st_mode
        if stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            return True
    with contextlib.suppress(OSError):
        parent = target.parent.resolve()
        return parent in (Path("/dev"), Path("/dev/fd").resolve(), Path("/proc/self/fd").resolve())
    return False


def _refuse_link(target: Path) -> None:
    if target.is_symlink():
        raise StorageError(
            Message("{}: is a symbolic link; it is not written through", target.name)
        )


def _refuse_log(target: Path) -> None:
    if all((target.parent / name).exists() for name in ("log.db", "head")):
        raise InvalidArgument(
            "what is to be written lies in the log's own folder; name another place"
        )


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
