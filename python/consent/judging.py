"""Ask the core about the calls of a file: each leg of each call, by what its row says of it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from consent import _core
from consent.decision import NOBODY, Question
from consent.errors import InternalError
from consent.files.legs import Attempts, Said
from consent.files.records import InputError
from consent.locale.message import Message
from consent.wire import Basis, Channel, DialledBy, Purpose

if TYPE_CHECKING:
    from consent.files.calls import Progress
    from consent.numbering import Numbering
    from consent.rules import RulePack

__all__ = ["ALLOW", "DENY", "UNKNOWN", "Judged", "Scope", "judge", "question_of"]

DENY, ALLOW, UNKNOWN = range(3)
#: Deny before unknown before allow.
_STRICT: Final = np.array([2, 0, 1], np.int8)
#: The log grew while it was read: so often it is read again before that is an error.
_TRIES: Final = 5


class Text(Protocol):
    """What the core says of one kind of finding."""

    @property
    def rule(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def why_ru(self) -> str: ...
    @property
    def citation(self) -> str: ...
    @property
    def citation_ru(self) -> str: ...
    @property
    def of_campaign(self) -> bool: ...


@dataclass(slots=True)
class Judged:
    """The core's answer, as columns: a verdict a call, and a row a finding in order of calls."""

    log_origin: str
    log_size: int
    log_root: str
    rules: str
    verdicts: bytes
    relied_on: Sequence[int]
    finding_calls: Sequence[int]
    finding_rules: Sequence[int]
    finding_verdicts: bytes
    finding_seqs: Sequence[int]
    text: Callable[[int, int], Text]
    #: What is wrong with the log, so that no call is allowed; empty where nothing is.
    impairment: Message = field(default_factory=lambda: Message(""))
    #: Consents of entries below it are in doubt: later ones were lost; 0: none.
    doubtful_below: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """What was asked of every call whose row says nothing else."""

    purpose: Purpose = "advertising"
    channel: Channel = "voice"
    dialled_by: DialledBy = "unstated"
    distributor: str = ""
    campaign: str = ""
    basis: Basis = "said"
    caller: _core.Caller | None = None
    numbering: Numbering | None = None
    callers: tuple[_core.Caller, ...] = ()

    def caller_of(self, id: str) -> _core.Caller | None:  # noqa: A002  the caller's own word
        """The caller of this id, or the one of all calls where a row names none.

        Raises:
            InputError: Nobody said who that is.
        """
        if not id:
            return self.caller
        for caller in (*self.callers, *((self.caller,) if self.caller else ())):
            if caller.id == id:
                found: _core.Caller = caller
                return found
        raise InputError("a row names a caller whose facts were not given: --caller FILE")


def question_of(scope: Scope, said: Said | None = None) -> _core.Question:
    """The question about every call of one scope."""
    said = said or Said()
    return Question(
        NOBODY,  # each call has its own number and moment
        purpose=scope.purpose,
        channel=scope.channel,
        at=datetime.fromtimestamp(0, UTC),
        distributor=said.distributor or scope.distributor,
        dialled_by=scope.dialled_by,
        campaign=said.campaign or scope.campaign,
        basis=scope.basis,
        caller=scope.caller_of(said.caller),
        numbering=scope.numbering,
    ).core()


@dataclass(slots=True)
class _Columns:
    """Answers about some calls; ``calls`` of findings are places among all of them."""

    calls: Any
    verdicts: Any
    relied_on: Any
    finding_calls: Any
    finding_rules: Any
    finding_verdicts: Any
    finding_seqs: Any


