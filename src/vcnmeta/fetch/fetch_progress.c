/* One line on the terminal, drawn at most ten times a second. */
#include "vcnmeta/fetch/fetch_progress.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/io.h"
#include "base/msg.h"
#include "vcnmeta/fetch/survey.h"
#include "vcnmeta/oci/clock.h"

#define REDRAW_MS 100

static bool is_shown; /* it may be drawn at all */
static bool is_drawn; /* it stands on the terminal */
static int64_t drawn_ms;

static void clear_line(void)
{
	if (!is_drawn)
		return;
	is_drawn = false;
	io_write_all(STDERR_FILENO, "\r\033[K", 4);
}

void fetch_progress_begin(int quiet)
{
	is_shown = !quiet && isatty(STDERR_FILENO) == 1;
	drawn_ms = clock_ms();
	if (is_shown)
		msg_before(clear_line);
}

void fetch_progress_tick(void *context)
{
	const struct survey *survey = context;
	int64_t now = clock_ms();
	char line[80];
	int len;

	if (!is_shown || now - drawn_ms < REDRAW_MS)
		return;
	drawn_ms = now;
	len = snprintf(line, sizeof(line),
		"\r%zu compartments, %zu subnets, %zu security lists\033[K",
		survey->found.count + 1, model_subnet_count(survey->model),
		model_list_count(survey->model));
	if (len > 0 && (size_t)len < sizeof(line)) {
		io_write_all(STDERR_FILENO, line, (size_t)len);
		is_drawn = true;
	}
}

void fetch_progress_end(void)
{
	clear_line();
	is_shown = false;
	msg_before(NULL);
}
