/*
 * Messages. A line is put together in one buffer of LIMIT_MESSAGE bytes, on
 * the stack, and written with one call; errno is left as it was. What does not
 * fit is cut before the cause, which is what a reader needs most. Control
 * bytes that reach this room become '?': a line stays one line.
 */
#include "base/msg.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bidi.h"
#include "base/io.h"
#include "base/limits.h"

static const char *program_name;
static bool is_quiet;
static void (*call_before)(void);

void msg_program(const char *name)
{
	program_name = name;
}

void msg_quiet(bool quiet)
{
	is_quiet = quiet;
}

void msg_before(void (*function)(void))
{
	call_before = function;
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/*
 * The largest cut of text, at len or before, that does not split a UTF-8
 * sequence; text[len] can be read.
 */
static size_t whole_characters(const char *text, size_t len)
{
	size_t cut = len;

	while (cut > 0 && len - cut < 3 && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	return ((unsigned char)text[cut] & 0xc0) == 0x80 ? len : cut;
}

/* A line under construction; room is what its head may take. */
struct line {
	char text[LIMIT_MESSAGE];
	size_t len;
	size_t room;
};

static void line_add(struct line *line, const char *text, size_t len)
{
	if (len > sizeof(line->text) - line->len)
		len = sizeof(line->text) - line->len;
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void line_format(struct line *line, const char *format, va_list args)
{
	static const char dots[] = "...";
	char *at = line->text + line->len;
	size_t room = line->room - line->len;
	int wanted = vsnprintf(at, room, format, args);

	if (wanted < 0)
		return;
	if ((size_t)wanted < room) {
		line->len += (size_t)wanted;
		return;
	}
	line->len += whole_characters(at, room - sizeof(dots));
	line_add(line, dots, sizeof(dots) - 1);
}

static void line_write(struct line *line)
{
	for (size_t i = 0; i < line->len; i++)
		if (is_control((unsigned char)line->text[i]))
			line->text[i] = '?';
	line->text[line->len++] = '\n';
	if (call_before)
		call_before();
	/* There is nowhere left to report to. */
	(void)io_write_all(STDERR_FILENO, line->text, line->len);
}

/* cause may be null. */
static void show(const char *cause, const char *format, va_list args)
{
	struct line line = {.len = 0};
	size_t cause_len = cause ? strlen(cause) : 0;
	const char *name = program_name != NULL ? program_name : program_invocation_name;
	size_t name_len = strlen(name);
	int saved = errno;

	if (cause_len > LIMIT_QUOTED)
		cause_len = LIMIT_QUOTED;
	if (name_len > LIMIT_QUOTED)
		name_len = LIMIT_QUOTED;
	line_add(&line, name, name_len);
	line_add(&line, ": ", 2);
	line.room = sizeof(line.text) - cause_len - sizeof(": \n");
	line_format(&line, format, args);
	if (cause) {
		line_add(&line, ": ", 2);
		line_add(&line, cause, cause_len);
	}
	line_write(&line);
	errno = saved;
}

void msg_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	show(NULL, format, args);
	va_end(args);
}

void msg_warning(const char *format, ...)
{
	va_list args;

	if (is_quiet)
		return;
	va_start(args, format);
	show(NULL, format, args);
	va_end(args);
}

void msg_note(const char *format, ...)
{
	va_list args;

	if (is_quiet)
		return;
	va_start(args, format);
	show(NULL, format, args);
	va_end(args);
}

void msg_error_errno(int errno_value, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	show(strerror(errno_value), format, args);
	va_end(args);
}

void msg_no_memory(void)
{
	msg_error("out of memory");
}

/*
 * The length of the UTF-8 sequence that text begins with, 0 if it is none or
 * spells what terminals obey: a control character of the C1 range, or one that
 * turns others around.
 */
static size_t utf8_length(const unsigned char *text, size_t len)
{
	unsigned char first = text[0];
	size_t need = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	unsigned char low = 0x80, high = 0xbf;

	if (first < 0xc2 || first > 0xf4 || len < need)
		return 0;
	if (first == 0xc2 || first == 0xe0)
		low = 0xa0;
	else if (first == 0xf0)
		low = 0x90;
	if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf4)
		high = 0x8f;
	if (text[1] < low || text[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return bidi_character((const char *)text, len) != 0 ? 0 : need;
}

/* Writes one byte so that it can be read and does no harm; returns the end. */
static char *escape_byte(char *to, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char plain[] = "\n\t\r'\\", letter[] = "ntr'\\";
	const char *found = c ? strchr(plain, c) : NULL;

	*to++ = '\\';
	if (found) {
		*to++ = letter[found - plain];
		return to;
	}
	*to++ = 'x';
	*to++ = hex[c >> 4];
	*to++ = hex[c & 15];
	return to;
}

static bool shows_itself(unsigned char c)
{
	return c < 0x80 && !is_control(c) && c != '\'' && c != '\\';
}

const char *msg_quote(char buffer[MSG_QUOTED_SIZE], const char *text, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t kept = len;
	char *to = buffer;
	size_t step;

	if (kept > LIMIT_QUOTED)
		kept = whole_characters(text, LIMIT_QUOTED);
	*to++ = '\'';
	for (size_t i = 0; i < kept; i += step) {
		step = bytes[i] < 0x80 ? shows_itself(bytes[i]) : utf8_length(bytes + i, kept - i);
		memcpy(to, bytes + i, step);
		to += step;
		if (step == 0) {
			to = escape_byte(to, bytes[i]);
			step = 1;
		}
	}
	memcpy(to, len > kept ? "'..." : "'", len > kept ? 5 : 2);
	return buffer;
}

const char *msg_quote_name(char buffer[MSG_QUOTED_SIZE], const char *name)
{
	return msg_quote(buffer, name, strlen(name));
}

_Static_assert(MSG_QUOTED_SIZE > 4 * LIMIT_QUOTED + sizeof("''..."),
	"every byte of a quoted text may need four");
