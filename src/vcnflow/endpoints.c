/*
 * Lists of endpoints. What cannot be read in a record (an address that is none,
 * a port that is absent) fits no element, so that a list that only excludes
 * keeps it.
 */
#include "vcnflow/endpoints.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/msg.h"
#include "base/ocid.h"
#include "lookup/content.h"
#include "lookup/rule.h"

#define PORTS ((size_t)1 << 16)

/* No OCID is spelled with more bytes, escapes included. */
#define OCID_SIZE (LIMIT_QUOTED * 6)

static void clear_set(struct endpoints_set *set)
{
	prefixset_free(&set->addresses);
	free(set->ports);
	textset_free(&set->ocids);
	textset_free(&set->names);
	*set = (struct endpoints_set){
		.ocids = TEXTSET_INIT(SIZE_MAX), .names = TEXTSET_INIT(SIZE_MAX)};
	prefixset_init(&set->addresses);
}

struct endpoints *endpoints_new(void)
{
	struct endpoints *endpoints = calloc(1, sizeof(*endpoints));

	for (size_t i = 0; endpoints != NULL && i < ENDPOINTS_KINDS; i++) {
		clear_set(&endpoints->sets[i][0]);
		clear_set(&endpoints->sets[i][1]);
	}
	return endpoints;
}

void endpoints_free(struct endpoints *endpoints)
{
	if (endpoints == NULL)
		return;
	for (size_t i = 0; i < ENDPOINTS_KINDS; i++) {
		clear_set(&endpoints->sets[i][0]);
		clear_set(&endpoints->sets[i][1]);
	}
	elements_free_files(&endpoints->files);
	free(endpoints);
}

/* Reads a port; returns the end of its digits, or null. */
static const char *read_port(const char *text, const char *end, size_t *port)
{
	const char *at = text;

	*port = 0;
	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		*port = *port * 10 + (size_t)(*at - '0');
		if (*port >= PORTS)
			return NULL;
	}
	return at > text ? at : NULL;
}

/* Adds PORT or LOW-HIGH. */
static int add_ports(struct endpoints_set *set, const struct element *element)
{
	const char *end = element->text + element->len;
	size_t low = 0, high = 0;
	const char *at = read_port(element->text, end, &low);

	high = low;
	if (at != NULL && at < end && *at == '-')
		at = read_port(at + 1, end, &high);
	if (at != end || low > high)
		return element_refuse(element, "want PORT or LOW-HIGH, 0 to 65535, or @FILE");
	if (set->ports == NULL)
		set->ports = calloc(PORTS / 64, sizeof(*set->ports));
	if (set->ports == NULL)
		return -1;
	for (size_t port = low; port <= high; port++)
		set->ports[port / 64] |= UINT64_C(1) << port % 64;
	return 0;
}

static int add_text(struct textset *set, const char *text, size_t len)
{
	if (textset_add(set, text, len) != TEXTSET_NO_MEMORY)
		return 0;
	errno = ENOMEM;
	return -1;
}

static int add_address(struct endpoints_set *set, const struct element *element)
{
	return prefixset_add_element(&set->addresses, element);
}

static int add_subnet(struct endpoints_set *set, const struct element *element)
{
	if (element->len == 0)
		return element_refuse(element, "want an OCID, a display name, or @FILE");
	if (ocid_is_of(element->text, element->len, "subnet"))
		return add_text(&set->ocids, element->text, element->len);
	return add_text(&set->names, element->text, element->len);
}

static int add_vnic(struct endpoints_set *set, const struct element *element)
{
	if (!ocid_is_of(element->text, element->len, "vnic"))
		return element_refuse(element, "want the OCID of a VNIC, or @FILE");
	return add_text(&set->ocids, element->text, element->len);
}

static int add_element(
	struct endpoints_set *set, enum endpoints_kind kind, const struct element *element)
{
	switch (kind) {
	case ENDPOINTS_SOURCE:
	case ENDPOINTS_DESTINATION:
	case ENDPOINTS_ADDRESS:
		return add_address(set, element);
	case ENDPOINTS_SOURCE_PORT:
	case ENDPOINTS_DESTINATION_PORT:
	case ENDPOINTS_PORT:
		return add_ports(set, element);
	case ENDPOINTS_SUBNET:
		return add_subnet(set, element);
	default:
		return add_vnic(set, element);
	}
}

