/* Parts of a CRC-32: who computes them, and when they are no longer wanted. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "deflate/crc32.h"
#include "deflate/crcpart.h"

#define CHECK 0xcbf43926u /* of "123456789" */

static struct crc_part part;

/* Memory of its own, so that a read of what was freed shows. */
static char *copy_of(const char *text)
{
	char *copy = malloc(strlen(text));

	memcpy(copy, text, strlen(text));
	return copy;
}

/* Both of those who may come first give the same. */
static void test_who_computes(void **state)
{
	char *text = copy_of("56789");
	struct crc_due due = crc_part_begin(&part, text, 5);

	(void)state;
	assert_int_equal(crc_part_end(&part, crc32_update(0, "1234", 4)), CHECK);
	free(text);
	assert_non_null(due.part);
	crc_due_compute(&due);
	assert_null(due.part);

	text = copy_of("56789");
	due = crc_part_begin(&part, text, 5);
	crc_due_compute(&due);
	assert_null(due.part);
	crc_due_compute(&due);
	free(text);
	assert_int_equal(crc_part_end(&part, crc32_update(0, "1234", 4)), CHECK);
}

/* Who comes late for one stretch leaves the next one alone. */
static void test_stands_for_another(void **state)
{
	struct crc_due late = crc_part_begin(&part, "first", 5);
	char text[] = "1234?6789";
	struct crc_due due;

	(void)state;
	(void)crc_part_end(&part, 0);
	due = crc_part_begin(&part, text, 9);
	crc_due_compute(&late);
	assert_null(late.part);
	text[4] = '5';
	crc_due_compute(&due);
	assert_int_equal(crc_part_end(&part, 0), CHECK);
}

/* Two threads want the same part, again and again: one computes it, from whole bytes. */
enum { ROUNDS = 2000, LENGTH = 200000 };

static struct {
	pthread_barrier_t barrier;
	struct crc_due due;
	unsigned char *bytes;
} shared;

static void *work(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < ROUNDS; i++) {
		(void)pthread_barrier_wait(&shared.barrier);
		crc_due_compute(&shared.due);
		/* where the other one would come last */
		shared.bytes[LENGTH - 1]++;
		(void)pthread_barrier_wait(&shared.barrier);
	}
	return NULL;
}

static void test_at_once(void **state)
{
	pthread_t thread;

	(void)state;
	shared.bytes = calloc(LENGTH, 1);
	assert_int_equal(pthread_barrier_init(&shared.barrier, NULL, 2), 0);
	assert_int_equal(pthread_create(&thread, NULL, work, NULL), 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t expected = crc32_update(0, shared.bytes, LENGTH);

		shared.due = crc_part_begin(&part, shared.bytes, LENGTH);
		(void)pthread_barrier_wait(&shared.barrier);
		assert_int_equal(crc_part_end(&part, 0), expected);
		(void)pthread_barrier_wait(&shared.barrier);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	pthread_barrier_destroy(&shared.barrier);
	free(shared.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_computes),
		cmocka_unit_test(test_stands_for_another),
		cmocka_unit_test(test_at_once),
	};
	int failed;

	crc_part_init(&part);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	crc_part_destroy(&part);
	return failed;
}
