"""M34, M35, M38, M39: proxies, locks, odd replies and files of this machine."""

import fcntl
import os
import re

from harness import case, certs, cloud
from standin.__main__ import USER

SECRET = "s3cr3t"

PROXIES = {
    "number": f"http://user:pa#{SECRET}@127.0.0.1:3128",
    "number-after-digits": f"http://user:1#{SECRET}@127.0.0.1:3128",
    "slash": f"http://user:1/{SECRET}@127.0.0.1:3128",
    "question": f"http://user:1?{SECRET}@127.0.0.1:3128",
    "blank": f"http://user:pa {SECRET}@127.0.0.1:3128",
    "at": f"http://user:pa@{SECRET}@127.0.0.1:3128",
    "quote": f"http://user:pa\"{SECRET}@127.0.0.1:3128",
    "apostrophe": f"http://user:pa'{SECRET}@127.0.0.1:3128",
    "no-port": f"http://user:{SECRET}@127.0.0.1:",
    "odd-port": f"http://user:{SECRET}@127.0.0.1:x",
    "large-port": f"http://user:{SECRET}@127.0.0.1:65536",
    "port-zero": f"http://user:{SECRET}@127.0.0.1:0",
    "scheme": f"ftp://user:{SECRET}@127.0.0.1:3128",
    "path": f"http://user:{SECRET}@127.0.0.1:3128/path",
    "no-host": f"http://user:{SECRET}@",
    "control": f"http://user:{SECRET}\x01@127.0.0.1:3128",
}


@case("M34-proxy", *[(kind, way) for kind in PROXIES for way in ("option", "https_proxy")])
def odd_proxy(t, variant):
    kind, way = variant
    t.standin()
    url = PROXIES[kind]
    arguments, env = (["--proxy", url], {}) if way == "option" else ([], {way: url})
    result = t.refused(2, "proxy of (--proxy|https_proxy)", "-d", *arguments, env=env)
    t.true(SECRET not in result.err, f"the password in a message: {result}")
    t.equal(t.server.connections, [], "connections")


@case("M34-password", "HTTPS_PROXY", "all_proxy", "option")
def password(t, way):
    """A good proxy that is not there: its user and password are in no message."""
    t.standin()
    url = f"http://user:{SECRET}@nothing.invalid:3128"
    arguments, env = (["--proxy", url], {}) if way == "option" else ([], {way: url})
    result = t.refused(75, "nothing.invalid", "-d", *arguments, endpoint=False, env=env)
    t.true(SECRET not in result.err and "user:" not in result.err, f"the password: {result}")


@case("M34-password-encoded")
def password_encoded(t):
    """Odd characters written as %XX reach the proxy as what they stand for."""
    import base64
    server = t.standin()
    proxy = server.proxy.replace("://", "://us%40er:p%23%2F%3Fw@")
    t.works("--proxy", proxy, endpoint=False)
    wanted = base64.b64encode(b"us@er:p#/?w").decode()
    heads = "".join(line for c in server.connections for line in c.get("proxy", []))
    t.true(wanted in heads, f"no such user at the proxy: {heads[:300]}")


@case("M34-plain", "http_proxy", "all_proxy", "option")
def plain_loopback(t, way):
    """Plain http goes by no proxy."""
    server = t.standin()
    url = f"http://user:{SECRET}@127.0.0.1:1"
    arguments, env = (["--proxy", url], {}) if way == "option" else ([], {way: url})
    t.works("--endpoint", server.plain_endpoint, *arguments, endpoint=False, env=env)
    t.equal(server.tunnels, [])


@case("M34-endpoint", "--endpoint", "--federation-endpoint", "OCI_CLI_ENDPOINT",
      "OCI_METADATA_BASE_URL")
def endpoint_with_password(t, way):
    t.standin()
    url = f"https://user:{SECRET}@127.0.0.1"
    env, arguments = {}, []
    if way.startswith("--"):
        arguments = [way, url]
    else:
        env = {way: url}
    if way == "OCI_METADATA_BASE_URL":
        arguments = ["--auth", "instance_principal"]
    result = t.refused(2, way, "-d", *arguments, endpoint=way.startswith("--fed"), env=env)
    t.true(SECRET not in result.err, f"the password in a message: {result}")


# -- locks -------------------------------------------------------------------


