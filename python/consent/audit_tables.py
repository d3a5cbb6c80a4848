"""Tables of an audit: rows as mappings, and as data frames of whoever reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar, overload

from consent.files.arrow import ArrowTable, arrow

if TYPE_CHECKING:
    import pyarrow

__all__ = ["CallRows", "Findings", "OtherRows", "Rows"]

_Made = TypeVar("_Made", bound="Rows")


class Rows(ArrowTable, Sequence[Mapping[str, object]]):
    """A table in the order of the calls.

    Goes into pandas, polars, pyarrow or DuckDB as it is: ``polars.DataFrame(report.findings)``,
    ``pandas.DataFrame.from_arrow(report.findings)``.
    """

    columns: ClassVar[tuple[str, ...]] = ()
    integers: ClassVar[frozenset[str]] = frozenset()
    truths: ClassVar[frozenset[str]] = frozenset()
    moments: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, rows: list[tuple[object, ...]]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Mapping[str, object]: ...
    @overload
    def __getitem__(self: _Made, index: slice) -> _Made: ...
    def __getitem__(self: _Made, index: int | slice) -> Mapping[str, object] | _Made:
        if isinstance(index, slice):
            return type(self)(self._rows[index])
        return dict(zip(self.columns, self._rows[index], strict=True))

    def __iter__(self) -> Iterator[Mapping[str, object]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self._rows)

    def __repr__(self) -> str:
        name = type(self).__name__
        return (
            f"<{name}: {len(self)} rows of {len(self.columns)} columns>"  # a repr shows no numbers
        )

    def tuples(self) -> Iterator[tuple[object, ...]]:
        """Rows in the order of ``columns``."""
        return iter(self._rows)

    def to_arrow(self) -> pyarrow.Table:
        """A ``pyarrow.Table``; times of ``start_utc`` are timestamps.

        Raises:
            NotBuiltError: pyarrow is not installed.
        """
        pyarrow = arrow()
        kinds = dict.fromkeys(self.columns, pyarrow.string())
        kinds |= dict.fromkeys(self.integers, pyarrow.int64())
        kinds |= dict.fromkeys(self.truths, pyarrow.bool_())
        kinds |= dict.fromkeys(self.moments, pyarrow.timestamp("us", tz="UTC"))
        columns = list(zip(*self._rows, strict=True)) or [()] * len(self.columns)
        arrays = []
        for name, values in zip(self.columns, columns, strict=True):
            if kinds[name] == pyarrow.string():
                values = tuple(_clean(value) for value in values)
            arrays.append(pyarrow.array(values, type=kinds[name]))
        return pyarrow.table(arrays, names=list(self.columns))


class Findings(Rows):
    """One row a finding against a call, in the order of the calls.

    A call that is not allowed has a row for each rule that says so (``finding`` is its verdict; the
    first has ``deciding`` true, so counting those counts calls), for each that took the worth of a
    consent (``treat``), and for each warning. An allowed call has rows for warnings only.
    """

    columns = (
        *("file", "row", "call_id", "start", "start_utc", "number", "direction", "src"),
        *("disposition", "billsec", "legs", "verdict", "finding", "deciding", "rule", "why"),
        *("citation", "seq", "relied_on", "log_size"),
    )
    integers = frozenset({"row", "billsec", "legs", "seq", "relied_on", "log_size"})
    truths = frozenset({"deciding"})
    moments = frozenset({"start_utc"})


class CallRows(Rows):
    """One row a call that was judged; ``file`` and ``row`` are those of its first leg.

    ``local`` is the start by the clock of the called party: of each zone that its number may be in,
    "" where none is known. ``rule`` is what decided.
    """

    columns = (
        *("file", "row", "call_id", "start", "start_utc", "local", "number", "src", "disposition"),
        *("billsec", "legs", "verdict", "rule", "why", "purpose", "channel", "campaign", "agent"),
        *("distributor", "caller", "relied_on", "log_size"),
    )
    integers = frozenset({"row", "billsec", "legs", "relied_on", "log_size"})
    moments = frozenset({"start_utc"})


class OtherRows(Rows):
    """One row a record that was not judged: ``left_out`` or ``rejected``, and why."""

    columns = ("file", "row", "place", "reason", "column", "detail")
    integers = frozenset({"row"})


def _clean(value: object) -> str | None:
    """Text that is valid UTF-8: bytes that were not stay visible, escaped."""
    if value is None:
        return None
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
