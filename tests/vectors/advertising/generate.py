#!/usr/bin/env python3
"""Writes the vectors of this folder. What each expects is written here by hand from the law sheet,
section 1.1, and its digest is computed here, so that neither comes from libconsent.

    python3 tests/vectors/advertising/generate.py            writes them
    python3 tests/vectors/advertising/generate.py --check    says which are stale
"""

import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
PACK = "ru-ad-2026-11-22"
BEFORE_THE_EDITION = "2026-07-01T00:00:00.000000Z"
SIGNS = ["distributed", "indefinite_circle", "attention", "interest", "promotion"]
ALL = dict.fromkeys(SIGNS, "yes")
LETTER = "fas/2007/indefinite-circle"


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def case(
    name,
    what,
    answers,
    answer,
    by="",
    missing=(),
    purpose="",
    also=(),
    at=BEFORE_THE_EDITION,
    text=None,
):
    """`by`: the deciding row. `also`: rows that must be shown beside it. `purpose`: "" for none."""
    told = {"answers": answers, "pack": PACK}
    if text is not None:
        told["text"] = hashlib.sha256(text.encode()).hexdigest()
    vector = {
        "also": sorted(also),
        "answer": answer,
        "answers": answers,
        "at": at,
        "by": by,
        "digest": hashlib.sha256(canonical(told).encode()).hexdigest(),
        "missing": list(missing),
        "purpose": "unknown" if answer == "unclear" else purpose,
        "what": what,
    }
    if text is not None:
        vector["text"] = text
    return name, vector


