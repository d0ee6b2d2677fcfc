/*
 * Texts that look like one before: whatever a parser that has learned says of a
 * text, a parser that has not says, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "json/json.h"

#define SLOTS 6
#define DEPTH 8

struct fixture {
	struct json_plan *plan;
	struct json_parser *learned;
	unsigned known; /* lines that the learned one knew */
	char *like;     /* a line that it knows, and its length; null: none */
	size_t like_len;
	unsigned compared;
};

static const char *const record[] = {
	"{\"id\":\"a\",\"data\":{\"src\":\"10.0.0.1\",\"port\":443,\"n\":0},"
	"\"oracle\":{\"x\":\"\",\"on\":true,\"list\":[1,22,\"s\",{\"y\":7}]}}",
	"{\"id\":\"b\",\"data\":{\"src\":\"192.168.17.254\",\"port\":1,\"n\":"
	"19},"
	"\"oracle\":{\"x\":\"z\",\"on\":true,\"list\":[3,0,\"t\",{\"y\":8}]}}",
	"{\"id\":\"a\",\"data\":{\"src\":null},\"oracle\":{\"x\":\"\"}}",
	"{\"id\":\"a longer name than sixteen bytes, and than thirty-two\","
	"\"data\":{\"src\":\"10.0.0.1\"},\"oracle\":{\"x\":\"\"}}",
};

static int setup(void **state)
{
	static const char *const paths[SLOTS][2] = {{"data", NULL}, {"oracle", NULL},
		{"data", "src"}, {"data", "port"}, {"oracle", "x"}, {"id", NULL}};
	struct fixture *fixture = calloc(1, sizeof *fixture);

	fixture->plan = json_plan_new();
	fixture->learned = json_parser_new();
	for (int i = 0; i < SLOTS; i++)
		assert_int_equal(
			json_plan_add(fixture->plan, paths[i], paths[i][1] == NULL ? 1 : 2), i);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	json_parser_free(fixture->learned);
	json_plan_free(fixture->plan);
	free(fixture->like);
	free(fixture);
	return 0;
}

static void assert_same_values(const struct json_value *values, const struct json_value *expected,
	const struct json_found *found, const struct json_found *expected_found)
{
	for (int i = 0; i < SLOTS; i++) {
		assert_int_equal(values[i].type, expected[i].type);
		assert_ptr_equal(values[i].text, expected[i].text);
		assert_int_equal(values[i].len, expected[i].len);
	}
	assert_int_equal(found->type, expected_found->type);
	assert_ptr_equal(found->text, expected_found->text);
	assert_int_equal(found->len, expected_found->len);
	assert_int_equal(found->depth, expected_found->depth);
}

/* Has the learned one compare all lines, also where it is used to unlike ones. */
static void stay_alert(struct fixture *fixture)
{
	const struct json_value *values;
	struct json_found found;

	if (fixture->like == NULL || ++fixture->compared % 16 != 0)
		return;
	for (int i = 0; i < 8; i++)
		if (json_select_known_line(fixture->learned, fixture->like, fixture->like_len,
			    fixture->plan, DEPTH, &values, &found) != 0)
			return;
}

static char *line_of(const char *text, size_t len)
{
	char *line = calloc(1, len + 1 + LIMIT_JSON_PADDING);

	memcpy(line, text, len);
	line[len] = '\n';
	return line;
}

