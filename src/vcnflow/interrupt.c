/* Signals that end a run. Handlers make signal-safe calls only. */
#include "vcnflow/interrupt.h"

#include <assert.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/exitcode.h"

atomic_int interrupt_signal;

static void (*volatile waker)(void);
static const struct replace *files[INTERRUPT_FILES];
static atomic_size_t file_count;

void interrupt_die(int signal_number)
{
	sigset_t set;

	(void)signal(signal_number, SIG_DFL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, signal_number);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)raise(signal_number);
	_exit(EXITCODE_INTERNAL);
}

static void die_at_once(void)
{
	for (size_t i = 0; i < file_count; i++)
		replace_unlink_from_signal(files[i]);
	interrupt_die(interrupt_signal);
}

static void on_signal(int signal_number)
{
	struct itimerval second = {.it_value = {.tv_sec = 1}};

	if (interrupt_signal != 0)
		die_at_once();
	interrupt_signal = signal_number;
	(void)setitimer(ITIMER_REAL, &second, NULL);
	if (waker != NULL)
		waker();
}

static void on_alarm(int signal_number)
{
	(void)signal_number;
	if (interrupt_signal != 0)
		die_at_once();
}

static void install(int signal_number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};
	struct sigaction old;

	if (sigaction(signal_number, NULL, &old) == 0 && old.sa_handler == SIG_IGN &&
		handler == on_signal)
		return;
	(void)sigfillset(&action.sa_mask);
	(void)sigaction(signal_number, &action, NULL);
}

void interrupt_install(void)
{
	install(SIGINT, on_signal);
	install(SIGTERM, on_signal);
	install(SIGHUP, on_signal);
	install(SIGALRM, on_alarm);
	(void)signal(SIGPIPE, SIG_IGN);
}

void interrupt_set_waker(void (*function)(void))
{
	waker = function;
}

void interrupt_add_file(const struct replace *replace)
{
	assert(file_count < INTERRUPT_FILES);
	files[file_count] = replace;
	file_count++;
}
