/*
 * What the contract says that flow-log bytes lead to, worked out a second way:
 * with the strict parser, inet_pton and the C library's calendar. No speed, no
 * streaming: one text, held whole.
 *
 * Where brackets do not balance, the contract's rules for going on are those
 * of the program's own framing, and nothing is expected then (exact is false).
 */
#ifndef TESTS_FUZZ_EXPECT_H
#define TESTS_FUZZ_EXPECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "lookup/lookup.h"
#include "vcnflow/options.h"
#include "vcnflow/tally.h"

#include "strict.h"

/* The networks that options->internal was made from, beyond RFC 1918. */
struct expect_context {
	const struct options *options;
	const struct lookup *lookup; /* null: none */
	const char *const *internal; /* "ADDRESS/LENGTH", ending in null */
};

struct expect {
	bool exact; /* what follows is worked out to the end */
	struct tally tally;
	struct bytes output; /* as of the workers, array brackets left out */

	struct strict strict;
	struct bytes scratch;
	struct expect_context context;
	bool in_run; /* of JSON values */
};

#define EXPECT_INIT                                                                                \
	{                                                                                          \
		.output = BYTES_INIT(SIZE_MAX / 2), .scratch = BYTES_INIT(SIZE_MAX / 2)            \
	}

/* Works out what text leads to. */
void expect_text(
	struct expect *expect, const struct expect_context *context, const char *text, size_t len);

/* Tells if one line of output, or one element, is one valid JSON object. */
bool expect_is_object(struct expect *expect, const char *text, size_t len);

#endif