/* A text, and as a line, judged by the one that learned and by a fresh one. */
static void compare(struct fixture *fixture, const char *text, size_t len)
{
	struct json_parser *fresh = json_parser_new();
	struct json_value values[SLOTS], expected[SLOTS];
	const struct json_value *known;
	struct json_found found, expected_found;
	char *copy = line_of(text, len);
	enum json_error error;
	size_t line;

	stay_alert(fixture);
	error = json_select(fresh, copy, len, fixture->plan, DEPTH, expected, &expected_found);
	line = json_select_known_line(
		fixture->learned, copy, len + 1, fixture->plan, DEPTH, &known, &found);
	if (line != 0) {
		fixture->known++;
		if (error != JSON_OK || line != len)
			fail_msg("known, but bad or cut: %.*s", (int)len, text);
		assert_same_values(known, expected, &found, &expected_found);
	}
	/* without the line feed it is not known to be whole */
	assert_int_equal(json_select_known_line(
				 fixture->learned, copy, len, fixture->plan, DEPTH, &known, &found),
		0);
	if (json_select(fixture->learned, copy, len, fixture->plan, DEPTH, values, &found) != error)
		fail_msg("judged otherwise: %.*s", (int)len, text);
	if (error == JSON_OK)
		assert_same_values(values, expected, &found, &expected_found);
	free(copy);
	json_parser_free(fresh);
}

static void learn(struct fixture *fixture, const char *text)
{
	for (int i = 0; i < 3; i++)
		compare(fixture, text, strlen(text));
	free(fixture->like);
	fixture->like_len = strlen(text) + 1;
	fixture->like = line_of(text, fixture->like_len - 1);
}

static void test_known(void **state)
{
	struct fixture *fixture = *state;

	learn(fixture, record[0]);
	assert_int_equal(fixture->known, 2);
	compare(fixture, record[1], strlen(record[1]));
	assert_int_equal(fixture->known, 3);
	learn(fixture, record[2]);
	learn(fixture, record[3]);
	assert_int_equal(fixture->known, 7);
}

/* Each byte of a record replaced by each byte there is, before and after the
 * values that never changed were taken for constant. */
static void test_each_byte(void **state)
{
	struct fixture *fixture = *state;

	for (size_t r = 0; r < sizeof(record) / sizeof(record[0]); r++)
		learn(fixture, record[r]);
	for (int round = 0; round < 2; round++) {
		char text[256];
		size_t len = strlen(record[0]);

		memcpy(text, record[0], len);
		for (size_t at = 0; at < len; at++) {
			for (int byte = 0; byte < 256; byte++) {
				text[at] = (char)byte;
				compare(fixture, text, len);
			}
			text[at] = record[0][at];
		}
	}
	assert_true(fixture->known > 1000);
}

/* Cut at each byte, and each byte left out or doubled. */
static void test_each_cut(void **state)
{
	struct fixture *fixture = *state;
	size_t len = strlen(record[0]);
	char text[256];

	learn(fixture, record[0]);
	for (size_t at = 0; at < len; at++) {
		compare(fixture, record[0], at);
		memcpy(text, record[0], at);
		memcpy(text + at, record[0] + at + 1, len - at - 1);
		compare(fixture, text, len - 1);
		memcpy(text + at, record[0] + at, 1);
		memcpy(text + at + 1, record[0] + at, len - at);
		compare(fixture, text, len + 1);
	}
}

/* Cut at each byte, with the rest still standing behind: what ends there is not
 * to be made whole by it. */
static void test_more_behind(void **state)
{
	struct fixture *fixture = *state;
	struct json_parser *fresh = json_parser_new();
	struct json_value values[SLOTS];
	const struct json_value *known;
	struct json_found found;
	char text[1024];
	size_t len = strlen(record[3]);

	learn(fixture, record[3]);
	memset(text, 'x', sizeof text);
	memcpy(text, record[3], len);
	text[len] = '\n';
	for (size_t cut = 1; cut < len; cut++) {
		enum json_error expected =
			json_select(fresh, text, cut, fixture->plan, DEPTH, values, &found);

		assert_int_not_equal(expected, JSON_OK);
		assert_int_equal(json_select(fixture->learned, text, cut, fixture->plan, DEPTH,
					 values, &found),
			expected);
		assert_int_equal(json_select_known_line(fixture->learned, text, cut, fixture->plan,
					 DEPTH, &known, &found),
			0);
	}
	json_parser_free(fresh);
}

