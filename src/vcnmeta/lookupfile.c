/* Lookup files that are shown, verified or merged. */
#include "vcnmeta/lookupfile.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "base/msg.h"

static void cannot_use(const char *path, const char *detail)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("cannot use lookup file %s: %s", msg_quote_name(quoted, path), detail);
}

/* Called in the middle of anything: no memory may be asked for. */
static void file_shrank(void *path)
{
	cleanup_run();
	cannot_use(path, "it shrank while it was being read");
	_exit(EXITCODE_REFUSED);
}

enum exitcode lookupfile_open(struct lookup **lookup, const char *path)
{
	char detail[LOOKUP_DETAIL_SIZE];
	enum lookup_error error = lookup_open(lookup, path, detail, NULL);

	if (error == LOOKUP_NO_MEMORY) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	if (error != LOOKUP_OK) {
		cannot_use(path, detail);
		return EXITCODE_REFUSED;
	}
	lookup_guard(*lookup, file_shrank, (void *)(uintptr_t)path);
	return EXITCODE_OK;
}

void lookupfile_close(struct lookup *lookup)
{
	lookup_guard(NULL, NULL, NULL);
	lookup_close(lookup);
}
