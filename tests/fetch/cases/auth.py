"""Four ways to authenticate, their tokens and the metadata service."""

import os
import re
import threading
import time

from harness import Skip, case, certs, cloud
from standin import tokens
from standin.instance import Instance

SESSION = "session"


def session(t, lifetime=3600, text=None, standin=True, **options):
    """A profile P with a session token, as oci session authenticate leaves."""
    if standin:
        t.standin(**options)
    key = certs.shared_rsa_key(SESSION)
    token = tokens.issue(key.public_key(), lifetime) if text is None else text
    t.key_file(key, "home/.oci/sessions/P/key.pem")
    path = t.write("home/.oci/sessions/P/token", token)
    t.config("[P]\n" + t.profile(
        key, user=None, key_file="~/.oci/sessions/P/key.pem",
        security_token_file=path))
    return token


TOKEN_AUTH = ("--auth", "security_token", "--profile", "P")


@case("auth-api-key", "pkcs1", "pkcs8")
def api_key(t, form):
    t.standin()
    t.key_file(form=form)
    t.silent(t.works())
    t.all_signed()
    key_ids = {r["key_id"] for r in t.server.requests}
    t.equal(key_ids, {t.key_id(certs.shared_rsa_key("api"))})


@case("auth-api-key-explicit")
def api_key_explicit(t):
    t.standin()
    t.works("--auth", "api_key")


@case("auth-key-content")
def key_content(t):
    t.standin()
    t.config("[DEFAULT]\n" + t.profile(key_file=None))
    os.unlink(os.path.join(t.oci, "key.pem"))
    text = certs.private_pem(certs.shared_rsa_key("api"))
    t.works(env={"OCI_CLI_KEY_CONTENT": text})
    t.all_signed()


@case("auth-unknown", "magic", "API_KEY", "")
def unknown(t, name):
    t.standin()
    t.refused(2, "auth", "--auth", name)
    t.equal(t.server.connections, [])


@case("auth-session-token", "", "\n", " \r\n\n")
def session_token(t, ending):
    token = session(t)
    t.write("home/.oci/sessions/P/token", token + ending)
    t.silent(t.works(*TOKEN_AUTH))
    t.all_signed()
    t.equal({r["key_id"] for r in t.server.requests}, {"ST$" + token})


@case("auth-session-token-environment")
def session_token_environment(t):
    session(t)
    t.works(env={"OCI_CLI_AUTH": "security_token", "OCI_CLI_PROFILE": "P"})
    t.all_signed()


@case("auth-session-token-expired")
def session_token_expired(t):
    session(t, lifetime=-10)
    t.refused((2, 4), "oci session refresh --profile P|"
              "oci session authenticate", *TOKEN_AUTH)
    t.equal(t.server.connections, [], "connections")


@case("auth-session-token-refused")
def session_token_refused(t):
    """Never refreshed by itself, never tried again."""
    token = session(t)
    t.server.keys.revoked.add("ST$" + token)
    t.refused(4, "oci session refresh --profile P", *TOKEN_AUTH, retry=True)
    t.equal(len(t.server.requests), 1, "requests")


@case("auth-session-token-odd", "", "x", "a.b.c", "a\r\nX-Evil: 1.b.c",
      "e30.e30.e30", "e30.W10.e30", "é.é.é")
def session_token_odd(t, text):
    session(t, text=text)
    t.old()
    result = t.exits(t.fetch(*TOKEN_AUTH), 2, 4)
    t.true(result.err.strip(), "no message")
    t.kept()
    for request in t.server.requests:
        t.true("x-evil" not in {n.lower() for n, _ in request["headers"]},
               "a header was injected")


@case("auth-session-token-file-missing")
def session_token_missing(t):
    session(t)
    os.unlink(os.path.join(t.oci, "sessions/P/token"))
    t.refused(2, "token", *TOKEN_AUTH)


@case("auth-session-token-not-configured")
def session_token_not_configured(t):
    t.standin()
    t.refused(2, "security_token_file", "--auth", "security_token")


# -- instance principal ------------------------------------------------------


