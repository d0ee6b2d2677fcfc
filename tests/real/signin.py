"""Each way to sign in: Oracle's SDK for Python, the oci CLI, and vcnmeta.

All three are led to the stand-in by the same files and variables, what they ask
for is recorded, and compared.

Emulated is what there is only in the cloud: the metadata service and the
federation of an instance, the token of a function or of a Cloud Shell, and the
control plane of a Kubernetes cluster. That the real ones answer like this is
taken from the clients, which would not work otherwise.
"""

import json
import os

import same
import tools
from cases import auth
from harness import case, certs, cloud
from standin import tokens

NET = cloud.ocid("compartment", "net")
KINDS = ("api_key", "security_token", "instance_principal",
         "resource_principal", "instance_obo_user", "oke_workload_identity")
EMULATED = {
    "instance_principal": "the metadata service and the federation",
    "resource_principal": "the token of a function",
    "instance_obo_user": "the Cloud Shell: its token, metadata, federation",
    "oke_workload_identity": "the cluster's control plane, port 12250",
}

PYTHON = same.Client({
    "content-type": "the SDK names one without a body, too",
    "opc-client-info": "the SDK says which it is twice",
    "opc-client-retries": "tells that the SDK retries",
    "accept-encoding": "the SDK's HTTP library offers gzip",
    "connection": "the SDK's HTTP library asks for keep-alive",
    "opc-request-id": "made anew for each request",
}, accept="application/json", unsigned=("host",))


class Access:
    """How all clients are told who they are."""

    def __init__(self, t, kind):
        self.kind = kind
        self.cluster = None
        self.profile = "DEFAULT"
        self.plan = {"auth": kind, "tenancy": cloud.TENANCY, "gets": False,
                     "endpoint": t.server.endpoint, "ca": t.server.ca_file,
                     "config": os.path.join(t.oci, "config")}
        self.env = {"OCI_CLI_AUTH": kind}
        getattr(self, kind)(t)
        self.plan["profile"] = self.profile
        self.env["OCI_CLI_PROFILE"] = self.profile

    def api_key(self, t):
        pass

    def security_token(self, t):
        auth.session(t, standin=False)
        path = os.path.join(t.oci, "sessions", "P", "key.pem")
        with open(path, "a") as file:
            file.write("OCI_API_KEY\n")
        self.profile = "P"

    def instance_principal(self, t):
        federation = t.server.endpoint + "/v1/x509"
        self.plan["federation"] = federation
        self.env["OCI_CLI_FEDERATION_ENDPOINT"] = federation
        self.env["OCI_METADATA_BASE_URL"] = t.server.plain_endpoint + "/opc/v2"

    def instance_obo_user(self, t):
        """As in a Cloud Shell, whose config is /etc/oci/config."""
        self.instance_principal(t)
        self.plan["delegation"] = t.write("etc/oci/delegation_token", tokens.issue(
            certs.shared_rsa_key("user").public_key()) + "\n")
        path = t.write("etc/oci/config", f"[{cloud.REGION}]\n"
                       f"region={cloud.REGION}\ntenancy={cloud.TENANCY}\n"
                       f"delegation_token_file={self.plan['delegation']}\n")
        self.env["OCI_CLI_CONFIG_FILE"] = path
        self.env["OCI_CLI_CLOUD_SHELL"] = "True"
        self.profile = cloud.REGION

    def resource_principal(self, t):
        self.env.update(auth.resource(t))

    def oke_workload_identity(self, t):
        _, env = auth.workload(t)
        # The SDK would go by a proxy to the cluster; vcnmeta never does.
        self.env.update({**env, "https_proxy": None, "no_proxy": None})
        self.cluster = auth.Cluster

    def run(self, t, ask):
        """What ask() gives, while there is a cluster if it takes one; and what
        was asked for, of the cluster too."""
        t.server.requests.clear()
        if self.cluster is None:
            return ask(), list(t.server.requests), []
        with auth.OKE_LOCK, self.cluster(t) as cluster:
            return ask(), list(t.server.requests), cluster.bearers


