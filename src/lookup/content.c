/* What stands in a lookup file, from front to back. */
#include "lookup/content.h"

#include "lookup/mapped.h"

static struct lookup_text vcn_ocid(const struct lookup *lookup, uint32_t number)
{
	if (number >= lookup->vcns.count)
		return (struct lookup_text){NULL, 0};
	return mapped_key(lookup, lookup->vcns.at[number].ocid);
}

static struct lookup_text compartment_ocid(const struct lookup *lookup, uint32_t number)
{
	if (number >= lookup->compartments.count)
		return (struct lookup_text){NULL, 0};
	return mapped_key(lookup, lookup->compartments.at[number].ocid);
}

size_t content_subnet_count(const struct lookup *lookup)
{
	return lookup->subnets.count;
}

bool content_find_subnet(
	const struct lookup *lookup, const char *ocid, size_t len, struct content_subnet *subnet)
{
	struct format_subnet record;

	if (!lookup_find(lookup, ocid, len, &subnet->subnet))
		return false;
	record = lookup->subnets.at[subnet->subnet.number];
	MAPPED_COPIED();
	subnet->ocid = mapped_key(lookup, record.ocid);
	subnet->name = mapped_text(lookup, record.name);
	subnet->vcn = vcn_ocid(lookup, record.vcn);
	subnet->compartment = compartment_ocid(lookup, record.compartment);
	subnet->fetched_at = record.fetched_at;
	subnet->is_listed = (record.flags & FORMAT_SUBNET_LISTED) != 0;
	subnet->is_refused = (record.flags & FORMAT_SUBNET_REFUSED) != 0;
	return true;
}

void content_subnet(const struct lookup *lookup, size_t number, struct content_subnet *subnet)
{
	struct lookup_text ocid;

	*subnet = (struct content_subnet){0};
	if (number >= lookup->subnets.count)
		return;
	ocid = mapped_key(lookup, lookup->subnets.at[number].ocid);
	(void)content_find_subnet(lookup, ocid.text, ocid.len, subnet);
}

struct content_name content_vcn(const struct lookup *lookup, size_t number)
{
	struct format_vcn record;

	if (number >= lookup->vcns.count)
		return (struct content_name){0};
	record = lookup->vcns.at[number];
	MAPPED_COPIED();
	return (struct content_name){mapped_key(lookup, record.ocid),
		mapped_text(lookup, record.name), record.fetched_at};
}

size_t content_compartment_count(const struct lookup *lookup)
{
	return lookup->compartments.count;
}

struct content_name content_compartment(const struct lookup *lookup, size_t number)
{
	struct format_compartment record;

	if (number >= lookup->compartments.count)
		return (struct content_name){0};
	record = lookup->compartments.at[number];
	MAPPED_COPIED();
	return (struct content_name){mapped_key(lookup, record.ocid),
		mapped_text(lookup, record.name), record.fetched_at};
}

bool content_vnic_was_read(const struct lookup *lookup, size_t number)
{
	return number < lookup->vnics.count &&
	       (lookup->vnics.at[number].flags & FORMAT_VNIC_GROUPS) != 0;
}

struct lookup_text content_source(const struct lookup *lookup)
{
	return lookup->source;
}

static void count_time(struct content_counts *counts, int64_t fetched_at)
{
	if (fetched_at < counts->oldest)
		counts->oldest = fetched_at;
	if (fetched_at > counts->newest)
		counts->newest = fetched_at;
}

void content_count(const struct lookup *lookup, struct content_counts *counts)
{
	*counts = (struct content_counts){
		.version = FORMAT_VERSION, /* the only one that is opened */
		.bytes = lookup->length,
		.subnets = lookup->subnets.count,
		.prefixes = lookup->prefixes.count,
		.sets = lookup->sets.count,
		.groups = lookup->groups.count,
		.vnics = lookup->vnics.count,
		.addresses = lookup->addresses.count,
		.vcns = lookup->vcns.count,
		.compartments = lookup->compartments.count,
		.services = lookup->services.count,
		.foreign = lookup->foreign_count,
		.oldest = INT64_MAX,
		.newest = INT64_MIN,
	};
	for (size_t i = 0; i < lookup->subnets.count; i++)
		count_time(counts, lookup->subnets.at[i].fetched_at);
	for (size_t i = 0; i < lookup->lists.count; i++) {
		const struct format_list *list = &lookup->lists.at[i];

		if (list->json_length == FORMAT_JSON_ABSENT)
			continue;
		counts->lists++;
		count_time(counts, list->fetched_at);
		if (lookup->rules.at)
			counts->list_rules += list->rule_count;
	}
	for (size_t i = 0; i < lookup->groups.count; i++) {
		const struct format_group *group = &lookup->groups.at[i];

		if ((group->flags & FORMAT_GROUP_HELD) != 0)
			count_time(counts, group->fetched_at);
		if (lookup->rules.at)
			counts->group_rules += group->rule_count;
	}
	for (size_t i = 0; i < lookup->vnics.count; i++)
		count_time(counts, lookup->vnics.at[i].fetched_at);
	if (counts->oldest > counts->newest)
		counts->oldest = counts->newest = lookup_fetched_at(lookup);
}
