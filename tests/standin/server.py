"""The stand-in itself: sockets, threads, and the record of what came."""

import email.utils
import json
import os
import shutil
import socket
import ssl
import struct
import tempfile
import threading
import time

from . import certs, cloud as clouds, signatures, tokens
from .faults import Faults
from .instance import Instance
from .objects import Objects
from .search import Search
from .service import Service, failure, region_of_host, service_of
from .wire import Closed, Reply, Wire


class Standin:
    """Listens on three ports of 127.0.0.1 from start() to stop().

    tls     the service over TLS: compartments, subnets, security lists,
            objects, /v1/x509
    plain   the same and the metadata service over plain HTTP
    proxy   CONNECT to any host of the cloud ends here as well, with a
            certificate for that host; so the names can be tested

    Attributes that may be changed between runs: cloud, faults, tls_kind (a
    kind of certs.KINDS, "silent" or "plain"), clock (seconds by which the
    service's clock is ahead), latency (seconds), token_lifetime.
    """

    def __init__(self, cloud=None, rules=(), page_size=100, empty_every=0,
                 odd_tokens=False, latency=0, tls_kind="good", clock=0,
                 token_lifetime=3600, instance=None, record=None):
        self.directory = tempfile.mkdtemp(prefix="standin.")
        self.authority = certs.Authority()
        self.servers = certs.Servers(self.authority, self.directory)
        self.ca_file = os.path.join(self.directory, "ca.pem")
        with open(self.ca_file, "w") as file:
            file.write(self.authority.pem())
        self.cloud = cloud or clouds.small()
        self.service = Service(
            self.cloud, page_size, empty_every, odd_tokens)
        self.objects = Objects()
        self.search = Search()
        self.faults = Faults(rules)
        self.keys = signatures.Keys()
        self.latency = latency
        self.tls_kind = tls_kind
        self.clock = clock
        self.token_lifetime = token_lifetime
        self._instance = instance
        self.record_file = open(record, "a") if record else None
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.requests = []
        self.connections = []
        self.tunnels = []
        self.under_way = 0
        self.most_under_way = 0
        self.sockets = set()
        self.ports = {}

    @property
    def instance(self):
        """Made when first asked for: three RSA keys take a while."""
        with self.lock:
            if self._instance is None:
                self._instance = Instance(self.cloud.tenancy)
            return self._instance

    # -- the life of it ----------------------------------------------------

    def start(self):
        for name in ("tls", "plain", "proxy"):
            listener = socket.create_server(("127.0.0.1", 0), backlog=128)
            self.ports[name] = listener.getsockname()[1]
            self.sockets.add(listener)
            threading.Thread(target=self._accept, args=(name, listener),
                             daemon=True).start()
        return self

    def stop(self):
        self.stopped.set()
        with self.lock:
            sockets, self.sockets = self.sockets, set()
        # Each is closed by the thread that uses it: a number that was free
        # again could be another stand-in's connection by then.
        for sock in sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        shutil.rmtree(self.directory, ignore_errors=True)
        if self.record_file:
            self.record_file.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    @property
    def endpoint(self):
        return f"https://127.0.0.1:{self.ports['tls']}"

    @property
    def plain_endpoint(self):
        return f"http://127.0.0.1:{self.ports['plain']}"

    @property
    def proxy(self):
        return f"http://127.0.0.1:{self.ports['proxy']}"

    def now(self):
        return time.time() + self.clock

    # -- connections -------------------------------------------------------

    def _accept(self, name, listener):
        with listener:
            self._accept_all(name, listener)

    def _accept_all(self, name, listener):
        while not self.stopped.is_set():
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                if self.stopped.is_set():
                    sock.close()
                    return
                self.sockets.add(sock)
                entry = {"port": name, "tls": None, "bytes": 0, "sent": 0,
                         "reply_bytes": 0, "requests": 0}
                self.connections.append(entry)
            threading.Thread(target=self._serve, args=(name, sock, entry),
                             daemon=True).start()

    def _serve(self, name, sock, entry):
        host = None
        try:
            if name == "proxy":
                host = self._read_connect(sock, entry)
            if name != "plain":
                sock = self._secure(sock, host, entry)
            self._talk(Wire(sock, self.stopped), host, entry)
        except (Closed, OSError, ValueError) as error:
            entry.setdefault("end", str(error))
        finally:
            with self.lock:
                self.sockets.discard(sock)
            sock.close()

    def _read_connect(self, sock, entry):
        wire = Wire(sock, self.stopped)
        lines = wire.read_head()
        method, target, _ = lines[0].split(" ")
        entry["proxy"] = lines
        with self.lock:
            self.tunnels.append(target)
        host, _, port = target.rpartition(":")
        if method != "CONNECT" or port != "443":
            wire.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            raise Closed("not a CONNECT to port 443")
        wire.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return host

    def _secure(self, sock, host, entry):
        wire = Wire(sock, self.stopped)
        if self.tls_kind == "silent":
            wire.pause(3600)
        if self.tls_kind == "plain":
            wire._more()
            wire.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            raise Closed("no TLS here")
        context = self.servers.context(self.tls_kind, host)
        with self.lock:
            self.sockets.discard(sock)
        try:
            # In TLS 1.3 the server is through before the client has judged.
            secured = context.wrap_socket(sock, server_side=True)
        except ssl.SSLError as error:
            entry["tls"] = f"failed: {error}"
            raise Closed(str(error))
        with self.lock:
            self.sockets.add(secured)
        entry["tls"] = secured.version()
        return secured

    def _talk(self, wire, host, entry):
        alive = True
        try:
            while alive and not self.stopped.is_set():
                request = wire.read_request()
                entry["requests"] += 1
                alive = self._handle(wire, request, host, entry)
        finally:
            entry["bytes"] = wire.received
            entry["sent"] = wire.sent

    def _handle(self, wire, request, host, entry):
        with self.lock:
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            reply, note = self._answer(request, host, entry)
            self._note(request, reply, note, entry)
            if self.latency:
                time.sleep(self.latency)
        finally:
            with self.lock:
                self.under_way -= 1
        if reply.end == "reset":
            wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                 struct.pack("ii", 1, 0))
        return wire.send_reply(reply)

    # -- requests ----------------------------------------------------------

    def _answer(self, request, host, entry):
        service = service_of(request.path)
        note = {"service": service, "auth": "", "key_id": None}
        reply = self._check_host(request, service, host, entry)
        if reply is None and service == "metadata":
            reply = self.instance.answer(request)
            note["auth"] = "ok" if reply.status != 401 else "no bearer"
        elif reply is None:
            reply = self._answer_signed(request, service, host, note)
        else:
            note["auth"] = "wrong host"
        identifier = request.get("opc-request-id", "STANDIN").split("/")[0]
        reply.set("Date", email.utils.formatdate(self.now(), usegmt=True))
        reply.set("opc-request-id", f"{identifier}/AAAA/BBBB")
        self.faults.apply(request, service, reply)
        reply.is_head = request.method == "HEAD"
        return reply, note

    def _check_host(self, request, service, host, entry):
        """What the name in front of the service would not let through."""
        port = self.ports["tls" if entry["port"] == "tls" else "plain"]
        expected = [host] if host else [f"{name}:{port}"
                                        for name in certs.Servers.LOCAL]
        if request.all("host") not in [[name] for name in expected]:
            return failure(400, "InvalidParameter", "Host")
        if service == "metadata" and entry["port"] != "plain":
            return failure(404, "NotFound", "no metadata service here")
        if host and region_of_host(host)[0] != service:
            return failure(404, "NotFound", "not the host of this service")
        return None

    def _answer_signed(self, request, service, host, note):
        region = region_of_host(host)[1] if host else None
        try:
            if service == "auth":
                return self._federate(request, note)
            note["key_id"] = signatures.check(
                request, self.keys.find, self.now(),
                signs_body=service != "objects")
        except signatures.Unsigned as error:
            note["auth"] = str(error)
            return failure(
                401, "NotAuthenticated",
                "The required information to complete authentication was not "
                "provided or was incorrect.")
        note["auth"] = "ok"
        if service == "objects":
            return self.objects.answer(request)
        if service == "search":
            return self.search.answer(request)
        return self.service.answer(request, region)

    def _federate(self, request, note):
        if request.path != "/v1/x509" or request.method != "POST":
            return failure(404, "NotFound", "no such path")
        note["key_id"], key, tenancy = signatures.check_federation(
            request, self.instance.root, self.now())
        note["auth"] = "ok"
        token = tokens.issue(key, self.token_lifetime, self.now(),
                             **{"opc-tenant": tenancy})
        body = json.dumps({"token": token}).encode()
        return Reply(200, body, [("Content-Type", "application/json")])

    def _note(self, request, reply, note, entry):
        note.update(
            time=request.time, method=request.method, target=request.target,
            path=request.path, query=request.query, status=reply.status,
            headers=request.headers, body=request.body.decode("latin-1"),
            port=entry["port"], connection=id(entry))
        with self.lock:
            self.requests.append(note)
            if self.record_file:
                self.record_file.write(json.dumps(note) + "\n")
                self.record_file.flush()
