"""What a table is packed in: gzip, xz, bzip2, ZIP, UTF-16. Streams of plain bytes come out."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from consent.files.records import InputError
from consent.locale.message import Message

__all__ = ["BROKEN", "Unpacked", "is_litter", "tables_of", "unpacked"]

#: What a packed stream that breaks off raises while it is read.
BROKEN: Final = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile)
_LITTER: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
#: Packings within packings: a gzip of a ZIP of UTF-16 is still somebody's export.
_DEEPEST: Final = 4


class Unpacked:
    """A stream of plain bytes and what it was found in.

    Attributes:
        stream: Can be read and set back to its beginning.
        workbook: It is an XLSX file, as it stands.
        packed: It was packed: a whole pass over it is not free.
    """

    def __init__(self, stream: IO[bytes], *, workbook: bool = False, packed: bool = False) -> None:
        self.stream = stream
        self.workbook = workbook
        self.packed = packed


class _Bzip2(bz2.BZ2File):
    """As the others: what is broken ends early, and is no error of the disk."""

    def read(self, size: int | None = -1) -> bytes:
        try:
            return super().read(-1 if size is None else size)
        except OSError as error:
            raise EOFError(str(error)) from None


class _Transcoded(io.RawIOBase):
    """Text of another encoding as UTF-8, block by block."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self._begin()

    def _begin(self) -> None:
        self._decoder = codecs.getincrementaldecoder(self._encoding)("replace")
        self._rest = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        if offset or whence:
            raise io.UnsupportedOperation("only back to the beginning")
        self._stream.seek(0)
        self._begin()
        return 0

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        while not self._rest and not self._ended:
            block = self._stream.read(1 << 18)
            self._ended = not block
            text = self._decoder.decode(block, self._ended)
            self._rest = text.encode("utf-8", "replace")
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _wide(head: bytes) -> str | None:
    """The encoding of text whose every other byte is zero, by its mark or by its look."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    sample = head[: len(head) & ~1]
    if len(sample) >= 8:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        half = len(sample) // 2
        if odd > 0.4 * half and even < 0.1 * half:
            return "utf-16-le"
        if even > 0.4 * half and odd < 0.1 * half:
            return "utf-16-be"
    return None


def is_litter(name: str) -> bool:
    """Whether a system left this file behind, and nobody means it."""
    parts = PurePosixPath(name).parts
    return not parts or "__MACOSX" in parts or parts[-1].casefold() in _LITTER


def unpacked(file: IO[bytes]) -> Unpacked:
    """Take off what a table is packed in.

    Raises:
        InputError: An archive of several files, an empty or an encrypted one, a broken one.
    """
    stream, packed = file, False
    for _ in range(_DEEPEST):
        try:
            stream.seek(0)
            head = stream.read(1 << 12)
            stream.seek(0)
        except BROKEN as error:
            raise InputError(Message("broken gzip: {}", error)) from None
        if head.startswith(b"\x1f\x8b"):
            stream, packed = cast(IO[bytes], gzip.GzipFile(fileobj=stream)), True
        elif head.startswith(b"\xfd7zXZ\x00"):
            stream, packed = cast(IO[bytes], lzma.LZMAFile(stream)), True  # noqa: SIM115
        elif head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
            stream, packed = cast(IO[bytes], _Bzip2(stream)), True
        elif head.startswith(b"PK\x03\x04"):
            inner = _member(stream)
            if inner is None:
                return Unpacked(stream, workbook=True, packed=packed)
            stream, packed = inner, True
        elif (wide := _wide(head)) is not None:
            raw = _Transcoded(stream, wide)
            return Unpacked(cast(IO[bytes], io.BufferedReader(raw)), packed=True)
        else:
            return Unpacked(stream, packed=packed)
    raise InputError("archives within archives: unpack the table")


def _member(stream: IO[bytes]) -> IO[bytes] | None:
    """The one file of a ZIP archive; None: it is a workbook."""
    try:
        archive = zipfile.ZipFile(stream)
        if "xl/workbook.xml" in archive.namelist():
            stream.seek(0)
            return None
        files = [
            info
            for info in archive.infolist()
            if not info.is_dir() and not is_litter(info.filename)
        ]
        if len(files) != 1:
            raise InputError(
                Message(
                    "a ZIP archive of {} files: unpack it, and give the folder or one of them",
                    len(files),
                )
            )
        if files[0].flag_bits & 1:
            raise InputError("an encrypted ZIP archive; unpack it")
        return archive.open(files[0])
    except InputError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, RuntimeError):
        raise InputError("not an XLSX workbook, or a broken one") from None


def tables_of(folder: Path) -> Iterator[Path]:
    """The files of a folder and its folders, in order of name; hidden ones and litter are not.

    Raises:
        InputError: There are none.
    """
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not is_litter(path.name)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not found:
        raise InputError(Message("{}: a folder without files", folder.name))
    yield from found
