"""How calls ended: outcomes, what follows from them, and maps from other programs' words."""

from __future__ import annotations

import re
import tomllib
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from consent import _core
from consent._core import CallOutcome, OutcomePack, OutcomeRule
from consent.errors import InvalidArgument
from consent.locale.message import Message

if TYPE_CHECKING:
    from consent.files.legs import Attempts

__all__ = ["BUILT_IN", "CallOutcome", "OutcomeMap", "OutcomePack", "OutcomeRule", "outcomes"]

#: Maps that the package brings.
BUILT_IN: Final = ("asterisk", "freeswitch", "vicidial")

_MAPS: Final = Path(__file__).parent / "files" / "maps" / "outcomes"
_NUMBER_LIKE: Final = re.compile(r"\d(?:[\s().+-]*\d){6}")
_UNKNOWN: Final = "unknown"


@lru_cache(maxsize=1)
def standard() -> OutcomePack:
    """The outcomes built into the library."""
    return OutcomePack.standard()


def outcomes() -> list[CallOutcome]:
    """List the outcomes; the first one is ``unknown``.

    Example:
        >>> next(o for o in outcomes() if o.id == "busy").retry
        'within_cap'
    """
    return standard().outcomes


@lru_cache(maxsize=1)
def _places() -> Mapping[str, int]:
    return {outcome.id: place for place, outcome in enumerate(outcomes())}


@dataclass(frozen=True, slots=True)
class OutcomeMap:
    """Which outcome a status of another program means.

    Statuses are compared as written, spaces around them aside. One that is not in the map is
    ``unknown`` and listed, never guessed.

    Attributes:
        name: "vicidial", or the file that described it.
        statuses: A status to the outcome where seconds were talked, and where none were.

    Example:
        >>> OutcomeMap.load("vicidial").of("ADC")
        'no_such_subscriber'
        >>> OutcomeMap.load("freeswitch").of("NORMAL_CLEARING", seconds=0)
        'unknown'
    """

    name: str
    statuses: Mapping[str, tuple[str, str]]

    @classmethod
    def load(cls, source: str | PathLike[str] | OutcomeMap) -> OutcomeMap:
        """Take a map by name (``asterisk freeswitch vicidial``), or read it from a TOML file.

        A file has ``[statuses]``: a status to an outcome, or to ``{ talked = …, silent = … }``
        where it depends on whether seconds were talked. ``base = "vicidial"`` begins with a map of
        the package and changes it.

        Raises:
            InvalidArgument: No such map, or a row that means nothing; names file and row.
        """
        if isinstance(source, OutcomeMap):
            return source
        if source in BUILT_IN:
            return cls._read(_MAPS / f"{source}.toml", str(source))
        path = Path(source)
        if path.suffix != ".toml":
            raise InvalidArgument(
                Message(
                    "outcomes: there are the maps {}, or your own MAP.toml", ", ".join(BUILT_IN)
                )
            )
        return cls._read(path, path.name)

    @classmethod
    def _read(cls, path: Path, name: str) -> OutcomeMap:
        try:
            data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise InvalidArgument(Message("{}: not UTF-8, byte {}", name, error.start)) from None
        except tomllib.TOMLDecodeError as error:
            raise InvalidArgument(Message("{}: {}", name, error)) from None
        for key in data:
            if key not in ("version", "base", "statuses"):
                raise InvalidArgument(
                    Message("{}: a key that is not version, base or statuses", name)
                )
        if data.get("version", 1) != 1:
            raise InvalidArgument(Message("{}: version must be 1", name))
        statuses: dict[str, tuple[str, str]] = {}
        if (base := data.get("base")) is not None:
            if base not in BUILT_IN:
                raise InvalidArgument(
                    Message("{}: base must be one of {}", name, ", ".join(BUILT_IN))
                )
            statuses |= cls.load(base).statuses
        rows = data.get("statuses")
        if not isinstance(rows, Mapping) or not rows:
            raise InvalidArgument(Message("{}: [statuses] is missing or empty", name))
        own: set[str] = set()
        for place, (status, meant) in enumerate(rows.items(), 1):
            key = status.strip()
            if key in own:
                raise InvalidArgument(Message("{}: status {} stands twice", name, place))
            own.add(key)
            statuses[key] = cls._meant(meant, Message("{}: status {}", name, place))
        return cls(name, statuses)

    @staticmethod
    def _meant(meant: Any, where: str) -> tuple[str, str]:  # noqa: ANN401 - whatever a file holds
        if isinstance(meant, Mapping):
            if set(meant) != {"talked", "silent"}:
                raise InvalidArgument(
                    Message("{}: needs talked and silent, and nothing else", where)
                )
            both = meant["talked"], meant["silent"]
        else:
            both = meant, meant
        for word in both:
            if not isinstance(word, str) or word not in _places():
                raise InvalidArgument(
                    Message("{}: not an outcome; there are {}", where, ", ".join(_places()))
                )
        return both

    def of(self, status: str, *, seconds: int | None = None) -> str:
        """The outcome that a status means.

        Args:
            status: As the other program wrote it.
            seconds: Talked or billed; None: not known.

        Returns:
            Its id; ``unknown`` where the map does not have the status, or where it depends on
            seconds that are not known.
        """
        talked, silent = self.statuses.get(status.strip(), (_UNKNOWN, _UNKNOWN))
        if talked == silent:
            return talked
        if seconds is None:
            return _UNKNOWN
        return talked if seconds > 0 else silent

    def __contains__(self, status: object) -> bool:
        return isinstance(status, str) and status.strip() in self.statuses


