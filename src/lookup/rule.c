/*
 * Rules: their binary form, their block, and their text.
 *
 * What the service could send and nobody can judge is kept and marked, so that
 * such a rule counts as one that may match rather than as one that is not there.
 */
#include "lookup/rule.h"

#include <string.h>

#include "json/write.h"

/* ---- from parts -------------------------------------------------------- */

static bool text_is(const struct rule_text *text, const char *wanted)
{
	return text->text && text->len == strlen(wanted) &&
	       memcmp(text->text, wanted, text->len) == 0;
}

/* Decimal without leading zeros, as in records. */
static uint16_t protocol_of(const struct rule_text *text)
{
	unsigned number = 0;

	if (text_is(text, "all"))
		return RULE_PROTOCOL_ALL;
	if (!text->text || text->len == 0 || text->len > 3 ||
		(text->text[0] == '0' && text->len > 1))
		return RULE_PROTOCOL_UNREADABLE;
	for (size_t i = 0; i < text->len; i++) {
		if (text->text[i] < '0' || text->text[i] > '9')
			return RULE_PROTOCOL_UNREADABLE;
		number = number * 10 + (unsigned)(text->text[i] - '0');
	}
	return number > 255 ? RULE_PROTOCOL_UNREADABLE : (uint16_t)number;
}

/* A block, or a single address: a block of its own. */
static int read_cidr(struct prefix *prefix, const struct rule_text *text)
{
	struct address address;

	*prefix = (struct prefix){0};
	if (!text->text)
		return -1;
	if (address_parse(&address, text->text, text->len) != 0)
		return prefix_parse(prefix, text->text, text->len);
	prefix->high = address.high;
	prefix->low = address.low;
	prefix->family = address.family;
	prefix->length = address.family == ADDRESS_IPV4 ? 32 : 128;
	return 0;
}

static enum rule_peer peer_of(struct prefix *prefix, const struct rule_parts *parts)
{
	const struct rule_text *type = &parts->peer_type;

	*prefix = (struct prefix){0};
	if (!type->text || text_is(type, "CIDR_BLOCK")) {
		if (read_cidr(prefix, &parts->peer) == 0)
			return RULE_PEER_CIDR;
	} else if (parts->peer.text && parts->peer.len > 0) {
		if (text_is(type, "SERVICE_CIDR_BLOCK"))
			return RULE_PEER_SERVICE;
		if (parts->is_of_group && text_is(type, "NETWORK_SECURITY_GROUP"))
			return RULE_PEER_GROUP;
	}
	return RULE_PEER_UNREADABLE;
}

struct range {
	uint16_t low;
	uint16_t high;
	enum rule_range kind;
};

/* Ends beyond 0 to 65535 are of no port; what is between them counts. */
static struct range range_of(const struct rule_ports *ports)
{
	int64_t low = ports->low.value;
	int64_t high = ports->high.value;

	if (!ports->is_given)
		return (struct range){0, RULE_PORT_MAX, RULE_RANGE_ANY};
	if (!ports->low.is_given || !ports->high.is_given)
		return (struct range){0, RULE_PORT_MAX, RULE_RANGE_UNREADABLE};
	if (low > high || low > (int64_t)RULE_PORT_MAX || high < 0)
		return (struct range){0, 0, RULE_RANGE_NOTHING};
	if (low < 0)
		low = 0;
	if (high > (int64_t)RULE_PORT_MAX)
		high = RULE_PORT_MAX;
	return (struct range){(uint16_t)low, (uint16_t)high, RULE_RANGE_GIVEN};
}

static bool has_icmp(uint16_t protocol)
{
	return protocol == RULE_ICMP || protocol == RULE_ICMPV6;
}

/* A type or code that no packet has stays one that is limited. */
static uint16_t icmp_number(const struct rule_number *number)
{
	if (!number->is_given)
		return RULE_ICMP_ANY;
	if (number->value < 0 || number->value >= RULE_ICMP_ANY)
		return RULE_ICMP_ANY - 1;
	return (uint16_t)number->value;
}

