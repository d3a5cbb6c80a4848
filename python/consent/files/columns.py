"""Which columns of a table are about people, and the same table without them.

A tag is found by the column's name and by what stands in it, and says why. It is a heuristic: it
reads a sample and may miss; only for telephone numbers does the core's table of law say what they
are (:func:`consent.classify`). A keyed pseudonym keeps rows of one person together and tells nobody
without the key who that is.
"""

from __future__ import annotations

import contextlib
import io
import ipaddress
import json
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from consent import _core
from consent.errors import InvalidArgument
from consent.files import private_file
from consent.files.layout import Layout
from consent.files.list_map import Map
from consent.files.list_table import open_table
from consent.files.records import InputError
from consent.files.writer import replacing_csv
from consent.locale.message import Message
from consent.party import classify

__all__ = ["Column", "Pseudonymised", "new_key", "pseudonymise", "read_key", "tag_columns"]

SAMPLE: Final = 20_000

#: Names that say what a column holds, by kind. Whole names, or whole words in them.
_NAMES: Final[Mapping[str, str]] = {
    "phone": r"(?:.*_)?(?:phone|phone_?number|msisdn|mobile|cell|tel|telephone|fax|src|dst|"
    r"caller|callee|calling|called|caller_?id|caller_?number|did|ani|dnis|contact_?number|"
    r"callingpartynumber|originalcalledpartynumber|finalcalledpartynumber|alt_phone)(?:_?\d)?|"
    r".*(?:телефон|моб\.?|номер абонента).*|тел\.?|номер",
    "email": r"(?:.*_)?e_?mail(?:_?address)?|.*(?:почта|эл\.? ?адрес).*",
    "name": r"(?:(?:first|last|middle|full|sur|given|family|client|customer|contact|caller|person|"
    r"agent|subscriber|holder)_?name|surname|fio|clid|caller_?id_?name)|"
    r".*(?:фио|ф\. ?и\. ?о|фамилия|отчество).*|имя(?: .*)?|"
    r"(?!.*(?:тел|номер|№|код|\bid\b|дата|статус|тип|сумм|тариф|почт|mail|адрес|кол|комментар|балл))"
    r".*(?:клиент|абонент|покупател|заказчик|контактное лицо|контакт|сотрудник|менеджер|"
    r"представител|руководител|директор|пациент|владелец).*|client|customer|subscriber",
    "inn": r"(?:.*_)?inn|.*инн.*",
    "address": r"(?!(?:.*_)?(?:mac|ip|e_?mail)_?addr)(?:.*_)?(?:address|"
    r"address_?[123]|street|home_address)|.*(?:адрес|улица).*",
    "passport": r"(?:.*_)?passport.*|.*паспорт.*",
    "card": r"(?:.*_)?(?:card|pan|card_?number)|.*номер карты.*",
    "ip": r"(?:.*_)?ip(?:_?addr(?:ess)?)?",
    "birth_date": r"(?:.*_)?(?:dob|birth_?date|date_?of_?birth|birthday)|"
    r".*(?:дата рожд|д\. ?р\.|день рожд|год рожд).*|д/?р",
    "identifier": r"(?:.*_)?(?:device_?id|user_?id|user_device_id|external_?id|customer_?id|"
    r"subject_?id|pii_?principal_?id|subscriber_?id|snils|account_?(?:number|no))|"
    r".*(?:снилс|лицевой сч[её]т|номер договора).*|л/?с",
    "pseudonym": r"(?:.*_)?(?:nick(?:_?name)?|alias|pseudonym)|.*(?:псевдоним|никнейм).*|ник",
    "login": r"(?:.*_)?(?:login|user_?name|telegram|whats_?app|viber|skype|vk|"
    r"sip_?(?:user|account))|.*(?:логин|уч[её]тная запись|телеграм|вотсап|ватсап|"
    r"вайбер|мессенджер).*",
    "organisation": r"(?:.*_)?(?:company|organi[sz]ation|employer|firm|legal)(?:_?name)?|org|"
    r"(?!.*(?:тел|номер|код|\bid\b|дата|статус|тип|инн|адрес)).*(?:организаци|компани[яи]|"
    r"юр\. ?лиц|юридическ|контрагент|предприяти|фирм[аы]|работодател|наименование абонента).*",
    "terminal": r"(?:.*_)?(?:imei(?:_?sv)?|imsi|iccid|mac(?:_?addr(?:ess)?)?|"
    r"serial(?:_?(?:no|number))?|terminal(?:_?(?:id|no|number))?|handset|equipment|cell_?id|sim(?:_?card)?|ssid)|"
    r".*(?:оборудован|терминал|серийный номер|базовая станция|сим-?карт|"
    r"модель (?:телефона|устройства)).*",
    "connections": r"(?:.*_)?(?:call_?duration|talk_?time|connections?)|.*(?:соединени|детализаци|"
    r"длительность (?:звонка|разговора|вызова)|(?:дата|время).*(?:звонка|вызова|разговора)).*",
    "traffic": r"(?:.*_)?(?:traffic|(?:bytes|octets|packets)"
    r"(?:_?(?:in|out|up|down|sent|received))?|(?:in|out)put_?octets|data_?usage)|.*трафик.*",
    "payments": r"(?:.*_)?(?:payments?|balance|tariff|billing|charges?|debt)|"
    r".*(?:плат[её]ж|оплат|баланс|начислен|задолженн|списани|пополнени|тариф|абонентская плата).*",
}
#: Names that mean a connection beside a telephone number, and anything elsewhere.
_CONNECTION: Final = re.compile(
    r"call_?date|calldate|(?:call_?)?(?:start|answer|end|stop|hangup|begin)(?:_?(?:time|date|stamp|epoch))?"
    r"|duration|bill_?sec|uduration|disposition|hangup_?cause|talk|wait(?:ing)?_?time|call_?type"
    r"|длительность.*|продолжительность.*|дата(?: и время)?|время|направление|тип|исход",
    re.IGNORECASE,
)
#: Subscriber data (126-fz/53 in rules/ru_personal_data.toml); without a number they lead to nobody.
_BILLED: Final = frozenset({"connections", "traffic", "payments"})
_NAMED: Final = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _NAMES.items()}
#: Kinds that content can confirm or refute; of the others the name alone is believed.
_SHOWN: Final = frozenset({"phone", "email", "inn", "card", "ip", "passport", "birth_date"})

