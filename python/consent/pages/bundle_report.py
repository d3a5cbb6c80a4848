"""The page of a pack that a person reads: what was asked, what the log answers, what it shows.

It is made from the pack's own files and from nothing else, so it can hold nobody whom the pack
does not hold. Russian first, then English; one page of HTML without scripts or outside resources,
and the same in plain text.
"""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from consent import _core
from consent._core import Entry
from consent.event import ConsentGiven, ConsentStance, ContactMade, LogCreated, told
from consent.locale.message import Lang, Message, in_language, said
from consent.locale.vocabulary import FIELDS, label, type_name, word
from consent.pages import clean, render

__all__ = ["report_html", "report_text"]

_ZONE: Final = ZoneInfo("Europe/Moscow")
_WIDTH: Final = 78

_STOPS: Final = ("consent.refused", "consent.withdrawn")

#: Fields whose values are words of the format.
_WORDS: Final = frozenset(
    (
        *("purpose", "channel", "method", "means", "direction", "dialled_by", "kind", "outcome"),
        *("heard", "answered", "asked_to_stop", "called_by_name"),
    )
)
#: What a sentence says of a contact that a diary asks about.
_RECEIVED: Final = {
    "voice": Message("You were called"),
    "robot": Message("A robot called you"),
    "sms": Message("You were sent an SMS"),
    "messenger": Message("You were sent a message"),
    "email": Message("You were sent an e-mail"),
}
_RECEIVED_ANSWERS: Final = {
    "allow": Message("A consent that covers it is recorded."),
    "deny": Message("No consent that covers it is recorded, or it was taken back."),
    "unknown": Message("Unknown: a consent is recorded that may be theirs or not."),
}
_ANSWERS: Final = {
    "allow": Message("Yes, it was."),
    "deny": Message("No, it was not."),
    "unknown": Message("Unknown: the entries give no answer. Until they do, it means no."),
}
_LIMITS: Final = (
    Message("That the log has no later entry about this subscriber than the last of the table."),
    Message("That the log does not know this number under another tag as well."),
    Message(
        "That the times are true: the log's owner set the clock, there is no independent time "
        "stamp "
        "here."
    ),
    Message("That everyone was shown the same log: no witness has signed."),
    Message(
        "That what was recorded is true: the pack proves that an entry was made and not changed, "
        "not that it is right."
    ),
    Message("That the answer above is right: a program gave it, and the check does not repeat it."),
    Message(
        "This page and verify.py are signed with the pack, but say no more than their author: only "
        "entries, proofs and the checkpoint prove anything."
    ),
)


def _both_times(at: datetime) -> tuple[str, str, str]:
    """Moscow's clock, which zone that is, and UTC."""
    local = at.astimezone(_ZONE)
    offset = local.strftime("%z")
    zone = f"{offset[:3]}:{offset[3:]} Europe/Moscow"
    return f"{local:%Y-%m-%d %H:%M:%S}", zone, f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _time(at: datetime | str) -> str:
    moscow, zone, utc = _both_times(datetime.fromisoformat(at) if isinstance(at, str) else at)
    return f"{moscow} ({zone}) = {utc}"