/* The ranges that belong to the protocol; none to most. */
static void ports_of(const struct rule_parts *parts, uint16_t protocol, struct rule_ports *source,
	struct rule_ports *destination)
{
	*source = *destination = (struct rule_ports){0};
	if (protocol == RULE_TCP) {
		*source = parts->tcp_source;
		*destination = parts->tcp_destination;
	} else if (protocol == RULE_UDP) {
		*source = parts->udp_source;
		*destination = parts->udp_destination;
	}
}

void rule_make(struct rule *rule, const struct rule_parts *parts)
{
	uint16_t protocol = protocol_of(&parts->protocol);
	struct rule_ports source_ports, destination_ports;
	struct range source, destination;
	struct prefix prefix;
	enum rule_peer peer = peer_of(&prefix, parts);
	bool is_named = peer == RULE_PEER_SERVICE || peer == RULE_PEER_GROUP;

	ports_of(parts, protocol, &source_ports, &destination_ports);
	source = range_of(&source_ports);
	destination = range_of(&destination_ports);
	*rule = (struct rule){
		.peer = prefix,
		.peer_index = is_named ? RULE_NO_INDEX : 0,
		.protocol = protocol,
		.direction = (uint8_t)parts->direction,
		.peer_kind = (uint8_t)peer,
		.source_low = source.low,
		.source_high = source.high,
		.destination_low = destination.low,
		.destination_high = destination.high,
		.source_kind = (uint8_t)source.kind,
		.destination_kind = (uint8_t)destination.kind,
		.is_stateless = parts->is_stateless,
		.is_valid = parts->is_valid,
		.icmp_type = RULE_ICMP_ANY,
		.icmp_code = RULE_ICMP_ANY,
		.id_length = RULE_ABSENT,
		.description_length = RULE_ABSENT,
	};
	if (has_icmp(protocol) && parts->icmp_type.is_given) {
		rule->icmp_type = icmp_number(&parts->icmp_type);
		rule->icmp_code = icmp_number(&parts->icmp_code);
	}
}

/* ---- the block of a rule ----------------------------------------------- */

static void set_dimension(
	struct rule_box *box, enum rule_dimension dimension, unsigned lowest, unsigned highest)
{
	box->lowest[dimension] = (uint16_t)lowest;
	box->left[dimension] = (uint16_t)(UINT16_MAX - highest);
}

/* 16 bits of a prefix, of which it fixes the first count. */
static void set_bits(
	struct rule_box *box, enum rule_dimension dimension, uint64_t bits, unsigned count)
{
	unsigned lowest = (unsigned)bits & UINT16_MAX;

	set_dimension(box, dimension, lowest, lowest | UINT16_MAX >> (count < 16 ? count : 16));
}

void rule_make_box(struct rule_box *box, const struct rule *rule)
{
	bool is_numbered = rule->protocol < RULE_PROTOCOL_ALL;
	unsigned length = rule->peer.length;
	unsigned lowest = is_numbered ? rule->protocol : 0;
	unsigned highest = is_numbered ? rule->protocol : RULE_IPV6 - 1;

	if (rule->peer.family == ADDRESS_IPV6)
		lowest += RULE_IPV6;
	/* a peer that is no block may be of either family, a label is of one */
	if (rule->peer.family != ADDRESS_IPV4 && rule->peer_kind != RULE_PEER_SERVICE)
		highest += RULE_IPV6;
	set_dimension(box, RULE_BY_PROTOCOL, lowest, highest);
	set_dimension(box, RULE_BY_DESTINATION, rule->destination_low, rule->destination_high);
	set_bits(box, RULE_BY_PEER, rule->peer.high >> 48, length);
	set_bits(box, RULE_BY_PEER_NEXT, rule->peer.high >> 32, length < 16 ? 0 : length - 16);
	if (rule->destination_kind == RULE_RANGE_NOTHING)
		set_dimension(box, RULE_BY_DESTINATION, UINT16_MAX, 0);
	if (!rule->is_valid)
		set_dimension(box, RULE_BY_PEER, UINT16_MAX, 0);
}

