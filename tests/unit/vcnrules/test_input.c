/* Inputs of conversations: lines, compression, damage, and what is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "../capture.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnrules/input.h"

#define LINE(port)                                                                                 \
	"{\"subnet\":\"s\",\"vnic\":null,\"local\":\"10.0.0.1\",\"peer\":\"10.0.0.2\","            \
	"\"protocol\":6,\"local_port\":" port ",\"peer_port\":null,\"client_ports\":[1,2],"        \
	"\"began\":\"peer\",\"action\":\"ACCEPT\",\"in\":{\"records\":1,\"packets\":1,"            \
	"\"bytes\":1},\"out\":{\"records\":0,\"packets\":0,\"bytes\":0},\"first\":null,"           \
	"\"last\":null}"

static char folder[] = "/tmp/test-input-XXXXXX";
static char ports[4096]; /* of what was taken */
static unsigned taken;
static unsigned stop_after;

static int take(void *context, const struct conversation *conversation)
{
	assert_ptr_equal(context, ports);
	taken++;
	if (strlen(ports) < sizeof(ports) - 16)
		sprintf(ports + strlen(ports), "%u ", conversation->local_low);
	return taken == stop_after ? -1 : 0;
}

/* The path of a file with these bytes, gzipped or not. */
static char *file_of(const char *name, const char *bytes, size_t len, bool is_gzip)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	if (is_gzip) {
		gzFile file = gzopen(path, "wb");

		assert_int_equal(gzwrite(file, bytes, (unsigned)len), (int)len);
		gzclose(file);
	} else {
		FILE *file = fopen(path, "wb");

		assert_int_equal(fwrite(bytes, 1, len, file), len);
		fclose(file);
	}
	return path;
}

static char *text_file(const char *text)
{
	return file_of("x.ndjson", text, strlen(text), false);
}

/* Reads paths, frees them, and compares what was taken and said. */
static void assert_reads(
	char **paths, size_t count, enum exitcode exitcode, const char *expected, const char *said)
{
	enum exitcode got;
	char *copy;

	ports[0] = '\0';
	taken = 0;
	capture_begin(STDERR_FILENO);
	got = input_read(paths, count, take, ports);
	copy = strdup(capture_end());
	for (char *at; (at = strstr(copy, folder)) != NULL;)
		memmove(at, at + strlen(folder) + 1, strlen(at + strlen(folder) + 1) + 1);
	assert_string_equal(copy, said);
	assert_int_equal(got, exitcode);
	assert_string_equal(ports, expected);
	free(copy);
	for (size_t i = 0; i < count; i++)
		if (strcmp(paths[i], "-") != 0)
			free(paths[i]);
}

static void assert_reads_text(
	const char *text, enum exitcode exitcode, const char *expected, const char *said)
{
	char *path = text_file(text);

	assert_reads(&path, 1, exitcode, expected, said);
}

static void test_lines(void **state)
{
	(void)state;
	assert_reads_text(LINE("1") "\n" LINE("2") "\n", EXITCODE_OK, "1 2 ", "");
	assert_reads_text(LINE("1") "\n\n  \r\n" LINE("2"), EXITCODE_OK, "1 2 ", "");
	assert_reads_text("", EXITCODE_OK, "", "t: 'x.ndjson' is empty\n");
}

static void test_several(void **state)
{
	char *paths[] = {file_of("a", LINE("1"), strlen(LINE("1")), true),
		file_of("b", LINE("2") "\n", strlen(LINE("2")) + 1, false), NULL};

	(void)state;
	assert_true(asprintf(&paths[2], "%s/missing", folder) > 0);
	assert_reads(paths, 3, EXITCODE_PARTIAL, "1 2 ",
		"t: cannot read 'missing': No such file or directory\n");
}

static void test_bad(void **state)
{
	(void)state;
	assert_reads_text(LINE("1") "\n{}\n" LINE("2") "\n" LINE("70000") "\n", EXITCODE_PARTIAL,
		"1 2 ",
		"t: bad conversation in 'x.ndjson', line 2: 'subnet' is not a string\n"
		"t: bad conversation in 'x.ndjson', line 4: the ports do not fit 'protocol' and "
		"'began'\n"
		"t: 2 bad lines\n");
	/* The first one waits until it is known that there are good ones. */
	assert_reads_text("x\n" LINE("1") "\n", EXITCODE_PARTIAL, "1 ",
		"t: bad conversation in 'x.ndjson', line 1: not valid JSON\n"
		"t: 1 bad line\n");
	assert_reads_text("x\n[]\n", EXITCODE_PARTIAL, "",
		"t: 'x.ndjson' holds no conversation: 2 bad, the first at line 1: not valid JSON\n"
		"t: 2 bad lines\n");
}

