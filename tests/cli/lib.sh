# For the commands of the cases: . "$TESTS/cli/lib.sh"
# shellcheck shell=sh

# make_net: net.lut, a lookup file of three small subnets (metadata.json).
make_net() {
	vcnmeta build -q -o net.lut "$TESTS/cli/metadata.json"
}

# make_demo_net: net.lut of the demonstration's metadata, which knows the
# subnets that the records of tests/samples name, fetched when they came.
make_demo_net() {
	SOURCE_DATE_EPOCH=1786060800 vcnmeta build -q -o net.lut "$TESTS/demo/subnets.json" \
		"$TESTS/demo/security-lists.json"
}

# sample NAME: the path of a file in tests/samples.
sample() {
	printf '%s/samples/%s\n' "$TESTS" "$1"
}

# status_of COMMAND...: runs it and prints "NAME: exit status N" on stdout.
status_of() {
	"$@"
	echo "exit status $?"
}

# stat_of NAME: one number out of the --stats object on stdin.
stat_of() {
	"$PYTHON" -c 'import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."):
    value = value[name]
print(json.dumps(value))' "$1"
}

# figure WHAT VALUE UNIT AIM [MOST]: see figures.py.
figure() {
	"$PYTHON" "$TESTS/cli/figures.py" "$@"
}

# peak_rss COMMAND...: runs it; its exit status is left in the file "status",
# the most memory it had, in KiB, in the file "peak", the seconds it took in
# the file "seconds".
peak_rss() {
	"$PYTHON" -c 'import resource, subprocess, sys, time
started = time.monotonic()
status = subprocess.call(sys.argv[1:])
seconds = time.monotonic() - started
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
for name, value in (("status", status), ("peak", peak), ("seconds", seconds)):
    with open(name, "w") as file:
        print(value, file=file)' "$@"
}

# preload NAME: makes ./NAME.so of preload/NAME.c, to be run with LD_PRELOAD.
preload() {
	"${CC:-cc}" -O1 -shared -fPIC -o "$1.so" "$TESTS/cli/preload/$1.c"
}

# accounted RECORDS EMITTED FILTERED NO_DATA BAD <STATS: tells where --stats has
# other counts, or counts that do not make up its records.
accounted() {
	"$PYTHON" -c 'import json, sys
stats = json.load(sys.stdin)
filtered = sum(stats["filtered"].values())
came = [stats["records"], stats["emitted"], filtered, stats["no_data"],
        stats["bad"]]
if came != list(map(int, sys.argv[1:])):
    print("counted", *came)
if came[0] != sum(came[1:]):
    print("not accounted for:", *came)' "$@"
}

# mortal COMMAND...: runs it without root's right to open what it may not.
mortal() {
	if [ "$(id -u)" -eq 0 ]; then
		set -- setpriv --bounding-set=-dac_override,-dac_read_search "$@"
	fi
	"$@"
}

# flow PORT: a record on one line, told from others by its port.
flow() {
	printf '{"data":{"action":"ACCEPT","destinationPort":%s},"oracle":{}}\n' "$1"
}

# ports_of: the ports of the records on stdin, in one line.
ports_of() {
	grep -o '"destinationPort":[0-9]*' | cut -d: -f2 | paste -sd ' ' -
}
