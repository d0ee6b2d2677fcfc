/* Tagging: two addresses, a handful of prefixes, one hash probe. */
#include "flowlog/tag.h"

#include "base/limits.h"

/* No address is spelled with more bytes, escapes included: 45 times 6. */
#define ADDRESS_SIZE 288

/* Longer than the spelling of any OCID. */
#define OCID_SIZE (LIMIT_QUOTED * 6)

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

bool tag_is_within(const struct lookup_subnet *subnet, const struct address *address)
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
	char buffer[OCID_SIZE];
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

static void find_vnic(struct lookup_vnic *vnic, const struct lookup *lookup,
	struct lookup_hints *hints, const struct json_value *value)
{
	char buffer[OCID_SIZE];
	const char *text;
	size_t len;

	if (value->type == JSON_STRING &&
		json_string(value, buffer, sizeof(buffer), &text, &len) == 0 &&
		lookup_find_vnic(lookup, text == buffer ? NULL : hints, text, len, vnic))
		return;
	vnic->number = LOOKUP_NONE;
	vnic->address_count = 0;
}

/* A VNIC that has one of the two addresses sends from it, or receives there. */
static enum direction exact_direction(const struct lookup_vnic *vnic, const struct tags *tags)
{
	bool is_source, is_destination;

	if (vnic->address_count == 0)
		return DIRECTION_NONE;
	is_source = lookup_vnic_has(vnic, &tags->source_address);
	is_destination = lookup_vnic_has(vnic, &tags->destination_address);
	if (is_source == is_destination)
		return DIRECTION_NONE;
	return is_source ? DIRECTION_EGRESS : DIRECTION_INGRESS;
}

void tag_record(struct tags *tags, const struct record *record, const struct prefixset *internal,
	const struct lookup *lookup, bool has_vnic, struct tag_hints *hints)
{
	struct lookup_vnic vnic;

	read_address(&tags->source_address, &record->values[RECORD_SOURCE_ADDRESS]);
	read_address(&tags->destination_address, &record->values[RECORD_DESTINATION_ADDRESS]);
	tags->source = place_of(internal, &tags->source_address);
	tags->destination = place_of(internal, &tags->destination_address);
	tags->internal_traffic = tags->source == TAG_INTERNAL && tags->destination == TAG_INTERNAL;
	tags->direction = DIRECTION_NONE;
	tags->is_guessed = false;
	tags->vnic = LOOKUP_NONE;
	tags->known =
		find_subnet(&tags->subnet, lookup, &hints->subnets, &record->values[RECORD_SUBNET]);
	if (!tags->known)
		return;
	if (has_vnic) {
		find_vnic(&vnic, lookup, &hints->vnics, &record->values[RECORD_VNIC]);
		tags->vnic = vnic.number;
		tags->direction = exact_direction(&vnic, tags);
	}
	if (tags->direction != DIRECTION_NONE)
		return;
	tags->is_guessed = true;
	if (tag_is_within(&tags->subnet, &tags->source_address))
		tags->direction = DIRECTION_EGRESS;
	else if (tag_is_within(&tags->subnet, &tags->destination_address))
		tags->direction = DIRECTION_INGRESS;
}
