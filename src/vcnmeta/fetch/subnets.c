/*
 * Subnets named by OCID, one a line; white space around them, blank lines, what
 * follows a "#" and a byte order mark at the start are passed over. Anything that cannot be the
 * OCID of a subnet is refused with its place, for it would become part of a request.
 */
#include "vcnmeta/fetch/subnets.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/exitcode.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/ocid.h"
#include "json/space.h"

static int no_memory(void)
{
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

static int add(struct subnets *subnets, struct textset *seen, const char *ocid)
{
	switch (textset_add(seen, ocid, strlen(ocid))) {
	case TEXTSET_KNOWN:
		return EXITCODE_OK;
	case TEXTSET_ADDED:
		return names_add(&subnets->names, ocid) == 0 ? EXITCODE_OK : no_memory();
	case TEXTSET_FULL:
		msg_error("more than %zu subnets are named", LIMIT_SUBNETS_NAMED);
		return EXITCODE_REFUSED;
	case TEXTSET_NO_MEMORY:
	default:
		return no_memory();
	}
}

static int add_options(struct subnets *subnets, struct textset *seen, const struct names *names)
{
	int result = EXITCODE_OK;

	for (size_t i = 0; i < names->count && result == EXITCODE_OK; i++)
		result = add(subnets, seen, names->names[i]);
	return result;
}

/* Cuts the text into lines in place. */
static int add_lines(struct subnets *subnets, struct textset *seen, const char *source)
{
	char place[MSG_QUOTED_SIZE], quoted[MSG_QUOTED_SIZE];
	char *text = subnets->text.data;
	size_t len = subnets->text.len, at = bytes_mark_length(text, len);
	int result = EXITCODE_OK;

	for (unsigned long long line = 1; at < len && result == EXITCODE_OK; line++) {
		char *feed = memchr(text + at, '\n', len - at);
		size_t end = feed == NULL ? len : (size_t)(feed - text);
		size_t start = json_skip_space(text, at, end);
		const char *comment = memchr(text + start, '#', end - start);

		at = end + 1;
		if (comment != NULL)
			end = (size_t)(comment - text);
		while (end > start && json_is_space(text[end - 1]))
			end--;
		if (end == start)
			continue;
		if (!ocid_is_of(text + start, end - start, "subnet")) {
			msg_error("%s, line %llu: %s is not the OCID of a "
				  "subnet",
				msg_quote_name(place, source), line,
				msg_quote(quoted, text + start, end - start));
			return EXITCODE_REFUSED;
		}
		text[end] = '\0';
		result = add(subnets, seen, text + start);
	}
	return result;
}

static int read_source(struct subnets *subnets, const char *source)
{
	char quoted[MSG_QUOTED_SIZE];
	bool standard = strcmp(source, "-") == 0;
	int fd = standard ? STDIN_FILENO : io_open_read(source, false);
	int result = -1;

	if (standard && !io_was_open(STDIN_FILENO)) {
		msg_error("cannot read the subnets: standard input is closed");
		return EXITCODE_REFUSED;
	}
	if (fd >= 0)
		/* a byte more, to put the last NUL into */
		result = io_read_all(fd, &subnets->text, 1);
	if (result != 0)
		msg_error_errno(
			errno, "cannot read the subnets from %s", msg_quote_name(quoted, source));
	if (fd >= 0 && !standard)
		close(fd);
	return result == 0 ? EXITCODE_OK : EXITCODE_REFUSED;
}

int subnets_read(struct subnets *subnets, const struct options *options)
{
	struct textset seen = TEXTSET_INIT(LIMIT_SUBNETS_NAMED);
	int result;

	*subnets = (struct subnets){.text = BYTES_INIT(LIMIT_SUBNETS_FILE)};
	result = add_options(subnets, &seen, &options->subnets);
	if (result == EXITCODE_OK && options->subnets_from != NULL)
		result = read_source(subnets, options->subnets_from);
	if (result == EXITCODE_OK && options->subnets_from != NULL)
		result = add_lines(subnets, &seen, options->subnets_from);
	textset_free(&seen);
	return result;
}

void subnets_free(struct subnets *subnets)
{
	names_free(&subnets->names);
	bytes_free(&subnets->text);
}
