/*
 * What dumps and replies of the service make a lookup file hold, worked out a
 * second way: with the strict parser, inet_pton, and all of it in memory.
 */
#ifndef TESTS_FUZZ_CATALOG_H
#define TESTS_FUZZ_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "lookup/lookup.h"

#include "strict.h"

struct catalog_item {
	bool is_list;
	struct bytes ocid;
	struct bytes json;     /* a list's object; a subnet's names as JSON */
	struct bytes prefixes; /* struct prefix[], sorted, each once */
	struct bytes named;    /* lists' OCIDs: struct bytes[] */
};

struct catalog {
	bool sound; /* nothing in it must be refused */
	bool exact; /* all of this could be worked out */
	struct strict strict;
	struct bytes items; /* struct catalog_item[] */
	bool later_counts;  /* of two copies; else they must be equal */
	bool takes_numbers; /* protocols as numbers, too */
};

#define CATALOG_INIT                                                                               \
	{                                                                                          \
		.items = BYTES_INIT(SIZE_MAX / 2)                                                  \
	}

/* What vcnmeta build reads: values one after another, wrapped or not. */
void catalog_dump(struct catalog *catalog, const char *text, size_t len);

/* A page of a listing: an array of subnets or of lists. */
void catalog_page(struct catalog *catalog, const char *text, size_t len, bool lists);

/* A lookup file made of it holds this and nothing else. */
void catalog_check(const struct catalog *catalog, const struct lookup *lookup);

/* Tells if a subnet names a list that is not there. */
bool catalog_lacks_list(const struct catalog *catalog);

void catalog_clear(struct catalog *catalog);

#endif
