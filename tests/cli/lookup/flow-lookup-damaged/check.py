import subprocess

with open("net.lut", "rb") as file:
    good = file.read()
command = ["vcnflow", "-m", "bad.lut", "in.log"]


def judge(what, data):
    with open("bad.lut", "wb") as file:
        file.write(data)
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 2 or done.stdout or b"vcnmeta" not in done.stderr:
        print(what, done.returncode, done.stderr)
    if done.stderr.count(b"\n") != 1:
        print(what, "not one line:", done.stderr)


for place in range(0, len(good), max(1, len(good) // 300)):
    flipped = bytearray(good)
    flipped[place] ^= 1 << (place % 8)
    judge(f"byte {place} flipped", bytes(flipped))
for length in range(0, len(good), max(1, len(good) // 100)):
    judge(f"cut to {length}", good[:length])
