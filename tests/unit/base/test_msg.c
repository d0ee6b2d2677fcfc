/* Messages: one line whatever is in them, quoting, cutting, muting. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/msg.h"

static int real_stderr = -1;
static int reader = -1;
static char caught[65536];

/* From here on standard error is a pipe; the text comes by take_stderr. */
static void catch_stderr(void)
{
	int ends[2];

	real_stderr = dup(STDERR_FILENO);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	reader = ends[0];
}

static const char *take_stderr(void)
{
	ssize_t got;

	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	got = read(reader, caught, sizeof(caught) - 1);
	close(reader);
	caught[got > 0 ? got : 0] = '\0';
	return caught;
}

static void writes_one_line(void **state)
{
	(void)state;
	msg_program("vcntest");
	catch_stderr();
	errno = ERANGE;
	msg_error("cannot read %s", "'x'");
	assert_int_equal(errno, ERANGE);
	assert_string_equal(take_stderr(), "vcntest: cannot read 'x'\n");
	catch_stderr();
	msg_error_errno(ENOENT, "cannot read %s", "'x'");
	assert_string_equal(take_stderr(), "vcntest: cannot read 'x': No such file or directory\n");
	catch_stderr();
	msg_no_memory();
	assert_string_equal(take_stderr(), "vcntest: out of memory\n");
	catch_stderr();
	msg_error("a\nb\033c\177d\xc3\xa4");
	assert_string_equal(take_stderr(), "vcntest: a?b?c?d\xc3\xa4\n");
}

static void mutes_all_but_errors(void **state)
{
	(void)state;
	msg_program("vcntest");
	catch_stderr();
	msg_quiet(true);
	msg_warning("w");
	msg_note("n");
	msg_error("e");
	msg_quiet(false);
	msg_warning("w%d", 2);
	msg_note("n%d", 2);
	assert_string_equal(take_stderr(), "vcntest: e\nvcntest: w2\nvcntest: n2\n");
}

static int calls;

static void count_call(void)
{
	calls++;
}

static void calls_before_each(void **state)
{
	(void)state;
	catch_stderr();
	msg_before(count_call);
	msg_error("e");
	msg_quiet(true);
	msg_warning("not shown");
	msg_quiet(false);
	msg_before(NULL);
	msg_error("e");
	take_stderr();
	assert_int_equal(calls, 1);
}

/* Texts that are too long keep their cause, and characters stay whole. */
static void cuts_long_texts(void **state)
{
	char text[3 * LIMIT_MESSAGE];
	size_t len;

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof(text); i += 4)
			memcpy(text + i, "\xf0\x9f\x98\x80", 5);
		catch_stderr();
		msg_error_errno(ENOSPC, "%s", text);
		len = strlen(take_stderr());
		assert_true(len <= LIMIT_MESSAGE);
		assert_true(len > LIMIT_MESSAGE - 8);
		assert_string_equal(strrchr(caught, '.') - 2, "...: No space left on device\n");
		assert_int_equal((unsigned char)strchr(caught, '.')[-1], 0x80);
	}
	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	catch_stderr();
	msg_program(text);
	msg_error("%s", text);
	msg_program("vcntest");
	len = strlen(take_stderr());
	assert_true(len <= LIMIT_MESSAGE && len > LIMIT_MESSAGE - 8);
}

static void quotes(void **state)
{
	static const struct {
		const char *text;
		const char *quoted;
	} cases[] = {
		{"", "''"},
		{"x.log.gz", "'x.log.gz'"},
		{"a b", "'a b'"},
		{"it's", "'it\\'s'"},
		{"a\\b", "'a\\\\b'"},
		{"\n\t\r\001\033\177", "'\\n\\t\\r\\x01\\x1b\\x7f'"},
		{"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "'\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80'"},
		{"\x80", "'\\x80'"},
		{"\xc0\x80", "'\\xc0\\x80'"},
		{"\xc1\xbf", "'\\xc1\\xbf'"},
		{"\xc2\x9b", "'\\xc2\\x9b'"},
		{"\xe2\x80\xae\xe2\x81\xa6", "'\\xe2\\x80\\xae\\xe2\\x81\\xa6'"},
		{"\xc2\xa0", "'\xc2\xa0'"},
		{"\xc3", "'\\xc3'"},
		{"\xc3z", "'\\xc3z'"},
		{"\xe0\x9f\xbf", "'\\xe0\\x9f\\xbf'"},
		{"\xe2\x82", "'\\xe2\\x82'"},
		{"\xe2\x82z", "'\\xe2\\x82z'"},
		{"\xed\x9f\xbf", "'\xed\x9f\xbf'"},
		{"\xed\xa0\x80", "'\\xed\\xa0\\x80'"},
		{"\xf0\x8f\xbf\xbf", "'\\xf0\\x8f\\xbf\\xbf'"},
		{"\xf4\x8f\xbf\xbf", "'\xf4\x8f\xbf\xbf'"},
		{"\xf4\x90\x80\x80", "'\\xf4\\x90\\x80\\x80'"},
		{"\xf5\x80\x80\x80", "'\\xf5\\x80\\x80\\x80'"},
		{"\xff", "'\\xff'"},
	};
	char buffer[MSG_QUOTED_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(msg_quote_name(buffer, cases[i].text), cases[i].quoted);
	assert_string_equal(msg_quote(buffer, "a\0b", 3), "'a\\x00b'");
}

static void quotes_at_most_so_much(void **state)
{
	char text[2 * LIMIT_QUOTED];
	char buffer[MSG_QUOTED_SIZE];
	size_t len;

	(void)state;
	memset(text, 'x', sizeof(text));
	len = strlen(msg_quote(buffer, text, LIMIT_QUOTED));
	assert_int_equal(len, LIMIT_QUOTED + 2);
	len = strlen(msg_quote(buffer, text, LIMIT_QUOTED + 1));
	assert_int_equal(len, LIMIT_QUOTED + 5);
	assert_string_equal(buffer + LIMIT_QUOTED, "x'...");
	memset(text, 0xff, sizeof(text));
	len = strlen(msg_quote(buffer, text, sizeof(text)));
	assert_int_equal(len, 4 * LIMIT_QUOTED + 5);
	/* A character across the border is left out whole. */
	memset(text, 'x', sizeof(text));
	memcpy(text + LIMIT_QUOTED - 2, "\xe2\x82\xac", 3);
	len = strlen(msg_quote(buffer, text, sizeof(text)));
	assert_int_equal(len, LIMIT_QUOTED - 2 + 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_one_line),
		cmocka_unit_test(mutes_all_but_errors),
		cmocka_unit_test(calls_before_each),
		cmocka_unit_test(cuts_long_texts),
		cmocka_unit_test(quotes),
		cmocka_unit_test(quotes_at_most_so_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
