/*
 * Cuts the bytes of one input after another into blocks of whole records.
 *
 * A complete record is never held back while the input is idle: a block is
 * handed over when it is full, when the next read would have to wait, and at
 * the end of the input. Memory: the block, and what of a record has come so
 * far; of a record that is too long nothing is kept.
 */
#ifndef FLOWLOG_READER_H
#define FLOWLOG_READER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "flowlog/block.h"
#include "flowlog/config.h"
#include "flowlog/source.h"

struct reader;

/*
 * config must outlive it. *stop nonzero makes a waiting read end. Returns
 * null when memory ran out. Free it with reader_free.
 */
struct reader *reader_new(const struct flowlog_config *config, const atomic_int *stop);
void reader_free(struct reader *reader);

/* Begins with an input: see source_open. */
void reader_open(struct reader *reader, int fd, int open_errno);

/* Returns true if the input is a regular file, so that no read waits for long. */
bool reader_is_file(const struct reader *reader);

/*
 * Fills a block that was reset. Its last block says input_ends; it may be
 * empty. Returns 0, or -1 when memory ran out.
 */
int reader_next(struct reader *reader, struct block *block);

/* What the input was; final once a block said input_ends. */
struct source_report reader_report(const struct reader *reader);

/* Closes the input. */
void reader_close(struct reader *reader);

#endif
