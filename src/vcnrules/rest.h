/*
 * The rules of a list or group as the service's REST interface writes them: names in
 * camel case, absent members left out, strings as they stand in the lookup file.
 */
#ifndef VCNRULES_REST_H
#define VCNRULES_REST_H

#include <stddef.h>

#include "base/bytes.h"
#include "lookup/lookup.h"
#include "vcnrules/ruleset.h"

/* One rule. All are JSON; null texts are absent. */
struct rest_rule {
	struct lookup_text object; /* "{…}" */
	struct lookup_text peer;   /* a string, with its quotes, like the next two */
	struct lookup_text peer_type;
	struct lookup_text description;
};

/* Of all rules of a ruleset's owner, in their order. */
struct rest {
	struct rest_rule *rules;
	size_t count;

	/* for rest.c alone */
	struct bytes text;
	struct json_parser *parser;
	struct json_tree *tree;
	size_t room;
};

#define REST_INIT                                                                                  \
	{                                                                                          \
		.text = BYTES_INIT(SIZE_MAX / 2)                                                   \
	}

enum rest_result {
	REST_OK = 0,
	REST_NO_MEMORY,
	REST_FOREIGN, /* they are not such as vcnmeta writes into a lookup file */
};

/* Makes those of another owner, in the room of the one before. */
enum rest_result rest_make(
	struct rest *rest, const struct lookup *lookup, const struct ruleset_owner *owner);
void rest_free(struct rest *rest);

#endif
