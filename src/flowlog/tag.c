/* Tagging: two addresses, a handful of prefixes, one hash probe. */
#include "flowlog/tag.h"

#include "base/inline.h"
#include "base/limits.h"

/* No address is spelled with more bytes, escapes included: 45 times 6. */
#define ADDRESS_SIZE 288

/* Longer than the spelling of any OCID. */
#define OCID_SIZE (LIMIT_QUOTED * 6)

/* An address that is not one as it stands: it may have escapes. */
static OUT_OF_LINE void read_escaped(struct address *address, const struct json_value *value)
{
	char buffer[ADDRESS_SIZE];
	const char *text;
	size_t len;

	if (json_string(value, buffer, sizeof buffer, &text, &len) == 0)
		(void)address_parse(address, text, len);
}

static inline void read_address(struct address *address, const struct json_value *value)
{
	if (value->type != JSON_STRING)
		address->family = ADDRESS_NONE;
	else if (address_parse(address, value->text + 1, value->len - 2) != 0)
		read_escaped(address, value);
}

static enum tag_side place_of(const struct prefixset *internal, const struct address *address)
{
	if (address->family == ADDRESS_NONE)
		return TAG_INVALID;
	return prefixset_holds(internal, address) ? TAG_INTERNAL : TAG_EXTERNAL;
}

/* A subnet that is not recalled. Only what stands in records without an escape is
 * learned, so that an escape, compared as it stands, is not recalled. */
static OUT_OF_LINE bool find_subnet(struct lookup_subnet *subnet, const struct lookup *lookup,
	struct lookup_hints *hints, const struct json_value *value)
{
	char buffer[OCID_SIZE];
	const char *text;
	size_t len;

	if (json_string(value, buffer, sizeof buffer, &text, &len))
		return false;
	return text == buffer ? lookup_find(lookup, text, len, subnet)
			      : lookup_learn(lookup, hints, text, len, subnet);
}

/* Returns true if a record's subnet is known. */
static inline bool know_subnet(struct lookup_subnet *subnet, const struct lookup *lookup,
	struct lookup_hints *hints, const struct json_value *value)
{
	const struct lookup_subnet *recalled;

	if (lookup == NULL || value->type != JSON_STRING)
		return false;
	recalled = lookup_recall(hints, value->text + 1, value->len - 2);
	if (recalled == NULL)
		return find_subnet(subnet, lookup, hints, value);
	*subnet = *recalled;
	return true;
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

/* Finds a record's VNIC, and by its addresses the direction. */
static OUT_OF_LINE void take_vnic(struct tags *tags, const struct lookup *lookup,
	struct lookup_vnic_hints *hints, const struct json_value *value)
{
	const struct lookup_vnic *vnic;
	struct lookup_vnic found;
	char buffer[OCID_SIZE];
	const char *text;
	size_t len;

	if (value->type != JSON_STRING)
		return;
	vnic = lookup_recall_vnic(hints, value->text + 1, value->len - 2);
	if (vnic == NULL) {
		if (json_string(value, buffer, sizeof(buffer), &text, &len) != 0 ||
			!lookup_find_vnic(lookup, text == buffer ? NULL : hints, text, len, &found))
			return;
		vnic = &found;
	}
	tags->vnic = vnic->number;
	tags->direction = exact_direction(vnic, tags);
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

static void place_sides(struct tags *tags, const struct prefixset *internal)
{
	const enum tag_side source = place_of(internal, &tags->source_address);
	const enum tag_side destination = place_of(internal, &tags->destination_address);

	tags->source = source;
	tags->destination = destination;
	tags->internal_traffic = (source | destination) == TAG_INTERNAL;
}

void tag_record(struct tags *tags, const struct record *record, const struct prefixset *internal,
	const struct lookup *lookup, bool has_vnic, struct tag_hints *hints)
{
	read_address(&tags->source_address, &record->values[RECORD_SOURCE_ADDRESS]);
	read_address(&tags->destination_address, &record->values[RECORD_DESTINATION_ADDRESS]);
	if (internal != NULL)
		place_sides(tags, internal);
	tags->direction = DIRECTION_NONE;
	tags->is_guessed = tags->is_within = false;
	tags->vnic = LOOKUP_NONE;
	tags->known =
		know_subnet(&tags->subnet, lookup, &hints->subnets, &record->values[RECORD_SUBNET]);
	if (!tags->known)
		return;
	if (has_vnic && lookup_has_vnics(lookup))
		take_vnic(tags, lookup, &hints->vnics, &record->values[RECORD_VNIC]);
	if (tags->direction != DIRECTION_NONE)
		return;
	guess_direction(tags);
}
