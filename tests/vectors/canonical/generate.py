#!/usr/bin/env python3
"""Writes the vectors of this folder and proves each verdict with the standard library's json.

`accept`: json parses the bytes under the profile, and json.dumps writes the same bytes again.
`offset` of a refused vector: the byte, from 0, after which no canonical text can go on; by hand.
Run it after a change: python3 tests/vectors/canonical/generate.py
"""

import json
import pathlib
import re

HERE = pathlib.Path(__file__).parent
ORIGIN = (
    "libconsent, tests/vectors/canonical/generate.py (verdict by Python's json, offset by hand)"
)
MAX_INT = 2**53 - 1


class Outside(ValueError):
    """Valid JSON, outside the profile."""


def members(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise Outside("duplicate key")
    if not all(re.fullmatch("[a-z][a-z0-9_]{0,31}", key) for key in keys):
        raise Outside("key")
    return dict(pairs)


def integer(text):
    if abs(int(text)) > MAX_INT:
        raise Outside("integer")
    return int(text)


def no(text):
    raise Outside(text)


def check(value, depth=0):
    if value is None:
        raise Outside("null")
    if isinstance(value, (list, dict)):
        if depth == 8:
            raise Outside("depth")
        for one in value.values() if isinstance(value, dict) else value:
            check(one, depth + 1)


def accepted(data):
    try:
        if len(data) > 16 * 1024:
            return False
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=members,
            parse_int=integer,
            parse_float=no,
            parse_constant=no,
        )
        check(value)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return again.encode("utf-8") == data
    except (ValueError, RecursionError):
        return False


HAPPY = {
    "empty-object": b"{}",
    "empty-array": b"[]",
    "scalar": b"41",
    "entry": b'{"at":"2026-01-01T00:00:00.000000Z","body":{"channel":"sms","purpose":"marketing"},'
    b'"log":"romashka.example/consent","prev":"'
    + b"0"
    * 64
    + b'","seq":0,"subject":{"prev":-1,"seq":1},'
    b'"type":"consent.given","v":1}',
    "integers": b"[0,1,-1,10,9007199254740991,-9007199254740991]",
    "booleans": b"[true,false]",
    "short-escapes": rb'"\"\\\b\f\n\r\t"',
    "numbered-escapes": rb'"\u0000\u0001\u000b\u001f"',
    "not-escaped": '"/\x7f\u0080é—\u2028\ufeff\uffff😀"'.encode(),
    "utf8-edges": '"\x7f\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"'.encode(),
    "nul-is-text": rb'{"a":"x\u0000y"}',
    "keys-in-order": b'{"a":1,"a0":2,"a_":3,"aa":4,"b":5}',
    "key-of-32": b'{"' + b"k" * 32 + b'":1}',
    "depth-8": b"[" * 8 + b"]" * 8,
    "depth-8-mixed": b'{"a":[{"a":[{"a":[{"a":[1]}]}]}]}',
}

