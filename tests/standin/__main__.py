"""python3 -m standin [PLAN.json]: runs until its standard input ends.

Prints one line of JSON when it listens: the ports, the CA file, and the keys
it made. --config DIR writes a config file with an API key that it accepts.
"""

import argparse
import json
import os
import sys

from . import certs, cloud
from .server import Standin

USER = "ocid1.user.oc1..aaaaaaaastandinuser"


def write_config(standin, directory, name="api"):
    """~/.oci/config and its key, accepted by the stand-in; its path."""
    key = certs.shared_rsa_key(name)
    os.makedirs(directory, mode=0o700, exist_ok=True)
    fingerprint = certs.fingerprint(key)
    standin.keys.api_keys[
        f"{standin.cloud.tenancy}/{USER}/{fingerprint}"] = key.public_key()
    path = os.path.join(directory, "config")
    key_path = os.path.join(directory, "key.pem")
    lines = ["[DEFAULT]", f"user={USER}", f"fingerprint={fingerprint}",
             f"tenancy={standin.cloud.tenancy}", f"region={cloud.REGION}",
             f"key_file={key_path}"]
    for target, text in ((path, "\n".join(lines) + "\n"),
                         (key_path, certs.private_pem(key) + "OCI_API_KEY\n")):
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
                          0o600), "w") as file:
            file.write(text)
    return path


def main():
    parser = argparse.ArgumentParser(prog="standin")
    parser.add_argument("plan", nargs="?", help="JSON; see README.md")
    parser.add_argument("--config", metavar="DIR")
    parser.add_argument("--record", metavar="FILE",
                        help="append each request to FILE, as JSON")
    arguments = parser.parse_args()
    plan = {}
    if arguments.plan:
        with open(arguments.plan) as file:
            plan = json.load(file)
    standin = Standin(
        cloud=cloud.from_plan(plan.get("cloud", {})),
        rules=plan.get("faults", []), record=arguments.record,
        **{name: plan[name] for name in
           ("page_size", "empty_every", "odd_tokens", "latency", "tls_kind",
            "clock", "token_lifetime") if name in plan})
    with standin:
        ready = {"endpoint": standin.endpoint, "proxy": standin.proxy,
                 "plain": standin.plain_endpoint, "ca": standin.ca_file}
        if arguments.config:
            ready["config"] = write_config(standin, arguments.config)
        print(json.dumps(ready), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
