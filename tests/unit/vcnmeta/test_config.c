/* Config files as Python's configparser reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vcnmeta/oci/config.h"

/* Parses text; returns what config_parse did. */
static int parse(struct config *config, const char *text)
{
	struct secret secret = SECRET_INIT;

	assert_int_equal(secret_set(&secret, text, strlen(text)), 0);
	return config_parse(config, "config", &secret);
}

static void assert_value(const char *text, const char *profile, const char *key, const char *value)
{
	const struct config_entry *entry;
	struct config config;

	assert_int_equal(parse(&config, text), 0);
	entry = config_find(&config, profile, key);
	if (value == NULL) {
		assert_null(entry);
	} else {
		assert_non_null(entry);
		assert_string_equal(entry->value, value);
	}
	config_free(&config);
}

static void assert_refused(const char *text)
{
	struct config config;

	assert_int_equal(parse(&config, text), -1);
	config_free(&config);
}

static void test_pairs(void **state)
{
	(void)state;
	assert_value("[P]\nuser=u\n", "P", "user", "u");
	assert_value("[P]\nuser: u", "P", "user", "u");
	assert_value("[P]\n  USER \t=  u v \r\n", "P", "user", "u v");
	assert_value("[P]\na=b:c=d\n", "P", "a", "b:c=d");
	assert_value("[P]\na=\n", "P", "a", "");
	assert_value("[P]\na=\"q\"\n", "P", "a", "\"q\"");
	assert_value("[P]\na=b # no comment\n", "P", "a", "b # no comment");
	assert_value("#x\n;y\n[P]\n # z\na=1\n", "P", "a", "1");
	assert_value("\xef\xbb\xbf[P]\na=1\n", "P", "a", "1");
	assert_value("[P]\nb=1\n", "P", "a", NULL);
	assert_value("", "P", "a", NULL);
}

static void test_continuation(void **state)
{
	(void)state;
	assert_value("[P]\na=1\n 2\n\n  3\nb=4\n", "P", "a", "1\n2\n\n3");
	assert_value("[P]\n  a=1\n  b=2\n", "P", "b", "2");
	assert_value("[P]\na=1\n [x]\n", "P", "a", "1\n[x]");
	assert_value("[P]\na=1\n#c\n 2\n", "P", "a", "1\n2");
}

static void test_default(void **state)
{
	(void)state;
	assert_value("[DEFAULT]\na=1\n[P]\nb=2\n", "P", "a", "1");
	assert_value("[P]\na=2\n[DEFAULT]\na=1\n", "P", "a", "2");
	assert_value("[DEFAULT]\na=1\n[P]\nb=2\n[DEFAULT]\nc=3\n", "DEFAULT", "c", "3");
	assert_value("[DEFAULT]\na=1\n[P]\nb=2\n[DEFAULT]\nc=3\n", "DEFAULT", "b", NULL);
	assert_value("[default]\na=1\n", "P", "a", NULL);
}

static void test_refused(void **state)
{
	struct secret secret = SECRET_INIT;
	struct config config;

	(void)state;
	assert_refused("a=1\n[P]\n");
	assert_refused("[P]\na\n");
	assert_refused("[P]\n=1\n");
	assert_refused("[]\n");
	assert_refused("[P\n");
	assert_refused("[P]\na=1\nA=2\n");
	assert_refused("[P]\n[P]\n");
	assert_refused("[DEFAULT]\na=1\n[DEFAULT]\na=2\n");
	assert_int_equal(secret_set(&secret, "[P]\na=\0\n", 8), 0);
	assert_int_equal(config_parse(&config, "config", &secret), -1);
	config_free(&config);
}

static void test_places(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(parse(&config, "\n[P]\n\n# c\na=1\n"), 0);
	assert_int_equal(config_find(&config, "P", "a")->line, 5);
	assert_true(config_has_profile(&config, "P"));
	assert_true(config_has_profile(&config, "DEFAULT"));
	assert_false(config_has_profile(&config, "p"));
	config_free(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_continuation),
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
