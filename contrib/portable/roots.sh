# Debian systems in folders, for what must not depend on the machine that it is done
# on. To be read by other scripts; needs root, mmdebstrap and an apt that knows a
# Debian archive.
# shellcheck shell=sh

# roots_missing: says what is missing here; fails if nothing is.
roots_missing() {
	if [ "$(id -u)" -ne 0 ]; then
		echo 'not root'
	elif ! command -v mmdebstrap >/dev/null; then
		echo 'no mmdebstrap'
	elif [ -z "$(roots_archive Debian)" ]; then
		echo 'apt knows no Debian archive'
	else
		return 1
	fi
}

# roots_archive LABEL: where this machine's apt has the packages of LABEL from.
roots_archive() {
	# shellcheck disable=SC2016 # apt fills these in
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Identifier: Packages' \
		2>/dev/null | sed -n "s/^$1 //p" | head -n 1
}

# roots_sources SUITE: lines for apt.
roots_sources() {
	roots_line='deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
	roots_main=$(roots_archive Debian)
	roots_security=$(roots_archive Debian-Security)
	echo "$roots_line $roots_main $1 main"
	[ "$1" != sid ] || return 0
	echo "$roots_line $roots_main $1-updates main"
	[ -z "$roots_security" ] || echo "$roots_line $roots_security $1-security main"
}

# roots_make SUITE ROOT PACKAGES [MMDEBSTRAP-OPTION...]: a system with nothing but
# PACKAGES, separated by commas.
roots_make() {
	roots_of=$1
	roots_at=$2
	roots_packages=$3
	shift 3
	mkdir -p "$(dirname "$roots_at")"
	roots_sources "$roots_of" >"$roots_at.list"
	mmdebstrap --quiet --mode=root --variant=minbase --include="$roots_packages" \
		--aptopt='Acquire::Languages "none"' \
		--aptopt='Acquire::Check-Valid-Until "false"' "$@" \
		"$roots_of" "$roots_at" "$roots_at.list" >&2 || return
	rm "$roots_at.list"
	cp /etc/resolv.conf /etc/hosts "$roots_at/etc/"
}

# roots_inside ROOT FOLDER COMMAND...: runs it there, with processes and mounts of its
# own, which end with it.
roots_inside() {
	# shellcheck disable=SC2016 # for the shell in there
	unshare --mount --pid --fork --kill-child sh -euc '
		root=$1
		folder=$2
		shift 2
		# a mount of its own, so that in there mounts can be made
		mount --bind "$root" "$root"
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		mount --make-rslave "$root/dev"
		mount -t sysfs -o ro sysfs "$root/sys" || :
		exec chroot "$root" env -i HOME=/root TERM=dumb CI="${CI-}" \
			SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH-}" \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			sh -c "cd \"\$0\" && exec \"\$@\"" "$folder" "$@"
	' sh "$@" </dev/null
}
