"""A headless Chromium, driven by its DevTools protocol over two pipes; it needs no package."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
MISSING = "no Chromium here: the page was not opened (apt-get install chromium)"


class Chromium:
    """One page in one browser. Every request that the page makes is in ``requests``."""

    def __init__(self, *, offline: bool = True) -> None:
        assert PROGRAM is not None
        self.folder = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        to_browser, self.writes = os.pipe()
        self.reads, from_browser = os.pipe()

        def pipes() -> None:  # the browser reads descriptor 3 and writes 4
            given = os.dup(to_browser), os.dup(from_browser)
            os.dup2(given[0], 3)
            os.dup2(given[1], 4)

        self.process = subprocess.Popen(
            [
                PROGRAM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--hide-scrollbars",
                "--remote-debugging-pipe",
                f"--user-data-dir={self.folder.name}",
                "about:blank",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self.folder.name},
            preexec_fn=pipes,
            close_fds=False,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.last = 0
        self.session: str | None = None
        self.requests: list[str] = []
        self.problems: list[str] = []
        self.loaded = False
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(each["targetId"] for each in targets if each["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=page, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        if offline:
            self.call(
                "Network.emulateNetworkConditions",
                offline=True,
                latency=0,
                downloadThroughput=0,
                uploadThroughput=0,
            )

    def __enter__(self) -> Chromium:
        return self

    def __exit__(self, *_: object) -> None:
        self.session = None
        with contextlib.suppress(OSError, EOFError):
            self.call("Browser.close")
        self.process.wait(timeout=30)
        os.close(self.writes)
        os.close(self.reads)
        self.folder.cleanup()

    def _message(self) -> dict:
        while b"\0" not in self.buffer:
            more = os.read(self.reads, 1 << 20)
            if not more:
                raise EOFError("Chromium ended")
            self.buffer += more
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def _note(self, message: dict) -> None:
        method, said = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(said["exceptionDetails"])[:2000])
        elif method == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.problems.append(said["entry"]["text"])

    def call(self, method: str, **params: object) -> dict:
        self.last += 1
        asked: dict[str, object] = {"id": self.last, "method": method, "params": params}
        if self.session:
            asked["sessionId"] = self.session
        data = json.dumps(asked).encode() + b"\0"
        while data:
            data = data[os.write(self.writes, data) :]
        while True:
            message = self._message()
            if message.get("id") == self.last:
                assert "error" not in message, message
                return message["result"]
            self._note(message)

    def open(self, path: Path) -> None:
        self.visit(path.as_uri())

    def visit(self, url: str) -> None:
        self.loaded = False
        self.call("Page.navigate", url=url)
        while not self.loaded:
            self._note(self._message())

    def ask(self, expression: str) -> object:
        """The value of an expression of the page, of a promise what it gives."""
        told = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in told, json.dumps(told["exceptionDetails"])[:3000]
        return told["result"].get("value")

    def choose(self, selector: str, *paths: Path) -> None:
        """What a user does in the dialogue of an <input type=file>."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def wait_for(self, expression: str) -> object:
        """The first true value of an expression."""
        until = time.monotonic() + 60
        while not (value := self.ask(expression)):
            assert time.monotonic() < until, (expression, self.problems)
            time.sleep(0.02)
        return value

    def look(self, *, width: int, dark: bool = False) -> bytes:
        """The whole page as a PNG at a window's width."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])
