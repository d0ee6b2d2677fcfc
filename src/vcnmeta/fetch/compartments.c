/*
 * The tree of compartments. Parents may come after their children, and a reply
 * may hold a circle: what is below is found by going through all of them until
 * nothing is added any more, which a circle cannot prolong.
 */
#include "vcnmeta/fetch/compartments.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

int compartments_add(
	struct compartments *compartments, const char *id, const char *parent, bool active)
{
	struct compartment item = {NULL, NULL, active};

	if (compartments->count == compartments->room) {
		size_t room = compartments->room == 0 ? 64 : compartments->room * 2;
		struct compartment *grown = reallocarray(compartments->items, room, sizeof(*grown));

		if (grown == NULL || compartments->count == LIMIT_COMPARTMENTS)
			return -1;
		compartments->items = grown;
		compartments->room = room;
	}
	item.id = strdup(id);
	item.parent = strdup(parent);
	if (item.id == NULL || item.parent == NULL) {
		free(item.id);
		free(item.parent);
		return -1;
	}
	compartments->items[compartments->count++] = item;
	return 0;
}

void compartments_free(struct compartments *compartments)
{
	for (size_t i = 0; i < compartments->count; i++) {
		free(compartments->items[i].id);
		free(compartments->items[i].parent);
	}
	free(compartments->items);
	*compartments = (struct compartments){NULL, 0, 0};
}

/* Adds those whose parents are in the set; *added says whether there were. */
static int add_children(const struct compartments *compartments, struct textset *set, bool *added)
{
	*added = false;
	for (size_t i = 0; i < compartments->count; i++) {
		const struct compartment *at = &compartments->items[i];
		enum textset_result result;

		if (!at->active || !textset_has(set, at->parent, strlen(at->parent)))
			continue;
		result = textset_add(set, at->id, strlen(at->id));
		if (result == TEXTSET_FULL || result == TEXTSET_NO_MEMORY)
			return -1;
		*added = *added || result == TEXTSET_ADDED;
	}
	return 0;
}

int compartments_below(const struct compartments *compartments, struct textset *set)
{
	bool added = true;

	while (added)
		if (add_children(compartments, set, &added) != 0)
			return -1;
	return 0;
}
