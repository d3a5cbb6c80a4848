"""Two accounts of one number held against each other: where they agree, and where one is silent.

An account is a pack, or a log's export of events. Nothing here decides who is right.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any, Final, Literal, TypedDict, cast

from consent import _core
from consent.bundle import read_pack
from consent.errors import ConsentError, InvalidArgument, StorageError
from consent.event import LogCreated
from consent.files.exported import is_export
from consent.locale.message import Message
from consent.matching import WITHIN
from consent.standalone import verify as verify_standalone
from consent.verification import verify

__all__ = ["Bound", "Comparison", "ComparisonDocument", "Difference", "Noted", "Row", "compare"]

Kind = Literal["contact", "consent", "stop"]
Relation = Literal["agree", "contradict", "only_a", "only_b", "not_covered", "other_distributor"]

_KINDS: Final[dict[str, Kind]] = {
    "contact.made": "contact",
    "contact.received": "contact",
    "consent.given": "consent",
    "consent.refused": "stop",
    "consent.withdrawn": "stop",
}
#: Scopes of consents and stops; in a stop an absent one means all.
_SCOPES: Final = ("purposes", "channels", "covers")
#: The most that an export may be: it is read into memory.
_LARGEST_EXPORT: Final = 256 << 20

_NO_TIME: Final = Message(
    "no time stamp of a third party was checked: each bracket rests on the clock that it names"
)


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of the bracket in which an entry was recorded.

    Attributes:
        at: The moment.
        proves: What shows it, and whose clock it rests on.
    """

    at: datetime
    proves: Message


@dataclass(frozen=True, slots=True)
class Noted:
    """What one side holds of a contact, a consent or a stop.

    Attributes:
        seq: The entry.
        type: Its type; of a stop that a contact speaks of, the contact's.
        kind: What is compared.
        at: When it happened, as claimed.
        recorded_at: When the log says that it recorded it.
        not_before: Earliest moment of recording; None: nothing bounds it.
        not_after: Latest moment of recording; None: nothing bounds it.
        facts: What the entry states, by the names of the format.
        open: The moment is not stated: some time until ``at``.
        late: It claims a moment earlier than it can have been recorded, by more than the tolerance.
        back_dated: A late consent, and a contact or a stop lies between the two moments.
        between: Those contacts and stops: side (``a`` or ``b``) and entry.
    """

    seq: int
    type: str
    kind: Kind
    at: datetime
    recorded_at: datetime
    not_before: Bound | None = None
    not_after: Bound | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    open: bool = False
    late: bool = False
    back_dated: bool = False
    between: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A statement on which the two sides contradict each other.

    Attributes:
        what: Member of the format, or ``denied``: one side says that there was no such consent.
        a: What the first says.
        b: What the second says.
    """

    what: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Row:
    """One contact, consent or stop, as both sides have it.

    Attributes:
        kind: What it is.
        relation: ``agree``; ``contradict``: see ``differences``; ``only_a`` and ``only_b``: the
            other is silent; ``not_covered``: it lies outside what the other covers;
            ``other_distributor``: it names somebody whom the other is not about.
        a: The first's entry.
        b: The second's entry.
        differences: Statements that contradict each other.
    """

    kind: Kind
    relation: Relation
    a: Noted | None
    b: Noted | None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two files.

    Attributes:
        source: ``pack`` or ``export``.
        verdict: Of the check of a pack; an export is ``not_proven``: a table proves nothing.
        why: What the check found; empty where it is proven.
        key_was_given: It was checked with a key of ``trusted``, and not with its own alone.
        origin: Name of the log; empty for an export.
        entries: How many entries about the number it holds.
        begins: When the log begins, by its own clock; None: not known.
        ends: Until when it speaks; None: not known.
        taken_back: Entries that an ``entry.corrected`` takes back as a whole; not compared.
        notes: The contacts, consents and stops in it.
        distributors: Whom it names.
        readable: False: the check refused it before its entries could be read; nothing of it is
            compared.
    """

    source: Literal["pack", "export"]
    verdict: str
    why: str
    key_was_given: bool
    origin: str = ""
    entries: int = 0
    begins: datetime | None = None
    ends: datetime | None = None
    taken_back: int = 0
    notes: tuple[Noted, ...] = ()
    distributors: frozenset[str] = frozenset()
    readable: bool = True


