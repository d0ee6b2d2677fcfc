/*
 * The progress line: written over itself from column one, the rest of an older
 * and longer line blanked, and no wider than the window, whose size is asked
 * for each time it is drawn.
 *
 * A terminal that can't be written to is no fault of the run: it goes on.
 */
#include "base/progress.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/msg.h"

#define REDRAW_NS ((int64_t)100000000)
#define NS_PER_SECOND ((int64_t)1000000000)

/* More than that is no number of columns. */
#define MOST_COLUMNS 100000

/* Where nothing tells how wide the terminal is. */
#define USUAL_COLUMNS 80

/* The one line of the process's one standard error. */
static struct {
	bool on;
	bool drawn_ever;
	size_t shown; /* columns that are on the terminal now */
	int64_t begun_ns;
	int64_t drawn_ns;
} state;

static int64_t clock_ns(void)
{
	struct timespec now = {0, 0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

size_t progress_width(int fd, const char *columns)
{
	struct winsize size = {0};
	unsigned long width = columns ? strtoul(columns, NULL, 10) : 0;

	if (width > MOST_COLUMNS)
		width = 0;
	if (width == 0 && ioctl(fd, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (width == 0)
		width = USUAL_COLUMNS;
	return width - 1;
}

void progress_begin(void)
{
	memset(&state, 0, sizeof(state));
	state.on = true;
	state.begun_ns = clock_ns();
	msg_before(progress_hide);
}

bool progress_is_due(void)
{
	return state.on && (!state.drawn_ever || clock_ns() - state.drawn_ns >= REDRAW_NS);
}

double progress_seconds(void)
{
	return (double)(clock_ns() - state.begun_ns) / (double)NS_PER_SECOND;
}

void progress_line_begin(struct progress_line *line)
{
	line->text[0] = '\0';
	line->len = 0;
	line->width = progress_width(STDERR_FILENO, getenv("COLUMNS"));
	line->is_full = false;
}

void progress_line_add(struct progress_line *line, const char *format, ...)
{
	char part[64];
	va_list arguments;
	size_t gap = line->len > 0 ? 2 : 0, len;
	size_t width = line->width < PROGRESS_LINE_SIZE ? line->width : PROGRESS_LINE_SIZE - 1;
	int written;

	va_start(arguments, format);
	written = vsnprintf(part, sizeof(part), format, arguments);
	va_end(arguments);
	len = written > 0 ? (size_t)written : 0;
	if (len >= sizeof(part) || len + gap > width || line->len > width - len - gap)
		line->is_full = true;
	if (line->is_full)
		return;
	memset(line->text + line->len, ' ', gap);
	memcpy(line->text + line->len + gap, part, len + 1);
	line->len += gap + len;
}

/* Writes text over what is shown, in one go. */
static void draw(const char *text, size_t len)
{
	char out[3 * PROGRESS_LINE_SIZE];
	size_t blanks = state.shown > len ? state.shown - len : 0;
	size_t at = 0;

	out[at++] = '\r';
	memcpy(out + at, text, len);
	at += len;
	memset(out + at, ' ', blanks);
	at += blanks;
	if (len == 0)
		out[at++] = '\r';
	state.shown = len;
	(void)io_write_all(STDERR_FILENO, out, at);
}

void progress_show(const struct progress_line *line)
{
	state.drawn_ever = true;
	state.drawn_ns = clock_ns();
	/* a window that became narrower: no blanks beyond its edge */
	if (state.shown > line->width)
		state.shown = line->width;
	draw(line->text, line->len);
}

void progress_hide(void)
{
	if (state.on && state.shown > 0)
		draw("", 0);
}

void progress_end(void)
{
	if (!state.on)
		return;
	progress_hide();
	state.on = false;
	msg_before(NULL);
}
