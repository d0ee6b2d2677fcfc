/*
 * The lookup file is replaced in one step, so a signal may end the program at
 * any time; only the temporary file and the lock's have to go. The process then dies by the
 * signal itself, as whoever sent it expects.
 */
#include "vcnmeta/signals.h"

#include <signal.h>

#include "base/dirlock.h"
#include "lookup/writer.h"

static void clean_up(int number)
{
	writer_unlink_from_signal();
	dirlock_unlink_from_signal();
	/* The handler is gone (SA_RESETHAND) and the signal unblocked. */
	raise(number);
}

void signals_install(void)
{
	static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
	struct sigaction action = {0};
	struct sigaction before;

	action.sa_handler = clean_up;
	action.sa_flags = (int)SA_RESETHAND | SA_NODEFER;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	/* A reader that goes away ends the program silently, also where the
	 * caller ignored the signal. */
	signal(SIGPIPE, SIG_DFL);
}
