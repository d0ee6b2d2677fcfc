"""Reads Terraform files by python-hcl2 and prints their resources as JSON:

    hcl.py '["a.tf", …]'

Of each file the bodies of its resources, with their names, in order; texts as
Terraform would have them, "${" and "%{" no longer escaped.
"""

import json
import sys

import hcl2


def plain(value):
    """Without the marks of the parser and the escapes of the language."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key.strip('"'): plain(item) for key, item in value.items()
                if key != "__is_block__"}
    if isinstance(value, str):
        if value[:1] == value[-1:] == '"' and len(value) > 1:
            value = json.loads(value)
        return value.replace("$${", "${").replace("%%{", "%{")
    return value


def main(paths):
    found = {}
    for path in paths:
        with open(path) as file:
            parsed = plain(hcl2.load(file))
        resources = []
        for block in parsed["resource"]:
            for named in block.values():
                for name, body in named.items():
                    resources.append({**body, "__name__": name})
        found[path] = {"resource": resources}
    print(json.dumps(found))


main(json.loads(sys.argv[1]))
