/* A list of texts; see fetch_names.h. */
#include "vcnmeta/fetch/fetch_names.h"

#include <stdlib.h>

int fetch_names_add(struct fetch_names *list, const char *name)
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

void fetch_names_free(struct fetch_names *list)
{
	free(list->names);
	*list = (struct fetch_names){NULL, 0, 0};
}