def instance(t, *arguments, slash="", tail="/opc/v2", env=None, method=None,
             **options):
    server = t.server
    command = ["--auth", "instance_principal", "--federation-endpoint",
               server.endpoint + "/v1/x509", *arguments]
    env = {"OCI_METADATA_BASE_URL": server.plain_endpoint + tail + slash,
           **(env or {})}
    return (method or t.works)(*command, env=env, **options)


@case("auth-instance", "plain", "slash", "single", "no-config")
def instance_principal(t, form):
    place = "single" if form == "single" else "multi"
    t.standin(instance=Instance(tenant_place=place))
    t.config()
    if form == "no-config":
        os.unlink(os.path.join(t.oci, "config"))
        t.write("home/.oci/other", "")
        t.exits(t.run(t.command(
            "--auth", "instance_principal", "--federation-endpoint",
            t.server.endpoint + "/v1/x509"), env={
                "OCI_METADATA_BASE_URL":
                    t.server.plain_endpoint + "/opc/v2"}), 0)
    else:
        instance(t, slash="/" if form == "slash" else "")
    t.all_signed()
    t.equal(t.names(), ["app", "root", "web"])
    federations = t.requests("/v1/x509")
    t.equal(len(federations), 1, "token requests")
    t.true("/fed-x509-sha256/" in federations[0]["key_id"], "key id")
    for request in t.server.requests:
        if request["service"] != "metadata":
            t.true("Bearer" not in str(request["headers"]), "bearer sent on")


@case("auth-instance-hosts")
def instance_hosts(t):
    """Without endpoints: the hosts of the region that the instance is in."""
    server = t.standin(cloud=two_regions(), instance=Instance(
        region="phx", region_id="us-phoenix-1"))
    t.works("--auth", "instance_principal", "--proxy", server.proxy,
            endpoint=False, env={
                "OCI_METADATA_BASE_URL": server.plain_endpoint + "/opc/v2"})
    t.equal(set(server.tunnels), {
        "auth.us-phoenix-1.oraclecloud.com:443",
        "identity.us-phoenix-1.oci.oraclecloud.com:443",
        "iaas.us-phoenix-1.oraclecloud.com:443"}, "tunnels")
    t.equal([r["port"] for r in server.requests
             if r["service"] == "metadata" and r["port"] != "plain"], [])
    t.all_signed()
    t.equal(t.names(), ["west"])


def two_regions():
    tenancy = cloud.small()
    home = tenancy.add_list("west", tenancy.tenancy, region="us-phoenix-1")
    tenancy.add_subnet("west", tenancy.tenancy, [home], region="us-phoenix-1")
    return tenancy


@case("auth-instance-refresh-on-401")
def refresh_on_401(t):
    """One 401 in the middle: a new token, then the request once more."""
    server = t.standin({"when": {"path": "*/subnets"}, "times": 1,
                        "do": {"status": 401}})
    instance(t, "--parallel", "1")
    t.equal(len(t.requests("/v1/x509")), 2, "token requests")
    t.equal(len({r["key_id"] for r in server.requests
                 if r["service"] in ("iaas", "identity")}), 2, "tokens used")
    t.equal(t.names(), ["app", "root", "web"])


@case("auth-instance-refused")
def instance_refused(t):
    """401 again with the new token: the end."""
    t.standin({"when": {"service": "identity"}, "do": {"status": 401}})
    t.old()
    result = t.exits(instance(t, method=t.fetch), 4)
    t.says(result, "401")
    t.kept()
    t.equal(len(t.requests("/compartments")), 2, "requests")


@case("auth-instance-parallel-401")
def parallel_401(t):
    """Several requests meet an old token at once: one refresh will do."""
    def change(request, reply):
        if time.monotonic() < state.setdefault(
                "until", time.monotonic() + 0.3):
            reply.status = 401
            reply.body = b'{"code":"NotAuthenticated","message":"x"}'
            reply.set("opc-next-page", None)
            reply.delay = max(0, state["until"] - time.monotonic()) + 0.05

    state = {}
    t.standin({"when": {"service": "iaas"}, "do": change})
    instance(t, "--parallel", "8")
    t.true(len(t.requests("/v1/x509")) <= 3, "token requests")
    t.equal(t.names(), ["app", "root", "web"])