def by_vcnmeta(t, access, *arguments):
    """Led by the CLI's variables alone."""
    env = {**tools.environment(t), **access.env}
    _, asked, bearers = access.run(t, lambda: t.silent(t.exits(t.run(
        [t.vcnmeta, "fetch", "-o", t.out, "--no-retry", *arguments], env=env), 0)))
    t.all_signed()
    return asked, bearers


@case("real-sdk", *KINDS)
def by_sdk(t, kind):
    """All that fetch asks for, in pages; and the SDK's dump is as good."""
    tools.began(t, page_size=2, empty_every=2)
    access = Access(t, kind)
    found, theirs, their_bearers = access.run(
        t, lambda: tools.sdk(t, "sdk_list.py", access.plan, env=access.env))
    t.all_signed()
    ours, bearers = by_vcnmeta(t, access, "--groups", "--addresses")
    PYTHON.same_questions(t, ours, theirs, ("identity", "iaas", "auth"))
    t.equal(bearers, their_bearers, "what the cluster was asked")
    same_metadata_service(t, ours, theirs)
    same_dump(t, found)


def same_metadata_service(t, ours, theirs):
    def asked(requests):
        return {(r["path"], *same.header(r, "authorization"))
                for r in requests if r["service"] == "metadata"
                and "/identity/" in r["path"]}

    t.equal(asked(ours), asked(theirs), "metadata requests")


def same_dump(t, found):
    """A lookup file built from what the SDK found is that which we fetched."""
    inputs = [t.write(f"{name}.json", json.dumps(found[name])) for name in (
        "compartments", "root", "vcns", "subnets", "lists", "groups", "addresses")]
    for option, part in (("--nsg-rules", "rules"), ("--nsg-vnics", "members")):
        for number, (group, items) in enumerate(found[part].items()):
            path = t.write(f"{part}-{number}.json", json.dumps(items))
            inputs.append(f"{option}={group}={path}")
    path = os.path.join(t.dir, "built.lut")
    t.exits(t.run([t.vcnmeta, "build", "--all-groups", "-q", "-o", path, *inputs]), 0)
    tools.same_metadata(t, path, t.out)


@case("real-sdk-gets")
def gets(t):
    """By OCID: the same paths, without a query."""
    tools.began(t)
    access = Access(t, "api_key")
    access.plan["gets"] = True
    found, theirs, _ = access.run(
        t, lambda: tools.sdk(t, "sdk_list.py", access.plan))
    wanted = {item["id"] for item in found["gets"]}
    theirs = [r for r in theirs if r["path"].split("/")[-1] in wanted]
    t.equal(len(theirs), len(wanted))
    names = [f"--subnet-id={s['id']}" for s in found["subnets"]]
    ours, _ = by_vcnmeta(t, access, *names)
    PYTHON.same_questions(t, ours, theirs, ("iaas",), all_of_ours=False)


CALLS = (
    ("iam", "compartment", "list", "--all", "--compartment-id-in-subtree", "true",
     "--access-level", "ACCESSIBLE", "--compartment-id", cloud.TENANCY),
    ("network", "subnet", "list", "--all", "--compartment-id", NET),
)


@case("real-cli", *KINDS)
def by_cli(t, kind):
    """The CLI's own way to each signer, with the same variables."""
    tools.began(t, page_size=2)
    access = Access(t, kind)

    def ask():
        for call in CALLS:
            tools.oci_good(t, *call, env=access.env)

    _, theirs, their_bearers = access.run(t, ask)
    t.all_signed()
    ours, bearers = by_vcnmeta(t, access)
    PYTHON.same_questions(t, ours, theirs, ("identity", "iaas", "auth"),
                          all_of_ours=False)
    t.equal(set(bearers), set(their_bearers), "what the cluster was asked")
    same_metadata_service(t, ours, theirs)
    if kind == "instance_obo_user":
        t.true(all(same.header(r, "opc-obo-token") for r in theirs
                   if r["service"] in ("iaas", "identity")), "no delegation token")
    if kind in EMULATED:
        t.figure(f"{kind}: emulated: {EMULATED[kind]}")
