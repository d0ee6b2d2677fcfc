/* Kinds are told by the OCID that an object has as its id. */
#include "vcnmeta/ignored.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/msg.h"
#include "base/ocid.h"
#include "vcnmeta/input.h"

/* The "vcn" of "ocid1.vcn.oc1..aaaa", or nothing. */
static void name_kind(char name[IGNORED_NAME], struct lookup_text id)
{
	const char *kind;
	size_t len;

	name[0] = '\0';
	if (!ocid_kind(id.text, id.len, &kind, &len) || len >= IGNORED_NAME)
		return;
	for (size_t i = 0; i < len; i++)
		if (kind[i] < 'a' || kind[i] > 'z')
			return;
	memcpy(name, kind, len);
	name[len] = '\0';
}

static struct ignored_kind *find_kind(struct ignored *ignored, const char *name, bool is_object)
{
	for (size_t i = 0; i < ignored->kind_count; i++)
		if (ignored->kinds[i].is_object == is_object &&
			strcmp(ignored->kinds[i].name, name) == 0)
			return &ignored->kinds[i];
	return NULL;
}

void ignored_add(
	struct ignored *ignored, const struct import_object *object, struct model_place place)
{
	bool is_object = object->node->value.type == JSON_OBJECT;
	struct ignored_kind *kind;
	char name[IGNORED_NAME];

	name_kind(name, import_id(object));
	kind = find_kind(ignored, name, is_object);
	if (!kind && ignored->kind_count == IGNORED_KINDS) {
		ignored->others++;
		return;
	}
	if (!kind) {
		kind = &ignored->kinds[ignored->kind_count++];
		*kind = (struct ignored_kind){.is_object = is_object, .first = place};
		memcpy(kind->name, name, sizeof(name));
	}
	kind->count++;
}

static void tell_kind(const struct ignored_kind *kind)
{
	const char *many = msg_plural(kind->count);
	char quoted[MSG_QUOTED_SIZE];
	char what[IGNORED_NAME + 32];

	if (!kind->is_object)
		snprintf(what, sizeof(what), "value%s that %s no object", many,
			kind->count == 1 ? "is" : "are");
	else if (kind->name[0] == '\0')
		snprintf(what, sizeof(what), "object%s without an OCID", many);
	else
		snprintf(what, sizeof(what), "object%s of kind '%s'", many, kind->name);
	msg_warning("nothing for a lookup file: %" PRIu64
		    " %s passed over, the first in %s, line %" PRIu64,
		kind->count, what, input_quote(quoted, kind->first.source), kind->first.line);
}

void ignored_tell(const struct ignored *ignored)
{
	for (size_t i = 0; i < ignored->kind_count; i++)
		tell_kind(&ignored->kinds[i]);
	if (ignored->others > 0)
		msg_warning("nothing for a lookup file: %" PRIu64
			    " objects of still other kinds passed over",
			ignored->others);
}
