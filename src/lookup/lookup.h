/*
 * A lookup file, mapped read-only and checked whole at open, so that nothing
 * found in it afterwards needs a check.
 *
 * The file must only ever be replaced by rename. If it shrinks while mapped,
 * touching it raises SIGBUS; lookup_guard turns that into a function call.
 */
#ifndef LOOKUP_LOOKUP_H
#define LOOKUP_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

enum lookup_error {
	LOOKUP_OK = 0,
	LOOKUP_UNREADABLE,  /* errno says why */
	LOOKUP_NOT_REGULAR, /* a directory, FIFO, device */
	LOOKUP_NOT_LOOKUP,  /* the magic is another, or the file is empty */
	LOOKUP_VERSION,     /* another format version or byte order */
	LOOKUP_DAMAGED,     /* see detail */
	LOOKUP_NO_MEMORY,
};

/* What an open found wrong, in words: what was found and what to run. */
#define LOOKUP_DETAIL_SIZE 512

struct lookup;

/* Calls two functions with the same context, perhaps at the same time, and
 * returns when both have returned. */
typedef void lookup_runner(void (*first)(void *), void (*second)(void *), void *context);

/*
 * Opens, maps and checks path; a large file by runner, if that is not null.
 * Returns LOOKUP_OK and sets *lookup, to be closed with lookup_close; or what
 * is wrong, with detail filled by a text fit to stand behind "cannot use lookup
 * file 'PATH': ".
 */
enum lookup_error lookup_open(struct lookup **lookup, const char *path,
	char detail[LOOKUP_DETAIL_SIZE], lookup_runner *runner);
void lookup_close(struct lookup *lookup);

/* Views into the mapping, valid until lookup_close. */
struct lookup_text {
	const char *text;
	size_t len;
};

struct lookup_subnet {
	const struct prefix *prefixes; /* sorted */
	size_t prefix_count;
	struct lookup_text lists; /* "[…]", the lists as ready-made JSON */
	struct lookup_text ids;   /* "[…]", their OCIDs */
};

/* Finds a subnet by its OCID with one hash probe; false: it is unknown. */
bool lookup_find(
	const struct lookup *lookup, const char *ocid, size_t len, struct lookup_subnet *subnet);

/*
 * Where subnets were found before, for one thread and one file: 0 at first.
 * Most records are of few subnets, and to compare an OCID with the one that
 * was found takes half as long as to find it.
 */
#define LOOKUP_HINTS_BITS 8

struct lookup_hints {
	struct {
		uint64_t tail;   /* the last bytes of the OCID */
		uint64_t number; /* of the subnet, counted from 1; 0: none */
	} hints[1 << LOOKUP_HINTS_BITS];
};

/* As lookup_find, and lookup_recall knows it from then on. */
bool lookup_learn(const struct lookup *lookup, struct lookup_hints *hints, const char *ocid,
	size_t len, struct lookup_subnet *subnet);

/* As lookup_find, but finds only, of what was learned, what is still known. */
bool lookup_recall(const struct lookup *lookup, const struct lookup_hints *hints, const char *ocid,
	size_t len, struct lookup_subnet *subnet);

/* Every CIDR block of the file, each once, sorted; valid until close. */
const struct prefix *lookup_prefixes(const struct lookup *lookup, size_t *n);

/* When the metadata was fetched: seconds since 1970. */
int64_t lookup_fetched_at(const struct lookup *lookup);

/*
 * Installs a SIGBUS handler: a fault inside the mapping calls function(context)
 * in the faulting thread, by signal-safe calls only, and function must not
 * return; any other fault takes its course. One mapping can be guarded at a
 * time; null takes the guard off.
 */
int lookup_guard(const struct lookup *lookup, void (*function)(void *), void *context);

#endif
