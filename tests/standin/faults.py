"""Misbehaviour on demand: rules that match requests and spoil replies.

A rule is {"when": {…}, "skip": n, "times": n, "do": {…}}; the first rule that
matches and is not used up counts. README.md lists the words.
"""

import base64
import fnmatch
import json
import threading

from .service import failure

CODES = {400: "InvalidParameter", 401: "NotAuthenticated",
         403: "NotAuthorized", 404: "NotAuthorizedOrNotFound",
         409: "IncorrectState", 429: "TooManyRequests",
         500: "InternalServerError", 501: "MethodNotImplemented",
         503: "ServiceUnavailable"}
PLAIN = ("length", "cut", "endless", "bad_chunk", "delay", "end")


class Faults:
    def __init__(self, rules=()):
        self.lock = threading.Lock()
        self.rules = []
        for rule in rules:
            self.add(**rule)

    def add(self, do, when=None, skip=0, times=None):
        """do: a dictionary of the README's words, or a function of
        (request, reply) that changes the reply."""
        with self.lock:
            self.rules.append({"when": when or {}, "skip": skip,
                               "left": times, "do": do})

    def clear(self):
        with self.lock:
            self.rules = []

    def apply(self, request, service, reply):
        """Spoils the reply as the first matching rule says; or not."""
        do = self._take(request, service)
        if callable(do):
            do(request, reply)
        elif do is not None:
            _spoil(reply, do)

    def _take(self, request, service):
        with self.lock:
            for rule in self.rules:
                if rule["left"] == 0 or \
                        not _matches(rule["when"], request, service):
                    continue
                if rule["skip"]:
                    rule["skip"] -= 1
                    continue
                if rule["left"] is not None:
                    rule["left"] -= 1
                return rule["do"]
        return None


def _matches(when, request, service):
    if "service" in when and when["service"] != service:
        return False
    if "method" in when and when["method"] != request.method:
        return False
    if not fnmatch.fnmatchcase(request.path, when.get("path", "*")):
        return False
    for name, pattern in when.get("query", {}).items():
        value = request.query.get(name)
        if (value is None) != (pattern is None):
            return False
        if value is not None and not fnmatch.fnmatchcase(value, pattern):
            return False
    return True


def _spoil(reply, do):
    if "status" in do:
        _set_status(reply, do)
    if "body" in do:
        reply.body = do["body"].encode()
    if "body_base64" in do:
        reply.body = base64.b64decode(do["body_base64"])
    if "json" in do:
        reply.body = json.dumps(do["json"]).encode()
    for name, value in do.get("headers", {}).items():
        reply.set(name, value)
    if "trailers" in do:
        reply.trailers = list(do["trailers"].items())
        reply.length = "chunked"
    if "next_page" in do:
        reply.set("opc-next-page", do["next_page"])
    if "pace" in do:
        reply.pace = tuple(do["pace"])
    if "raw" in do:
        reply.raw = do["raw"].encode("latin-1")
    for name in PLAIN:
        if name in do:
            setattr(reply, name, do[name])
    if reply.endless in ("body", "chunked") and reply.length is None:
        reply.length = "chunked" if reply.endless == "chunked" else "none"
    if reply.bad_chunk:
        reply.length = "chunked"


def _set_status(reply, do):
    status = do["status"]
    error = failure(status, do.get("code", CODES.get(status, "Unknown")),
                    do.get("message", "made to fail"))
    reply.status = status
    reply.body = error.body
    reply.set("opc-next-page", None)
