/* Flow-log bytes to output; see record.h. */
#include "fuzz.h"
#include "record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	record_try(data, len, false);
	return 0;
}
