"""A stand-in for the oci command's calls that apply.sh of a proposal makes.

control.py init DUMPS: from "worlds.py dump" and "worlds.py dump GROUP" files, named
OCID=FILE, makes the state, control.json, in the folder at hand.

control.py [--profile NAME] network ...: what oci would do with it. Each call is noted
in calls.log, without what goes before "network" but the region.
"""

import json
import os
import re
import sys

STATE = os.environ.get("CONTROL_STATE", "control.json")


def kebab(value):
    """As the command prints it."""
    if isinstance(value, list):
        return [kebab(v) for v in value]
    if not isinstance(value, dict):
        return value
    return {re.sub(r"[A-Z]", lambda m: "-" + m.group().lower(), k): kebab(v)
            for k, v in value.items()}


def init(words):
    state = {"lists": {}, "groups": {}, "next": 100}
    for word in words:
        ocid, _, name = word.partition("=")
        with open(name, encoding="utf-8") as file:
            value = json.load(file)
        if ocid.startswith("ocid1.networksecuritygroup."):
            state["groups"][ocid] = [
                {"timeCreated": "2026-01-01T00:00:00Z", **rule} for rule in value]
        else:
            for one in value:
                state["lists"][one["id"]] = {"etag": 1, "list": one}
    return state


def options_of(words):
    found = {}
    for i, word in enumerate(words):
        if word.startswith("--"):
            following = words[i + 1:i + 2]
            found[word[2:]] = following[0] if following else None
    return found


def from_file(word):
    with open(word.removeprefix("file://"), encoding="utf-8") as file:
        return json.load(file)


def fail(text):
    print("ServiceError: " + text, file=sys.stderr)
    sys.exit(1)


def run(state, words):
    what, options = " ".join(words[:4]), options_of(words)
    if what.startswith("network security-list get"):
        entry = state["lists"][options["security-list-id"]]
        return {"data": kebab(entry["list"]), "etag": str(entry["etag"])}
    if what.startswith("network security-list update"):
        update = from_file(options["from-json"])
        entry = state["lists"][update["securityListId"]]
        if options["if-match"] != str(entry["etag"]) or "force" not in options:
            fail("412")
        for key in ("ingressSecurityRules", "egressSecurityRules"):
            entry["list"][key] = update[key]
        entry["etag"] += 1
        return {"data": kebab(entry["list"]), "etag": str(entry["etag"])}
    rules = state["groups"][options["nsg-id"]]
    if what == "network nsg rules list":
        return {"data": kebab(rules)} if rules else None
    if what == "network nsg rules add":
        new = from_file(options["security-rules"])
        if not 1 <= len(new) <= 25 or any({"id", "isValid"} & set(r) for r in new):
            fail("400")
        for rule in new:
            state["next"] += 1
            rules.append({**rule, "id": "%06X" % state["next"], "isValid": True,
                          "timeCreated": "2026-11-28T00:00:00Z"})
        if len(rules) > 120:
            fail("Total security rules count cannot be greater than 120")
        return {"data": {}}
    if what == "network nsg rules remove":
        ids = from_file(options["security-rule-ids"])
        if not 1 <= len(ids) <= 25 or not set(ids) <= {r["id"] for r in rules}:
            fail("404")
        rules[:] = [r for r in rules if r["id"] not in ids]
        return {"data": {}}
    return fail("unknown: " + what)


def main(words):
    if words[0] == "init":
        state = init(words[1:])
    else:
        with open(STATE, encoding="utf-8") as file:
            state = json.load(file)
        region = options_of(words[:words.index("network")]).get("region")
        words = words[words.index("network"):]
        with open("calls.log", "a", encoding="utf-8") as file:
            print(*[region] * bool(region), *(w.rsplit("/", 1)[-1] for w in words),
                  file=file)
        answer = run(state, words)
        if answer is not None:
            print(json.dumps(answer, indent=2))
    with open(STATE, "w", encoding="utf-8") as file:
        json.dump(state, file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