/* A list that is being read. */
struct taking {
	struct endpoints_set *sets;
	enum endpoints_kind kind;
};

static int take_element(void *context, const struct element *element)
{
	const struct taking *taking = context;
	struct endpoints_set *set = &taking->sets[element->is_excluded];

	set->count++;
	return add_element(set, taking->kind, element);
}

int endpoints_take(
	struct endpoints *endpoints, enum endpoints_kind kind, const char *option, const char *list)
{
	struct taking taking = {endpoints->sets[kind], kind};

	clear_set(&taking.sets[0]);
	clear_set(&taking.sets[1]);
	endpoints->options[kind] = option;
	return elements_read(&endpoints->files, option, list, true, take_element, &taking);
}

static int refuse_name(const struct endpoints_set *set, size_t index, const char *why)
{
	struct element element = {.option = "subnet"};

	element.text = textset_text(&set->names, index, &element.len);
	return element_refuse(&element, why);
}

/* Adds the OCIDs of all subnets that have one of the names. */
static int find_names(struct endpoints_set *set, const struct lookup *lookup)
{
	bool *is_found;
	size_t index;
	int result = 0;

	if (set->names.count == 0)
		return 0;
	if (lookup == NULL)
		return refuse_name(set, 0, "to find a name, a lookup file is needed (-m FILE)");
	is_found = calloc(set->names.count, sizeof(*is_found));
	if (is_found == NULL)
		return -1;
	for (size_t i = 0; result == 0 && i < content_subnet_count(lookup); i++) {
		struct content_subnet subnet;

		content_subnet(lookup, i, &subnet);
		if (subnet.name.text == NULL)
			continue;
		index = textset_find(&set->names, subnet.name.text, subnet.name.len);
		if (index == SIZE_MAX)
			continue;
		is_found[index] = true;
		result = add_text(&set->ocids, subnet.ocid.text, subnet.ocid.len);
	}
	for (index = 0; result == 0 && index < set->names.count; index++) {
		if (!is_found[index])
			result = refuse_name(set, index,
				"neither an OCID nor the name of a subnet in the lookup file");
	}
	free(is_found);
	return result;
}

bool endpoints_has(const struct endpoints *endpoints, enum endpoints_kind kind)
{
	return endpoints->sets[kind][0].count + endpoints->sets[kind][1].count > 0;
}

/* Without a lookup file "vcn" would be no address at all. */
static int check_vcn(
	const struct endpoints_set *set, const char *option, const struct lookup *lookup)
{
	const struct element element = {.text = "vcn", .len = strlen("vcn"), .option = option};

	if (!set->addresses.vcn || lookup != NULL)
		return 0;
	return element_refuse(&element, "to know it, a lookup file is needed (-m FILE)");
}

int endpoints_resolve(struct endpoints *endpoints, const struct lookup *lookup)
{
	const struct prefix *prefixes = NULL;
	size_t count = 0;

	if (lookup != NULL)
		prefixes = lookup_prefixes(lookup, &count);
	for (size_t i = 0; i < ENDPOINTS_KINDS; i++) {
		if (endpoints->options[i] != NULL &&
			!endpoints_has(endpoints, (enum endpoints_kind)i))
			msg_warning(
				"--%s holds nothing: all records fit it", endpoints->options[i]);
		for (size_t side = 0; side < 2; side++) {
			struct endpoints_set *set = &endpoints->sets[i][side];

			if (find_names(set, lookup) < 0 ||
				check_vcn(set, endpoints->options[i], lookup) < 0)
				return -1;
			if (prefixset_finish(&set->addresses, prefixes, count) < 0) {
				errno = ENOMEM;
				return -1;
			}
		}
	}
	return 0;
}

bool endpoints_need_flow(const struct endpoints *endpoints)
{
	return endpoints_has(endpoints, ENDPOINTS_SOURCE_PORT) ||
	       endpoints_has(endpoints, ENDPOINTS_PORT) || endpoints_has(endpoints, ENDPOINTS_VNIC);
}

