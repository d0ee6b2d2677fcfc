/* A list of texts; see names.h. */
#include "vcnmeta/fetch/names.h"

#include <stdlib.h>

int names_add(struct names *list, const char *name)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 8 : list->room * 2;
		const char **grown = reallocarray(list->names, room, sizeof(*grown));

		if (grown == NULL)
			return -1;
		list->names = grown;
		list->room = room;
	}
	list->names[list->count++] = name;
	return 0;
}

void names_free(struct names *list)
{
	free(list->names);
	*list = (struct names){NULL, 0, 0};
}