@dataclass(frozen=True, slots=True)
class Unheeded:
    """A call that did not heed how an earlier one ended.

    Attributes:
        call: Its place among the attempts.
        rule: The rule, by its texts.
        outcome: The outcome that was not heeded.
        because_call: Place of the call that ended so; None: a contact of the log.
        because_seq: The log's entry of that contact; None: it is in the file alone.
    """

    call: int
    rule: OutcomeRule
    outcome: str
    because_call: int | None
    because_seq: int | None


@dataclass(slots=True)
class Outcomes:
    """How the calls of an audit ended.

    Attributes:
        map: The name of the map that was used.
        pack: Version of the outcomes.
        of_calls: The outcome of each call.
        not_mapped: Statuses that the map does not have, with their calls. What could be a
            telephone number is not repeated.
        unheeded: In the order of the calls.
    """

    map: str
    pack: str
    of_calls: Sequence[str]
    not_mapped: Counter[str]
    unheeded: Sequence[Unheeded]

    @property
    def counts(self) -> Counter[str]:
        """Calls by outcome."""
        return Counter(self.of_calls)

    @property
    def by_rule(self) -> Counter[str]:
        """Calls at fault by rule; a call counts once a rule."""
        return Counter(rule for rule, _ in {(found.rule.id, found.call) for found in self.unheeded})

    @property
    def summary(self) -> dict[str, Any]:
        """What ``summary["outcomes"]`` of an audit holds."""

        def ordered(counts: Mapping[str, int]) -> dict[str, int]:
            return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

        return {
            "map": self.map,
            "pack": self.pack,
            "calls": ordered(self.counts),
            "not_mapped": ordered(self.not_mapped),
            "not_heeded": ordered(self.by_rule),
        }


def hold(attempts: Attempts, log: _core.Log, scope: _core.Question, used: OutcomeMap) -> Outcomes:
    """Hold the calls of an audit against how earlier ones of their number ended.

    Args:
        attempts: The outgoing calls.
        log: Where contacts, consents and stops are.
        scope: What is asked of every call; its number and moment are not read.
        used: What the statuses mean.
    """
    places = _places()
    ended = array("q")
    not_mapped: Counter[str] = Counter()
    known: dict[tuple[str, bool | None], int] = {}
    for status, billed in attempts.endings():
        talked = None if billed is None else billed > 0
        key = status, talked
        place = known.get(key)
        if place is None:
            seconds = None if talked is None else int(talked)
            place = known[key] = places[used.of(status, seconds=seconds)]
        ended.append(place)
        if status not in used:
            not_mapped[status.strip()] += 1
    found = _core.audit_outcomes(
        attempts.numbers(),
        attempts.starts(),
        ended,
        log,
        standard(),
        scope,
    )
    rules, ids = standard().rules, list(places)
    shown: Counter[str] = Counter()
    for status, count in not_mapped.items():
        text = status.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        shown["…" if _NUMBER_LIKE.search(text) else text] += count
    return Outcomes(
        map=used.name,
        pack=found.pack,
        of_calls=[ids[place] for place in found.outcomes],
        not_mapped=shown,
        unheeded=[
            Unheeded(
                item.call,
                rules[item.rule],
                ids[item.because_outcome],
                item.because_call,
                item.because_seq,
            )
            for item in found.items
        ],
    )
