"""M1 to M3, M8, M17: certificates, endpoints, redirects, proxies."""

import os
import re
import socket

from harness import Skip, case, need

TLS_FAULTS = ("wrong-host", "expired", "future", "self-signed", "unknown-ca",
              "tls11")


@case("M01-certificate", *TLS_FAULTS)
def certificate(t, kind):
    server = t.standin(tls_kind=kind)
    t.refused(4, "certificate|TLS|SSL", retry=True)
    t.equal(server.requests, [], "requests behind a bad handshake")
    t.equal([c["bytes"] for c in server.connections if c["bytes"]], [],
            "bytes sent behind a bad handshake")


@case("M01-no-such-option", "--insecure", "--no-verify", "-k")
def no_option_disables_it(t, option):
    t.standin(tls_kind="self-signed")
    t.refused(2, "option", option)
    t.equal(t.server.connections, [], "connections")


def connects(text):
    return re.findall(r"connect\(\d+, \{sa_family=AF_INET6?, .*", text)


@case("M02-endpoint", "http://iaas.example.com", "http://10.0.0.1:80",
      "file:///etc/passwd", "ftp://127.0.0.1", "https://user:pw@127.0.0.1",
      "https://127.0.0.1:1/path?x=y", "https://", "https://127.0.0.1:99999",
      "127.0.0.1:443", "https://127.0.0.1\r\nX-Evil: 1")
def endpoint(t, url):
    strace = need("strace")
    log = os.path.join(t.dir, "strace.log")
    t.config()
    result = t.fetch("--endpoint", url, endpoint=False, wrap=(
        strace, "-f", "-e", "trace=connect", "-o", log))
    t.exits(result, 2)
    t.true("pw@" not in result.err, "the password is in the message")
    with open(log) as file:
        text = file.read()
    if "exited with" not in text:
        raise Skip("strace cannot trace here")
    t.equal(connects(text), [], "connections")


@case("M02-plain-loopback")
def plain_loopback(t):
    server = t.standin()
    t.works("--endpoint", server.plain_endpoint, endpoint=False)
    t.all_signed()
    t.equal(t.names(), ["app", "root", "web"])


@case("M03-redirect", *[(status, where) for status in (301, 302, 307, 308)
                        for where in ("same", "other", "http", "file")])
def redirect(t, variant):
    status, where = variant
    server = t.standin()
    other = t.standin()
    place = {"same": f"{server.endpoint}/20160918/elsewhere",
             "other": f"{other.endpoint}/20160918/compartments",
             "http": f"{other.plain_endpoint}/20160918/compartments",
             "file": "file:///etc/passwd"}[where]
    server.faults.add({"status": status, "headers": {"Location": place}})
    t.refused(4, str(status), retry=True)
    t.equal(len(server.requests), 1, "requests")
    t.equal(other.connections, [], "connections to the other server")


@case("M08-refused")
def connection_refused(t):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    t.config()
    t.refused(75, f"127.0.0.1:{port}", "--endpoint",
              f"https://127.0.0.1:{port}", endpoint=False)


@case("M08-no-such-name")
def no_such_name(t):
    t.config()
    t.refused(75, "nothing.invalid", "--endpoint", "https://nothing.invalid",
              endpoint=False)


@case("M08-no-tls", "silent", "plain")
def no_tls(t, kind):
    t.standin(tls_kind=kind)
    result = t.refused(75, ".", "--connection-timeout", "1",
                       "--read-timeout", "1")
    t.figure(f"given up after {result.seconds:.2f} s (aim: 2)")
    t.true(result.seconds < 20, f"took {result.seconds} s")


@case("M08-slow", "silence", "head", "body")
def slow(t, where):
    do = {"end": "silence"} if where == "silence" else {"pace": [where, 5]}
    t.standin({"do": do})
    result = t.refused(75, "(?i)time|slow", "--connection-timeout", "1",
                       "--read-timeout", "1")
    t.figure(f"given up after {result.seconds:.2f} s (aim: 2)")
    t.true(result.seconds < 20, f"took {result.seconds} s")


@case("M08-slow-again")
def silence_once(t):
    t.standin({"times": 1, "do": {"end": "silence"}})
    t.works("--read-timeout", "1", "--max-retries", "2", retry=True)
    t.equal(len(t.requests("/compartments")), 2)


@case("M17-proxy", "option", "https_proxy", "HTTPS_PROXY")
def proxy(t, way):
    server = t.standin()
    arguments, env = [], {}
    if way == "option":
        arguments = ["--proxy", server.proxy]
    else:
        env = {way: server.proxy}
    t.works(*arguments, endpoint=False, env=env)
    t.all_signed()
    t.equal(set(server.tunnels), {
        "identity.us-ashburn-1.oci.oraclecloud.com:443",
        "iaas.us-ashburn-1.oraclecloud.com:443"}, "tunnels")
    heads = "".join(line for c in server.connections
                    for line in c.get("proxy", []))
    t.true("signature" not in heads.lower(), "a signature went to the proxy")
    t.equal(t.names(), ["app", "root", "web"])


@case("M17-no-proxy")
def no_proxy(t):
    server = t.standin()
    t.works(env={"https_proxy": "http://127.0.0.1:1",
                 "no_proxy": "127.0.0.1"})
    t.equal(server.tunnels, [])


@case("M17-keylog")
def key_log(t):
    t.standin()
    path = os.path.join(t.dir, "keylog")
    t.works(env={"SSLKEYLOGFILE": path})
    t.true(not os.path.exists(path), "the TLS keys were logged")


@case("M17-no-home")
def no_home(t):
    t.standin()
    path = t.config()
    t.works("--config-file", path, env={"HOME": None})


@case("M17-cert-bundle-environment")
def bundle_from_environment(t):
    server = t.standin()
    t.config()
    command = [t.vcnmeta, "fetch", "-o", t.out, "--endpoint",
               server.endpoint, "--no-retry"]
    t.exits(t.run(command), 4)
    t.equal(server.requests, [])
    t.exits(t.run(command, env={"OCI_CLI_CERT_BUNDLE": server.ca_file}), 0)
    t.exits(t.run(command, env={"SSL_CERT_FILE": server.ca_file}), 0)
    t.exits(t.run(command, env={"REQUESTS_CA_BUNDLE": server.ca_file,
                                "SSL_CERT_FILE": "absent"}), 0)


@case("M17-cert-bundle-missing")
def bundle_missing(t):
    t.standin()
    t.refused(2, "absent.pem", "--cert-bundle", "absent.pem")
    t.equal(t.server.connections, [])


@case("keep-alive")
def keep_alive(t):
    """Far fewer connections than requests, never more than --parallel."""
    server = t.standin(page_size=1)
    t.works("--parallel", "3")
    t.true(len(server.requests) > 9,
           f"{len(server.requests)} requests are too few to tell")
    t.true(len(server.connections) <= 3,
           f"{len(server.connections)} connections")


@case("parallel", 1, 4)
def parallel(t, number):
    server = t.standin(latency=0.02, page_size=1)
    t.works("--parallel", str(number))
    t.true(server.most_under_way <= number,
           f"{server.most_under_way} requests at once")
    t.true(number == 1 or server.most_under_way > 1, "never two at once")


@case("parallel-odd", "0", "-1", "x", "100000", "")
def parallel_odd(t, value):
    t.standin()
    t.refused(2, "parallel", "--parallel", value)
