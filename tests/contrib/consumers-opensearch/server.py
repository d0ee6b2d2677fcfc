"""A stand-in of OpenSearch: server.py PORT-FILE CAME-FILE.

Takes an index template and bulk calls, refuses what OpenSearch would, and writes
at its end how many lines came and what did not fit the template.
"""

import http.server
import ipaddress
import json
import os
import signal
import sys

PORT, CAME = sys.argv[1:]
lines, calls, bad = [], [], []
template = {}


def fits(properties, value):
    for name, each in value.items():
        if name not in properties:
            return False
        kind = properties[name]
        if "properties" in kind:
            if not fits(kind["properties"], each):
                return False
        elif kind["type"] == "ip":
            ipaddress.ip_address(each)
    return True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"]))

    def do_PUT(self):
        template.update(json.loads(self.body()))
        self.answer(200, {"acknowledged": True})

    def do_POST(self):
        body = self.body()
        if self.headers["Content-Type"] != "application/x-ndjson" or \
                self.path != "/talk/_bulk" or not body.endswith(b"\n"):
            self.answer(406, {"error": "not a bulk call"})
            bad.append(self.path)
            return
        rows = [json.loads(line) for line in body.splitlines()]
        calls.append(len(rows))
        properties = template["template"]["mappings"]["properties"]
        for action, line in zip(rows[::2], rows[1::2], strict=True):
            if action != {"index": {}} or not fits(properties, line):
                bad.append(line)
            lines.append(line)
        self.answer(200, {"errors": False})

    def log_message(self, *_):
        pass


def finish(*_):
    with open(CAME, "w", encoding="utf-8") as file:
        print(len(lines), "lines in", len(calls), "calls,", len(bad), "bad", file=file)
    sys.exit(0)


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
signal.signal(signal.SIGTERM, finish)
with open(PORT + ".new", "w", encoding="ascii") as file:
    file.write(str(server.server_port))
os.rename(PORT + ".new", PORT)
server.serve_forever()
