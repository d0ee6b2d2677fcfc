/* Copies of security lists: one for each, as long as there is room. */
#include "rooms.h"

#include "base/limits.h"
#include "vcnflow/listcache.h"

static void test_same_copy(void **state)
{
	char text[1000];
	struct lookup_text whole = {text, 600}, part = {text + 300, 700};
	struct listcache *kept = listcache_new();
	const char *copy, *other;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i % 26);
	copy = listcache_get(kept, &whole);
	other = listcache_get(kept, &part);
	assert_non_null(copy);
	assert_memory_equal(copy, text, 600);
	assert_memory_equal(other, text + 300, 700);
	assert_ptr_equal(listcache_get(kept, &whole), copy);
	assert_ptr_equal(listcache_get(kept, &part), other);
	/* it is a copy: the original may go */
	memset(text, '-', sizeof text);
	assert_int_equal(copy[0], 'a');
	listcache_free(kept);
}

static void test_short(void **state)
{
	struct lookup_text text = {"[]", 2};
	struct listcache *kept = listcache_new();

	(void)state;
	assert_null(listcache_get(kept, &text));
	listcache_free(kept);
}

/* Many texts: each has its own copy or none, until the room is full; what was
 * kept stays. */
static void test_full(void **state)
{
	enum { TEXTS = 8000, LEN = 400 };
	static char texts[TEXTS][LEN];
	static const char *copies[TEXTS];
	struct listcache *kept = listcache_new();
	struct lookup_text much = {texts[0], sizeof texts};
	size_t count = 0;

	(void)state;
	assert_true(sizeof texts > LIMIT_LISTCACHE);
	assert_null(listcache_get(kept, &much));
	for (size_t i = 0; i < TEXTS; i++) {
		struct lookup_text text = {texts[i], LEN};

		memset(texts[i], 'a' + (int)(i % 26), LEN);
		copies[i] = listcache_get(kept, &text);
		count += copies[i] != NULL;
	}
	/* not all of the places are found, but most */
	assert_true(count > LIMIT_LISTCACHE / LEN - 100 && count < LIMIT_LISTCACHE / LEN + 1);
	for (size_t i = 0; i < TEXTS; i++) {
		struct lookup_text text = {texts[i], LEN};

		assert_ptr_equal(listcache_get(kept, &text), copies[i]);
		if (copies[i] != NULL)
			assert_memory_equal(copies[i], texts[i], LEN);
	}
	listcache_free(kept);
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
