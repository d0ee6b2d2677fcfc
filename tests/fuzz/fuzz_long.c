/* Flow-log bytes that fill more than one block; see record.h. */
#include "fuzz.h"
#include "record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	record_try(data, len, true);
	return 0;
}
