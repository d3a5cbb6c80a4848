r"""C2SP tlog-policy: which logs are trusted, and how many of which witnesses must have cosigned.

Example:
    >>> Policy.parse("quorum none\n").quorum
    'none'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from consent import note
from consent.errors import InvalidArgument, ProofError
from consent.locale.message import Message, message_of
from consent.standalone import verify as standalone

__all__ = ["Policy", "Witnessed"]

_ALLOWED: Final = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
#: A note that nobody signed: a witness's key is read for its form alone.
_EMPTY_NOTE: Final = "\n\n\u2014 x AAAAAAA=\n"
_COUNT: Final = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Group:
    """Members of which ``least`` must have cosigned."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that a policy accepts.

    Attributes:
        checkpoint: Origin, size and root.
        log: Verifier key of the log that signed it.
        witnesses: Names, in the policy, of the witnesses that cosigned it, with the time of each
            cosignature in seconds since 1970.
    """

    checkpoint: note.Checkpoint
    log: str
    witnesses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Policy:
    """A trust policy.

    Attributes:
        logs: Verifier keys.
        witnesses: Verifier keys by the name they have in the policy.
        groups: Groups by name; each names what an earlier line defines.
        quorum: A witness, a group, or ``none``.
    """

    logs: tuple[str, ...]
    witnesses: Mapping[str, str]
    groups: Mapping[str, Group]
    quorum: str

    @classmethod
    def parse(cls, text: str | bytes) -> Policy:
        """Read a policy file.

        Raises:
            InvalidArgument: A line is not in form; it is named by its number.
        """
        data = text.encode() if isinstance(text, str) else text
        if not _ALLOWED.fullmatch(data):
            raise InvalidArgument("policy: a control character other than tab and newline")
        reader = _Reader()
        # Octets above 0x7F are opaque: two spellings of one name are two names.
        for number, line in enumerate(data.decode("latin-1").split("\n"), 1):
            words = [word for word in re.split("[ \t]+", line) if word]
            if words and not words[0].startswith("#"):
                reader.take(number, words)
        if reader.quorum is None:
            raise InvalidArgument("policy: no quorum line")
        return cls(tuple(reader.logs), reader.witnesses, reader.groups, reader.quorum)

    def check(self, checkpoint: str) -> Witnessed:
        """Check a checkpoint with its signature lines against the policy.

        Raises:
            ProofError: No log of the policy signed it, or the quorum is not reached; also where a
                line of a known key is wrong.
        """
        try:
            keys = [standalone.parse_key(key) for key in self.logs]
            _, signers = standalone.open_note(checkpoint.encode(), keys)
        except standalone.ProofError as error:
            raise ProofError(Message("policy: {}", Message.in_both(str(error), error.ru))) from None
        if not signers:
            raise ProofError("policy: no log of the policy has signed the checkpoint")
        read = note.checkpoint(checkpoint, [signers[0].text])
        if read.origin not in [key.name for key in signers]:
            raise ProofError("policy: the log has another name than the checkpoint's origin")
        times = note.cosignatures(checkpoint, self.witnesses.values())
        told = {
            name: int(times[key].timestamp())
            for name, key in self.witnesses.items()
            if key in times
        }
        if not self._holds(self.quorum, told):
            raise ProofError(
                Message(
                    "policy: the quorum {} is not reached: {} of {} witnesses have cosigned",
                    self.quorum,
                    len(told),
                    len(self.witnesses),
                )
            )
        log = next(key.text for key in signers if key.name == read.origin)
        return Witnessed(read, log, told)

    def _holds(self, name: str, told: Mapping[str, int]) -> bool:
        if name == "none":
            return True
        if name in self.witnesses:
            return name in told
        group = self.groups[name]
        return sum(self._holds(member, told) for member in group.members) >= group.least


class _Reader:
    """The lines of a policy, in order."""

    def __init__(self) -> None:
        self.logs: list[str] = []
        self.witnesses: dict[str, str] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self.points: set[str] = set()  # public keys, whatever their names
        self.used: set[str] = set()

    def take(self, number: int, words: list[str]) -> None:
        kind, rest = words[0], words[1:]
        take = {
            "log": self.log,
            "witness": self.witness,
            "group": self.group,
            "quorum": self.take_quorum,
        }.get(kind)
        try:
            if take is None:
                raise InvalidArgument("no such line")
            take(rest)
        except standalone.ProofError as error:
            told = Message.in_both(str(error), error.ru)
            raise InvalidArgument(Message("policy: line {}: {}", number, told)) from None
        except (InvalidArgument, ProofError) as error:
            raise InvalidArgument(
                Message("policy: line {}: {}", number, message_of(error))
            ) from None

    def log(self, words: list[str]) -> None:
        if len(words) not in (1, 2):
            raise InvalidArgument("log VKEY [URL]")
        self.key("log", words[0], cosigner=False)
        self.logs.append(words[0])

    def witness(self, words: list[str]) -> None:
        if len(words) not in (2, 3):
            raise InvalidArgument("witness NAME VKEY [URL]")
        self.name(words[0])
        self.key("witness", words[1], cosigner=True)
        self.witnesses[words[0]] = words[1]

    def key(self, kind: str, text: str, *, cosigner: bool) -> None:
        """A key of the type that its line needs, and not there under another name."""
        if cosigner:
            note.cosignatures(_EMPTY_NOTE, [text])
        else:
            standalone.parse_key(text)
        point = f"{kind} {text.split('+', 2)[2]}"
        if point in self.points:
            raise InvalidArgument("the same key occurs twice")
        self.points.add(point)

    def group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise InvalidArgument("group NAME all|any|K NAME...")
        name, least, members = words[0], words[1], words[2:]
        self.name(name)
        for member in members:
            if member not in self.witnesses and member not in self.groups:
                raise InvalidArgument("a member is not defined on a line before")
            if member in self.used:
                raise InvalidArgument("a name is a member twice")
            self.used.add(member)
        count = {"all": len(members), "any": 1}.get(least)
        if count is None:
            if not _COUNT.fullmatch(least) or int(least) > len(members):
                raise InvalidArgument("the number is not between 1 and that of the members")
            count = int(least)
        self.groups[name] = Group(count, tuple(members))

    def take_quorum(self, words: list[str]) -> None:
        if self.quorum is not None:
            raise InvalidArgument("a second quorum")
        if len(words) != 1 or (
            words[0] != "none" and words[0] not in self.witnesses and words[0] not in self.groups
        ):
            raise InvalidArgument("quorum none, or a name defined on a line before")
        self.quorum = words[0]

    def name(self, name: str) -> None:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise InvalidArgument("a name is defined twice, or is none")
