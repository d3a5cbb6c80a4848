"""Organisations, and whether a number or an e-mail address is personal data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from consent import _core
from consent._core import Classification, Settlement
from consent.errors import InvalidArgument
from consent.locale.message import Message, by_code
from consent.number import Number, as_number

__all__ = ["Classification", "Organisation", "Settlement", "classify", "classify_email"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Organisation:
    """Whose log it is.

    Attributes:
        inn: Taxpayer number (ИНН), 10 digits, or 12 of a sole trader.
        name: For people; no rule reads it.

    Raises:
        InvalidArgument: The INN fails its check.

    Example:
        >>> Organisation(inn="7707083893", name="ООО Ромашка").inn
        '7707083893'
    """

    inn: str
    name: str = ""

    def __post_init__(self) -> None:
        problem = _core.check_inn(self.inn)
        if problem != "ok":
            raise InvalidArgument(Message("inn: {}", by_code(problem)))


def classify(
    number: Number,
    *,
    inn: str = "",
    ogrn: str = "",
    holder: str = "unknown",
    user: str = "unknown",
    linked: bool = False,
    former: bool = False,
    beside: Iterable[str] = (),
) -> Classification:
    """Say whether a number is personal data, and on whose authority.

    Args:
        number: The number.
        inn: Taxpayer number of the contract's holder, where known.
        ogrn: OGRN (13 digits) or OGRNIP (15), where known.
        holder: ``unknown person sole_trader legal_entity public_body``.
        user: ``unknown holder shared_line named_employee employee``.
        linked: Something personal is stored with the number, or reachable by the same operator,
            and is not on the list of ``beside``: a personal e-mail, purchases.
        former: The record is about somebody who no longer holds the number.
        beside: What stands beside the number: ``name address account device``.

    Returns:
        A Classification; ``unknown`` is to be treated as ``yes``, and ``settled_by`` lists the
        missing facts that would settle it. ``definable`` says of a ``yes`` whether the person is
        defined ``direct`` or ``indirect``.

    Raises:
        InvalidArgument: The facts contradict each other, or an identifier fails its check.

    Example:
        >>> classify("+74951234567", inn="7707083893", ogrn="1027700132195",
        ...          user="shared_line").personal_data
        'no'
    """
    return _core.classify(as_number(number), inn, ogrn, holder, user, linked, former, tuple(beside))


def classify_email(
    address: str,
    *,
    inn: str = "",
    ogrn: str = "",
    holder: str = "unknown",
    user: str = "unknown",
    linked: bool = False,
    former: bool = False,
    beside: Iterable[str] = (),
) -> Classification:
    """Say whether an e-mail address is personal data, and on whose authority.

    Args:
        address: The address; ``user="shared_line"`` says that it is a mailbox of a department.
        inn: As for :func:`classify`.
        ogrn: As for :func:`classify`.
        holder: As for :func:`classify`.
        user: As for :func:`classify`.
        linked: As for :func:`classify`.
        former: As for :func:`classify`.
        beside: As for :func:`classify`.

    Raises:
        InvalidArgument: Not an e-mail address, or as for :func:`classify`.

    Example:
        >>> answer = classify_email("ivan@example.org", beside=["name"])
        >>> answer.personal_data, answer.definable
        ('yes', 'direct')
    """
    return _core.classify_email(address, inn, ogrn, holder, user, linked, former, tuple(beside))
