/*
 * The one place that knows in which order the members of a rule are written.
 * Strings are escaped as all that the programs write; a text in the model is
 * UTF-8.
 */
#include "lookup/render.h"

#include <inttypes.h>
#include <stdio.h>

#include "json/write.h"

static int put_string(struct bytes *out, const char *key, struct lookup_text text)
{
	if (bytes_append_text(out, key) != 0)
		return -1;
	if (!text.text)
		return bytes_append_text(out, "null");
	return json_write_string(out, text.text, text.len);
}

static int put_number(struct bytes *out, const char *key, const struct rule_number *number)
{
	char text[24] = "null";

	if (number->is_given)
		snprintf(text, sizeof(text), "%" PRId64, number->value);
	return bytes_append_text(out, key) != 0 ? -1 : bytes_append_text(out, text);
}

static int put_truth(struct bytes *out, const char *key, enum model_truth truth)
{
	static const char *const texts[] = {"null", "false", "true"};

	return bytes_append_text(out, key) != 0 ? -1 : bytes_append_text(out, texts[truth]);
}

/* An object also where the range is absent: its members are null then. */
static int put_range(struct bytes *out, const char *key, const struct rule_ports *range)
{
	if (bytes_append_text(out, key) != 0 || put_number(out, "{\"max\":", &range->high) != 0 ||
		put_number(out, ",\"min\":", &range->low) != 0)
		return -1;
	return bytes_append_char(out, '}');
}

static int put_ports(struct bytes *out, const char *key, const struct model_ports *ports)
{
	if (bytes_append_text(out, key) != 0)
		return -1;
	if (!ports->is_given)
		return bytes_append_text(out, "null");
	if (put_range(out, "{\"destination_port_range\":", &ports->destination) != 0 ||
		put_range(out, ",\"source_port_range\":", &ports->source) != 0)
		return -1;
	return bytes_append_char(out, '}');
}

static int put_icmp(struct bytes *out, const char *key, const struct model_icmp *icmp)
{
	if (bytes_append_text(out, key) != 0)
		return -1;
	if (!icmp->is_given)
		return bytes_append_text(out, "null");
	if (put_number(out, "{\"code\":", &icmp->code) != 0 ||
		put_number(out, ",\"type\":", &icmp->type) != 0)
		return -1;
	return bytes_append_char(out, '}');
}

/* The members from is_stateless on, which rules of lists and groups share, but
 * for what stands between peer_type and the options. */
static int put_peer(struct bytes *out, const struct model *model, const struct model_rule *rule)
{
	bool is_source = rule->direction == DIRECTION_INGRESS;

	return put_string(out, is_source ? ",\"source\":" : ",\"destination\":",
		       model_bytes(model, rule->peer)) != 0
		       ? -1
		       : put_string(out, is_source ? ",\"source_type\":" : ",\"destination_type\":",
				 model_bytes(model, rule->peer_type));
}

static int put_rule(struct bytes *out, const struct model *model, const struct model_rule *rule)
{
	if (put_string(out, "{\"description\":", model_bytes(model, rule->description)) != 0 ||
		put_icmp(out, ",\"icmp_options\":", &rule->icmp) != 0 ||
		put_truth(out, ",\"is_stateless\":", rule->is_stateless) != 0 ||
		put_string(out, ",\"protocol\":", model_bytes(model, rule->protocol)) != 0 ||
		put_peer(out, model, rule) != 0 ||
		put_ports(out, ",\"tcp_options\":", &rule->tcp) != 0)
		return -1;
	return put_ports(out, ",\"udp_options\":", &rule->udp);
}

/* The rules of one direction, of which a list has a run. */
static int put_rules(struct bytes *out, const char *key, const struct model *model,
	const struct model_list *list, enum direction direction)
{
	bool is_first = true;

	if (bytes_append_text(out, key) != 0)
		return -1;
	for (size_t i = 0; i < list->rule_count; i++) {
		const struct model_rule *rule = &model->rules[list->rule_first + i];

		if (rule->direction != direction)
			continue;
		if (!is_first && bytes_append_char(out, ',') != 0)
			return -1;
		if (put_rule(out, model, rule) != 0 || bytes_append_char(out, '}') != 0)
			return -1;
		is_first = false;
	}
	return bytes_append_char(out, ']');
}

int render_list(struct bytes *out, const struct model *model, const struct model_list *list)
{
	if (put_string(out, "{\"display_name\":", model_bytes(model, list->name)) != 0 ||
		put_string(out, ",\"security_list_ocid\":", model_bytes(model, list->ocid)) != 0 ||
		put_rules(out, ",\"ingress_security_rules\":[", model, list, DIRECTION_INGRESS) !=
			0 ||
		put_rules(out, ",\"egress_security_rules\":[", model, list, DIRECTION_EGRESS) != 0)
		return -1;
	return bytes_append_char(out, '}');
}

int render_group_rule(struct bytes *out, const struct model *model, const struct model_rule *rule)
{
	const char *direction = rule->direction == DIRECTION_INGRESS ? "INGRESS" : "EGRESS";

	if (put_rule(out, model, rule) != 0 ||
		put_string(out, ",\"id\":", model_bytes(model, rule->id)) != 0 ||
		bytes_append_text(out, ",\"direction\":\"") != 0 ||
		bytes_append_text(out, direction) != 0 ||
		put_truth(out, "\",\"is_valid\":", rule->is_valid) != 0 ||
		put_string(out, ",\"time_created\":", model_bytes(model, rule->time_created)) != 0)
		return -1;
	return bytes_append_char(out, '}');
}
