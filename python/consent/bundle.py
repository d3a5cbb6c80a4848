"""Packs: what shows one number's entries to a stranger, in one ZIP that needs none of our code.

The compiled core chooses, signs and checks the files; this module adds what people read and run,
and is the only place that knows the container.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, cast

from consent import _core
from consent.errors import (
    ErasedError,
    InvalidArgument,
    NotFoundError,
    ProofError,
    StorageError,
)
from consent.files import private_file
from consent.locale.message import Message, system_message
from consent.pages.bundle_report import report_html, report_text
from consent.standalone import verify as verify_standalone
from consent.wire import Channel, DialledBy, Purpose

if TYPE_CHECKING:
    from consent._core import Caller, RulePack, Verification
    from consent.log import Log
    from consent.number import Number

__all__ = [
    *("Packed", "PackedSet", "pack_files", "prove", "prove_many", "read_pack", "verify"),
    *("write_whole", "zip_bytes"),
]

_HERE: Final = Path(__file__).resolve().parent / "standalone"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say: the file's time says nothing
_MAX_SAVING: Final = 50  # a text that deflates further is stored: readers take it for a bomb at 100


@dataclass(frozen=True, slots=True)
class Packed:
    """What :func:`prove` wrote.

    Attributes:
        path: The ZIP.
        entries: How many entries about the number are in it.
        signed_up_to: Size of the log that its checkpoint signs.
        key: The verifier key that a reader should be given by another way.
        verdict: The log's answer to the question: ``allow``, ``deny`` or ``unknown``.
        other_subjects: How many others have held the number; nothing of theirs is in the pack.
        contacts: Of each recorded contact its entry, its moment and the answer.
        tag: Of the subject, in hex.
    """

    path: Path
    entries: int
    signed_up_to: int
    key: str
    verdict: str
    other_subjects: int
    contacts: tuple[tuple[int, str, str], ...] = ()
    tag: str = ""


@dataclass(frozen=True, slots=True)
class PackedSet:
    """What :func:`prove_many` wrote.

    Attributes:
        path: The folder; None: there was nothing to write.
        packs: One a number, each named by its tag.
        missing: Places of numbers, from 0, about which the log has nothing to show.
    """

    path: Path | None
    packs: tuple[Packed, ...]
    missing: tuple[int, ...]


def prove(
    log: Log,
    number: Number,
    *,
    out: str | PathLike[str],
    at: datetime,
    created_at: datetime,
    purpose: Purpose = "advertising",
    channel: Channel = "voice",
    distributor: str | None = None,
    caller: Caller | None = None,
    rules: RulePack | None = None,
    receipts: Iterable[bytes] = (),
    dialled_by: DialledBy = "unstated",
    call: int | None = None,
    with_: Iterable[int] = (),
    only: Iterable[int] = (),
) -> Packed:
    """Write the pack of one number.

    Args:
        log: Open; a new checkpoint is signed where the last is older than the log.
        number: Whose entries. Of the subscribers who held it, the one who did at ``at``.
        out: The ZIP to write; replaced where it exists, and only when it is complete.
        at: The moment asked about, aware.
        created_at: When the pack is made, aware; stands in the report.
        purpose: As in :class:`consent.Question`; so are the rest.
        channel: See there.
        distributor: See there.
        caller: See there. Where the answer stands on the caller's assignment, the pack shows it.
        rules: See there.
        receipts: Files of receipts that the pack is to stand up to. Where one names a tag of this
            number that was erased since, the pack shows the erasure.
        dialled_by: See :class:`consent.Question`.
        call: The entry of one contact: the question is then that contact, at its own moment, and
            no other contact is answered for.
        with_: Entries whose files go along although such files stay in the log: the operator's
            detail, answers of bodies, letters, copies of documents.
        only: Contacts received whose files go along; of the others the notes are there, since the
            pack shows every entry of the number, without their files. Left out: all, or ``call``.

    Of each recorded contact the pack holds an answer as of its own moment. A diary that does not
    know for whom a contact was made answers as of somebody whom no consent names.

    Raises:
        InvalidArgument: ``out`` has the name of a signed container, which this is not.
        ProofError: A receipt is not one.
        NotFoundError: The log has nothing about whoever held the number then, or ``call`` is no
            contact of theirs.
        StorageError: ``out`` cannot be written.
        ValueError: A time has no zone.
    """
    from consent import asic
    from consent.decision import Question
    from consent.rules import russia

    if created_at.tzinfo is None:
        raise ValueError("created_at has no zone")
    asic.refuse_name(out)
    question = Question(
        number,
        purpose=purpose,
        channel=channel,
        dialled_by=dialled_by,
        at=at,
        distributor=distributor,
        caller=caller,
    )
    also = [_tag_of(receipt) for receipt in receipts]
    assembled = _core.assemble_bundle(
        log, rules or russia(), question.core(), also, call, list(with_), list(only)
    )
    files = pack_files(log, assembled, created_at)
    path = Path(out)
    write_whole(path, zip_bytes(files))
    case = json.loads(files["case.json"])
    return Packed(
        path=path,
        entries=case["completeness"]["entries"],
        signed_up_to=int(files["checkpoint"].split(b"\n", 2)[1]),
        key=case["key"],
        verdict=case["answer"]["verdict"],
        other_subjects=case["other_subjects"],
        contacts=tuple(
            (each["seq"], each["question"]["at"], each["answer"]["verdict"])
            for each in case.get("contacts", ())
        ),
        tag=case["tag"],
    )


def prove_many(
    log: Log,
    numbers: Iterable[Number],
    *,
    out: str | PathLike[str],
    at: datetime,
    created_at: datetime,
    purpose: Purpose = "advertising",
    channel: Channel = "voice",
    distributor: str | None = None,
    caller: Caller | None = None,
    dialled_by: DialledBy = "unstated",
) -> PackedSet:
    """Write a folder of packs, one a number, for whoever may see these numbers and no others.

    A pack shows one subject. So a list becomes as many packs, ``<tag>.zip``, and ``index.json``,
    which names each by its tag and never by its number. The index is signed by nobody: each pack is
    checked by itself.

    Args:
        log: See :func:`prove`; so are the rest.
        numbers: Whose packs; one that comes twice is packed once.
        out: A new folder, mode 0700; there when it is complete.
        at: The moment asked about, of each number.
        created_at: When the packs are made.
        purpose: See :func:`prove`.
        channel: See there.
        distributor: See there.
        caller: See there.
        dialled_by: See there.

    Raises:
        InvalidArgument: ``out`` is there already.
        StorageError: It cannot be written.
    """
    folder = Path(out)
    if folder.exists() or folder.is_symlink():
        raise InvalidArgument("the folder of packs is there already; name a new one")
    try:
        scratch = Path(tempfile.mkdtemp(dir=folder.absolute().parent, prefix=".consent-"))
    except OSError as error:
        raise StorageError(
            Message("the packs cannot be written: {}", system_message(error))
        ) from error
    packs: dict[str, Packed] = {}
    missing: list[int] = []
    try:
        for place, number in enumerate(numbers):
            whole = scratch / "pack"
            try:
                made = prove(
                    log,
                    number,
                    out=whole,
                    at=at,
                    created_at=created_at,
                    purpose=purpose,
                    channel=channel,
                    distributor=distributor,
                    caller=caller,
                    dialled_by=dialled_by,
                )
            except (NotFoundError, ErasedError):
                missing.append(place)
                continue
            name = f"{made.tag}.zip"
            whole.replace(scratch / name)
            packs.setdefault(made.tag, replace(made, path=folder / name))
        if not packs:
            return PackedSet(None, (), tuple(missing))
        private_file.write(scratch / "index.json", _index(log, scratch, packs, created_at))
        try:
            scratch.rename(folder)
        except OSError as error:
            raise StorageError(
                Message("the packs cannot be written: {}", system_message(error))
            ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return PackedSet(folder, tuple(packs.values()), tuple(missing))


def _index(log: Log, scratch: Path, packs: Mapping[str, Packed], created_at: datetime) -> bytes:
    """What the folder holds: packs in the order of their tags, so that the list's order is lost."""
    index = {
        "format": "libconsent-packs/v1",
        "origin": log.origin,
        "key": log.verifier_key,
        "created_at": created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "packs": [
            {
                "file": f"{tag}.zip",
                "sha256": hashlib.sha256((scratch / f"{tag}.zip").read_bytes()).hexdigest(),
                "entries": made.entries,
                "signed_up_to": made.signed_up_to,
                "verdict": made.verdict,
            }
            for tag, made in sorted(packs.items())
        ],
    }
    return json.dumps(index, indent=1, sort_keys=True).encode() + b"\n"


