/* Tagging: two addresses, a handful of prefixes, one hash probe. */
#include "flowlog/tag.h"

#include "base/limits.h"

/* No address is spelled with more bytes, escapes included: 45 times 6. */
#define ADDRESS_SIZE 288

/* Mostly as it stands: an escape is in no address. */
static void read_address(struct address *address, const struct json_value *value)
{
	char buffer[ADDRESS_SIZE];
	const char *text;
	size_t len;

	address->family = ADDRESS_NONE;
	if (value->type != JSON_STRING ||
		address_parse(address, value->text + 1, value->len - 2) == 0)
		return;
	if (json_string(value, buffer, sizeof buffer, &text, &len) == 0)
		(void)address_parse(address, text, len);
}

static enum tag_side place_of(const struct prefixset *internal, const struct address *address)
{
	if (address->family == ADDRESS_NONE)
		return TAG_INVALID;
	return prefixset_holds(internal, address) ? TAG_INTERNAL : TAG_EXTERNAL;
}

static bool in_subnet(const struct lookup_subnet *subnet, const struct address *address)
{
	if (address->family == ADDRESS_NONE)
		return false;
	for (size_t i = 0; i < subnet->prefix_count; i++)
		if (prefix_holds(&subnet->prefixes[i], address))
			return true;
	return false;
}

/* Only what stands in records without an escape is learned, so an escape that
 * is compared as it stands is not found. */
static bool find_subnet(struct lookup_subnet *subnet, const struct lookup *lookup,
	struct lookup_hints *hints, const struct json_value *value)
{
	char buffer[LIMIT_QUOTED * 6];
	const char *text;
	size_t len;

	if (lookup == NULL || value->type != JSON_STRING)
		return false;
	if (lookup_recall(lookup, hints, value->text + 1, value->len - 2, subnet))
		return true;
	if (json_string(value, buffer, sizeof buffer, &text, &len))
		return false;
	return text == buffer ? lookup_find(lookup, text, len, subnet)
			      : lookup_learn(lookup, hints, text, len, subnet);
}

void tag_record(struct tags *tags, const struct record *record, const struct prefixset *internal,
	const struct lookup *lookup, struct lookup_hints *hints)
{
	struct address source, destination;

	read_address(&source, &record->values[RECORD_SOURCE_ADDRESS]);
	read_address(&destination, &record->values[RECORD_DESTINATION_ADDRESS]);
	tags->source = place_of(internal, &source);
	tags->destination = place_of(internal, &destination);
	tags->internal_traffic = tags->source == TAG_INTERNAL && tags->destination == TAG_INTERNAL;
	tags->direction = DIRECTION_NONE;
	tags->known = find_subnet(&tags->subnet, lookup, hints, &record->values[RECORD_SUBNET]);
	if (!tags->known)
		return;
	if (in_subnet(&tags->subnet, &source))
		tags->direction = DIRECTION_EGRESS;
	else if (in_subnet(&tags->subnet, &destination))
		tags->direction = DIRECTION_INGRESS;
}
