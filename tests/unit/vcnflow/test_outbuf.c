/* A worker's output, handed over in pieces that end where records end. */
#include "rooms.h"

#include "base/bytes.h"
#include "vcnflow/outbuf.h"

static struct bytes taken = BYTES_INIT(1 << 20);
static unsigned pieces, begun;
static bool refuse;

static int take_pieces(const struct outbuf *out)
{
	struct iovec list[OUTBUF_PIECES];
	size_t count = outbuf_pieces(out, list), bytes = 0;

	pieces++;
	begun += out->begins_record;
	for (size_t i = 0; i < count; i++) {
		assert_int_not_equal(list[i].iov_len, 0);
		bytes += list[i].iov_len;
		if (bytes_append(&taken, list[i].iov_base, list[i].iov_len))
			return -1;
	}
	assert_int_equal(outbuf_bytes(out), bytes);
	return 0;
}

static int take(struct outbuf *out, void *context)
{
	assert_ptr_equal(context, &taken);
	if (refuse)
		return -1;
	return take_pieces(out);
}

static struct outbuf fresh(char *data, size_t cap)
{
	bytes_clear(&taken);
	pieces = begun = 0;
	refuse = false;
	return (struct outbuf){.data = data, .cap = cap, .hand_over = take, .context = &taken};
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

/* Texts that are pointed at stand in their places: first, last, in a row; and
 * those beyond the room for them, or without any, are copied. */
static void test_lasting(void **state)
{
	static struct outbuf_insert inserts[OUTBUF_INSERTS];
	static char data[8 * OUTBUF_INSERTS];

	(void)state;
	for (int pointed = 0; pointed < 2; pointed++) {
		struct outbuf out = fresh(data, sizeof data);

		out.inserts = pointed ? inserts : NULL;
		for (size_t i = 0; i < OUTBUF_INSERTS + 10; i++) {
			outbuf_begin(&out, 3);
			if (i % 3 != 1)
				outbuf_put(&out, "ab", 2);
			outbuf_put_lasting(&out, "LAST", 4);
			if (i % 5 != 1)
				outbuf_put(&out, "c", 1);
		}
		assert_int_equal(out.insert_count, pointed ? OUTBUF_INSERTS : 0);
		outbuf_flush(&out);
		assert_int_equal(pieces, 1);
		for (size_t i = 0, at = 0; i < OUTBUF_INSERTS + 10; i++) {
			const char *record = &"abLASTc"[i % 3 == 1 ? 2 : 0];
			size_t len = strlen(record) - (i % 5 == 1);

			assert_memory_equal(taken.data + at, record, len);
			at += len;
		}
		/* nothing is left for the next part */
		outbuf_begin(&out, 1);
		outbuf_put(&out, "x", 1);
		outbuf_flush(&out);
		assert_int_equal(taken.data[taken.len - 1], 'x');
		assert_int_equal(outbuf_bytes(&out), 0);
	}
}

/* A record that is taken back leaves what came before it. */
static void test_dropped(void **state)
{
	struct outbuf_insert inserts[OUTBUF_INSERTS];
	char data[64];
	struct outbuf out = fresh(data, sizeof data);

	(void)state;
	out.inserts = inserts;
	for (int i = 0; i < 2; i++) {
		outbuf_begin(&out, 2);
		outbuf_put(&out, "a", 1);
		outbuf_put_lasting(&out, "LAST", 4);
		outbuf_put(&out, "b", 1);
	}
	outbuf_drop_record(&out);
	outbuf_flush(&out);
	bytes_append_char(&taken, '\0');
	assert_string_equal(taken.data, "aLASTb");
}

/* Of a padded text no more is added than it is long, at the very end, too. */
static void test_padded(void **state)
{
	static const char text[2 * OUTBUF_STEP + 1] = "0123456789012345678901234567890123456789";
	char data[100];

	(void)state;
	for (size_t len = 0; len <= OUTBUF_STEP + 2; len++) {
		for (size_t cap = 1; cap < sizeof data; cap++) {
			struct outbuf out = fresh(data, cap);

			memset(data, '!', sizeof data);
			outbuf_begin(&out, len + 1);
			outbuf_put_padded(&out, text, len);
			outbuf_put(&out, ".", 1);
			assert_int_equal(data[cap], '!');
			outbuf_flush(&out);
			assert_int_equal(taken.len, len + 1);
			assert_memory_equal(taken.data, text, len);
			assert_int_equal(taken.data[len], '.');
		}
	}
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
		cmocka_unit_test(test_lasting),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_padded),
		cmocka_unit_test(test_refused),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	bytes_free(&taken);
	return failed;
}
