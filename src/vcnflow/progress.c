/*
 * The progress line. It is one line of plain text without colours or other
 * escapes, so that any terminal can show it: written over itself from column
 * one, the rest of an older and longer line blanked, and no wider than the
 * window, whose size is asked for each time it is drawn.
 *
 * A terminal that can't be written to is no fault of the run: it goes on.
 */
#include "vcnflow/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/msg.h"
#include "vcnflow/progress_text.h"

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
	int64_t total;
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

/* A line while its parts are put together. */
struct line {
	char *text;
	size_t len;
	size_t width;
	bool full; /* a part did not fit: what follows it is left out too */
};

/* Adds a part, two columns behind the last one, if it fits whole. */
__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
	char part[64];
	va_list arguments;
	size_t gap = line->len > 0 ? 2 : 0, len;
	int written;

	va_start(arguments, format);
	written = vsnprintf(part, sizeof(part), format, arguments);
	va_end(arguments);
	len = written > 0 ? (size_t)written : 0;
	if (len >= sizeof(part) || len + gap > line->width || line->len > line->width - len - gap)
		line->full = true;
	if (line->full)
		return;
	memset(line->text + line->len, ' ', gap);
	memcpy(line->text + line->len + gap, part, len + 1);
	line->len += gap + len;
}

/* A number of bytes in three or four digits. */
static const char *size_text(char text[16], double bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	size_t unit = 0;

	while (bytes >= 1000 && unit < 5) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text, 16, unit > 0 && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
	return text;
}

static void add_time_left(struct line *line, double seconds)
{
	/* More than the number holds is a long time too. */
	const double most = 1e18;
	unsigned long long left = (unsigned long long)((seconds < most ? seconds : most) + 0.5);

	if (left < 3600)
		add(line, "%llu:%02llu left", left / 60, left % 60);
	else if (left < 100 * 3600)
		add(line, "%llu:%02llu:%02llu left", left / 3600, left / 60 % 60, left % 60);
	else
		add(line, "%llu days left", left / 86400);
}

size_t progress_text(
	char text[PROGRESS_TEXT_SIZE], size_t width, const struct progress_sample *sample)
{
	struct line line = {text, 0, width, false};
	double done = (double)sample->bytes_in, total = (double)sample->total;
	double rate = sample->seconds >= 1 ? done / sample->seconds : 0;
	char size[16];

	if (line.width >= PROGRESS_TEXT_SIZE)
		line.width = PROGRESS_TEXT_SIZE - 1;
	text[0] = '\0';
	if (done > total && sample->total >= 0)
		done = total;
	if (sample->total > 0)
		add(&line, "%3.0f%%", done / total * 100);
	add(&line, "%s", size_text(size, (double)sample->bytes_in));
	if (rate > 0)
		add(&line, "%s/s", size_text(size, rate));
	if (sample->total > 0 && rate > 0)
		add_time_left(&line, (total - done) / rate);
	add(&line, "%llu record%s", (unsigned long long)sample->records,
		sample->records == 1 ? "" : "s");
	return line.len;
}

/* Writes text over what is shown, in one go. */
static void show(const char *text, size_t len)
{
	char out[3 * PROGRESS_TEXT_SIZE];
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

void progress_begin(int64_t total)
{
	memset(&state, 0, sizeof(state));
	state.on = true;
	state.total = total;
	state.begun_ns = clock_ns();
	msg_before(progress_hide);
}

void progress_update(uint64_t bytes_in, uint64_t records)
{
	struct progress_sample sample = {state.total, bytes_in, records, 0};
	char text[PROGRESS_TEXT_SIZE];
	size_t width, len;
	int64_t now;

	if (!state.on)
		return;
	now = clock_ns();
	if (state.drawn_ever && now - state.drawn_ns < REDRAW_NS)
		return;
	state.drawn_ever = true;
	state.drawn_ns = now;
	sample.seconds = (double)(now - state.begun_ns) / (double)NS_PER_SECOND;
	width = progress_width(STDERR_FILENO, getenv("COLUMNS"));
	len = progress_text(text, width, &sample);
	if (state.shown > width)
		state.shown = width;
	show(text, len);
}

void progress_hide(void)
{
	if (state.on && state.shown > 0)
		show("", 0);
}

void progress_end(void)
{
	if (!state.on)
		return;
	progress_hide();
	state.on = false;
	msg_before(NULL);
}