# --- what is said, without its form -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    kind: Literal["title", "head", "para", "strong", "list", "pre", "facts", "files", "timeline"]
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class _Story:
    """The contents of the report in one language."""

    def __init__(self, files: Mapping[str, bytes], lang: Lang) -> None:
        self.files = files
        self.lang: Lang = lang
        self.case: dict[str, Any] = json.loads(files["case.json"])
        self.entries = [_core.parse_entry(files[place["entry"]]) for place in self.case["entries"]]
        #: Who was assigned to dial: about nobody's number, and shown among the rest.
        self.callers = [
            _core.parse_entry(files[place["entry"]]) for place in self.case.get("callers", [])
        ]
        self.blocks: list[_Block] = []
        first = self.entries[0].event
        #: Entry 0 of a diary names no distributor.
        self.diary = isinstance(first, LogCreated) and not first.distributor
        self.names = {each.seq: self._names_of(each.seq) for each in self.entries[1:]}

    def _opening(self, seq: int) -> dict[str, Any]:
        place = next(each for each in self.case["entries"] if each["seq"] == seq)
        found: dict[str, Any] = json.loads(self.files[place["opening"]])
        return found

    def _details(self, seq: int) -> dict[str, Any]:
        """What is sealed of an entry, as its opening shows it."""
        found: dict[str, Any] = json.loads(self._opening(seq)["details"])
        return found

    def _names_of(self, seq: int) -> list[str]:
        names = self._details(seq).get("file_names", [])
        return [each.get("name", "") for each in names if isinstance(each, dict)]

    def say(self, sentence: str, *fill: object) -> str:
        return said(sentence, fill, self.lang)

    def add(self, kind: Any, *lines: str, rows: Iterable[tuple[str, ...]] = ()) -> None:  # noqa: ANN401
        self.blocks.append(
            _Block(
                kind,
                tuple(clean(line) for line in lines),
                tuple(tuple(clean(cell) for cell in row) for row in rows),
            )
        )

    def tell(self) -> list[_Block]:
        self.opening()
        self.answer()
        self.contacts()
        self.timeline()
        self.enclosed()
        self.meaning()
        self.limits()
        self.checkpoint()
        return self.blocks

    def opening(self) -> None:
        case, first = self.case, self.entries[0].event
        asked = case["question"]
        self.add(
            "title",
            self.say("A diary of contacts with {}", case["number"])
            if self.diary
            else self.say("What the consent log holds about {}", case["number"]),
        )
        # First of all: what is proven, and what is one's word.
        self.add(
            "para",
            self.say(
                "Proven: each note was made in this form before the log was signed, and not "
                "changed since; the files enclosed are those noted. By the diarist's word and "
                "clock: that the contacts took place, when, and what was said."
            )
            if self.diary
            else self.say(
                "Proven: each entry was made in this form before the log was signed, and not "
                "changed since. By the word and clock of the log's owner: what is recorded, and "
                "when."
            ),
        )
        rows = [(self.say("Number"), case["number"]), (self.say("Log"), case["origin"])]
        if isinstance(first, LogCreated) and first.distributor:
            owner = " ".join(
                filter(
                    None,
                    (first.distributor_name, f"({self.say('INN')} {first.distributor})"),
                )
            )
            rows.append((self.say("Whose log"), owner))
        if case.get("created_at"):
            rows.append((self.say("Pack made"), _time(case["created_at"])))
        rows.append((self.say("Entries about the number"), str(len(self.entries) - 1)))
        others = case.get("other_subjects", 0)
        if others:
            rows.append(
                (
                    self.say("Other subscribers of this number"),
                    self.say("{}; of earlier ones only the entry that ended them is here", others),
                )
            )
        self.add("facts", rows=rows)
        self.add("head", self.say("The question"))
        self.add("para", self.asked_in_words(asked))

    def asked_in_words(self, asked: dict[str, Any]) -> str:
        """One question as a sentence."""
        channel, purpose = word(asked["channel"], self.lang), word(asked["purpose"], self.lang)
        if self.diary:
            how = in_language(_RECEIVED[asked["channel"]], self.lang)
            parts = [f"{how}: {_time(asked['at'])}", self.say("purpose: {}", purpose)]
            parts.append(
                self.say("on behalf of the organisation with INN {}", asked["distributor"])
                if asked.get("distributor")
                else self.say("distributor not established")
            )
            return ", ".join(parts) + ". " + self.say("Had you agreed to it?")
        parts = [
            self.say("Was it lawful to contact this number: {}, purpose: {}", channel, purpose)
        ]
        if asked.get("distributor"):
            parts.append(
                self.say("on behalf of the organisation with INN {}", asked["distributor"])
            )
        if asked.get("caller"):
            parts.append(self.say("dialled by {}", asked["caller"]))
        return f"{', '.join(parts)}? {self.say('Moment')}: {_time(asked['at'])}."

    def verdict(self, answer: dict[str, Any]) -> str:
        known = (_RECEIVED_ANSWERS if self.diary else _ANSWERS).get(answer["verdict"])
        return str(answer["verdict"]) if known is None else in_language(known, self.lang)

    def contacts(self) -> None:
        """One answer a recorded contact, each as of its own moment."""
        answered = self.case.get("contacts", [])
        if not answered:
            return
        self.add("head", self.say("Each recorded contact, as of its own moment"))
        lines = []
        for each in answered:
            line = f"{self.say('Entry {}', each['seq'])}: {self.asked_in_words(each['question'])}"
            lines.append(f"{line} — {self.verdict(each['answer'])}")
        self.add("list", *lines)

    def enclosed(self) -> None:
        """Every file that goes along, by its name in the pack, with size and hash."""
        rows: list[tuple[str, ...]] = []
        for entry in self.entries[1:]:
            files = json.loads(entry.body).get("files", [])
            for place, file in enumerate(files, 1):
                inside = f"evidence/{entry.seq:06}-{place}"
                names = self.names[entry.seq]
                name = names[place - 1] if place <= len(names) else ""
                what = f"{word(file['kind'], self.lang)}{f' «{name}»' if name else ''}"
                data = self.files.get(inside)
                if data is None:
                    kept = self.say("stays in the log; only its commitment is here")
                    rows.append((f"{self.say('Entry {}', entry.seq)}, {place}", f"{what}: {kept}"))
                    continue
                digest = hashlib.sha256(data).hexdigest()
                size = self.say("{} bytes", len(data))
                rows.append((inside, f"{what}, {size}, SHA-256 {digest}"))
        if rows:
            self.add("head", self.say("Files enclosed"))
            self.add("files", rows=rows)

    def answer(self) -> None:
        answer = self.case["answer"]
        self.add("head", self.say("The log's answer"))
        self.add("strong", self.verdict(answer))
        reasons = []
        for finding in answer["findings"]:
            ru = self.lang == "ru"
            why = (ru and finding.get("why_ru")) or finding["why"]
            citation = (ru and finding.get("citation_ru")) or finding["citation"]
            entry = "" if finding.get("seq") is None else self.say(" Entry {}.", finding["seq"])
            source = f" ({citation})" if citation else ""
            reasons.append(
                f"{why}{source}{entry} — {word(finding['verdict'], self.lang)} [{finding['rule']}]"
            )
        if reasons:
            self.add("list", *reasons)
        notes = []
        if (proof := answer.get("proof")) is not None:
            prongs = (word(proof[one], self.lang) for one in ("identified", "expressed", "named"))
            notes.append(
                self.say(
                    "Proof of the consent: who it was: {}; that they agreed: {}; to whom: {}.",
                    *prongs,
                )
            )
        if answer.get("relied_on") is not None:
            notes.append(self.say("The answer relies on entry {}.", answer["relied_on"]))
        if answer.get("next_allowed"):
            notes.append(self.say("Not before: ") + _time(answer["next_allowed"]) + ".")
        notes.append(
            self.say(
                "A program gave this answer by the rules {}; no court or authority did.",
                answer["rules"],
            )
        )
        self.add("para", " ".join(notes))

    def timeline(self) -> None:
        self.add("head", self.say("What is recorded, in order"))
        rows: list[tuple[str, ...]] = [
            (
                "№",
                self.say("When it happened (as claimed)"),
                self.say("When it was recorded (the log's clock)"),
                self.say("What"),
            )
        ]
        for entry in sorted(self.entries + self.callers, key=lambda each: each.seq):
            happened = getattr(entry.event, "at", None)
            rows.append(
                (
                    str(entry.seq),
                    "\n".join(_both_times(happened)) if happened else "—",
                    "\n".join(_both_times(entry.recorded)),
                    "\n".join(self.in_words(entry)),
                )
            )
        self.add("timeline", rows=rows)

    def in_words(self, entry: Entry) -> list[str]:
        kind, event = entry.type, entry.event
        stated = told(event)
        if entry.seq in self.names:
            # What is sealed, as the opening shows it.
            sealed = self._details(entry.seq)
            stated |= {name: sealed[name] for name in FIELDS if isinstance(sealed.get(name), str)}
        lines = [type_name(kind, self.lang) + "."]
        if kind == "log.created":
            lines.append(
                self.say("The log begins here; this entry names the key of its signature.")
            )
        for field in FIELDS:
            value = stated.get(field)
            if value is None:
                if kind in _STOPS and field in ("purposes", "channels", "distributors"):
                    everyone = self.say("everybody" if field == "distributors" else "any")
                    lines.append(f"{label(field, self.lang)}: {everyone}")
                continue
            name = label(field, self.lang)
            if kind == "log.created" and field == "distributor":
                name = self.say("owner (INN)")
            lines.append(f"{name}: {self.value(field, value)}")
        lines += self.circumstances(event)
        return lines

    def value(self, field: str, value: object) -> str:
        if isinstance(value, tuple):
            return ", ".join(word(item, self.lang) for item in value) or self.say("names nobody")
        if isinstance(value, ConsentStance):
            claim = word(value.claim, self.lang)
            return claim if value.on is None else f"{claim}, {_time(value.on)}"
        if value is True:
            return self.say("yes")
        if isinstance(value, datetime):
            return _time(value)
        return word(value, self.lang) if field in _WORDS else str(value)

    def given_how(self, event: ConsentGiven) -> list[str]:
        lines = []
        code = event.code
        if code is not None:
            lines.append(
                self.say("one-time code: ")
                + (
                    self.say("sent to this number")
                    if code.sent_to_this_number
                    else self.say("not sent to this number")
                )
                + ", "
                + (self.say("returned") if code.returned else self.say("not returned"))
            )
        if event.giver != "unstated" or event.authority:
            lines.append(self.say("given by: ") + word(event.giver, self.lang))
        if event.prechecked:
            lines.append(self.say("the box was ticked beforehand"))
        contract = event.in_contract
        if contract is not None:
            lines.append(
                self.say("inside a contract, with a mark of its own")
                if contract.separate_mark
                else self.say("inside a contract, without a mark of its own")
            )
        return lines

    def circumstances(self, event: object) -> list[str]:
        lines = self.given_how(event) if isinstance(event, ConsentGiven) else []
        if isinstance(event, ContactMade) and event.requested_by_subscriber:
            lines.append(self.say("at the subscriber's own request"))
        wording = getattr(event, "wording", None)
        if isinstance(wording, bytes):
            text = self.files.get(f"wordings/{wording.hex()}.txt")
            if text is None:
                lines.append(self.say("the text read or shown: only its hash is known"))
            else:
                shown = text.decode("utf-8", "replace").strip()
                if len(shown) > 1500:
                    shown = shown[:1500] + self.say(
                        " … (all of it: wordings/{}.txt)", wording.hex()
                    )
                lines.append(self.say("the text read or shown: ") + f"«{shown}»")
        hashes = [
            *getattr(event, "evidence", ()),
            *filter(None, (getattr(event, "recording", None), getattr(event, "document", None))),
        ]
        if hashes:
            lines.append(
                self.say("files that show it are with the log's owner; their SHA-256: ")
                + ", ".join(each.hex() for each in hashes)
            )
        return lines

    def meaning(self) -> None:
        self.add("head", self.say("Why this can be believed"))
        self.add(
            "para",
            self.say(
                "A hash is a fingerprint of a text: change one letter of an entry and it is "
                "another. The fingerprints of all entries of the log are joined into one, the "
                "log's owner signed it (below), and the proofs enclosed show that each entry of "
                "the table is part of what was signed, in exactly this form and place."
            ),
        )
        self.add("head", self.say("How to check it yourself"))
        self.add("para", self.say("Unpack the pack, open a command line in its folder and run:"))
        self.add("pre", f"python3 -I verify.py --key {self.say('KEY-OF-THE-LOG')}")
        self.add(
            "para",
            self.say(
                "Python 3.8 or newer is all it needs; no network. Get the log's key from its "
                "owner, not from this pack; without --key the check trusts the key inside the "
                "pack and says so. FORMAT.md describes the format: the checker can be written "
                "anew."
            ),
        )

    def limits(self) -> None:
        self.add("head", self.say("What this pack does NOT show"))
        self.add("list", *(in_language(limit, self.lang) for limit in _LIMITS))

    def checkpoint(self) -> None:
        self.add("head", self.say("The log's signed checkpoint"))
        self.add(
            "para",
            self.say(
                "Name of the log, number of entries, the joint fingerprint (root), signature. "
                "The key that checks the signature, and the subscriber's tag:"
            ),
        )
        self.add("pre", self.files["checkpoint"].decode("utf-8").rstrip("\n"))
        self.add("pre", f"{self.case['key']}\n{self.case['tag']}")


