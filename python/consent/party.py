"""Organisations, and whether a number is personal data."""

from __future__ import annotations

from dataclasses import dataclass

from consent import _core
from consent._core import Classification
from consent.errors import InvalidArgument
from consent.locale.message import Message, by_code
from consent.number import Number, as_number

__all__ = ["Classification", "Organisation", "classify"]


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
) -> Classification:
    """Say whether a number is personal data, and on whose authority.

    Args:
        number: The number.
        inn: Taxpayer number of the contract's holder, where known.
        ogrn: OGRN (13 digits) or OGRNIP (15), where known.
        holder: ``unknown person sole_trader legal_entity public_body``.
        user: ``unknown holder shared_line named_employee employee``.
        linked: Something personal is stored with the number, or reachable by the same operator.
        former: The record is about somebody who no longer holds the number.

    Returns:
        A Classification; ``unknown`` is to be treated as ``yes``.

    Raises:
        InvalidArgument: The facts contradict each other, or an identifier fails its check.

    Example:
        >>> classify("+74951234567", inn="7707083893", ogrn="1027700132195",
        ...          user="shared_line").personal_data
        'no'
    """
    return _core.classify(as_number(number), inn, ogrn, holder, user, linked, former)
