"""Makes lists with hostile texts, and looks for these in what propose made of them."""

import glob
import json
import re
import sys

HOSTILE = "';touch pwned;'\"`touch pwned`$(touch pwned)${x}%{if true}</script><b>|a\n# b\\\t\x01é\u2028"
OCID = "ocid1.securitylist.oc1..l"
KEEP = {"source": "10.0.0.0/8", "protocol": "6", "isStateless": False,
        "description": HOSTILE, "tcpOptions": {
            "destinationPortRange": {"min": 22, "max": 22}}}
WIDE = {"source": "0.0.0.0/0", "protocol": "all", "isStateless": False,
        "description": HOSTILE}


def make():
    objects = [
        {"id": "ocid1.subnet.oc1..web", "displayName": HOSTILE,
         "cidrBlock": "10.9.1.0/24", "vcnId": "ocid1.vcn.oc1..v",
         "securityListIds": [OCID, "ocid1.securitylist.oc1..$(touch pwned) 'x"]},
        {"id": OCID, "displayName": HOSTILE, "ingressSecurityRules": [KEEP, WIDE],
         "egressSecurityRules": []},
        {"id": "ocid1.securitylist.oc1..$(touch pwned) 'x", "displayName": "-rf ../..",
         "ingressSecurityRules": [WIDE], "egressSecurityRules": []},
    ]
    with open("lists.json", "w", encoding="utf-8") as file:
        json.dump(objects, file)


def read(name):
    with open("new/" + name, encoding="utf-8", newline="") as file:
        return file.read()


def hcl_strings(text):
    """What the quoted texts of a file spell; no template may begin in them."""
    for match in re.finditer(r'"((?:[^"\\\n]|\\.)*)"', text):
        inner = match.group(1)
        assert not re.search(r"(?<!\$)(\$\$)*\$\{|(?<!%)(%%)*%\{", inner), inner
        inner = inner.replace("$${", "${").replace("%%{", "%{")
        yield re.sub(r"\\(u[0-9a-f]{4}|.)", lambda m: chr(int(m.group(1)[1:], 16))
                     if m.group(1)[0] == "u" else {"n": "\n"}.get(m.group(1), m.group(1)),
                     inner)


def judge():
    changes = json.loads(read("changes.json"))["changes"]
    assert [c["name"] for c in changes] == sorted([HOSTILE, "-rf ../.."], key=str.encode)
    change = next(c for c in changes if c["ocid"] == OCID)
    assert change["after"]["displayName"] == HOSTILE
    kept, new = change["after"]["ingressSecurityRules"][:2]
    assert kept["description"] == HOSTILE
    assert new["description"].endswith("; was: " + HOSTILE), new
    (name,) = glob.glob("new/_*.tf")
    strings = list(hcl_strings(read(name.removeprefix("new/"))))
    assert HOSTILE in strings
    print("as JSON and as HCL")
    page = read("changes.md")
    assert "<b>" not in page and "</script>" not in page
    heading = next(l for l in page.split("\n") if "touch" in l and l.startswith("## "))
    heading = re.sub(r"&#(\d+);", lambda m: chr(int(m[1])), heading)
    assert heading == "## Security list " + HOSTILE
    print("as Markdown")


make() if sys.argv[1] == "make" else judge()