def report_html(files: Mapping[str, bytes]) -> bytes:
    """One printable page, Russian and then English.

    Args:
        files: The files of a pack, by name: at least case.json, checkpoint and the entries.
    """
    languages: tuple[Lang, ...] = ("ru", "en")
    sections = [(lang, _Story(files, lang).tell()) for lang in languages]
    return render("bundle", "ru", sections=sections).encode()


# --- plain text ---------------------------------------------------------------------------------


def _wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    return "\n".join(
        textwrap.fill(
            line,
            _WIDTH,
            initial_indent=first,
            subsequent_indent=first if rest is None else rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.split("\n")
    )


def _text_block(block: _Block) -> str:
    match block.kind:
        case "title":
            return f"{block.lines[0]}\n{'=' * len(block.lines[0])}"
        case "head":
            return f"\n{block.lines[0]}\n{'-' * len(block.lines[0])}"
        case "para" | "strong":
            return _wrapped(block.lines[0])
        case "pre":
            return "\n".join("    " + line for line in block.lines[0].split("\n"))
        case "list":
            return "\n".join(_wrapped(line, "- ", "  ") for line in block.lines)
        case "facts" | "files":
            return "\n".join(_wrapped(f"{name}: {value}", "", "  ") for name, value in block.rows)
        case "timeline":
            titles = block.rows[0]
            parts = []
            for number, happened, at, what in block.rows[1:]:
                first, *others = what.split("\n")
                lines = [_wrapped(f"{titles[0]} {number}  {first}", "", "  ")]
                for title, times in ((titles[1], happened), (titles[2], at)):
                    moscow, *rest = times.split("\n")
                    told = f"{moscow} ({rest[0]}) = {rest[1]}" if rest else moscow
                    lines.append(_wrapped(f"{title}: {told}", "    ", "      "))
                lines += [_wrapped(line, "    ", "      ") for line in others]
                parts.append("\n".join(lines))
            return "\n\n".join(parts)


def report_text(files: Mapping[str, bytes]) -> bytes:
    """The same as :func:`report_html` in plain text, UTF-8."""
    languages: tuple[Lang, ...] = ("ru", "en")
    told = (
        "\n".join(_text_block(block) for block in _Story(files, lang).tell()) for lang in languages
    )
    return ("\n\n\n".join(told) + "\n").encode()