@case("auth-instance-short-token")
def short_token(t):
    """A token about to expire is renewed before the next request."""
    t.standin(token_lifetime=20)
    instance(t, "--parallel", "1")
    t.equal({r["status"] for r in t.server.requests}, {200}, "statuses")
    t.true(len(t.requests("/v1/x509")) > 1, "never renewed")


@case("auth-instance-metadata-url", "http://192.0.2.1/opc/v2",
      "http://metadata.example.com", "https://user:pw@127.0.0.1/", "file:///x",
      "x")
def metadata_url(t, url):
    t.standin()
    t.refused(2, "OCI_METADATA_BASE_URL|metadata", "--auth",
              "instance_principal", env={"OCI_METADATA_BASE_URL": url})
    t.equal(t.server.connections, [])


@case("auth-metadata-url-other-method")
def metadata_url_other_method(t):
    """Only instance_principal speaks to it."""
    t.standin()
    t.works(env={"OCI_METADATA_BASE_URL": t.server.plain_endpoint})
    t.equal([r for r in t.server.requests if r["service"] == "metadata"], [])


@case("auth-instance-no-proxy")
def metadata_without_proxy(t):
    server = t.standin()
    instance(t, env={"http_proxy": "http://127.0.0.1:1",
                     "https_proxy": server.proxy, "all_proxy": "",
                     "no_proxy": "127.0.0.1"})
    t.all_signed()


METADATA = {
    "404": ({"status": 404}, (4, 75)), "500": ({"status": 500}, (75,)),
    "empty": ({"body": ""}, (4,)), "html": ({"body": "<html>"}, (4,)),
    "nul": ({"body": "\0\0\0"}, (4,)), "endless": ({"endless": "body"}, (4,)),
    "redirect": ({"status": 302, "headers": {"Location": "/x"}}, (4,)),
    "silence": ({"end": "silence"}, (75,))}


@case("auth-instance-metadata", *[
    (path, name) for path in ("cert.pem", "key.pem") for name in METADATA])
def metadata_faults(t, variant):
    path, name = variant
    do, statuses = METADATA[name]
    t.standin({"when": {"path": "*/" + path}, "do": do})
    t.old()
    result = instance(t, "--read-timeout", "1", "--connection-timeout", "1",
                      method=t.fetch)
    t.exits(result, *statuses)
    t.true(result.err.strip(), "no message")
    t.kept()


FEDERATION = {
    "401": ({"status": 401}, (4,)), "404": ({"status": 404}, (4,)),
    "500": ({"status": 500}, (75,)), "no-token": ({"json": {}}, (4,)),
    "number": ({"json": {"token": 1}}, (4,)),
    "crlf": ({"json": {"token": "a\r\nX-Evil: 1.b.c"}}, (4,)),
    "no-jwt": ({"json": {"token": "x"}}, (4,)),
    "text": ({"body": "token"}, (4,)), "empty": ({"body": ""}, (4,))}


@case("auth-instance-federation", *FEDERATION)
def federation_faults(t, name):
    do, statuses = FEDERATION[name]
    t.standin({"when": {"service": "auth"}, "do": do})
    t.old()
    result = instance(t, method=t.fetch)
    t.exits(result, *statuses)
    t.kept()
    for request in t.server.requests:
        t.true("x-evil" not in {n.lower() for n, _ in request["headers"]},
               "a header was injected")


@case("auth-instance-federation-retried")
def federation_retried(t):
    t.standin({"when": {"service": "auth"}, "times": 1,
               "do": {"status": 503}})
    instance(t, "--max-retries", "2", retry=True)


@case("auth-instance-federation-url", "http://example.com/v1/x509", "x",
      "ftp://127.0.0.1/")
def federation_url(t, url):
    t.standin()
    t.refused(2, "federation", "--auth", "instance_principal",
              "--federation-endpoint", url, env={
                  "OCI_METADATA_BASE_URL":
                      t.server.plain_endpoint + "/opc/v2"})
    t.equal(t.server.requests, [], "requests")


# -- resource principal ------------------------------------------------------


