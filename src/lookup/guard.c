/*
 * What happens when the mapped file shrinks under its reader: the kernel sends
 * SIGBUS to the thread that touches a page that is gone. The handler tells by
 * the address whether it was the guarded mapping; if not, it puts back what was
 * there before and returns, so that the fault comes again and takes its course.
 */
#include <signal.h>
#include <stddef.h>

#include "lookup/mapped.h"

/* Set before threads begin and while none touches the mapping. */
static struct {
	uintptr_t start;
	size_t length; /* 0: nothing is guarded */
	void (*function)(void *);
	void *context;
	struct sigaction before;
} guard;

static void handle_fault(int number, siginfo_t *info, void *machine)
{
	uintptr_t address = (uintptr_t)info->si_addr;

	(void)machine;
	if (address - guard.start < guard.length)
		guard.function(guard.context);
	sigaction(number, &guard.before, NULL);
}

static void take_off(void)
{
	if (guard.length != 0)
		sigaction(SIGBUS, &guard.before, NULL);
	guard.length = 0;
}

int lookup_guard(const struct lookup *lookup, void (*function)(void *), void *context)
{
	struct sigaction action = {0};

	take_off();
	if (!lookup)
		return 0;
	action.sa_sigaction = handle_fault;
	action.sa_flags = SA_SIGINFO;
	sigemptyset(&action.sa_mask);
	guard.start = (uintptr_t)lookup->map;
	guard.function = function;
	guard.context = context;
	if (sigaction(SIGBUS, &action, &guard.before) != 0)
		return -1;
	guard.length = lookup->mapped;
	return 0;
}
