/* Lookup files as the programs open them: good as a whole, or refused whole. */
#include "lookup/lookupfile.h"

#include <stdint.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/msg.h"

void lookupfile_refuse(const char *path, const char *why)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("cannot use lookup file %s: %s", msg_quote_name(quoted, path), why);
}

enum exitcode lookupfile_open(struct lookup **lookup, const char *path, lookup_runner *runner)
{
	char detail[LOOKUP_DETAIL_SIZE];

	switch (lookup_open(lookup, path, detail, runner)) {
	case LOOKUP_OK:
		return EXITCODE_OK;
	case LOOKUP_NO_MEMORY:
		msg_no_memory();
		return EXITCODE_INTERNAL;
	default:
		lookupfile_refuse(path, detail);
		return EXITCODE_REFUSED;
	}
}

/* Called in the middle of anything: no memory may be asked for. */
static void file_shrank(void *path)
{
	cleanup_run();
	lookupfile_refuse(path, "it shrank while it was being read");
	_exit(EXITCODE_REFUSED);
}

enum exitcode lookupfile_open_guarded(struct lookup **lookup, const char *path)
{
	enum exitcode exitcode = lookupfile_open(lookup, path, NULL);

	if (exitcode == EXITCODE_OK)
		lookup_guard(*lookup, file_shrank, (void *)(uintptr_t)path);
	return exitcode;
}

void lookupfile_close(struct lookup *lookup)
{
	lookup_guard(NULL, NULL, NULL);
	lookup_close(lookup);
}
