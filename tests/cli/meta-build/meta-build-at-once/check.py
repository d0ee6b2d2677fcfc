import fcntl
import os
import subprocess
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")
import builds  # noqa: E402

TIMES = 50 if "release" in os.environ["BUILD"] else 10
world = builds.Builds()
for time in range(TIMES):
    runs = [
        subprocess.Popen([*builds.COMMAND, name], stdin=subprocess.DEVNULL)
        for name in ("old.json", "new.json", "old.json", "new.json")
    ]
    statuses = [run.wait() for run in runs]
    state, others = world.state()
    if any(statuses) or state == "damaged" or others:
        print(time, statuses, state, os.listdir("place"))

# somebody's lock on the folder is no matter
folder = os.open("place", os.O_RDONLY)
fcntl.flock(folder, fcntl.LOCK_EX)
if subprocess.call([*builds.COMMAND, "old.json"], stdin=subprocess.DEVNULL) != 0:
    print("the folder's lock is in the way")
os.close(folder)

# who has the place is waited for, and a lock goes with its holder
place = os.open("place/.net.lut.lock", os.O_RDWR | os.O_CREAT, 0o666)
fcntl.flock(place, fcntl.LOCK_EX)
waiting = subprocess.Popen(
    [*builds.COMMAND, "new.json"], stdin=subprocess.DEVNULL
)
try:
    waiting.wait(0.5)
    print("the lock is passed over")
except subprocess.TimeoutExpired:
    pass
killed = subprocess.Popen(
    [*builds.COMMAND, "old.json"], stdin=subprocess.DEVNULL
)
killed.kill()
killed.wait()
os.close(place)
if waiting.wait() != 0 or world.state() != ("new", 0):
    print("after the wait:", waiting.returncode, world.state())
