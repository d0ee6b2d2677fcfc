/*
 * What the progress line says. Private to progress.c and its test.
 */
#ifndef VCNFLOW_PROGRESS_TEXT_H
#define VCNFLOW_PROGRESS_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* What is known at one moment. */
struct progress_sample {
	int64_t total;     /* bytes, or -1 when not known */
	uint64_t bytes_in; /* as stored */
	uint64_t records;
	double seconds; /* since the begin */
};

/* Room for the longest line there is, its NUL included. */
#define PROGRESS_TEXT_SIZE 160

/*
 * Writes as many of the line's parts as width columns hold, the most telling
 * ones first; returns the length, which is the number of columns too.
 */
size_t progress_text(
	char text[PROGRESS_TEXT_SIZE], size_t width, const struct progress_sample *sample);

/*
 * The columns that may be written to: those of the terminal at fd, unless
 * columns, the environment's COLUMNS, is a number; one is left free, for the
 * cursor.
 */
size_t progress_width(int fd, const char *columns);

#endif
