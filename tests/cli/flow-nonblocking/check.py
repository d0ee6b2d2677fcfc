"""Non-blocking stdout with a slow reader, non-blocking stdin: all comes out."""

import os
import subprocess
import sys
import threading
import time

record = b'{"data":{"action":"ACCEPT"},"oracle":{"n":%d}}\n'
data = b"".join(record % n for n in range(4000))
with open("in.log", "wb") as file:
    file.write(data)
command = ["vcnflow", "-q", "-m", "none", "-l", "none", *sys.argv[1:]]
whole = subprocess.run(
    [*command, "in.log"], capture_output=True, check=True
).stdout

reader, writer = os.pipe()
os.set_blocking(writer, False)
program = subprocess.Popen([*command, "in.log"], stdout=writer)
os.close(writer)
got = b""
while True:
    time.sleep(0.001)
    part = os.read(reader, 20000)
    if not part:
        break
    got += part
first = (program.wait(), got == whole)

reader, writer = os.pipe()
os.set_blocking(reader, False)
program = subprocess.Popen(command, stdin=reader, stdout=subprocess.PIPE)


def feed():
    for start in range(0, len(data), 30000):
        os.write(writer, data[start : start + 30000])
        time.sleep(0.005)
    os.close(writer)


threading.Thread(target=feed).start()
got = program.stdout.read()
print(*first, program.wait(), got == whole)
