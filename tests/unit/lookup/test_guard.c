/* A lookup file that shrinks while it is mapped, and faults elsewhere. */
#include "metadata.h"

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

	add_good(model, "{\"id\":\"" SUBNET_A "\"}");
	assert_int_equal(
		writer_write(model, "net.lut", 5, "build"), EXITCODE_OK);
	model_free(model);
	assert_int_equal(lookup_open(&lookup, "net.lut", detail), LOOKUP_OK);
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

/* Written into while mapped: wrong bytes may come out, but no others. */
static void test_overwritten(void **state)
{
	struct lookup *lookup = open_file();
	struct lookup_subnet subnet;
	struct stat status;
	uint8_t *wrong;

	(void)state;
	assert_int_equal(stat("net.lut", &status), 0);
	wrong = malloc((size_t)status.st_size);
	for (int byte = 0; byte < 256; byte++) {
		FILE *file = fopen("net.lut", "r+b");

		memset(wrong, byte, (size_t)status.st_size);
		fwrite(wrong, 1, (size_t)status.st_size, file);
		fclose(file);
		if (lookup_find(lookup, SUBNET_A, strlen(SUBNET_A), &subnet))
			assert_in_range(subnet.lists.len, 0, status.st_size);
	}
	free(wrong);
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