class _Asking:
    """Asks about calls and keeps what shows that all answers are of one state of the log."""

    def __init__(
        self,
        attempts: Attempts,
        log: _core.Log,
        scope: Scope,
        pack: RulePack,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._attempts = attempts
        self._log = log
        self._scope = scope
        self._pack = pack
        self._progress = progress
        self._numbers = np.asarray(attempts.numbers())
        self._talks = attempts.talks()
        self._said = np.asarray(attempts.scopes())
        self.states: set[tuple[int, bytes]] = set()
        self.impairment = Message("")
        self.doubtful_below = 0
        self.rules = ""
        self.text: Callable[[int, int], Text] | None = None

    def groups(self) -> Iterable[tuple[Said, Any]]:
        """Calls of one distributor, campaign and caller: each is a question of its own."""
        known = self._attempts.known_said
        if len(known) == 1:
            yield known[0], np.arange(len(self._attempts))
            return
        keys: dict[tuple[str, str, str], int] = {}
        group_of = np.array(
            [keys.setdefault((s.distributor, s.campaign, s.caller), len(keys)) for s in known]
        )
        each = group_of[self._said] if len(self._said) else self._said
        for (distributor, campaign, caller), place in keys.items():
            calls = np.flatnonzero(each == place)
            if len(calls):
                yield Said(distributor=distributor, campaign=campaign, caller=caller), calls

    def ask(self, said: Said, calls: Any, starts: Any) -> _Columns:  # noqa: ANN401
        """Answers about these calls at these moments."""
        scope, known = self._scope, self._attempts.known_said
        everybody = len(calls) == len(self._talks)

        def word(name: str, otherwise: str) -> str | list[str]:
            if not any(getattr(each, name) for each in known):
                return otherwise
            words = [getattr(each, name) or otherwise for each in known]
            return [words[place] for place in self._said[calls]]

        asked = word("requested", "")
        result = _core.audit(
            array("q", self._numbers[calls].tobytes()),
            array("q", starts.astype(np.int64).tobytes()),
            self._log,
            self._pack,
            question_of(scope, said),
            purposes=word("purpose", scope.purpose),
            channels=word("channel", scope.channel),
            dialled_by=word("dialled_by", scope.dialled_by),
            talks=self._talks if everybody else [self._talks[call] for call in calls],
            requested=[each == "yes" for each in asked] if isinstance(asked, list) else None,
            progress=self._progress if everybody else None,
        )
        self.states.add((result.log_size, result.log_root))
        self.impairment = self.impairment or result.impairment
        self.doubtful_below = max(self.doubtful_below, result.doubtful_below)
        self.rules = result.rules
        self.text = self.text or result.finding
        places = np.frombuffer(result.finding_calls, np.int64)
        return _Columns(
            calls=calls,
            verdicts=np.frombuffer(result.verdicts, np.uint8),
            relied_on=np.frombuffer(result.relied_on, np.int64),
            finding_calls=calls[places] if len(places) else places,
            finding_rules=np.frombuffer(result.finding_rules, np.int16),
            finding_verdicts=np.frombuffer(result.finding_verdicts, np.uint8),
            finding_seqs=np.frombuffer(result.finding_seqs, np.int64),
        )


def judge(
    attempts: Attempts,
    native: _core.Log,
    scope: Scope,
    rules: RulePack,
    progress: Progress | None,
) -> Judged:
    """Judge every leg of every call; of one call the strictest answer counts."""

    def judging(done: int, of: int) -> None:
        if progress is not None:
            progress("judge", done, of)

    for _ in range(_TRIES):
        asking = _Asking(attempts, native, scope, rules, judging)
        whole = _answers(asking, attempts)
        if len(asking.states) <= 1:
            break
    else:
        raise InternalError(Message("the log grew {} times while calls were judged", _TRIES))
    size, root = next(iter(asking.states), (native.size, native.root))
    return Judged(
        log_origin=native.origin,
        log_size=size,
        log_root=root.hex(),
        rules=asking.rules or rules.version,
        verdicts=whole.verdicts.astype(np.uint8).tobytes(),
        relied_on=_longs(whole.relied_on),
        finding_calls=_longs(whole.finding_calls),
        finding_rules=_longs(whole.finding_rules),
        finding_verdicts=whole.finding_verdicts.astype(np.uint8).tobytes(),
        finding_seqs=_longs(whole.finding_seqs),
        text=asking.text or _no_text,
        impairment=asking.impairment or native.impairment,
        doubtful_below=asking.doubtful_below or native.doubtful_below,
    )


def _no_text(rule: int, verdict: int) -> Text:
    raise InternalError(
        Message("no call was judged, and finding {} {} is asked for", rule, verdict)
    )


def _longs(values: Any) -> array[int]:  # noqa: ANN401
    found: array[int] = array("q")
    found.frombytes(values.astype(np.int64).tobytes())
    return found


def _answers(asking: _Asking, attempts: Attempts) -> _Columns:
    starts = np.asarray(attempts.starts())
    more = attempts.more_starts()
    parts = []
    for said, calls in asking.groups():
        found = asking.ask(said, calls, starts[calls])
        if more:
            found = _with_later_legs(asking, attempts, said, found, starts, more)
        parts.append(found)
    if len(parts) == 1 and len(parts[0].calls) == len(attempts):
        return parts[0]
    whole = _Columns(
        np.arange(len(attempts)),
        np.zeros(len(attempts), np.uint8),
        np.full(len(attempts), -1, np.int64),
        *(np.zeros(0, np.int64) for _ in range(4)),
    )
    for part in parts:
        whole.verdicts[part.calls] = part.verdicts
        whole.relied_on[part.calls] = part.relied_on
    return _joined(whole, parts)


def _joined(whole: _Columns, parts: list[_Columns]) -> _Columns:
    """Findings of all parts in the order of the calls."""
    names = ("finding_calls", "finding_rules", "finding_verdicts", "finding_seqs")
    columns = [
        np.concatenate([getattr(part, name) for part in parts]) if parts else getattr(whole, name)
        for name in names
    ]
    order = np.argsort(columns[0], kind="stable")
    for name, column in zip(names, columns, strict=True):
        setattr(whole, name, column[order])
    return whole


def _with_later_legs(
    asking: _Asking,
    attempts: Attempts,
    said: Said,
    found: _Columns,
    starts: Any,  # noqa: ANN401
    more: dict[int, list[int]],
) -> _Columns:
    """The same where a later leg of a call is judged less permissively than its first.

    A leg is asked about together with all calls of its number, so that a rule that counts contacts
    counts calls and not legs.
    """
    numbers = np.asarray(attempts.numbers())
    inside = set(found.calls.tolist())
    for place in range(max(map(len, more.values()))):
        later = {c: at[place] for c, at in more.items() if len(at) > place and c in inside}
        if not later:
            continue
        own = np.fromiter(later, np.int64, len(later))
        beside = np.isin(numbers[found.calls], np.unique(numbers[own]))
        calls = found.calls[beside]
        moments = starts.copy()
        for call, at in later.items():
            moments[call] = at
        again = asking.ask(said, calls, moments[calls])
        where = np.searchsorted(found.calls, calls)
        stricter = np.isin(calls, own) & (_STRICT[again.verdicts] > _STRICT[found.verdicts[where]])
        if not stricter.any():
            continue
        changed = calls[stricter]
        verdicts, relied_on = found.verdicts.copy(), found.relied_on.copy()
        verdicts[where[stricter]] = again.verdicts[stricter]
        relied_on[where[stricter]] = again.relied_on[stricter]
        keep = ~np.isin(found.finding_calls, changed)
        take = np.isin(again.finding_calls, changed)
        kept = _Columns(
            found.calls,
            verdicts,
            relied_on,
            found.finding_calls[keep],
            found.finding_rules[keep],
            found.finding_verdicts[keep],
            found.finding_seqs[keep],
        )
        taken = _Columns(
            calls,
            again.verdicts,
            again.relied_on,
            again.finding_calls[take],
            again.finding_rules[take],
            again.finding_verdicts[take],
            again.finding_seqs[take],
        )
        found = _joined(kept, [kept, taken])
    return found
