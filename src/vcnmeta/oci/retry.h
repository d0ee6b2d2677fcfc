/* Which requests are repeated, and after how long. */
#ifndef VCNMETA_OCI_RETRY_H
#define VCNMETA_OCI_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* A reply without a usable Retry-After. */
#define RETRY_AFTER_NONE (-1)

/*
 * Returns true if a reply of this status, with the error code that its body
 * names ("": none), may pass: 429, 409 of a state or a lock, 5xx but 501.
 */
bool retry_is_worth(unsigned status, const char *code);

/*
 * Milliseconds to wait before attempt number attempt + 1: what Retry-After
 * says, at most 60 s; else 2^(attempt-1) s and a random part of a second, at
 * most 30 s.
 */
int64_t retry_wait_ms(unsigned attempt, int64_t retry_after_s, uint32_t random);

#endif
