/* A worker's output, handed over in pieces that end where records end. */
#include "rooms.h"

#include "base/bytes.h"
#include "vcnflow/outbuf.h"

static struct bytes taken = BYTES_INIT(1 << 20);
static unsigned pieces, begun;
static bool refuse;

static int take(struct outbuf *out, void *context)
{
	assert_ptr_equal(context, &taken);
	if (refuse)
		return -1;
	pieces++;
	begun += out->begins_record;
	return bytes_append(&taken, out->data, out->len);
}

static struct outbuf fresh(char *data, size_t cap)
{
	bytes_clear(&taken);
	pieces = begun = 0;
	refuse = false;
	return (struct outbuf){
		.data = data, .cap = cap, .hand_over = take, .context = &taken};
}

/* Records that fit are never cut; those that don't are, and all arrives. */
static void test_pieces(void **state)
{
	static const char record[] = "abcdefghijklmnopqrst\n";
	char data[64];

	(void)state;
	for (size_t cap = 5; cap < sizeof data; cap++) {
		struct outbuf out = fresh(data, cap);

		for (unsigned i = 0; i < 10; i++) {
			outbuf_begin(&out, 21);
			outbuf_put(&out, record, 11);
			outbuf_put(&out, record + 11, 10);
		}
		outbuf_flush(&out);
		assert_int_equal(taken.len, 210);
		for (unsigned i = 0; i < 10; i++)
			assert_memory_equal(taken.data + i * 21, record, 21);
		if (cap >= 21)
			assert_int_equal(begun, pieces);
		else
			assert_int_equal(begun, 10);
	}
}

/* Elements of an array are separated within a piece, not between pieces. */
static void test_elements(void **state)
{
	char data[16];
	struct outbuf out = fresh(data, sizeof data);

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		outbuf_begin(&out, 5);
		outbuf_put(&out, "{}", 2);
		outbuf_end_element(&out);
	}
	outbuf_flush(&out);
	bytes_append_char(&taken, '\0');
	assert_int_equal(pieces, 2);
	assert_string_equal(taken.data, "{},\n{},\n{},\n{}{}");
}

static void test_refused(void **state)
{
	char data[8];
	struct outbuf out = fresh(data, sizeof data);

	(void)state;
	refuse = true;
	outbuf_begin(&out, 4);
	outbuf_put(&out, "0123456789", 10);
	assert_true(out.failed);
	outbuf_begin(&out, 4);
	outbuf_put(&out, "0123456789", 10);
	outbuf_flush(&out);
	assert_int_equal(taken.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_refused),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	bytes_free(&taken);
	return failed;
}
