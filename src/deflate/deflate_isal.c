/* Raw deflate data by ISA-L, at the level that zlib's level 1 is closest to. */
#include "deflate/deflate.h"

#include <stdlib.h>

#include <isa-l/igzip_lib.h>

#include "deflate/upper.h"

#define LEVEL 1

/* Room that is made before each call of the library. */
#define STEP ((size_t)64 << 10)

struct deflate {
	struct isal_zstream isal;
	uint8_t level_buffer[ISAL_DEF_LVL1_DEFAULT];
};

struct deflate *deflate_new(void)
{
	struct deflate *deflate = malloc(sizeof(*deflate));

	if (deflate)
		isal_deflate_init(&deflate->isal);
	return deflate;
}

void deflate_free(struct deflate *deflate)
{
	free(deflate);
}

static void begin(struct deflate *deflate, const void *data, size_t len)
{
	struct isal_zstream *isal = &deflate->isal;

	isal_deflate_init(isal);
	isal->level = LEVEL;
	isal->level_buf = deflate->level_buffer;
	isal->level_buf_size = sizeof(deflate->level_buffer);
	isal->end_of_stream = 1;
	/* The library only reads there. */
	isal->next_in = (uint8_t *)(uintptr_t)data;
	isal->avail_in = (uint32_t)len;
}

int deflate_all(struct deflate *deflate, const void *data, size_t len, struct bytes *out)
{
	struct isal_zstream *isal = &deflate->isal;

	begin(deflate, data, len);
	while (isal->internal_state.state != ZSTATE_END) {
		if (bytes_reserve(out, STEP) != 0)
			return -1;
		isal->next_out = (uint8_t *)out->data + out->len;
		isal->avail_out = (uint32_t)STEP;
		/* It fails for arguments only, and these never change. */
		(void)isal_deflate(isal);
		upper_clear();
		out->len += STEP - isal->avail_out;
	}
	return 0;
}
