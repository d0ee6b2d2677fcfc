/*
 * The arguments of options: words, numbers, lists and names.
 *
 * A list is refused whole at its first bad element; an empty element is a bad
 * one. Lists are at most LIMIT_LIST bytes long, since any sensible one is
 * shorter by far. No text is read in the manner of a locale.
 */
#include "vcnflow/arguments.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/msg.h"
#include "json/json.h"

int arguments_refuse(const char *option, const char *text, size_t len, const char *why)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("bad --%s %s: %s", option, msg_quote(quoted, text, len), why);
	return -1;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

/* Writes "a, b or c", cut where size ends. */
static void join_words(char *out, size_t size, const char *const *words)
{
	size_t used = 0;
	int written;

	out[0] = '\0';
	for (size_t i = 0; words[i] != NULL && used < size; i++) {
		written = snprintf(out + used, size - used, "%s%s",
			i == 0                 ? ""
			: words[i + 1] == NULL ? " or "
					       : ", ",
			words[i]);
		used += written > 0 ? (size_t)written : 0;
	}
}

/* Finds one of words, or says which there are. */
static int find_word(const char *option, const char *const *words, const char *text, size_t len)
{
	char known[256], why[300];

	for (int i = 0; words[i] != NULL; i++) {
		if (is_word(text, len, words[i]))
			return i;
	}
	join_words(known, sizeof(known), words);
	snprintf(why, sizeof(why), "want %s", known);
	return arguments_refuse(option, text, len, why);
}

int arguments_choice(const char *option, const char *const *words, const char *text)
{
	return find_word(option, words, text, strlen(text));
}

/*
 * Reads text[0..len), digits and nothing else; what does not fit 64 bits is
 * the largest number there is, which no bound lets through.
 */
static int read_digits(uint64_t *number, const char *text, size_t len)
{
	uint64_t value = 0;
	bool over = false;

	if (len == 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		over |= __builtin_mul_overflow(value, 10, &value);
		over |= __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value);
	}
	*number = over ? UINT64_MAX : value;
	return 0;
}

static int check_bounds(
	const char *option, const char *text, uint64_t minimum, uint64_t maximum, uint64_t number)
{
	char why[80];

	if (number >= minimum && number <= maximum)
		return 0;
	snprintf(why, sizeof(why), "want %llu to %llu", (unsigned long long)minimum,
		(unsigned long long)maximum);
	return arguments_refuse(option, text, strlen(text), why);
}

int arguments_number(
	const char *option, const char *text, uint64_t minimum, uint64_t maximum, uint64_t *number)
{
	size_t len = strlen(text);

	if (read_digits(number, text, len) < 0)
		return arguments_refuse(option, text, len, "not a number");
	return check_bounds(option, text, minimum, maximum, *number);
}

/* How far a number's unit shifts it; 0: it is none. */
static unsigned shift_of_unit(char unit)
{
	switch (unit) {
	case 'k':
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	default:
		return 0;
	}
}

int arguments_size(
	const char *option, const char *text, uint64_t minimum, uint64_t maximum, uint64_t *number)
{
	size_t len = strlen(text);
	unsigned shift = len > 0 ? shift_of_unit(text[len - 1]) : 0;

	if (read_digits(number, text, len - (shift > 0)) < 0)
		return arguments_refuse(option, text, len, "not a number of bytes");
	if (*number > UINT64_MAX >> shift)
		*number = UINT64_MAX;
	else
		*number <<= shift;
	return check_bounds(option, text, minimum, maximum, *number);
}

static int check_list(const char *option, const char *list)
{
	if (strlen(list) <= LIMIT_LIST)
		return 0;
	return arguments_refuse(option, list, strlen(list), "the list is too long");
}

static const struct {
	const char *name;
	unsigned number;
} protocol_names[] = {
	{"icmp", 1},
	{"ipv4", 4},
	{"tcp", 6},
	{"udp", 17},
	{"ipv6", 41},
	{"gre", 47},
	{"esp", 50},
	{"ah", 51},
	{"icmpv6", 58},
	{"sctp", 132},
};

/* Reads a protocol's name or number. */
static int read_protocol(unsigned *protocol, const char *text, size_t len)
{
	const size_t count = sizeof(protocol_names) / sizeof(protocol_names[0]);
	uint64_t number;

	for (size_t i = 0; i < count; i++) {
		if (len == strlen(protocol_names[i].name) &&
			strncasecmp(text, protocol_names[i].name, len) == 0) {
			*protocol = protocol_names[i].number;
			return 0;
		}
	}
	if (read_digits(&number, text, len) < 0 || number > 255)
		return -1;
	*protocol = (unsigned)number;
	return 0;
}

int arguments_protocols(uint64_t protocols[4], const char *list)
{
	unsigned protocol;
	size_t len;

	if (check_list("protocol", list) < 0)
		return -1;
	memset(protocols, 0, 4 * sizeof(protocols[0]));
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		if (read_protocol(&protocol, list, len) < 0)
			return arguments_refuse("protocol", list, len,
				"want 0 to 255 or icmp, tcp, udp, gre, esp, "
				"ah, icmpv6, sctp, ipv4 or ipv6");
		protocols[protocol / 64] |= (uint64_t)1 << protocol % 64;
		if (list[len] == '\0')
			return 0;
	}
}

int arguments_directions(unsigned *directions, const char *list)
{
	/* In the order of enum direction. */
	static const char *const words[] = {"ingress", "egress", "none", NULL};
	size_t len;
	int found;

	if (check_list("direction", list) < 0)
		return -1;
	*directions = 0;
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		found = find_word("direction", words, list, len);
		if (found < 0)
			return -1;
		*directions |= 1u << found;
		if (list[len] == '\0')
			return 0;
	}
}

static bool is_output_key(const char *name)
{
	static const char *const keys[] = {"destinationAddress", "destinationPort", "protocol",
		"protocolName", "sourceAddress", "internal_or_external_source",
		"internal_or_external_destination", "traffic_direction", "traffic_type",
		"security_lists", "security_list_ids", "oracle"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(name, keys[i]) == 0)
			return true;
	}
	return false;
}

/* Why a member can't be kept; null: it can. */
static const char *keep_fault(const struct options *options, const char *name)
{
	if (name[0] == '\0')
		return "a member's name is missing";
	if (!json_is_utf8(name, strlen(name)))
		return "not UTF-8";
	if (is_output_key(name))
		return "the output record has this key already";
	for (size_t i = 0; i < options->keep_count; i++) {
		if (strcmp(name, options->keep[i]) == 0)
			return "named twice";
	}
	if (options->keep_count == LIMIT_KEEP_MEMBERS)
		return "more members than can be kept";
	return NULL;
}

int arguments_keep(struct options *options, char *list)
{
	const char *fault;
	bool last;
	size_t len;

	if (check_list("keep", list) < 0)
		return -1;
	options->keep_count = 0;
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		last = list[len] == '\0';
		list[len] = '\0';
		fault = keep_fault(options, list);
		if (fault != NULL)
			return arguments_refuse("keep", list, len, fault);
		options->keep[options->keep_count++] = list;
		if (last)
			return 0;
	}
}

int arguments_time(
	struct instant *instant, const char *option, const char *text, const struct instant *now)
{
	size_t len = strlen(text);

	if (instant_of_option(instant, text, len, now) == 0)
		return 0;
	return arguments_refuse(option, text, len,
		"want a TIME such as 2026-01-31, 2026-01-31T12:00:00Z, @epoch, "
		"today, 30d or '2 days ago'");
}