/* A known text that is deeper than is allowed now. */
static void test_depth(void **state)
{
	struct fixture *fixture = *state;
	struct json_value values[SLOTS];
	struct json_found found;
	char text[256] = "";
	size_t len = strlen(record[0]);

	learn(fixture, record[0]);
	memcpy(text, record[0], len);
	for (unsigned depth = 1; depth <= DEPTH; depth++)
		assert_int_equal(json_select(fixture->learned, text, len, fixture->plan, depth,
					 values, &found),
			depth < 4 ? JSON_TOO_DEEP : JSON_OK);
}

/* Insides and numbers of every length around the steps of sixteen. */
static void test_lengths(void **state)
{
	struct fixture *fixture = *state;
	char text[512];

	learn(fixture, record[0]);
	for (int len = 0; len < 70; len++) {
		for (int stop = 0; stop <= len; stop++) {
			char inside[80];

			memset(inside, 'x', sizeof inside);
			if (stop < len)
				inside[stop] = len % 2 ? '"' : '\x01';
			snprintf(text, sizeof text,
				"{\"id\":\"%.*s\",\"data\":{\"src\":\"%.*s\","
				"\"port\":%.*s,\"n\":0},\"oracle\":{\"x\":"
				"\"\",\"on\":true,\"list\":[1,22,\"s\","
				"{\"y\":7}]}}",
				len, inside, len / 2,
				"abcdefghijklmnopqrstuvw"
				"xyzabcdefghijklmnopqr",
				len % 20 + 1, "10000000000000000000000");
			compare(fixture, text, strlen(text));
		}
	}
	assert_true(fixture->known > 50);
}

/* A value that was the same in many records, and then is not. */
static void test_constant_changes(void **state)
{
	struct fixture *fixture = *state;
	char text[128];

	for (int i = 0; i < 300; i++) {
		snprintf(text, sizeof text, "{\"id\":\"%s\",\"data\":{\"port\":%d},\"oracle\":{}}",
			i < 200 ? "same" : "other", i);
		compare(fixture, text, strlen(text));
	}
	assert_int_equal(fixture->known, 298);
}

/* Values that were of one length in many records: what else of that length is
 * known, and what is of another one is judged all the same. */
static void test_length_changes(void **state)
{
	static const char *const ids[] = {"abc", "a b", "a!c", "\x7f{}", "a\"c", "a\\\\",
		"a\xc3\xa4", "ab\x1f", "ab", "", "abcd", "a longer one than sixteen bytes"};
	static const char *const ports[] = {"123", "100", "999", "012", "000", "1.2", "1e1", "-12",
		"12", "0", "1234", "1 2", "12a", "\"1\""};
	struct fixture *fixture = *state;
	char text[128];

	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof text, "{\"id\":\"%c-%c\",\"data\":{\"port\":%d}}",
			'a' + i % 26, '0' + i % 10, 100 + i);
		compare(fixture, text, strlen(text));
	}
	assert_int_equal(fixture->known, 199);
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		for (size_t p = 0; p < sizeof ports / sizeof ports[0]; p++) {
			snprintf(text, sizeof text, "{\"id\":\"%s\",\"data\":{\"port\":%s}}",
				ids[i], ports[p]);
			compare(fixture, text, strlen(text));
		}
	}
	assert_true(fixture->known > 199 + 8);
}

/* What was a value's end is another's inside: a quote where none was. */
static void test_quote_moves(void **state)
{
	struct fixture *fixture = *state;
	char text[128];

	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof text, "{\"id\":\"%04d\",\"data\":{\"src\":\"%02d\"}}", i,
			i % 100);
		compare(fixture, text, strlen(text));
	}
	assert_int_equal(fixture->known, 199);
	compare(fixture, "{\"id\":\"00\",7,\"data\":{\"src\":\"00\"}}", 33);
	compare(fixture, "{\"id\":\"0\",\"\",\"data\":{\"src\":\"00\"}}", 34);
	compare(fixture, "{\"id\":\"0000\",\"data\":{\"src\":\"\"\"\"}}", 34);
	assert_int_equal(fixture->known, 199);
}

