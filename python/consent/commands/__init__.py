"""The commands of ``consent``: a module a noun, ``add`` declares what can be typed."""

from __future__ import annotations

from consent.commands import (
    access,
    advertising,
    assign,
    audit,
    backup,
    case,
    check,
    classify,
    columns,
    compare,
    complain,
    contact,
    correct,
    cosign,
    deadline,
    diary,
    erase,
    evidence,
    exporting,
    history,
    importing,
    layout,
    log,
    numbering,
    outcomes,
    prove,
    ready,
    record,
    rules,
    verify,
)
from consent.commands.arguments import Commands


def add_all(commands: Commands) -> None:
    """Declare every command, in the order of the help."""
    for noun in (
        log,
        record,
        assign,
        contact,
        correct,
        importing,
        exporting,
        check,
        history,
        classify,
        numbering,
        columns,
        advertising,
        outcomes,
        rules,
        audit,
        layout,
        ready,
        prove,
        verify,
        compare,
        cosign,
        deadline,
        access,
        erase,
        evidence,
        diary,
        complain,
        case,
        backup,
    ):
        noun.add(commands)
