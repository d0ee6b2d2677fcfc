import gzip
import subprocess

LINE = (
    b'{"data":{"action":"ACCEPT","sourceAddress":"10.1.%d.%d",'
    b'"destinationAddress":"8.8.8.8"},"oracle":{"n":%d}}\n'
)
plain = b"".join(LINE % (n % 7, n * 37 % 251, n) for n in range(24))
stored = gzip.compress(plain, mtime=0)
command = ["vcnflow", "-q", "-m", "none", "-l", "none", "-j", "1"]


def run(data):
    return subprocess.run(command, input=data, capture_output=True, check=False)


whole = run(stored).stdout
assert whole.count(b"\n") == 24
for place in range(2, len(stored)):
    damaged = bytearray(stored)
    damaged[place] ^= 1 << (place % 8)
    done = run(bytes(damaged))
    if done.returncode not in (0, 1):
        print(f"byte {place}: status {done.returncode} {done.stderr}")
    if done.returncode == 0 and done.stdout != whole:
        print(f"byte {place}: other output with exit status 0")
    if done.stdout and not done.stdout.endswith(b"}\n"):
        print(f"byte {place}: no whole line at the end")