/* More templates than are kept, in turn: all are judged, most are known. */
static void test_many_templates(void **state)
{
	struct fixture *fixture = *state;
	char text[256];

	for (int i = 0; i < 4000; i++) {
		int members = (i * 7) % (i < 2000 ? 4 : 13);
		int len = snprintf(text, sizeof text, "{\"id\":\"%d\"", i);

		for (int m = 0; m < members; m++)
			len += snprintf(text + len, sizeof text - (size_t)len, ",\"m%d\":%d", m, i);
		snprintf(text + len, sizeof text - (size_t)len,
			",\"data\":{\"port\":%d},\"oracle\":{}}", i);
		compare(fixture, text, strlen(text));
	}
	assert_true(fixture->known > 2500);
}

/* Where thousands of lines were like none, one that is comes to be known soon, and all
 * others after it at once. */
static void test_unlike(void **state)
{
	struct fixture *fixture = *state;
	const struct json_value *values;
	struct json_found found;
	char *like = line_of(record[0], strlen(record[0]));
	char *unlike = line_of("[7]", 3);
	unsigned tries = 0;

	learn(fixture, record[0]);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(json_select_known_line(fixture->learned, unlike, 4, fixture->plan,
					 DEPTH, &values, &found),
			0);
	while (json_select_known_line(fixture->learned, like, strlen(like), fixture->plan, DEPTH,
		       &values, &found) == 0)
		assert_true(++tries < 8);
	assert_true(tries > 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(json_select_known_line(fixture->learned, like, strlen(like),
					 fixture->plan, DEPTH, &values, &found),
			strlen(record[0]));
	free(unlike);
	free(like);
}

/* Texts that must not be learned, or are no objects. */
static void test_odd(void **state)
{
	static const char *const odd[] = {"7", "\"x\"", "[1,\"a\"]", "{}", "  {\"id\" : \"a\"} ",
		"{\"id\":\"\\u0061\"}", "{\"id\":-1,\"data\":1.5,\"oracle\":1e3}",
		"{\"id\":\"\xc3\xa4\"}", "{\"id\":\t1}", "{\"id\":1}\r", "{\"id\":01}",
		"{\"id\":\"a\",\"id\":\"b\"}", "{\"data\":{\"src\":1},\"data\":{}}",
		"[[[[[[[[[]]]]]]]]]", "[[[[[[[[]]]]]]]]"};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		learn(*state, odd[i]);
}

static void test_too_much(void **state)
{
	struct fixture *fixture = *state;
	char *text = malloc(70000);
	size_t len;

	/* more values than a template has pieces */
	len = (size_t)sprintf(text, "{\"id\":[0");
	for (int i = 0; i < 300; i++)
		len += (size_t)sprintf(text + len, ",%d", i);
	memcpy(text + len, "]}", 3);
	learn(fixture, text);
	/* longer than a template's text */
	len = (size_t)sprintf(text, "{\"id\":\"");
	memset(text + len, 'x', 5000);
	memcpy(text + len + 5000, "\"}", 3);
	learn(fixture, text);
	assert_int_equal(fixture->known, 0);
	/* but a short one may grow */
	learn(fixture, "{\"id\":\"x\"}");
	compare(fixture, text, strlen(text));
	assert_int_equal(fixture->known, 3);
	free(text);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_known),
		CASE(test_each_byte),
		CASE(test_each_cut),
		CASE(test_more_behind),
		CASE(test_depth),
		CASE(test_lengths),
		CASE(test_constant_changes),
		CASE(test_length_changes),
		CASE(test_quote_moves),
		CASE(test_many_templates),
		CASE(test_unlike),
		CASE(test_odd),
		CASE(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
