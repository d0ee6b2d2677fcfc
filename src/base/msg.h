/*
 * Messages on standard error: one line each, "PROGRAM: text", written with one
 * write(2), so that lines of several processes do not mix. The text is lower
 * case, has no full stop, quotes its subject and names the cause last.
 *
 * Not to be called by several threads at once: the room that knows the subject
 * prints the one message, and in vcnflow only the thread that delivers does.
 */
#ifndef BASE_MSG_H
#define BASE_MSG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sets the name that every message begins with; it is kept, not copied. */
void msg_program(const char *name);

/* Mutes warnings and notes, or lets them through again; errors always show. */
void msg_quiet(bool quiet);

/*
 * Sets a function that is called before a message is written, to take a
 * progress line off the terminal; null: none.
 */
void msg_before(void (*function)(void));

void msg_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void msg_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void msg_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What the name of count things ends in: "s", but for one. */
static inline const char *msg_plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* As msg_error, with ": " and the text of errno_value after it. */
void msg_error_errno(int errno_value, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says that memory ran out, without needing any. */
void msg_no_memory(void);

/* Room for a quoted subject of any length. */
#define MSG_QUOTED_SIZE 1024

/*
 * Writes text[0..len) between single quotes into buffer and returns buffer:
 * control bytes, bytes that are not UTF-8, quotes and backslashes are escaped,
 * and what is longer than LIMIT_QUOTED bytes is cut and ends in "...".
 */
const char *msg_quote(char buffer[MSG_QUOTED_SIZE], const char *text, size_t len);

/* msg_quote of a string. */
const char *msg_quote_name(char buffer[MSG_QUOTED_SIZE], const char *name);

#endif
