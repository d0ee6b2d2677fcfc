/*
 * Lookup files as one thing: opened, mapped and checked from the first byte to
 * the last; only then is one handed out.
 */
#include "lookup/lookup.h"

#include <stdlib.h>

#include "lookup/check.h"
#include "lookup/mapped.h"

enum lookup_error lookup_open(struct lookup **result, const char *path,
	char detail[LOOKUP_DETAIL_SIZE], lookup_runner *runner)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));
	struct lookup out_of_memory = {.detail = detail};
	enum lookup_error error;

	*result = NULL;
	mapped_refuse(&out_of_memory, LOOKUP_NO_MEMORY, "out of memory");
	if (!lookup)
		return LOOKUP_NO_MEMORY;
	lookup->detail = detail;
	error = mapped_open(lookup, path);
	if (error == LOOKUP_OK)
		error = check_file(lookup, runner);
	if (error != LOOKUP_OK) {
		lookup_close(lookup);
		return error;
	}
	lookup->detail = NULL;
	*result = lookup;
	return LOOKUP_OK;
}

void lookup_close(struct lookup *lookup)
{
	if (!lookup)
		return;
	mapped_release(lookup);
	free(lookup);
}

int lookup_guard(const struct lookup *lookup, void (*function)(void *), void *context)
{
	return mapped_guard(lookup, function, context);
}
