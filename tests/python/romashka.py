"""The names that the tests of the Python face share."""

from datetime import UTC, datetime

SAID = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NUMBER = "+79161234567"
OTHER = "+79161234568"
INN = "7707083893"
WORDING = "Я согласен получать рекламу ООО «Ромашка» по телефону."
