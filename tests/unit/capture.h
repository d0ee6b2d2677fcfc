/*
 * What a function writes to a descriptor, caught in a temporary file. One
 * descriptor at a time.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CAPTURE_SIZE 8192

static struct {
	int fd;
	int saved;
	FILE *file;
	char text[CAPTURE_SIZE];
} capture;

static inline void capture_begin(int fd)
{
	fflush(NULL);
	capture.fd = fd;
	capture.saved = dup(fd);
	capture.file = tmpfile();
	if (capture.saved < 0 || capture.file == NULL || dup2(fileno(capture.file), fd) < 0)
		abort();
}

/* Returns what was written, valid until the next capture. */
static inline const char *capture_end(void)
{
	size_t len;

	if (dup2(capture.saved, capture.fd) < 0)
		abort();
	close(capture.saved);
	rewind(capture.file);
	len = fread(capture.text, 1, CAPTURE_SIZE - 1, capture.file);
	capture.text[len] = '\0';
	fclose(capture.file);
	return capture.text;
}

#endif
