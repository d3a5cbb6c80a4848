"""The log: what was said, kept so that nobody can rewrite it unseen."""

from __future__ import annotations

import grp
import json
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack, overload

from consent import _core
from consent._core import (
    Appended,
    Decision,
    Entry,
    Erasure,
    ErasureCheck,
    KeptEvidence,
    Rebuilt,
    RulePack,
    Verification,
)
from consent.decision import Asked, Question, asked
from consent.errors import InvalidArgument, RestrictedError, StorageError
from consent.event import SEALED, AnyEvent, Event, told
from consent.files import private_file
from consent.locale.message import Message, system_message
from consent.number import Number, as_number
from consent.party import Organisation
from consent.rules import russia
from consent.wire import Channels, Purposes

if TYPE_CHECKING:
    pass

__all__ = [
    "Appended",
    "Entry",
    "Erasure",
    "ErasureCheck",
    "HistoryEvent",
    "KeptEvidence",
    "Log",
    "Rebuilt",
]


def _is_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One entry about a number, read for people. ``Log.entry(seq).bytes`` is the truth.

    Attributes:
        seq: Its place in the log, from 0.
        type: ``consent.given`` and so on.
        at: When it happened, as claimed.
        recorded_at: When the log took it.
        event: What the entry says, with what is sealed: one of the classes of
            :mod:`consent.event`. None: of a type that nothing writes yet.
        body: All fields of the entry's body as stored, and what is sealed: to be shown as they are.
    """

    seq: int
    type: str
    at: datetime
    recorded_at: datetime
    event: AnyEvent | None
    body: Mapping[str, Any]

    def _words(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(getattr(self.event, name, None) or ()))

    @property
    def purposes(self) -> tuple[str, ...]:
        """Which contacts it speaks of; of a stop, empty means all."""
        return self._words("purposes")

    @property
    def channels(self) -> tuple[str, ...]:
        """Over what; of a stop, empty means all."""
        return self._words("channels")

    @property
    def covers(self) -> tuple[str, ...]:
        """Which legal basis it speaks of; of a stop, empty means all."""
        return self._words("covers")

    @property
    def distributors(self) -> tuple[str, ...]:
        """Whom it names."""
        one = getattr(self.event, "distributor", "")
        return (one,) if one else self._words("distributors")

    @property
    def distributor(self) -> str | None:
        """Whom it names, where that is exactly one."""
        return self.distributors[0] if len(self.distributors) == 1 else None

    @property
    def method(self) -> str | None:
        """How it was said."""
        found: str = getattr(self.event, "method", getattr(self.event, "means", "unstated"))
        return None if found == "unstated" else found


def _needed_since(now: datetime) -> datetime:
    return _core.day_years_before(now, _core.retention("contact_proof", now).years)


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds.

    Attributes:
        size: Entries.
        root: Merkle root of them.
        file: SHA-256 of the copied log.db.
        expires: When the copied keys open no more; None where none were copied.
        evidence: Sealed files copied; without keys none are.
        seq: Entry that records it; None where it was not recorded.
    """

    size: int
    root: bytes
    file: bytes
    expires: datetime | None = None
    evidence: int = 0
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """What a backup put in the place of a log did, and what cannot be known.

    Attributes:
        size: Entries of the backup.
        lost_from: First ``seq`` that is gone.
        lost_to: Size before, as far as is known; ``lost_from`` where nothing says more.
        end_known: A head said how far the log went.
        seq: The entry ``log.restored``.
        erased: Tags of subjects erased since the backup: destroyed and recorded again.
        unknown_erased: Erased since and begun since: neither entries nor numbers are here.
        unread: Ranges ``(first, end)`` of the lost entries that nobody could read.
        own_keys: The log's own newer keys.db was kept: who was erased has no key in it.
        aside: Where the damaged folder is now.
        keys_aside: It still holds a keys.db, which must be destroyed.
    """

    size: int
    lost_from: int
    lost_to: int
    end_known: bool
    seq: int
    erased: tuple[bytes, ...]
    unknown_erased: int
    unread: tuple[tuple[int, int], ...]
    own_keys: bool
    aside: Path | None
    keys_aside: bool


