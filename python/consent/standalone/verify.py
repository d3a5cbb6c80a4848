#!/usr/bin/env python3
"""Checks a libconsent pack. Python 3.8 or newer and its standard library are all it needs.

    python3 -I verify.py [FOLDER-OR-ZIP] [--key VKEY] [--receipt FILE] [--json] [--lang ru|en]

Without a path it checks the folder it lies in. It changes nothing and asks no network.
Exit codes: 0 proven, 1 refuted or not proven, 2 wrong usage, 3 cannot read.

A pack can carry a false verify.py as easily as false entries. Whoever must be sure takes this
file from the libconsent project, reads it (it is meant to be read), and gets the log's verifier
key from its owner by another way than the pack. The steps below have the numbers of
docs/reference/verify.md, which stands at the end of FORMAT.md.
"""

# Lines are up to 130 columns, so that a refusal in two languages is one line.
# ruff: noqa: B905, E501, UP006, UP017, UP035, UP045 - Python 3.8
# fmt: off
import sys  # built in: no file can stand in for it

# The folder of this file comes from a stranger: no module is taken from it, nor from where the
# shell happens to be. `python3 -I` says the same from outside. Not even __future__ is imported
# before this, hence the quotes around types of later classes.
if __name__ == "__main__":
    _here = sys.path[0] if sys.path and not sys.flags.isolated else None
    sys.path[:] = [
        each
        for each in sys.path
        if each != _here and (each[:1] in ("/", "\\") or each[1:2] == ":")
    ]

import argparse
import base64
import binascii
import datetime
import hashlib
import json
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, NoReturn, Optional, Tuple

FORMAT = "libconsent-pack/v2"
MANIFEST = "manifest-sha256.txt"
SIGNATURE = "signature"
MAX_FILES = 10_000
MAX_TOTAL = 128 << 20
MAX_FILE = 64 << 20
MAX_PARSED = 4 << 20
MAX_RATIO = 100
MAX_SMALL = 64 * 1024
MAX_ENTRY = 16 * 1024
MAX_CASE = MAX_PARSED
MAX_NOTE = 128 * 1024
RECEIPT = "libconsent-receipt/v1"
MAX_SIGNATURES = 100
MAX_INTEGER = (1 << 53) - 1
ZEROS = "0" * 64
PLAIN_FILES = ("case.json", "checkpoint", MANIFEST, SIGNATURE)
FOLDERS = ("entries/", "evidence/", "openings/", "proofs/", "wordings/")
PAGES = ("report.html", "report.txt", "verify.html", "verify.py", "FORMAT.md")
TYPES = (
    "log.created",
    "consent.asked",
    "consent.given",
    "consent.refused",
    "consent.withdrawn",
    "number.reassigned",
    "contact.made",
    "operator.refusal",
    "number.classified",
    "evidence.added",
    "entry.corrected",
    "subject.erased",
    "subject.restricted",
    "subject.held",
    "request.received",
    "request.answered",
    "contact.received",
    "wording.registered",
    "clock.step",
    "log.restored",
    "log.heartbeat",
    "log.backed_up",
    "log.backup_destroyed",
    "caller.assigned",
    "caller.released",
    "anchor.added",
    "map.recorded",
    "key.rotated",
    "receipt.issued",
)

OF_THE_LOG = (
    "log.created",
    "wording.registered",
    "clock.step",
    "log.restored",
    "log.heartbeat",
    "log.backed_up",
    "log.backup_destroyed",
    "caller.assigned",
    "caller.released",
    "anchor.added",
    "map.recorded",
    "key.rotated",
)
ENDS = ("number.reassigned", "subject.erased")

Files = List[Tuple[str, bytes]]


class Text(NamedTuple):
    """One sentence in both languages."""

    en: str
    ru: str


STEPS = {
    1: Text(
        "the files of the manifest are here, every hash agrees, nothing beside them is dangerous",
        "файлы из описи на месте, все хеши сходятся, рядом нет ничего опасного",
    ),
    2: Text(
        "the log's key has signed the checkpoint and the whole pack, of the log that case.json names",
        "ключ журнала подписал контрольную точку и весь пакет; журнал — тот, что назван в case.json",
    ),
    3: Text(
        "each entry is canonical, of this log, and has the place its name says",
        "каждая запись канонична, из этого журнала и стоит на названном месте",
    ),
    4: Text(
        "each entry is included in the signed tree by its proof",
        "каждая запись входит в подписанное дерево: доказательства верны",
    ),
    5: Text(
        "entry 0 created the log, its key or those that replaced it signed, and the one that signed is trusted",
        "запись 0 создала журнал, подписал её ключ или заменивший его, и подписавшему доверяют",
    ),
    6: Text(
        "each opening fits its entry and names the number of case.json",
        "каждое раскрытие подходит к своей записи и называет номер из case.json",
    ),
    7: Text("the entries are one subject's chain without gaps", "записи — цепочка одного абонента без пропусков"),
    8: Text("the times of the entries are possible", "времена записей возможны"),
    9: Text("the wordings are the texts that the entries name", "формулировки — те, что названы в записях"),
    11: Text("no receipt that was given contradicts the pack", "ни одна из заданных квитанций не противоречит пакету"),
    10: Text("what this check does not show", "чего эта проверка не показывает"),
}

NOT_CHECKED = (
    Text(
        "that no later entry about this subject exists in the log (this format has no map yet)",
        "что в журнале нет более поздних записей об этом абоненте (в этой версии формата нет карты)",
    ),
    Text("that the log knows this number under no other tag", "что журнал не знает этот номер под другой меткой"),
    Text(
        "that the times are true: no time anchor, the log's owner set the clock",
        "что времена верны: независимых отметок времени нет, часы ставил владелец журнала",
    ),
    Text(
        "that everyone was shown the same log: no witness has signed",
        "что всем показывали один и тот же журнал: подписей свидетелей нет",
    ),
    Text(
        "the answer in case.json: it was not derived again from the entries", "ответ в case.json: он не выведен из записей заново"
    ),
    Text(
        "that report.html, report.txt, verify.html, verify.py and FORMAT.md say what the entries say",
        "что report.html, report.txt, verify.html, verify.py и FORMAT.md говорят то же, что записи",
    ),
    Text("that the entries tell the truth about what was said", "что записи правдиво передают сказанное"),
)


# What a ProofError says, in Russian.
PROOFS_RU: Dict[str, str] = {
    "a key stands twice": "ключ повторяется",
    "an integer is outside +-(2^53-1)": "целое вне пределов ±(2^53-1)",
    "a number is not an integer": "число не целое",
    "nested deeper than 8": "вложенность больше 8",
    "a key is not [a-z][a-z0-9_]{0,31}": "ключ не вида [a-z][a-z0-9_]{0,31}",
    "null": "null",
    "too large": "слишком велик",
    "not UTF-8": "не UTF-8",
    "not JSON": "не JSON",
    "not canonical: other bytes say the same": "не канонично: то же записывают другие байты",
    "not an object": "не объект",
    "not base64": "не base64",
    "not exact base64": "не точный base64",
    "a verifier key is name+id+key": "ключ проверки — это имя+id+ключ",
    "the key is not Ed25519": "ключ не Ed25519",
    "the key id is not that of the name and key": "id ключа не от этих имени и ключа",
    "the key is no point in its one encoding, or of small order": "ключ — не точка в единственной записи или точка малого порядка",
    "the note is larger than 128 KiB": "подписанный текст больше 128 КиБ",
    "the note is not UTF-8": "подписанный текст не в UTF-8",
    "the note holds a control character": "в подписанном тексте управляющий символ",
    "the note has no signatures after an empty line": "после пустой строки нет подписей",
    "the note has more than 100 signatures": "подписей больше 100",
    "a signature line is not '\u2014 name base64'": "строка подписи не вида «\u2014 имя base64»",
    "a signature is too short": "подпись слишком коротка",
    "the signature of a known key is wrong": "подпись известным ключом неверна",
    "not a decimal below 2^63": "не десятичное число меньше 2^63",
    "a hash is not 32 bytes": "хеш не из 32 байт",
    "not a checkpoint: origin, size, root, a line each": "не контрольная точка: имя журнала, размер, корень, по строке",
    "the root of no entries is SHA-256 of nothing": "корень пустого журнала — SHA-256 от пустоты",
    "the proof is larger than 128 KiB": "доказательство больше 128 КиБ",
    "the proof is not ASCII": "доказательство не в ASCII",
    "not a tlog-proof v1": "не tlog-proof v1",
    "the proof has no index, or more than 63 hashes": "в доказательстве нет индекса или больше 63 хешей",
    "the index is not inside the tree": "такого индекса в дереве нет",
    "the proof is too long": "доказательство слишком длинное",
    "the proof is too short": "доказательство слишком короткое",
    "the proof leads to another root": "доказательство ведёт к другому корню",
    "not details and a salt of 32 bytes": "это не сведения и не соль из 32 байт",
    "the details are not a text": "сведения не текст",
    "it is not the opening of this entry": "это раскрытие не этой записи",
    "it names no number": "номер в нём не назван",
    "it replaces another key than the last": "она заменяет не последний ключ",
    "it names a key of another log": "она называет ключ другого журнала",
    "it names a key that the log had before": "она называет ключ, который у журнала уже был",
    "a signature of the rotation is wrong": "подпись замены ключа неверна",
    "the body of a rotation lacks a member or has one of another shape": "в теле замены ключа нет нужного поля или оно другого вида",
    "a tlog-proof without the line of a receipt": "tlog-proof без строки квитанции",
    "of a format this reader does not know": "формат неизвестен",
    "lacks a member, has another, or one of another type": "поля нет, есть лишнее или оно другого типа",
    "a member is not a text": "поле не текст",
    "the number is not in E.164 form": "номер не в форме E.164",
    "the proof holds another checkpoint": "в доказательстве другая контрольная точка",
    "the proof is of another entry": "доказательство другой записи",
    "it names another number than case.json": "в нём другой номер, чем в case.json",
    "its files are not a list of {place, salt}, in order": "его файлы — не список {place, salt} по порядку",
}


