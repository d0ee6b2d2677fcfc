/* Forms of inputs by their first bytes. */
#include "texts.h"

#include "flowlog/form.h"
#include "lookup/format.h"

static void test_magics(void **state)
{
	static const struct {
		enum form form;
		size_t len;
		const char *head;
	} cases[] = {
		{FORM_NONE, 0, ""},
		{FORM_NONE, 9, "{\"data\":1"},
		{FORM_NONE, 4, "\xef\xbb\xbf{"},
		{FORM_BZIP2, 14, "BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0"},
		{FORM_NONE, 14, "BZh9 is a text"},
		{FORM_XZ, 6,
			"\xfd"
			"7zXZ\0"},
		{FORM_NONE, 5,
			"\xfd"
			"7zXZ\0"},
		{FORM_ZSTD, 4, "\x28\xb5\x2f\xfd"},
		{FORM_ZIP, 6, "PK\3\4\x14\0"},
		{FORM_ZIP, 6, "PK\5\6\0\0"},
		{FORM_ZLIB, 4, "\x78\x9c\x03\0"},
		{FORM_ZLIB, 4, "\x78\x01\x03\0"},
		{FORM_NONE, 5, "x^2+y"},
		{FORM_GZIP, 4, "\x1f\x8b\x08\0"},
		{FORM_UTF16, 4, "\xff\xfe{\0"},
		{FORM_UTF16, 4, "\xfe\xff\0{"},
		{FORM_UTF16, 4, "{\0\"\0"},
		{FORM_UTF16, 2, "\0["},
		{FORM_LOOKUP, FORMAT_MAGIC_SIZE, FORMAT_MAGIC},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(form_of(cases[i].head, cases[i].len), cases[i].form);
}

static void test_tar(void **state)
{
	char head[FORM_HEAD] = "vcn.log";

	(void)state;
	memcpy(head + sizeof(head) - 5, "ustar", 5);
	assert_int_equal(form_of(head, sizeof(head)), FORM_TAR);
	assert_int_equal(form_of(head, sizeof(head) - 1), FORM_NONE);
}

static void test_texts(void **state)
{
	(void)state;
	for (int i = FORM_NONE; i <= FORM_LOOKUP; i++)
		assert_true(strlen(form_text((enum form)i)) > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_magics),
		cmocka_unit_test(test_tar),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
