"""Letters of a subscriber, in Russian: to FAS, Roskomnadzor, the operator and the caller.

A letter is a list of plain blocks; PDF and DOCX are two ways to write the same ones. What people
said and who they are is set in as data: no text of theirs is read as markup.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from typing import Any, Final, NamedTuple

from consent.errors import InvalidArgument
from consent.letters.facts import (
    Attachment,
    Claim,
    Facts,
    ReceivedContact,
    day_text,
    moment_text,
    moscow,
)
from consent.letters.profile import Profile
from consent.letters.shown import shown
from consent.letters.template import Template, lint, template, templates
from consent.locale.message import Message

__all__ = [
    "Attachment",
    "Block",
    "Claim",
    "Facts",
    "Letter",
    "Office",
    "Profile",
    "ReceivedContact",
    "Template",
    "lint",
    "offices",
    "proposed_office",
    "template",
    "templates",
    "write",
]

#: Regions of one range of numbers that are named, for the applicant to choose from.
_FEW: Final = 3
#: Left open on paper, to be filled in by hand.
OPEN: Final = "____________________"


class Block(NamedTuple):
    """One part of a letter.

    Attributes:
        kind: ``p h ol table note sign``.
        text: Of ``p``, ``h``, ``note``; of ``sign`` who signs.
        items: Of ``ol``; of ``table`` the header.
        rows: Of ``table``.
        widths: Of ``table``: shares of its columns.
    """

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, ready to be written as PDF or DOCX.

    Attributes:
        template: What it was made from.
        title: Its title.
        addressee: Lines at the head: to whom.
        sender: Lines at the head: from whom.
        blocks: Its parts.
        today: Its date.
        draft: Says in its head that something is missing.
    """

    template: Template
    title: str
    addressee: tuple[str, ...]
    sender: tuple[str, ...]
    blocks: tuple[Block, ...]
    today: date
    draft: bool

    def words(self) -> list[str]:
        """Every text in order; PDF and DOCX hold the same."""
        found = [*self.addressee, *self.sender, self.title]
        for block in self.blocks:
            found += [block.text, *block.items, *(cell for row in block.rows for cell in row)]
        return [each for each in found if each]

    def pdf(self, *, at: datetime) -> bytes:
        """The letter as PDF/A-2a and PDF/UA-1."""
        from consent.letters.pdf import pdf

        return pdf(self, at=at)

    def docx(self, *, at: datetime) -> bytes:
        """The same text as DOCX."""
        from consent.letters.docx import docx

        return docx(self, at=at)


class Office(NamedTuple):
    """A territorial office, as far as a source shows it; "" is not known."""

    body: str
    regions: tuple[str, ...]
    name: str
    address: str
    address_note: str
    electronic: str
    site: str
    source: str
    read: date


@functools.cache
def offices() -> tuple[Office, ...]:
    """The offices that the sources at hand show."""
    text = (resources.files("consent.letters") / "offices.toml").read_text("utf-8")
    data = tomllib.loads(text)
    return tuple(
        Office(
            row["authority"],
            tuple(row["regions"]),
            row["name"],
            row.get("address", ""),
            row.get("address_note", ""),
            row.get("electronic", ""),
            row.get("site", ""),
            row["source"],
            data["read"],
        )
        for row in data["office"]
    )


def proposed_office(body: str, regions: Sequence[str]) -> tuple[Office | None, Sequence[str]]:
    """Propose an office by the region of the number called, and never decide it.

    Returns:
        The office, None where the sources show none; and the lines of an addressee, which are safe
        whatever office there is now.
    """
    found = [
        office
        for office in offices()
        if office.body == body and (not office.regions or list(office.regions) == list(regions))
    ]
    office = found[0] if len(found) == 1 else None
    if body == "rkn":
        return office, (office.name,) if office else ("Роскомнадзор",)
    if body == "fas":
        where = regions[0] if len(regions) == 1 else OPEN
        lines = ["В территориальный орган ФАС России", f"по региону: {where}"]
        if 1 < len(regions) <= _FEW:
            lines.append(f"({' или '.join(regions)} — укажите)")
        return office, [*lines, f"({office.name})"] if office else lines
    return None, ()


# --- filling in ----------------------------------------------------------------------------------

