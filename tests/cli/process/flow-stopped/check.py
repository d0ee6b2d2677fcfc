"""Stopped and continued, and told of window sizes: nothing is lost."""

import signal
import subprocess
import time

record = b'{"data":{"action":"ACCEPT"},"oracle":{"n":%d}}\n'
data = b"".join(record % n for n in range(60000))
with open("in.log", "wb") as file:
    file.write(data)
command = ["vcnflow", "-q", "-m", "none", "-l", "none", "-j", "2"]
whole = subprocess.run(
    [*command, "in.log"], capture_output=True, check=True
).stdout
program = subprocess.Popen(
    command, stdin=subprocess.PIPE, stdout=open("out.ndjson", "wb")
)
for start in range(0, len(data), 100000):
    program.stdin.write(data[start : start + 100000])
    for number in (signal.SIGSTOP, signal.SIGWINCH, signal.SIGCONT):
        program.send_signal(number)
        time.sleep(0.001)
program.stdin.close()
status = program.wait()
with open("out.ndjson", "rb") as file:
    print(status, file.read() == whole)