def cases():
    yield case(
        "every-sign",
        "all five signs of art. 3 and no exception",
        ALL,
        "yes",
        "ru/38-fz/3-1",
        purpose="advertising",
    )
    yield case(
        "every-sign-and-text",
        "the text goes into the digest and decides nothing",
        ALL,
        "yes",
        "ru/38-fz/3-1",
        purpose="advertising",
        text="Приходите на новую распродажу.",
    )
    for sign in SIGNS:
        row = "ru/38-fz/3-1/" + sign.replace("_", "-")
        without = {**ALL, sign: "no"}
        also = []
        if sign == "indefinite_circle":
            without["personal_form_only"] = "no"
            also = [LETTER]
        yield case(f"no-{sign}", "one sign is not there", without, "no", row, [sign], also=also)
        left = {key: said for key, said in ALL.items() if key != sign}
        yield case(f"unasked-{sign}", "one sign was not asked", left, "unclear", missing=[sign])
        yield case(
            f"unknown-{sign}",
            "one sign was asked and is not known",
            {**ALL, sign: "unknown"},
            "unclear",
            missing=[sign],
        )
    yield case("nothing-asked", "no answer at all", {}, "unclear", missing=SIGNS)
    yield case(
        "two-signs-missing",
        "each sign that is not there is named",
        {**ALL, "interest": "no", "promotion": "no"},
        "no",
        "ru/38-fz/3-1/interest",
        ["interest", "promotion"],
        also=["ru/38-fz/3-1/promotion"],
    )
    yield case(
        "one-sign-missing-others-unknown",
        "one missing sign is enough, whatever the others are",
        {"promotion": "no"},
        "no",
        "ru/38-fz/3-1/promotion",
        ["promotion"],
    )

    # A personal form of address.
    yield case(
        "named-call",
        "P7: a name in the address does not take a call out of the indefinite circle",
        {**ALL, "indefinite_circle": "no", "personal_form_only": "yes"},
        "yes",
        "ru/38-fz/3-1",
        purpose="advertising",
        also=["ru/38-fz/3/personal-form", LETTER],
    )
    for said in ("unknown", None):
        answers = {**ALL, "indefinite_circle": "no"}
        if said is not None:
            answers["personal_form_only"] = said
        yield case(
            f"named-call-form-{said or 'unasked'}",
            "not an indefinite circle, and nobody said that it is more than the name",
            answers,
            "unclear",
            missing=["personal_form_only"],
            also=[LETTER],
        )

    # Reminders.
    yield case(
        "reminder-alone",
        "a reminder that the company is always glad to help",
        {"reminder": "yes"},
        "yes",
        "ru/38-fz/3-1",
        purpose="advertising",
        also=["policy/reminder"],
    )
    yield case(
        "reminder-marked-otherwise",
        "the asker says that it promotes nothing",
        {"reminder": "yes", "promotion": "no"},
        "no",
        "ru/38-fz/3-1/promotion",
        ["promotion"],
        also=["policy/reminder", "policy/reminder/marked"],
    )
    yield case(
        "reminder-with-unknown-signs",
        "what nobody knows does not take a reminder out",
        {"reminder": "yes", **dict.fromkeys(SIGNS, "unknown")},
        "yes",
        "ru/38-fz/3-1",
        purpose="advertising",
        also=["policy/reminder"],
    )

    # Service and mixed.
    detail = "ru/practice/service/detail"
    yield case(
        "service",
        "a balance, a delivery: no promotion in it",
        {"service": "yes", "promotion": "no"},
        "no",
        "ru/practice/service",
        ["promotion"],
        "service",
        also=["ru/38-fz/3-1/promotion", detail],
    )
    yield case(
        "service-that-promotes",
        "mixed is advertising, whatever else is said of it",
        {"service": "yes", "promotion": "yes", "indefinite_circle": "no"},
        "yes",
        "ru/practice/mixed/promotes",
        purpose="mixed",
        also=[detail, LETTER],
    )
    yield case(
        "service-and-mixed",
        "promotes nothing, and yet offers something else",
        {"service": "yes", "promotion": "no", "mixed": "yes"},
        "yes",
        "ru/practice/mixed",
        purpose="mixed",
        also=[detail],
    )
    yield case(
        "service-perhaps-mixed",
        "nobody knows whether it offers something else",
        {"service": "yes", "promotion": "no", "mixed": "unknown"},
        "unclear",
        missing=["mixed"],
        also=[detail],
    )
    yield case(
        "service-alone",
        "whether it promotes was not asked",
        {"service": "yes"},
        "unclear",
        missing=SIGNS,
        also=[detail],
    )
    yield case(
        "mixed-political",
        "an exception does not cover what stands beside it",
        {"political": "yes", "mixed": "yes"},
        "yes",
        "ru/practice/mixed",
        purpose="mixed",
    )

    # Exceptions.
    yield case(
        "political",
        "item 1",
        {**ALL, "political": "yes"},
        "no",
        "ru/38-fz/2-2/1",
        purpose="political",
    )
    yield case("mandatory", "item 2", {**ALL, "mandatory": "yes"}, "no", "ru/38-fz/2-2/2")
    reference = {**ALL, "reference": "yes", "promotion_main_aim": "no", "social": "no"}
    yield case("reference", "item 3", reference, "no", "ru/38-fz/2-2/3")
    for key in ("promotion_main_aim", "social"):
        yield case(
            f"reference-{key}",
            "a condition of item 3 does not hold",
            {**reference, key: "yes"},
            "yes",
            "ru/38-fz/3-1",
            purpose="advertising",
        )
        yield case(
            f"reference-{key}-unasked",
            "a condition of item 3 was not asked",
            {k: v for k, v in reference.items() if k != key},
            "unclear",
            missing=[key],
        )
    yield case(
        "public-body",
        "item 4, whose condition nobody has read",
        {**ALL, "public_body": "yes"},
        "unclear",
        "ru/38-fz/2-2/4",
    )
    yield case(
        "public-body-without-promotion",
        "a sign is missing anyhow",
        {**ALL, "promotion": "no", "public_body": "yes"},
        "no",
        "ru/38-fz/3-1/promotion",
        ["promotion"],
    )
    yield case("plate", "item 5", {**ALL, "plate": "yes"}, "no", "ru/38-fz/2-2/5")
    yield case(
        "private-announcement",
        "item 6",
        {**ALL, "private_announcement": "yes"},
        "no",
        "ru/38-fz/2-2/6",
    )
    yield case(
        "product-information",
        "item 7, of which the heading alone was read",
        {**ALL, "product_information": "yes"},
        "unclear",
        "ru/38-fz/2-2/7",
    )
    for key, item in (("packaging", 8), ("mention", 9)):
        yield case(
            key,
            f"item {item} is unconfirmed: it warns and takes nothing out",
            {**ALL, key: "yes"},
            "yes",
            "ru/38-fz/3-1",
            purpose="advertising",
            also=[f"ru/38-fz/2-2/{item}"],
        )
    yield case(
        "political-unknown",
        "an exception that was asked and is not known",
        {**ALL, "political": "unknown"},
        "unclear",
        missing=["political"],
    )

    # Scope and time.
    yield case("abroad", "not spread in Russia", {**ALL, "territory": "no"}, "no", "ru/38-fz/2-1")
    yield case(
        "perhaps-abroad",
        "where it is spread is not known",
        {**ALL, "territory": "unknown"},
        "unclear",
        missing=["territory"],
    )
    yield case(
        "before-the-law",
        "the last moment before 1 July 2006 in Moscow: no row in force",
        ALL,
        "unclear",
        at="2006-06-30T19:59:59.999999Z",
    )
    yield case(
        "first-day-of-the-law",
        "1 July 2006, midnight in Moscow",
        ALL,
        "yes",
        "ru/38-fz/3-1",
        purpose="advertising",
        at="2006-06-30T20:00:00.000000Z",
    )
    edition = "ru/38-fz/edition-2026-07-26"
    yield case(
        "day-of-the-unread-edition",
        "26 July 2026, midnight in Moscow",
        ALL,
        "yes",
        "ru/38-fz/3-1",
        purpose="advertising",
        also=[edition],
        at="2026-07-25T21:00:00.000000Z",
    )
    yield case(
        "later-than-known",
        "the rows do not know what became law after their last day",
        ALL,
        "yes",
        "ru/38-fz/3-1",
        purpose="advertising",
        also=[edition, "default/known-until"],
        at="2026-11-22T21:00:00.000000Z",
    )


def main():
    files = {f"{name}.json": canonical(vector) + "\n" for name, vector in cases()}
    stale = [
        name
        for name, text in files.items()
        if not (HERE / name).exists() or (HERE / name).read_text(encoding="utf-8") != text
    ]
    stale += [path.name for path in HERE.glob("*.json") if path.name not in files]
    if "--check" in sys.argv:
        print(*sorted(stale), sep="\n")
        return 1 if stale else 0
    for path in HERE.glob("*.json"):
        path.unlink()
    for name, text in files.items():
        (HERE / name).write_text(text, encoding="utf-8")
    print(f"{len(files)} vectors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
