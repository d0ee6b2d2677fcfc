/* Standard output and standard error, caught. */
#include "caught.h"

#include <stdbool.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/msg.h"
#include "json/json.h"

#include "fuzz.h"

struct bytes caught_output = BYTES_INIT(SIZE_MAX / 2);
unsigned caught_messages;

static const char *name;

/* The names that the linker asks for. */
int __wrap_io_write_all(int fd, const void *data, size_t len);
int __real_io_write_all(int fd, const void *data, size_t len);

static void check_message(const char *text, size_t len)
{
	size_t head = strlen(name);

	PROMISE(len > head + 3 && len <= LIMIT_MESSAGE);
	PROMISE(memcmp(text, name, head) == 0);
	PROMISE(memcmp(text + head, ": ", 2) == 0);
	PROMISE(text[len - 1] == '\n');
	PROMISE(json_is_utf8(text, len));
	for (size_t i = 0; i < len - 1; i++)
		PROMISE((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
	caught_messages++;
}

int __wrap_io_write_all(int fd, const void *data, size_t len)
{
	if (fd == STDERR_FILENO)
		check_message(data, len);
	else if (fd == STDOUT_FILENO)
		fuzz_append(&caught_output, data, len);
	else
		return __real_io_write_all(fd, data, len);
	return 0;
}

void caught_begin(const char *program)
{
	name = program;
	msg_program(program);
}

void caught_clear(void)
{
	bytes_clear(&caught_output);
	caught_messages = 0;
}
