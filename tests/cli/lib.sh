# For the commands of the cases: . "$TESTS/cli/lib.sh"
# shellcheck shell=sh

# make_net [FILE]: a lookup file, net.lut, of the demonstration's metadata,
# which knows the subnets of tests/samples.
make_net() {
	vcnmeta build -o "${1:-net.lut}" "$TESTS/demo/subnets.json" \
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
