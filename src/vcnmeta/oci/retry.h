/* How long to wait before a request is repeated. */
#ifndef VCNMETA_OCI_RETRY_H
#define VCNMETA_OCI_RETRY_H

#include <stdint.h>

/* What retry_after_s says when a reply had no usable Retry-After. */
#define RETRY_AFTER_NONE (-1)

/*
 * The seconds that a Retry-After asks for: number is its value, or else -1 and
 * date the time it names, or else -1 too; server_now is what the reply's Date
 * says, or our clock. More than 60 counts as 60. RETRY_AFTER_NONE for neither.
 */
int64_t retry_after_s(int64_t number, int64_t date, int64_t server_now);

/*
 * Milliseconds before attempt number attempt + 1: wish seconds, or without a
 * wish 2^(attempt-1) seconds and a random part of a second more, 30 at most.
 */
int64_t retry_wait_ms(unsigned attempt, int64_t wish, uint32_t random);

#endif
