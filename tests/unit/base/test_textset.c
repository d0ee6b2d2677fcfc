/* Sets of texts: membership, order, the maximum, and use after clearing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/textset.h"

#define MANY 20000

static size_t name_of(char text[32], unsigned n)
{
	return (size_t)snprintf(text, 32, "ocid1.subnet.%u", n);
}

static void assert_text(const struct textset *set, size_t index, const char *text, size_t len)
{
	size_t found_len;
	const char *found = textset_text(set, index, &found_len);

	assert_int_equal(found_len, len);
	assert_memory_equal(found, text, len);
}

static void add_many(struct textset *set)
{
	char text[32];

	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(textset_add(set, text, name_of(text, i)), TEXTSET_ADDED);
}

static void holds_what_was_added(void **state)
{
	struct textset set = TEXTSET_INIT(MANY + 1);
	char text[32];
	size_t len;

	(void)state;
	assert_false(textset_has(&set, "x", 1));
	add_many(&set);
	for (unsigned i = 0; i < MANY; i++) {
		len = name_of(text, i);
		assert_true(textset_has(&set, text, len));
		assert_int_equal(textset_add(&set, text, len), TEXTSET_KNOWN);
		assert_text(&set, i, text, len);
	}
	len = name_of(text, MANY);
	assert_false(textset_has(&set, text, len));
	assert_false(textset_has(&set, "ocid1.subnet.", 13));
	assert_int_equal(set.count, MANY);
	textset_free(&set);
	assert_int_equal(set.max, MANY + 1);
}

static void takes_from_another(void **state)
{
	struct textset set = TEXTSET_INIT(3), other = TEXTSET_INIT(4);
	size_t index = 9;

	(void)state;
	assert_int_equal(textset_take(&other, "one", 3, &index), TEXTSET_ADDED);
	assert_int_equal(index, 0);
	assert_int_equal(textset_take(&other, "two", 3, &index), TEXTSET_ADDED);
	assert_int_equal(textset_take(&other, "one", 3, &index), TEXTSET_KNOWN);
	assert_int_equal(index, 0);
	assert_int_equal(textset_add(&set, "two", 3), TEXTSET_ADDED);
	assert_int_equal(textset_take_entry(&set, &other, 1, &index), TEXTSET_KNOWN);
	assert_int_equal(index, 0);
	assert_int_equal(textset_take_entry(&set, &other, 0, &index), TEXTSET_ADDED);
	assert_int_equal(index, 1);
	assert_text(&set, 1, "one", 3);
	assert_true(textset_has(&set, "one", 3));
	assert_int_equal(textset_add(&set, "three", 5), TEXTSET_ADDED);
	assert_int_equal(textset_add(&other, "four", 4), TEXTSET_ADDED);
	assert_int_equal(textset_take_entry(&set, &other, 2, &index), TEXTSET_FULL);
	textset_free(&set);
	textset_free(&other);
}

static void tells_bytes_apart(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{"", 0},
		{"\0", 1},
		{"\0\0", 2},
		{"a", 1},
		{"a\0", 2},
		{"abcdefgh", 8},
		{"abcdefgh\0", 9},
		{"abcdefghi", 9},
	};
	size_t count = sizeof(cases) / sizeof(cases[0]);
	struct textset set = TEXTSET_INIT(100);

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_int_equal(textset_add(&set, cases[i].text, cases[i].len), TEXTSET_ADDED);
	for (size_t i = 0; i < count; i++)
		assert_text(&set, i, cases[i].text, cases[i].len);
	textset_free(&set);
}

static void takes_no_more_than_its_maximum(void **state)
{
	struct textset set = TEXTSET_INIT(2);

	(void)state;
	assert_int_equal(textset_add(&set, "a", 1), TEXTSET_ADDED);
	assert_int_equal(textset_add(&set, "b", 1), TEXTSET_ADDED);
	assert_int_equal(textset_add(&set, "c", 1), TEXTSET_FULL);
	assert_int_equal(textset_add(&set, "a", 1), TEXTSET_KNOWN);
	assert_false(textset_has(&set, "c", 1));
	assert_int_equal(set.count, 2);
	textset_free(&set);
}

static void sorts_by_bytes(void **state)
{
	static const char *const added[] = {"b", "\xff", "ab", "a", "", "B"};
	static const char *const sorted[] = {"", "B", "a", "ab", "b", "\xff"};
	struct textset set = TEXTSET_INIT(10);

	(void)state;
	textset_sort(&set);
	for (size_t i = 0; i < 6; i++)
		textset_add(&set, added[i], strlen(added[i]));
	textset_sort(&set);
	for (size_t i = 0; i < 6; i++)
		assert_text(&set, i, sorted[i], strlen(sorted[i]));
	textset_free(&set);
}

static void is_empty_once_cleared(void **state)
{
	struct textset set = TEXTSET_INIT(MANY);
	char text[32];
	size_t len;

	(void)state;
	len = name_of(text, 3);
	textset_clear(&set);
	add_many(&set);
	assert_int_equal(textset_add(&set, "more", 4), TEXTSET_FULL);
	textset_clear(&set);
	assert_int_equal(set.count, 0);
	assert_false(textset_has(&set, text, len));
	add_many(&set);
	assert_true(textset_has(&set, text, len));
	textset_free(&set);
}

static void refuses_what_memory_lacks(void **state)
{
	struct textset set = TEXTSET_INIT(10);

	(void)state;
	assert_int_equal(textset_add(&set, "kept", 4), TEXTSET_ADDED);
	/* A length that nothing can hold; the text is not looked at. */
	set.text_len = set.text_cap = SIZE_MAX / 4;
	assert_int_equal(textset_add(&set, "other", 5), TEXTSET_NO_MEMORY);
	assert_int_equal(set.count, 1);
	assert_true(textset_has(&set, "kept", 4));
	textset_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_what_was_added),
		cmocka_unit_test(takes_from_another),
		cmocka_unit_test(tells_bytes_apart),
		cmocka_unit_test(takes_no_more_than_its_maximum),
		cmocka_unit_test(sorts_by_bytes),
		cmocka_unit_test(is_empty_once_cleared),
		cmocka_unit_test(refuses_what_memory_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
