"""A complaint of a subscriber as one file: the letter, what it encloses, and the proof.

The pack is for one body. It holds the contacts that were chosen and nothing of anybody else.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, cast

from consent import bundle, complaint
from consent.complaint import subscriber_of
from consent.errors import InvalidArgument, NotFoundError
from consent.event import ConsentWithdrawn, EvidenceAdded
from consent.files import private_file
from consent.files.writer import CsvWriter
from consent.letters import (
    Attachment,
    Claim,
    Facts,
    Office,
    Profile,
    ReceivedContact,
    proposed_office,
    write,
)
from consent.letters.facts import day_text
from consent.locale.message import Message
from consent.numbering import Numbering

if TYPE_CHECKING:
    from consent.event import ConsentStance, ContactReceived
    from consent.log import HistoryEvent, Log
    from consent.wire import Channel

__all__ = ["BODIES", "LETTERS", "Packed", "contacts_of", "facts_of", "pack"]

Body = Literal["fas", "rkn", "operator"]
BODIES: Final[tuple[Body, ...]] = ("fas", "rkn", "operator")
#: The letters of a pack, the one that is opened first in front.
LETTERS: Final[dict[Body, tuple[str, ...]]] = {
    "fas": ("fas", "secrecy"),
    "rkn": ("rkn",),
    "operator": ("operator_refusal", "operator_detail"),
}
#: Kinds of added evidence that are the diarist's own papers; they go along only where named.
PAPERS: Final = frozenset(("answer", "call_log", "case", "operator_detail"))

_EPOCH: Final = (2020, 1, 1, 0, 0, 0)
_NAMED: Final = {
    **{"recording": "запись", "picture": "снимок", "screenshot": "снимок", "document": "документ"},
    **{"operator_detail": "детализация", "call_log": "журнал-вызовов"},
}
_ENDINGS: Final = {
    **{"audio/mp4": ".m4a", "audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/ogg": ".ogg"},
    **{"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "text/plain": ".txt"},
    **{"application/pdf": ".pdf", "text/csv": ".csv", "text/xml": ".xml", "video/mp4": ".mp4"},
}
_SIGNATURES: Final = frozenset((".sig", ".p7s", ".sgn"))


@dataclass(frozen=True, slots=True)
class Packed:
    """What :func:`pack` wrote.

    Attributes:
        path: The ZIP or folder.
        to: The bodies.
        files: Name and size of each file, in order.
        contacts: ``seq`` of each contact that is in it.
        draft: It was written although something is missing.
        lacks: What is missing.
        warnings: What else the applicant should know.
        offices: Of each body in its order the office proposed; None where no source shows one.
    """

    path: Path
    to: tuple[Body, ...]
    files: tuple[tuple[str, int], ...]
    contacts: tuple[int, ...]
    draft: bool
    lacks: tuple[str, ...]
    warnings: tuple[str, ...]
    offices: tuple[Office | None, ...]


def _claim(said: ConsentStance | None) -> Claim:
    if said is None:
        return Claim()
    return Claim("withdrawn" if said.claim == "withdrawn" else "never", said.on)


def contacts_of(log: Log, seqs: Iterable[int] | None = None) -> list[ReceivedContact]:
    """The contacts that a diary holds, in order of time.

    Args:
        log: A diary.
        seqs: Only these entries.

    Raises:
        InvalidArgument: The log is no diary.
        NotFoundError: An entry of ``seqs`` is no contact that was received.
    """
    wanted = None if seqs is None else set(seqs)
    found = [
        _received(each.seq, each.event)
        for each in complaint.noted(log, subscriber_of(log)).contacts
        if each.taken_back is None and (wanted is None or each.seq in wanted)
    ]
    if wanted is not None and (lost := sorted(wanted - {each.seq for each in found})):
        raise NotFoundError(
            Message("entry {} is no contact that was received, or it was taken back", lost[0])
        )
    return sorted(found, key=lambda each: (each.at, each.seq))


def _received(seq: int, event: ContactReceived) -> ReceivedContact:
    return ReceivedContact(
        seq=seq,
        at=event.at,
        sender=event.sender,
        label=event.label,
        channel=event.channel,
        heard=event.heard,
        company=event.company,
        distributor=event.distributor,
        said=event.said,
        duration_s=event.duration_s,
        answered=event.answered,
        asked_to_stop=event.asked_to_stop == "yes",
        called_by_name=event.called_by_name == "yes",
        advertising=_claim(event.advertising_consent),
        personal_data=_claim(event.personal_data_consent),
    )


class _Enclosed(NamedTuple):
    """A file of the log that goes along."""

    name: str
    about: str
    data: bytes


def _ending(name: str, media: str) -> str:
    suffix = Path(name).suffix.lower()
    if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix):
        return suffix
    return _ENDINGS.get(media, ".bin")


class _Packer:
    def __init__(
        self,
        log: Log,
        to: Sequence[Body],
        profile: Profile,
        now: datetime,
        zone: tzinfo,
        contacts: Sequence[ReceivedContact],
        lacks: Sequence[str],
        numbering: Numbering,
    ) -> None:
        self._log = log
        self._to = to
        self._profile = profile
        self._now = now
        self._zone = zone
        self._contacts = contacts
        self._lacks = lacks
        self._numbering = numbering
        self._number = subscriber_of(log)
        self._history: list[HistoryEvent] = list(log.history(self._number))
        self.warnings: list[str] = []
        self.offices: list[Office | None] = []

    # --- what is enclosed ------------------------------------------------------------------------

    def _files_of(self, seq: int, stem: str, about: str, first: int) -> list[_Enclosed]:
        found: list[_Enclosed] = []
        for kept in self._log.evidence_of(seq):
            name = kept.name
            data = self._log.evidence(seq, kept.place, for_proof=True)
            ending = _ending(name, kept.type)
            kind = _NAMED.get(kept.kind, "файл")
            if ending in _SIGNATURES:
                inner = _ending(Path(name).stem, "")
                ending = (inner if inner != ".bin" else "") + ending
                about_it = f"электронная подпись, не проверялась ({about})"
            else:
                about_it = f"{kind}, {about}"
            number = first + len(found)
            found.append(
                _Enclosed(f"Приложения/{number:02d}-{kind}-{stem}{ending}", about_it, data)
            )
        return found

    def enclosed(self, with_seqs: Iterable[int]) -> list[_Enclosed]:
        """Recordings and pictures of the chosen contacts, demands made to their callers."""
        found: list[_Enclosed] = []
        chosen = {each.seq: place for place, each in enumerate(self._contacts, 1)}
        wanted = set(with_seqs)
        callers = {each.distributor for each in self._contacts if each.distributor}
        for place, contact in enumerate(self._contacts, 1):
            local = contact.at.astimezone(self._zone)
            stem = f"{'звонка' if contact.channel == 'voice' else 'сообщения'}-{place}-"
            stem += local.strftime("%d.%m.%Y-%H-%M")
            found += self._files_of(contact.seq, stem, f"к строке {place}", len(found) + 1)
        for each in self._history:
            event = each.event
            if isinstance(event, EvidenceAdded):
                place = chosen.get(event.of, 0)
                if event.kind not in PAPERS and place:
                    stem = f"дополнение-{place}"
                    found += self._files_of(
                        each.seq, stem, f"к строке {place}, добавлено позже", len(found) + 1
                    )
                elif event.kind == "operator_detail" and "fas" in self._to:
                    found += self._files_of(each.seq, "оператора", "оператора", len(found) + 1)
                    self.warnings.append(
                        Message("the operator's detail in the pack shows your other calls too")
                    )
                elif each.seq in wanted:
                    found += self._files_of(each.seq, event.kind or "бумага", "", len(found) + 1)
            elif isinstance(event, ConsentWithdrawn) and self._concerns(event, callers):
                day = day_text(event.at.astimezone(self._zone).date())
                found += self._files_of(
                    each.seq, "требование", f"требование прекратить, {day}", len(found) + 1
                )
        return found

    @staticmethod
    def _concerns(event: ConsentWithdrawn, callers: set[str]) -> bool:
        named = set(event.distributors or ())
        return not named or bool(named & callers)

    def _stops(self) -> list[datetime]:
        callers = {each.distributor for each in self._contacts if each.distributor}
        return [
            each.at
            for each in self._history
            if isinstance(each.event, ConsentWithdrawn) and self._concerns(each.event, callers)
        ]

    def _events_csv(self) -> bytes:
        text = io.StringIO(newline="")
        writer = CsvWriter(
            text,
            [
                *("№", "Запись журнала", "Время", "Отправитель", "Связь", "Кто говорил"),
                *("Длительность, с", "Назвались", "Содержание"),
            ],
        )
        for place, each in enumerate(self._contacts, 1):
            writer.row(
                [
                    place,
                    each.seq,
                    each.at.astimezone(self._zone),
                    each.sender,
                    each.channel,
                    each.heard,
                    each.duration_s,
                    each.company,
                    each.said,
                ]
            )
        return b"\xef\xbb\xbf" + text.getvalue().encode()

    # --- the whole -------------------------------------------------------------------------------

    def files(self, with_seqs: Iterable[int], proof: bytes) -> dict[str, bytes]:
        """Every file by its name, in the order in which they are shown."""
        enclosed = self.enclosed(with_seqs) if set(self._to) != {"operator"} else []
        enclosed.append(_Enclosed("Приложения/события.csv", "таблица событий", self._events_csv()))
        enclosed.append(
            _Enclosed("proof.zip", "доказательства из журнала, см. ПРОВЕРКА.txt", proof)
        )
        files: dict[str, bytes] = {}
        words: dict[str, bytes] = {}
        written = [
            write(name, facts, self._profile)
            for body in self._to
            for facts in (self.facts(enclosed, body),)
            for name in LETTERS[body]
        ]
        for place, letter in enumerate(written, 1):
            shown = "ОТКРОЙТЕ" if place == 1 else letter.template.file
            files[f"{place}-{shown}.pdf"] = letter.pdf(at=self._now)
            words[f"Word/{place}-{letter.template.file}.docx"] = letter.docx(at=self._now)
        files |= words
        files |= {each.name: each.data for each in enclosed}
        files["ПРОВЕРКА.txt"] = self._check_text(files)
        return files

    def facts(self, enclosed: Sequence[_Enclosed], to: Body) -> Facts:
        """What the letters to a body state."""
        regions = self._numbering.lookup(self._number).region_names
        office, lines = proposed_office(to, regions)
        self.offices.append(office)
        if to == "operator":
            lines = [f"Оператору связи: {self._profile.operator or '____________________'}"]
        return Facts(
            number=self._number.e164,
            contacts=self._contacts,
            zone=self._zone,
            today=self._now.astimezone(self._zone).date(),
            stops=self._stops(),
            attachments=tuple(
                Attachment(
                    each.name, len(each.data), hashlib.sha256(each.data).hexdigest(), each.about
                )
                for each in enclosed
            ),
            addressee=lines,
            lacks=self._lacks,
        )

    def _check_text(self, files: dict[str, bytes]) -> bytes:
        lines = [
            "ЧТО ЗДЕСЬ И КАК ЭТО ПРОВЕРИТЬ",
            "",
            "1-ОТКРОЙТЕ.pdf — письмо; остальные письма рядом; те же тексты для правки — в папке",
            "Word.",
            "Приложения — файлы, названные в письме.",
            "proof.zip — записи журнала с доказательствами. Проверка: распакуйте proof.zip и",
            "запустите  python3 verify.py proof.zip  (файл verify.py лежит внутри, сеть не нужна);",
            "или  consent verify proof.zip .",
            "Электронные подписи (.sig, .p7s), если они есть, здесь не проверялись.",
            "Что доказано и что стоит на часах заявителя, говорит report.txt внутри proof.zip.",
            "",
            "SHA-256 файлов:",
            *(f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in files.items()),
            "",
        ]
        return "\r\n".join(lines).encode()


def facts_of(
    log: Log,
    *,
    to: Body,
    profile: Profile,
    now: datetime,
    zone: tzinfo,
    seqs: Iterable[int] | None = None,
    numbering: Numbering | None = None,
) -> Facts:
    """What a letter to a body would state, without attachments."""
    return _Packer(
        log,
        (to,),
        profile,
        now,
        zone,
        contacts_of(log, seqs),
        (),
        numbering or Numbering.built_in(),
    ).facts((), to)


def pack(
    log: Log,
    *,
    to: Sequence[Body],
    out: str | PathLike[str],
    profile: Profile,
    now: datetime,
    zone: tzinfo,
    seqs: Iterable[int] | None = None,
    with_seqs: Sequence[int] = (),
    lacks: Sequence[str] = (),
    numbering: Numbering | None = None,
) -> Packed:
    """Write the pack of one body, or one pack with a letter to each of several.

    Args:
        log: A diary, open for writing: its checkpoint is signed.
        to: ``fas rkn operator``; the first one's letter is opened first.
        out: A ZIP, or a folder that is not there yet where the name has no ending ``.zip``.
        profile: The applicant; stands in letters only.
        now: When it is made, aware.
        zone: Of the times in letters.
        seqs: The contacts; all where left out.
        with_seqs: Entries whose papers go along as well.
        lacks: What is missing: the letters say that they are drafts.
        numbering: The imported register, which proposes the office.

    Raises:
        InvalidArgument: The log is no diary, or has no contacts.
        NotFoundError: A chosen entry is no contact.
        FileExistsError: The folder is there already.
        NotBuiltError: The extra ``letters`` is not installed.
    """
    contacts = contacts_of(log, seqs)
    if not contacts:
        raise InvalidArgument("the diary has no contacts: consent diary LOG")
    packer = _Packer(
        log, to, profile, now, zone, contacts, lacks, numbering or Numbering.built_in()
    )
    with TemporaryDirectory(prefix="consent-") as scratch:
        proof = Path(scratch) / "proof.zip"
        last = contacts[-1]
        robot = last.channel == "voice" and last.heard == "robot"
        bundle.prove(
            log,
            subscriber_of(log),
            out=proof,
            at=last.at,
            created_at=now,
            channel=cast("Channel", "robot" if robot else last.channel),
            distributor=last.distributor or None,
            call=last.seq if len(contacts) == 1 else None,
            with_=with_seqs,
            only=[each.seq for each in contacts],
        )
        if len(contacts) < len(contacts_of(log)):
            packer.warnings.append(
                Message(
                    "proof.zip shows the notes of the other contacts too, without their files:"
                    " that no entry is missing is part of the proof"
                )
            )
        files = packer.files(with_seqs, proof.read_bytes())
    path = Path(out)
    if path.suffix.lower() == ".zip":
        private_file.write(path, zip_of(files, now))
    else:
        path.mkdir(mode=0o700)
        for name, data in files.items():
            place = path / name
            place.parent.mkdir(mode=0o700, exist_ok=True)
            private_file.write(place, data)
    return Packed(
        path,
        tuple(to),
        tuple((name, len(data)) for name, data in files.items()),
        tuple(each.seq for each in contacts),
        bool(lacks),
        tuple(lacks),
        tuple(packer.warnings),
        tuple(packer.offices),
    )


def zip_of(files: dict[str, bytes], at: datetime) -> bytes:
    """A ZIP that opens by double click: names in UTF-8, what is packed already is stored."""
    buffer = io.BytesIO()
    moment = max(at.astimezone(UTC).timetuple()[:6], _EPOCH)
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, moment)
            info.create_system = 3
            info.external_attr = 0o100600 << 16
            stored = name.endswith((".zip", ".pdf", ".docx", ".m4a", ".mp3", ".jpg", ".png"))
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()