class BoundDocument(TypedDict):
    """A bound in JSON."""

    at: str
    proves: str


class NotedDocument(TypedDict):
    """An entry of one side in JSON."""

    seq: int
    type: str
    at: str
    recorded_at: str
    not_before: BoundDocument | None
    not_after: BoundDocument | None
    late: bool
    back_dated: bool
    between: list[list[object]]


class RowDocument(TypedDict):
    """A row in JSON."""

    kind: str
    relation: str
    a: NotedDocument | None
    b: NotedDocument | None
    differences: list[dict[str, str]]


class SideDocument(TypedDict):
    """A file in JSON."""

    source: str
    verdict: str
    why: str
    key_was_given: bool
    origin: str
    entries: int
    begins: str | None
    ends: str | None
    taken_back: int


class ComparisonDocument(TypedDict):
    """What ``consent compare --json`` prints."""

    a: SideDocument
    b: SideDocument
    within_s: int
    counts: dict[str, int]
    rows: list[RowDocument]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What :func:`compare` found.

    Attributes:
        a: The first file.
        b: The second.
        within: How far two moments may be apart and still be one.
        rows: In order of time.
        warnings: What the comparison rests on.
    """

    a: Side
    b: Side
    within: timedelta
    rows: tuple[Row, ...]
    warnings: tuple[Message, ...]

    @property
    def back_dated(self) -> tuple[Noted, ...]:
        """Consents that are back-dated, of either side."""
        found = (each for row in self.rows for each in (row.a, row.b) if each is not None)
        return tuple(each for each in found if each.back_dated)

    @property
    def agrees(self) -> bool:
        """Both are proven, nothing contradicts, none is silent, and no consent is back-dated."""
        fine = ("agree", "not_covered", "other_distributor")
        return (
            self.a.verdict == self.b.verdict == "proven"
            and all(row.relation in fine for row in self.rows)
            and not self.back_dated
        )

    def counts(self) -> dict[str, int]:
        """How many rows there are of each relation, and how many consents are back-dated."""
        names = ("agree", "contradict", "only_a", "only_b", "not_covered", "other_distributor")
        found = {name: sum(row.relation == name for row in self.rows) for name in names}
        return found | {"back_dated": len(self.back_dated)}

    def document(self) -> ComparisonDocument:
        """The comparison as JSON holds it; no number is in it."""
        return {
            "a": _side_document(self.a),
            "b": _side_document(self.b),
            "within_s": int(self.within.total_seconds()),
            "counts": self.counts(),
            "rows": [
                {
                    "kind": row.kind,
                    "relation": row.relation,
                    "a": _noted_document(row.a),
                    "b": _noted_document(row.b),
                    "differences": [
                        {"what": each.what, "a": each.a, "b": each.b} for each in row.differences
                    ],
                }
                for row in self.rows
            ],
            "warnings": [str(each) for each in self.warnings],
        }


def _side_document(side: Side) -> SideDocument:
    return {
        "source": side.source,
        "verdict": side.verdict,
        "why": str(side.why),
        "key_was_given": side.key_was_given,
        "origin": side.origin,
        "entries": side.entries,
        "begins": None if side.begins is None else side.begins.isoformat(),
        "ends": None if side.ends is None else side.ends.isoformat(),
        "taken_back": side.taken_back,
    }


def _bound_document(bound: Bound | None) -> BoundDocument | None:
    return None if bound is None else {"at": bound.at.isoformat(), "proves": str(bound.proves)}


def _noted_document(noted: Noted | None) -> NotedDocument | None:
    if noted is None:
        return None
    return {
        "seq": noted.seq,
        "type": noted.type,
        "at": noted.at.isoformat(),
        "recorded_at": noted.recorded_at.isoformat(),
        "not_before": _bound_document(noted.not_before),
        "not_after": _bound_document(noted.not_after),
        "late": noted.late,
        "back_dated": noted.back_dated,
        "between": [[side, seq] for side, seq in noted.between],
    }


def compare(
    a: str | PathLike[str],
    b: str | PathLike[str],
    *,
    within: timedelta = WITHIN,
    trusted: Iterable[str] = (),
    now: datetime | None = None,
) -> Comparison:
    """Hold two packs against each other, or a pack against a log's export of events.

    Args:
        a: A pack, or a ``.jsonl`` that ``consent export --with-numbers`` wrote.
        b: The other; at least one of the two is a pack.
        within: How far apart two moments may be and still be one contact, consent or stop.
        trusted: Verifier keys, of either log. None given: each pack is checked with its own key.
        now: The moment of reading by the reader's own clock, aware: a pack that is here was
            recorded by then. None: that bound is left out.

    Raises:
        InvalidArgument: The two are about different numbers, neither is a pack, or an export names
            its people by tags alone.
        StorageError: A file cannot be read.
    """
    if now is not None and now.tzinfo is None:
        raise ValueError("now has no zone")
    if within < timedelta():
        raise ValueError("within is negative")
    keys = list(trusted)
    paths = (Path(a), Path(b))
    exports = [_is_export(path) for path in paths]
    if all(exports):
        raise InvalidArgument("two exports prove nothing; at least one of the two must be a pack")
    read: list[tuple[Side, str, str] | None] = [
        None if is_table else _of_pack(path, keys, now)
        for path, is_table in zip(paths, exports, strict=True)
    ]
    known = [each for each in read if each is not None]
    numbers = {number for _, number, _ in known if number}
    if len(numbers) > 1:
        raise InvalidArgument("the two packs are about different numbers")
    tags = {tag for _, _, tag in known if tag}
    sides = [
        _of_export(path, numbers, tags) if each is None else each[0]
        for path, each in zip(paths, read, strict=True)
    ]
    first, second = (_marked(sides[i], sides[1 - i], "ab"[i], within) for i in (0, 1))
    return Comparison(
        a=first,
        b=second,
        within=within,
        rows=tuple(sorted(_rows(first, second, within), key=_place))
        if first.readable and second.readable
        else (),
        warnings=tuple(_warnings(first, second, now)),
    )


def _warnings(a: Side, b: Side, now: datetime | None) -> Iterator[Message]:
    yield _NO_TIME
    for name, side in (("A", a), ("B", b)):
        if not side.readable:
            yield Message("{}: cannot be read as a pack; nothing is compared", name)
        if side.source == "pack" and side.verdict == "proven" and not side.key_was_given:
            yield Message("{}: checked with the key that the pack names itself; see --key", name)
    if now is None:
        return
    for name, side in (("A", a), ("B", b)):
        if side.ends is not None and side.ends > now:
            yield Message("{}: says that it was made later than your own clock shows", name)


def _place(row: Row) -> tuple[datetime, str]:
    at = min(each.at for each in (row.a, row.b) if each is not None)
    return at, row.kind


# --- reading -------------------------------------------------------------------------------------


def _is_export(path: Path) -> bool:
    if path.suffix.lower() in (".csv", ".parquet"):
        raise InvalidArgument("an export to compare with is a .jsonl")
    return path.suffix.lower() == ".jsonl"


@dataclass(frozen=True, slots=True)
class _Said:
    """An entry, before it is known what bounds it."""

    seq: int
    type: str
    at: datetime | None
    recorded: datetime
    facts: Mapping[str, object]
    of: int | None = None


def _of_pack(path: Path, trusted: Sequence[str], now: datetime | None) -> tuple[Side, str, str]:
    found = verify(path, trusted=trusted)
    why = "" if found.problem is None else found.problem.what
    unread = Side("pack", found.verdict, why, found.coverage.key_was_given)
    try:
        files = dict(read_pack(path))
        case = json.loads(files["case.json"])
        places = {
            each["seq"]: each["entry"]
            for name in ("entries", "former", "clock", "callers")
            for each in case.get(name) or ()
        }
        about = {each["seq"] for each in case["entries"]}
        entries = [_core.parse_entry(files[name]) for _, name in sorted(places.items())]
        number, tag = str(case["number"]), str(case["tag"])
        made = case.get("created_at")
        ends = None if made is None else datetime.fromisoformat(made)
    except (verify_standalone.FailedError, ConsentError, ValueError, LookupError, TypeError):
        if found.verdict == "proven":  # pragma: no cover - what is proven can be read
            raise
        return replace(unread, readable=False), "", ""
    own = [_said(each) for each in entries if each.seq in about]
    order = [(each.seq, each.recorded) for each in entries]
    first = entries[0] if entries else None
    named = _named(own)
    if first is not None and isinstance(first.event, LogCreated) and first.event.distributor:
        named |= {first.event.distributor}
    side = replace(
        unread,
        origin=str(case["origin"]),
        entries=max(0, len(about) - 1),
        begins=None if first is None or first.seq else first.recorded,
        ends=ends,
        distributors=named,
    )
    return _with_notes(side, own, order, now), number, tag


def _of_export(path: Path, numbers: set[str], tags: set[str]) -> Side:
    rows: list[_Said] = []
    order: list[tuple[int, datetime]] = []
    has_numbers = False
    try:
        if path.stat().st_size > _LARGEST_EXPORT:
            raise InvalidArgument(Message("the export is larger than {} bytes", _LARGEST_EXPORT))
        with path.open("rb") as lines:
            for place, line in enumerate(lines, 1):
                try:
                    row = json.loads(line)
                    if not is_export(row):
                        raise ValueError("no row of an export")
                    recorded = _moment(row["recorded_at"])
                    order.append((int(row["seq"]), recorded))
                    has_numbers = has_numbers or "number" in row
                    if row.get("number") in numbers or row["tag"] in tags:
                        rows.append(_said_of(row, recorded))
                except (ValueError, TypeError, KeyError):
                    raise InvalidArgument(
                        Message("line {}: is no row of consent export", place)
                    ) from None
    except OSError:
        raise StorageError("the export cannot be read") from None
    if not rows and order and not has_numbers:
        raise InvalidArgument("the export names its people by tags; write it with --with-numbers")
    side = Side(
        "export",
        "not_proven",
        Message("an export of events is a table: nothing shows that it is complete or unchanged"),
        key_was_given=False,
        entries=len(rows),
        distributors=_named(rows),
    )
    return _with_notes(side, rows, order, None)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found


def _said(entry: _core.Entry) -> _Said:
    event = entry.event
    facts = {name: getattr(event, name, None) for name in _FACTS}
    stance = getattr(event, "advertising_consent", None)
    facts["stance"] = None if stance is None else (stance.claim, stance.on)
    return _Said(
        entry.seq,
        entry.type,
        getattr(event, "at", None),
        entry.recorded,
        facts,
        getattr(event, "of", None) if not getattr(event, "fields", ()) else None,
    )


def _said_of(row: Mapping[str, Any], recorded: datetime) -> _Said:
    facts = {name: row.get(name) for name in _FACTS}
    stance = row.get("advertising_consent")
    if stance is not None:
        on = stance.get("on")
        facts["stance"] = (stance["claim"], None if on is None else _moment(on))
    at = row["at"]
    of = row.get("of") if not row.get("fields") else None
    return _Said(
        int(row["seq"]),
        str(row["type"]),
        None if at is None else _moment(at),
        recorded,
        facts,
        None if of is None else int(of),
    )


#: Members that are compared.
_FACTS: Final = (
    *("channel", "purpose", "distributor", "caller", "campaign", "dialled_by", "heard"),
    *("distributors", "asked_to_stop", "duration_s", *_SCOPES),
)


def _words(noted: _Said | Noted, name: str) -> frozenset[str]:
    value = noted.facts.get(name) or ()
    return frozenset({value} if isinstance(value, str) else cast("Iterable[str]", value))


def _parties(noted: _Said | Noted) -> frozenset[str]:
    """Whom an entry names."""
    return _words(noted, "distributor") or _words(noted, "distributors")


def _named(entries: Iterable[_Said]) -> frozenset[str]:
    """Whom contacts, consents and stops name as those on whose behalf they are."""
    return frozenset().union(*(_parties(each) for each in entries if each.type in _KINDS))


def _with_notes(
    side: Side, said: Sequence[_Said], order: Sequence[tuple[int, datetime]], now: datetime | None
) -> Side:
    """Add the contacts, consents and stops, each with its bracket."""
    gone = {each.of for each in said if each.type == "entry.corrected"} - {None}
    notes: list[Noted] = []
    stated: list[Noted] = []
    for each in said:
        kind = _KINDS.get(each.type)
        if kind is None or each.at is None or each.seq in gone:
            continue
        before, after = _bracket(each.seq, order, side, now)
        noted = Noted(each.seq, each.type, kind, each.at, each.recorded, before, after, each.facts)
        notes.append(noted)
        stance = each.facts.get("stance")
        if each.facts.get("asked_to_stop") == "yes":
            stated.append(replace(noted, kind="stop"))
        elif isinstance(stance, tuple) and stance[0] == "withdrawn":
            on = stance[1]
            stated.append(replace(noted, kind="stop", at=on or each.at, open=on is None))
    return replace(
        side,
        taken_back=len(gone & {each.seq for each in said if each.type in _KINDS}),
        notes=(*notes, *_once(stated, notes)),
    )


def _once(stated: Sequence[Noted], notes: Sequence[Noted]) -> Iterator[Noted]:
    """Stops that contacts speak of, without those that the same side records as an entry."""
    stops = [each for each in notes if each.kind == "stop"]
    for each in stated:
        if any(_same_moment(each, stop, WITHIN) and _alike(each, stop) for stop in stops):
            continue
        stops.append(each)
        yield each


def _bracket(
    seq: int, order: Sequence[tuple[int, datetime]], side: Side, now: datetime | None
) -> tuple[Bound | None, Bound | None]:
    """When an entry was recorded, as far as the order of the entries and the signature show it."""
    earlier = [(at, place) for place, at in order if place < seq]
    later = [(at, place) for place, at in order if place > seq]
    before = after = None
    if earlier:
        at, place = max(earlier)
        before = Bound(
            at,
            Message("entry {} precedes it in the log; by the clock of the log's owner", place)
            if side.source == "pack"
            else Message("entry {} precedes it in the export; by the clock of its owner", place),
        )
    if later:
        at, place = min(later)
        after = Bound(
            at,
            Message("entry {} follows it in the log; by the clock of the log's owner", place)
            if side.source == "pack"
            else Message("entry {} follows it in the export; by the clock of its owner", place),
        )
    elif side.ends is not None:
        after = Bound(
            side.ends,
            Message("the signed pack holds it and says when it was made; by its owner's clock"),
        )
    if now is not None and (after is None or now < after.at):
        after = Bound(now, Message("the pack is here; by your own clock"))
    return before, after


# --- comparing -----------------------------------------------------------------------------------


def _earliest(noted: Noted) -> datetime:
    """The first moment at which an entry can have been recorded, by its owner's own account."""
    if noted.not_before is None:
        return noted.recorded_at
    return max(noted.recorded_at, noted.not_before.at)


