import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")
import builds  # noqa: E402

KILLED = -9
world = builds.Builds()
left = 0


def tidied(what):
    """The next run succeeds and leaves nothing of the killed one."""
    done = builds.run([*builds.COMMAND, "new.json"])
    if done.returncode or world.state() != ("new", 0):
        print(what, "the next run:", done, world.state())


def concerns(line):
    return "net.lut" in line or "/place>" in line


# killed at each call
for call in ("write", "fsync", "rename", "openat", "close"):
    _, lines = builds.traced(call)
    if not lines:
        print("no", call)
    for number in range(1, len(lines) + 1):
        world.put_old()
        builds.injected(call, number, "signal=KILL")
        state, others = world.state()
        left += others
        if state == "damaged":
            print("killed at", call, number, ":", state, others)
        tidied(f"killed at {call} {number}")
if not left:
    print("no run left anything: nothing was tidied")

# each call on the file or its folder fails, once
for call in ("write", "fsync", "rename", "openat", "close"):
    _, lines = builds.traced(call, "-y")
    numbers = [n for n, line in enumerate(lines, 1) if concerns(line)]
    if not numbers:
        print("no", call, "on the file")
    for error in ("ENOSPC", "EIO", "EDQUOT", "EROFS"):
        for number in numbers:
            world.put_old()
            done, _ = builds.injected(call, number, f"error={error}")
            state, others = world.state()
            told = (call, number, error, done.returncode, done.stderr, state)
            if others:
                print("left behind:", *told)
            if done.returncode == 3:
                # only the folder's fsync comes behind the rename
                if state == "new" and (call, number) != ("fsync", numbers[-1]):
                    print("the new file, and failed:", *told)
                if b"net.lut" not in done.stderr or state == "damaged":
                    print("failed:", *told)
            elif done.returncode or call not in ("openat", "close"):
                print("exit status:", *told)
            elif state != "new":
                print("not written:", *told)
    for number in numbers if call in ("write", "openat") else ():
        world.put_old()
        done, _ = builds.injected(call, number, "error=EINTR")
        if done.returncode or world.state() != ("new", 0):
            print("interrupted:", call, number, done, world.state())

# what others have open, or what only looks alike, is left alone
world.put_old()
for name in ("net.lut.abcdef.tmp", "net.lut.abcde9.tmp", "net.lut.tmp",
             "net.lut.abcdef.tmp2", "other.lut.abcdef.tmp"):
    with open("place/" + name, "w", encoding="utf-8"):
        pass
with open("place/net.lut.zzzzzz.tmp", "w", encoding="utf-8"):
    builds.run([*builds.COMMAND, "new.json"])
    print(*sorted(os.listdir("place")))
