/*
 * Output by raw writes: a short or failed one is never overlooked, and told of
 * once, at the end.
 */
#include "base/outfile.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/io.h"
#include "base/msg.h"

/* From so many bytes on they are written. */
#define ENOUGH ((size_t)64 << 10)

static void report(const struct outfile *outfile)
{
	char quoted[MSG_QUOTED_SIZE];

	if (outfile->path)
		msg_error_errno(outfile->write_errno, "cannot write %s",
			msg_quote_name(quoted, outfile->path));
	else
		msg_error_errno(outfile->write_errno, "cannot write to standard output");
}

enum exitcode outfile_open(struct outfile *outfile, const char *path)
{
	*outfile = (struct outfile){
		.bytes = BYTES_INIT(SIZE_MAX / 2),
		.path = path && strcmp(path, "-") != 0 ? path : NULL,
		.fd = STDOUT_FILENO,
	};
	if (!outfile->path) {
		outfile->write_errno = io_was_open(STDOUT_FILENO) ? 0 : EBADF;
	} else if (replace_begin(&outfile->replace, outfile->path) != 0) {
		outfile->write_errno = errno;
	} else {
		outfile->fd = outfile->replace.fd;
	}
	if (outfile->write_errno == 0)
		return EXITCODE_OK;
	if (outfile->write_errno == ENOMEM) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	report(outfile);
	return EXITCODE_WRITE;
}

bool outfile_is_terminal(const struct outfile *outfile, unsigned *columns)
{
	struct winsize size;

	*columns = 80;
	if (!isatty(outfile->fd))
		return false;
	if (ioctl(outfile->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		*columns = size.ws_col;
	return true;
}

static void write_out(struct outfile *outfile)
{
	if (outfile->write_errno == 0 &&
		io_write_all(outfile->fd, outfile->bytes.data, outfile->bytes.len) != 0)
		outfile->write_errno = errno;
	bytes_clear(&outfile->bytes);
}

void outfile_pass(struct outfile *outfile)
{
	if (outfile->bytes.len >= ENOUGH)
		write_out(outfile);
}

/* Ends the file: in its place, or away. */
static void end_file(struct outfile *outfile, bool keep)
{
	if (keep && outfile->write_errno == 0) {
		if (replace_commit(&outfile->replace) != 0)
			outfile->write_errno = errno;
		return;
	}
	replace_abandon(&outfile->replace);
}

enum exitcode outfile_close(struct outfile *outfile, bool keep)
{
	if (keep)
		write_out(outfile);
	bytes_free(&outfile->bytes);
	if (outfile->path)
		end_file(outfile, keep);
	if (!keep || outfile->write_errno == 0)
		return EXITCODE_OK;
	if (outfile->write_errno == EPIPE && !outfile->path) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	report(outfile);
	return EXITCODE_WRITE;
}