def resource(t, how="values", lifetime=3600, **changes):
    key = certs.shared_rsa_key(SESSION)
    token = tokens.issue(key.public_key(), lifetime,
                         res_tenant=cloud.TENANCY)
    pem = certs.private_pem(key, passphrase=changes.pop("passphrase", None))
    if how == "paths":
        token = t.write("rpst", token + "\n")
        pem = t.write("rp.pem", pem)
    env = {"OCI_RESOURCE_PRINCIPAL_VERSION": "2.2",
           "OCI_RESOURCE_PRINCIPAL_RPST": token,
           "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM": pem,
           "OCI_RESOURCE_PRINCIPAL_REGION": "iad"}
    env.update(changes)
    return env


RESOURCE_AUTH = ("--auth", "resource_principal")


@case("auth-resource", "values", "paths")
def resource_principal(t, how):
    t.standin()
    t.exits(t.run(t.command(*RESOURCE_AUTH), env=resource(t, how)), 0)
    t.all_signed()
    t.equal(t.names(), ["app", "root", "web"])


@case("auth-resource-passphrase", "value", "path")
def resource_passphrase(t, how):
    t.standin()
    secret = "rp secret"
    place = t.write("rp.pass", secret + "\n") if how == "path" else secret
    env = resource(t, "paths" if how == "path" else "values",
                   passphrase=secret,
                   OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE=place)
    t.exits(t.run(t.command(*RESOURCE_AUTH), env=env), 0)
    t.all_signed()


@case("auth-resource-refresh-on-401")
def resource_refresh(t):
    t.standin({"when": {"path": "*/subnets"}, "times": 1,
               "do": {"status": 401}})
    t.exits(t.run(t.command(*RESOURCE_AUTH), env=resource(t, "paths")), 0)


@case("auth-resource-missing", "VERSION", "RPST", "PRIVATE_PEM", "REGION")
def resource_missing(t, name):
    t.standin()
    name = "OCI_RESOURCE_PRINCIPAL_" + name
    t.refused(2, name, *RESOURCE_AUTH, env=resource(t, **{name: None}))
    t.equal(t.server.connections, [])


@case("auth-resource-version", "1.1", "3.0", "x")
def resource_version(t, version):
    t.standin()
    t.refused(2, re.escape(version), *RESOURCE_AUTH, env=resource(
        t, OCI_RESOURCE_PRINCIPAL_VERSION=version))


@case("auth-resource-expired", "values", "paths")
def resource_expired(t, how):
    t.standin()
    t.refused((2, 4), "expired", *RESOURCE_AUTH,
              env=resource(t, how, lifetime=-100))


# -- on behalf of a user, as in Cloud Shell ----------------------------------


@case("auth-obo", "option", "profile", "environment")
def on_behalf(t, way):
    """An instance principal whose requests carry the user's token, signed."""
    t.standin()
    token = tokens.issue(certs.shared_rsa_key("user").public_key())
    # which others may read, where the platform puts it: no reason to warn
    path = t.write("home/.oci/delegation", token + "\n", 0o644)
    profile = f"[DEFAULT]\ndelegation_token_file={path}\n"
    env, arguments = {}, ["--auth", "instance_obo_user"]
    if way == "profile":
        arguments = []
        profile += "authentication_type=instance_principal\n"
    elif way == "environment":
        env["OCI_CLI_DELEGATION_TOKEN_FILE"] = path
    t.config(profile)
    env["OCI_METADATA_BASE_URL"] = t.server.plain_endpoint + "/opc/v2"
    result = t.works("-d", *arguments, "--federation-endpoint",
                     t.server.endpoint + "/v1/x509", env=env)
    t.true(token not in result.err and token.split(".")[2] not in result.err,
           "the token in -d's output")
    t.true("permissions" not in result.err, result.err)
    t.equal(t.names(), ["app", "root", "web"])
    t.all_signed()
    asked = [r for r in t.server.requests if r["service"] in ("iaas", "identity")]
    t.true(asked, "no requests")
    for request in asked:
        t.equal([v for n, v in request["headers"] if n.lower() == "opc-obo-token"], [token])
    for request in t.server.requests:
        if request not in asked:
            t.true("opc-obo-token" not in str(request["headers"]), "the token went elsewhere")


