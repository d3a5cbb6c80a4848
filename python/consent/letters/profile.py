"""Who writes: name, address, passport. Kept outside the log, in a private file of its own."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from consent import _core
from consent.errors import InvalidArgument, ParseError
from consent.files import private_file

__all__ = ["Profile", "default_profile"]

_LONGEST: Final = 500
_SALT: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The applicant.

    Attributes:
        kind: ``person`` or ``entity``.
        name: Full name of the person, or name of the entity.
        address: Postal address for the answer.
        email: For the answer.
        passport: Series and number, by whom and when issued; as the consent to disclosure needs it.
        inn: Of an entity.
        ogrn: Of an entity.
        signatory: Who signs for an entity: position and name.
        holder: The subscriber by contract, where that is another; "" = the applicant.
        representative: Who files for the applicant; needs a power of attorney.
        operator: The applicant's operator.
    """

    kind: Literal["person", "entity"] = "person"
    name: str = ""
    address: str = ""
    email: str = ""
    passport: str = ""
    inn: str = ""
    ogrn: str = ""
    signatory: str = ""
    holder: str = ""
    representative: str = ""
    operator: str = ""

    def titled(self) -> str:
        """The name as the head of a letter has it."""
        if self.kind != "entity":
            return self.name
        numbers = [
            f"{word} {number}"
            for word, number in (("ИНН", self.inn), ("ОГРН", self.ogrn))
            if number
        ]
        return f"{self.name} ({', '.join(numbers)})" if numbers and self.name else self.name

    def save(self, file: str | os.PathLike[str], *, passphrase: str = "") -> None:
        """Write it to a file, mode 0600; with a passphrase nobody reads it without that."""
        kept = {name: value for name, value in dataclasses.asdict(self).items() if value}
        text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
        if passphrase:
            salt = secrets.token_bytes(_SALT)
            locked = _core.lock_text(passphrase, salt, text.encode())
            text = json.dumps(
                {"locked": base64.b64encode(locked).decode(), "salt": salt.hex()}, indent=1
            )
        private_file.write(file, text.encode())

    @staticmethod
    def is_locked(file: str | os.PathLike[str]) -> bool:
        """Whether a passphrase is needed to read it."""
        try:
            data = json.loads(Path(file).read_bytes())
        except (OSError, ValueError):
            return False
        return isinstance(data, dict) and "locked" in data

    @classmethod
    def load(cls, file: str | os.PathLike[str], *, passphrase: str = "") -> Profile:
        """Read it back.

        Raises:
            ParseError: It is no profile.
            InvalidArgument: Others of this machine can read it, or it needs a passphrase.
            CryptoError: The passphrase is another.
            OSError: It cannot be read.
        """
        path = Path(file)
        if path.stat().st_mode & 0o077:
            raise InvalidArgument("the profile can be read by others: chmod 600")
        try:
            data = json.loads(path.read_bytes())
            if isinstance(data, dict) and "locked" in data:
                if not passphrase:
                    raise InvalidArgument("the profile needs its passphrase")
                locked = base64.b64decode(data["locked"], validate=True)
                salt = bytes.fromhex(data["salt"])
                data = json.loads(_core.unlock_text(passphrase, salt, locked))
        except InvalidArgument:
            raise
        except (ValueError, KeyError, TypeError, binascii.Error):
            raise ParseError("the profile is not JSON in UTF-8") from None
        names = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(data, dict) or set(data) - names:
            raise ParseError("the profile has a field that is not known")
        for value in data.values():
            if not isinstance(value, str) or len(value) > _LONGEST:
                raise ParseError("a field of the profile is no text, or too long")
        if data.get("kind", "person") not in ("person", "entity"):
            raise ParseError("the profile is of neither a person nor an entity")
        return cls(**data)


def default_profile() -> Path:
    """Where a profile lies unless another file is named."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "consent" / "profile.json"
