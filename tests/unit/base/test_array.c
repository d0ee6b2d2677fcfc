/* Room is doubled, contents stay, and what cannot be had changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/array.h"

static void test_growth(void **state)
{
	uint32_t *array = NULL;
	size_t room = 0;
	size_t moves = 0;

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		size_t before = room;
		uint32_t *grown = array_reserve(array, &room, i + 1, sizeof(*grown));

		assert_non_null(grown);
		assert_true(room > i);
		moves += room != before;
		array = grown;
		array[i] = i;
	}
	assert_true(moves < 20);
	for (uint32_t i = 0; i < 100000; i++)
		assert_int_equal(array[i], i);
	free(array);
}

static void test_much_at_once(void **state)
{
	size_t room = 0;
	char *array = array_reserve(NULL, &room, 1000, 3);

	(void)state;
	assert_non_null(array);
	assert_true(room >= 1000);
	free(array);
}

/* Nothing is asked for: null still means that there is no memory. */
static void test_nothing(void **state)
{
	size_t room = 0;
	char *array = array_reserve(NULL, &room, 0, 1);

	(void)state;
	assert_non_null(array);
	free(array);
}

static void test_too_much(void **state)
{
	size_t room = 0;
	char *array = array_reserve(NULL, &room, 1, 8);
	size_t before = room;

	(void)state;
	assert_non_null(array);
	assert_null(array_reserve(array, &room, SIZE_MAX / 8, 8));
	assert_null(array_reserve(array, &room, SIZE_MAX, 8));
	assert_int_equal(room, before);
	free(array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_much_at_once),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
