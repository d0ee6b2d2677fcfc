/*
 * The order of the checks of a file that was mapped: what it is, its frame, how
 * much there is, then all else. Of a large file two threads may check a half
 * each, if whoever opens it has any; the message is the same.
 *
 * The file may shrink meanwhile: the fault is turned into a jump out of the
 * check, in the thread that met it.
 */
#include <setjmp.h>
#include <string.h>
#include <sys/mman.h>

#include "lookup/mapped.h"

/* A multiple of the size of a page on any machine. */
#define ANY_PAGE ((size_t)64 << 10)

/* A file that is worth another thread. */
#define LARGE ((size_t)8 << 20)

/* Where a fault inside the mapping leads while it is being checked. */
static _Thread_local sigjmp_buf *check_escape;

static void escape_check(void *context)
{
	(void)context;
	siglongjmp(*check_escape, 1);
}

/* Runs a check; one that touches what is gone ends with that. */
static enum lookup_error check_guarded(
	struct lookup *lookup, enum lookup_error (*check)(struct lookup *))
{
	sigjmp_buf escape;

	check_escape = &escape;
	if (sigsetjmp(escape, 1) != 0)
		return mapped_damaged(lookup, "it shrank while it was read");
	return check(lookup);
}

static enum lookup_error check_frame(struct lookup *lookup)
{
	enum lookup_error error = mapped_check_kind(lookup);

	return error == LOOKUP_OK ? mapped_check_sections(lookup) : error;
}

/* Half of the work, with a view of its own on the same file. */
struct half {
	struct lookup lookup;
	char detail[LOOKUP_DETAIL_SIZE];
	enum lookup_error error;
};

/* Has the kernel map the pages of a half at once, which two threads do in half
 * the time. A wish: what is not mapped is when it is touched. */
static void map_half(const struct lookup *lookup, size_t number)
{
#ifdef MADV_POPULATE_READ
	size_t half = lookup->length / 2 / ANY_PAGE * ANY_PAGE;
	size_t begin = number == 0 ? 0 : half;
	size_t end = number == 0 ? half : lookup->length;

	(void)madvise((void *)(uintptr_t)(lookup->map + begin), end - begin, MADV_POPULATE_READ);
#else
	(void)lookup, (void)number;
#endif
}

static enum lookup_error check_sums_and_parts(struct lookup *lookup)
{
	enum lookup_error error = mapped_check_sums(lookup);

	return error == LOOKUP_OK ? mapped_check_parts(lookup) : error;
}

static void check_first(void *context)
{
	struct half *half = context;

	map_half(&half->lookup, 0);
	half->error = check_guarded(&half->lookup, check_sums_and_parts);
}

static void check_second(void *context)
{
	struct half *half = (struct half *)context + 1;

	map_half(&half->lookup, 1);
	half->error = check_guarded(&half->lookup, mapped_check_subnets);
}

/* A wrong checksum, which the first half sees, explains all else. */
static enum lookup_error check_halves(struct lookup *lookup, lookup_runner *runner)
{
	struct half halves[2];
	const struct half *bad;

	for (size_t i = 0; i < 2; i++) {
		halves[i].lookup = *lookup;
		halves[i].lookup.detail = halves[i].detail;
	}
	runner(check_first, check_second, halves);
	bad = &halves[halves[0].error == LOOKUP_OK ? 1 : 0];
	if (bad->error != LOOKUP_OK)
		memcpy(lookup->detail, bad->detail, sizeof(bad->detail));
	return bad->error;
}

static enum lookup_error check_all(struct lookup *lookup, lookup_runner *runner)
{
	enum lookup_error error = check_guarded(lookup, check_frame);

	if (error == LOOKUP_OK)
		error = check_guarded(lookup, mapped_check_counts);
	if (error != LOOKUP_OK)
		return error;
	if (runner != NULL && lookup->length >= LARGE)
		return check_halves(lookup, runner);
	error = check_guarded(lookup, check_sums_and_parts);
	return error == LOOKUP_OK ? check_guarded(lookup, mapped_check_subnets) : error;
}

enum lookup_error mapped_check(struct lookup *lookup, lookup_runner *runner)
{
	enum lookup_error error;

	lookup->parser = json_parser_new();
	if (!lookup->parser || lookup_guard(lookup, escape_check, NULL) != 0)
		return LOOKUP_NO_MEMORY;
	error = check_all(lookup, runner);
	lookup_guard(NULL, NULL, NULL);
	json_parser_free(lookup->parser);
	lookup->parser = NULL;
	return error;
}