_CHANNELS: Final = {"voice": "звонок", "sms": "СМС", "messenger": "мессенджер", "email": "письмо"}
_HEARD: Final = {"robot": "робот", "person": "человек"}
#: Enclosed on paper by the applicant: the log does not hold it.
_ALSO: Final[Mapping[str, tuple[str, str]]] = {
    "secrecy": ("", "Согласие на раскрытие сведений, составляющих тайну связи (подписать)"),
    "identity_copy": ("person", "Копия документа, удостоверяющего личность (приложить)"),
    "operator_contract": ("", "Копия договора с оператором связи на этот номер (приложить)"),
    "holder_consent": ("holder_other", "Письменное согласие абонента номера (приложить)"),
    "power_of_attorney": ("representative", "Доверенность представителя (приложить)"),
}


def write(what: Template | str, facts: Facts, profile: Profile) -> Letter:
    """Write a letter.

    Args:
        what: A template or its word.
        facts: What it states.
        profile: Who writes; what is not known stays open.

    Raises:
        NotFoundError: No such letter.
        InvalidArgument: The template is not valid on the day of the letter.
    """
    made = what if isinstance(what, Template) else template(what)
    if not made.valid(facts.today):
        raise InvalidArgument(
            Message(
                "the template {} is not valid on {}: a newer one is needed", made.id, facts.today
            )
        )
    return _Writer(made, facts, profile).letter()


