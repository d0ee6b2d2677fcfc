/* Standard output by raw writes: a short or failed one is never overlooked. */
#include "vcnmeta/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/msg.h"
#include "vcnmeta/standard.h"

/* From so many bytes on they are written. */
#define ENOUGH ((size_t)64 << 10)

void output_begin(struct output *output)
{
	output->bytes = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	output->write_errno = standard_output_is_open() ? 0 : EBADF;
}

static void write_out(struct output *output)
{
	if (output->write_errno == 0 &&
		io_write_all(STDOUT_FILENO, output->bytes.data, output->bytes.len) != 0)
		output->write_errno = errno;
	bytes_clear(&output->bytes);
}

void output_pass(struct output *output)
{
	if (output->bytes.len >= ENOUGH)
		write_out(output);
}

enum exitcode output_end(struct output *output)
{
	write_out(output);
	bytes_free(&output->bytes);
	if (output->write_errno == 0)
		return EXITCODE_OK;
	msg_error_errno(output->write_errno, "cannot write to standard output");
	return EXITCODE_WRITE;
}

int output_put_time(struct bytes *out, int64_t seconds)
{
	char text[32];
	time_t instant = (time_t)seconds;
	struct tm parts;

	if (!gmtime_r(&instant, &parts) ||
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		snprintf(text, sizeof(text), "@%" PRId64, seconds);
	return bytes_append_text(out, text);
}
