/*
 * SIGINT, SIGTERM and SIGHUP: reading stops, the line begun is finished for at
 * most a second, temporary files go, the process dies by the signal.
 *
 * The handler sets interrupt_signal and starts an alarm; when that goes off, or
 * a second signal comes, the process removes its temporary files and dies at
 * once.
 */
#ifndef VCNFLOW_INTERRUPT_H
#define VCNFLOW_INTERRUPT_H

#include <stdatomic.h>

#include "base/replace.h"

/* The signal that came, or 0. */
extern atomic_int interrupt_signal;

/*
 * Installs the handlers, but for signals that are ignored already (nohup).
 * SIGPIPE is ignored: writes fail with EPIPE instead.
 */
void interrupt_install(void);

/*
 * A function that the handler calls, by signal-safe calls only, to wake
 * threads that wait in a read or a write; null: none.
 */
void interrupt_set_waker(void (*waker)(void));

/*
 * A file whose temporary one, if it has one by then, is removed when dying at
 * once. To be called before replace_begin; replace must be zero until then, and
 * is looked at until the process ends. At most INTERRUPT_FILES.
 */
#define INTERRUPT_FILES 3
void interrupt_add_file(const struct replace *replace);

/* Dies by a signal, with its usual effect. Does not return. */
void interrupt_die(int signal_number) __attribute__((noreturn));

#endif
