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

	(void)state;
	crc_part_begin(&part, text, 5);
	assert_int_equal(crc_part_end(&part, crc32_update(0, "1234", 4)), CHECK);
	free(text);
	crc_part_compute(&part);

	text = copy_of("56789");
	crc_part_begin(&part, text, 5);
	crc_part_compute(&part);
	free(text);
	crc_part_compute(&part);
	assert_int_equal(crc_part_end(&part, crc32_update(0, "1234", 4)), CHECK);
}

/* Who comes late for one stretch computes the next one, whose holder finds it done. */
static void test_stands_for_another(void **state)
{
	char *text = copy_of("123456789");

	(void)state;
	crc_part_begin(&part, "first", 5);
	(void)crc_part_end(&part, 0);
	crc_part_begin(&part, text, 9);
	crc_part_compute(&part);
	crc_part_compute(&part);
	free(text);
	assert_int_equal(crc_part_end(&part, 0), CHECK);
}

/* Two threads want the same part, again and again: one computes it, from whole bytes. */
enum { ROUNDS = 2000, LENGTH = 200000 };

static struct {
	pthread_barrier_t barrier;
	unsigned char *bytes;
} shared;

static void *work(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < ROUNDS; i++) {
		(void)pthread_barrier_wait(&shared.barrier);
		crc_part_compute(&part);
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

		crc_part_begin(&part, shared.bytes, LENGTH);
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
