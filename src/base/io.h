/*
 * File descriptors. Every call here deals with EINTR, with short counts, and,
 * by poll(2), with descriptors that are non-blocking.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/bytes.h"

/*
 * Reads at most cap bytes. Returns their number, 0 at the end of the file, or
 * -1 with errno set. A signal handler that ran meanwhile is seen by the caller
 * through stop: when stop is not null and *stop has become nonzero, EINTR is
 * returned as it came.
 */
ssize_t io_read(int fd, void *buffer, size_t cap, const atomic_int *stop);

/* Reads until cap bytes or the end. Returns the number, or -1. */
ssize_t io_read_full(int fd, void *buffer, size_t cap);

/*
 * Reads all that fd has and appends it to bytes, with padding zero bytes after it
 * that len does not count. Returns 0, or -1 with errno set: ENOMEM, or EFBIG if that
 * is more than the maximum of bytes less a last piece of 256 KiB.
 */
int io_read_all(int fd, struct bytes *bytes, size_t padding);

/* Writes all of data[0..len). Returns 0, or -1 with errno set. */
int io_write_all(int fd, const void *data, size_t len);

/* Returns true if a read would not block: data, the end, or an error is there. */
bool io_ready(int fd);

/* Waits for io_ready, at most timeout_ms (-1: for ever). */
bool io_wait_ready(int fd, int timeout_ms);

/* Opens for reading, close-on-exec, without hanging on a FIFO's other end
 * being absent when regular is true: then anything but a regular file is
 * refused with errno EINVAL (a directory with EISDIR). Returns the descriptor
 * or -1. */
int io_open_read(const char *path, bool regular);

/* Asks for a larger pipe buffer where fd is a pipe; failing is no matter. */
void io_widen_pipe(int fd);

/*
 * Makes sure that descriptors 0, 1 and 2 are open, so that no file opened later
 * becomes one of them: those that are closed are pointed at /dev/null. To be
 * called first of all. Returns 0, or -1 with errno set.
 */
int io_standard_descriptors(void);

/* Returns true if fd, 0 to 2, was open when io_standard_descriptors was called. */
bool io_was_open(int fd);

#endif