class FailedError(Exception):
    """A step that does not hold: which one, what, at which entry, and how bad it is."""

    def __init__(self, step: int, what: Text, seq: Optional[int], verdict: str) -> None:
        super().__init__(what.en)
        self.step, self.what, self.seq, self.verdict = step, what, seq, verdict


class CannotReadError(Exception):
    """There is nothing to judge: no such file, not a ZIP, a disk that fails."""

    def __init__(self, en: str, ru: str) -> None:
        super().__init__(en)
        self.what = Text(en, ru)


class ProofError(ValueError):
    """A text of C2SP, a tree hash or a JSON value that is not what it must be."""

    @property
    def ru(self) -> str:
        """The same in Russian."""
        return PROOFS_RU[str(self)]


def refute(step: int, en: str, ru: str, seq: Optional[int] = None) -> NoReturn:
    """Something contradicts the claim."""
    raise FailedError(step, Text(en, ru), seq, "refuted")


def lack(step: int, en: str, ru: str, seq: Optional[int] = None) -> NoReturn:
    """Something needed is missing or cannot be judged here."""
    raise FailedError(step, Text(en, ru), seq, "not_proven")


# --- the container ------------------------------------------------------------------------------

PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def is_safe(name: str) -> bool:
    """Whether a name is ASCII letters, digits, '.', '_', '-' in parts divided by '/'.

    So it leads out of no folder, has no second spelling, and no file system reads it in its own manner.
    """
    parts = name.split("/")
    if not 1 <= len(parts) <= 8 or len(name) > 240:
        return False
    return all(PART.fullmatch(p) and not p.endswith(".") and not DEVICE.fullmatch(p) for p in parts)


# Controls, and what changes direction or lines of a text without being seen.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)


def escaped(found: "re.Match[str]") -> str:
    """One hidden character, written out; a byte that was no UTF-8 as that byte."""
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"


def shown(text: str) -> str:
    """Text out of a pack, fit to be printed: nothing in it steers a terminal."""
    return HIDDEN.sub(escaped, text)


def quoted(name: str) -> str:
    """A hostile name, fit to be printed."""
    return shown(name[:120])


def stays_inside(name: str) -> bool:
    """Whether every system that unpacks the name puts the file below the pack and under this name."""
    if len(name.encode("utf-8", "replace")) > 1024 or HIDDEN.search(name) or "\\" in name or ":" in name:
        return False
    return all(part and part == part.rstrip(". ") and not DEVICE.fullmatch(part) for part in name.split("/"))


