"""What vcnrules propose writes, in the hands of the real CLI and of an HCL parser."""

import json
import os
import subprocess
import sys

import tools
from harness import case, cloud, need

WORLDS = os.path.join(tools.TOP, "tests", "cli")
sys.path.insert(0, WORLDS)
import worlds  # noqa: E402

NAMES = "wide \"quoted\" ${x} `y` %{z} ü"
WORLD = f"""
subnet a 10.0.1.0/24 l
subnet b 10.0.9.0/24
vnic v a 10.0.1.5
list l
 ingress tcp 0.0.0.0/0 *>1-60000 # {NAMES}
 ingress tcp 10.0.0.0/8 *>5432 # nobody
 ingress udp 10.0.0.0/8 53>* stateless
 egress all 0.0.0.0/0
 ingress icmp 0.0.0.0/0 3/4
group g v
 ingress tcp 0.0.0.0/0 *>1-60000 @2026-01-02
 egress tcp 10.0.0.0/8 *>1521 stateless @2026-01-02
"""
LIST = "ocid1.securitylist.oc1..l"
GROUP = worlds.NSG % "g"


def live(t):
    """The rules that list and group have in the stand-in, without their ids."""
    item = t.server.cloud.items["securityLists"][LIST]
    found = [item["ingressSecurityRules"], item["egressSecurityRules"],
             t.server.cloud.parts["securityRules", GROUP]]
    return [sorted(json.dumps(worded(rule), sort_keys=True) for rule in rules)
            for rules in found]


def worded(rule):
    """A rule without what the service adds, and without what is null."""
    return {key: worded(value) if isinstance(value, dict) else value
            for key, value in rule.items() if value is not None
            and key not in ("id", "timeCreated", "isValid")}


def proposed(t):
    """A stand-in with the world in it, and the folder of a proposal for it."""
    tools.began(t)
    model = t.server.cloud = t.server.service.cloud = cloud.Cloud()
    objects, rules, members = worlds.read_world(WORLD.splitlines())
    for item in objects:
        kind = item["id"].split(".")[1]
        item["compartmentId"] = model.tenancy
        if kind == "privateip":
            model.parts.setdefault(("privateIps", item["subnetId"]), []).append(item)
            continue
        model._add({"subnet": "subnets", "securitylist": "securityLists",
                    "networksecuritygroup": "networkSecurityGroups"}[kind], None, item)
    for group in rules:
        model.parts["securityRules", group] = rules[group]
        model.parts["vnics", group] = members[group]
    t.works("--no-retry", "--groups", "--addresses")
    # not next to each other, so that they make no range: 31 rules and more
    lines = [f"a v 10.0.1.5:{port} < 10.0.9.7:40000-50000 tcp 50/50\n"
             for port in range(1000, 1310, 10)]
    lines.append("a v 10.0.1.5:443 < 192.0.2.10:40000-50000 tcp 50/50\n")
    talk = subprocess.run([sys.executable, os.path.join(WORLDS, "worlds.py"), "talk"],
                          input="".join(lines).encode(), check=True,
                          stdout=subprocess.PIPE).stdout
    folder = os.path.join(t.dir, "tighter")
    result = t.run([os.path.join(os.path.dirname(t.vcnmeta), "vcnrules"), "propose",
                    "-q", "-m", t.out, "-o", folder, "--remove-unused",
                    "--terraform", t.write("talk.ndjson", talk)])
    t.equal((result.status, result.err), (0, ""), "propose")
    t.true(os.path.exists(one(folder, ".add-2.json")), "one file of new rules")
    return folder


def one(folder, ending):
    """The only file with this ending."""
    found = [name for name in os.listdir(folder) if name.endswith(ending)]
    return os.path.join(folder, found[0] if len(found) == 1 else f"no{ending}")


def apply(t, folder, *arguments, status=0):
    t.server.requests.clear()
    result = t.run([need("sh"), os.path.join(folder, "apply.sh"), *arguments],
                   timeout=tools.SECONDS, env=tools.environment(t))
    t.equal(result.status, status, f"apply.sh {arguments}: {result.out}{result.err}")
    return result


def written(t):
    return [r["path"].split("/")[-1] for r in t.server.requests
            if r["method"] != "GET"]


def wanted(folder):
    """What is to be live afterwards, by the files of the proposal."""
    with open(os.path.join(folder, "changes.json")) as file:
        after = {c["ocid"]: c["after"] for c in json.load(file)["changes"]}
    found = [after[LIST]["ingressSecurityRules"],
             after[LIST]["egressSecurityRules"], after[GROUP]]
    return [sorted(json.dumps(worded(rule), sort_keys=True) for rule in rules)
            for rules in found]