def _marked(side: Side, other: Side, name: str, within: timedelta) -> Side:
    """Mark what claims a moment earlier than it can have been recorded."""
    there = "b" if name == "a" else "a"
    marked = []
    for each in side.notes:
        since = _earliest(each)
        late = since - each.at > within and not each.open
        between: tuple[tuple[str, int], ...] = ()
        if late and each.kind == "consent":
            found = {
                (whose, noted.at, noted.seq)
                for whose, notes in ((name, side.notes), (there, other.notes))
                for noted in notes
                if noted.kind in ("contact", "stop") and each.at <= noted.at < since
                if not _apart(each, noted)
            }
            placed = sorted((at, whose, seq) for whose, at, seq in found)
            between = tuple(dict.fromkeys((whose, seq) for _, whose, seq in placed))
        marked.append(replace(each, late=late, back_dated=bool(between), between=between))
    return replace(side, notes=tuple(marked))


def _same_moment(a: Noted, b: Noted, within: timedelta) -> bool:
    if a.open and b.open:
        return True
    if a.open:
        return b.at <= a.at + within
    if b.open:
        return a.at <= b.at + within
    return abs(a.at - b.at) <= within


def _apart(a: Noted, b: Noted) -> bool:
    """Whether both name somebody, and none of them is the same."""
    one, other = _parties(a), _parties(b)
    return bool(one and other and not one & other)


