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

/*
 * Finds a record's subnet. Only what stands in records without an escape is learned, so
 * an escape that is compared as it stands is not found.
 */
static bool find_subnet(struct lookup_subnet *subnet, const struct lookup *lookup,
	struct lookup_hints *hints, const struct json_value *value)
{
	const struct lookup_subnet *recalled;
	char buffer[OCID_SIZE];
	const char *text;
	size_t len;

	if (lookup == NULL || value->type != JSON_STRING)
		return false;
	recalled = lookup_recall(hints, value->text + 1, value->len - 2);
	if (recalled != NULL) {
		*subnet = *recalled;
		return true;
	}
	if (json_string(value, buffer, sizeof buffer, &text, &len))
		return false;
	return text == buffer ? lookup_find(lookup, text, len, subnet)
			      : lookup_learn(lookup, hints, text, len, subnet);
}

/* The same for its VNIC, of which room is for one that is not recalled. Returns null if it
 * is not known. */
static const struct lookup_vnic *find_vnic(struct lookup_vnic *room, const struct lookup *lookup,
	struct lookup_vnic_hints *hints, const struct json_value *value)
{
	const struct lookup_vnic *recalled;
	char buffer[OCID_SIZE];
	const char *text;
	size_t len;

	if (!lookup_has_vnics(lookup) || value->type != JSON_STRING)
		return NULL;
	recalled = lookup_recall_vnic(hints, value->text + 1, value->len - 2);
	if (recalled != NULL)
		return recalled;
	if (json_string(value, buffer, sizeof(buffer), &text, &len) != 0 ||
		!lookup_find_vnic(lookup, text == buffer ? NULL : hints, text, len, room))
		return NULL;
	return room;
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

/* By the subnet's blocks; an address of no family lies in none of them. */
static void guess_direction(struct tags *tags)
{
	static const enum direction directions[2][2] = {
		{DIRECTION_NONE, DIRECTION_INGRESS}, {DIRECTION_EGRESS, DIRECTION_EGRESS}};
	bool from_within = false, to_within = false;

	for (size_t i = 0; i < tags->subnet.prefix_count; i++) {
		from_within |= prefix_holds(&tags->subnet.prefixes[i], &tags->source_address);
		to_within |= prefix_holds(&tags->subnet.prefixes[i], &tags->destination_address);
	}
	tags->is_guessed = true;
	tags->is_within = from_within & to_within;
	tags->direction = directions[from_within][to_within];
}

void tag_record(struct tags *tags, const struct record *record, const struct prefixset *internal,
	const struct lookup *lookup, bool has_vnic, struct tag_hints *hints)
{
	const struct lookup_vnic *vnic = NULL;
	struct lookup_vnic room;
	enum tag_side source, destination;

	read_address(&tags->source_address, &record->values[RECORD_SOURCE_ADDRESS]);
	read_address(&tags->destination_address, &record->values[RECORD_DESTINATION_ADDRESS]);
	source = place_of(internal, &tags->source_address);
	destination = place_of(internal, &tags->destination_address);
	tags->source = source;
	tags->destination = destination;
	tags->internal_traffic = (source | destination) == TAG_INTERNAL;
	tags->direction = DIRECTION_NONE;
	tags->is_guessed = tags->is_within = false;
	tags->vnic = LOOKUP_NONE;
	tags->known =
		find_subnet(&tags->subnet, lookup, &hints->subnets, &record->values[RECORD_SUBNET]);
	if (!tags->known)
		return;
	if (has_vnic)
		vnic = find_vnic(&room, lookup, &hints->vnics, &record->values[RECORD_VNIC]);
	if (vnic != NULL) {
		tags->vnic = vnic->number;
		tags->direction = exact_direction(vnic, tags);
	}
	if (tags->direction != DIRECTION_NONE)
		return;
	guess_direction(tags);
}
