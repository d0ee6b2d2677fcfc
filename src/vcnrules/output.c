/*
 * Output by raw writes: a short or failed one is never overlooked. A file is
 * written beside its place; a signal takes it away and ends the process as
 * usual.
 */
#include "vcnrules/output.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/identity.h"
#include "base/io.h"
#include "base/msg.h"

/* From so many bytes on they are written. */
#define ENOUGH ((size_t)64 << 10)

static bool was_open[3];

int output_prepare(void)
{
	cleanup_install(CLEANUP_DIE);
	signal(SIGPIPE, SIG_IGN);
	return io_standard_descriptors(was_open);
}

static void report(const struct output *output)
{
	char quoted[MSG_QUOTED_SIZE];

	if (output->path)
		msg_error_errno(output->write_errno, "cannot write %s",
			msg_quote_name(quoted, output->path));
	else
		msg_error_errno(output->write_errno, "cannot write to standard output");
}

bool output_stdin_was_open(void)
{
	return was_open[STDIN_FILENO];
}

/* Is the output a file that is read? Says so. */
static bool is_read(const struct output *output, const char *path)
{
	struct identity file = identity_of_path(path);
	struct identity written = output->path ? identity_of_path(output->path)
					       : identity_of_descriptor(STDOUT_FILENO);
	char quoted[MSG_QUOTED_SIZE];

	if (!identity_is_same(&file, &written))
		return false;
	msg_error("%s would be read and written at once", msg_quote_name(quoted, path));
	return true;
}

enum exitcode output_open(struct output *output, const struct options *options)
{
	const char *path = options->output;

	*output = (struct output){
		.bytes = BYTES_INIT(SIZE_MAX / 2),
		.path = path && strcmp(path, "-") != 0 ? path : NULL,
		.fd = STDOUT_FILENO,
	};
	if (is_read(output, options->metadata))
		return EXITCODE_REFUSED;
	for (size_t i = 0; i < options->operand_count; i++)
		if (strcmp(options->operands[i], "-") != 0 && is_read(output, options->operands[i]))
			return EXITCODE_REFUSED;
	if (!output->path) {
		output->write_errno = was_open[STDOUT_FILENO] ? 0 : EBADF;
	} else if (replace_begin(&output->replace, output->path) != 0) {
		output->write_errno = errno;
	} else {
		output->fd = output->replace.fd;
	}
	if (output->write_errno == 0)
		return EXITCODE_OK;
	if (output->write_errno == ENOMEM) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	report(output);
	return EXITCODE_WRITE;
}

bool output_is_terminal(const struct output *output, unsigned *columns)
{
	struct winsize size;

	*columns = 80;
	if (!isatty(output->fd))
		return false;
	if (ioctl(output->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		*columns = size.ws_col;
	return true;
}

static void write_out(struct output *output)
{
	if (output->write_errno == 0 &&
		io_write_all(output->fd, output->bytes.data, output->bytes.len) != 0)
		output->write_errno = errno;
	bytes_clear(&output->bytes);
}

void output_pass(struct output *output)
{
	if (output->bytes.len >= ENOUGH)
		write_out(output);
}

/* Ends the file: in its place, or away. */
static void end_file(struct output *output, bool keep)
{
	if (keep && output->write_errno == 0) {
		if (replace_commit(&output->replace) != 0)
			output->write_errno = errno;
		return;
	}
	replace_abandon(&output->replace);
}

enum exitcode output_close(struct output *output, bool keep)
{
	if (keep)
		write_out(output);
	bytes_free(&output->bytes);
	if (output->path)
		end_file(output, keep);
	if (!keep || output->write_errno == 0)
		return EXITCODE_OK;
	if (output->write_errno == EPIPE && !output->path) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	report(output);
	return EXITCODE_WRITE;
}
