"""Lists with all kinds of names and descriptions, one to a subnet; or what became of them."""

import json
import sys

OLD = ["vcnrules: 9 peers, 9 conversations, last 2026-01-01; was: \u00e9 \U0001f600 " + "y" * 300,
       "vcnrules: 1 peer, 1 conversation", None, "a \"word\""]
NAMES = [None, "x" * 300, "same", "same"]


def wide(side, **more):
    return {"protocol": "6", side: "0.0.0.0/0", "isStateless": False, **more}


def make():
    objects = [{"id": "ocid1.networksecuritygroup.oc1..g", "displayName": "",
                "vcnId": "ocid1.vcn.oc1..v"}]
    for i, (name, old) in enumerate(zip(NAMES, OLD), 1):
        ocid = "ocid1.securitylist.oc%d..12345678" % i
        objects += [
            {"id": "ocid1.subnet.oc1..%d" % i, "cidrBlock": "10.9.%d.0/24" % i,
             "vcnId": "ocid1.vcn.oc1..v",
             "securityListIds": [ocid, "ocid1.securitylist.oc1..d"]},
            {"id": ocid, "displayName": name, "egressSecurityRules": [],
             "ingressSecurityRules": [wide("source", description=old)]},
            {"id": "ocid1.privateip.oc1..%d" % i, "ipAddress": "10.9.%d.5" % i,
             "vnicId": "ocid1.vnic.oc1..%d" % i,
             "subnetId": "ocid1.subnet.oc1..%d" % i}]
    objects.append({"id": "ocid1.securitylist.oc1..d", "egressSecurityRules": [],
                    "displayName": "Default Security List for v",
                    "ingressSecurityRules": [wide("source"), wide("source")]})
    for name, value in (("world", objects), ("vnics", [{"vnicId": "ocid1.vnic.oc1..1"}]),
                        ("group", [wide("source", direction="INGRESS"),
                                   wide("source", direction="INGRESS", id="A1")])):
        with open(name + ".json", "w", encoding="utf-8") as file:
            json.dump(value, file)


def descriptions():
    with open("new/changes.json", encoding="utf-8") as file:
        changes = json.load(file)["changes"]
    for change in changes:
        if change["kind"] == "security_list":
            text = change["after"]["ingressSecurityRules"][0]["description"]
            print(len(text.encode("utf-16-le")) // 2, text.replace("y" * 100, "Y"))


descriptions() if sys.argv[1:] else make()
