"""Object Storage: buckets in memory, for the CLI and Oracle's SDKs.

Namespace, lists in pages, head, get with ranges, put; as strict about what it
is asked as service.py.
"""

import base64
import hashlib
import json
import re
import threading
import time
import urllib.parse

from .wire import Reply

NAMESPACE = "standinspace"
PAGE_MAX = 1000
LIST_PARAMETERS = {"prefix", "start", "end", "limit", "delimiter", "fields",
                   "startAfter"}
FIELDS = {"name", "size", "etag", "timecreated", "md5", "timemodified",
          "storagetier", "archivalstate"}
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Refused(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        text = json.dumps({"code": code, "message": message})
        self.reply = Reply(status, text.encode(),
                           [("Content-Type", "application/json")])


class Stored:
    """An object; each one that is put has an ETag of its own."""

    made = 0

    def __init__(self, data, content_type="application/octet-stream"):
        Stored.made += 1
        self.data = data
        self.content_type = content_type
        self.md5 = base64.b64encode(hashlib.md5(data).digest()).decode()
        self.etag = hashlib.sha256(b"%d" % Stored.made + data).hexdigest()[:36]
        self.time = time.time()

    def headers(self):
        stamp = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.time))
        return [("Content-Type", self.content_type), ("ETag", self.etag),
                ("Last-Modified", stamp), ("Content-MD5", self.md5),
                ("Accept-Ranges", "bytes"), ("storage-tier", "Standard")]


class Objects:
    """page_size: the most names of a page, however many are asked for."""

    def __init__(self, page_size=PAGE_MAX):
        self.lock = threading.Lock()
        self.page_size = page_size
        self.buckets = {}

    def put(self, bucket, name, data):
        """An object, of a bucket that is made if it is not there."""
        with self.lock:
            self.buckets.setdefault(bucket, {})[name] = Stored(data)

    def answer(self, request):
        try:
            with self.lock:
                return self._route(request)
        except Refused as refused:
            return refused.reply

    def _route(self, request):
        parts = [urllib.parse.unquote(part)
                 for part in request.path.split("/", 6)[1:]]
        if request.method == "GET" and parts in (["n"], ["n", ""]):
            return self._json(NAMESPACE)
        if parts[1:2] != [NAMESPACE] or parts[2:3] != ["b"] or len(parts) < 4:
            raise Refused(404, "NamespaceNotFound", "no such namespace or path")
        if parts[3] not in self.buckets:
            raise Refused(404, "BucketNotFound",
                          f"The bucket '{parts[3]}' does not exist in namespace "
                          f"'{NAMESPACE}'")
        bucket = self.buckets[parts[3]]
        if parts[4:] == ["o"] and request.method == "GET":
            return self._list(request, bucket)
        if parts[4:5] != ["o"] or len(parts) != 6:
            raise Refused(404, "NotFound", "no such path")
        if request.method in ("GET", "HEAD"):
            return self._get(request, bucket, parts[5])
        if request.method == "PUT":
            return self._put(request, bucket, parts[5])
        raise Refused(405, "MethodNotAllowed", request.method)

    @staticmethod
    def _json(value):
        return Reply(200, json.dumps(value).encode(),
                     [("Content-Type", "application/json")])

    def _list(self, request, bucket):
        query = request.query
        unknown = set(query) - LIST_PARAMETERS
        fields = set(query.get("fields", "name").lower().split(","))
        if unknown or len(query) != len(request.pairs) or fields - FIELDS:
            raise Refused(400, "InvalidParameter",
                          f"unknown or repeated: {sorted(unknown)}, {sorted(fields)}")
        limit = min(int(query.get("limit", PAGE_MAX)), self.page_size)
        names = sorted(
            (name for name in bucket if name.startswith(query.get("prefix", ""))
             and name >= query.get("start", "")), key=str.encode)
        shown = {"objects": [self._summary(name, bucket[name], fields)
                             for name in names[:limit]], "prefixes": []}
        if len(names) > limit:
            shown["nextStartWith"] = names[limit]
        return self._json(shown)

    @staticmethod
    def _summary(name, stored, fields):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(stored.time))
        every = {"size": len(stored.data), "etag": stored.etag,
                 "md5": stored.md5, "timeCreated": stamp, "timeModified": stamp,
                 "storageTier": "Standard"}
        return {"name": name, **{key: value for key, value in every.items()
                                 if key.lower() in fields}}

    def _get(self, request, bucket, name):
        stored = bucket.get(name)
        if stored is None:
            raise Refused(404, "ObjectNotFound",
                          f"The object '{name}' was not found")
        if request.get("if-match", stored.etag) not in (stored.etag, "*"):
            raise Refused(412, "IfMatchFailed", "The If-Match header has a "
                          "value that does not match the object.")
        reply = Reply(200, stored.data, stored.headers())
        if request.get("range") is not None:
            self._cut(reply, request.get("range"))
        return reply

    @staticmethod
    def _cut(reply, text):
        match = RANGE.fullmatch(text)
        size = len(reply.body)
        if match is None or not (match[1] or match[2]):
            raise Refused(400, "InvalidRange", text)
        first = int(match[1]) if match[1] else max(size - int(match[2]), 0)
        last = int(match[2]) if match[1] and match[2] else size - 1
        if first >= size or first > last:
            raise Refused(416, "InvalidRange", text)
        reply.status = 206
        reply.body = reply.body[first:last + 1]
        reply.set("Content-MD5", None)
        reply.set("Content-Range",
                  f"bytes {first}-{first + len(reply.body) - 1}/{size}")

    def _put(self, request, bucket, name):
        there = bucket.get(name)
        if request.get("if-none-match") == "*" and there is not None:
            raise Refused(412, "IfNoneMatchFailed", "The If-None-Match header "
                          "has a value that matches the object.")
        stored = Stored(request.body, request.get(
            "content-type", "application/octet-stream"))
        if request.get("content-md5", stored.md5) != stored.md5:
            raise Refused(400, "UnmatchedContentMD5", "Content-MD5")
        bucket[name] = stored
        return Reply(200, b"", [
            ("ETag", stored.etag), ("opc-content-md5", stored.md5),
            ("Last-Modified", dict(stored.headers())["Last-Modified"])])
