/*
 * The objects in a dump: JSON values one after another, each an object, an
 * array, or an object that wraps either in its member "data", and these inside
 * one another. A text is taken apart by its brackets and each object parsed by
 * itself, so that memory goes by the largest object and not by the dump.
 */
#ifndef LOOKUP_DUMP_H
#define LOOKUP_DUMP_H

#include "json/tree.h"

/*
 * What a dump's values are given to: objects that wrap nothing, and whatever
 * is no object. line is that of the value's first byte, counted from 1.
 * Returns 0 to go on; anything else ends the walk.
 */
typedef int dump_take(
	void *context, const struct json_tree *tree, const struct json_node *node, uint64_t line);

enum dump_error {
	DUMP_OK = 0,
	DUMP_MALFORMED, /* see the fault */
	DUMP_NO_MEMORY,
	DUMP_STOPPED, /* dump_take said so */
};

struct dump_fault {
	uint64_t line;
	const char *text; /* "not valid JSON" and the like */
	/* The line of the first wrapper that says that a page follows, which is
	 * no fault of the text; 0: none does. */
	uint64_t next_page;
};

/*
 * Walks text[0..len), with LIMIT_JSON_PADDING readable bytes after it. An
 * empty text has no value. Values before a malformed one have been given.
 */
enum dump_error dump_walk(
	const char *text, size_t len, dump_take *take, void *context, struct dump_fault *fault);

#endif
