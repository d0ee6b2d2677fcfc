"""A read that fails: what was read before comes out, the input is named."""

import subprocess

record = b'{"data":{"action":"ACCEPT"},"oracle":{"n":%d}}\n'
with open("in.log", "wb") as file:
    file.write(b"".join(record % n for n in range(50000)))
with open("in.log", "rb") as file:
    done = subprocess.run(
        "strace -f -o trace -e trace=read -e inject=read:error=EIO:when=8+ "
        "vcnflow -q -m none -l none -j 1 in.log".split(),
        capture_output=True,
        check=False,
    )
whole = done.stdout == b"" or done.stdout.endswith(b"}\n")
named = b"'in.log'" in done.stderr and b"Input/output error" in done.stderr
print(done.returncode, whole, named)