@case("auth-obo-missing", "key", "file", "text")
def on_behalf_missing(t, what):
    t.standin()
    path = t.write("home/.oci/delegation", "no token\n") if what == "text" else "/absent"
    t.config("[DEFAULT]\n" + ("" if what == "key" else f"delegation_token_file={path}\n"))
    t.refused(2, "delegation", "--auth", "instance_obo_user")
    t.equal(t.server.connections, [], "connections")


# -- a workload of a cluster -------------------------------------------------


class Cluster:
    """The control plane of a cluster, as a pod sees it, on port 12250."""

    HOST = "127.12.2.50"

    def __init__(self, t, form="string", status=200):
        import base64
        import http.server
        import json
        import threading
        from cryptography.hazmat.primitives.serialization import load_der_public_key
        cluster = self
        self.bearers = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                cluster.bearers.append((self.path, self.headers["Authorization"]))
                key = load_der_public_key(base64.b64decode(body["podKey"], validate=True))
                token = tokens.issue(key, res_tenant=cloud.TENANCY)
                text = base64.b64encode(json.dumps({"token": "ST$" + token}).encode()).decode()
                text = {"string": f'"{text}"', "bare": text, "nonsense": "{}",
                        "nul": text + "\0"}[form]
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        try:
            self.server = http.server.HTTPServer((self.HOST, 12250), Handler)
        except OSError as error:
            raise Skip(f"port 12250 is not to be had: {error}")
        context = t.server.servers.context("good", self.HOST)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def workload(t):
    token = tokens.issue(certs.shared_rsa_key("account").public_key())
    return token, {
        "KUBERNETES_SERVICE_HOST": Cluster.HOST,
        "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH": t.server.ca_file,
        "OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": t.write("account", token + "\n", 0o644),
        "OCI_RESOURCE_PRINCIPAL_REGION": "us-ashburn-1",
        "https_proxy": "http://127.0.0.1:1", "no_proxy": "127.0.0.1"}


OKE_AUTH = ("--auth", "oke_workload_identity")
OKE_LOCK = threading.Lock()


@case("auth-oke", "string", "bare")
def workload_identity(t, form):
    t.standin()
    token, env = workload(t)
    with OKE_LOCK, Cluster(t, form) as cluster:
        t.silent(t.works(*OKE_AUTH, env=env))
    t.equal(cluster.bearers, [("/resourcePrincipalSessionTokens", f"Bearer {token}")])
    t.equal(t.names(), ["app", "root", "web"])
    t.all_signed()


@case("auth-oke-string", "plain", "renewed", "odd")
def workload_string(t, how):
    """The token itself in the environment, also for a second session."""
    t.standin()
    token, env = workload(t)
    env["OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH"] = "/absent"
    env["OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_STRING"] = \
        "no token" if how == "odd" else token
    if how == "renewed":
        t.server.faults.add({"status": 401}, {"path": "*/subnets"}, times=1)
    with OKE_LOCK, Cluster(t) as cluster:
        if how == "odd":
            t.refused(2, "TOKEN_STRING", *OKE_AUTH, env=env)
        else:
            t.silent(t.works(*OKE_AUTH, "--parallel", "1", env=env))
    t.equal([bearer for _, bearer in cluster.bearers],
            [f"Bearer {token}"] * {"plain": 1, "renewed": 2, "odd": 0}[how])


@case("auth-oke-refused", "nonsense", "nul", "403", "no-host", "no-token", "no-certificate",
      "other-certificate")
def workload_refused(t, kind):
    t.standin()
    _, env = workload(t)
    status = 4
    if kind == "no-host":
        env.pop("KUBERNETES_SERVICE_HOST")
        status = 2
    elif kind == "no-token":
        env["OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH"] = "/absent"
        status = 2
    elif kind == "no-certificate":
        env["OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH"] = "/dev/null"
        status = 2
    elif kind == "other-certificate":
        env["OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH"] = t.write(
            "other.pem", certs.Authority().pem())
    with OKE_LOCK, Cluster(t, kind if kind in ("nonsense", "nul") else "string",
                           403 if kind == "403" else 200):
        t.refused(status, "token|KUBERNETES|certificate", *OKE_AUTH, env=env)
    t.equal(t.requests("/compartments"), [], "requests")
