/* How many processors control groups leave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../tree.h"
#include "base/limits.h"
#include "vcnflow/processors.h"

static int setup(void **state)
{
	(void)state;
	return tree_begin();
}

static int teardown(void **state)
{
	(void)state;
	return tree_end();
}

static void put(const char *path, const char *text)
{
	tree_file_of(path, text, strlen(text));
}

static void test_cgroup_version_2(void **state)
{
	(void)state;
	put("member", "0::/a/b\n");
	assert_int_equal(processors_quota("member", "m"), 0);
	put("m/a/b/cpu.max", "max 100000\n");
	assert_int_equal(processors_quota("member", "m"), 0);
	put("m/a/cpu.max", "250000 100000\n");
	assert_int_equal(processors_quota("member", "m"), 3);
	put("m/a/b/cpu.max", "100000 100000\n");
	assert_int_equal(processors_quota("member", "m"), 1);
	put("m/a/b/cpu.max", "5000 100000\n");
	assert_int_equal(processors_quota("member", "m"), 1);
	put("m/a/b/cpu.max", "400000 100000\n");
	assert_int_equal(processors_quota("member", "m"), 3);
	put("member", "0::/\n");
	put("m/cpu.max", "99999999999999 1\n");
	assert_int_equal(processors_quota("member", "m"), LIMIT_THREADS);
}

static void test_cgroup_version_1(void **state)
{
	(void)state;
	put("member", "7:cpuset:/x\n5:cpuacct,cpu:/docker/1\n1:name=systemd:/x\n");
	put("m/cpu/cpu.cfs_quota_us", "150000\n");
	put("m/cpu/cpu.cfs_period_us", "50000\n");
	assert_int_equal(processors_quota("member", "m"), 3);
	put("m/cpu/docker/1/cpu.cfs_quota_us", "-1\n");
	put("m/cpu/docker/1/cpu.cfs_period_us", "100000\n");
	assert_int_equal(processors_quota("member", "m"), 3);
	put("m/cpu/docker/1/cpu.cfs_quota_us", "200000\n");
	assert_int_equal(processors_quota("member", "m"), 2);
	put("member", "7:cpuset:/docker/1\n");
	assert_int_equal(processors_quota("member", "m"), 0);
}

static void test_cgroup_nonsense(void **state)
{
	static const char *const members[] = {
		"", "\n\n", "0", "0:", "0::", "x:cpu", "5:cpu:", "::::", "0::no/slash"};
	static const char *const quotas[] = {
		"", "x", "1", "1 0", "-5 10", "0 100000", "max", "1 x"};

	(void)state;
	assert_int_equal(processors_quota("absent", "m"), 0);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		put("member", members[i]);
		assert_int_equal(processors_quota("member", "m"), 0);
	}
	put("member", "0::/\n");
	for (size_t i = 0; i < sizeof(quotas) / sizeof(quotas[0]); i++) {
		put("m/cpu.max", quotas[i]);
		assert_int_equal(processors_quota("member", "m"), 0);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cgroup_version_2),
		TEST(test_cgroup_version_1),
		TEST(test_cgroup_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
