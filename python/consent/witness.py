"""A C2SP witness: it cosigns the checkpoints of logs that never showed it two histories.

A witness keeps, of each log that it trusts, the newest checkpoint that it cosigned. The next one is
cosigned only with a proof that it extends the last, and it is on disk before the answer leaves.

Example:
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> made = Witness.create(folder + "/w1", name="witness.example/w1")
    >>> made.verifier_key.split("+")[0]
    'witness.example/w1'
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import http.client
import os
import re
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Final

from consent import _core, merkle, note
from consent.errors import InvalidArgument, NotFoundError, ProofError, StorageError
from consent.files import private_file
from consent.locale.message import Message, system_message
from consent.standalone import verify as standalone

if TYPE_CHECKING:
    from consent.log import Log

__all__ = ["Answer", "Witness", "ask", "cosign_by", "cosigned", "request", "server"]

_SIZE_TYPE: Final = "text/x.tlog.size"
_TEXT: Final = "text/plain; charset=utf-8"
_PATIENCE: Final = 30.0  # seconds for one answer
_MOST_HASHES: Final = 63
_MOST_BYTES: Final = 192 * 1024  # a note, and the lines of a proof before it
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness answers to ``add-checkpoint``.

    Attributes:
        status: 200, or why not: 400 not in form or old above new, 403 not signed by the log, 404
            unknown log, 409 the witness knows another size, 422 not an extension of what it knows.
        body: Of 200 the cosignature line, of 409 the size that the witness knows, else a sentence.
        content_type: Of ``body``.
    """

    status: int
    body: bytes
    content_type: str = _TEXT


