/*
 * How many processors this process may use: the set that it may run on, and
 * the share of time that its control groups leave it, in containers as a rule.
 *
 * Version 2 keeps the quota in cpu.max, version 1 in two files of the "cpu"
 * hierarchy; both at their usual mount points. A group's quota holds for all
 * groups under it, so each one on the way up is asked. A path that is not
 * there, as in a container that sees its own group as the root, is passed over.
 * Whatever can't be read is no quota.
 */
#include "vcnflow/processors.h"

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"

/* The largest machine whose affinity is asked for. */
#define PROCESSORS_ASKED 16384

#define TEXT_SIZE 4096

/* Reads the beginning of a small file, as a string. */
static int read_text(const char *path, char text[TEXT_SIZE])
{
	int fd = io_open_read(path, false);
	ssize_t len;

	if (fd < 0)
		return -1;
	len = io_read_full(fd, text, TEXT_SIZE - 1);
	close(fd);
	if (len < 0)
		return -1;
	text[len] = '\0';
	return 0;
}

/* Rounded up; 0 where one of the numbers is none. */
static unsigned processors_of(long long quota, long long period)
{
	long long count;

	if (quota <= 0 || period <= 0)
		return 0;
	count = quota / period + (quota % period != 0);
	return count < LIMIT_THREADS ? (unsigned)count : LIMIT_THREADS;
}

/* "max 100000" or "250000 100000". */
static unsigned quota_version_2(const char *group)
{
	char path[PATH_MAX + 64], text[TEXT_SIZE], *end;
	long long quota;

	snprintf(path, sizeof(path), "%s/cpu.max", group);
	if (read_text(path, text) < 0)
		return 0;
	quota = strtoll(text, &end, 10);
	return end == text ? 0 : processors_of(quota, strtoll(end, NULL, 10));
}

static unsigned quota_version_1(const char *group)
{
	char path[PATH_MAX + 64], text[TEXT_SIZE];
	long long quota;

	snprintf(path, sizeof(path), "%s/cpu.cfs_quota_us", group);
	if (read_text(path, text) < 0)
		return 0;
	quota = strtoll(text, NULL, 10);
	snprintf(path, sizeof(path), "%s/cpu.cfs_period_us", group);
	if (read_text(path, text) < 0)
		return 0;
	return processors_of(quota, strtoll(text, NULL, 10));
}

static unsigned least(unsigned a, unsigned b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

/* Asks a group and each one above it, up to the hierarchy's root. */
static unsigned quota_upwards(const char *root, const char *group, bool version_2)
{
	char path[PATH_MAX];
	size_t root_len = strlen(root);
	unsigned quota = 0;
	char *slash;

	if (strlen(group) >= sizeof(path) - root_len)
		return 0;
	memcpy(path, root, root_len);
	strcpy(path + root_len, group);
	for (;;) {
		quota = least(quota, version_2 ? quota_version_2(path) : quota_version_1(path));
		slash = strrchr(path + root_len, '/');
		if (slash == NULL)
			return quota;
		*slash = '\0';
	}
}

/* Returns true if a list such as "cpu,cpuacct" names the cpu hierarchy. */
static bool names_cpu(const char *list, size_t len)
{
	size_t at = 0, end;

	for (; at <= len; at = end + 1) {
		for (end = at; end < len && list[end] != ',';)
			end++;
		if (end - at == 3 && memcmp(list + at, "cpu", 3) == 0)
			return true;
	}
	return false;
}

/* One line of the membership, "0::/group" or "4:cpu,cpuacct:/group". */
static unsigned quota_of_line(const char *line, const char *mount)
{
	const char *list = strchr(line, ':'), *group;
	char root[PATH_MAX];

	if (list == NULL)
		return 0;
	list++;
	group = strchr(list, ':');
	if (group == NULL)
		return 0;
	if (group == list) {
		snprintf(root, sizeof(root), "%s", mount);
		return quota_upwards(root, group + 1, true);
	}
	if (!names_cpu(list, (size_t)(group - list)))
		return 0;
	snprintf(root, sizeof(root), "%s/cpu", mount);
	return quota_upwards(root, group + 1, false);
}

unsigned processors_quota(const char *membership, const char *mount)
{
	char text[TEXT_SIZE], *line, *rest = text;
	unsigned quota = 0;

	if (read_text(membership, text) < 0)
		return 0;
	while ((line = strsep(&rest, "\n")) != NULL)
		quota = least(quota, quota_of_line(line, mount));
	return quota;
}

/* What the affinity allows. */
static unsigned allowed(void)
{
	cpu_set_t *set = CPU_ALLOC(PROCESSORS_ASKED);
	size_t size = CPU_ALLOC_SIZE(PROCESSORS_ASKED);
	long count = -1;

	if (set != NULL && sched_getaffinity(0, size, set) == 0)
		count = CPU_COUNT_S(size, set);
	CPU_FREE(set);
	if (count < 1)
		count = sysconf(_SC_NPROCESSORS_ONLN);
	if (count < 1)
		count = 1;
	return count < LIMIT_THREADS ? (unsigned)count : LIMIT_THREADS;
}

unsigned processors_count(void)
{
	return least(allowed(), processors_quota("/proc/self/cgroup", "/sys/fs/cgroup"));
}