class _Writer:
    def __init__(self, made: Template, facts: Facts, profile: Profile) -> None:
        self._made = made
        self._facts = facts
        self._profile = profile
        contacts = facts.contacts
        entity, other = profile.kind == "entity", bool(profile.holder)
        self._holds = {
            "asked_to_stop": any(each.asked_to_stop for each in contacts),
            "called_by_name": any(each.called_by_name for each in contacts),
            "distributor": bool(contacts) and all(each.distributor for each in contacts),
            "entity": entity,
            "holder_other": other,
            "holder_self": not other,
            "person": not entity,
            "representative": bool(profile.representative),
            "robot": any(each.heard == "robot" for each in contacts),
            "senders": any(each.sender for each in contacts),
        }
        first, last = facts.days()
        senders = dict.fromkeys(each.sender for each in contacts if each.sender)
        self._fill = {
            "first_day": day_text(first),
            "holder": profile.holder or profile.name or OPEN,
            "last_day": day_text(last),
            "name": profile.titled() or OPEN,
            "number": facts.number,
            "passport": profile.passport or f"серия {OPEN} № {OPEN}",
            "reply_to": "; ".join(each for each in (profile.address, profile.email) if each)
            or OPEN,
            "representative": profile.representative,
            "senders": ", ".join(senders),
        }

    def letter(self) -> Letter:
        profile, facts = self._profile, self._facts
        blocks = [
            block for row in self._made.blocks if self._used(row) for block in self._block(row)
        ]
        # A heading with nothing under it says nothing.
        kept = [
            block
            for place, block in enumerate(blocks)
            if block.kind != "h" or (place + 1 < len(blocks) and blocks[place + 1].kind != "h")
        ]
        if facts.lacks:
            kept.insert(0, Block("note", "Черновик. Не хватает: " + "; ".join(facts.lacks) + "."))
        addressee = tuple(facts.addressee) or (f"Кому: {OPEN}",)
        sender = [f"От: {profile.titled() or OPEN}", f"Адрес: {profile.address or OPEN}"]
        if profile.email:
            sender.append(f"Электронная почта: {profile.email}")
        sender.append(f"Телефон: {facts.number}")
        if profile.representative:
            sender.append(f"Представитель: {profile.representative}")
        return Letter(
            self._made,
            self._made.title,
            tuple(shown(line) for line in addressee),
            tuple(shown(line) for line in sender),
            tuple(
                Block(
                    block.kind,
                    shown(block.text),
                    tuple(shown(item) for item in block.items),
                    tuple(tuple(shown(cell) for cell in row) for row in block.rows),
                    block.widths,
                )
                for block in kept
            ),
            facts.today,
            bool(facts.lacks),
        )

    def _used(self, row: Mapping[str, Any]) -> bool:
        for condition in row.get("when", ()):
            if self._holds[condition.removeprefix("!")] is condition.startswith("!"):
                return False
        since, until = row.get("contacts_from"), row.get("contacts_to")
        if since is None and until is None:
            return True
        days = [moscow(each.at) for each in self._facts.contacts]
        return any(
            (since is None or since <= day) and (until is None or day <= until) for day in days
        )

    def _filled(self, text: str, **more: str) -> str:
        fill = {**self._fill, **more}
        # A day ends in an abbreviation, whose full stop is the sentence's too.
        text = re.sub(r"\{(date|last_day)\}\.", r"{\1}", text)
        return re.sub(r"\{(\w+)\}", lambda found: fill[found[1]], text)

    def _block(self, row: Mapping[str, Any]) -> Iterator[Block]:
        kind = row["kind"]
        if kind in ("p", "h"):
            yield Block(kind, self._filled(row["text"]))
        elif kind == "ol":
            items = tuple(self._filled(each["text"]) for each in row["item"] if self._used(each))
            yield Block("ol", items=items)
        elif kind == "facts":
            yield self._table(short=row.get("short", False))
        elif kind == "claims":
            for text in dict.fromkeys(self._claims(row)):
                yield Block("p", text)
        elif kind == "stops":
            for at in self._facts.stops:
                yield Block("p", self._filled(row["text"], date=self._day(at)))
        elif kind == "attachments":
            yield from self._attachments(row)
        elif kind == "sign":
            by = self._fill["holder" if row.get("by") == "holder" else "name"]
            if row.get("by") != "holder" and self._profile.representative:
                by = self._profile.representative
            yield Block("sign", by, (day_text(self._facts.today),))

    def _day(self, at: datetime) -> str:
        return day_text(at.astimezone(self._facts.zone).date())

    def _claims(self, row: Mapping[str, Any]) -> Iterator[str]:
        for each in self._facts.contacts:
            said = each.advertising if row["ground"] == "advertising" else each.personal_data
            text = row[said.claim]
            if said.claim == "withdrawn" and said.on is None:
                text = row["withdrawn_undated"]
            day = "" if said.on is None else self._day(said.on)
            filled = self._filled(text, caller=each.caller, date=day)
            yield filled[:1].upper() + filled[1:]

    def _table(self, *, short: bool) -> Block:
        zone = self._facts.zone
        header = ["№", "Дата и время", "Откуда", "Связь"]
        rows = []
        for place, each in enumerate(self._facts.contacts, 1):
            link = _CHANNELS.get(each.channel, each.channel)
            if each.channel == "voice" and each.heard in _HEARD:
                link += f", {_HEARD[each.heard]}"
            if each.channel == "voice" and each.answered == "no":
                link += ", без ответа"
            if each.duration_s is not None:
                link += f", {each.duration_s} с"
            shown = f"«{each.label}» (на экране)" if each.label else ""
            named = f"назвались: {each.company}" if each.company else ""
            inn = f"ИНН {each.distributor}" if each.distributor.isdigit() else ""
            who = "; ".join(
                part for part in (each.sender or "номер скрыт", shown, named, inn) if part
            )
            said = "; ".join(
                part
                for part in (
                    each.said,
                    "обратились по имени" if each.called_by_name else "",
                    "потребовано прекратить рекламу" if each.asked_to_stop else "",
                )
                if part
            )
            rows.append((str(place), moment_text(each.at, zone), who, link, said or "—"))
        if short:
            return Block(
                "table", "", tuple(header), tuple(row[:4] for row in rows), (0.06, 0.3, 0.4, 0.24)
            )
        header.append("Содержание")
        return Block("table", "", tuple(header), tuple(rows), (0.05, 0.19, 0.24, 0.15, 0.37))

    def _attachments(self, row: Mapping[str, Any]) -> Iterator[Block]:
        rows = [
            (
                str(place),
                f"{each.name} — {each.about}" if each.about else each.name,
                f"{each.size}",
                each.sha256,
            )
            for place, each in enumerate(self._facts.attachments, 1)
        ]
        also = [
            text
            for condition, text in (_ALSO[word] for word in row.get("also", ()))
            if not condition or self._holds[condition]
        ]
        if rows or also:
            yield Block("h", "Приложения")
        if rows:
            header = ("№", "Файл", "Байт", "SHA-256")
            yield Block("table", "", header, tuple(rows), (0.06, 0.4, 0.12, 0.42))
        if also:
            yield Block("p", "Отдельно прилагаются:")
            yield Block("ol", items=tuple(also))