_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PATRONYMIC: Final = re.compile(
    r"\b[А-ЯЁ][а-яё-]+\s+[А-ЯЁ][а-яё-]+\s+[А-ЯЁ][а-яё]+(?:ович|евич|ич|овна|евна|ична|инична|оглы|кызы)\b"
)
_CALLER: Final = re.compile(r'"?[^"<>]*[^\W\d_]{2,}[^"<>]*"? *<[^<>]*>')
_STREET: Final = re.compile(
    r"\b(?i:ул\.|улица|пр-т|просп\.|проспект|пер\.|переулок|бульвар|шоссе|наб\.)\s*[«\"]?[А-ЯЁ]"
    r"|\b\d+\s+[A-Z][\w ]+\s(?:St|Street|Ave|Avenue|Rd|Road|Blvd|Lane|Dr)\b"
)
_PASSPORT: Final = re.compile(r"\d{2} ?\d{2} (?:№ ?)?\d{6}")
_DATE: Final = re.compile(r"(?:(\d{4})-\d\d-\d\d|\d\d?[./]\d\d?[./](\d{4}))")
_NUMBER_INSIDE: Final = re.compile(r"(?<![\w.+-])\+?\d(?:[ ().-]{0,2}\d){9,14}(?![\w-])")
_DIALLED: Final = re.compile(r"\+?(?:[ ().-]*\d){3,15}[^\d@]{0,8}(?:\(?\d+\)?)?")
_WRITTEN: Final = re.compile(r"\+?[\d ()./~–-]{7,24}(?: *(?:доб|ext|x|д)\.? *\d+)?")


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds.

    Attributes:
        position: From 1.
        name: Its header; "" where there is none.
        kinds: ``phone email name inn address passport card ip birth_date identifier``; what
            the law on communications counts as a subscriber's besides: ``pseudonym login
            organisation terminal connections traffic payments``; and ``text`` for free text with
            numbers or addresses in it; empty: nothing of the kind was seen.
        personal: ``yes``, ``unknown`` (treat as yes) or ``no``.
        reasons: Why, one sentence a kind.
        filled: Cells of the sample that are not empty.
        basis: The row of law that speaks of telephone numbers, or "heuristic".
        citations: Its sources; empty for a heuristic.
    """

    position: int
    name: str
    kinds: tuple[str, ...]
    personal: str
    reasons: tuple[Message, ...]
    filled: int
    basis: str = "heuristic"
    citations: tuple[str, ...] = ()


@dataclass(slots=True)
class Pseudonymised:
    """A table without people.

    Attributes:
        path: The file.
        rows: Rows in it.
        columns: Positions and kinds of the columns that were replaced.
        left_out: Rows that could not be split into cells; nothing of them was written.
        key_made: The key file was made now.
    """

    path: Path
    rows: int = 0
    columns: dict[int, str] = field(default_factory=dict)
    left_out: int = 0
    key_made: bool = False


# --- what stands in a cell -----------------------------------------------------------------------


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_phone(text: str, country: str | None) -> bool:
    if not _WRITTEN.fullmatch(text) or _DATE.match(text):
        return False
    digits = re.sub(r"\D", "", text)
    if text == digits:
        # Bare digits are a number only as long as one: ids and Unix times are shorter or begin
        # otherwise.
        national = country is not None and len(digits) == 10
        if not (len(digits) == 11 and digits[0] in "78") and not national:
            return False
        if national and country in ("RU", "KZ") and digits[0] not in "3489":
            return False
    try:
        _core.PhoneNumber.read(text, country)
    except ValueError:
        return False
    return True


def _is_ip(text: str) -> bool:
    if "." not in text and ":" not in text:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_card(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text)
    return (
        digits.isdigit()
        and len(digits) in (15, 16, 18, 19)
        and digits[0] in "23456"
        and (_luhn(digits))
    )


def _is_inn(text: str) -> bool:
    return text.isdigit() and len(text) in (10, 12) and _core.check_inn(text) == "ok"


def _birth_year(text: str) -> int | None:
    found = _DATE.fullmatch(text)
    return int(found[1] or found[2]) if found else None


def _holds_person(text: str, country: str | None) -> bool:
    if _EMAIL.search(text):
        return True
    for found in _NUMBER_INSIDE.finditer(text):
        if _is_phone(found[0].strip(), country or "RU"):
            return True
    return bool(re.search(r"(?<!\d)(?:\+7|7|8)9\d{9}(?!\d)", text))


def _kinds_of(cells: Sequence[str], country: str | None) -> dict[str, int]:
    """How many cells are of each kind."""
    found = dict.fromkeys(("phone", "email", "name", "inn", "address", "passport", "card", "ip"), 0)
    found |= {"text": 0, "alone": 0}
    tests: Mapping[str, Callable[[str], bool]] = {
        "email": lambda t: bool(_EMAIL.fullmatch(t)),
        "ip": _is_ip,
        "card": _is_card,
        "inn": _is_inn,
        "passport": lambda t: bool(_PASSPORT.fullmatch(t)),
        "phone": lambda t: _is_phone(t, country),
        "name": lambda t: bool(_PATRONYMIC.search(t) or _CALLER.fullmatch(t)),
        "address": lambda t: bool(_STREET.search(t)),
    }
    for cell in cells:
        for kind, test in tests.items():
            if test(cell):
                found[kind] += 1
        if _WRITTEN.fullmatch(cell):
            # Bare digits and ids with a dot may be anything, unless they read as a Russian mobile.
            written = re.search(r"[+(]|\d[ -]\d", cell) or re.fullmatch(r"[78]9\d{9}", cell)
            found["alone"] += bool(written) and _is_phone(cell, country)
        elif len(cell) > 5 and _holds_person(cell, country):
            found["text"] += 1
    return found


def _tag(name: str, position: int, cells: Sequence[str], country: str | None) -> Column:
    filled = [cell.strip() for cell in cells if cell.strip() and cell not in ("NULL", "\\N")]
    named = [kind for kind, pattern in _NAMED.items() if pattern.fullmatch(name.strip())]
    counts = _kinds_of(filled, country)
    total = len(filled)
    kinds: dict[str, Message] = {}

    def share(kind: str) -> float:
        return counts.get(kind, 0) / total if total else 0.0

    for kind, least in (
        *(("phone", 0.5), ("email", 0.3), ("ip", 0.5), ("inn", 0.8), ("card", 0.6)),
        *(("passport", 0.6), ("name", 0.3), ("address", 0.3)),
    ):
        # One in ten runs of digits passes a check digit: few cells prove nothing.
        enough = counts[kind] >= (3 if kind in ("inn", "card", "passport") else 1)
        if share(kind) >= least and enough:
            kinds[kind] = Message("{} of {} cells are written like it", counts[kind], total)
    years = [year for year in map(_birth_year, filled) if year is not None]
    old = datetime.now(UTC).year - 14
    if total >= 3 and len(years) == total and max(years) <= old and max(years) - min(years) >= 5:
        kinds["birth_date"] = Message("dates of grown people: none of the last 14 years")
    dialled = sum(bool(_DIALLED.fullmatch(cell)) for cell in filled) if "phone" in named else 0
    for kind in named:
        if kind == "phone" and kind not in kinds and total and dialled >= 0.3 * total:
            # National numbers and extensions: nothing but the name tells them from other digits.
            kinds[kind] = Message(
                'called "{}"; {} of {} cells are digits as dialled', name, dialled, total
            )
        elif kind in kinds:
            kinds[kind] = Message('called "{}"; {}', name, kinds[kind])
        elif not total or kind not in _SHOWN:
            kinds[kind] = Message(
                'called "{}"' if total else 'called "{}"; no cell is filled', name
            )
        elif (
            share(kind) >= 0.05
            or (kind == "birth_date" and years)
            or (kind == "passport" and any(c.isdigit() for cell in filled for c in cell))
        ):
            kinds[kind] = Message(
                'called "{}"; {} of {} cells fit', name, counts.get(kind, len(years)), total
            )
    if "card" in kinds and {"phone", "terminal"} & set(kinds):
        del kinds["card"]  # an IMEI has the check digit of a card
    if len(kinds) > 1 and "name" in kinds and "name" in named and not counts["name"]:
        del kinds["name"]  # "Клиент" over numbers or addresses: they are what it holds
    if "inn" in kinds and "inn" not in named and "phone" in kinds:
        del kinds["inn"]
    # A single number, address or full name among other text is enough: it must not stay.
    inside = counts["text"] + counts["alone"] + (0 if "name" in kinds else counts["name"])
    if inside and not {"phone", "email"} & set(kinds):
        kinds["text"] = Message(
            "{} of {} cells hold a number, an e-mail address or a full name",
            min(inside, total),
            total,
        )
    personal, basis = "no", "heuristic"
    citations: tuple[str, ...] = ()
    if kinds:
        doubtful = {"ip", "identifier", "organisation", "terminal", *_BILLED}
        personal = "unknown" if set(kinds) <= doubtful else "yes"
        if set(kinds) == {"inn"} and all(len(cell) == 10 for cell in filled):
            personal = "no"  # an organisation's; of a sole trader or person it has 12 digits
    if "phone" in kinds:
        said = classify("+79000000000", linked=True)
        personal, basis, citations = said.personal_data, said.row, tuple(said.citations)
        if len(kinds) > 1 and personal == "no":
            personal = "yes"
    reasons = tuple(Message("{}: {}", kind, why) for kind, why in kinds.items())
    return Column(position, name, tuple(kinds), personal, reasons, total, basis, citations)


# --- tables --------------------------------------------------------------------------------------


def _is_header(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(
        re.search(r"[^\W\d_]", cell)
        and not _EMAIL.search(cell)
        and not _holds_person(cell, "RU")
        and not _DATE.search(cell)
        for cell in filled
    )


def _flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for part in value:
            yield from _flat(part, path)
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)


def _json_columns(file: IO[bytes]) -> dict[str, list[str]]:
    data = file.read().decode("utf-8-sig", "replace")
    try:
        documents: object = json.loads(data, parse_int=str, parse_float=str)
    except RecursionError:
        raise InputError("not JSON: RecursionError") from None
    except ValueError:
        lines = []
        for line in data.splitlines():
            with contextlib.suppress(ValueError, RecursionError):
                lines.append(json.loads(line, parse_int=str, parse_float=str))
        documents = lines
    columns: dict[str, list[str]] = {}
    for path, text in _flat(documents):
        columns.setdefault(path, []).append(text)
    return columns


def tag_columns(
    source: str | Path | IO[bytes],
    *,
    country: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sample: int = SAMPLE,
) -> list[Column]:
    """Find the columns of a table that are about people.

    Args:
        source: CSV, TSV, XLSX or JSON; a JSON document's columns are its dotted paths.
        country: Where numbers without a country code are: "RU", "KZ", "US", "CA".
        header: Whether the first row names the columns; found out where left out.
        encoding: Of the file; found out where left out.
        delimiter: One character; found out where left out.
        sample: Rows that are looked at.

    Raises:
        InputError: Not a table.
    """
    with contextlib.ExitStack() as stack:
        file = source
        if isinstance(file, str | Path):
            file = stack.enter_context(Path(file).open("rb"))
        elif not file.seekable():
            file = io.BytesIO(file.read())
        head = file.read(1 << 12).removeprefix(b"\xef\xbb\xbf").lstrip()
        file.seek(0)
        if head[:1] in (b"{", b"["):
            found = _json_columns(file)
            return _with_connections(
                _tag(path.rpartition(".")[2], i, cells[:sample], country)
                for i, (path, cells) in enumerate(found.items(), 1)
            )
        _, names, rows = _rows(file, header, encoding, delimiter)
        columns: list[list[str]] = [[] for _ in names]
        for count, cells in enumerate(rows):
            if count >= sample:
                break
            for column, cell in zip(columns, cells or (), strict=False):
                column.append(cell)
        return _with_connections(
            _tag(n, i, c, country) for i, (n, c) in enumerate(zip(names, columns, strict=True), 1)
        )


def _with_connections(columns: Iterable[Column]) -> list[Column]:
    """Beside a telephone number, times and lengths are those of its connections."""
    found = list(columns)
    if not any("phone" in column.kinds for column in found):
        return found
    return [
        replace(
            column,
            kinds=("connections",),
            personal="unknown",
            reasons=(Message('connections: called "{}", beside a telephone number', column.name),),
        )
        if not column.kinds and _CONNECTION.fullmatch(column.name.strip())
        else column
        for column in found
    ]


def _rows(
    file: IO[bytes], header: bool | None, encoding: str | None, delimiter: str | None
) -> tuple[Any, list[str], Iterator[list[str] | None]]:
    table = open_table(file, Map(), encoding, delimiter, None, 0)
    has_header = _is_header(table.names) if header is None else header
    table.begin(header=has_header)
    names = list(table.names)
    if not has_header:
        # A call log of Asterisk bears no header; its columns have had these names since ever.
        names = list(Layout.load("asterisk").widths.get(len(names), [""] * len(names)))

    def rows() -> Iterator[list[str] | None]:
        for batch in table.batches():
            for line, cells in zip(batch.lines, batch.cells, strict=True):
                yield None if table.problem(line, cells) else cells

    return table, names, rows()


# --- pseudonyms ----------------------------------------------------------------------------------


def new_key(file: str | Path) -> bytes:
    """Make a key file, mode 0600.

    Raises:
        InputError: There is one already: another key would give everybody another name.
    """
    key = secrets.token_bytes(32)
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError("the key file is there already") from None
    with os.fdopen(opened, "w", encoding="ascii") as kept:
        kept.write(key.hex() + "\n")
    return key


def read_key(file: str | Path) -> bytes:
    """Read a key file.

    Raises:
        InputError: Others may read it, or it is no key.
    """
    path = Path(file)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError("the key file can be read by others: chmod 600")
    text = path.read_bytes().strip()
    if not re.fullmatch(rb"[0-9a-f]{64}", text):
        raise InputError("not a key file: 64 hex digits on one line")
    return bytes.fromhex(text.decode())


def _name_of(key: _core.Pseudonyms, kind: str, country: str) -> Callable[[str], str]:
    """What to write in the place of a cell."""
    if kind == "phone":
        return lambda cell: key.of_number(cell.strip(), country)
    if kind in ("card", "inn", "passport"):
        return lambda cell: key.of(kind, re.sub(r"\W", "", cell))
    if kind in ("email", "name", "address"):
        return lambda cell: key.of(kind, " ".join(cell.casefold().split()))
    return lambda cell: key.of(kind, cell.strip())


def pseudonymise(
    source: str | Path,
    out: str | Path,
    key: bytes,
    *,
    columns: Iterable[str | int] | None = None,
    keep: Iterable[str | int] = (),
    country: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Pseudonymised:
    """Write a table whose personal columns hold keyed pseudonyms.

    One value has one pseudonym in every table made with one key, so tables can still be joined; a
    telephone number has one however it is written. Free text with numbers in it is replaced whole.
    Connections, traffic and payments stay: without the number they lead to nobody.

    Args:
        source: CSV, TSV or XLSX.
        out: A CSV; put in place when it is whole.
        key: 32 bytes: :func:`read_key`, :func:`new_key`.
        columns: Names or positions (from 1) to replace besides those that are found.
        keep: Names or positions to leave in clear although they look personal.
        country: As for :func:`tag_columns`.
        header: As for :func:`tag_columns`.
        encoding: As for :func:`tag_columns`.
        delimiter: As for :func:`tag_columns`.

    Raises:
        InputError: Not a table, or no such column.
        InvalidArgument: ``out`` is called like something other than a table of text, or is
            ``source``.
    """
    if Path(out).suffix.casefold() not in ("", ".csv", ".tsv", ".tab", ".txt"):
        raise InvalidArgument("what is written is CSV: call the file .csv")
    private_file.keep_off(out, inputs=(source,))
    names = _core.Pseudonyms(key)
    # The whole table is looked at: one number in its last row must not stay.
    tags = tag_columns(
        source,
        country=country,
        header=header,
        encoding=encoding,
        delimiter=delimiter,
        sample=1 << 62,
    )
    place_of = {tag.name.strip().casefold(): tag.position for tag in tags}

    def positions(given: Iterable[str | int]) -> set[int]:
        found = set()
        for one in given:
            place = one if isinstance(one, int) else place_of.get(one.strip().casefold())
            if place is None or not 1 <= place <= len(tags):
                raise InputError("no such column; name it as the header does, or by position")
            found.add(place)
        return found

    kept = positions(keep)
    wanted = {
        tag.position: tag.kinds[0]
        for tag in tags
        if tag.personal != "no" and tag.kinds and not set(tag.kinds) <= _BILLED
    }
    for place in positions(columns or ()):
        wanted.setdefault(place, (tags[place - 1].kinds or ("text",))[0])
    for place in kept:
        wanted.pop(place, None)
    path = Path(out)
    done = Pseudonymised(path, columns=wanted)
    known = _numbers_in(source, header, encoding, delimiter, country, set(wanted), kept)
    leaks: set[int] = set()
    namers = {i - 1: _name_of(names, kind, country or "") for i, kind in wanted.items()}
    with Path(source).open("rb") as file:
        if file.read(1) in (b"{", b"["):
            raise InvalidArgument("pseudonyms are written into tables: CSV, TSV or XLSX")
        file.seek(0)
        table, header_row, rows = _rows(file, header, encoding, delimiter)
        names_row = header_row if table.has_header else None
        leaks |= {i for i, cell in enumerate(names_row or ()) if _leaks(cell, known)}
        with replacing_csv(path, names_row, delimiter=table.delimiter) as writer:
            for cells in rows:
                if cells is None:
                    done.left_out += 1
                    continue
                if any("\udc80" <= c <= "\udcff" for cell in cells for c in cell):
                    cells = [
                        c.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                        for c in cells
                    ]
                new = [namers[i](cell) if i in namers else cell for i, cell in enumerate(cells)]
                leaks |= {
                    i for i, cell in enumerate(new) if i not in namers and _leaks(cell, known)
                }
                writer.row(new)
                done.rows += 1
            if leaks:  # within: what was written so far is thrown away
                named = ", ".join(f'"{tags[i].name}" ({i + 1})' for i in sorted(leaks))
                raise InputError(
                    Message(
                        "numbers of the table would still stand in columns {}: replace them too,"
                        " --column; nothing was written",
                        named,
                    )
                )
    return done


#: A telephone number is told apart by its last digits, however it is written.
_TAIL: Final = 10
_RUN: Final = re.compile(r"\d(?:[ ().+~–-]{0,3}\d){9,}")
#: A Russian mobile number behind what an exchange puts in front of it.
_MOBILE: Final = re.compile(r"(?:0|9|90|98|97|810|[78])9\d{9}")


def _tails(text: str) -> Iterator[str]:
    """Every ten digits in a row, whatever stands between them."""
    for found in _RUN.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        for begin in range(len(digits) - _TAIL + 1):
            yield digits[begin : begin + _TAIL]


def _leaks(cell: str, known: set[str]) -> bool:
    return len(cell) >= _TAIL and any(tail in known for tail in _tails(cell))


def _numbers_in(
    source: str | Path,
    header: bool | None,
    encoding: str | None,
    delimiter: str | None,
    country: str | None,
    wanted: set[int],
    kept: set[int],
) -> set[str]:
    """The last ten digits of every number of the table, but of columns that are kept on purpose."""
    known: set[str] = set()
    with Path(source).open("rb") as file:
        _, _, rows = _rows(file, header, encoding, delimiter)
        for cells in rows:
            for i, cell in enumerate(cells or (), 1):
                if i in kept or len(cell) < _TAIL:
                    continue
                for found in _RUN.finditer(cell):
                    digits = re.sub(r"\D", "", found[0])
                    sure = i in wanted or _MOBILE.fullmatch(digits)
                    if sure or _is_phone(found[0], country or "RU"):
                        known.add(digits[-_TAIL:])
    return known