def _alike(a: Noted, b: Noted) -> bool:
    """Whether two entries may be about one thing: campaign and caller, where both are known."""
    if _apart(a, b):
        return False
    for name in ("campaign", "caller"):
        one, other = a.facts.get(name), b.facts.get(name)
        if one and other and one != other:
            return False
    return a.kind != "contact" or _over(a) == _over(b)


def _over(noted: Noted) -> object:
    """Voice for a call, whoever or whatever speaks; else the channel."""
    channel = noted.facts.get("channel")
    return "voice" if channel == "robot" else channel


def _rows(a: Side, b: Side, within: timedelta) -> Iterator[Row]:
    pairs = sorted(
        (abs(one.at - other.at), i, k)
        for i, one in enumerate(a.notes)
        for k, other in enumerate(b.notes)
        if one.kind == other.kind and _same_moment(one, other, within) and _alike(one, other)
    )
    left: dict[int, int] = {}
    right: dict[int, int] = {}
    for _, i, k in pairs:
        if i not in left and k not in right:
            left[i], right[k] = k, i
    for i, k in left.items():
        one, other = a.notes[i], b.notes[k]
        found = tuple(_differences(one, other))
        yield Row(one.kind, "contradict" if found else "agree", one, other, found)
    for i, one in enumerate(a.notes):
        if i not in left:
            yield _alone(one, b, "a")
    for k, other in enumerate(b.notes):
        if k not in right:
            yield _alone(other, a, "b")


