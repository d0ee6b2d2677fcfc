/* What is read is looked for before anything is written. */
#include "vcnrules/output.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/identity.h"
#include "base/msg.h"

/* Is what path leads to also written? Says so. */
static bool is_written(const char *path, const struct identity *written)
{
	struct identity file = identity_of_path(path);
	char quoted[MSG_QUOTED_SIZE];

	if (!identity_is_same(&file, written))
		return false;
	msg_error("%s would be read and written at once", msg_quote_name(quoted, path));
	return true;
}

enum exitcode output_open(struct outfile *output, const struct options *options)
{
	const char *path = options->output;
	struct identity written = path && strcmp(path, "-") != 0
					  ? identity_of_path(path)
					  : identity_of_descriptor(STDOUT_FILENO);

	if (is_written(options->metadata, &written))
		return EXITCODE_REFUSED;
	for (size_t i = 0; i < options->operand_count; i++)
		if (strcmp(options->operands[i], "-") != 0 &&
			is_written(options->operands[i], &written))
			return EXITCODE_REFUSED;
	return outfile_open(output, path);
}
