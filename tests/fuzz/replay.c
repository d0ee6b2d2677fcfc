/*
 * A target without libFuzzer: runs it on each input of the files named. A file
 * whose name ends in ".pack" holds many: of each its length in decimal, a line
 * feed, its bytes and a line feed. Prints how many there were.
 */
#include "fuzz.h"

static char *read_whole(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	struct bytes text = BYTES_INIT(SIZE_MAX / 2);
	char part[65536];
	size_t got;

	PROMISE(file != NULL);
	while ((got = fread(part, 1, sizeof part, file)) != 0)
		fuzz_append(&text, part, got);
	PROMISE(fclose(file) == 0);
	*len = text.len;
	return text.data;
}

/* Each input stands in memory of its own size, so that its end is guarded. */
static void run_input(const char *data, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	PROMISE(copy != NULL);
	if (len != 0)
		memcpy(copy, data, len);
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static unsigned run_pack(const char *text, size_t len)
{
	unsigned count = 0;
	size_t at = 0;

	while (at < len) {
		size_t size = 0;

		for (; at < len && text[at] != '\n'; at++) {
			PROMISE(text[at] >= '0' && text[at] <= '9');
			size = size * 10 + (size_t)(text[at] - '0');
		}
		PROMISE(len - at > 1 && size <= len - at - 2);
		run_input(text + at + 1, size);
		at += size + 2;
		count++;
	}
	return count;
}

static unsigned run_file(const char *path)
{
	size_t name_len = strlen(path);
	size_t len;
	char *text = read_whole(path, &len);
	unsigned count = 1;

	if (name_len > 5 && strcmp(path + name_len - 5, ".pack") == 0)
		count = run_pack(text, len);
	else
		run_input(text, len);
	free(text);
	return count;
}

int main(int argc, char **argv)
{
	unsigned count = 0;

	for (int i = 1; i < argc; i++)
		count += run_file(argv[i]);
	(void)printf("%u inputs\n", count);
	return count == 0;
}