def _tag_of(receipt: bytes) -> bytes:
    entry = _core.parse_entry(_core.parse_receipt(receipt)["entry"])
    if entry.subject is None:
        raise ProofError("receipt: its entry is about nobody")
    return entry.subject.tag


def pack_files(
    log: Log, assembled: Iterable[tuple[str, bytes]], created_at: datetime
) -> dict[str, bytes]:
    """Add report, verify.py and FORMAT.md to what the core assembled; the log signs the whole."""
    files = dict(assembled)
    case = json.loads(files["case.json"])
    case["created_at"] = created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    files["case.json"] = json.dumps(
        case, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    files["report.html"] = report_html(files)
    files["report.txt"] = report_text(files)
    for name in ("verify.html", "verify.py", "FORMAT.md"):
        files[name] = (_HERE / name).read_bytes()
    files.update(_core.sign_pack(log, files.items()))
    return files


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """The container: the same files give the same bytes under one version of zlib."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3  # Unix, wherever it is made
            info.external_attr = 0o100644 << 16
            data = files[name]
            small = len(zlib.compress(data)) * _MAX_SAVING > len(data)
            info.compress_type = zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED
            archive.writestr(info, data)
    return buffer.getvalue()


def write_whole(path: Path, data: bytes) -> None:
    """All of the file or nothing of it: a torn pack would look like a forged one."""
    try:
        private_file.write(path, data)
    except OSError as error:
        raise StorageError(
            Message("the pack cannot be written: {}", system_message(error))
        ) from error


@dataclass(frozen=True, slots=True)
class _NoCoverage:
    """Coverage of a container that was not even opened."""

    entries: int = 0
    signed_up_to: int = 0
    open_tail: int = 0
    signed_by: str = ""
    key_was_given: bool = False
    covered: int = 0
    standing_checked: bool = False
    not_checked: list[str] = field(
        default_factory=lambda: [Message("everything: the container was refused")]
    )
    litter: list[str] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _ContainerProblem:
    seq: int
    what: Message


@dataclass(frozen=True, slots=True)
class _RefusedContainer:
    """Stands where the core's Verification would: the files never came so far."""

    verdict: str
    problem: _ContainerProblem
    question: Message = field(
        default_factory=lambda: Message("Is this file a pack that can be opened safely?")
    )
    coverage: _NoCoverage = field(default_factory=_NoCoverage)
    warnings: list[str] = field(default_factory=list)
    statement: str = ""

    def __bool__(self) -> NoReturn:
        raise TypeError("a Verification is not a yes or no: use .verdict")


def read_pack(path: str | PathLike[str]) -> list[tuple[str, bytes]]:
    """The files of a ZIP or an unpacked folder, read with the limits of docs/reference/verify.md.

    Of a signed container (:mod:`consent.asic`) these are the files of the pack in it, and beside
    them its signatures, which nobody checks here.

    Raises:
        StorageError: There is nothing that can be read.
        verify_standalone.FailedError: The container is unsafe: step 1 fails.
    """
    from consent import asic

    try:
        if asic.is_asic(path):
            inner, signatures = asic.pack_inside(path)
            with tempfile.TemporaryDirectory(prefix="consent-") as scratch:
                whole = Path(scratch) / "proof.zip"
                whole.write_bytes(inner)
                return [*verify_standalone.read_container(whole), *signatures]
        return verify_standalone.read_container(Path(path))
    except verify_standalone.CannotReadError as error:
        raise StorageError(
            Message("the pack cannot be read: {}", Message.in_both(error.what.en, error.what.ru))
        ) from error


def verify(
    path: str | PathLike[str], *, trusted: Iterable[str] = (), receipts: Iterable[bytes] = ()
) -> Verification:
    """Check a pack; see :func:`consent.verify`.

    Raises:
        StorageError: There is nothing that can be read.
        ProofError: A key of ``trusted`` is not one.
    """
    try:
        files = read_pack(path)
    except verify_standalone.FailedError as refused:
        problem = _ContainerProblem(
            0, Message("({}) {}", refused.step, Message.in_both(refused.what.en, refused.what.ru))
        )
        return cast("Verification", _RefusedContainer(refused.verdict, problem))
    return _core.verify_bundle(_taken(files), list(trusted), list(receipts))


def _taken(files: list[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Each file once, and let go of: the core keeps its own copy."""
    files.reverse()
    while files:
        yield files.pop()