void rule_make_boxes(struct rule_boxes *boxes, const struct rule *rules, size_t count)
{
	struct rule_box box;

	memset(boxes, 0xff, rule_boxes_count(count) * sizeof(*boxes));
	for (size_t i = 0; i < count; i++) {
		struct rule_boxes *of = &boxes[i / RULE_BOXES];

		rule_make_box(&box, &rules[i]);
		for (size_t j = 0; j < RULE_DIMENSIONS; j++) {
			of->by[j].lowest[i % RULE_BOXES] = box.lowest[j];
			of->by[j].left[i % RULE_BOXES] = box.left[j];
		}
	}
}

const char *rule_unreadable(const struct rule *rule)
{
	if (rule->peer_kind == RULE_PEER_UNREADABLE)
		return "peer";
	if (rule->protocol == RULE_PROTOCOL_UNREADABLE)
		return "protocol";
	if (rule->source_kind == RULE_RANGE_UNREADABLE)
		return "source port range";
	if (rule->destination_kind == RULE_RANGE_UNREADABLE)
		return "destination port range";
	return NULL;
}

/* ---- text -------------------------------------------------------------- */

static int write_number(struct bytes *out, const struct rule_number *number)
{
	uint64_t value = (uint64_t)number->value;

	if (!number->is_given)
		return bytes_append_char(out, '?');
	if (number->value >= 0)
		return bytes_append_number(out, value);
	/* 0 - value, not -value: the least number has no opposite */
	return bytes_append_char(out, '-') != 0 ? -1 : bytes_append_number(out, 0 - value);
}

static int write_as_it_stands(struct bytes *out, const struct rule_text *text)
{
	return text->text ? bytes_append(out, text->text, text->len) : bytes_append_char(out, '?');
}

static int write_protocol(struct bytes *out, const struct rule_text *protocol)
{
	switch (protocol_of(protocol)) {
	case RULE_TCP:
		return bytes_append_text(out, "tcp");
	case RULE_UDP:
		return bytes_append_text(out, "udp");
	case RULE_ICMP:
		return bytes_append_text(out, "icmp");
	case RULE_ICMPV6:
		return bytes_append_text(out, "icmpv6");
	default:
		return write_as_it_stands(out, protocol);
	}
}

static int write_peer(struct bytes *out, const struct rule_parts *parts)
{
	char text[PREFIX_TEXT_SIZE];
	struct prefix prefix;

	if (peer_of(&prefix, parts) != RULE_PEER_CIDR)
		return write_as_it_stands(out, &parts->peer);
	return bytes_append(out, text, prefix_text(text, &prefix));
}

static int write_range(struct bytes *out, const struct rule_ports *ports)
{
	if (!ports->is_given)
		return bytes_append_char(out, '*');
	if (write_number(out, &ports->low) != 0)
		return -1;
	if (ports->low.is_given && ports->high.is_given && ports->low.value == ports->high.value)
		return 0;
	return bytes_append_char(out, '-') != 0 ? -1 : write_number(out, &ports->high);
}

static int write_ports(struct bytes *out, const struct rule_parts *parts, uint16_t protocol)
{
	struct rule_ports source, destination;

	ports_of(parts, protocol, &source, &destination);
	if (!source.is_given && !destination.is_given)
		return 0;
	if (bytes_append_char(out, ' ') != 0 || write_range(out, &source) != 0 ||
		bytes_append_char(out, '>') != 0)
		return -1;
	return write_range(out, &destination);
}

static int write_icmp(struct bytes *out, const struct rule_parts *parts, uint16_t protocol)
{
	if (!has_icmp(protocol) || !parts->icmp_type.is_given)
		return 0;
	if (bytes_append_char(out, ' ') != 0 || write_number(out, &parts->icmp_type) != 0)
		return -1;
	if (!parts->icmp_code.is_given)
		return 0;
	return bytes_append_char(out, '/') != 0 ? -1 : write_number(out, &parts->icmp_code);
}