@case("M35-flock", "with", "other")
def folder_locked(t, who):
    """A lock on the folder, of flock(1) around it or of somebody else."""
    t.standin()
    t.config()
    if who == "with":
        t.exits(t.run(["flock", t.work, *t.command()]), 0)
    else:
        folder = os.open(t.work, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        t.exits(t.run(t.command()), 0)
        os.close(folder)
    t.tidy()


@case("M35-waits")
def waits(t):
    """Who replaces the same file is waited for, and it is said."""
    import threading
    t.standin()
    t.config()
    path = os.path.join(t.work, ".net.lut.lock")
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    fcntl.flock(lock, fcntl.LOCK_EX)
    threading.Timer(1.5, lambda: (os.unlink(path), os.close(lock))).start()
    result = t.works()
    t.says(result, "waiting")
    t.tidy()


@case("M35-held")
def held(t):
    t.standin()
    t.old()
    path = os.path.join(t.work, ".net.lut.lock")
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    fcntl.flock(lock, fcntl.LOCK_EX)
    result = t.exits(t.fetch(), 75)
    t.says(result, "waiting", "still")
    t.true(os.path.exists(path), "the lock of another was removed")
    os.unlink(path)
    os.close(lock)
    t.kept()


# -- replies -----------------------------------------------------------------


@case("M38-trailers", "some", "next-page", "type")
def trailers(t, kind):
    """What comes after the body is no header of the page."""
    names = {"some": {"X-Checksum": "1"}, "next-page": {"opc-next-page": "again"},
             "type": {"Content-Type": "text/html", "opc-request-id": "other"}}[kind]
    t.standin({"do": {"trailers": names}})
    t.works()
    t.equal(t.names(), ["app", "root", "web"])
    t.true(all("page" not in r["query"] for r in t.server.requests), "a trailer was followed")


@case("M38-partial", 201, 202, 204, 206)
def partial(t, status):
    """Anything but 200 is not the page that was asked for."""
    def change(_request, reply):
        reply.status = status

    t.standin({"when": {"path": "*/subnets"}, "do": change})
    t.refused(4, str(status), retry=True)


@case("M38-token", "session", "resource", "federation")
def long_token(t, way):
    from cases import auth
    token = "a" * 35000 + "." + "b" * 35000 + ".c"
    if way == "session":
        auth.session(t, text=token)
        t.refused(2, "too long", *auth.TOKEN_AUTH)
    elif way == "resource":
        t.standin()
        env = auth.resource(t, OCI_RESOURCE_PRINCIPAL_RPST=token)
        t.refused(2, "RPST", *auth.RESOURCE_AUTH, env=env)
    else:
        t.standin({"when": {"service": "auth"}, "do": {"json": {"token": token}}})
        auth.instance(t, method=lambda *a, **o: t.refused(4, "token", *a, **o))


@case("M38-environment", "OCI_CLI_USER", "OCI_CLI_TENANCY", "OCI_CLI_FINGERPRINT",
      "OCI_CLI_REGION", "OCI_CLI_AUTH")
def malformed_variable(t, name):
    t.standin()
    t.refused(2, name, env={name: "a b"})
    t.equal(t.server.connections, [], "connections")


@case("M38-auth-variable", "resource_principal", "instance_principal", "oke_workload_identity")
def auth_variable(t, way):
    """A way that the environment chose is named with its variable."""
    t.standin()
    env = {"OCI_CLI_AUTH": way, "OCI_METADATA_BASE_URL": t.server.plain_endpoint + "/opc/v2/absent"}
    t.refused((2, 4), f"OCI_CLI_AUTH says '{way}'", env=env)


# -- files -------------------------------------------------------------------


def everything(t):
    key = certs.shared_rsa_key("api")
    return {"OCI_CLI_USER": USER, "OCI_CLI_TENANCY": cloud.TENANCY,
            "OCI_CLI_FINGERPRINT": certs.fingerprint(key),
            "OCI_CLI_KEY_FILE": t.key_file(key, "elsewhere.pem")}


@case("M39-config-null")
def config_null(t):
    """An empty config file, with all but the region in the environment."""
    t.standin()
    t.config()
    t.works("--config-file", "/dev/null", env=everything(t))
    t.all_signed()


@case("M39-rc-null")
def rc_null(t):
    t.standin()
    t.silent(t.works(env={"OCI_CLI_RC_FILE": "/dev/null"}))


@case("M39-config-pipe", "fd", "fifo", "fifo-late")
def config_pipe(t, how):
    """Also where whoever writes into the FIFO starts later than its reader."""
    t.standin()
    text = "[DEFAULT]\n" + t.profile() + "# " + "x" * 70000 + "\n"
    t.key_file()
    path = t.write("text", text)
    if how == "fd":
        t.silent(t.exits(t.run(
            ["bash", "-c", '"$@" --config-file <(cat "$0")', path, *t.command()]), 0))
    else:
        fifo = os.path.join(t.dir, "fifo")
        os.mkfifo(fifo)
        delay = "1" if how == "fifo-late" else "0"
        writer = t.start(["sh", "-c", 'sleep "$1"; cp "$2" "$3"', "sh", delay, path, fifo])
        result = t.run(t.command("--config-file", fifo))
        t.silent(t.exits(result, 0))
        t.equal(t.finish(writer).status, 0, "exit status of the writer")
    t.all_signed()


@case("M39-two-defaults")
def two_defaults(t):
    """As configparser has it: DEFAULT may come twice, a key in it may not."""
    t.standin()
    lines = t.profile().splitlines(keepends=True)
    text = "[DEFAULT]\n" + "".join(lines[:2]) + "[DEFAULT]\n" + "".join(lines[2:])
    t.config(text)
    t.works()
    t.config(text + lines[0])
    t.refused(2, "line 8.*twice")


@case("M39-regions-bom", "file", "environment")
def regions_bom(t, how):
    import json
    server = t.standin()
    entry = {"realmKey": "oc99", "realmDomainComponent": "example.cloud",
             "regionKey": "XNR", "regionIdentifier": "xx-new-region-9"}
    env = {}
    if how == "file":
        t.write("home/.oci/regions-config.json", "\ufeff" + json.dumps([entry]))
    else:
        env["OCI_REGION_METADATA"] = "\ufeff" + json.dumps(entry)
    t.fetch("--region", "xx-new-region-9", "--proxy", server.proxy, endpoint=False, env=env)
    t.equal(server.tunnels[0], "identity.xx-new-region-9.oci.example.cloud:443")


@case("M39-list", "bom", "comments", "both")
def list_file(t, kind):
    """A list of subnets with a byte order mark, CR LF and comments."""
    t.standin()
    web, app = cloud.ocid("subnet", "web"), cloud.ocid("subnet", "app")
    text = {"bom": f"\ufeff{web}\r\n{app}\r\n",
            "comments": f"# all of them\n{web}\n  # and\n{app} # the last\n",
            "both": f"\ufeff# all\r\n{web}\r\n#{web}x\r\n{app}\r\n"}[kind]
    t.works("--subnets-from", "-", stdin=text.encode())
    t.equal(t.names(), ["app", "web"])


BUNDLES = ("empty", "folder", "text", "cut", "null")


@case("M39-bundle", *[(kind, way) for kind in BUNDLES
                      for way in ("option", "OCI_CLI_CERT_BUNDLE", "REQUESTS_CA_BUNDLE",
                                  "SSL_CERT_FILE")])
def odd_bundle(t, variant):
    kind, way = variant
    server = t.standin()
    t.config()
    with open(server.ca_file) as file:
        good = file.read()
    path = {"empty": lambda: t.write("bundle", ""), "folder": lambda: t.work,
            "text": lambda: t.write("bundle", "no certificate\n"),
            "cut": lambda: t.write("bundle", good + good[:len(good) // 2]),
            "null": lambda: "/dev/null"}[kind]()
    t.old()
    command = [t.vcnmeta, "fetch", "-o", t.out, "--endpoint", server.endpoint, "--no-retry"]
    name = "--cert-bundle" if way == "option" else way
    if way == "option":
        result = t.run([*command, "--cert-bundle", path])
    else:
        result = t.run(command, env={way: path})
    t.says(t.exits(result, 2), f"bundle .*{re.escape(name)}")
    t.equal(server.connections, [], "connections")
    t.kept()


@case("M39-bundle-pipe")
def bundle_pipe(t):
    server = t.standin()
    t.config()
    result = t.run(["bash", "-c", '"$@" --cert-bundle <(cat "$0")', server.ca_file,
                    t.vcnmeta, "fetch", "-o", t.out, "--endpoint", server.endpoint])
    t.exits(result, 0)


@case("M01-issuer", "self-signed", "unknown-ca")
def unknown_issuer(t, kind):
    t.standin(tls_kind=kind)
    t.refused(4, "--cert-bundle or REQUESTS_CA_BUNDLE", retry=True)
