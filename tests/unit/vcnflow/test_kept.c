/* Copies of security lists: one for each, as long as there is room. */
#include "rooms.h"

#include "base/limits.h"
#include "vcnflow/kept.h"

static void test_same_copy(void **state)
{
	char text[1000];
	struct lookup_text whole = {text, 600}, part = {text + 300, 700};
	struct kept *kept = kept_new();
	const char *copy, *other;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i % 26);
	copy = kept_text(kept, &whole);
	other = kept_text(kept, &part);
	assert_non_null(copy);
	assert_memory_equal(copy, text, 600);
	assert_memory_equal(other, text + 300, 700);
	assert_ptr_equal(kept_text(kept, &whole), copy);
	assert_ptr_equal(kept_text(kept, &part), other);
	/* it is a copy: the original may go */
	memset(text, '-', sizeof text);
	assert_int_equal(copy[0], 'a');
	kept_free(kept);
}

static void test_short(void **state)
{
	struct lookup_text text = {"[]", 2};
	struct kept *kept = kept_new();

	(void)state;
	assert_null(kept_text(kept, &text));
	kept_free(kept);
}

/* Many texts: each has its own copy or none, until the room is full; what was
 * kept stays. */
static void test_full(void **state)
{
	enum { TEXTS = 8000, LEN = 400 };
	static char texts[TEXTS][LEN];
	static const char *copies[TEXTS];
	struct kept *kept = kept_new();
	struct lookup_text much = {texts[0], sizeof texts};
	size_t count = 0;

	(void)state;
	assert_true(sizeof texts > LIMIT_KEPT_LISTS);
	assert_null(kept_text(kept, &much));
	for (size_t i = 0; i < TEXTS; i++) {
		struct lookup_text text = {texts[i], LEN};

		memset(texts[i], 'a' + (int)(i % 26), LEN);
		copies[i] = kept_text(kept, &text);
		count += copies[i] != NULL;
	}
	/* not all of the places are found, but most */
	assert_true(count > LIMIT_KEPT_LISTS / LEN - 100 && count < LIMIT_KEPT_LISTS / LEN + 1);
	for (size_t i = 0; i < TEXTS; i++) {
		struct lookup_text text = {texts[i], LEN};

		assert_ptr_equal(kept_text(kept, &text), copies[i]);
		if (copies[i] != NULL)
			assert_memory_equal(copies[i], texts[i], LEN);
	}
	kept_free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_copy),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
