"""verify.html in a real browser: it says what verify.py says, and asks no network for anything."""

from __future__ import annotations

import base64
import http.server
import importlib.util
import io
import json
import re
import sys
import threading
import zipfile
from pathlib import Path

import pytest

import bundle_vectors
import chromium
import consent
from romashka import INN, LATER, NUMBER, OTHER, SAID, WORDING

ROOT = Path(__file__).resolve().parents[2]
STANDALONE = ROOT / "python" / "consent" / "standalone"
PAGE = STANDALONE / "verify.html"
RECEIPTS = ROOT / "tests" / "vectors" / "receipt"


def load(name: str, path: Path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


script = load("verify_py_beside_the_page", STANDALONE / "verify.py")
build = load("build_of_the_page", STANDALONE / "page" / "build.py")


def test_the_page_is_built_from_its_sources():
    assert PAGE.read_text(encoding="utf-8") == build.page(), (
        "run python/consent/standalone/page/build.py"
    )


def test_the_page_allows_one_script_and_one_style_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)[1]
    code, style = (
        re.search(rf"<{tag}>(.*?)</{tag}>", text, re.S)[1] for tag in ("script", "style")
    )
    assert policy == (
        f"default-src 'none'; script-src '{build.source_hash(code)}'; "
        f"style-src '{build.source_hash(style)}'; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(
        r"<(img|link|iframe|object|form)\b|\bsrc=|https?://|innerHTML|\beval\(", text
    )


# --- what it says ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    if chromium.PROGRAM is None:
        pytest.skip(chromium.MISSING)
    with chromium.Chromium() as opened:
        yield opened


@pytest.fixture
def page(browser):
    """The page afresh; whatever the test did, it asked for nothing and broke nowhere."""
    browser.requests.clear()
    browser.problems.clear()
    browser.open(PAGE)
    yield browser
    assert browser.requests == [PAGE.as_uri()]
    assert browser.problems == []


def packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


ASK = """(async (jobs) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const told = [];
  for (const job of jobs) {
    const keys = job.keys.map(libconsent.parseKey);
    const held = (job.receipts || []).map(bytes);
    try {
      let done;
      const files = (job.files || []).map(([name, data]) => [name, bytes(data)]);
      if (job.files) done = await libconsent.checkFiles(files, keys, held);
      else if ("zip" in job) done = await libconsent.checkZip(bytes(job.zip), keys, held);
      else if (job.export) done = await libconsent.checkExport(bytes(job.export), keys);
      else done = await libconsent.checkOneReceipt(bytes(job.receipt), keys);
      told.push({ en: libconsent.asJson(done, "en"), ru: libconsent.asJson(done, "ru") });
    } catch (error) {
      if (!("ru" in error)) throw error;
      told.push("cannot read");
    }
  }
  return JSON.stringify(told);
})"""


def ask(page, jobs):
    return json.loads(page.ask(f"{ASK}({json.dumps(jobs)})"))


def script_says(files, keys=(), receipts=()):
    """The documents of verify.py --json, in both languages."""
    bundle = script.Bundle([], [script.parse_key(key) for key in keys])
    try:
        bundle = script.Bundle(files(), bundle.keys, list(receipts))
    except script.FailedError as failure:
        bundle.failure = failure
    except script.CannotReadError:
        return "cannot read"
    else:
        bundle.run()
    return {
        "en": json.loads(script.as_json(bundle, 0)),
        "ru": json.loads(script.as_json(bundle, 1)),
    }


def test_it_says_of_every_pack_what_verify_py_says_in_both_languages(page):
    names = bundle_vectors.names()
    vectors = [bundle_vectors.load(name) for name in names]
    jobs = [
        {
            "files": [(name, packed(data)) for name, data in each.files],
            "keys": each.keys,
            "receipts": [packed(receipt) for receipt in each.receipts],
        }
        for each in vectors
    ]
    for name, vector, told in zip(names, vectors, ask(page, jobs), strict=True):
        assert told == script_says(lambda v=vector: list(v.files), vector.keys, vector.receipts), (
            name
        )
        problem = told["en"]["problem"]
        assert (told["en"]["verdict"], problem["step"] if problem else 0) == (
            vector.verdict,
            vector.step,
        ), name


