/* gunzip.h over zlib, whatever the build inflates with: names begin zlib_. */
#ifndef TESTS_FUZZ_ZLIB_GUNZIP_H
#define TESTS_FUZZ_ZLIB_GUNZIP_H

#include "deflate/gunzip.h"

struct gunzip *zlib_gunzip_new(void);
void zlib_gunzip_free(struct gunzip *gunzip);
void zlib_gunzip_reset(struct gunzip *gunzip);
enum gunzip_state zlib_gunzip_run(struct gunzip *gunzip, const uint8_t **in, size_t *in_len,
	bool at_end, uint8_t *out, size_t cap, size_t *out_len);
struct gunzip_report zlib_gunzip_report(const struct gunzip *gunzip);

#endif
