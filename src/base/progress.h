/*
 * A line on standard error that says how far a program is. It is one line of
 * plain text without colours or other escapes, so that any terminal can show
 * it; redrawn at most ten times a second, taken off before a message and at the
 * end. For one thread at a time.
 *
 * Whether there is a terminal to show it on is for the caller to say.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* From here on the line may be shown. */
void progress_begin(void);

/* Returns true if it is time to draw the line; cheap when it is not on. */
bool progress_is_due(void);

/* The seconds since progress_begin. */
double progress_seconds(void);

/* Room for the longest line there is, its NUL included. */
#define PROGRESS_LINE_SIZE 160

/* A line while its parts are put together, the most telling ones first. */
struct progress_line {
	char text[PROGRESS_LINE_SIZE];
	size_t len;   /* the number of columns, too */
	size_t width; /* columns that there are */
	bool is_full; /* a part did not fit: what follows it is left out too */
};

/* Begins a line for as many columns as standard error's terminal has. */
void progress_line_begin(struct progress_line *line);

/* Adds a part, two columns after the last one, if it fits whole. */
void progress_line_add(struct progress_line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Draws it over the line that is shown. */
void progress_show(const struct progress_line *line);

/* Takes the line off the terminal; the next one draws it again. */
void progress_hide(void);

/* Takes it off for good. */
void progress_end(void);

/*
 * The columns that may be written to: those of the terminal at fd, unless
 * columns, the environment's COLUMNS, is a number; one is left free, for the
 * cursor.
 */
size_t progress_width(int fd, const char *columns);

#endif
