"""Acts of destruction: the two documents that Roskomnadzor's Order 179 asks for after an erasure.

Both stand in ``LOG/acts/SEQ.json`` and ``SEQ.html`` (print it, or print it to PDF), named by the
entry of the erasure. The person is named by tag and seq, "other information pointing to the
person": a name or number in them would keep for three years what was to be destroyed.

A kill between the destruction and its act loses neither: what the log cannot hold is written down
beforehand (``acts/draft.json``), :func:`missing_acts` and ``consent due`` name the entry, and
:func:`complete` writes its act.

The fields are those of the law sheet, section 4.1 (p. 3 "а"-"к" for the act, p. 5 "а"-"д" for the
export of the event log), in its order. What the log cannot hold stands in the act (p. 6).
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from consent import _core
from consent.errors import InvalidArgument, StorageError
from consent.event import SubjectErased
from consent.files import private_file
from consent.locale.message import Message
from consent.log import Erasure, Log
from consent.number import Number, PhoneNumber
from consent.pages import act as act_page

__all__ = [
    "Act",
    "Operator",
    "act_files",
    "acts",
    "carry_out",
    "certified",
    "complete",
    "make",
    "missing_acts",
    "subject_of",
    "write",
]

FORMAT: Final = "libconsent-destruction-act/v1"
METHOD: Final = (
    "уничтожение ключа шифрования субъекта с затиранием (secure_delete), после чего запечатанные "
    "сведения не могут быть восстановлены; удаление файлов, хранившихся рядом с журналом"
)
REASON: Final = "требование субъекта"
_DRAFT: Final = "draft.json"
CATEGORIES: Final = (
    "номер телефона",
    "сведения о согласиях, отказах и контактах, связывавшие их с лицом",
)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who answers for the data, and who destroyed them.

    Attributes:
        name: Name or full name of the operator (act, "а").
        address: Its address.
        inn: Its INN.
        processor: Name and address of whoever processes for it, if anybody (act, "б").
        destroyed_by: (name, position) of those who destroyed, for their signatures (act, "г").
        system: Name of the information system of personal data (act, "ж"; export "в").
    """

    name: str = ""
    address: str = ""
    inn: str = ""
    processor: str = ""
    destroyed_by: tuple[tuple[str, str], ...] = ()
    system: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One act as it is kept.

    Attributes:
        seq: Of the entry ``subject.erased``.
        destroyed_at: When.
        keep_until: First day on which it need no longer be kept.
        file: The JSON document; the HTML one lies beside it.
        missing: Fields that the order asks for and nobody has filled in.
    """

    seq: int
    destroyed_at: datetime
    keep_until: datetime
    file: Path
    missing: tuple[str, ...] = field(default=())


def make(log: Log, done: Erasure, operator: Operator, *, reason: str) -> dict[str, Any]:
    """Put the act and the export together. Nothing is written.

    Args:
        log: Where the erasure was recorded.
        done: What :meth:`consent.Log.erase` returned.
        operator: Whoever answers for the data.
        reason: Why, in words (act, "и"; export "г").

    Raises:
        ValueError: Nothing was erased.
    """
    if not done.erased:
        raise ValueError("nothing was erased: there is nothing to certify")
    about = _Destroyed(
        done.seq,
        done.at,
        done.before.tag,
        done.before.entries,
        done.before.files,
        done.request,
        done.request_salt,
    )
    return _document(log, about, operator, reason)


@dataclass(frozen=True, slots=True)
class _Destroyed:
    """What an act says of the destruction itself."""

    seq: int
    at: datetime
    tag: bytes
    entries: int
    files: int
    request: bytes | None
    request_salt: bytes


def _destroyed_by(log: Log, seq: int, salt: bytes) -> _Destroyed:
    """The same, read back from the entry ``subject.erased`` and those that its subject had."""
    entry = log.entry(seq)
    erased = entry.event
    if not isinstance(erased, SubjectErased) or entry.subject is None:
        raise InvalidArgument(Message("entry {}: records no erasure", seq))
    entries = files = 0
    before = entry.subject.prev
    while before >= 0:
        each = log.entry(before)
        entries += 1
        files += len(getattr(each.event, "kept", ()))
        before = -1 if each.subject is None else each.subject.prev
    return _Destroyed(
        seq,
        entry.recorded,
        entry.subject.tag,
        entries,
        files,
        erased.request,
        salt,
    )


def _document(log: Log, done: _Destroyed, operator: Operator, reason: str) -> dict[str, Any]:
    row = _core.retention("destruction_act", done.at)
    entry = log.entry(done.seq)
    erased = entry.event
    ground = erased.ground if isinstance(erased, SubjectErased) else ""
    system = operator.system or f"журнал согласий {log.origin}"
    subject = (
        f"метка субъекта {done.tag.hex()}, запись журнала {done.seq}; имя и номер не "
        "приводятся: они уничтожены"
    )
    categories = [*CATEGORIES]
    if done.files:
        categories.append(f"доказательства: записи, документы, тексты (файлов: {done.files})")
    at = done.at.astimezone(UTC).isoformat()
    # Three whole years: to the end of that day, not to its beginning.
    keep_until = _core.day_years_before(done.at + timedelta(days=1), -row.years)
    act = {
        "operator": {
            "name": operator.name or log.distributor_name,
            "inn": operator.inn or log.distributor,
            "address": operator.address,
        },
        "processor": operator.processor,
        "subject": subject,
        "destroyed_by": [{"name": n, "position": p} for n, p in operator.destroyed_by],
        "categories": categories,
        "carrier": "не применимо: обработка автоматизированная, листов нет",
        "system": system,
        "method": METHOD,
        "reason": f"{reason} (основание: {ground})",
        "date": at,
    }
    export = {
        "subject": subject,
        "categories": categories,
        "system": system,
        "reason": act["reason"],
        "date": at,
        "entry": {
            "log": log.origin,
            "seq": done.seq,
            "leaf": entry.leaf.hex(),
            "bytes": entry.bytes.decode("utf-8"),
            "destroyed_entries": done.entries,
            "destroyed_files": done.files,
        },
    }
    if done.request is not None:
        act["request"] = {
            "sha256": done.request.hex(),
            "salt": done.request_salt.hex() if done.request_salt else None,
        }
    return {
        "format": FORMAT,
        "order": {"citation": row.citation, "citation_ru": row.citation_ru, "row": row.id},
        "seq": done.seq,
        "destroyed_at": at,
        "keep_until": keep_until.isoformat(),
        "act": act,
        "log_export": export,
        "missing": _missing(act),
    }


def _missing(act: Mapping[str, Any]) -> list[str]:
    missing = [name for name in ("name", "address") if not act["operator"][name]]
    if not act["destroyed_by"]:
        missing.append("destroyed_by")
    return missing


def make_ready(log: Log) -> None:
    """See that an act can be written, before what it certifies is destroyed.

    Raises:
        OSError: The folder ``acts`` cannot be made or written.
    """
    folder = Path(log.folder) / "acts"
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"\0" * 65536)
        os.fsync(probe.fileno())


def carry_out(
    log: Log,
    number: Number,
    *,
    ground: str,
    operator: Operator,
    reason: str,
    requester: str = "",
    lose_proof: bool = False,
    held_at: datetime | None = None,
    at: datetime | None = None,
) -> tuple[Erasure, Act | None]:
    """Erase a number's holder and write the act, so that a kill in between loses neither.

    Args:
        log: Open for writing.
        number: Whose.
        ground: As for :meth:`consent.Log.erase`; so are ``requester``, ``lose_proof``, ``held_at``
            and ``at``.
        operator: Whoever answers for the data.
        reason: Why, in words, for the act.
        requester: See ``ground``.
        lose_proof: See ``ground``.
        held_at: See ``ground``.
        at: See ``ground``.

    Returns:
        What was done, and the act; None where something stood in the way.

    Raises:
        InvalidArgument: ``reason``, ``requester`` or ``operator`` spells the number; nothing was
            destroyed.
        OSError: No act could be written here; nothing was destroyed.
        ConsentError: As :meth:`consent.Log.erase`.
    """
    said = (reason, requester, *_texts_of(operator))
    if any(_names(number, text) for text in said):
        raise InvalidArgument(
            "what is said for the act or of the requester spells the number that is destroyed"
        )
    make_ready(log)
    complete_drafted(log)
    check = log.before_erasing(number, held_at=held_at, at=at)
    salt = os.urandom(32) if requester else b""
    draft = Path(log.folder) / "acts" / _DRAFT
    if check.erased_before is None:
        text = json.dumps(
            {
                "tag": check.tag.hex(),
                "request_salt": salt.hex(),
                "reason": reason,
                "operator": asdict(operator),
            },
            ensure_ascii=False,
        )
        private_file.write(draft, text.encode())
    done = log.erase(
        number,
        ground=ground,
        requester=requester,
        lose_proof=lose_proof,
        held_at=held_at,
        at=at,
        request_salt=salt,
    )
    act = write(log, make(log, done, operator, reason=reason)) if done.erased else None
    draft.unlink(missing_ok=True)
    return done, act


def _texts_of(operator: Operator) -> Iterator[str]:
    for value in asdict(operator).values():
        if isinstance(value, str):
            yield value
        else:
            yield from itertools.chain.from_iterable(value)


def _names(number: Number, text: str) -> bool:
    """Whether a text holds the number, with or without its country's code, however divided."""
    whose = PhoneNumber.parse(number) if isinstance(number, str) else number
    digits = whose.e164[1:]
    code = 1 if digits[0] in "17" else 0
    return digits[code:] in re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text))


