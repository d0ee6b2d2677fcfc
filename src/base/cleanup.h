/*
 * Signals that end a program, and what it must not leave behind then: temporary
 * files above all. SIGINT, SIGTERM and SIGHUP are meant, and SIGXFSZ and SIGXCPU
 * (ulimit), but not where they are ignored already (nohup); the process always
 * dies of the signal itself, as whoever sent it expects.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdatomic.h>

enum cleanup_mode {
	/* Cleans up and dies at once; SIGPIPE is left as it is. */
	CLEANUP_DIE,
	/*
	 * Only notes the first signal, so that the program can finish what it
	 * has begun and die of it by cleanup_die; a second one, or a second
	 * gone by, is as with CLEANUP_DIE, and so is one of a limit. SIGPIPE is ignored: writes
	 * fail with EPIPE instead.
	 */
	CLEANUP_FINISH,
};

/* Installs the handlers. */
void cleanup_install(enum cleanup_mode mode);

/* The signal that was noted, or 0. */
extern atomic_int cleanup_signal;

/*
 * function(context) is called before the process dies at once, after the
 * temporary files of base/replace are removed: in a signal handler, by signal-safe
 * calls only, and even if there is nothing to remove yet, or any more. At most
 * CLEANUP_FUNCTIONS, not by several threads.
 */
#define CLEANUP_FUNCTIONS 4
void cleanup_add(void (*function)(void *), void *context);

/*
 * Removes what must not be left behind, as before the process dies at once: for
 * another handler that ends it. Signal-safe.
 */
void cleanup_run(void);

/*
 * A function that is called when a signal was noted, by signal-safe calls only,
 * to wake threads that wait in a read or a write; null: none.
 */
void cleanup_set_waker(void (*waker)(void));

/* Dies of a signal, with its usual effect, and cleans nothing up. */
void cleanup_die(int signal_number) __attribute__((noreturn));

#endif
