"""Chromium without a window, driven over its own pipe: what a page asks for, says, measures and does under keys."""

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
KEYS = {"Tab": 9, "Enter": 13, " ": 32}
DEADLINE_S = 60


class Browser:
    """A running Chromium; `page` opens one page in it."""

    def __init__(self, orders: int, answers: int) -> None:
        self.orders, self.answers = os.fdopen(orders, "wb", buffering=0), os.fdopen(answers, "rb")
        self.count, self.waiting, self.events = 0, b"", []

    def call(self, method: str, session: str | None = None, **params: object) -> dict:
        """One order and its answer; events that come before it are kept."""
        self.count += 1
        order = {"id": self.count, "method": method, "params": params}
        self.orders.write(json.dumps(order | ({"sessionId": session} if session else {})).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def _next(self) -> dict:
        while b"\0" not in self.waiting:
            found = self.answers.read1(1 << 20)
            if not found:
                raise RuntimeError("Chromium went away")
            self.waiting += found
        message, _, self.waiting = self.waiting.partition(b"\0")
        return json.loads(message)

    def wait(self, event: str, session: str) -> None:
        """Until an event of the page has come."""
        while not any(one.get("method") == event and one.get("sessionId") == session for one in self.events):
            self.events.append(self._next())


class Page:
    """One page: `asked` are the addresses it asked for beside its own, `said` what its console says."""

    def __init__(self, browser: Browser, address: str, *, width: int = 1280) -> None:
        self.browser, self.address = browser, address
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for room in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{room}.enable")
        self.resize(width)
        self._call("Page.navigate", url=address)
        browser.wait("Page.loadEventFired", self.session)

    def _call(self, method: str, **params: object) -> dict:
        return self.browser.call(method, self.session, **params)

    def resize(self, width: int) -> None:
        """As wide as that, and a screen high."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)

    def print(self) -> None:
        """As it would look on paper, from now on."""
        self._call("Emulation.setEmulatedMedia", media="print")

    def value(self, script: str) -> object:
        """What a script in the page comes to."""
        found = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"])
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """A key, as a hand would."""
        code, text = KEYS[key], {"Enter": "\r", " ": " "}.get(key, "")
        shared = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self._call("Input.dispatchKeyEvent", type="keyDown", text=text, **shared)
        self._call("Input.dispatchKeyEvent", type="keyUp", **shared)

    def _told(self, *methods: str) -> Iterator[dict]:
        self.value("1")  # what was said before now has come once this is answered
        for event in self.browser.events:
            if event.get("sessionId") == self.session and event["method"] in methods:
                yield event["params"]

    @property
    def asked(self) -> set[str]:
        found = {event["request"]["url"] for event in self._told("Network.requestWillBeSent")}
        return found - {self.address}

    @property
    def said(self) -> list[dict]:
        return list(self._told("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"))


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A Chromium that keeps what it writes in `folder`."""
    (order_in, order_out), (answer_in, answer_out) = os.pipe(), os.pipe()
    high_in, high_out = (
        fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (order_in, answer_out)
    )  # 3 and 4 are Chromium's

    def hand_over() -> None:
        os.dup2(high_in, 3)
        os.dup2(high_out, 4)

    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]
    command += [f"--user-data-dir={folder / 'profile'}", "about:blank"]
    process = subprocess.Popen(
        command, preexec_fn=hand_over, pass_fds=(3, 4), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for end in (order_in, answer_out, high_in, high_out):
        os.close(end)
    try:
        yield Browser(order_out, answer_in)
    finally:
        process.terminate()
        process.wait(DEADLINE_S)