def _history_event(entry: Entry, event: AnyEvent | None) -> HistoryEvent:
    at: datetime = getattr(event, "at", entry.recorded)
    body = {name: value for name, value in json.loads(entry.body).items() if name != "happened"}
    body |= {name: value for name, value in told(event).items() if name in SEALED}
    return HistoryEvent(entry.seq, entry.type, at, entry.recorded, event, body)


class History(list["HistoryEvent"]):
    """What a log holds about a number: a list, which a notebook shows as a table."""

    def _repr_html_(self) -> str:
        from consent.pages import notebook

        return notebook.history(self)


class Log(_core.Log):
    """An append-only consent log in one folder.

    One writing Log on a folder over all processes; any number of read-only ones. When
    :meth:`append` returns, the entry survives loss of power. Closes at the end of ``with``.

    Example:
        >>> import tempfile
        >>> from datetime import UTC, datetime
        >>> from consent import ConsentGiven, Organisation
        >>> when = datetime(2026, 11, 20, 11, 3, tzinfo=UTC)
        >>> with tempfile.TemporaryDirectory() as parent:
        ...     with Log.create(f"{parent}/romashka", origin="romashka.example/consent",
        ...                     distributor=Organisation(inn="7707083893")) as log:
        ...         log.append(ConsentGiven("+79161234567", purposes={"advertising"},
        ...                                 channels={"voice"}, method="sms_code", at=when)).seq
        1
    """

    @classmethod
    def create(
        cls,
        folder: str | PathLike[str],
        *,
        origin: str,
        distributor: Organisation | None = None,
        subscriber: Number | None = None,
        second_head: str | PathLike[str] | None = None,
        passphrase: str = "",
        group: str | None = None,
        now: datetime | None = None,
    ) -> Self:
        """Make a log's folder and its entry 0, and open it for writing.

        Args:
            folder: Must not exist, or be empty; its parent must exist.
            origin: A schema-less URL, the log's name in every signature.
            distributor: Whose log it is.
            subscriber: In a diary, the diarist's own number.
            second_head: As for :meth:`open`.
            passphrase: Closes keys.db (scrypt); every later opening needs it. At least 12
                characters.
            group: Who may pass through the folder: it is 0710 and of this group, else 0700.
            now: The moment of making it, for replays and tests; the clock's where left out.

        Raises:
            StorageError: The folder holds something already.
            InvalidArgument: A bad origin or INN, a short passphrase, or no such group.
        """
        if group is not None and not _is_group(group):
            raise InvalidArgument("no such group on this machine")
        _core.create_log(
            folder,
            origin,
            distributor.inn if distributor else "",
            distributor.name if distributor else "",
            None if subscriber is None else as_number(subscriber),
            now or datetime.now(UTC),
            second_head,
            passphrase,
        )
        if group is not None:
            try:
                shutil.chown(folder, group=group)
                Path(folder).chmod(0o710)
            except OSError as error:
                raise StorageError(
                    Message("the folder cannot be given to the group: {}", system_message(error))
                ) from error
        return cls.open(folder, second_head=second_head, passphrase=passphrase)

    @classmethod
    def open(
        cls,
        folder: str | PathLike[str],
        *,
        writable: bool = True,
        second_head: str | PathLike[str] | None = None,
        wait: float = 0,
        passphrase: str = "",
    ) -> Self:
        """Open a log that exists. Where acknowledged entries are missing, it opens read-only.

        Args:
            folder: The log.
            writable: False: to read; any number may read while one writes.
            second_head: A second head file kept elsewhere: it notices a folder put back whole.
            wait: Seconds to wait for the writer's place.
            passphrase: Of keys.db, where it was made with one.

        Raises:
            StorageError: There is no log, or it is not ours.
            LockedError: Another process writes.
            BrokenLogError: Head and database contradict each other.
        """
        return cls(folder, writable, second_head, round(wait * 1000), passphrase)

    @classmethod
    def restore(
        cls,
        folder: str | PathLike[str],
        *,
        reason: str,
        second_head: str | PathLike[str] | None = None,
        wait: float = 0,
        passphrase: str = "",
    ) -> Self:
        """Go on with a log that lost something, by an entry that names what was lost.

        Args:
            folder: The log; ``impairment`` says what is wrong with it.
            reason: A short word: ``backup``, ``disk_failure``.
            second_head: As for :meth:`open`.
            wait: As for :meth:`open`.
            passphrase: As for :meth:`open`.

        Raises:
            InvalidArgument: Nothing is wrong with the log.
        """
        wait_ms = round(wait * 1000)
        _core.restore_log(folder, reason, datetime.now(UTC), second_head, wait_ms, passphrase)
        return cls.open(folder, second_head=second_head, wait=wait, passphrase=passphrase)

    def review_losses(self, reason: str, *, now: datetime | None = None) -> int:
        """Record that somebody went through what restores say is lost, and answers for it.

        Consents recorded before the loss then carry a yes again, with a warning.

        Args:
            reason: A short word: what it was reviewed by.
            now: When; the clock's where left out.

        Returns:
            The ``seq`` of the entry.

        Raises:
            InvalidArgument: No loss waits for a review.
        """
        return self.review_losses_at(reason, now or datetime.now(UTC))

    @staticmethod
    def restore_from(
        folder: str | PathLike[str],
        backup: str | PathLike[str],
        *,
        newer: Iterable[str | PathLike[str]] = (),
        erased: Iterable[bytes] = (),
        reason: str = "backup",
        at: datetime | None = None,
        second_head: str | PathLike[str] | None = None,
        wait: float = 0,
        passphrase: str = "",
    ) -> Restored:
        """Put a backup in the place of a lost or damaged log, and destroy again what was destroyed.

        Args:
            folder: Where the log is, or was; a damaged one is put aside.
            backup: A folder that :meth:`backup` made.
            newer: Folders of the log as it was later, damaged or not.
            erased: Tags that acts of destruction name.
            reason: A short word: ``backup``, ``disk_failure``.
            at: Aware; now. Whether the backup's keys have expired is asked of it.
            second_head: As for :meth:`open`.
            wait: As for :meth:`open`.
            passphrase: As for :meth:`open`.

        Raises:
            InvalidArgument: The log there is not damaged, or something else is there.
            StorageError: No keys are there, or they have expired; ``folder`` is as it was.
        """
        made = _core.restore_from(
            folder,
            backup,
            list(newer),
            list(erased),
            reason,
            at or datetime.now(UTC),
            second_head,
            round(wait * 1000),
            passphrase,
        )
        return Restored(**made)

    @staticmethod
    def rebuild(
        folder: str | PathLike[str], *, wait: float = 0, passphrase: str = ""
    ) -> Rebuilt:
        """Write the tables that decisions read anew, from the entries.

        With ``keys.db`` they get the MACs without which no row is read.
        """
        return _core.rebuild_log(folder, round(wait * 1000), passphrase)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<Log: closed>" if self.closed else f"<Log {self.origin}: {self.size} entries>"

    def append(self, event: Event, *, held_at: datetime | None = None) -> Appended:
        """Record one event. When this returns, it survives loss of power.

        Args:
            event: What was said or done.
            held_at: Of a hold or a restriction: it is about who held the number then, not about
                the latest holder.

        Returns:
            Its ``seq``, ``leaf`` and the subject's ``tag``.

        Raises:
            InvalidArgument: The event claims to have happened in the future.
            NotFoundError: A hold or a restriction of a number, or a holder, that the log never met.
            ErasedError: It happened before the number's holder was erased.
            StorageError: It could not be made durable; then nothing was recorded.
        """
        if held_at is not None:
            return self.append_of_holder_at(event, held_at, self._now())
        return self.append_at(event, self._now())

    def append_many(self, events: Iterable[Event]) -> list[Appended]:
        """Record many events in one commit: all or nothing."""
        return self.append_many_at(list(events), self._now())

    def register_wording(self, text: str, *, language: str = "") -> bytes:
        """Record that a text is in use from now on, and keep it.

        Returns:
            Its SHA-256, as events name it.
        """
        return self.register_wording_at(text, language, self._now())

    def assign_caller(
        self,
        caller: str,
        *,
        distributor: str | None = None,
        from_: datetime | None = None,
        until: datetime | None = None,
        purposes: Purposes = (),
        channels: Channels = (),
        campaign: str = "",
        document: bytes | None = None,
        at: datetime | None = None,
    ) -> int:
        """Record that somebody dials for a distributor; the entry's ``seq``.

        A consent with ``acts_for_any`` lets them call while the assignment holds. Of one who is
        neither named nor assigned the answer stays unknown.

        Args:
            caller: INN or short word of who dials.
            distributor: For whom; the log's own where left out.
            from_: First moment at which it holds, aware; the moment of recording. An earlier one
                is believed, and answers of between say that it was recorded late.
            until: First moment at which it no longer holds; None: open.
            purposes: Which contacts it is for; empty: all.
            channels: Over what; empty: all.
            campaign: A short word; "" = not limited to one.
            document: SHA-256 of what shows it: the contract, the order.
            at: When it is recorded, aware; now.

        Raises:
            InvalidArgument: A wrong INN, the caller is the distributor, ``until`` before ``from_``,
                or the log belongs to nobody and ``distributor`` was left out.
        """
        now = at or self._now()
        return self.assign_caller_at(
            caller,
            distributor or "",
            from_ or now,
            until,
            purposes,
            channels,
            campaign,
            document,
            now,
        )

    def release_caller(
        self,
        of: int,
        *,
        until: datetime | None = None,
        document: bytes | None = None,
        at: datetime | None = None,
    ) -> int:
        """Record that the assignment made by entry ``of`` ends; the entry's ``seq``.

        Args:
            of: ``seq`` of the entry that assigned.
            until: First moment at which it no longer holds, aware; the moment of recording.
            document: SHA-256 of what shows it.
            at: When it is recorded, aware; now.

        Raises:
            InvalidArgument: That entry assigns nobody.
        """
        now = at or self._now()
        return self.release_caller_at(of, until or now, document, now)

    def heartbeat(self) -> None:
        """Record that the log was alive and nothing else happened."""
        self.heartbeat_at(self._now())

    def _now(self) -> datetime:
        """The wall clock, after telling the log of both clocks: a step between them is recorded."""
        now = datetime.now(UTC)
        self.observe_clock(now, time.monotonic_ns() // 1000)
        return now

    @overload
    def may_contact(self, number: Question, *, rules: RulePack | None = None) -> Decision: ...
    @overload
    def may_contact(
        self, number: Number, *, rules: RulePack | None = None, **about: Unpack[Asked]
    ) -> Decision: ...
    def may_contact(
        self, number: Number | Question, *, rules: RulePack | None = None, **about: object
    ) -> Decision:
        """Say whether this contact is allowed at one moment, and why.

        Args:
            number: Who would be contacted, or a whole :class:`consent.Question`.
            rules: The rows to judge by; the built-in pack of Russian law if left out.
            about: ``purpose``, ``channel``, ``at`` and the rest of :class:`consent.Question`.

        Returns:
            A Decision. A refusal is an answer, not an exception: read ``.findings``.

        Raises:
            ValueError: ``at`` has no zone, or a word is not on its list.
            InvalidArgument: The distributor was left out and the log has not exactly one.
        """
        return _core.may_contact(self, rules or russia(), asked(number, about))

    def before_erasing(
        self, number: Number, *, held_at: datetime | None = None, at: datetime | None = None
    ) -> ErasureCheck:
        """Say what erasing a number's holder would destroy, and what stands in its way.

        Args:
            number: Whose.
            held_at: Who held the number then; the latest holder where left out.
            at: The moment to judge by; the clock's where left out.

        Raises:
            NotFoundError: The log has nothing about this number.
        """
        now = at or datetime.now(UTC)
        return self.before_erasing_at(as_number(number), _needed_since(now), held_at, now)

    def erase(
        self,
        number: Number,
        *,
        ground: str,
        requester: str = "",
        lose_proof: bool = False,
        held_at: datetime | None = None,
        at: datetime | None = None,
        request_salt: bytes = b"",
    ) -> Erasure:
        """Destroy the key of a number's holder: nothing in the log leads to them any more.

        :func:`consent.erasure.carry_out` also writes the act of destruction that Order 179 asks
        for, and loses nothing of it where it is killed in between.

        Args:
            number: Whose.
            ground: A short word for the legal ground: ``152-fz/21-5``.
            requester: Reference of the demand; only a salted hash of it is kept.
            lose_proof: Erase although contacts are there that still need their proof.
            held_at: Who held the number then; the latest holder where left out.
            at: The moment of recording, for replays and tests; the clock's where left out.
            request_salt: 32 random bytes for the hash of ``requester``; drawn where left out.

        Returns:
            ``.erased``; where it is False, ``.before`` says what stood in the way.

        Raises:
            NotFoundError: The log has nothing about this number.
            LockedError: It was recorded, and another process keeps the last bytes of the key:
                opening the log for writing again completes it.
        """
        now = at or self._now()
        return self.erase_at(
            as_number(number),
            ground,
            requester,
            _needed_since(now),
            lose_proof,
            held_at,
            now,
            request_salt,
        )

    def history(self, number: Number, *, for_proof: bool = False) -> History:
        """List what the log holds about a number, over all who have held it, in order of seq.

        Args:
            number: Whose.
            for_proof: Also records under restriction: they may be used for proof alone. Without it
                an earlier holder's stays out where it is restricted.

        Raises:
            RestrictedError: The latest holder's record is restricted.
        """
        phone, now = as_number(number), datetime.now(UTC)
        if not for_proof and self.restriction_of(phone, now):
            raise RestrictedError("this number's record is restricted: kept for proof alone")
        barred = {
            tag
            for tag in self.subjects_of(phone)
            if not for_proof and self.restriction_of_subject(tag, now)
        }
        return History(
            _history_event(entry, self.opened(entry.seq))
            for entry in self.entries_about(phone)
            if entry.subject is None or entry.subject.tag not in barred
        )

    def _bar_restricted(self, seq: int) -> None:
        subject = self.entry(seq).subject
        if subject is not None and self.restriction_of_subject(subject.tag, datetime.now(UTC)):
            raise RestrictedError(
                Message("seq {}: its record is restricted: kept for proof alone", seq)
            )

    def evidence(self, seq: int, place: int = 1, *, for_proof: bool = False) -> bytes:
        """Open a file that the log keeps with an entry.

        Args:
            seq: The entry.
            place: Which of its files, from 1; :meth:`evidence_of` lists them.
            for_proof: Also where the record is restricted: it may be used for proof alone.

        Raises:
            RestrictedError: The record is restricted.
            NotFoundError: There is none, its subject was erased, or its file is missing.
            ProofError: The bytes are not those that were sealed.
        """
        if not for_proof:
            self._bar_restricted(seq)
        pieces: list[bytes] = []
        self.read_evidence(seq, place, pieces.append)
        return b"".join(pieces)

    def save_evidence(
        self, seq: int, place: int, file: str | PathLike[str], *, for_proof: bool = False
    ) -> None:
        """Open a file that the log keeps and write it to a new file, mode 0600, piece by piece.

        Raises:
            RestrictedError: As :meth:`evidence`; so are the rest.
            FileExistsError: Nothing is written over.
        """
        if not for_proof:
            self._bar_restricted(seq)
        with private_file.create(file) as out:  # not there while nothing vouches for its pieces
            self.read_evidence(seq, place, out.write)

    def backup(
        self,
        to: str | PathLike[str],
        *,
        keys_until: datetime | None = None,
        at: datetime | None = None,
    ) -> Backup:
        """Copy the log as it is at one moment, while this or another process may go on writing.

        The copy holds no key: it can be verified and put back, and names no number. A log open for
        writing records what the copy holds.

        Args:
            to: A folder that is not there yet; its parent must be.
            keys_until: Copy the keys and the evidence as well; from then on the copy does not open.
                Needs a log open for writing.
            at: Aware; now. When it is made.

        Raises:
            StorageError: It is there already, or cannot be written.
            InvalidArgument: It lies inside the log's own folder; ``keys_until`` is past, or later
                than the row of retention ``keys_copy`` allows.
        """
        if keys_until is None and not self.writable:
            return Backup(*_core.back_up(self, to))
        return Backup(*_core.record_backup(self, to, keys_until, at or datetime.now(UTC)))

    def backup_destroyed(self, of: int, *, at: datetime | None = None) -> int:
        """Record that the copy of the keys made by entry ``of`` is destroyed; its ``seq``."""
        return _core.backup_destroyed(self, of, at or datetime.now(UTC))

    def verify(self, trusted: Iterable[str] = ()) -> Verification:
        """Re-hash and re-read the whole log.

        Args:
            trusted: Verifier keys to trust; none: the log's own key, and coverage says so.
        """
        return _core.verify_log(Path(self.folder), list(trusted))
