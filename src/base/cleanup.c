/*
 * Signals that end a program. Handlers make signal-safe calls only, and any
 * thread may run them.
 */
#include "base/cleanup.h"

#include <assert.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/replace.h"

atomic_int cleanup_signal;

static void (*_Atomic waker)(void);

static struct {
	void (*function)(void *);
	void *context;
} functions[CLEANUP_FUNCTIONS];

/* Raised only after a function is in its place. */
static atomic_size_t function_count;

void cleanup_die(int signal_number)
{
	sigset_t set;

	(void)signal(signal_number, SIG_DFL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, signal_number);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)raise(signal_number);
	_exit(EXITCODE_INTERNAL);
}

void cleanup_run(void)
{
	/* Files first: a function may remove the folder they are in, or their lock. */
	replace_remove_all();
	for (size_t i = 0; i < function_count; i++)
		functions[i].function(functions[i].context);
}

static void die_at_once(int signal_number)
{
	cleanup_run();
	cleanup_die(signal_number);
}

/* The process may be in the middle of a line, or of an fsync. */
static void note_signal(int signal_number)
{
	struct itimerval second = {.it_value = {.tv_sec = 1}};
	void (*wake)(void) = waker;

	if (cleanup_signal != 0)
		die_at_once(cleanup_signal);
	cleanup_signal = signal_number;
	(void)setitimer(ITIMER_REAL, &second, NULL);
	if (wake != NULL)
		wake();
}

static void on_alarm(int signal_number)
{
	(void)signal_number;
	if (cleanup_signal != 0)
		die_at_once(cleanup_signal);
}

static void install(int signal_number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	/* no handler while another one runs: what is removed is removed once */
	(void)sigfillset(&action.sa_mask);
	(void)sigaction(signal_number, &action, NULL);
}

void cleanup_install(enum cleanup_mode mode)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	static const int limits[] = {SIGXFSZ, SIGXCPU};
	struct sigaction old;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			install(signals[i], mode == CLEANUP_DIE ? die_at_once : note_signal);
	}
	/* nothing can be finished beyond a limit of the system */
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (sigaction(limits[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			install(limits[i], die_at_once);
	}
	if (mode == CLEANUP_DIE)
		return;
	install(SIGALRM, on_alarm);
	(void)signal(SIGPIPE, SIG_IGN);
}

void cleanup_add(void (*function)(void *), void *context)
{
	assert(function_count < CLEANUP_FUNCTIONS);
	functions[function_count].function = function;
	functions[function_count].context = context;
	function_count++;
}

void cleanup_set_waker(void (*function)(void))
{
	waker = function;
}
