import os
import re
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")
import builds  # noqa: E402

world = builds.Builds()
done, lines = builds.traced(
    "write,writev,pwrite64,fsync,fdatasync,rename,renameat,renameat2", "-y"
)
calls = []
for line in lines:
    name, rest = re.match(r"\d+ +([a-z]+)\w*\((.*)", line).groups()
    if "/case/place" not in line:
        continue
    if name in ("fsync", "fdatasync"):
        name += " file" if ".tmp" in rest else " folder"
    if not calls or calls[-1] != name:
        calls.append(name)
print(done.returncode, calls, *world.state())