def _key_is_there(log: Log, tag: bytes) -> bool:
    return any(
        due["tag"] == tag and due["number"] is not None
        for due in _core.due(log, datetime.now(UTC))
        if due["duty"] == "keep_act"
    )


def missing_acts(log: Log, *, at: datetime) -> list[int]:
    """Entries ``subject.erased`` whose act must still be kept and is not there.

    Args:
        log: Open.
        at: Aware: acts whose time is over then need not be there.
    """
    erased = [
        due
        for due in _core.due(log, at)
        if due["duty"] == "keep_act" and (due["ends"] is None or due["ends"] > at)
    ]
    there = certified(log.folder) if erased else set()
    return sorted(due["seq"] for due in erased if due["tag"] not in there)


def certified(folder: str | os.PathLike[str]) -> set[bytes]:
    """Tags of the subjects whose act of destruction lies beside a log."""
    found = set()
    for file in act_files(folder):
        with contextlib.suppress(InvalidArgument):
            found.add(subject_of(file))
    return found


def complete(
    log: Log,
    seq: int,
    operator: Operator | None = None,
    *,
    reason: str | None = None,
) -> Act:
    """Write the act of an erasure that was recorded, from its entry.

    What the entry cannot hold comes from the draft that :func:`carry_out` left when it was killed,
    where it is this erasure's; what is given here goes before it.

    Args:
        log: Open, if only for reading.
        seq: The entry ``subject.erased``.
        operator: Whoever answers for the data.
        reason: Why, in words, for the act.

    Raises:
        InvalidArgument: The entry records no erasure.
        StorageError: The erasure was interrupted, and the key is there still: opening the log for
            writing completes it.
        FileExistsError: There is an act of it.
    """
    given = operator or Operator()
    erased = _destroyed_by(log, seq, b"").tag
    if _key_is_there(log, erased):
        raise StorageError(
            Message(
                "entry {}: the key is not destroyed yet; open the log for writing, which does it",
                seq,
            )
        )
    drafted = _draft_of(log, erased)
    if drafted is not None:
        was = drafted["operator"]
        was["destroyed_by"] = tuple((name, what) for name, what in was["destroyed_by"])
        given = Operator(**{each: getattr(given, each) or was[each] for each in was})
    salt = bytes.fromhex(drafted["request_salt"]) if drafted is not None else b""
    reason = reason or (drafted["reason"] if drafted is not None else REASON)
    act = write(log, _document(log, _destroyed_by(log, seq, salt), given, reason))
    if drafted is not None:
        (Path(log.folder) / "acts" / _DRAFT).unlink(missing_ok=True)
    return act