def _alone(noted: Noted, silent: Side, name: Literal["a", "b"]) -> Row:
    """A row of which one side has no entry: it denies it, is silent, or does not speak of it."""
    a, b = (noted, None) if name == "a" else (None, noted)
    if noted.kind == "consent":
        denied = [each for each in silent.notes if _denies(each, noted)]
        if denied:
            there = denied[0]
            said = ("given", "never") if name == "a" else ("never", "given")
            return Row(
                "consent",
                "contradict",
                noted if name == "a" else there,
                there if name == "a" else noted,
                (Difference("denied", *said),),
            )
    named = _parties(noted)
    if named and silent.distributors and not named & silent.distributors:
        return Row(noted.kind, "other_distributor", a, b)
    outside = (silent.ends is not None and noted.at > silent.ends) or (
        noted.kind == "contact" and silent.begins is not None and noted.at < silent.begins
    )
    if outside:
        return Row(noted.kind, "not_covered", a, b)
    return Row(noted.kind, "only_a" if name == "a" else "only_b", a, b)


def _denies(contact: Noted, consent: Noted) -> bool:
    """Whether somebody noted at a later contact that such a consent was never given."""
    stance = contact.facts.get("stance")
    return (
        contact.kind == "contact"
        and isinstance(stance, tuple)
        and stance[0] == "never"
        and "advertising" in _words(consent, "covers")
        and consent.at <= contact.at
        and not _apart(contact, consent)
    )


