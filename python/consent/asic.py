"""Packs signed as ASiC-E with CAdES (ETSI EN 319 162-1): one file that others' programs check.

The signature says who signed the container, and when by the signer's clock. It proves nothing of a
log: that is for the pack inside, whose bytes are not changed.

The signature itself is made by the command ``openssl``, which reads the user's certificate.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from consent.bundle import write_whole
from consent.errors import CryptoError, InvalidArgument, NotBuiltError, StorageError
from consent.locale.message import Message

__all__ = ["SELF_MADE", "Signed", "is_asic", "pack_inside", "refuse_name", "sign"]

_MIMETYPE: Final = b"application/vnd.etsi.asic-e+zip"
_MANIFEST: Final = "META-INF/ASiCManifest001.xml"
_SIGNATURE: Final = "META-INF/signature001.p7s"
_ENDINGS: Final = (".asice", ".sce", ".asics", ".scs")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_SECONDS: Final = 60
#: The most that a pack to sign, and what it unpacks to, may have: it is held in memory.
_LARGEST: Final = 256 << 20
_LARGEST_SIGNATURE: Final = 1 << 20

#: Subject of a certificate that was made for one signature.
SELF_MADE: Final = "Self-made by libconsent - identity not verified"

_TYPES: Final = {
    **{".zip": "application/zip", ".pdf": "application/pdf", ".txt": "text/plain"},
    **{".csv": "text/csv", ".json": "application/json", ".html": "text/html"},
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class Signed:
    """What :func:`sign` wrote.

    Attributes:
        path: The container.
        files: Names of the files that are signed.
        subject: Of the certificate that signed.
        self_made: The certificate was made for this signature: it names nobody.
        not_checked: Signatures that go along and that nobody checked here (``.sig``, ``.p7s``).
    """

    path: Path
    files: tuple[str, ...]
    subject: str
    self_made: bool
    not_checked: tuple[str, ...]


def refuse_name(out: str | PathLike[str]) -> None:
    """Refuse to write an unsigned file under the name of a signed container.

    Raises:
        InvalidArgument: It ends in ``.asice`` or the like.
    """
    if Path(out).suffix.lower() in _ENDINGS:
        raise InvalidArgument(
            "a pack under this name would be unsigned; write PACK.zip, then consent sign PACK.zip "
            "--out PACK.asice"
        )


def sign(
    pack: str | PathLike[str],
    *,
    out: str | PathLike[str],
    certificate: str | PathLike[str] | None = None,
    key: str | PathLike[str] | None = None,
    passphrase: str = "",
    self_made: bool = False,
) -> Signed:
    """Put a pack into a signed container.

    A pack of ``prove`` goes in as one file. Of a complaint's ZIP each file goes in, so that the
    letter is at hand for whoever opens the container.

    Args:
        pack: A ZIP that ``prove`` or ``complain`` wrote.
        out: The container; its name ends in ``.asice`` or ``.sce``.
        certificate: The signer's, PEM or PKCS#12, with what else of its chain is in the file.
        key: Its private key, where ``certificate`` is a PEM without it.
        passphrase: Of the key.
        self_made: Sign with a certificate made now, whose subject is :data:`SELF_MADE`; its key is
            not kept.

    Raises:
        InvalidArgument: Neither or both of ``certificate`` and ``self_made`` are given; ``out`` has
            another ending; ``pack`` is no ZIP, or is signed already.
        CryptoError: Certificate or key cannot be used, or they do not belong together.
        NotBuiltError: There is no command ``openssl`` of version 3.
        StorageError: A file cannot be read or written.
    """
    target = Path(out)
    if (certificate is None) is not self_made:
        raise InvalidArgument("sign with a certificate, or with a self-made one: one of the two")
    if target.suffix.lower() not in (".asice", ".sce"):
        raise InvalidArgument("the name of a signed container ends in .asice or .sce")
    files = _files(Path(pack))
    manifest = _manifest(files)
    with TemporaryDirectory(prefix="consent-") as scratch:  # mode 0700
        folder = Path(scratch)
        if certificate is None:
            signer, own, chain = *_self_made(folder), None
            passphrase = ""
        else:
            signer, own, chain = _identity(folder, Path(certificate), key, passphrase)
        (folder / "manifest").write_bytes(manifest)
        _openssl(
            *("cms", "-sign", "-binary", "-cades", "-md", "sha256", "-outform", "DER"),
            *("-in", folder / "manifest", "-out", folder / "signature"),
            *("-signer", signer, "-inkey", own, "-passin", "env:CONSENT_SIGNING_PASSPHRASE"),
            *(() if chain is None else ("-certfile", chain)),
            passphrase=passphrase,
        )
        signature = (folder / "signature").read_bytes()
        subject = _openssl(
            "x509", "-in", signer, "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb,utf8"
        )
    write_whole(target, _container(files, manifest, signature))
    return Signed(
        target,
        tuple(files),
        subject.decode("utf-8", "replace").strip().removeprefix("subject=").strip(),
        self_made,
        tuple(name for name in files if name.lower().endswith((".sig", ".p7s", ".sgn"))),
    )


# --- the container -------------------------------------------------------------------------------


def _files(pack: Path) -> dict[str, bytes]:
    """What goes into the container, by name."""
    try:
        if pack.stat().st_size > _LARGEST:
            raise InvalidArgument(Message("the pack is larger than {} bytes", _LARGEST))
        data = pack.read_bytes()
    except OSError:
        raise StorageError("the pack cannot be read") from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            names = [each.filename for each in infos]
            if "mimetype" in names or any(each.upper().startswith("META-INF/") for each in names):
                raise InvalidArgument("it is a signed container already")
            if "case.json" in names and "manifest-sha256.txt" in names:
                return {"proof.zip": data}
            if "proof.zip" not in names:
                raise InvalidArgument("only a pack of prove or complain is signed")
            if sum(each.file_size for each in infos) > _LARGEST or len(set(names)) != len(names):
                raise InvalidArgument(Message("the pack is larger than {} bytes", _LARGEST))
            return {each.filename: archive.read(each) for each in infos if not each.is_dir()}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise InvalidArgument("only a pack of prove or complain is signed") from None


def _manifest(files: Mapping[str, bytes]) -> bytes:
    """ASiCManifest: the digest of every file, and where the signature of these digests is."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
        '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" '
        'xmlns:ds="http://www.w3.org/2000/09/xmldsig#">',
        f'<asic:SigReference MimeType="application/pkcs7-signature" URI="{_SIGNATURE}"/>',
    ]
    for name, data in files.items():
        media = _TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        lines += [
            f'<asic:DataObjectReference MimeType="{media}" URI={quoteattr(quote(name))}>',
            '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>',
            f"<ds:DigestValue>{digest}</ds:DigestValue>",
            "</asic:DataObjectReference>",
        ]
    return "\n".join((*lines, "</asic:ASiCManifest>\n")).encode()


