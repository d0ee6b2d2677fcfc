import gzip
import subprocess
import sys
import zlib

LINE = (
    b'{"data":{"action":"ACCEPT","sourceAddress":"10.1.%d.%d",'
    b'"destinationAddress":"8.8.8.8"},"oracle":{"n":%d}}\n'
)
plain = b"".join(LINE % (n % 7, n * 37 % 251, n) for n in range(24))
stored = gzip.compress(plain, mtime=0)
command = ["vcnflow", "-q", "-m", "none", "-l", "none", "-k", "data", "-j", "1"]


def run(data):
    return subprocess.run(command, input=data, capture_output=True, check=False)


whole = run(plain).stdout.splitlines(True)
assert len(whole) == 24, len(whole)
for cut in range(1, len(stored), int(sys.argv[1]) if sys.argv[1:] else 3):
    inflater = zlib.decompressobj(31)
    complete = inflater.decompress(stored[:cut]).count(b"\n")
    done = run(stored[:cut])
    got = done.stdout.splitlines(True)
    if done.returncode != 1 or got != whole[: len(got)]:
        print(f"cut at {cut}: status {done.returncode}, {done.stdout}")
    if abs(len(got) - complete) > 1 or not done.stderr.startswith(b"vcnflow: "):
        print(f"cut at {cut}: {len(got)} lines, not {complete}; {done.stderr}")