def complete_drafted(log: Log) -> Act | None:
    """Write the act that :func:`carry_out` was killed before, where there is such a one."""
    draft = Path(log.folder) / "acts" / _DRAFT
    if not draft.exists():
        return None
    for seq in missing_acts(log, at=datetime.now(UTC)):
        if _draft_of(log, _destroyed_by(log, seq, b"").tag) is not None:
            return complete(log, seq)
    return None


def _draft_of(log: Log, tag: bytes) -> dict[str, Any] | None:
    try:
        draft = json.loads((Path(log.folder) / "acts" / _DRAFT).read_text(encoding="utf-8"))
        return draft if draft["tag"] == tag.hex() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(log: Log, document: Mapping[str, Any]) -> Act:
    """Keep an act beside its log: ``acts/SEQ.json`` and ``acts/SEQ.html``, mode 0600.

    Raises:
        FileExistsError: There is one for this erasure; nothing is written over.
    """
    folder = Path(log.folder) / "acts"
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = folder / f"{document['seq']:06d}.json"
    if os.path.lexists(kept):
        raise FileExistsError(f"acts/{kept.name}: is there already")
    # The page first: where the JSON document lies, both do.
    private_file.write(kept.with_suffix(".html"), act_page.page(document).encode())
    with private_file.create(kept) as out:
        out.write((json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
    return _act(kept, document)


def acts(log: Log | str | os.PathLike[str], *, at: datetime | None = None) -> list[Act]:
    """List the acts that must still be kept, the one to be kept longest last.

    Args:
        log: A log or its folder.
        at: The moment to judge by; None: all acts that are there.
    """
    folder = Path(log.folder if isinstance(log, Log) else log) / "acts"
    found = [
        _act(file, json.loads(file.read_text(encoding="utf-8")))
        for file in sorted(folder.glob("[0-9]*.json"))
    ]
    kept = (act for act in found if at is None or at < act.keep_until)
    return sorted(kept, key=lambda act: (act.keep_until, act.seq))


def act_files(folder: str | os.PathLike[str]) -> list[Path]:
    """The JSON acts that lie beside a log, whatever has become of it."""
    return sorted((Path(folder) / "acts").glob("[0-9]*.json"))


def subject_of(file: Path) -> bytes:
    """The tag of the subject that an act names.

    Raises:
        InvalidArgument: The file is no act.
    """
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        found = re.search(r"\b[0-9a-f]{64}\b", document["act"]["subject"])
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    if found is None:
        raise InvalidArgument(Message("{}: is no act of destruction", file.name))
    return bytes.fromhex(found.group())


def _act(file: Path, document: Mapping[str, Any]) -> Act:
    return Act(
        document["seq"],
        datetime.fromisoformat(document["destroyed_at"]),
        datetime.fromisoformat(document["keep_until"]),
        file,
        tuple(document["missing"]),
    )
