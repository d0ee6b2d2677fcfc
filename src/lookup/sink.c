/*
 * Small pieces are gathered, so that checksumming and writing them is done in
 * large ones. After a write that failed the rest is only counted.
 */
#include "lookup/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "deflate/crc32.h"

struct sink *sink_new(int fd)
{
	struct sink *sink = malloc(sizeof(*sink));

	if (!sink)
		return NULL;
	sink->fd = fd;
	sink->write_errno = 0;
	sink->fill = 0;
	sink_begin(sink);
	return sink;
}

void sink_begin(struct sink *sink)
{
	sink_flush(sink);
	sink->length = 0;
	sink->crc = 0;
}

static void pass_on(struct sink *sink, const void *data, size_t len)
{
	sink->crc = crc32_update(sink->crc, data, len);
	if (sink->fd >= 0 && sink->write_errno == 0 && io_write_all(sink->fd, data, len) != 0)
		sink->write_errno = errno;
}

void sink_flush(struct sink *sink)
{
	if (sink->fill > 0)
		pass_on(sink, sink->buffer, sink->fill);
	sink->fill = 0;
}

void sink_put(struct sink *sink, const void *data, size_t len)
{
	if (len == 0)
		return;
	sink->length += len;
	if (len > sizeof(sink->buffer) - sink->fill)
		sink_flush(sink);
	if (len > sizeof(sink->buffer)) {
		pass_on(sink, data, len);
		return;
	}
	memcpy(sink->buffer + sink->fill, data, len);
	sink->fill += len;
}

void sink_put_zeros(struct sink *sink, size_t len)
{
	static const char zeros[64];
	size_t some;

	for (; len > 0; len -= some) {
		some = len < sizeof(zeros) ? len : sizeof(zeros);
		sink_put(sink, zeros, some);
	}
}