def _container(files: Mapping[str, bytes], manifest: bytes, signature: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        whole = {"mimetype": _MIMETYPE, **files, _MANIFEST: manifest, _SIGNATURE: signature}
        for name, data in whole.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            stored = name == "mimetype" or name.endswith((".zip", ".pdf", ".docx", ".p7s"))
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
        # Programs find the type without unpacking by a comment too.
        archive.comment = b"mimetype=" + _MIMETYPE
    return buffer.getvalue()


def is_asic(path: str | PathLike[str]) -> bool:
    """Whether a file begins as a signed container does."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(30 + len("mimetype") + len(_MIMETYPE))
    except OSError:
        return False
    return head[:4] == b"PK\x03\x04" and head[30:] == b"mimetype" + _MIMETYPE


def pack_inside(path: str | PathLike[str]) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The pack of a signed container, byte for byte, and its signatures by name.

    Raises:
        StorageError: It cannot be read, there is no pack in it, or it is too large.
    """
    no_pack = StorageError("the signed container holds no pack that can be read")
    try:
        with zipfile.ZipFile(Path(path)) as archive:
            infos = archive.infolist()
            found = [each for each in infos if each.filename == "proof.zip"]
            if len(found) != 1 or found[0].file_size > _LARGEST:
                raise no_pack
            signatures = [
                (each.filename, archive.read(each))
                for each in infos
                if each.filename.startswith("META-INF/") and each.filename.endswith(".p7s")
                if each.file_size <= _LARGEST_SIGNATURE
            ]
            return archive.read(found[0]), signatures
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
        raise no_pack from None
    except OSError:
        raise StorageError("the pack cannot be read") from None


# --- the signature -------------------------------------------------------------------------------


def _openssl(*words: object, passphrase: str = "") -> bytes:
    """Run ``openssl``; a passphrase goes by the environment, never by the arguments."""
    program = shutil.which("openssl")
    if program is None:
        raise NotBuiltError("signing needs the command openssl, version 3 or newer")
    environment = os.environ | {"CONSENT_SIGNING_PASSPHRASE": passphrase, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603 - words of ours, and files
            [program, *map(str, words)],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise NotBuiltError("signing needs the command openssl, version 3 or newer") from None
    if done.returncode != 0:
        raise CryptoError(
            "certificate or key cannot be used: another passphrase, two that do not belong "
            "together, or an algorithm that openssl does not know"
        )
    return done.stdout


def _self_made(folder: Path) -> tuple[Path, Path]:
    """A certificate that says of itself that it names nobody, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    _openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-sha256", "-days", "365", "-utf8", "-subj", f"/CN={SELF_MADE}"),
        *("-addext", "keyUsage=critical,digitalSignature,nonRepudiation"),
        *("-addext", "basicConstraints=critical,CA:FALSE"),
        *("-keyout", key, "-out", certificate),
    )
    return certificate, key


def _identity(
    folder: Path, certificate: Path, key: str | PathLike[str] | None, passphrase: str
) -> tuple[Path, Path, Path | None]:
    """The signer's certificate, its key, and the rest of its chain, as files that openssl takes."""
    try:
        data = certificate.read_bytes()
    except OSError:
        raise StorageError("the certificate cannot be read") from None
    whole = folder / "identity.pem"
    if b"-----BEGIN " in data:
        whole.write_bytes(data)
    else:
        try:
            _pkcs12(certificate, whole, passphrase)
        except CryptoError:  # made by programs of before 2010
            _pkcs12(certificate, whole, passphrase, "-legacy")
    blocks = _certificates(whole.read_bytes())
    if not blocks:
        raise InvalidArgument("no certificate is in the file")
    own = whole if key is None else Path(key)
    if not own.exists():
        raise StorageError("the key cannot be read")
    public = _openssl(
        *("pkey", "-in", own, "-pubout", "-passin", "env:CONSENT_SIGNING_PASSPHRASE"),
        passphrase=passphrase,
    )
    signer, rest = folder / "signer.pem", folder / "chain.pem"
    # The order in a file says nothing: the signer's is the one of the key.
    for place, block in enumerate(blocks):
        signer.write_bytes(block)
        if _openssl("x509", "-in", signer, "-noout", "-pubkey") == public:
            others: Sequence[bytes] = blocks[:place] + blocks[place + 1 :]
            if others:
                rest.write_bytes(b"".join(others))
            return signer, own, rest if others else None
    raise CryptoError("the key is that of no certificate in the file")


def _pkcs12(source: Path, out: Path, passphrase: str, *more: str) -> None:
    _openssl(
        *("pkcs12", "-in", source, "-out", out, "-noenc", *more),
        *("-passin", "env:CONSENT_SIGNING_PASSPHRASE"),
        passphrase=passphrase,
    )


def _certificates(pem: bytes) -> list[bytes]:
    first, last = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
    found = []
    for part in pem.split(first)[1:]:
        body, end, _ = part.partition(last)
        if end:
            found.append(first + body + last + b"\n")
    return found