static void test_many_bad(void **state)
{
	char text[4096] = LINE("1") "\n";
	char said[4096] = "";

	(void)state;
	for (int i = 2; i < 40; i++) {
		strcat(text, "7\n");
		if (i < 12)
			sprintf(said + strlen(said),
				"t: bad conversation in 'x.ndjson', line %d: not a JSON object\n",
				i);
	}
	strcat(said, "t: 38 bad lines\n");
	assert_reads_text(text, EXITCODE_PARTIAL, "1 ", said);
}

static void test_flow_log(void **state)
{
	(void)state;
	assert_reads_text("{\"data\":{},\"oracle\":{}}\n", EXITCODE_PARTIAL, "",
		"t: 'x.ndjson' holds flow-log records: pipe them through 'vcnflow --conversations' "
		"first\n"
		"t: 1 bad line\n");
}

static void test_other_forms(void **state)
{
	(void)state;
	assert_reads_text("BZh9\x31\x41\x59\x26\x53\x59\x01\n", EXITCODE_PARTIAL, "",
		"t: 'x.ndjson' holds no conversation: it looks like bzip2, decompress it with "
		"'bzip2 -dc' first\n"
		"t: 1 bad line\n");
}

/* A line is as long as a record may be; a longer one costs only itself. */
static void test_long_lines(void **state)
{
	size_t len = 3 * LIMIT_RECORD_DEFAULT;
	char *text = malloc(len + 4096);
	char *path;

	(void)state;
	memset(text, ' ', len);
	memcpy(text, LINE("1"), strlen(LINE("1")));
	text[LIMIT_RECORD_DEFAULT] = '\n';
	strcpy(text + len, "\n" LINE("2") "\n");
	path = file_of("x", text, len + strlen(text + len), false);
	assert_reads(&path, 1, EXITCODE_PARTIAL, "1 2 ",
		"t: bad conversation in 'x', line 2: the line is too long\n"
		"t: 1 bad line\n");
	free(text);
}

static void test_damage(void **state)
{
	const char *text = LINE("1") "\n" LINE("2") "\n";
	char *path = file_of("x", text, strlen(text), true);
	char copy[4096];
	FILE *file = fopen(path, "rb");
	size_t len = fread(copy, 1, sizeof(copy), file);

	char said[128];

	(void)state;
	fclose(file);
	free(path);
	sprintf(said, "t: damaged input 'x', member 1, byte %zu: the gzip trailer is cut off\n",
		len - 8);
	/* The last eight bytes are the trailer. */
	path = file_of("x", copy, len - 8, false);
	assert_reads(&path, 1, EXITCODE_PARTIAL, "1 2 ", said);
}

static void test_stops(void **state)
{
	char *path = text_file(LINE("1") "\n" LINE("2") "\n" LINE("3") "\n");

	(void)state;
	stop_after = 2;
	assert_reads(&path, 1, EXITCODE_INTERNAL, "1 2 ", "");
	stop_after = 0;
}

static void test_check(void **state)
{
	char *twice[] = {"-", "a", "-"};

	(void)state;
	capture_begin(STDERR_FILENO);
	assert_int_equal(input_check(twice, 1, true), EXITCODE_OK);
	assert_int_equal(input_check(twice, 1, false), EXITCODE_REFUSED);
	assert_int_equal(input_check(twice + 1, 1, false), EXITCODE_OK);
	assert_int_equal(input_check(twice, 3, true), EXITCODE_REFUSED);
	assert_string_equal(capture_end(), "t: cannot read standard input: Bad file descriptor\n"
					   "t: cannot read standard input twice\n");
}

static int set_up(void **state)
{
	(void)state;
	msg_program("t");
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"a", "b", "x", "x.ndjson"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[64];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_many_bad),
		cmocka_unit_test(test_flow_log),
		cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_stops),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
