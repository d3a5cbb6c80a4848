"""Arrow, the way tables come in and go out: one protocol, one import, one export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from consent.errors import NotBuiltError

if TYPE_CHECKING:
    import pyarrow

__all__ = ["ArrowStream", "ArrowTable", "arrow"]


class ArrowStream(Protocol):
    """A data frame: pandas, polars, pyarrow, DuckDB."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The frame, as a capsule."""


class ArrowTable:
    """A table that data frames read as it is, by way of its ``to_arrow``."""

    __slots__ = ()

    def to_arrow(self) -> pyarrow.Table:
        """The table of pyarrow."""
        raise NotImplementedError

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table, as a capsule."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)


def arrow() -> Any:  # noqa: ANN401  a module that may be absent
    """The module pyarrow.

    Raises:
        NotBuiltError: It is not installed.
    """
    try:
        import pyarrow
    except ImportError:
        raise NotBuiltError("this needs the package pyarrow: pip install pyarrow") from None
    return pyarrow
