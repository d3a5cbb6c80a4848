"""Reads tests/vectors/bundle: one list of files a vector, with what every verifier must say."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "vectors" / "bundle"


class Vector(NamedTuple):
    name: str
    files: list[tuple[str, bytes]]
    keys: list[str]
    verdict: str
    step: int
    receipts: list[bytes]
    beside: dict[str, list[str]]  #: litter, signatures and extras; empty where the vector says none


def content(value: str | dict[str, str]) -> bytes:
    return value.encode() if isinstance(value, str) else bytes.fromhex(value["hex"])


@cache
def load(name: str) -> Vector:
    raw = json.loads((FOLDER / f"{name}.json").read_text())
    if "files" in raw:
        files = [(each, content(data)) for each, data in raw["files"]]
    else:
        kept = {n: d for n, d in load(raw["from"]).files if n not in raw["remove"]}
        kept |= {n: content(d) for n, d in raw["set"]}
        files = sorted(kept.items()) + [(n, content(d)) for n, d in raw["add"]]
    receipts = [each.encode() for each in raw.get("receipts", ())]
    expect = raw["expect"]
    beside = {key: expect[key] for key in ("litter", "signatures", "extras") if key in expect}
    return Vector(name, files, raw["keys"], expect["verdict"], expect["step"], receipts, beside)


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))
