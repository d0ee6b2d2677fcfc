/* Arrays that grow: the one place that says by how much. */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>

#define FIRST_ROOM ((size_t)64)

void *array_reserve(void *array, size_t *room, size_t need, size_t size)
{
	size_t more = *room < FIRST_ROOM ? FIRST_ROOM : *room;
	void *grown;

	if (array && need <= *room)
		return array;
	while (more < need)
		more = more > SIZE_MAX / 2 ? SIZE_MAX : more * 2;
	grown = more > SIZE_MAX / size ? NULL : realloc(array, more * size);
	if (grown)
		*room = more;
	return grown;
}