class _RefusedError(Exception):
    """One answer that is no cosignature."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.answer = Answer(status, f"{why}\n".encode())


class Witness:
    """A witness's folder: its key, the logs it trusts, and what it cosigned of each.

    Any number of processes may use one folder: a lock keeps check and record together.
    """

    def __init__(self, folder: Path, name: str, seed: bytes) -> None:
        self.folder = folder
        self.name = name
        self._seed = seed

    @classmethod
    def create(
        cls, folder: str | os.PathLike[str], *, name: str, seed: bytes | None = None
    ) -> Witness:
        """Make a witness's folder with a new key.

        Args:
            folder: Must not exist.
            name: A schema-less URL under the witness's control: ``witness.example/w1``.
            seed: 32 random bytes; drawn here if not given.

        Raises:
            InvalidArgument: The name cannot be that of a key.
            StorageError: The folder exists, or cannot be made.
        """
        place = Path(folder)
        drawn = secrets.token_bytes(32) if seed is None else seed
        _core.cosigner_key(name, drawn)
        try:
            place.mkdir(mode=0o700)
            (place / "logs").mkdir(mode=0o700)
        except OSError as error:
            raise StorageError(
                Message("witness: the folder cannot be made: {}", system_message(error))
            ) from None
        with private_file.create(place / "key") as file:
            file.write(f"{name}\n{drawn.hex()}\n".encode())
        return cls(place, name, drawn)

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Witness:
        """Open a folder that :meth:`create` made.

        Raises:
            StorageError: It is not one.
        """
        place = Path(folder)
        try:
            name, seed, rest = (place / "key").read_text(encoding="utf-8").split("\n")
            if rest or len(seed) != 64:
                raise ValueError("not a key")
            return cls(place, name, bytes.fromhex(seed))
        except (OSError, ValueError):
            raise StorageError("witness: not a folder of a witness") from None

    @property
    def verifier_key(self) -> str:
        """What others are given to check its cosignatures: ``name+id+key``, type 0x04."""
        return _core.cosigner_key(self.name, self._seed)

    def trust(self, verifier_key: str) -> str:
        """Witness a log from now on; of a log with several keys, each once.

        Returns:
            The log's origin.

        Raises:
            InvalidArgument: It is not a log's verifier key.
        """
        try:
            origin = standalone.parse_key(verifier_key).name
        except standalone.ProofError as error:
            raise InvalidArgument(
                Message("witness: {}", Message.in_both(str(error), error.ru))
            ) from None
        with self._locked():
            place = self._place(origin)
            place.mkdir(mode=0o700, exist_ok=True)
            keys = self._keys(origin)
            if verifier_key not in keys:
                _replace(place / "keys", "".join(f"{key}\n" for key in (*keys, verifier_key)))
        return origin

    def latest(self, origin: str) -> note.Checkpoint | None:
        """The newest checkpoint of a log that was cosigned; None if none was."""
        kept = self._place(origin) / "checkpoint"
        if not kept.exists():
            return None
        return note.Checkpoint(*_core.parse_checkpoint(kept.read_text(encoding="utf-8")))

    def logs(self) -> list[tuple[str, note.Checkpoint | None]]:
        """The logs that it witnesses by origin, each with what it cosigned last."""
        found = (path.read_text(encoding="utf-8") for path in self.folder.glob("logs/*/keys"))
        origins = sorted(standalone.parse_key(keys.splitlines()[0]).name for keys in found)
        return [(origin, self.latest(origin)) for origin in origins]

    def add_checkpoint(self, body: bytes, at: datetime) -> Answer:
        """Answer one ``add-checkpoint``; what is cosigned is on disk when this returns.

        Args:
            body: ``old SIZE``, the consistency proof, an empty line, the signed checkpoint.
            at: Aware; the time that the cosignature states.

        Raises:
            StorageError: The record cannot be written: nothing was cosigned.
        """
        if at.tzinfo is None:
            raise ValueError("at has no zone")
        try:
            old, path, signed = _read(body)
            with self._locked():
                return self._decide(old, path, signed, int(at.timestamp()))
        except _RefusedError as refused:
            return refused.answer

    def _decide(self, old: int, path: list[bytes], signed: str, now: int) -> Answer:
        origin = signed.split("\n", 1)[0]
        keys = self._keys(origin)
        if not keys:
            raise _RefusedError(HTTPStatus.NOT_FOUND, "unknown log")
        try:
            text, signers = standalone.open_note(
                signed.encode(), [standalone.parse_key(key) for key in keys]
            )
        except standalone.ProofError as error:
            raise _RefusedError(HTTPStatus.FORBIDDEN, str(error)) from None
        if not signers:
            raise _RefusedError(HTTPStatus.FORBIDDEN, "no trusted key of the log has signed")
        given = _checkpoint(text)
        if old > given.size:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "the old size is above the new one")
        known = self.latest(origin)
        size = known.size if known else 0
        if old != size:
            return Answer(HTTPStatus.CONFLICT, f"{size}\n".encode(), _SIZE_TYPE)
        try:
            _check_extends(known, given, path)
        except ProofError as error:
            raise _RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
        _replace(self._place(origin) / "checkpoint", text)
        line = _core.cosign(text, self.name, self._seed, now)
        return Answer(HTTPStatus.OK, line.encode())

    def _place(self, origin: str) -> Path:
        return self.folder / "logs" / hashlib.sha256(origin.encode()).hexdigest()

    def _keys(self, origin: str) -> list[str]:
        kept = self._place(origin) / "keys"
        return kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageError(
                Message("witness: the lock cannot be opened: {}", system_message(error))
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _read(body: bytes) -> tuple[int, list[bytes], str]:
    """The old size, the proof and the note of a request."""
    bad = _RefusedError(
        HTTPStatus.BAD_REQUEST, "not old SIZE, a proof, an empty line, a checkpoint"
    )
    head, gap, signed = body.partition(b"\n\n")
    try:
        first, *hashes = head.decode("ascii").split("\n")
        text = signed.decode("utf-8")
        path = [standalone.hash32(line) for line in hashes]
    except ValueError:
        raise bad from None
    old = _OLD.fullmatch(first)
    if not gap or old is None or len(path) > _MOST_HASHES or len(body) > _MOST_BYTES:
        raise bad
    if int(old[1]) >= 1 << 63:
        raise bad
    return int(old[1]), path, text


def _checkpoint(text: str) -> note.Checkpoint:
    """What the log signed; an empty tree with another root than that of nothing is a false tree."""
    try:
        return note.Checkpoint(*_core.parse_checkpoint(text))
    except ProofError as error:
        empty = text.split("\n", 2)[1:2] == ["0"]
        status = HTTPStatus.UNPROCESSABLE_ENTITY if empty else HTTPStatus.BAD_REQUEST
        raise _RefusedError(status, str(error)) from None


def _check_extends(
    known: note.Checkpoint | None, given: note.Checkpoint, path: list[bytes]
) -> None:
    """The new tree begins with the known one."""
    if known is not None:
        merkle.verify_consistency(known.size, given.size, path, known.root, given.root)
    elif path:
        raise ProofError("a proof from size 0 is empty")


def _replace(path: Path, text: str) -> None:
    """Put a file in place, durably: the bytes, then the name."""
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb", opener=_private) as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StorageError(
            Message("witness: the record cannot be written: {}", system_message(error))
        ) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


# --- the log's side -------------------------------------------------------------------------------


def request(log: Log, old: int) -> bytes:
    """The body of ``add-checkpoint`` for a log as it is; it is signed first.

    Args:
        log: Open for writing.
        old: Size of the checkpoint that the witness cosigned last; 0 if it never did.

    Raises:
        NotFoundError: The log is not that long.
    """
    text = log.checkpoint()
    size = int(text.split("\n", 2)[1])
    if old > size:
        raise NotFoundError(Message("witness: it knows {} entries and the log has {}", old, size))
    path = log.prove_consistency(old, size) if 0 < old < size else []
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in path), "", text]
    return "\n".join(lines).encode()


def cosigned(checkpoint: str, lines: str, witnesses: Iterable[str]) -> str:
    """A checkpoint with the cosignatures of known witnesses out of an answer.

    Args:
        checkpoint: The signed checkpoint.
        lines: The body of an answer with status 200.
        witnesses: Keys of witnesses; other lines are left out.

    Raises:
        ProofError: None of ``witnesses`` has cosigned it, or a line is wrong.
    """
    keys = list(witnesses)
    if not note.cosignatures(checkpoint + lines, keys):
        raise ProofError("witness: the answer has no cosignature of a known witness")
    names = {key.split("+", 1)[0] for key in keys}
    kept = [line for line in lines.splitlines(keepends=True) if line.split(" ")[1] in names]
    return checkpoint + "".join(line for line in kept if line not in checkpoint)


def ask(url: str, body: bytes) -> Answer:
    """Send ``add-checkpoint`` to a witness.

    Args:
        url: The witness's submission prefix: ``https://witness.example/``.
        body: As :func:`request` makes it.

    Raises:
        InvalidArgument: ``url`` is neither http nor https.
        StorageError: The witness cannot be reached.
    """
    if not re.match(r"https?://", url):
        raise InvalidArgument("witness: the address is neither http nor https")
    to = urllib.request.Request(url.rstrip("/") + "/add-checkpoint", data=body)  # noqa: S310
    try:
        with urllib.request.urlopen(to, timeout=_PATIENCE) as answer:  # noqa: S310
            kind = answer.headers.get("Content-Type", "")
            return Answer(answer.status, answer.read(_MOST_BYTES), kind)
    except urllib.error.HTTPError as error:
        with error:
            kind = error.headers.get("Content-Type", "")
            return Answer(error.code, error.read(_MOST_BYTES), kind)
    except (OSError, http.client.HTTPException):
        raise StorageError("witness: cannot be reached") from None


def cosign_by(log: Log, url: str, witness_key: str) -> str:
    """A log's checkpoint with the cosignature of one witness, which is asked over HTTP.

    A witness that knows another size says so, and is asked again from there.

    Args:
        log: Open for writing.
        url: The witness's submission prefix.
        witness_key: Its key, from elsewhere.

    Raises:
        ProofError: It refused, or answered something else than its cosignature. Where it says that
            the proof is wrong, it has seen another history of this log.
        NotFoundError: It knows more entries than the log has.
        StorageError: It cannot be reached.
    """
    answer = ask(url, request(log, 0))
    if answer.status == HTTPStatus.CONFLICT and re.fullmatch(rb"[0-9]{1,19}\n", answer.body):
        answer = ask(url, request(log, int(answer.body)))
    if answer.status != HTTPStatus.OK:
        raise ProofError(Message("witness: refused with {}", answer.status))
    return cosigned(log.checkpoint(), answer.body.decode("utf-8", "replace"), [witness_key])


# --- HTTP -----------------------------------------------------------------------------------------


def server(
    witness: Witness, host: str, port: int, clock: Callable[[], datetime]
) -> ThreadingHTTPServer:
    """The witness as an HTTP server: ``POST /add-checkpoint`` and nothing else.

    Args:
        witness: What answers.
        host: Where to listen; a witness that others reach belongs behind a TLS proxy.
        port: 0 for one that is free.
        clock: Aware times for the cosignatures.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _PATIENCE
        server_version = "consent"
        sys_version = ""

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not re.fullmatch(r"[0-9]{1,9}", length):
                self._say(
                    Answer(HTTPStatus.LENGTH_REQUIRED, b"Content-Length is needed\n"), last=True
                )
                return
            if int(length) > _MOST_BYTES:
                self._say(Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"too large\n"), last=True)
                return
            body = self.rfile.read(int(length))
            if self.path != "/add-checkpoint":
                self._say(Answer(HTTPStatus.NOT_FOUND, b"POST /add-checkpoint\n"))
                return
            try:
                self._say(witness.add_checkpoint(body, clock()))
            except StorageError:
                self._say(Answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"cannot record\n"), last=True)

        def do_GET(self) -> None:
            self._say(Answer(HTTPStatus.NOT_FOUND, b"POST /add-checkpoint\n"))

        def _say(self, answer: Answer, *, last: bool = False) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            if last:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base names it
            """Say nothing: addresses of those who ask are not ours to keep."""

    return ThreadingHTTPServer((host, port), Handler)
