"""Which calls went out: what the auditor declares of the exchange, and what each call is by it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from consent.files.records import InputError
from consent.locale.message import Lang, Message, in_language
from consent.number import read_digits


class DirectionNotDeclared(InputError):  # noqa: N818  says what happened
    """Nothing was declared that tells an outgoing call. Shows what there is to choose from.

    Attributes:
        contexts: Contexts seen, with the number of rows.
        callers: Channels that calls came from, without their running number, with their rows.
        called: Channels that calls went to, likewise.
    """

    def __init__(self, contexts: Counter[str], callers: Counter[str], called: Counter[str]) -> None:
        def most(seen: Counter[str]) -> str:
            ordered = sorted(seen.items(), key=lambda item: (-item[1], item[0]))[:12]
            return ", ".join(f"{name} ({count})" for name, count in ordered) or "—"

        super().__init__(
            Message(
                "which calls are outgoing must be declared: outgoing contexts, outgoing trunks or "
                "own numbers. Rows by context: {}. By calling channel: {}. By called channel: {}",
                most(contexts),
                most(callers),
                most(called),
            )
        )
        self.contexts = contexts
        self.callers = callers
        self.called = called


def own_lines(file: Path) -> list[str]:
    """Read a list of own numbers.

    Raises:
        InputError: Not UTF-8.
    """
    try:
        return file.read_bytes().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(Message("own numbers: not UTF-8, byte {}", error.start)) from None


class OwnNumbers:
    """The auditor's own numbers and extensions.

    An entry is a number or extension as written in ``src`` (any way a number can be written also
    matches: +7 495…, 8495…), a range of extensions ``1100..1199``, or ``re:`` and a regular
    expression for the whole text.
    """

    def __init__(self, entries: Iterable[str], country: str | None = None) -> None:
        self.entries: tuple[str, ...] = tuple(
            entry for entry in (line.split("#")[0].strip() for line in entries) if entry
        )
        self._country = country
        self._exact: set[str] = set()
        self._digits: set[int] = set()
        self._ranges: list[tuple[int, int, int]] = []
        self._patterns: list[re.Pattern[str]] = []
        self._known: dict[str, bool] = {}
        for entry in self.entries:
            if entry.startswith("re:"):
                try:
                    self._patterns.append(re.compile(entry[3:]))
                except re.error as error:
                    raise InputError(
                        Message("own numbers: not a regular expression: {}", error)
                    ) from None
            elif found := re.fullmatch(r"(\d+)\.\.(\d+)", entry):
                low, high = found[1], found[2]
                if len(low) != len(high) or low > high:
                    raise InputError("own numbers: a range needs two ends of one length, in order")
                self._ranges.append((len(low), int(low), int(high)))
            else:
                self._exact.add(entry)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __contains__(self, text: object) -> bool:
        if not isinstance(text, str):
            return False
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._look(text)
        return known

    def _look(self, text: str) -> bool:
        if text in self._exact:
            return True
        if text.isascii() and text.isdigit():
            value = int(text)
            if any(len(text) == n and low <= value <= high for n, low, high in self._ranges):
                return True
        if any(pattern.fullmatch(text) for pattern in self._patterns):
            return True
        if len(text) < 7 or not any(len(entry) >= 7 for entry in self._exact):
            return False
        if not self._digits:
            found = (read_digits(entry, self._country) for entry in self._exact if len(entry) >= 7)
            self._digits = {digits for digits in found if digits is not None}
        return read_digits(text, self._country) in self._digits


@dataclass(frozen=True, slots=True)
class Direction:
    """What makes a row an outgoing call. Declared by whoever knows the exchange, never guessed.

    Where several rules are declared all must agree. A trunk with a slash ("PJSIP/VITerm") is a
    channel name without its running number, an asterisk at the end stands for anything; one without
    a slash is a value of the column ``trunk``.

    Attributes:
        outgoing_contexts: ``dcontext`` of outgoing calls.
        outgoing_trunks: Trunks; ``dstchannel`` on one is outgoing, ``channel`` on one incoming,
            neither is internal.
        own_numbers: Numbers of the auditor; from one of them to another's is outgoing, the other
            way incoming, between two of them internal.
        incoming_contexts: ``dcontext`` of incoming calls.
        internal_up_to: A dialled number of up to so many digits is internal; 0: none is.
        everything: Every row is an outgoing call, unless another rule says that it is not.
    """

    outgoing_contexts: frozenset[str] = frozenset()
    outgoing_trunks: tuple[str, ...] = ()
    own_numbers: OwnNumbers = field(default_factory=lambda: OwnNumbers(()))
    incoming_contexts: frozenset[str] = frozenset()
    internal_up_to: int = 0
    everything: bool = False

    @classmethod
    def declare(
        cls,
        *,
        outgoing_contexts: Iterable[str] = (),
        outgoing_trunks: Iterable[str] = (),
        own_numbers: Iterable[str] | Path = (),
        incoming_contexts: Iterable[str] = (),
        internal_up_to: int = 0,
        everything: bool = False,
        country: str | None = None,
    ) -> Direction:
        """Build the rule from plain values.

        Args:
            outgoing_contexts: ``dcontext`` of outgoing calls.
            outgoing_trunks: "PJSIP/name", "PJSIP/na*", or a value of the column ``trunk``.
            incoming_contexts: ``dcontext`` of incoming calls.
            internal_up_to: A dialled number of up to so many digits is internal; 0: none is.
            everything: The file holds nothing but outgoing calls.
            own_numbers: Entries, or a file with one a line (# begins a comment).
            country: Where own numbers without a country code are, as for the dialled ones.
        """
        if isinstance(own_numbers, str):
            raise TypeError("own_numbers: a list of entries or a Path, not one string")
        if isinstance(own_numbers, Path):
            own_numbers = own_lines(own_numbers)
        return cls(
            outgoing_contexts=frozenset(outgoing_contexts),
            outgoing_trunks=tuple(outgoing_trunks),
            own_numbers=OwnNumbers(own_numbers, country),
            incoming_contexts=frozenset(incoming_contexts),
            internal_up_to=internal_up_to,
            everything=everything,
        )

    @property
    def declared(self) -> bool:
        """Whether anything says what is outgoing."""
        return self.everything or bool(
            self.outgoing_contexts or self.outgoing_trunks or self.own_numbers
        )

    def describe(self, lang: Lang = "en") -> str:
        """The rule in one line, for the report. Of own numbers only how many, not which."""
        parts = []
        if self.outgoing_contexts:
            parts.append(Message("context: {}", ", ".join(sorted(self.outgoing_contexts))))
        if self.outgoing_trunks:
            parts.append(Message("trunk: {}", ", ".join(self.outgoing_trunks)))
        if self.own_numbers:
            entries = len(self.own_numbers.entries)
            parts.append(Message("from own numbers to others, entries: {}", entries))
        if self.everything:
            parts.append(Message("every row of the file"))
        text = in_language(Message(" and "), lang).join(in_language(part, lang) for part in parts)
        if self.incoming_contexts:
            incoming = Message("incoming, context: {}", ", ".join(sorted(self.incoming_contexts)))
            text += f"; {in_language(incoming, lang)}"
        if self.internal_up_to:
            internal = Message("internal, digits dialled up to: {}", self.internal_up_to)
            text += f"; {in_language(internal, lang)}"
        return text

    def needs(self) -> set[str]:
        """Columns without which the rule says nothing."""
        wanted = set()
        if self.outgoing_contexts or self.incoming_contexts:
            wanted.add("context")
        if any("/" in trunk for trunk in self.outgoing_trunks):
            wanted |= {"channel", "dstchannel"}
        if any("/" not in trunk for trunk in self.outgoing_trunks):
            wanted.add("trunk")
        if self.own_numbers:
            wanted.add("src")
        return wanted

    def judge(self) -> Judge:
        """What says of each row whether it went out."""
        return Judge(self)


class Judge:
    """Says of rows whether they went out, and remembers what was declared and never met."""

    def __init__(self, rule: Direction) -> None:
        trunks = rule.outgoing_trunks
        self._contexts, self._incoming = rule.outgoing_contexts, rule.incoming_contexts
        self._own, self._short = rule.own_numbers, rule.internal_up_to
        self._names = frozenset(t for t in trunks if "/" in t and not t.endswith("*"))
        self._starts = tuple(t[:-1] for t in trunks if "/" in t and t.endswith("*"))
        self._values = frozenset(t for t in trunks if "/" not in t)
        self._by_channel, self._by_trunk = bool(self._names or self._starts), bool(trunks)
        self._own_declared = bool(rule.own_numbers)
        self._unmet_contexts = set(rule.outgoing_contexts | rule.incoming_contexts)
        self._unmet_trunks = set(trunks)
        self._on: dict[str, bool] = {}

    @property
    def by_party(self) -> bool:
        """Whether who calls whom matters, and not only what the exchange says of the row."""
        return self._own_declared or bool(self._short)

    def unmet(self) -> list[str]:
        """Contexts and trunks that were declared and that no row has."""
        return sorted(self._unmet_contexts) + sorted(self._unmet_trunks)

    def _on_trunk(self, channel: str) -> bool:
        name = channel.rpartition("-")[0]
        known = self._on.get(name)
        if known is None or (self._starts and not known):
            known = name in self._names
            if known:
                self._unmet_trunks.discard(name)
            for start in self._starts:
                if channel.startswith(start):
                    known = True
                    self._unmet_trunks.discard(start + "*")
            self._on[name] = known
        return known

    def __call__(
        self, context: str, channel: str, dstchannel: str, trunk: str, src: str, dst: str
    ) -> str:
        """``outgoing``, or why not."""
        if self._unmet_contexts:
            self._unmet_contexts.discard(context)
        if self._unmet_trunks:
            self._unmet_trunks.discard(trunk)
        if context in self._incoming:
            return "incoming"
        on_trunk = self._by_channel and self._on_trunk(dstchannel)
        if self._by_trunk and not on_trunk and trunk not in self._values:
            if not self._by_channel:
                return "not_outgoing"
            return "incoming" if self._on_trunk(channel) else "internal"
        if self._own_declared:
            from_own, to_own = src in self._own, dst in self._own
            if to_own:
                return "internal" if from_own else "incoming"
            if not from_own:
                return "forwarded" if on_trunk and self._on_trunk(channel) else "not_outgoing"
        if self._contexts and context not in self._contexts:
            return "not_outgoing"
        # In by a trunk and out again: the caller was put through. Nobody of ours dialled,
        # unless the context or the calling number was declared to be ours.
        if on_trunk and not self._contexts and not self._own_declared and self._on_trunk(channel):
            return "forwarded"
        if self._short and len(dst) <= self._short and dst.isascii() and dst.isdigit():
            return "internal"
        return "outgoing"
