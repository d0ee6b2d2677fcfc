"""Lists everything with Oracle's SDK for Python and prints it as JSON:

    sdk_list.py '{"auth": …, "endpoint": …, …}'

Pages as long as there is a next one; with "gets" gets each subnet and list by
OCID too. What is found is as the SDK's own to_dict has it.
"""

import json
import os
import sys

import oci
from oci.auth import signers


def session_token(plan):
    config = oci.config.from_file(plan["config"], plan["profile"])
    with open(config["security_token_file"]) as file:
        token = file.read()
    key = oci.signer.load_private_key_from_file(config["key_file"])
    return config, signers.SecurityTokenSigner(token, key)


def access(plan):
    """A config and a signer, or none for an API key."""
    federation = {
        "federation_endpoint": plan.get("federation"),
        "federation_client_cert_bundle_verify": plan["ca"]}
    if plan["auth"] == "security_token":
        return session_token(plan)
    if plan["auth"] == "instance_principal":
        return {}, signers.InstancePrincipalsSecurityTokenSigner(**federation)
    if plan["auth"] == "instance_obo_user":
        with open(plan["delegation"]) as file:
            token = file.read().strip()
        return {}, signers.InstancePrincipalsDelegationTokenSigner(
            delegation_token=token, **federation)
    if plan["auth"] == "resource_principal":
        return {}, signers.get_resource_principals_signer()
    if plan["auth"] == "oke_workload_identity":
        return {}, signers.get_oke_workload_identity_resource_principal_signer(
            service_account_token_path=os.environ[
                "OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH"])
    return oci.config.from_file(plan["config"], plan["profile"]), None


def client(kind, plan, config, signer):
    options = {"signer": signer} if signer else {}
    made = kind(config, service_endpoint=plan["endpoint"], **options)
    made.base_client.session.verify = plan["ca"]
    return made


def every(call, *arguments, **options):
    return oci.pagination.list_call_get_all_results(
        call, *arguments, **options).data


def main(plan):
    config, signer = access(plan)
    iam = client(oci.identity.IdentityClient, plan, config, signer)
    network = client(oci.core.VirtualNetworkClient, plan, config, signer)
    compartments = every(iam.list_compartments, plan["tenancy"],
                         compartment_id_in_subtree=True,
                         access_level="ACCESSIBLE")
    places = [plan["tenancy"]] + [
        c.id for c in compartments if c.lifecycle_state == "ACTIVE"]

    def all_places(call):
        return [item for place in places
                for item in every(call, compartment_id=place)]

    found = {
        "compartments": compartments,
        "root": iam.get_compartment(plan["tenancy"]).data,
        "vcns": all_places(network.list_vcns),
        "subnets": all_places(network.list_subnets),
        "lists": all_places(network.list_security_lists),
        "groups": all_places(network.list_network_security_groups),
        "rules": {}, "members": {}, "addresses": [], "gets": []}
    for group in found["groups"]:
        found["rules"][group.id] = every(
            network.list_network_security_group_security_rules, group.id)
        found["members"][group.id] = every(
            network.list_network_security_group_vnics, group.id)
    for subnet in found["subnets"]:
        found["addresses"] += every(
            network.list_private_ips, subnet_id=subnet.id)
        if subnet.ipv6_cidr_blocks:
            found["addresses"] += every(network.list_ipv6s, subnet_id=subnet.id)
    if plan["gets"]:
        found["gets"] = [network.get_subnet(s.id).data for s in found["subnets"]]
        found["gets"] += [network.get_security_list(s.id).data
                          for s in found["lists"]]
    print(json.dumps(oci.util.to_dict(found)))


main(json.loads(sys.argv[1]))