LITTER = (".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".directory")
APPLE_DOUBLE = b"\x00\x05\x16\x07"
RUNS = frozenset(
    ["app", "application", "appref-ms", "bash", "bat", "chm", "class", "cmd", "com", "command", "cpl", "csh", "desktop", "dll", "docm", "dylib", "exe", "fish", "hta", "htm", "html", "inf", "iso", "jar", "js", "jse", "lnk", "mht", "mhtml", "mjs", "msc", "msi", "msix", "msp", "php", "pif", "pl", "ps1", "psd1", "psm1", "pth", "py", "pyc", "pyd", "pyo", "pyw", "pyz", "rb", "reg", "scf", "scr", "sct", "sh", "shtml", "so", "svg", "svgz", "swf", "terminal", "url", "vbe", "vbs", "webloc", "workflow", "ws", "wsf", "wsh", "xhtml", "xht", "xlsm", "xml", "zsh"]
)


def last_part(name: str) -> str:
    """The name without its folders, in lower case."""
    return name.rsplit("/", 1)[-1].lower()


def runs(name: str) -> bool:
    """Whether a double click, a browser, a shell or Python runs such a file."""
    _stem, dot, ending = last_part(name).rstrip(". ").rpartition(".")
    return bool(dot) and ending in RUNS


def is_litter(name: str, data: bytes) -> bool:
    """What macOS, Windows and desktops leave in folders."""
    last = last_part(name)
    if last in LITTER:
        return True
    apple = last.startswith("._") and data.startswith(APPLE_DOUBLE)
    return apple or (not runs(name) and name.split("/")[0] == "__MACOSX")


def folded(name: str) -> str:
    """The name as file systems compare it, without what some of them ignore."""
    kept = HIDDEN.sub(lambda found: found[0] if ord(found[0]) < 0xA0 else "", name).replace("\xad", "")
    parts = unicodedata.normalize("NFC", kept).casefold().split("/")
    return "/".join(part.rstrip(". ") for part in parts)


def is_known(name: str) -> bool:
    """Whether the format has a meaning for a file of this name."""
    return name.startswith(FOLDERS) or name in PLAIN_FILES + PAGES


def unwrapped(files: Files) -> Tuple[str, Files]:
    """The files by their names inside the pack, without the one folder that archivers put around it."""
    names = [name for name, _ in files]
    folders = {name[: -len(MANIFEST) - 1] for name in names if name.count("/") == 1 and name.endswith("/" + MANIFEST)}
    folders = {folder for folder in folders if folder != "__MACOSX" and stays_inside(folder)}
    if MANIFEST in names or len(folders) != 1:
        return "", files
    folder = folders.pop() + "/"
    return folder, [(name[len(folder) :] if name.startswith(folder) else name, data) for name, data in files]


def check_amount(count: int, total: int) -> None:
    """Limits of step 1: the whole is read into memory, which stays below 300 MB so."""
    if count > MAX_FILES:
        lack(1, "more than 10 000 files", "больше 10 000 файлов")
    if total > MAX_TOTAL:
        lack(1, "larger than 128 MiB", "больше 128 МиБ")


def check_size(name: str, size: int) -> None:
    """The limit of one file."""
    if size > MAX_FILE:
        lack(1, f"{quoted(name)} is larger than 64 MiB", f"{quoted(name)} больше 64 МиБ")


def is_parsed(name: str) -> bool:
    """Whether more than a hash is made of a file."""
    return name.startswith(("entries/", "openings/", "proofs/")) or name in ("case.json", "checkpoint", MANIFEST)


def read_folder(folder: Path) -> Files:
    """Every regular file below `folder`; anything else there is refused."""
    files: Files = []
    total = 0
    waiting = [(folder, "")]
    while waiting:
        place, prefix = waiting.pop()
        for item in sorted(os.scandir(place), key=lambda entry: entry.name):
            name = prefix + item.name
            if HIDDEN.search(name):  # bytes that are no text among them
                lack(1, f"the name {quoted(name)} is not safe", f"имя {quoted(name)} небезопасно")
            if item.is_symlink() or not (item.is_dir() or item.is_file(follow_symlinks=False)):
                lack(1, f"{quoted(name)} is not a regular file", f"{quoted(name)} — не обычный файл")
            if item.is_dir():
                if prefix.count("/") >= 8:
                    lack(1, "folders nested too deep", "слишком глубоко вложенные папки")
                waiting.append((Path(item.path), name + "/"))
                continue
            total += item.stat().st_size
            check_amount(len(files) + 1, total)
            check_size(name, item.stat().st_size)
            files.append((name, Path(item.path).read_bytes()))
    return files


def read_zip(path: Path) -> Files:
    """Members of a ZIP that hides nothing: no links, no encryption, no bombs, no overlaps."""
    check_amount(0, path.stat().st_size)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise CannotReadError("not a ZIP file", "это не файл ZIP") from error
    with archive:
        infos = archive.infolist()
        check_amount(len(infos), sum(info.file_size for info in infos))
        check_layout(path, infos, archive.start_dir)
        return [read_member(archive, info) for info in infos if not check_member(info)]


def check_member(info: zipfile.ZipInfo) -> bool:
    """Refuses a member that is not a plain file; True for the mere name of a folder."""
    name = quoted(info.orig_filename)
    if info.flag_bits & 0x2041:
        lack(1, f"{name} is encrypted", f"{name} зашифрован")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        lack(1, f"{name}: compression unknown here", f"{name}: неизвестное сжатие")
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        lack(1, f"{name} is a link or a device", f"{name} — ссылка или устройство")
    if info.orig_filename.endswith("/"):
        if info.file_size:
            lack(1, f"the folder {name} has content", f"у папки {name} есть содержимое")
        if not stays_inside(info.orig_filename[:-1]):
            lack(1, f"the name {name} is not safe", f"имя {name} небезопасно")
        return True
    check_size(info.orig_filename, info.file_size)
    if info.file_size > max(MAX_RATIO * info.compress_size, MAX_SMALL):
        lack(1, f"{name} expands more than 100 times", f"{name} разворачивается более чем в 100 раз")
    return False


def check_layout(path: Path, infos: List[zipfile.ZipInfo], directory: int) -> None:
    """Members lie one after another from the first byte and share none (overlapping bombs do)."""
    end = 0
    with path.open("rb") as file:
        for info in sorted(infos, key=lambda each: each.header_offset):
            if info.header_offset < end or (end == 0 and info.header_offset != 0):
                lack(
                    1, "members of the ZIP overlap, or bytes precede them", "части ZIP перекрываются, или перед ними есть байты"
                )
            file.seek(info.header_offset)
            header = file.read(30)
            if len(header) != 30:
                lack(1, "the ZIP is damaged", "ZIP повреждён")
            sizes = struct.unpack("<HH", header[26:30])
            end = info.header_offset + 30 + sizes[0] + sizes[1] + info.compress_size
    if end > directory:
        lack(1, "members of the ZIP overlap, or bytes precede them", "части ZIP перекрываются, или перед ними есть байты")


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Tuple[str, bytes]:
    """The bytes of one member, no more than it promised."""
    try:
        with archive.open(info) as member:
            data = member.read(info.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        lack(1, f"{quoted(info.filename)} is damaged in the ZIP", f"{quoted(info.filename)} повреждён внутри ZIP")
    if len(data) != info.file_size:
        lack(1, f"{quoted(info.filename)} is damaged in the ZIP", f"{quoted(info.filename)} повреждён внутри ZIP")
    return info.orig_filename, data


def read_container(path: Path) -> Files:
    """Files of a folder or a ZIP."""
    try:
        if path.is_dir():
            return read_folder(path)
        if not path.is_file():
            raise CannotReadError("no such file or folder", "нет такого файла или папки")
        return read_zip(path)
    except OSError as error:
        raise CannotReadError(
            f"the file cannot be read: {error.strerror}", f"файл не читается: {error.strerror}"
        ) from error


# --- JSON ---------------------------------------------------------------------------------------


def members(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    """An object whose keys stand once each."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ProofError("a key stands twice")
    return result


def integer(text: str) -> int:
    """A JSON integer that every reader holds exactly."""
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise ProofError("an integer is outside +-(2^53-1)")
    return int(text)


def no_number(_: str) -> NoReturn:
    """Fractions and exponents."""
    raise ProofError("a number is not an integer")


KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")


def check_profile(value: object, depth: int, with_null: bool) -> None:
    """Keys [a-z][a-z0-9_]{0,31}, depth at most 8, null only where said."""
    if isinstance(value, (dict, list)):
        if depth == 8:
            raise ProofError("nested deeper than 8")
        if isinstance(value, dict):
            if not all(KEY.fullmatch(key) for key in value):
                raise ProofError("a key is not [a-z][a-z0-9_]{0,31}")
            value = list(value.values())
        for item in value:
            check_profile(item, depth + 1, with_null)
    elif value is None and not with_null:
        raise ProofError("null")


def read_json(data: bytes, limit: int, with_null: bool = False) -> Dict[str, Any]:
    """An object in exactly the bytes that a canonical writer gives it."""
    if len(data) > limit:
        raise ProofError("too large")
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=members, parse_int=integer, parse_float=no_number, parse_constant=no_number
        )
        check_profile(value, 0, with_null)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        same = again.encode("utf-8") == data
    except ProofError:
        raise
    except UnicodeError as error:
        raise ProofError("not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise ProofError("not JSON") from error
    if not same:
        raise ProofError("not canonical: other bytes say the same")
    if not isinstance(value, dict):
        raise ProofError("not an object")
    return value


def is_int(value: object) -> bool:
    """An integer and not a boolean, which Python counts among them."""
    return isinstance(value, int) and not isinstance(value, bool)


HASH = re.compile(r"[0-9a-f]{64}")


def is_hash(value: object) -> bool:
    """64 lower-case hex digits."""
    return isinstance(value, str) and HASH.fullmatch(value) is not None


# --- Ed25519 (RFC 8032, 5.1.7), strict ----------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
Point = Tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    """Sum of two points in extended coordinates."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    return ((f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P)


def times(scalar: int, point: Point) -> Point:
    """`point` added to itself."""
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def decompress(data: bytes) -> Optional[Point]:
    """The point of 32 bytes; None for what no encoder writes."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def compress(point: Point) -> bytes:
    """The 32 bytes of a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = decompress(BASE_Y.to_bytes(32, "little"))


def public_point(key: bytes) -> Optional[Point]:
    """The point of a public key; None for another encoding of one and for the eight of small order."""
    point = decompress(key) if len(key) == 32 else None
    return None if point is None or times(8, point)[0] == 0 else point


def signed_by(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `key` on `message`."""
    point = public_point(key)
    if point is None or BASE is None or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L or decompress(signature[:32]) is None:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus = (P - point[0], point[1], 1, P - point[3])
    return compress(add(times(s, BASE), times(h, minus))) == signature[:32]


# --- C2SP: signed-note, tlog-checkpoint, tlog-proof ----------------------------------------------


class Key(NamedTuple):
    """A verifier key: name+id+key."""

    text: str
    name: str
    id: bytes
    key: bytes


class Proof(NamedTuple):
    """An inclusion proof and the checkpoint it leads to."""

    place: int
    path: List[bytes]
    checkpoint: bytes


def unbase64(text: str) -> bytes:
    """Standard base64 in its one exact spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofError("not base64") from error
    if base64.b64encode(data).decode("ascii") != text:
        raise ProofError("not exact base64")
    return data


def is_name(name: str) -> bool:
    """What may stand as the name of a key or as an origin."""
    return bool(name) and not any(c == "+" or c.isspace() or ord(c) < 0x20 for c in name)


def parse_key(text: str) -> Key:
    """A verifier key in text, its id recomputed."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_name(parts[0]):
        raise ProofError("a verifier key is name+id+key")
    typed = unbase64(parts[2])
    if len(typed) != 33 or typed[0] != 1:
        raise ProofError("the key is not Ed25519")
    digest = hashlib.sha256(parts[0].encode("utf-8") + b"\n" + typed).digest()[:4]
    if digest.hex() != parts[1]:
        raise ProofError("the key id is not that of the name and key")
    if public_point(typed[1:]) is None:
        raise ProofError("the key is no point in its one encoding, or of small order")
    return Key(text, parts[0], digest, typed[1:])


def open_note(data: bytes, keys: List[Key]) -> Tuple[str, List[Key]]:
    """The signed text and those of `keys` that signed it. A known key's wrong signature refuses."""
    if len(data) > MAX_NOTE:
        raise ProofError("the note is larger than 128 KiB")
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProofError("the note is not UTF-8") from error
    if any(ord(c) < 0x20 and c != "\n" for c in note):
        raise ProofError("the note holds a control character")
    split = note.rfind("\n\n")
    if split < 0 or not note.endswith("\n") or len(note) == split + 2:
        raise ProofError("the note has no signatures after an empty line")
    text, lines = note[: split + 1], note[split + 2 : -1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ProofError("the note has more than 100 signatures")
    signers: List[Key] = []
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not is_name(parts[1]):
            raise ProofError("a signature line is not '\u2014 name base64'")
        blob = unbase64(parts[2])
        if len(blob) < 5:
            raise ProofError("a signature is too short")
        for key in keys:
            if key.name == parts[1] and key.id == blob[:4]:
                if not signed_by(key.key, text.encode("utf-8"), blob[4:]):
                    raise ProofError("the signature of a known key is wrong")
                if key not in signers:
                    signers.append(key)
    return text, signers


def decimal(text: str) -> int:
    """ASCII decimal below 2^63 without leading zeros."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text) or int(text) >= 1 << 63:
        raise ProofError("not a decimal below 2^63")
    return int(text)


def hash32(text: str) -> bytes:
    """Base64 of 32 bytes."""
    data = unbase64(text)
    if len(data) != 32:
        raise ProofError("a hash is not 32 bytes")
    return data


def parse_checkpoint(text: str) -> Tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or "" in lines[:-1] or not is_name(lines[0]):
        raise ProofError("not a checkpoint: origin, size, root, a line each")
    size, root = decimal(lines[1]), hash32(lines[2])
    if size == 0 and root != hashlib.sha256(b"").digest():
        raise ProofError("the root of no entries is SHA-256 of nothing")
    return lines[0], size, root


def parse_proof(data: bytes) -> Proof:
    """A tlog-proof; its untrusted `extra` line is dropped."""
    if len(data) > MAX_NOTE:
        raise ProofError("the proof is larger than 128 KiB")
    head, gap, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise ProofError("the proof is not ASCII") from error
    if not gap or not checkpoint or lines[0] != "c2sp.org/tlog-proof@v1":
        raise ProofError("not a tlog-proof v1")
    rest = lines[1:]
    if rest and rest[0].startswith("extra "):
        unbase64(rest.pop(0)[6:])
    if not rest or not rest[0].startswith("index ") or len(rest) > 64:
        raise ProofError("the proof has no index, or more than 63 hashes")
    return Proof(decimal(rest[0][6:]), [hash32(line) for line in rest[1:]], checkpoint)


def check_inclusion(leaf: bytes, index: int, size: int, path: List[bytes], root: bytes) -> None:
    """RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        raise ProofError("the index is not inside the tree")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            raise ProofError("the proof is too long")
        if fn & 1 or fn == sn:
            r = hashlib.sha256(b"\x01" + p + r).digest()
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = hashlib.sha256(b"\x01" + r + p).digest()
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofError("the proof is too short")
    if r != root:
        raise ProofError("the proof leads to another root")


# --- the steps ----------------------------------------------------------------------------------

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
# Numbers of country codes 1 and 7 have eleven digits.
NUMBER = re.compile(r"\+(?:[17][0-9]{10}|[2-689][0-9]{6,14})")


def is_time(value: object) -> bool:
    """A stored time: 27 bytes of RFC 3339 in UTC that name a real moment."""
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return False
    try:
        year, month, day, hour, minute, second, fraction = (int(part) for part in re.split("[^0-9]", value[:-1]))
        datetime.datetime(  # it has no year 0
            year or 2000, month, day, hour, minute, second, fraction, datetime.timezone.utc
        )
    except ValueError:
        return False
    return True


class Entry(NamedTuple):
    """An entry whose bytes and envelope step 3 has checked."""

    seq: int
    leaf: bytes
    value: Dict[str, Any]


class Receipt(NamedTuple):
    """A receipt that holds: its entry, the number it is about, and what was signed."""

    entry: Entry
    number: str
    signer: Key
    size: int
    root: bytes


def open_checkpoint(step: int, note: bytes, own: Key, keys: List[Key]) -> Tuple[str, int, bytes, Key]:
    """Origin, size, root and signer; `own` stands in where no keys are given."""
    try:
        text, signers = open_note(note, keys or [own])
        origin, size, root = parse_checkpoint(text)
    except ProofError as error:
        refute(step, f"checkpoint: {error}", f"контрольная точка: {error.ru}")
    if not signers:
        if keys:
            lack(step, "no given key has signed the checkpoint", "ни один из заданных ключей не подписывал контрольную точку")
        refute(step, "the key named there has not signed the checkpoint", "названный там ключ не подписывал контрольную точку")
    named = [key for key in signers if key.name == origin]
    if not named:
        refute(step, "no signer has the name of the checkpoint's origin", "имя подписавшего не совпадает с именем журнала")
    # Of two keys of one log that signed, the one that the file names.
    return origin, size, root, own if own in named else named[0]


def read_envelope(step: int, seq: int, origin: str, value: Dict[str, Any]) -> None:
    """Every field of the envelope and no other."""

    def bad() -> NoReturn:
        refute(step, f"entry {seq}: its envelope is not of version 1", f"запись {seq}: оболочка не версии 1", seq)

    if is_int(value.get("v")) and value["v"] != 1:
        lack(
            step,
            f"entry {seq} is of a version this checker does not know",
            f"запись {seq} в версии, которой эта проверка не знает",
            seq,
        )
    names = set(value) - {"subject"}
    if names != {"at", "body", "log", "prev", "salt", "seq", "type", "v"} or not is_int(value["v"]):
        bad()
    if not is_time(value["at"]) or not isinstance(value["body"], dict) or not is_hash(value["prev"]):
        bad()
    if not isinstance(value["salt"], str) or not re.fullmatch(r"[0-9a-f]{32}", value["salt"]):
        bad()
    if not isinstance(value["type"], str) or not is_int(value["seq"]):
        bad()
    if value["log"] != origin:
        refute(step, f"entry {seq} is of another log", f"запись {seq} из другого журнала", seq)
    if value["seq"] != seq:
        refute(step, f"entry {seq} says it is entry {value['seq']}", f"запись {seq} называет себя записью {value['seq']}", seq)
    if value["type"] not in TYPES:
        lack(
            step,
            f"entry {seq} is of a type this checker does not know",
            f"запись {seq} вида, которого эта проверка не знает",
            seq,
        )
    if "subject" in value:
        subject = value["subject"]
        if not isinstance(subject, dict) or set(subject) != {"prev", "seq", "tag"}:
            bad()
        if not is_int(subject["prev"]) or not is_int(subject["seq"]) or not is_hash(subject["tag"]):
            bad()
    if value["type"] == "key.rotated":
        try:
            check_rotation_body(value["body"])
        except ProofError as error:
            refute(step, f"entry {seq}: {error}", f"запись {seq}: {error.ru}", seq)


SIGNATURE_HEX = re.compile(r"[0-9a-f]{128}")


def is_word(text: object) -> bool:
    """1 to 64 bytes, no space, quote, backslash or control character, no ten digits in a row."""
    if not isinstance(text, str) or not 1 <= len(text.encode("utf-8")) <= 64:
        return False
    return not re.search(r'[\x00-\x20"\\\x7f]|[0-9]{10}', text)


def check_rotation_body(body: Dict[str, Any]) -> None:
    """Members of `key.rotated`."""
    texts = all(isinstance(body.get(name), str) and body[name] for name in ("key", "replaces"))
    signatures = [body.get("new_signature"), body.get("old_signature", "0" * 128)]
    shaped = all(isinstance(each, str) and SIGNATURE_HEX.fullmatch(each) for each in signatures)
    if not texts or not shaped or not is_word(body.get("reason")):
        raise ProofError("the body of a rotation lacks a member or has one of another shape")


class KeyChain:
    """The keys that signed a log, from the one of entry 0 on, and where trust passes from one to the next."""

    def __init__(self, origin: str, first: str) -> None:
        self.origin = origin
        self.keys = [parse_key(first)]
        self.carried = [True]
        if self.keys[0].name != origin:
            raise ProofError("it names a key of another log")

    def rotate(self, seq: int, value: Dict[str, Any]) -> None:
        """The next key, signed by itself, and by the last where that was not lost."""
        body, old = value["body"], self.keys[-1]
        if body["replaces"] != old.text:
            raise ProofError("it replaces another key than the last")
        key = parse_key(body["key"])
        if key.name != self.origin:
            raise ProofError("it names a key of another log")
        if key in self.keys:
            raise ProofError("it names a key that the log had before")
        text = (
            f"libconsent-rotation/v1\nlog {self.origin}\nentry {seq}\nafter {value['prev']}\n"
            f"replaces {body['replaces']}\nkey {body['key']}\nreason {body['reason']}\n"
        ).encode()
        signed = signed_by(key.key, text, bytes.fromhex(body["new_signature"]))
        if "old_signature" in body:
            signed = signed and signed_by(old.key, text, bytes.fromhex(body["old_signature"]))
        if not signed:
            raise ProofError("a signature of the rotation is wrong")
        self.carried.append("old_signature" in body and body["reason"] not in ("compromised", "lost"))
        self.keys.append(key)

    def is_reached(self, trusted: List[Key]) -> bool:
        """Whether one who trusts these, or entry 0 where there are none, trusts the last key."""
        reached = not trusted
        for key, carried in zip(self.keys, self.carried):
            reached = (reached and carried) or key in trusted
        return reached


def opened_number(body: Dict[str, Any], salt: object, details: object) -> str:
    """The number that an opening shows an entry to be about."""
    if not is_hash(salt):
        raise ProofError("not details and a salt of 32 bytes")
    if not isinstance(details, str):
        raise ProofError("the details are not a text")
    data = details.encode("utf-8")
    commitment = hashlib.sha256(b"libconsent/commit/v1\x00" + bytes.fromhex(str(salt)) + data).hexdigest()
    if body.get("details") != commitment:
        raise ProofError("it is not the opening of this entry")
    number = read_json(data, MAX_ENTRY).get("number")
    if not isinstance(number, str):
        raise ProofError("it names no number")
    return number


def check_receipt(data: bytes, keys: List[Key]) -> Receipt:
    """The steps of docs/reference/receipt.md, 1 to 6."""
    try:
        proof = parse_proof(data)
        line = data.split(b"\n", 2)[1]
        if not line.startswith(b"extra "):
            raise ProofError("a tlog-proof without the line of a receipt")
        held = read_json(unbase64(line[6:].decode("ascii")), MAX_CASE)
        if held.get("format") != RECEIPT:
            raise ProofError("of a format this reader does not know")
        if set(held) != {"details", "entry", "format", "key", "salt"} or not is_hash(held["salt"]):
            raise ProofError("lacks a member, has another, or one of another type")
        if not all(isinstance(held[name], str) for name in held):
            raise ProofError("a member is not a text")
        own = parse_key(held["key"])
    except ProofError as error:
        refute(1, f"file: {error}", f"файл: {error.ru}")
    origin, size, root, signer = open_checkpoint(2, proof.checkpoint, own, keys)
    if signer.text != own.text:
        refute(2, "the receipt names another key than the one that signed", "квитанция называет не тот ключ, которым подписано")
    seq, entry_bytes = proof.place, held["entry"].encode("utf-8")
    try:
        value = read_json(entry_bytes, MAX_ENTRY)
    except ProofError as error:
        refute(3, f"entry {seq}: {error}", f"запись {seq}: {error.ru}", seq)
    read_envelope(3, seq, origin, value)
    subject = value.get("subject")
    if subject is None or value["type"] in OF_THE_LOG:
        refute(3, f"entry {seq} is about nobody", f"запись {seq} ни о ком", seq)
    first = subject["seq"] == 1
    if subject["seq"] < 1 or not -1 <= subject["prev"] < seq or first != (subject["prev"] == -1):
        refute(
            3,
            f"entry {seq}: its place among its subject's is impossible",
            f"запись {seq}: её место среди записей абонента невозможно",
            seq,
        )
    leaf = hashlib.sha256(b"\x00" + entry_bytes).digest()
    try:
        check_inclusion(leaf, seq, size, proof.path, root)
    except ProofError as error:
        refute(4, f"entry {seq}: {error}", f"запись {seq}: {error.ru}", seq)
    try:
        number = opened_number(value["body"], held["salt"], held["details"])
        if not NUMBER.fullmatch(number):
            raise ProofError("the number is not in E.164 form")
    except ProofError as error:
        refute(5, f"opening: {error}", f"раскрытие: {error.ru}", seq)
    check_times(6, Entry(seq, leaf, value))
    return Receipt(Entry(seq, leaf, value), number, signer, size, root)


def check_times(step: int, entry: Entry) -> None:
    """An entry says when it happened, and that is not after its recording."""
    happened = entry.value["body"].get("happened")
    if not is_time(happened):
        refute(step, f"entry {entry.seq} does not say when it happened", f"в записи {entry.seq} нет времени события", entry.seq)
    if happened > entry.value["at"]:
        refute(
            step,
            f"entry {entry.seq} was recorded before it happened",
            f"запись {entry.seq} сделана раньше самого события",
            entry.seq,
        )


def makes_doubtful(step: Entry, entry: Entry) -> bool:
    """Whether a step that set the clock back makes an entry doubtful: it came later, and shows an earlier time."""
    return step.seq > entry.seq and bool(entry.value["at"] > step.value["body"]["after"])


class Bundle:
    """The state of one check; step_N() raises FailedError, and run() keeps the account."""

    def __init__(self, files: Files, keys: List[Key], receipts: Optional[List[bytes]] = None) -> None:
        self.folder, self.listed = unwrapped(files)
        self.receipts = receipts or []
        self.files: Dict[str, bytes] = {}
        self.hostile: Optional[Text] = None
        self.litter: List[str] = []
        self.signatures: List[str] = []
        self.extras: List[str] = []
        self.keys = keys
        self.case: Dict[str, Any] = {}
        self.places: List[Dict[str, Any]] = []
        self.signer: Optional[Key] = None
        self.size = 0
        self.root = b""
        self.former: List[Dict[str, Any]] = []
        self.callers: List[Dict[str, Any]] = []
        self.clock: List[Dict[str, Any]] = []
        self.steps: List[Entry] = []
        self.rotations: List[Dict[str, Any]] = []
        self.chain: List[Key] = []
        self.entries: List[Entry] = []
        self.ended: List[Entry] = []
        self.assigned: List[Entry] = []
        self.rotated: List[Entry] = []
        self.salts: Dict[Tuple[int, int], bytes] = {}
        self.warnings: List[Text] = []
        self.not_checked: List[Text] = list(NOT_CHECKED)
        self.passed: List[int] = []
        self.failure: Optional[FailedError] = None

    def run(self) -> None:
        """Steps 1 to 9 and 11 in order, up to the first that fails; 10 is what was not checked."""
        for step in (*range(1, 10), 11):
            try:
                getattr(self, f"step_{step}")()
            except FailedError as failure:
                self.failure = failure
                return
            self.passed.append(step)
        if self.hostile:
            self.failure = FailedError(1, self.hostile, None, "not_proven")
            self.passed.remove(1)
            return
        self.show_damage()
        self.passed.append(10)

    def need(self, step: int, name: str, seq: Optional[int] = None) -> bytes:
        """A file that must be there."""
        if name not in self.files:
            lack(step, f"{name} is missing", f"нет файла {name}", seq)
        return self.files[name]

    def only(self, step: int, folder: str, named: List[str]) -> None:
        """Refuses files of a folder that nothing names: they would look like evidence."""
        for name in self.files:
            if name.startswith(folder) and name not in named:
                refute(step, f"{name} is in the pack, but nothing names it", f"файл {name} лежит в пакете, но ничем не назван")

    def step_1(self) -> None:
        """Names, manifest, hashes; then what lies beside the files of the manifest."""
        check_amount(len(self.listed), sum(len(data) for _, data in self.listed))
        for name, data in self.listed:
            check_size(name, len(data))
        if self.folder:
            self.litter.append(quoted(self.folder))
        given = dict(self.listed)
        if len(given) != len(self.listed):
            names = [name for name, _ in self.listed]
            twice = quoted(next(name for i, name in enumerate(names) if name in names[:i]))
            lack(1, f"the name {twice} occurs twice", f"имя {twice} встречается дважды")
        if MANIFEST in given:
            self.files[MANIFEST] = given[MANIFEST]
        if len(self.need(1, MANIFEST)) > MAX_PARSED:
            self.too_much()
        manifest = self.read_manifest(self.need(1, MANIFEST))
        if SIGNATURE in given:
            self.files[SIGNATURE] = given[SIGNATURE]
        for name, digest in manifest.items():
            if name in given:
                self.files[name] = given[name]
            if hashlib.sha256(self.need(1, name)).hexdigest() != digest:
                refute(1, f"{name} has another hash than the manifest says", f"хеш {name} не сходится с описью")
        if sum(len(data) for name, data in self.files.items() if is_parsed(name)) > MAX_PARSED:
            self.too_much()
        self.others(manifest)

    @staticmethod
    def too_much() -> NoReturn:
        """What is parsed takes many times its size."""
        lack(1, "entries, openings and proofs are larger than 4 MiB", "записи, раскрытия и доказательства больше 4 МиБ")

    def others(self, manifest: Dict[str, str]) -> None:
        """Files that are none of the pack's. They refute nothing: anybody can put one beside a true pack."""
        ours = {name for name in manifest if is_known(name)} | {MANIFEST, SIGNATURE}
        names = ours | set(PLAIN_FILES + PAGES)
        folders = {folder[:-1] for folder in FOLDERS}
        for name in names:
            parts = name.split("/")
            folders.update("/".join(parts[:i]) for i in range(1, len(parts)))
        spellings = {folded(name): name for name in names | folders}
        for name, data in self.listed:
            if name not in ours:
                self.other(name, data, spellings, folders)

    def other(self, name: str, data: bytes, spellings: Dict[str, str], folders: "set[str]") -> None:
        """One such file: litter, a signature, one that is counted, or one that makes the pack not proven."""
        told = quoted(name)
        if is_litter(name, data) and stays_inside(name):
            self.litter.append(told)
            return
        parts = name.split("/")
        for i in range(1, len(parts) + 1):
            part = "/".join(parts[:i])
            same = spellings.get(folded(part))
            if same is not None and (same != part or (i == len(parts)) == (part in folders)):
                self.hostile = self.hostile or Text(
                    f"some systems take {told} for {same}", f"некоторые системы примут {told} за {same}"
                )
        if not stays_inside(name):
            self.hostile = self.hostile or Text(f"the name {told} is not safe", f"имя {told} небезопасно")
        if runs(name):
            self.hostile = self.hostile or Text(
                f"{told} is no part of the pack, and a system may run it",
                f"{told} не входит в пакет, а система может его запустить",
            )
        if last_part(name).endswith((".sig", ".p7s")):
            self.signatures.append(told)
            return
        self.extras.append(told)
        self.warnings.append(Text(f"{told} is no part of the proof", f"{told} не входит в доказательство"))

    @staticmethod
    def read_manifest(data: bytes) -> Dict[str, str]:
        """Lines "<hex>  <name>", sorted by name, each name once."""
        result: Dict[str, str] = {}
        last = ""
        text = data.decode("ascii", "replace")
        lines = text.split("\n")
        if lines.pop():
            refute(1, "the manifest does not end in a newline", "опись не кончается переводом строки")
        for line in lines:
            digest, name = line[:64], line[66:]
            if not HASH.fullmatch(digest) or line[64:66] != "  " or not is_safe(name) or name <= last:
                refute(1, "a line of the manifest is malformed or out of order", "строка описи искажена или стоит не на месте")
            if name in (MANIFEST, SIGNATURE):
                refute(1, "the manifest names itself or its signature", "опись называет сама себя или свою подпись")
            result[name] = digest
            last = name
        return result

    def step_2(self) -> None:
        """case.json is readable; its key has signed the checkpoint and the manifest."""
        self.read_case()
        try:
            own = parse_key(self.case["key"])
        except ProofError as error:
            refute(2, f"case.json: {error}", f"case.json: ключ негоден ({error.ru})")
        keys = [*self.keys, own]
        try:
            text, signers = open_note(self.need(2, "checkpoint"), keys)
            origin, self.size, self.root = parse_checkpoint(text)
        except ProofError as error:
            refute(2, f"checkpoint: {error}", f"контрольная точка: {error.ru}")
        if own not in signers:
            refute(
                2,
                "the key named in case.json has not signed the checkpoint",
                "ключ, названный в case.json, не подписывал контрольную точку",
            )
        if origin != self.case["origin"]:
            refute(
                2, "case.json names another log than the checkpoint", "case.json называет другой журнал, чем контрольная точка"
            )
        if own.name != origin:
            refute(2, "the key has another name than the log", "имя ключа не совпадает с именем журнала")
        if SIGNATURE not in self.files:
            lack(2, "the pack is not signed", "пакет не подписан")
        try:
            text, signers = open_note(self.files[SIGNATURE], keys)
        except ProofError as error:
            refute(2, f"signature: {error}", f"подпись: {error.ru}")
        if text != f"{FORMAT}\nlog {origin}\nmanifest {hashlib.sha256(self.files[MANIFEST]).hexdigest()}\n":
            refute(2, "what the log signed is another pack", "журнал подписал другой пакет")
        if own not in signers:
            lack(2, "the key named in case.json has not signed the pack", "ключ, названный в case.json, не подписывал пакет")
        self.signer = own
        if not self.keys:
            self.warnings.append(
                Text(
                    "the key came out of the pack itself: compare it with one got from the log's owner (--key)",
                    "ключ взят из самого пакета: сверьте его с полученным от владельца журнала (--key)",
                )
            )

    def read_case(self) -> None:
        """Parses case.json and checks the shape of what the later steps read."""
        try:
            case = read_json(self.need(2, "case.json"), MAX_CASE, with_null=True)
        except ProofError as error:
            refute(2, f"case.json: {error}", f"case.json: {error.ru}")
        if case.get("format") != FORMAT:
            lack(2, "case.json is of a format that this checker does not know or no longer proves", "case.json в формате, которого эта проверка не знает или уже не доказывает")
        texts = all(isinstance(case.get(name), str) for name in ("key", "number", "origin"))
        objects = all(isinstance(case.get(name), dict) for name in ("answer", "completeness", "question"))
        places = case.get("entries")
        if not texts or not objects or not is_hash(case.get("tag")) or not isinstance(places, list):
            refute(2, "case.json lacks a member or has one of another type", "в case.json нет нужного поля или оно другого типа")
        if not NUMBER.fullmatch(case["number"]):
            refute(2, "case.json: the number is not in E.164 form", "case.json: номер записан не в форме E.164")
        former, callers, clock, rotations = (case.get(name, []) for name in ("former", "callers", "clock", "rotations"))
        self.check_places(places, "entries")
        for name, more in (("former", former), ("callers", callers), ("clock", clock), ("rotations", rotations)):
            if not isinstance(more, list) or (name in case and not more):
                refute(2, "case.json lacks a member or has one of another type", "в case.json нет нужного поля или оно другого типа")
            self.check_places(more, name)
        seen = set()
        for place in sorted(places + former + callers + clock + rotations, key=lambda each: each["seq"]):
            if place["seq"] in seen:
                refute(2, "case.json lists an entry twice", "case.json называет запись дважды", place["seq"])
            seen.add(place["seq"])
        self.former, self.callers, self.clock, self.rotations = former, callers, clock, rotations
        self.case, self.places = case, places

    @staticmethod
    def check_places(places: List[Any], name: str) -> None:
        """Where the files of each entry lie; only what is about a number that is known has an opening."""
        last = -1
        for place in places:
            if not isinstance(place, dict) or not is_int(place.get("seq")) or place["seq"] <= last:
                refute(2, "case.json: entries are not in ascending order", "case.json: записи не по возрастанию")
            last = place["seq"]
            expected = {"entry": f"entries/{last:06}.json", "proof": f"proofs/{last:06}.tlog-proof", "seq": last}
            if (name == "entries" and last > 0) or (name == "former" and "opening" in place):
                expected["opening"] = f"openings/{last:06}.json"
            if place != expected:
                refute(
                    2,
                    f"case.json: the files of entry {last} have other names",
                    f"case.json: файлы записи {last} названы иначе",
                    last,
                )

    def step_3(self) -> None:
        """Bytes and envelope of each entry; `prev` where the entry before is here too."""
        listed = sorted(self.places + self.former + self.callers + self.clock + self.rotations, key=lambda place: place["seq"])
        self.only(3, "entries/", [place["entry"] for place in listed])
        before: Optional[Entry] = None
        for place in listed:
            seq = place["seq"]
            data = self.need(3, place["entry"], seq)
            try:
                value = read_json(data, MAX_ENTRY)
            except ProofError as error:
                refute(3, f"entry {seq}: {error}", f"запись {seq}: {error.ru}", seq)
            read_envelope(3, seq, self.case["origin"], value)
            prev = ZEROS if seq == 0 else before.leaf.hex() if before and before.seq == seq - 1 else value["prev"]
            if value["prev"] != prev:
                refute(
                    3,
                    f"entry {seq} follows another entry than the one before it here",
                    f"запись {seq} продолжает другую запись, чем стоящая здесь перед ней",
                    seq,
                )
            before = Entry(seq, hashlib.sha256(b"\x00" + data).digest(), value)
            self.list_of(place).append(before)

    def list_of(self, place: Dict[str, Any]) -> List[Entry]:
        """Where an entry goes."""
        if place in self.former:
            return self.ended
        if place in self.callers:
            return self.assigned
        if place in self.clock:
            return self.steps
        return self.rotated if place in self.rotations else self.entries

    def step_4(self) -> None:
        """Inclusion of each entry under the one checkpoint."""
        listed = list(zip(self.places, self.entries)) + list(zip(self.former, self.ended))
        listed += list(zip(self.callers, self.assigned)) + list(zip(self.clock, self.steps))
        listed += list(zip(self.rotations, self.rotated))
        self.only(4, "proofs/", [place["proof"] for place, _ in listed])
        for place, entry in listed:
            data = self.need(4, place["proof"], entry.seq)
            try:
                proof = parse_proof(data)
                if proof.checkpoint != self.files["checkpoint"]:
                    raise ProofError("the proof holds another checkpoint")
                if proof.place != entry.seq:
                    raise ProofError("the proof is of another entry")
                check_inclusion(entry.leaf, proof.place, self.size, proof.path, self.root)
            except ProofError as error:
                refute(4, f"entry {entry.seq}: {error}", f"запись {entry.seq}: {error.ru}", entry.seq)

    def step_5(self) -> None:
        """Entry 0."""
        if not self.entries or self.entries[0].seq != 0:
            lack(5, "entry 0 is missing", "нет записи 0", 0)
        first = self.entries[0].value
        if first["type"] != "log.created" or "subject" in first:
            refute(5, "entry 0 is not the creation of the log", "запись 0 — не создание журнала", 0)
        seq, named = 0, first["body"].get("key")
        try:
            chain = KeyChain(self.case["origin"], named if isinstance(named, str) else "")
            for entry in self.rotated:
                seq = entry.seq
                if entry.value["type"] != "key.rotated" or "subject" in entry.value:
                    refute(5, f"entry {seq} does not rotate the log's key", f"запись {seq} — не замена ключа журнала", seq)
                chain.rotate(seq, entry.value)
        except ProofError as error:
            refute(5, f"entry {seq}: {error}", f"запись {seq}: {error.ru}", seq)
        self.chain = chain.keys
        if chain.keys[-1] != self.signer:
            refute(
                5,
                "entry 0 and the rotations lead to another key than the one that signed",
                "от записи 0 замены ключа ведут к другому ключу, чем подписавший",
                0,
            )
        if chain.is_reached(self.keys):
            return
        if self.keys and not any(key in self.keys for key in chain.keys):
            lack(5, "no given key has signed the pack", "ни один из заданных ключей не подписывал пакет")
        lack(
            5,
            "the key that signed replaced one that was lost or revoked: get it from the log's owner and give it (--key)",
            "подписавший ключ заменил утраченный или отозванный: получите его у владельца журнала и задайте (--key)",
        )

    def step_6(self) -> None:
        """Openings, and that everything is about the one number."""
        listed = list(zip(self.places, self.entries)) + list(zip(self.former, self.ended))
        opened = [each for each in sorted(listed, key=lambda each: each[1].seq) if "opening" in each[0]]
        self.only(6, "openings/", [place["opening"] for place, _ in opened])
        for place, entry in opened:
            seq = entry.seq
            data = self.need(6, place["opening"], seq)
            try:
                opening = read_json(data, MAX_ENTRY)
                if set(opening) - {"files"} != {"details", "salt"}:
                    raise ProofError("not details and a salt of 32 bytes")
                if "files" in opening:
                    self.read_salts(seq, opening["files"])
                if opened_number(entry.value["body"], opening["salt"], opening["details"]) != self.case["number"]:
                    raise ProofError("it names another number than case.json")
            except ProofError as error:
                refute(6, f"opening of entry {seq}: {error}", f"раскрытие записи {seq}: {error.ru}", seq)
        if self.case["answer"].get("number") != self.case["number"]:
            refute(6, "the answer in case.json is about another number", "ответ в case.json — о другом номере")

    def read_salts(self, seq: int, files: object) -> None:
        """Salts of the files that an entry keeps sealed: a list of {place, salt}, in order."""
        before = 0
        if not isinstance(files, list) or not files:
            raise ProofError("its files are not a list of {place, salt}, in order")
        for file in files:
            if (
                not isinstance(file, dict)
                or set(file) != {"place", "salt"}
                or not is_int(file["place"])
                or file["place"] <= before
                or not is_hash(file["salt"])
            ):
                raise ProofError("its files are not a list of {place, salt}, in order")
            before = file["place"]
            self.salts[seq, before] = bytes.fromhex(file["salt"])

    def step_7(self) -> None:
        """The chain of one subject."""
        chain = self.entries[1:]
        if not chain:
            lack(7, "there is no entry about the number", "нет ни одной записи о номере")
        before = -1
        given_away = False
        for i, entry in enumerate(chain, 1):
            seq = entry.seq
            subject = entry.value.get("subject")
            if subject is None or entry.value["type"] in OF_THE_LOG:
                refute(7, f"entry {seq} is about no subject", f"запись {seq} ни о ком", seq)
            if subject["tag"] != self.case["tag"]:
                refute(7, f"entry {seq} is about another subject", f"запись {seq} о другом абоненте", seq)
            if subject["seq"] != i or subject["prev"] != before:
                refute(
                    7,
                    f"before entry {seq} an entry of the subject is missing",
                    f"перед записью {seq} недостаёт записи того же абонента",
                    seq,
                )
            # What is done with the record of an earlier holder may still follow.
            about_record = entry.value["type"] in ("subject.erased", "subject.restricted", "subject.held")
            if given_away and not about_record:
                refute(
                    7,
                    f"entry {seq} follows, though the number was given away",
                    f"запись {seq} стоит после смены абонента",
                    seq,
                )
            given_away = given_away or entry.value["type"] == "number.reassigned"
            before = seq
        whole = self.case["completeness"]
        counted = (whole.get("entries"), whole.get("last_seq"))
        if not all(map(is_int, counted)) or counted != (len(chain), before):
            refute(7, "case.json counts other entries than are here", "case.json насчитывает другие записи, чем здесь есть")
        relied_on = self.case["answer"].get("relied_on")
        if relied_on is not None and (not is_int(relied_on) or relied_on not in [entry.seq for entry in chain]):
            refute(7, "the answer relies on an entry that is not here", "ответ опирается на запись, которой здесь нет")
        tags = [self.case["tag"]]
        for entry in self.ended:
            seq, subject = entry.seq, entry.value.get("subject")
            if subject is None or entry.value["type"] not in ENDS:
                refute(7, f"entry {seq} ends nobody's holding of the number", f"запись {seq} не прекращает ничьё владение номером", seq)
            if subject["tag"] in tags:
                refute(
                    7, f"entry {seq} is about a subject that is here already", f"запись {seq} об абоненте, который здесь уже есть", seq
                )
            tags.append(subject["tag"])
        self.check_callers()
        self.check_damage()
        self.check_clock()
        self.check_contacts(chain)

    def check_contacts(self, chain: List[Entry]) -> None:
        """What is answered of single contacts: each is an entry of the chain, at its own moment."""
        if "contacts" not in self.case:
            return
        seqs = {entry.seq: entry for entry in chain}

        def fits(contact: object, before: int) -> bool:
            if not isinstance(contact, dict):
                return False
            seq, answer, question = (contact.get(name) for name in ("seq", "answer", "question"))
            if not is_int(seq) or seq not in seqs or seq <= before:
                return False
            if not isinstance(answer, dict) or not isinstance(question, dict):
                return False
            value = seqs[seq].value
            relied_on = answer.get("relied_on")
            return (
                value["type"] in ("contact.made", "contact.received")
                and is_time(value["body"].get("happened"))
                and question.get("at") == value["body"]["happened"]
                and answer.get("number") == self.case["number"]
                and (relied_on is None or (is_int(relied_on) and relied_on in seqs))
                and isinstance(answer.get("verdict"), str)
                and ("impaired" not in answer or answer["verdict"] != "allow")
            )

        contacts, before = self.case["contacts"], 0
        right = isinstance(contacts, list) and len(contacts) > 0
        for contact in contacts if right else []:
            right = right and fits(contact, before)
            before = contact["seq"] if right else before
        if not right:
            refute(
                7,
                "what is answered of a contact is about none that is here",
                "ответ об обращении — не об обращении, которое здесь есть",
            )

    def check_damage(self) -> None:
        """What the log knew against itself when it answered. Damage is never a yes."""
        answer = self.case["answer"]
        if "impaired" in answer:
            impaired = answer["impaired"]
            if not isinstance(impaired, str) or answer.get("verdict") in (None, "allow"):
                refute(7, "the answer is a yes of a log that was impaired", "ответ «можно» дал повреждённый журнал")

    def show_damage(self) -> None:
        """What the log knew against itself."""
        answer = self.case["answer"]
        impaired = answer.get("impaired")
        if impaired is not None:
            self.warnings.append(
                Text(f"the log that answered was impaired: {impaired}", f"ответивший журнал был повреждён: {impaired}")
            )
        findings = answer.get("findings")
        if isinstance(findings, list) and any(isinstance(f, dict) and f.get("rule") == "log/lost-range" for f in findings):
            self.warnings.append(
                Text(
                    "the log that answered had lost entries, and a stop may be among them",
                    "ответивший журнал терял записи, и среди них могло быть требование прекратить",
                )
            )

    def check_clock(self) -> None:
        """Steps that set the clock back; a stop recorded after a doubtful consent ends it. Stored times order as text."""
        for step in self.steps:
            body = step.value["body"]
            back = step.value["type"] == "clock.step" and "subject" not in step.value and body.get("kind") == "back"
            if not back or not is_time(body.get("after")):
                refute(7, f"entry {step.seq} does not set the clock back", f"запись {step.seq} не переводит часы назад", step.seq)
            kinds = ("consent.given", "subject.restricted", "caller.assigned")
            if not [each for each in self.entries + self.assigned if each.value["type"] in kinds and makes_doubtful(step, each)]:
                refute(
                    7,
                    f"entry {step.seq} makes no entry here doubtful",
                    f"запись {step.seq} не ставит под сомнение ни одной записи отсюда",
                    step.seq,
                )
        answer, here = self.case["answer"], [step.seq for step in self.steps]
        findings = answer.get("findings")
        for finding in findings if isinstance(findings, list) else []:
            if isinstance(finding, dict) and finding.get("rule") == "standing/clock-set-back" and not (is_int(finding.get("seq")) and finding["seq"] in here):
                refute(
                    7,
                    "the answer names a step of the clock that is not here",
                    "ответ называет перевод часов, которого здесь нет",
                )
        if answer.get("verdict") != "allow":
            return
        for consent in [each for each in self.entries if each.seq == answer.get("relied_on")]:
            for stop in [each for each in self.entries if each.seq > consent.seq]:
                doubtful = [step for step in self.steps if step.seq < stop.seq and makes_doubtful(step, consent)]
                if doubtful and self.ends(stop, consent):
                    refute(
                        7,
                        f"the answer relies on entry {consent.seq} over the stop of entry {stop.seq}, recorded after it",
                        f"ответ опирается на запись {consent.seq} вопреки отказу в записи {stop.seq}, сделанной после неё",
                        stop.seq,
                    )

    def ends(self, stop: Entry, consent: Entry) -> bool:
        """Whether a stop was said by the moment asked about, and covers all that the question and the consent name."""
        if stop.value["type"] not in ("consent.refused", "consent.withdrawn"):
            return False
        question, body = self.case["question"], stop.value["body"]
        at, said = question.get("at"), body.get("received_at", body.get("happened"))
        if not isinstance(at, str) or not isinstance(said, str) or min(said, stop.value["at"]) > at:
            return False
        if "campaign" in body and body["campaign"] != question.get("campaign"):
            return False
        covers = consent.value["body"].get("covers")
        named = [(name + "s", question.get(name)) for name in ("purpose", "channel", "distributor")]
        named += [("covers", each) for each in covers] if isinstance(covers, list) else []
        lists = [(body.get(name), what) for name, what in named]
        return isinstance(covers, list) and all(not isinstance(each, list) or not each or what in each for each, what in lists)

    def check_callers(self) -> None:
        """The assignment that the answer stands on, and what ends it; stored times order as text."""
        stands_on = self.case["answer"].get("assignment")
        if (stands_on is None) != (not self.assigned) or not (stands_on is None or is_int(stands_on)):
            refute(
                7,
                "the answer stands on an assignment, and not on the one that is here",
                "ответ опирается на поручение, но не на то, что здесь есть",
            )
        if not self.assigned:
            return
        question, first = self.case["question"], self.assigned[0]
        body = first.value["body"]
        asked = [question.get(name) for name in ("caller", "distributor")]
        said = [body.get(name) for name in ("caller", "distributor")]
        right = first.value["type"] == "caller.assigned" and "subject" not in first.value and first.seq == stands_on
        if not right or asked != said or not all(isinstance(name, str) for name in said):
            refute(
                7,
                f"entry {first.seq} does not assign the caller asked about",
                f"запись {first.seq} — не поручение тому, о ком спрошено",
                first.seq,
            )
        purpose = question.get("purpose")
        family = [purpose, "advertising"] if purpose in ("mixed", "unknown") else [purpose]
        for name, fitting in (("campaign", [question.get("campaign")]), ("channels", [question.get("channel")]), ("purposes", family)):
            limit = body.get(name)
            if name in body and not [each for each in (limit if isinstance(limit, list) else [limit]) if each in fitting]:
                refute(
                    7,
                    f"entry {first.seq} assigns the caller for other contacts",
                    f"запись {first.seq} — поручение на другие контакты",
                    first.seq,
                )
        times = [(first, "from", False)] + ([(first, "until", True)] if "until" in body else [])
        for ends in self.assigned[1:]:
            right = ends.value["type"] == "caller.released" and "subject" not in ends.value
            if not right or not is_int(ends.value["body"].get("of")) or ends.value["body"]["of"] != stands_on:
                refute(
                    7,
                    f"entry {ends.seq} does not end the caller's assignment",
                    f"запись {ends.seq} не прекращает это поручение",
                    ends.seq,
                )
            times.append((ends, "until", True))
        for entry, name, ended in times:
            time = entry.value["body"].get(name)
            if not is_time(time):
                refute(7, f"entry {entry.seq} does not say when it holds", f"в записи {entry.seq} нет времени действия", entry.seq)
            at = question.get("at")
            if not is_time(at) or (at >= time if ended else at < time):
                refute(
                    7,
                    f"by entry {entry.seq} the caller was not assigned then",
                    f"по записи {entry.seq} поручения в тот момент не было",
                    entry.seq,
                )
        self.not_checked.append(
            Text(
                "that no other entry of the log ends the caller's assignment",
                "что поручение не прекращено другой записью журнала",
            )
        )

    def step_8(self) -> None:
        """Order and possibility of the times."""
        latest = ""
        for entry in self.entries:
            at = entry.value["at"]
            if at < latest:
                self.warnings.append(
                    Text(
                        f"entry {entry.seq} was recorded earlier than an entry before it, says the log's clock",
                        f"по часам журнала запись {entry.seq} сделана раньше, чем стоящая перед ней",
                    )
                )
            latest = max(latest, at)
            if entry.seq == 0:
                continue
            check_times(8, entry)

    def evidence(self) -> None:
        """Files that the log keeps sealed: each is what its entry committed to."""
        named: List[str] = []
        for entry in self.entries[1:]:
            seq = entry.seq
            files = entry.value["body"].get("files", [])
            for place, file in enumerate(files if isinstance(files, list) else [None], 1):
                if not isinstance(file, dict) or not is_hash(file.get("commitment")):
                    refute(
                        9,
                        f"entry {seq}: its files are not a list of {{commitment, kind}}",
                        f"запись {seq}: файлы названы не списком {{commitment, kind}}",
                        seq,
                    )
                salt = self.salts.pop((seq, place), None)
                if salt is None:
                    self.not_checked.append(
                        Text(
                            f"file {place} of entry {seq}: only its commitment is here",
                            f"файл {place} записи {seq}: здесь есть только обязательство",
                        )
                    )
                    continue
                name = f"evidence/{seq:06}-{place}"
                named.append(name)
                content = self.need(9, name, seq)
                if hashlib.sha256(b"libconsent/commit/v1\x00" + salt + content).hexdigest() != file["commitment"]:
                    refute(
                        9,
                        f"{name} is another file than entry {seq} committed to",
                        f"{name} — не тот файл, на который указывает запись {seq}",
                        seq,
                    )
        if self.salts:
            seq = min(self.salts)[0]
            refute(
                9,
                f"the opening of entry {seq} names a file that the entry does not",
                f"раскрытие записи {seq} называет файл, которого запись не называет",
                seq,
            )
        self.only(9, "evidence/", named)

    def step_9(self) -> None:
        """Sealed files and wordings."""
        self.evidence()
        named: List[str] = []
        for entry in self.entries:
            wording = entry.value["body"].get("wording")
            if wording is None:
                continue
            if not is_hash(wording):
                refute(
                    9,
                    f"entry {entry.seq}: the wording is not a hash",
                    f"запись {entry.seq}: формулировка названа не хешем",
                    entry.seq,
                )
            name = f"wordings/{wording}.txt"
            named.append(name)
            if name not in self.files:
                self.not_checked.append(
                    Text(
                        f"the wording of entry {entry.seq}: only its hash is here",
                        f"формулировка записи {entry.seq}: здесь есть только её хеш",
                    )
                )
        self.only(9, "wordings/", named)
        for name in named:
            if name in self.files and hashlib.sha256(self.files[name]).hexdigest() != name[9:73]:
                refute(9, f"{name} is another text", f"{name} — другой текст")

    def step_11(self) -> None:
        """What the subscriber holds."""
        for i, data in enumerate(self.receipts, 1):
            en, ru = f"receipt {i}", f"квитанция {i}"
            try:
                receipt = check_receipt(data, self.chain)
            except FailedError as failure:
                lack(
                    11,
                    f"{en}: it does not hold itself: ({failure.step}) {failure.what.en}",
                    f"{ru}: она неверна сама: ({failure.step}) {failure.what.ru}",
                )
            self.compare(en, ru, receipt)

    def compare(self, en: str, ru: str, receipt: Receipt) -> None:
        """One receipt that holds."""
        held, seq = receipt.entry, receipt.entry.seq
        if receipt.signer not in self.chain or held.value["log"] != self.case["origin"]:
            lack(
                11,
                f"{en}: it is of another log, or signed by another key",
                f"{ru}: она из другого журнала или подписана другим ключом",
            )
        if receipt.size == self.size and receipt.root != self.root:
            refute(
                11,
                f"{en}: the log has signed two different trees of one size",
                f"{ru}: журнал подписал два разных дерева одного размера",
                seq,
            )
        if receipt.number != self.case["number"]:
            lack(11, f"{en}: it is about another number", f"{ru}: она о другом номере")
        for entry in self.entries + self.ended + self.assigned + self.steps + self.rotated:
            if entry.seq == seq and entry.leaf != held.leaf:
                refute(11, f"{en}: entry {seq} is another one there", f"{ru}: запись {seq} там другая", seq)
        if held.value["subject"]["tag"] == self.case["tag"]:
            self.same_subject(en, ru, held)
        else:
            self.other_subject(en, ru, held)

    def same_subject(self, en: str, ru: str, held: Entry) -> None:
        """The entry is one of the pack, or comes after them in the subject's own count."""
        chain, subject, seq = self.entries[1:], held.value["subject"], held.seq
        if seq in [entry.seq for entry in chain]:
            return
        if seq < self.size:
            refute(11, f"{en}: the pack leaves out entry {seq}", f"{ru}: в пакете нет записи {seq}", seq)
        if subject["seq"] == len(chain) + 1:
            fits = subject["prev"] == chain[-1].seq
        else:
            fits = subject["seq"] > len(chain) and subject["prev"] >= self.size
        if not fits:
            refute(
                11,
                f"{en}: entry {seq} follows others than those here",
                f"{ru}: запись {seq} продолжает другие записи, чем здесь",
                seq,
            )
        self.newer(en, ru, seq)

    def other_subject(self, en: str, ru: str, held: Entry) -> None:
        """Two tags of one number: one has to have ended before the other began."""
        chain, subject, seq = self.entries[1:], held.value["subject"], held.seq
        known = subject["prev"] if subject["prev"] >= 0 else seq
        if known >= self.size:
            self.newer(en, ru, seq)
            return
        if chain[-1].value["type"] in ENDS and known > chain[-1].seq:
            return
        closing = [entry for entry in self.ended if entry.value["subject"]["tag"] == subject["tag"]]
        if not closing:
            refute(
                11,
                f"{en}: entry {seq} is about this number under another tag, and nothing here shows that it had passed to "
                "another holder or been erased",
                f"{ru}: запись {seq} — об этом номере под другой меткой, и ничто здесь не показывает, что номер сменил абонента "
                "или данные о нём уничтожены",
                seq,
            )
        end, count = closing[0].seq, closing[0].value["subject"]["seq"]
        if end < seq or count < subject["seq"] or (end == seq) != (count == subject["seq"]):
            refute(
                11, f"{en}: entry {seq} comes after the end of its holder", f"{ru}: запись {seq} сделана после ухода своего абонента", seq
            )
        if end > chain[0].seq:
            refute(
                11, f"{en}: both tags of the number were in use at once", f"{ru}: обе метки номера действовали одновременно", seq
            )

    def newer(self, en: str, ru: str, seq: int) -> None:
        """The receipt was made after the pack."""
        self.warnings.append(
            Text(
                f"{en}: entry {seq} is newer than this pack; ask for a newer one",
                f"{ru}: запись {seq} новее этого пакета; запросите новый",
            )
        )

    def statement(self) -> Optional[Text]:
        """What a pack that is proven shows, and what it does not exclude."""
        if self.failure:
            return None
        count, last = len(self.entries) - 1, self.entries[-1].seq
        return Text(
            f"all {count} entries about this subject up to entry {last}, of the {self.size} that were signed; "
            "a later stop is not excluded",
            f"все записи об этом абоненте ({count}) до записи {last}, из подписанных {self.size}; более позднее требование "
            "прекратить не исключено",
        )

    def verdict(self) -> str:
        """One of proven, refuted, not_proven."""
        return self.failure.verdict if self.failure else "proven"

    def question(self) -> Text:
        """What the verdict answers."""
        if self.failure or self.signer is None:
            return Text(
                "Does the log hold the entries of this pack, and are they about the number of case.json?",
                "Есть ли в журнале записи этого пакета и о том ли номере они, что назван в case.json?",
            )
        count, origin, number = len(self.entries) - 1, self.case["origin"], self.case["number"]
        by_en, by_ru = (
            ("the given key", "заданным ключом") if self.keys else ("the key inside the pack", "ключом из самого пакета")
        )
        return Text(
            f"Does log {origin}, signed at {self.size} entries by {by_en}, hold the {count} entries "
            f"of this pack about {number}, the subject's first to entry {self.entries[-1].seq} without a gap?",
            f"Есть ли в журнале {origin}, подписанном {by_ru} на {self.size} записях, записи этого пакета "
            f"о номере {number} ({count}): от первой об этом абоненте до записи {self.entries[-1].seq} без пропусков?",
        )


# --- telling ------------------------------------------------------------------------------------

VERDICTS = {
    "proven": Text("PROVEN", "ДОКАЗАНО"),
    "refuted": Text("REFUTED", "ОПРОВЕРГНУТО"),
    "not_proven": Text("NOT PROVEN", "НЕ ДОКАЗАНО"),
}


def as_json(bundle: Bundle, lang: int) -> str:
    """One document, with the field names of `consent verify --json`."""
    failure = bundle.failure
    result = {
        "question": bundle.question()[lang],
        "verdict": bundle.verdict(),
        "statement": (bundle.statement() or ("", ""))[lang],
        "coverage": {
            "entries": sum(map(len, (bundle.entries, bundle.ended, bundle.assigned, bundle.steps, bundle.rotated))),
            "signed_up_to": bundle.size if bundle.signer else 0,
            "signed_by": bundle.signer.text if bundle.signer else "",
            "key_was_given": bool(bundle.keys),
            "standing_checked": False,
            "not_checked": [text[lang] for text in bundle.not_checked],
            "litter": bundle.litter,
            "signatures": bundle.signatures,
            "extras": bundle.extras,
        },
        "warnings": [text[lang] for text in bundle.warnings],
        "problem": {"seq": failure.seq, "step": failure.step, "what": f"({failure.step}) {failure.what[lang]}"}
        if failure
        else None,
        "steps": {
            str(step): "ok" if step in bundle.passed else "fail" if failure and failure.step == step else "not reached"
            for step in sorted(STEPS)
            if step != 11 or bundle.receipts
        },
    }
    text = json.dumps(result, ensure_ascii=False, indent=1)
    # In JSON an escape is the same text: what steers a terminal need not reach it raw.
    return HIDDEN.sub(lambda found: found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1], text)


def as_text(bundle: Bundle, lang: int) -> str:
    """Numbered steps, then the verdict with what it covers."""
    lines: List[str] = []
    failure = bundle.failure
    for step, title in STEPS.items():
        if step == 10 or (step == 11 and not bundle.receipts):
            continue
        mark = "ok  " if step in bundle.passed else "FAIL" if failure and failure.step == step else "-   "
        lines.append(f"{mark} {step:2}  {title[lang]}")
        if failure and failure.step == step:
            lines.append(f"         {failure.what[lang]}")
    lines.append(("" if failure else "    10  ") + ("" if failure else STEPS[10][lang] + ":"))
    if not failure:
        lines += [f"         - {text[lang]}" for text in bundle.not_checked]
        lines.append("")
    lines.append(Text("Question: ", "Вопрос: ")[lang] + bundle.question()[lang])
    count = len(bundle.extras)
    beside = Text(f"; files that are no part of it: {count}", f"; посторонних файлов: {count}")[lang] if count else ""
    statement = bundle.statement()
    stated = f": {statement[lang]}" if statement else ""
    lines.append(Text("Verdict: ", "Вывод: ")[lang] + VERDICTS[bundle.verdict()][lang] + stated + beside)
    if bundle.signer:
        lines.append(Text("Key: ", "Ключ: ")[lang] + bundle.signer.text)
    for about, names in (
        (Text("Left by systems, passed over: ", "Оставлено системами, не учтено: "), bundle.litter),
        (Text("Signatures, not checked: ", "Подписи, не проверены: "), bundle.signatures),
    ):
        if names:
            lines.append(about[lang] + ", ".join(names))
    for text in bundle.warnings:
        lines.append(Text("Warning: ", "Внимание: ")[lang] + text[lang])
    return "\n".join(shown(line) for line in lines)


def read_receipt(path: Path) -> bytes:
    """A file's bytes, of a longer one what shows that it is no receipt."""
    with path.open("rb") as file:
        return file.read(MAX_NOTE + 1)


def default_language() -> str:
    """Russian where the environment says so."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "ru" if os.environ[name].lower().startswith("ru") else "en"
    return "en"


def main(arguments: Optional[List[str]] = None) -> int:
    """Reads the command line, checks, prints; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(prog="verify.py", description="Checks a libconsent pack.")
    parser.add_argument("path", nargs="?", metavar="FOLDER-OR-ZIP", help="default: the folder of this file")
    parser.add_argument(
        "--key", action="append", default=[], metavar="VKEY", help="the log's verifier key, got from its owner; may be repeated"
    )
    parser.add_argument(
        "--receipt", action="append", default=[], metavar="FILE", help="a receipt to check the pack against; may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--lang", choices=("ru", "en"), default=default_language())
    options = parser.parse_args(arguments)
    lang = 1 if options.lang == "ru" else 0
    try:
        keys = [parse_key(text) for text in options.key]
    except ProofError as error:
        parser.error(f"--key: {error.ru if lang else error}")
    path = Path(options.path) if options.path is not None else Path(__file__).resolve().parent
    bundle = Bundle([], keys)
    try:
        try:
            receipts = [read_receipt(Path(name)) for name in options.receipt]
            bundle = Bundle(read_container(path), keys, receipts)
        except FailedError as failure:
            bundle.failure = failure
        else:
            bundle.run()
    except CannotReadError as error:
        print(f"verify.py: {error.what[lang]}", file=sys.stderr)
        return 3
    except (OSError, MemoryError) as error:
        print(f"verify.py: {type(error).__name__}", file=sys.stderr)
        return 3
    print(as_json(bundle, lang) if options.json else as_text(bundle, lang))
    return 0 if bundle.verdict() == "proven" else 1


if __name__ == "__main__":
    sys.exit(main())