def test_it_says_of_every_receipt_what_the_vector_says(page):
    vectors = {path.stem: json.loads(path.read_text()) for path in sorted(RECEIPTS.glob("*.json"))}
    jobs = [
        {"receipt": packed(each["receipt"].encode()), "keys": each["keys"]}
        for each in vectors.values()
    ]
    for (name, vector), told in zip(vectors.items(), ask(page, jobs), strict=True):
        problem = told["en"]["problem"]
        assert told["en"]["verdict"] == vector["verdict"], name
        assert (problem["step"] if problem else 0) == vector["step"], name


def test_it_accepts_and_refuses_every_entry_as_the_vectors_say(page):
    vectors = {}
    for path in sorted((ROOT / "tests" / "vectors" / "entry").glob("*.json")):
        vectors[path.stem] = json.loads(path.read_text(encoding="utf-8"))
    data = [
        packed(bytes.fromhex(each["bytes_hex"]) if "bytes_hex" in each else each["bytes"].encode())
        for each in vectors.values()
    ]
    accepts = page.ask(
        """((all) => all.map((text) => {
          const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          try {
            return libconsent.checkEntryAlone(data);
          } catch (error) {
            return "no: " + error.message;
          }
        }))"""
        f"({json.dumps(data)})"
    )
    for (name, vector), said in zip(vectors.items(), accepts, strict=True):
        assert (said is True) == (vector["expect"] == "accept"), (name, said)
        assert said in (True, False) or "undefined" not in said, (name, said)


