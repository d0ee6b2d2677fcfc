# For the checks that go by what a tool finds: . tests/checks/tried.sh
# shellcheck shell=sh
#
# A version that was tried must find nothing. Of others, newer ones above all,
# the findings are shown, and nobody's tests fail for them.

# Debian 12 and 13 have these.
TRIED='gcc-12 gcc-14 clang-14 clang-19 clang-format-14 shellcheck-0.9.0 shellcheck-0.10.0'

# is_tried TOOL VERSION: was a version that begins like this one?
is_tried() {
	for known in $TRIED; do
		case $1-$2. in
		"$known".*) return 0 ;;
		esac
	done
	return 1
}

# judge TOOL VERSION STATUS: ends the check; a STATUS other than 0 says that
# something was found.
judge() {
	[ "$3" -eq 0 ] || ! is_tried "$1" "$2" || exit "$3"
	[ "$3" -eq 0 ] || echo "shown only: $1 $2 was not tried"
	exit 0
}
