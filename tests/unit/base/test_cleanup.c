/* Dying of signals, at once or when what was begun is finished. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"

static int report; /* where a child tells what was called */

static void tell(void *what)
{
	(void)!write(report, what, 1);
}

static void wake(void)
{
	(void)!write(report, "w", 1);
}

static void pause_for_ever(void)
{
	for (;;)
		pause();
}

/* Runs a child to its death; what it told is in text. Returns the signal. */
static int death_of(void (*run)(void), char text[16])
{
	int ends[2], status;
	ssize_t len;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		static char a = 'a', b = 'b';

		report = ends[1];
		cleanup_add(tell, &a);
		cleanup_add(tell, &b);
		run();
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	len = read(ends[0], text, 15);
	assert_true(len >= 0);
	text[len] = '\0';
	close(ends[0]);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void die_at_once(void)
{
	cleanup_install(CLEANUP_DIE);
	raise(SIGTERM);
	pause_for_ever();
}

static void finish_first(void)
{
	cleanup_set_waker(wake);
	cleanup_install(CLEANUP_FINISH);
	raise(SIGHUP);
	if (cleanup_signal == SIGHUP)
		(void)!write(report, "f", 1);
	cleanup_die(cleanup_signal);
}

static void take_too_long(void)
{
	cleanup_install(CLEANUP_FINISH);
	raise(SIGINT);
	pause_for_ever();
}

static void take_a_second_one(void)
{
	cleanup_install(CLEANUP_FINISH);
	raise(SIGINT);
	raise(SIGTERM);
	pause_for_ever();
}

static void be_immune(void)
{
	signal(SIGHUP, SIG_IGN);
	cleanup_install(CLEANUP_FINISH);
	raise(SIGHUP);
	raise(SIGPIPE);
}

static void keep_a_pipe(void)
{
	signal(SIGPIPE, SIG_IGN);
	cleanup_install(CLEANUP_DIE);
	raise(SIGPIPE);
}

static void test_deaths(void **state)
{
	static const struct {
		void (*run)(void);
		int signal;
		const char *told;
	} deaths[] = {
		{die_at_once, SIGTERM, "ab"},
		{finish_first, SIGHUP, "wf"},
		{take_too_long, SIGINT, "ab"},
		{take_a_second_one, SIGINT, "ab"},
		{be_immune, 0, ""},
		{keep_a_pipe, 0, ""},
	};
	char text[16];

	(void)state;
	for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
		assert_int_equal(death_of(deaths[i].run, text), deaths[i].signal);
		assert_string_equal(text, deaths[i].told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deaths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
