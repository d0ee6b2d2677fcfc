/* What came of a block: its buffers, kept from use to use. */
#include "vcnflow/result.h"

#include <stdlib.h>
#include <string.h>

/* Distinct unknown subnets in one block: its records bound them anyway. */
#define UNKNOWN_IN_BLOCK SIZE_MAX

void result_init(struct result *result)
{
	memset(result, 0, sizeof *result);
	result->unknown = (struct textset)TEXTSET_INIT(UNKNOWN_IN_BLOCK);
}

void result_free(struct result *result)
{
	free(result->rejects);
	textset_free(&result->unknown);
	summing_free(&result->summing);
}

void result_reset(struct result *result)
{
	result->state = RESULT_COMPLETE;
	memset(&result->tally, 0, sizeof result->tally);
	result->lines = 0;
	result->mark_count = 0;
	result->reject_count = 0;
	textset_clear(&result->unknown);
	summing_reset(&result->summing);
	memset(result->seen, 0, sizeof result->seen);
	result->is_run = false;
	result->page_follows = false;
}
