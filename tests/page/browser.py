"""A headless Chromium, spoken to through a pipe by its DevTools protocol."""

import base64
import collections
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome")
LIMIT = 60


def find():
    """The program, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page in a browser of its own. What the page said is in said, what it
    asked for in requests."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="page-")
        to_browser, our_writes = os.pipe()
        our_reads, from_browser = os.pipe()

        def place():
            # 3 and 4 may themselves be among the four
            reads, writes = os.dup(to_browser), os.dup(from_browser)
            high = [os.dup2(reads, 100), os.dup2(writes, 101)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        command = [
            find(), "--headless=new", "--no-sandbox", "--disable-gpu",
            "--hide-scrollbars", "--disable-extensions", "--no-first-run",
            "--disable-background-networking", "--disable-dev-shm-usage",
            "--remote-debugging-pipe", "--user-data-dir=" + self.profile,
        ]
        self.process = subprocess.Popen(
            command, preexec_fn=place, close_fds=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.writes, self.reads = our_writes, our_reads
        self.rest = b""
        self.number = 0
        self.events = collections.deque()
        self.said = []
        self.requests = []
        target = self.send("Target.createTarget", {"url": "about:blank"}, None)
        self.session = self.send(
            "Target.attachToTarget",
            {"targetId": target["targetId"], "flatten": True}, None,
        )["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Emulation"):
            if domain != "Emulation":
                self.send(domain + ".enable")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.writes)
        os.close(self.reads)
        shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- the protocol: JSON texts, each ended by NUL -------------------------

    def receive(self, limit):
        end = time.monotonic() + limit
        while b"\0" not in self.rest:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.reads], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            data = os.read(self.reads, 1 << 20)
            if not data:
                raise EOFError("the browser is gone")
            self.rest += data
        text, _, self.rest = self.rest.partition(b"\0")
        return json.loads(text)

    def note(self, message):
        """Keeps what the tests look at."""
        method, params = message.get("method"), message.get("params", {})
        if method == "Runtime.consoleAPICalled":
            self.said.append(json.dumps(params["args"]))
        elif method == "Runtime.exceptionThrown":
            self.said.append(json.dumps(params["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.said.append(params["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.said.append("dialog: " + params["message"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        self.events.append(method)

    def send(self, method, params=None, session=""):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params or {}}
        if session is not None:
            message["sessionId"] = session or self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.writes, data):]
        while True:
            reply = self.receive(LIMIT)
            if reply.get("id") == self.number:
                if "error" in reply:
                    raise RuntimeError(method + ": " + str(reply["error"]))
                return reply["result"]
            self.note(reply)

    # ---- what tests do -------------------------------------------------------

    def open(self, url, width=1280, height=800, scheme="light", script=True):
        self.send("Emulation.setScriptExecutionDisabled", {"value": not script})
        self.send("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": False})
        self.send("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.said, self.requests = [], []
        self.events.clear()
        self.send("Page.navigate", {"url": url})
        while "Page.loadEventFired" not in self.events:
            self.note(self.receive(LIMIT))

    def ask(self, expression):
        """What an expression gives, as JSON holds it."""
        result = self.send("Runtime.evaluate", {
            "expression": expression, "returnByValue": True,
            "awaitPromise": True, "userGesture": True})
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def picture(self, path, whole=True):
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"],
                "height": min(size["height"], 12000), "scale": 1}
        result = self.send("Page.captureScreenshot", {
            "captureBeyondViewport": whole, **({"clip": clip} if whole else {})})
        with open(path, "wb") as file:
            file.write(base64.b64decode(result["data"]))

    def print(self, path):
        result = self.send("Page.printToPDF", {"printBackground": False})
        with open(path, "wb") as file:
            file.write(base64.b64decode(result["data"]))