/* What a list asks about: of one side, or of both. */
struct question {
	const struct address *addresses[2]; /* null: not asked */
	int ports[2];                       /* -1: none */
	const char *ocid;                   /* null: none */
	size_t ocid_len;
};

static bool fits(const struct endpoints_set *set, const struct question *question)
{
	if (set->count == 0)
		return false;
	for (size_t i = 0; i < 2; i++) {
		int port = question->ports[i];

		if (question->addresses[i] != NULL &&
			prefixset_holds(&set->addresses, question->addresses[i]))
			return true;
		if (port >= 0 && set->ports != NULL &&
			(set->ports[port / 64] >> port % 64 & 1) != 0)
			return true;
	}
	return question->ocid != NULL &&
	       textset_has(&set->ocids, question->ocid, question->ocid_len);
}

static bool keeps(const struct endpoints *endpoints, enum endpoints_kind kind,
	const struct question *question)
{
	const struct endpoints_set *sets = endpoints->sets[kind];

	return (sets[0].count == 0 || fits(&sets[0], question)) && !fits(&sets[1], question);
}

static bool keeps_addresses(const struct endpoints *endpoints, enum endpoints_kind kind,
	const struct address *one, const struct address *other)
{
	const struct question question = {.addresses = {one, other}, .ports = {-1, -1}};

	return keeps(endpoints, kind, &question);
}

static bool keeps_ports(
	const struct endpoints *endpoints, enum endpoints_kind kind, int one, int other)
{
	const struct question question = {.ports = {one, other}};

	return keeps(endpoints, kind, &question);
}

static bool keeps_ocid(
	const struct endpoints *endpoints, enum endpoints_kind kind, const char *text, size_t len)
{
	const struct question question = {.ports = {-1, -1}, .ocid = text, .ocid_len = len};

	return keeps(endpoints, kind, &question);
}

static bool keeps_member(
	const struct endpoints *endpoints, enum endpoints_kind kind, const struct json_value *value)
{
	char buffer[OCID_SIZE];
	const char *text = NULL;
	size_t len = 0;

	if (!endpoints_has(endpoints, kind))
		return true;
	if (value->type != JSON_STRING ||
		json_string(value, buffer, sizeof(buffer), &text, &len) != 0)
		text = NULL;
	return keeps_ocid(endpoints, kind, text, len);
}

bool endpoints_keep(
	const struct endpoints *endpoints, const struct record *record, const struct tags *tags)
{
	const struct json_value *values = record->values;
	int source = -1, destination;

	if (!keeps_addresses(endpoints, ENDPOINTS_SOURCE, &tags->source_address, NULL) ||
		!keeps_addresses(
			endpoints, ENDPOINTS_DESTINATION, &tags->destination_address, NULL) ||
		!keeps_addresses(endpoints, ENDPOINTS_ADDRESS, &tags->source_address,
			&tags->destination_address))
		return false;
	if (!keeps_member(endpoints, ENDPOINTS_SUBNET, &values[RECORD_SUBNET]))
		return false;
	destination = record_number(&values[RECORD_DESTINATION_PORT], RULE_PORT_MAX);
	if (endpoints_need_flow(endpoints)) {
		if (!keeps_member(endpoints, ENDPOINTS_VNIC, &values[RECORD_VNIC]))
			return false;
		source = record_number(&values[RECORD_SOURCE_PORT], RULE_PORT_MAX);
	}
	return keeps_ports(endpoints, ENDPOINTS_SOURCE_PORT, source, -1) &&
	       keeps_ports(endpoints, ENDPOINTS_DESTINATION_PORT, destination, -1) &&
	       keeps_ports(endpoints, ENDPOINTS_PORT, source, destination);
}

bool endpoints_keep_conversation(
	const struct endpoints *endpoints, const struct conversation *conversation)
{
	return keeps_addresses(
		       endpoints, ENDPOINTS_ADDRESS, &conversation->local, &conversation->peer) &&
	       keeps_ocid(endpoints, ENDPOINTS_SUBNET, conversation->subnet.text,
		       conversation->subnet.len) &&
	       keeps_ocid(
		       endpoints, ENDPOINTS_VNIC, conversation->vnic.text, conversation->vnic.len);
}