def zip_of(files, method=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def hostile_zips():
    """Containers that hide something, and one cut or changed at each of many places."""
    happy = list(bundle_vectors.load("happy").files)
    whole = zip_of(happy)
    yield whole
    yield zip_of(happy, zipfile.ZIP_STORED)
    for name in (
        "../evil",
        "/etc/evil",
        "C:evil",
        "a\\b",
        "файл",
        "a//b",
        "x" * 241,
        'a"b',
        "con.txt",
    ):
        yield zip_of([*happy, (name, b"x")])
    yield zip_of([*happy, ("bomb.txt", bytes(10_000_000))])
    yield zip_of([(f"a{i}", b"") for i in range(10_001)])
    yield zip_of([*happy, ("folder/", b"")])
    yield zip_of([*happy, ("folder/", b"x")])
    yield zip_of(happy, zipfile.ZIP_BZIP2)
    yield b"#!/bin/sh\n" + whole
    yield b"no ZIP"
    yield b""
    link = zipfile.ZipInfo("case.json")
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    yield buffer.getvalue()
    for at in range(0, len(whole), 61):
        yield whole[:at]
        yield whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


@pytest.mark.parametrize("own", [False, True], ids=["browser-inflates", "page-inflates"])
def test_it_says_of_hostile_containers_what_verify_py_says(own, page, tmp_path):
    if own:  # as in browsers that lack both, or refuse them to a page opened from a file
        page.ask(
            "globalThis.DecompressionStream = undefined;"
            "Object.defineProperty(crypto, 'subtle', {value: undefined}); 0"
        )
    zips = list(hostile_zips())
    path = tmp_path / "x.zip"
    agreed = 0
    said = ask(page, [{"zip": packed(each), "keys": []} for each in zips])
    for i, (data, told) in enumerate(zip(zips, said, strict=True)):
        path.write_bytes(data)
        expected = script_says(lambda: script.read_container(path))
        agreed += told == expected
        # Where a bit of the container's own fields is wrong, one of the two may read it, but the
        # page proves nothing that verify.py does not.
        if told != expected:
            assert told == "cannot read" or told["en"]["verdict"] != "proven", i
    assert agreed >= len(zips) * 0.95


def exported(folder: Path, with_file: bytes = b"") -> tuple[bytes, str]:
    """An export of a small log with an older checkpoint, and the log's key."""
    organisation = consent.Organisation(inn=INN)
    with consent.Log.create(
        folder / "romashka", origin="romashka.example/consent", distributor=organisation, now=SAID
    ) as log:
        for number in (NUMBER, OTHER):
            log.append_at(
                consent.ConsentGiven(
                    number,
                    purposes={"advertising"},
                    channels={"voice"},
                    method="web_form",
                    wording=WORDING,
                    evidence=[consent.EvidenceFile(with_file, kind="recording")]
                    if with_file
                    else (),
                    at=SAID,
                ),
                LATER,
            )
            log.checkpoint()
        log.append_at(consent.ConsentWithdrawn(NUMBER, means="message", at=LATER), LATER)
        log.append_at(consent.NumberReassigned(OTHER, at=LATER), LATER)
        log.export_entries(folder / "log.entries")
        return (folder / "log.entries").read_bytes(), log.verifier_key


def test_an_export_is_proven_by_a_given_key_alone(tmp_path, page):
    data, key = exported(tmp_path)
    given, without, other = ask(
        page,
        [
            {"export": packed(data), "keys": keys}
            for keys in ([key], [], bundle_vectors.load("happy").keys)
        ],
    )
    assert given["en"]["verdict"] == "proven", given
    assert (given["en"]["coverage"]["entries"], given["en"]["coverage"]["signed_up_to"]) == (5, 5)
    assert "2 subjects" in given["en"]["question"]
    assert (without["en"]["verdict"], without["en"]["problem"]["step"]) == ("not_proven", 9)
    assert (other["en"]["verdict"], other["en"]["problem"]["step"]) == ("not_proven", 9)


def test_an_export_changed_anywhere_is_not_proven(tmp_path, page):
    data, key = exported(tmp_path, b"a recording")
    lines = data.split(b"\n")
    entries = [i for i, line in enumerate(lines) if line.startswith(b"{")]
    second, third = entries[2], entries[3]
    evidence = next(i for i, line in enumerate(lines) if line.startswith(b"evidence "))
    cases = {
        "cut": data[: len(data) // 2],
        "cut before the end": data[: data.rindex(b"end ")],
        "last newline gone": data[:-1],
        "something behind": data + b"more\n",
        "an entry taken out": b"\n".join(lines[:second] + lines[third:]),
        "two changed over": b"\n".join(
            [*lines[:second], lines[third], lines[second], *lines[third + 1 :]]
        ),
        "an entry twice": b"\n".join([*lines[:third], lines[second], *lines[third:]]),
        "not canonical": data.replace(b'{"at":', b'{ "at":', 1),
        "another time": data.replace(b'"at":"2026', b'"at":"2025', 1),
        "another count": data.replace(b"consent-entries/v1 5 ", b"consent-entries/v1 4 ", 1),
        "another version": data.replace(b"/v1 ", b"/v2 ", 1),
        "evidence of another entry": b"\n".join(
            [
                *lines[:evidence],
                lines[evidence].replace(b"evidence 1 ", b"evidence 3 "),
                *lines[evidence + 1 :],
            ]
        ),
    }
    jobs = [{"export": packed(altered), "keys": [key]} for altered in cases.values()]
    for name, told in zip(cases, ask(page, jobs), strict=True):
        assert cases[name] != data, name
        assert told["en"]["verdict"] == "refuted", name
        assert told["ru"]["problem"]["step"] == told["en"]["problem"]["step"]


def test_an_export_that_lacks_what_an_older_checkpoint_signed_is_refuted(tmp_path, page):
    one, key = exported(tmp_path)
    lines = one.split(b"\n")
    note = next(line for line in lines if line.startswith(b"checkpoint "))
    forged = base64.b64decode(note.split(b" ")[1]).replace(b"\n2\n", b"\n3\n", 1)
    altered = one.replace(note, b"checkpoint " + base64.b64encode(forged))
    assert altered != one
    (told,) = ask(page, [{"export": packed(altered), "keys": [key]}])
    assert (told["en"]["verdict"], told["en"]["problem"]["step"]) == ("refuted", 3)


# --- by hand --------------------------------------------------------------------------------------


@pytest.fixture
def pack(tmp_path):
    """A pack in its ZIP, the same in a folder, a receipt that refutes it and the log's key."""
    vector = bundle_vectors.load("receipt-of-left-out-entry")
    (tmp_path / "proof.zip").write_bytes(zip_of(vector.files))
    for name, data in vector.files:
        path = tmp_path / "unpacked" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "own.receipt").write_bytes(vector.receipts[0])
    (tmp_path / "key.txt").write_text(vector.keys[0] + "\n")
    return tmp_path


def verdict(page) -> str:
    return page.wait_for("document.querySelector('.verdict strong')?.innerText")


def test_a_chosen_pack_is_proven_only_by_the_key_it_names_until_a_key_is_given(pack, page):
    page.choose("#files", pack / "proof.zip")
    assert verdict(page) == "PROVEN BY THE KEY IN THE FILE"
    page.choose("#files", pack / "proof.zip", pack / "key.txt")
    page.wait_for("Boolean(document.querySelector('.verdict.proven'))")
    assert verdict(page) == "PROVEN"
    assert "+79161234567" in page.ask("document.querySelector('.result').innerText")


def test_a_chosen_folder_is_a_pack_too(pack, page):
    page.choose("#folder", pack / "unpacked")
    assert verdict(page) == "PROVEN BY THE KEY IN THE FILE"


def test_a_receipt_beside_the_pack_refutes_it(pack, page):
    page.choose("#files", pack / "proof.zip", pack / "own.receipt")
    assert verdict(page) == "REFUTED"
    assert "leaves out entry" in page.ask("document.querySelector('.verdict').innerText")


def test_what_is_no_proof_is_named_and_not_shown_as_markup(pack, page):
    name = "<img src=x onerror=document.title=1>.bin"
    (pack / name).write_bytes(b"\x00<script>document.title=2</script>")
    page.choose("#files", pack / name)
    text = page.wait_for("document.querySelector('#results .warning')?.innerText")
    assert text.startswith(name)
    assert page.ask("document.title") == "Check a consent pack, receipt or log export"


def test_the_folder_of_a_log_is_told_to_be_exported(tmp_path, page):
    (tmp_path / "romashka").mkdir()
    (tmp_path / "romashka" / "log.db").write_bytes(b"SQLite format 3")
    page.choose("#folder", tmp_path / "romashka")
    assert "consent export --entries" in page.wait_for(
        "document.querySelector('#results .warning')?.innerText"
    )


def test_it_says_that_a_page_from_the_pack_proves_nothing_about_it(page):
    for lang, words in (
        ("en", "proves nothing about that pack"),
        ("ru", "о нём она ничего не доказывает"),
    ):
        page.ask(f"document.querySelector('.languages [lang={lang}]').click()")
        assert words in page.ask("document.body.innerText")
        assert page.ask("document.documentElement.lang") == lang


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_it_fits_a_telephone_in_both_languages_and_themes(lang, dark, pack, page):
    page.choose("#files", pack / "proof.zip", pack / "own.receipt", pack / "key.txt")
    verdict(page)
    page.ask(f"document.querySelector('.languages [lang={lang}]').click()")
    (pack / "telephone.png").write_bytes(page.look(width=390, dark=dark))
    assert page.ask("document.documentElement.scrollWidth") <= 390
    colours = page.ask(
        "[document.body, document.querySelector('.verdict'), document.querySelector('.soft')]"
        ".map((e) => getComputedStyle(e)).map((s) => [s.color, s.backgroundColor])"
    )
    paper = colours[0][1]
    for ink, ground in colours:
        clear = ground.replace(" ", "") == "rgba(0,0,0,0)"
        assert contrast(ink, paper if clear else ground) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, 1.4.3."""

    def light(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


# --- nothing leaves -------------------------------------------------------------------------------


def test_even_a_script_of_its_own_could_send_nothing_out():
    if chromium.PROGRAM is None:
        pytest.skip(chromium.MISSING)
    hits = []

    class Counter(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counter)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    with chromium.Chromium(offline=False) as opened:
        opened.open(PAGE)
        outcome = opened.ask(
            f"""(async () => {{
              const url = {json.dumps(url)};
              const failed = await fetch(url).then(() => 'sent', () => 'refused');
              const load = (node) => new Promise((end) => {{
                node.onload = () => end('sent');
                node.onerror = () => end('refused');
                document.body.append(node);
              }});
              const image = Object.assign(new Image(), {{ src: url }});
              const code = Object.assign(document.createElement('script'), {{ src: url }});
              const beacon = navigator.sendBeacon(url, 'x');
              return [failed, await load(image), await load(code), beacon].join();
            }})()"""
        )
        assert outcome.startswith("refused,refused,refused")
        # The same calls from a page without the policy do arrive: the counter counts.
        opened.visit(url)
    server.shutdown()
    server.server_close()
    assert "/" in hits
    assert [path for path in hits if path != "/favicon.ico"] == ["/"]
