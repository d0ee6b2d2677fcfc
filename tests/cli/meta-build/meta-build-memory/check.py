import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")
import builds  # noqa: E402

MOST = 20000
world = builds.Builds()
builds.write_json("new.json", [builds.subnet(n, "new") for n in range(20)])
assert builds.run([*builds.COMMAND, "new.json"]).returncode == 0
world.new = builds.read(builds.TARGET)


def judge(number, **more):
    world.put_old()
    env = dict(
        os.environ, LD_PRELOAD="./fail.so", FAIL_AT=str(number), **more
    )
    done = builds.run([*builds.COMMAND, "new.json"], env=env)
    told = (number, more, done.returncode, done.stderr, world.state())
    if done.returncode not in (0, 5):
        print("exit status:", *told)
    elif world.state() != ("old" if done.returncode else "new", 0):
        print("the file:", *told)
    if done.returncode == 5 and done.stderr.count(b"vcnmeta: ") != 1:
        print("message:", *told)
    return done.returncode


number = clean = refused = 0
while clean < 3 and number < MOST:
    number += 1
    clean = 0 if judge(number, FAIL_ALL="1") else clean + 1
    refused += judge(number) == 5
if number == MOST or refused < 10:
    print(number, "requests tried,", refused, "refused")