def _differences(a: Noted, b: Noted) -> Iterator[Difference]:
    if a.kind == "contact":
        one, other = a.facts.get("purpose"), b.facts.get("purpose")
        if one != other and "unknown" not in (one or "unknown", other or "unknown"):
            yield Difference("purpose", str(one), str(other))
        said, heard = _speaks(a), _speaks(b)
        if said and heard and said != heard:
            yield Difference("dialled_by", said, heard)
        return
    if a.type not in ("consent.given", "consent.refused", "consent.withdrawn") or (
        b.type not in ("consent.given", "consent.refused", "consent.withdrawn")
    ):
        return  # a contact speaks of the stop, without its scope
    for name in _SCOPES:
        first, second = _words(a, name), _words(b, name)
        if first != second and (a.kind == "consent" or (first and second)):
            yield Difference(name, " ".join(sorted(first)), " ".join(sorted(second)))


def _speaks(noted: Noted) -> str:
    """Person or machine, where it is stated; else empty."""
    by = noted.facts.get("dialled_by")
    if by in ("person", "machine"):
        # A machine may dial for a person: that is heard as a person.
        return "" if by == "machine" and noted.facts.get("channel") != "robot" else str(by)
    if noted.facts.get("channel") == "robot":
        return "machine"
    return {"robot": "machine", "person": "person"}.get(str(noted.facts.get("heard")), "")