@case("real-apply")
def applied(t):
    """Nothing without --yes; applied; applied already; put back."""
    folder = proposed(t)
    before = live(t)
    apply(t, folder)
    t.equal(t.server.requests, [], "requests without --yes")
    apply(t, folder, "--yes")
    t.all_signed()
    t.equal(live(t), wanted(folder), "the rules after apply.sh")
    t.equal(written(t)[-3:] if written(t)[0] == LIST else written(t)[:3],
            ["addSecurityRules"] * 2 + ["removeSecurityRules"])
    result = apply(t, folder, "--yes", "--profile", "DEFAULT")
    t.equal(written(t), [], "changes of what is so already")
    t.true("is so already" in result.out, result.out)
    apply(t, folder, "--undo", "--yes")
    t.equal(live(t), before, "the rules after --undo")
    apply(t, folder, "--undo", "--yes")
    t.equal(written(t), [], "changes of what was put back already")


@case("real-apply-changed", "before", "between", "group")
def changed(t, when):
    """Rules that somebody else has changed meanwhile are left alone."""
    folder = proposed(t)
    item = t.server.cloud.items["securityLists"][LIST]
    rule = {"protocol": "6", "source": "198.51.100.0/24", "isStateless": False}

    def change(request=None, reply=None):
        if when == "group":
            t.server.cloud.parts["securityRules", GROUP].append(
                t.server.cloud.new_rule({"direction": "INGRESS", **rule}))
        else:
            item["ingressSecurityRules"].append(rule)
            t.server.cloud.changed(LIST)

    if when == "between":
        # after the script has read the list
        t.server.faults.add(change, {"path": f"*/{LIST}", "method": "GET"}, times=1)
    else:
        change()
    result = apply(t, folder, "--yes", status=1)
    if when == "between":
        t.says(result, "412", "could not be changed")
    else:
        t.says(result, "has other rules")
        t.equal(written(t), [], "changes")
    there = t.server.cloud.parts["securityRules", GROUP] if when == "group" \
        else item["ingressSecurityRules"]
    t.true(any(r.get("source") == rule["source"] for r in there), "the rule is gone")


@case("real-apply-interrupted")
def interrupted(t):
    """A call that fails in the middle of a group: --undo puts back what was."""
    folder = proposed(t)
    before = live(t)
    t.write("home/.oci/oci_cli_rc", "[DEFAULT]\nno_retry = True\n")
    t.server.faults.add({"status": 500}, {"path": "*/removeSecurityRules"}, times=1)
    # the fault comes after the deed; so that it doesn't, the rules stay
    rules = t.server.cloud.parts["securityRules", GROUP]
    kept = list(rules)
    result = apply(t, folder, "--yes", status=1)
    t.says(result, "could not be changed, or not whole", "500")
    rules[:] = kept + [r for r in rules if r not in kept]
    apply(t, folder, "--undo", "--yes")
    t.equal(live(t), before, "the rules after --undo")


@case("real-apply-by-hand")
def by_hand(t):
    """--from-json file://NAME.after.json, and NAME.before.json, as they are."""
    folder = proposed(t)
    for ending, count in ((".after.json", None), (".before.json", 4)):
        path = one(folder, ending) if ending == ".after.json" else \
            one(folder, "l.before.json")
        out = tools.oci_good(t, "network", "security-list", "update", "--force",
                             "--from-json", f"file://{path}")
        with open(path) as file:
            given = json.load(file)
        found = json.loads(out)["data"]
        for name, said in (("ingressSecurityRules", "ingress-security-rules"),
                           ("egressSecurityRules", "egress-security-rules")):
            t.equal(len(found[said]), len(given[name]), said)
        t.equal([worded(r) for r in t.server.cloud.items["securityLists"][LIST][
            "ingressSecurityRules"]], [worded(r) for r in given["ingressSecurityRules"]])


@case("real-apply-terraform")
def terraform(t):
    """Terraform's grammar, by python-hcl2: each rule once, none without its texts."""
    folder = proposed(t)
    paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))
             if name.endswith(".tf")]
    t.equal(len(paths), 2)
    parsed = tools.sdk(t, "hcl.py", paths)
    lists = parsed[paths[1]]["resource"]
    groups = parsed[paths[0]]["resource"]
    after = wanted(folder)
    t.equal(len(groups), len(after[2]), "resources of the group")
    body = lists[0]
    t.equal((len(body["ingress_security_rules"]), len(body["egress_security_rules"]
             if "egress_security_rules" in body else [])),
            (len(after[0]), len(after[1])), "rules of the list")
    texts = [rule["description"] for rule in body["ingress_security_rules"]
             if "description" in rule] + [g["description"] for g in groups
                                          if "description" in g]
    t.true(all(text for text in texts), "an empty description")
    with open(os.path.join(folder, "changes.json")) as file:
        after = {c["ocid"]: c["after"] for c in json.load(file)["changes"]}
    t.equal([rule.get("description") for rule in body["ingress_security_rules"]],
            [rule.get("description") for rule in after[LIST]["ingressSecurityRules"]],
            "descriptions")
    t.true(any(NAMES in (text or "") for text in texts), "the old description")
    names = {group["__name__"] for group in groups}
    t.equal(len(names), len(groups), "names of the resources")
