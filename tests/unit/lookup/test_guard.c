/* A lookup file that shrinks while it is mapped, and faults elsewhere. */
#include "metadata.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "lookup/lookup.h"

#define GUARDED 7

static struct lookup *open_file(void)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);
	char detail[LOOKUP_DETAIL_SIZE];
	struct lookup *lookup;

	add_good(model, "{\"id\":\"" SUBNET_A "\",\"ipv6CidrBlock\":\"::/128\"}");
	assert_int_equal(writer_write(model, "net.lut", 5, "build"), EXITCODE_OK);
	model_free(model);
	assert_int_equal(lookup_open(&lookup, "net.lut", detail, NULL), LOOKUP_OK);
	return lookup;
}

static void leave(void *context)
{
	_exit(*(int *)context);
}

/* In a child: the file is cut to nothing, then searched. */
static void search_cut_file(struct lookup *lookup)
{
	struct lookup_subnet subnet;

	if (truncate("net.lut", 0) != 0)
		_exit(1);
	(void)lookup_find(lookup, SUBNET_A, strlen(SUBNET_A), &subnet);
	_exit(2);
}

static int status_of_child(void (*run)(struct lookup *))
{
	struct lookup *lookup = open_file();
	pid_t child = fork();
	int status;

	if (child == 0)
		run(lookup);
	assert_int_equal(waitpid(child, &status, 0), child);
	lookup_close(lookup);
	unlink("net.lut");
	return status;
}

static void run_guarded(struct lookup *lookup)
{
	int status = GUARDED;

	lookup_guard(lookup, leave, &status);
	search_cut_file(lookup);
}

static void run_unguarded(struct lookup *lookup)
{
	int status = GUARDED;

	signal(SIGBUS, SIG_DFL);
	lookup_guard(lookup, leave, &status);
	lookup_guard(NULL, NULL, NULL);
	search_cut_file(lookup);
}

/* Another mapping faults: the guard does not answer for it. */
static void run_fault_elsewhere(struct lookup *lookup)
{
	FILE *file = tmpfile();
	int status = GUARDED;
	volatile char *map;

	signal(SIGBUS, SIG_DFL);
	lookup_guard(lookup, leave, &status);
	if (!file || ftruncate(fileno(file), 1) != 0)
		_exit(1);
	map = mmap(NULL, 1, PROT_READ, MAP_SHARED, fileno(file), 0);
	if (ftruncate(fileno(file), 0) != 0)
		_exit(1);
	_exit(map[0]);
}

static void test_guarded(void **state)
{
	int status = status_of_child(run_guarded);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), GUARDED);
}

static void test_unguarded(void **state)
{
	int status = status_of_child(run_unguarded);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGBUS);
}

static void test_fault_elsewhere(void **state)
{
	int status = status_of_child(run_fault_elsewhere);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGBUS);
}

/* Writes into the file, as nobody should. */
static void overwrite(const void *bytes, size_t len, off_t offset)
{
	int fd = open("net.lut", O_WRONLY);

	assert_int_equal(pwrite(fd, bytes, len, offset), len);
	close(fd);
}

/* Keeps what is only looked at from being left out. */
static volatile size_t seen;

static void look_at(const struct lookup_text *text)
{
	for (size_t i = 0; i < text->len; i++)
		seen += (unsigned char)text->text[i];
}

/* Looks at all that a search finds, if anything. */
static void touch_found(const struct lookup *lookup)
{
	struct lookup_subnet subnet;

	if (!lookup_find(lookup, SUBNET_A, strlen(SUBNET_A), &subnet))
		return;
	look_at(&subnet.lists);
	look_at(&subnet.ids);
	for (size_t i = 0; i < subnet.prefix_count; i++) {
		struct address address = {1, 1, ADDRESS_IPV6};

		seen += prefix_holds(&subnet.prefixes[i], &address);
	}
}

/* Written into while mapped: wrong bytes may come out, but no others. */
static void test_overwritten(void **state)
{
	struct lookup *lookup = open_file();
	size_t len;
	uint8_t *good = read_bytes("net.lut", &len);

	(void)state;
	for (size_t at = 0; at + 8 <= len; at += 4)
		for (int shift = 0; shift < 64; shift += 3) {
			uint64_t wrong = UINT64_MAX >> shift;

			overwrite(&wrong, 4, (off_t)at);
			touch_found(lookup);
			overwrite(&wrong, 8, (off_t)at);
			touch_found(lookup);
			overwrite(good, len, 0);
		}
	free(good);
	lookup_close(lookup);
	unlink("net.lut");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guarded),
		cmocka_unit_test(test_unguarded),
		cmocka_unit_test(test_fault_elsewhere),
		cmocka_unit_test(test_overwritten),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
