"""HTTP/1.1 on one connection: requests in, replies out, faults included."""

import select
import time
import urllib.parse

LIMIT_HEAD = 1 << 20
REASONS = {200: "OK", 204: "No Content", 206: "Partial Content", 301: "Moved Permanently", 302: "Found",
           307: "Temporary Redirect", 308: "Permanent Redirect",
           400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
           404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 412: "Precondition Failed",
           429: "Too Many Requests", 500: "Internal Server Error",
           501: "Not Implemented", 502: "Bad Gateway",
           503: "Service Unavailable", 504: "Gateway Timeout"}


class Closed(Exception):
    """The peer has gone, or sent what is no HTTP."""


class Request:
    def __init__(self, method, target, headers, body):
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        parts = urllib.parse.urlsplit(target)
        self.path = parts.path
        self.query_text = parts.query
        pairs = urllib.parse.parse_qsl(
            parts.query, keep_blank_values=True, strict_parsing=False)
        self.pairs = pairs
        self.query = dict(pairs)
        self.time = time.time()

    def all(self, name):
        return [v for k, v in self.headers if k.lower() == name]

    def get(self, name, default=None):
        return next(iter(self.all(name)), default)


class Reply:
    """What is to be sent, and how far the sending is to go wrong.

    length     None: that of the body; a number: claimed whatever is sent;
               "none": no length, the end of the connection is the end;
               "chunked"
    cut        bytes of the body after which the connection is closed
    pace       (where, seconds): sleep before each "head" line or each 64
               bytes of the "body"
    endless    "body", "chunked", "head" (a line each) or "line" (one header)
    bad_chunk  a chunk whose size is no number
    is_head    the reply to HEAD: as told, but without the body
    trailers   header lines after a chunked body
    raw        these bytes instead of everything
    end        None: keep the connection; "close", "reset", "silence"
    """

    def __init__(self, status=200, body=b"", headers=()):
        self.status = status
        self.body = body
        self.headers = list(headers)
        self.length = None
        self.cut = None
        self.pace = None
        self.endless = None
        self.bad_chunk = False
        self.is_head = False
        self.raw = None
        self.trailers = []
        self.end = None
        self.delay = 0

    def set(self, name, value):
        self.headers = [(k, v) for k, v in self.headers
                        if k.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))


class Wire:
    """One connection, plain or TLS."""

    def __init__(self, sock, stopped):
        self.sock = sock
        self.stopped = stopped
        self.buffer = b""
        self.received = 0
        self.sent = 0

    def _more(self):
        try:
            data = self.sock.recv(65536)
        except OSError as error:
            raise Closed(str(error))
        if not data:
            raise Closed("end of connection")
        self.received += len(data)
        self.buffer += data

    def read_head(self):
        while b"\r\n\r\n" not in self.buffer:
            if len(self.buffer) > LIMIT_HEAD:
                raise Closed("a head without end")
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head.decode("latin-1").split("\r\n")

    def read_request(self):
        lines = self.read_head()
        parts = lines[0].split(" ")
        if len(parts) != 3 or parts[2] != "HTTP/1.1":
            raise Closed(f"odd request line {lines[0]!r}")
        headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or name != name.strip() or not name:
                raise Closed(f"odd header {line!r}")
            headers.append((name, value.strip(" ")))
        request = Request(parts[0], parts[1], headers, b"")
        length = int(request.get("content-length", "0"))
        if request.get("expect", "").lower() == "100-continue":
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(self.buffer) < length:
            self._more()
        request.body = self.buffer[:length]
        self.buffer = self.buffer[length:]
        return request

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise Closed(str(error))
        self.sent += len(data)

    def pause(self, seconds):
        """Sleeps, but no longer than the peer and the stand-in live."""
        deadline = time.monotonic() + seconds
        while not self.stopped.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                return
            ready, _, _ = select.select([self.sock], [], [], min(left, 0.2))
            if ready:
                self._drain()
        raise Closed("the stand-in was stopped")

    def _drain(self):
        """What arrives during a pause: more requests, or the end."""
        self.sock.settimeout(0.05)
        try:
            self._more()
        except Closed as error:
            if "timed out" not in str(error):
                raise
        finally:
            self.sock.settimeout(None)

    def head(self, reply):
        reason = REASONS.get(reply.status, "Status")
        lines = [f"HTTP/1.1 {reply.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        if reply.length is None:
            lines.append(f"Content-Length: {len(reply.body)}")
        elif reply.length == "chunked":
            lines.append("Transfer-Encoding: chunked")
        elif reply.length != "none":
            lines.append(f"Content-Length: {reply.length}")
        if reply.end == "close" or reply.length == "none":
            lines.append("Connection: close")
        return [line.encode("latin-1") + b"\r\n" for line in lines]

    def send_reply(self, reply):
        """False when the connection is to be closed behind it."""
        self.sock.settimeout(None)
        if reply.delay:
            self.pause(reply.delay)
        if reply.raw is not None:
            self.send(reply.raw)
        elif reply.end == "silence":
            self.pause(3600)
        elif reply.end != "reset":
            self._send_parts(reply)
        return reply.end is None and reply.length != "none" \
            and reply.cut is None and reply.raw is None

    def _send_parts(self, reply):
        lines = self.head(reply)
        where, seconds = reply.pace or (None, 0)
        if where == "head":
            for line in lines:
                self.send(line)
                self.pause(seconds)
            lines = []
        if reply.endless in ("head", "line"):
            self.send(b"".join(lines))
            self._send_endless_head(reply.endless)
        body = reply.body if reply.cut is None else reply.body[:reply.cut]
        if reply.is_head:
            body = b""
        if reply.length == "chunked":
            body = self._chunks(reply, body)
        if where == "body" or reply.endless:
            self.send(b"".join(lines) + b"\r\n")
            self._send_slowly(reply, body, seconds)
        else:
            self.send(b"".join(lines) + b"\r\n" + body)

    def _chunks(self, reply, body):
        text = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
        if reply.bad_chunk:
            return text + b"zz\r\nno chunk\r\n0\r\n\r\n"
        if reply.cut is not None:
            return b"%x\r\n%s" % (len(reply.body) + 10, body)
        if reply.endless:
            return text
        trailers = "".join(f"{name}: {value}\r\n" for name, value in reply.trailers)
        return text + b"0\r\n" + trailers.encode("latin-1") + b"\r\n"

    def _send_slowly(self, reply, body, seconds):
        step = 64 if seconds else len(body) + 1
        for start in range(0, len(body), step):
            self.send(body[start:start + step])
            self.pause(seconds)
        while reply.endless:
            block = b" " * 65536
            if reply.endless == "chunked":
                block = b"10000\r\n" + block + b"\r\n"
            self.send(block)

    def _send_endless_head(self, form):
        number = 0
        if form == "line":
            self.send(b"X-Long: ")
        while True:
            number += 1
            self.send(b"y" * 4096 if form == "line" else
                      b"X-Header-%d: %s\r\n" % (number, b"y" * 100))
