/*
 * Writing what was fetched. Reading the old file, merging and replacing it are
 * one step under the lock of the file's place; where there can be none, it is done
 * without.
 */
#include "vcnmeta/fetch/save.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirlock.h"
#include "base/exitcode.h"
#include "base/msg.h"
#include "lookup/lookupfile.h"
#include "lookup/merge.h"
#include "lookup/writer.h"

static int refuse(const char *path, int errno_value)
{
	char quoted[MSG_QUOTED_SIZE];

	if (errno_value == ENOMEM) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	msg_error_errno(errno_value, "cannot write lookup file %s", msg_quote_name(quoted, path));
	return EXITCODE_WRITE;
}

int save_check(const char *path, bool merge)
{
	struct lookup *lookup;
	struct dirlock lock;
	struct stat status;
	int result = EXITCODE_OK;

	if (stat(path, &status) == 0) {
		if (S_ISDIR(status.st_mode))
			return refuse(path, EISDIR);
		if (merge) {
			result = (int)lookupfile_open_guarded(&lookup, path);
			if (result == EXITCODE_OK)
				lookupfile_close(lookup);
		}
		return result;
	}
	if (errno != ENOENT)
		return refuse(path, errno);
	/* one that cannot be listed may be written to all the same */
	if (dirlock_find(&lock, path) != 0 && errno != EACCES)
		result = refuse(path, errno);
	dirlock_release(&lock);
	return result;
}

/* Adds what the file at path holds; an absent one holds nothing. */
static int merge_file(struct model *model, const char *path)
{
	struct lookup *lookup;
	struct model_fault fault;
	enum model_result merged;
	int result;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return EXITCODE_OK;
	result = (int)lookupfile_open_guarded(&lookup, path);
	if (result != EXITCODE_OK)
		return result;
	merged = merge_lookup(model, lookup, MERGE_MODEL, path, &fault);
	lookupfile_close(lookup);
	if (merged == MODEL_OK)
		return EXITCODE_OK;
	if (merged == MODEL_NO_MEMORY) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	lookupfile_refuse(path, fault.text);
	return EXITCODE_REFUSED;
}

int save_write(
	struct model *model, const char *path, bool merge, int64_t fetched_at, const char *source)
{
	struct dirlock lock;
	int result = (int)dirlock_acquire(&lock, path);

	if (result == EXITCODE_OK && merge)
		result = merge_file(model, path);
	if (result == EXITCODE_OK)
		result = (int)writer_write(model, path, fetched_at, source);
	dirlock_release(&lock);
	return result;
}