REFUSED = {
    "empty": (b"", 0),
    "bom": (b"\xef\xbb\xbf{}", 0),
    "space@begin": (b" {}", 0),
    "space@end": (b"{} ", 2),
    "newline@end": (b"{}\n", 2),
    "space@after-colon": (b'{"a": 1}', 5),
    "space@after-comma": (b"[1, 2]", 3),
    "tab@in-object": (b'{\t"a":1}', 1),
    "two-values": (b"{}{}", 2),
    "nul@end": (b"{}\x00", 2),
    "duplicate-key": (b'{"a":1,"a":2}', 9),
    "duplicate-key@far": (b'{"a":1,"b":2,"a":3}', 14),
    "duplicate-key@nested": (b'{"x":{"b":1,"b":2}}', 14),
    "duplicate-key@escaped": (rb'{"a":1,"\u0061":2}', 8),
    "unsorted-keys": (b'{"b":1,"a":2}', 8),
    "unsorted-keys@prefix": (b'{"ab":1,"a":2}', 10),
    "unsorted-keys@deep": (b'{"abc":1,"abb":2}', 12),
    "key-empty": (b'{"":1}', 2),
    "key-upper-case": (b'{"A":1}', 2),
    "key-upper-case@inside": (b'{"aB":1}', 3),
    "key-digit-first": (b'{"1a":1}', 2),
    "key-underscore-first": (b'{"_a":1}', 2),
    "key-dash": (b'{"a-b":1}', 3),
    "key-dot": (b'{"a.b":1}', 3),
    "key-cyrillic": ('{"ключ":1}'.encode(), 2),
    "key-escape": (rb'{"\n":1}', 2),
    "key-of-33": (b'{"' + b"k" * 33 + b'":1}', 34),
    "key-not-text": (b"{1:1}", 1),
    "float": (b"1.0", 1),
    "float@deep": (b'{"a":0.5}', 6),
    "float-without-digits": (b"1.", 1),
    "exponent": (b"1e2", 1),
    "exponent-upper-case": (b"1E2", 1),
    "infinity": (b"Infinity", 0),
    "nan": (b"NaN", 0),
    "null": (b"null", 0),
    "null@deep": (b'{"a":null}', 5),
    "minus-zero": (b"-0", 1),
    "minus-alone": (b"-", 1),
    "minus-infinity": (b"-Infinity", 1),
    "plus": (b"+1", 0),
    "leading-zero": (b"01", 1),
    "leading-zero@negative": (b"-01", 1),
    "hex-integer": (b"0x10", 1),
    "integer-2^53": (b"9007199254740992", 15),
    "integer-minus-2^53": (b"-9007199254740992", 16),
    "integer-2^64": (b"18446744073709551616", 16),
    "integer-2^128": (b"340282366920938463463374607431768211456", 16),
    "lone-surrogate@escaped-high": (rb'"\ud800"', 3),
    "lone-surrogate@escaped-low": (rb'"\udc00"', 3),
    "surrogate-pair@escaped": (rb'"\ud83d\ude00"', 3),
    "surrogate@cesu": (b'"\xed\xa0\xbd\xed\xb8\x80"', 2),
    "surrogate@utf8": (b'"\xed\xa0\x80"', 2),
    "overlong@2": (b'"\xc0\xaf"', 1),
    "overlong@2-c1": (b'"\xc1\xbf"', 1),
    "overlong@3": (b'"\xe0\x80\xaf"', 2),
    "overlong@4": (b'"\xf0\x80\x80\xaf"', 2),
    "above-10ffff": (b'"\xf4\x90\x80\x80"', 2),
    "above-10ffff@f5": (b'"\xf5\x80\x80\x80"', 1),
    "byte-ff": (b'"\xff"', 1),
    "continuation-alone": (b'"\x80"', 1),
    "sequence-cut@2": (b'"\xc3"', 2),
    "sequence-cut@3": (b'"\xe2\x80"', 3),
    "sequence-cut@end": (b'"\xf0\x9f\x98', 4),
    "latin-1": (b'"\xe9t\xe9"', 2),
    "solidus-escaped": (rb'"\/"', 2),
    "printable-escaped": (rb'"\u0041"', 5),
    "non-ascii-escaped": (rb'"\u00e9"', 5),
    "line-separator-escaped": (rb'"\u2028"', 3),
    "delete-escaped": (rb'"\u007f"', 5),
    "newline-by-number": (rb'"\u000a"', 6),
    "tab-by-number": (rb'"\u0009"', 6),
    "quote-by-number": (rb'"\u0022"', 5),
    "escape-upper-case": (rb'"\u001F"', 6),
    "escape-upper-case-u": (rb'"\U0000001f"', 2),
    "escape-hex": (rb'"\x1f"', 2),
    "escape-unknown": (rb'"\a"', 2),
    "escape-cut": (b'"\\', 2),
    "escape-cut@number": (rb'"\u00', 5),
    "control-raw@newline": (b'"a\nb"', 2),
    "control-raw@nul": (b'"\x00"', 1),
    "control-raw@1f": (b'"\x1f"', 1),
    "string-not-closed": (b'"abc', 4),
    "quote-single": (b"'a'", 0),
    "object-not-closed": (b'{"a":1', 6),
    "object-cut@key": (b'{"a', 3),
    "object-cut@colon": (b'{"a"', 4),
    "object-cut@value": (b'{"a":', 5),
    "array-not-closed": (b"[1", 2),
    "trailing-comma@object": (b'{"a":1,}', 7),
    "trailing-comma@array": (b"[1,]", 3),
    "comma-alone": (b"[,]", 1),
    "comma-missing": (b"[1 2]", 2),
    "closed-by-other": (b"[1}", 2),
    "comment": (b"{}//", 2),
    "true-cut": (b"tru", 3),
    "true-upper-case": (b"True", 0),
    "true-longer": (b"truee", 4),
    "depth-9": (b"[" * 9 + b"]" * 9, 8),
    "depth-9-objects": (b'{"a":' * 9 + b"1" + b"}" * 9, 40),
}


def write(name, data, **fields):
    fields.update(bytes=data.hex(), origin=ORIGIN)
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    (HERE / f"{name}.json").write_text(text + "\n")


def main():
    for old in HERE.glob("*.json"):
        old.unlink()
    for name, data in HAPPY.items():
        assert accepted(data), name
        write(f"happy-{name}", data, expect="accept")
    for name, (data, offset) in REFUSED.items():
        assert not accepted(data), name
        write(name, data, expect="refuse", offset=offset)


if __name__ == "__main__":
    main()
