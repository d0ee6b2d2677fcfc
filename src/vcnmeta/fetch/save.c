/*
 * Writing what was fetched. Reading the old file, merging and replacing it are
 * one step under the lock of the file's place; where there can be none, it is done
 * without.
 */
#include "vcnmeta/fetch/save.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/dirlock.h"
#include "base/exitcode.h"
#include "base/msg.h"
#include "base/textset.h"
#include "lookup/content.h"
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

/* Adds the words of text, which are the regions of a source. */
static int add_regions(struct textset *regions, const char *text, size_t len)
{
	size_t at = 0, word;

	while (at < len) {
		const char *blank = memchr(text + at, ' ', len - at);

		word = blank == NULL ? len - at : (size_t)(blank - text) - at;
		if (word > 0 && textset_add(regions, text + at, word) == TEXTSET_NO_MEMORY)
			return -1;
		at += word + 1;
	}
	return 0;
}

/*
 * Appends where a merged file is from: what source says, and the regions of old,
 * what the file was from before, if that is the same tenancy. Returns 0, or -1 when memory ran out.
 */
static int join_sources(struct bytes *out, const char *source, const struct lookup_text *old)
{
	struct textset regions = TEXTSET_INIT(SIZE_MAX);
	size_t len = strlen(source), tenancy = strcspn(source, " ");
	int result = bytes_append(out, source, tenancy);

	if (result == 0)
		result = add_regions(&regions, source + tenancy, len - tenancy);
	if (result == 0 && old->len > tenancy && old->text[tenancy] == ' ' &&
		memcmp(old->text, source, tenancy) == 0)
		result = add_regions(&regions, old->text + tenancy, old->len - tenancy);
	textset_sort(&regions);
	for (size_t i = 0; i < regions.count && result == 0; i++) {
		const char *name = textset_text(&regions, i, &len);

		result = bytes_append_char(out, ' ') == 0 ? bytes_append(out, name, len) : -1;
	}
	textset_free(&regions);
	return result == 0 ? bytes_append_char(out, '\0') : -1;
}

/*
 * Adds what the file at path holds, and to joined where all of it is from; an absent
 * file holds nothing, and joined stays empty.
 */
static int merge_file(
	struct model *model, const char *path, const char *source, struct bytes *joined)
{
	struct lookup_text old;
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
	old = content_source(lookup);
	if (merged == MODEL_OK && join_sources(joined, source, &old) < 0)
		merged = MODEL_NO_MEMORY;
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
	struct bytes joined = BYTES_INIT(SIZE_MAX / 2);
	struct dirlock lock;
	int result = (int)dirlock_acquire(&lock, path);

	if (result == EXITCODE_OK && merge)
		result = merge_file(model, path, source, &joined);
	if (result == EXITCODE_OK)
		result = (int)writer_write(
			model, path, fetched_at, joined.len > 0 ? joined.data : source);
	dirlock_release(&lock);
	bytes_free(&joined);
	return result;
}