int rule_write_text(struct bytes *out, const struct rule_parts *parts)
{
	uint16_t protocol = protocol_of(&parts->protocol);

	if (bytes_append_text(
		    out, parts->direction == DIRECTION_INGRESS ? "ingress " : "egress ") != 0 ||
		write_protocol(out, &parts->protocol) != 0 || bytes_append_char(out, ' ') != 0 ||
		write_peer(out, parts) != 0 || write_ports(out, parts, protocol) != 0 ||
		write_icmp(out, parts, protocol) != 0)
		return -1;
	return parts->is_stateless ? bytes_append_text(out, " stateless") : 0;
}

static int write_member(struct bytes *out, const char *name, struct rule_text text)
{
	if (bytes_append_text(out, name) != 0)
		return -1;
	if (!text.text)
		return bytes_append_text(out, "null");
	return json_write_string(out, text.text, text.len);
}

int rule_write_entry(struct bytes *out, struct rule_text ocid, struct rule_text name,
	struct rule_text text, bool is_of_group, struct rule_text id)
{
	if (write_member(out, "{\"ocid\":", ocid) != 0 ||
		write_member(out, ",\"name\":", name) != 0 ||
		write_member(out, ",\"rule\":", text) != 0 ||
		(is_of_group && write_member(out, ",\"id\":", id) != 0))
		return -1;
	return bytes_append_char(out, '}');
}

/* ---- from a file ------------------------------------------------------- */

static bool peer_is_sane(const struct rule *rule, const struct rule_bounds *bounds)
{
	static const struct prefix none;
	uint32_t index = rule->peer_index;

	if (rule->peer_kind == RULE_PEER_CIDR)
		return prefix_is_canonical(&rule->peer) && index == 0;
	if (memcmp(&rule->peer, &none, sizeof(none)) != 0)
		return false;
	switch (rule->peer_kind) {
	case RULE_PEER_SERVICE:
		return index == RULE_NO_INDEX || index < bounds->service_count;
	case RULE_PEER_GROUP:
		return index == RULE_NO_INDEX || index < bounds->group_count;
	case RULE_PEER_UNREADABLE:
		return index == 0;
	default:
		return false;
	}
}

static bool range_is_sane(uint8_t kind, uint16_t low, uint16_t high, bool may_limit)
{
	switch (kind) {
	case RULE_RANGE_ANY:
		return low == 0 && high == RULE_PORT_MAX;
	case RULE_RANGE_GIVEN:
		return may_limit && low <= high;
	case RULE_RANGE_UNREADABLE:
		return may_limit && low == 0 && high == RULE_PORT_MAX;
	case RULE_RANGE_NOTHING:
		return may_limit && low == 0 && high == 0;
	default:
		return false;
	}
}

static bool icmp_is_sane(const struct rule *rule)
{
	if (rule->icmp_type == RULE_ICMP_ANY)
		return rule->icmp_code == RULE_ICMP_ANY;
	return has_icmp(rule->protocol);
}

static bool texts_are_sane(const struct rule *rule, uint64_t text_size)
{
	uint64_t length = (uint64_t)rule->entry_length + rule->text_length;

	if (rule->entry_length == 0 || rule->text_length == 0)
		return false;
	if (rule->id_length != RULE_ABSENT)
		length += rule->id_length;
	if (rule->description_length != RULE_ABSENT)
		length += rule->description_length;
	return rule->texts <= text_size && length <= text_size - rule->texts;
}

bool rule_is_sane(const struct rule *rule, const struct rule_bounds *bounds)
{
	bool has_ports = rule_protocol_has_ports(rule->protocol);

	return rule->protocol <= RULE_PROTOCOL_UNREADABLE && rule->direction <= DIRECTION_EGRESS &&
	       rule->is_stateless <= 1 && rule->is_valid <= 1 && peer_is_sane(rule, bounds) &&
	       range_is_sane(rule->source_kind, rule->source_low, rule->source_high, has_ports) &&
	       range_is_sane(rule->destination_kind, rule->destination_low, rule->destination_high,
		       has_ports) &&
	       icmp_is_sane(rule) && texts_are_sane(rule, bounds->text_size);
}
