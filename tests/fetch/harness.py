"""What every case has: a directory, a home, stand-ins, and vcnmeta to run."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from standin import Standin, certs, cloud  # noqa: E402
from standin.__main__ import USER  # noqa: E402

CASES = []
SECONDS = 40
EACH = False  # each call is made to fail, not only some of them


class Failed(Exception):
    pass


class Skip(Exception):
    pass


def case(name, *variants):
    """Registers a case; with variants one for each, as a second argument."""
    def register(function):
        if not variants:
            CASES.append((name, function, ()))
        for variant in variants:
            text = "-".join(map(str, variant)) \
                if isinstance(variant, tuple) else str(variant)
            text = re.sub("[^!-~]+", "_", text[:60])
            CASES.append((f"{name}-{text}", function, (variant,)))
        return function
    return register


class Result:
    def __init__(self, status, out, err, usage, seconds):
        self.status = status
        self.out = out
        self.err = err
        self.rss_kib = usage.ru_maxrss
        self.seconds = seconds

    def __str__(self):
        err = self.err if len(self.err) < 3000 else self.err[:3000] + "…"
        return f"exit status {self.status}, stderr:\n{err}"


class Case:
    def __init__(self, vcnmeta, vcnflow):
        self.vcnmeta = vcnmeta
        self.vcnflow = vcnflow
        self.dir = tempfile.mkdtemp(prefix="fetch.")
        self.home = os.path.join(self.dir, "home")
        self.oci = os.path.join(self.home, ".oci")
        self.work = os.path.join(self.dir, "work")
        os.makedirs(self.oci, mode=0o700)
        os.mkdir(self.work)
        self.out = os.path.join(self.work, "net.lut")
        self.started = []
        self.processes = []
        self.old_bytes = None

    def close(self):
        for process in self.processes:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for standin in self.started:
            standin.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    # -- the other side ------------------------------------------------------

    @property
    def server(self):
        return self.started[0]

    def standin(self, *rules, **options):
        """Starts a stand-in; the first is the one that fetch() talks to."""
        options.setdefault("odd_tokens", True)
        standin = Standin(rules=rules, **options).start()
        self.started.append(standin)
        self.allow(certs.shared_rsa_key("api"), standin)
        return standin

    def allow(self, key, standin=None, tenancy=None):
        standin = standin or self.server
        standin.keys.api_keys[self.key_id(key, tenancy)] = key.public_key()

    @staticmethod
    def key_id(key, tenancy=None):
        return f"{tenancy or cloud.TENANCY}/{USER}/{certs.fingerprint(key)}"

    def requests(self, path=None):
        return [r for r in self.server.requests
                if path is None or r["path"].endswith(path)]

    @property
    def is_covered(self):
        """Is it a build that counts coverage?"""
        place = os.path.dirname(os.path.realpath(self.vcnmeta))
        with open(os.path.join(place, "flags")) as file:
            return "--coverage" in file.read()

    # -- files ---------------------------------------------------------------

    def write(self, name, text, mode=0o600):
        """A file under the case's directory; its path."""
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, mode)
        return path

    def key_file(self, key=None, name="home/.oci/key.pem", **form):
        key = key or certs.shared_rsa_key("api")
        return self.write(name, certs.private_pem(key, **form))

    def profile(self, key=None, **changes):
        """The lines of a profile; a change to None leaves the line out."""
        key = key or certs.shared_rsa_key("api")
        fields = {"user": USER, "fingerprint": certs.fingerprint(key),
                  "tenancy": cloud.TENANCY, "region": cloud.REGION,
                  "key_file": os.path.join(self.oci, "key.pem")}
        fields.update(changes)
        return "".join(f"{name}={value}\n" for name, value in fields.items()
                       if value is not None)

    def config(self, text=None, mode=0o600):
        """~/.oci/config and, unless there is one, its key."""
        if not os.path.exists(os.path.join(self.oci, "key.pem")):
            self.key_file()
        text = "[DEFAULT]\n" + self.profile() if text is None else text
        return self.write("home/.oci/config", text, mode)

    def old(self):
        """A lookup file that was there before."""
        dump = self.write("old.json", json.dumps({"data": [{
            "id": "ocid1.subnet.oc1.iad.aaaaaaaaold",
            "display-name": "old", "cidr-block": "192.168.7.0/24",
            "security-list-ids": []}]}))
        result = self.run([self.vcnmeta, "build", "-o", self.out, dump])
        self.exits(result, 0)
        with open(self.out, "rb") as file:
            self.old_bytes = file.read()

    # -- runs ----------------------------------------------------------------

    def environment(self, more):
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"),
               "HOME": self.home, "LC_ALL": "C", "TZ": "UTC"}
        for name in os.environ:
            if name.startswith(("ASAN_", "UBSAN_", "LSAN_")):
                env[name] = os.environ[name]
        env.update(more)
        return {k: v for k, v in env.items() if v is not None}

    def start(self, command, env=None, stdin=None, **options):
        files = [tempfile.TemporaryFile(dir=self.dir) for _ in range(3)]
        if stdin is not None:
            files[0].write(stdin)
            files[0].seek(0)
        options.setdefault("stderr", files[2])
        process = subprocess.Popen(
            command, env=self.environment(env or {}), cwd=self.work,
            stdin=files[0] if stdin is not None else subprocess.DEVNULL,
            stdout=files[1], start_new_session=True, **options)
        self.processes.append(process)
        process.files = files
        process.began = time.monotonic()
        return process

    def finish(self, process, timeout=SECONDS):
        killed = threading.Event()

        def kill():
            killed.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(timeout, kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in process.files[1:]:
            file.seek(0)
            texts.append(file.read().decode("utf-8", "surrogateescape"))
        result = Result(process.returncode, *texts, usage,
                        time.monotonic() - process.began)
        if killed.is_set():
            raise Failed(f"still running after {timeout} s: {result}")
        return result

    def run(self, command, timeout=SECONDS, **options):
        return self.finish(self.start(command, **options), timeout)

    def command(self, *arguments, endpoint=True, retry=False, wrap=()):
        command = [*wrap, self.vcnmeta, "fetch", "-o", self.out]
        if endpoint:
            command += ["--endpoint", self.server.endpoint]
        if self.started:
            command += ["--cert-bundle", self.server.ca_file]
        if not retry:
            command += ["--no-retry"]
        return command + list(arguments)

    def fetch(self, *arguments, endpoint=True, retry=False, wrap=(),
              **options):
        if not os.path.exists(os.path.join(self.oci, "config")):
            self.config()
        return self.run(self.command(*arguments, endpoint=endpoint,
                                     retry=retry, wrap=wrap), **options)

    # -- what must hold ------------------------------------------------------

    def true(self, condition, text):
        if not condition:
            raise Failed(text)

    def equal(self, found, expected, what="value"):
        if found != expected:
            raise Failed(f"{what}: {found!r}, expected {expected!r}")

    def exits(self, result, *statuses):
        if result.status not in statuses:
            raise Failed(f"expected exit status {statuses}: {result}")
        for line in result.err.splitlines():
            if not line.startswith("vcnmeta: ") and not line.startswith("=="):
                raise Failed(f"a message without the program's name: {line}")
        return result

    def says(self, result, *patterns):
        for pattern in patterns:
            if not re.search(pattern, result.err):
                raise Failed(f"stderr does not say {pattern!r}: {result}")

    @staticmethod
    def figure(text):
        """A line of what was measured, for who runs the suite."""
        name = os.environ.get("FIGURES")
        if name:
            with open(name, "a") as file:
                file.write(text + "\n")

    def silent(self, result):
        """Nothing on stderr but the line that says what was got."""
        err = re.sub(r"vcnmeta: fetched \d+ subnets?.*\n\Z", "", result.err)
        self.equal(err, "", "stderr")

    def works(self, *arguments, status=0, **options):
        """A fetch that succeeds; its result."""
        return self.exits(self.fetch(*arguments, **options), status)

    def refused(self, statuses, pattern, *arguments, **options):
        """A fetch that fails; the old file rule is part of that."""
        self.old()
        result = self.fetch(*arguments, **options)
        if isinstance(statuses, int):
            statuses = (statuses,)
        self.exits(result, *statuses)
        self.true(result.err.strip(), "nothing on stderr")
        self.says(result, pattern)
        self.kept()
        return result

    def kept_bytes(self, what=""):
        with open(self.out, "rb") as file:
            data = file.read()
        self.equal(hashlib.sha256(data).hexdigest(),
                   hashlib.sha256(self.old_bytes).hexdigest(),
                   f"old file {what}")
        self.tidy()

    def kept(self):
        """The old file rule of every failure."""
        self.kept_bytes()
        self.usable()

    def tidy(self):
        self.equal(os.listdir(self.work), ["net.lut"], "files beside FILE")

    def usable(self):
        self.exits(self.run([self.vcnmeta, "verify", self.out]), 0)
        if os.access(self.vcnflow, os.X_OK):
            result = self.run([self.vcnflow, "-m", self.out], stdin=b"\n")
            self.equal(result.status, 0, f"vcnflow: {result.err}")

    def show(self, path=None):
        """The lookup file by subnet OCID, without the times of fetching."""
        result = self.exits(
            self.run([self.vcnmeta, "show", path or self.out]), 0)
        lines = [json.loads(line)
                 for line in result.out.split("\n") if line]
        for line in lines:
            del line["fetched_at"]
        return {line["subnet_ocid"]: line for line in lines}

    def names(self):
        return sorted(s["display_name"] for s in self.show().values())

    def gaps(self, path):
        """Seconds between the requests for a path."""
        times = [r["time"] for r in self.requests(path)]
        return [b - a for a, b in zip(times, times[1:])]

    def all_signed(self):
        odd = [(r["target"], r["auth"]) for r in self.server.requests
               if r["auth"] != "ok"]
        self.equal(odd, [], "requests that were not signed well")


def need(tool):
    path = shutil.which(tool)
    if not path:
        raise Skip(f"{tool} is missing")
    return path
