# For the cases of vcnflow-bucket: . "$TESTS/contrib/bucket.sh"
# shellcheck shell=sh
# A stand-in for oci, whose buckets are folders; net.lut; and vcnflow-bucket.

. "$TESTS/cli/lib.sh"
PATH=$TESTS/contrib/bin:$ROOT/contrib/bucket:$PATH
OCI_STANDIN=$PWD/service
export OCI_STANDIN
mkdir -p "$OCI_STANDIN/buckets/logs" "$OCI_STANDIN/buckets/enriched"
make_net

# quoted NAME: the file name of an object in the stand-in's buckets.
quoted() {
	"$PYTHON" -c 'import sys, urllib.parse
print(urllib.parse.quote(sys.argv[1], safe=""))' "$1"
}

# has NAME...: makes objects of the source bucket, three flows and others each.
has() {
	for object in "$@"; do
		gzip -n <"$TESTS/contrib/flows.ndjson" \
			>"$OCI_STANDIN/buckets/logs/$(quoted "$object")"
	done
}

# bad_object NAME: one with a line that is not JSON.
bad_object() {
	{
		cat "$TESTS/contrib/flows.ndjson"
		echo '{"data":'
	} | gzip -n >"$OCI_STANDIN/buckets/logs/$(quoted "$1")"
}

# fault "OPERATION GLOB KIND TIMES"...: see tests/contrib/bin/oci.
fault() {
	printf '%s\n' "$@" >"$OCI_STANDIN/faults"
}

# bucket OPTION...: from the one bucket to the other.
bucket() {
	vcnflow-bucket -b logs -d enriched -m net.lut --backoff 0 "$@"
}

# names: the results, as they stand in the second bucket.
names() {
	ls "$OCI_STANDIN/buckets/enriched"
}

# nothing_left: no temporary files.
nothing_left() {
	ls -A "$TMPDIR"
}
