/*
 * IP addresses and CIDR blocks, from text and back. Text is read strictly: what
 * inet_aton(3) or a browser would forgive (octal, hexadecimal or missing
 * octets, leading zeros, zone ids) is no address here, since a block that is
 * read differently than it was meant lets the wrong traffic look right.
 *
 * Runs once or twice per flow record, so IPv4 is tried first and nothing is
 * copied.
 */
#include "base/address.h"

#include <string.h>

#include "base/dots.h"
#include "base/eight.h"
#include "base/inline.h"
#include "base/octets.h"

#define GROUPS 8

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

/*
 * Reads a decimal number without leading zeros, of at most maximum, at *at.
 * Returns it and moves *at on, or returns -1.
 */
static int decimal(const char *text, size_t len, size_t *at, int maximum)
{
	size_t start = *at;
	int value = 0;

	while (*at < len && is_digit(text[*at])) {
		if (*at - start == 3)
			return -1;
		value = value * 10 + (text[*at] - '0');
		(*at)++;
	}
	if (*at == start || value > maximum)
		return -1;
	if (text[start] == '0' && *at - start > 1)
		return -1;
	return value;
}

/* The shortest and the longest IPv4 address. */
#define IPV4_LEAST 7
#define IPV4_MOST 15

/*
 * Where the dots of text[0..len) are: bit i for byte i. Returns 0 if any byte is
 * neither a dot nor a digit. Its first and its last eight bytes are all of it.
 */
static inline unsigned ipv4_dots(const char *text, size_t len)
{
	uint64_t first, last;
	uint32_t ends[2];
	unsigned dots;

	if (len == IPV4_LEAST) {
		memcpy(&ends[0], text, 4);
		memcpy(&ends[1], text + 3, 4);
		first = ends[0] | (uint64_t)ends[1] << 24 | (uint64_t)'0' << 56;
		return dots_find(first, EIGHT_OF('0'));
	}
	memcpy(&first, text, sizeof(first));
	memcpy(&last, text + len - sizeof(last), sizeof(last));
	dots = dots_find(first, last);
	return (dots & 0xff) | (dots >> 8) << (len - sizeof(last));
}

/* The four bytes from text on, of which only the first len are kept, as the last ones. */
static inline uint32_t octet_from(const char *text, size_t len)
{
	uint32_t word;

	memcpy(&word, text, sizeof(word));
	return word << (sizeof(word) - len) * 8;
}

/* The four bytes before text, of which only the last len are kept. */
static inline uint32_t octet_before(const char *text, size_t len)
{
	uint32_t word;
	size_t other = (sizeof(word) - len) * 8;

	memcpy(&word, text - sizeof(word), sizeof(word));
	return word >> other << other;
}

/*
 * The value of an octet, whose len digits are the last bytes of a word. Sets the
 * uppermost bit of *wrong if it is more than 255 or has a needless 0.
 */
static inline uint32_t octet_value(uint32_t word, size_t len, uint32_t *wrong)
{
	static const uint32_t least[4] = {0, 0, 0x000100, 0x010000};
	uint32_t digits = word & 0x0f0f0f0f;
	uint32_t in_order = __builtin_bswap32(digits);

	*wrong |= 0x020505 - in_order;
	*wrong |= in_order - least[len];
	/* what each product adds to the uppermost byte: ones, tens, hundreds */
	return digits * (1 + (10 << 8) + (100 << 16)) >> 24;
}

/*
 * Reads four decimal octets, which have to be all of text[0..len). No branch
 * depends on how many digits each octet has: that can't be foretold, and one
 * wrong guess takes as long as all else here.
 */
static INTO_CALLER int parse_ipv4(uint32_t *bits, const char *text, size_t len)
{
	unsigned dots, second, third;
	size_t at[3], lens[4];
	uint32_t wrong = 0;

	if (len < IPV4_LEAST || len > IPV4_MOST)
		return -1;
	dots = ipv4_dots(text, len);
	second = dots & (dots - 1);
	third = second & (second - 1);
	if (third == 0 || (third & (third - 1)) != 0)
		return -1;
	at[0] = (unsigned)__builtin_ctz(dots);
	at[1] = (unsigned)__builtin_ctz(second);
	at[2] = (unsigned)__builtin_ctz(third);
	lens[0] = at[0];
	lens[1] = at[1] - at[0] - 1;
	lens[2] = at[2] - at[1] - 1;
	lens[3] = len - at[2] - 1;
	if (lens[0] - 1 > 2 || lens[1] - 1 > 2 || lens[2] - 1 > 2 || lens[3] - 1 > 2)
		return -1;
	/* No word leaves the text: each is of an octet and of what must be next to it. */
	*bits = octet_value(octet_from(text, lens[0]), lens[0], &wrong) << 24 |
		octet_value(octet_from(text + at[0] + 1, lens[1]), lens[1], &wrong) << 16 |
		octet_value(octet_before(text + at[2], lens[2]), lens[2], &wrong) << 8 |
		octet_value(octet_before(text + len, lens[3]), lens[3], &wrong);
	return wrong >> 31 != 0 ? -1 : 0;
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An IPv6 address being read. */
struct groups {
	uint16_t value[GROUPS];
	int count;
	int gap; /* how many groups stand before the "::", or -1 */
};

/* Reads one to four hexadecimal digits at *at. Returns the group, or -1. */
static int32_t hex_group(const char *text, size_t len, size_t *at)
{
	size_t start = *at;
	int32_t value = 0;

	while (*at < len && hex_digit(text[*at]) >= 0) {
		if (*at - start == 4)
			return -1;
		value = value << 4 | hex_digit(text[*at]);
		(*at)++;
	}
	return *at == start ? -1 : value;
}

/* Reads dotted octets at the end of an IPv6 address as its last two groups. */
static int embedded_ipv4(struct groups *groups, const char *text, size_t len)
{
	uint32_t bits;

	if (groups->count > GROUPS - 2 || parse_ipv4(&bits, text, len) != 0)
		return -1;
	groups->value[groups->count++] = (uint16_t)(bits >> 16);
	groups->value[groups->count++] = (uint16_t)bits;
	return 0;
}

/* The colon or colons behind a group: moves *at on past them. */
static int separator(struct groups *groups, const char *text, size_t len, size_t *at)
{
	if (text[(*at)++] != ':' || *at == len)
		return -1;
	if (text[*at] != ':')
		return 0;
	(*at)++;
	if (groups->gap >= 0)
		return -1;
	groups->gap = groups->count;
	return 0;
}

static int parse_groups(struct groups *groups, const char *text, size_t len)
{
	size_t at = 0;

	if (len >= 2 && text[0] == ':' && separator(groups, text, len, &at) != 0)
		return -1;
	if (len < 2 || at == 1)
		return -1;
	while (at < len) {
		size_t start = at;
		int32_t group = hex_group(text, len, &at);

		if (group >= 0 && at < len && text[at] == '.')
			return embedded_ipv4(groups, text + start, len - start);
		if (group < 0 || groups->count == GROUPS)
			return -1;
		groups->value[groups->count++] = (uint16_t)group;
		if (at < len && separator(groups, text, len, &at) != 0)
			return -1;
	}
	return 0;
}

/* Puts the groups in their places; a "::" stands for at least one of them. */
static int place_groups(struct address *address, const struct groups *groups)
{
	uint64_t halves[2] = {0, 0};
	int gap = groups->gap < 0 ? groups->count : groups->gap;
	int missing = GROUPS - groups->count;

	if ((groups->gap < 0) != (missing == 0))
		return -1;
	for (int i = 0; i < groups->count; i++) {
		int to = i < gap ? i : i + missing;

		halves[to / 4] |= (uint64_t)groups->value[i] << (48 - 16 * (to % 4));
	}
	address->high = halves[0];
	address->low = halves[1];
	return 0;
}

/* By itself, so that an IPv4 address does not pay for what this needs. */
static OUT_OF_LINE int parse_ipv6(struct address *address, const char *text, size_t len)
{
	struct groups groups = {.gap = -1};

	*address = (struct address){0};
	if (parse_groups(&groups, text, len) != 0 || place_groups(address, &groups) != 0)
		return -1;
	address->family = ADDRESS_IPV6;
	return 0;
}

/* The same where octets are read at once. */
OCTETS_TARGET static int parse_at_once(struct address *address, const char *text, size_t len)
{
	uint32_t bits;

	if (!octets_read(&bits, text, len))
		return parse_ipv6(address, text, len);
	*address = (struct address){.high = (uint64_t)bits << 32, .family = ADDRESS_IPV4};
	return 0;
}

int address_parse(struct address *address, const char *text, size_t len)
{
	uint32_t bits;

	if (octets_are_there() && len - OCTETS_LEAST <= OCTETS_MOST - OCTETS_LEAST)
		return parse_at_once(address, text, len);
	if (parse_ipv4(&bits, text, len) != 0)
		return parse_ipv6(address, text, len);
	*address = (struct address){.high = (uint64_t)bits << 32, .family = ADDRESS_IPV4};
	return 0;
}

/* The bits of half number i (0: high, 1: low) that a prefix length covers. */
static uint64_t half_mask(unsigned length, unsigned i)
{
	unsigned covered = length <= 64 * i ? 0 : length - 64 * i;

	if (covered == 0)
		return 0;
	return covered >= 64 ? UINT64_MAX : ~(UINT64_MAX >> covered);
}

int prefix_parse(struct prefix *prefix, const char *text, size_t len)
{
	const char *slash = len == 0 ? NULL : memchr(text, '/', len);
	struct address address;
	size_t at;
	int length;

	*prefix = (struct prefix){0};
	if (!slash || address_parse(&address, text, (size_t)(slash - text)))
		return -1;
	at = (size_t)(slash - text) + 1;
	length = decimal(text, len, &at, address.family == ADDRESS_IPV4 ? 32 : 128);
	if (length < 0 || at != len)
		return -1;
	prefix->family = address.family;
	prefix->length = (uint8_t)length;
	prefix->high = address.high & half_mask((unsigned)length, 0);
	prefix->low = address.low & half_mask((unsigned)length, 1);
	return 0;
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return (int)a->length - (int)b->length;
}

/* Tells if the bits of a half behind the first count of them are 0. */
static bool rest_is_zero(uint64_t half, unsigned count)
{
	return count >= 64 || half << count == 0;
}

bool prefix_is_canonical(const struct prefix *prefix)
{
	unsigned length = prefix->length;
	uint64_t tail; /* family, length, zeros */

	memcpy(&tail, &prefix->family, sizeof(tail));
	if (tail >> 16 != 0)
		return false;
	if (prefix->family == ADDRESS_IPV4)
		return length <= 32 && prefix->low == 0 && rest_is_zero(prefix->high, length);
	if (prefix->family != ADDRESS_IPV6 || length > 128)
		return false;
	if (length <= 64)
		return prefix->low == 0 && rest_is_zero(prefix->high, length);
	return rest_is_zero(prefix->low, length - 64);
}

/* Text being written; its room is known to be enough. */
struct output {
	char *at;
};

static void put_number(struct output *out, unsigned value, unsigned base)
{
	char digits[8];
	size_t i = sizeof(digits);

	do {
		digits[--i] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	memcpy(out->at, digits + i, sizeof(digits) - i);
	out->at += sizeof(digits) - i;
}

/*
 * An octet and a dot, as four bytes of which those of leading zeros are shifted out:
 * how many digits there are can't be foretold, and so decides no branch. All four
 * are written; what follows, or whoever ends the text, overwrites them.
 */
static char *put_octet(char *at, unsigned octet)
{
	const unsigned digits = octet >= 100 ? 3 : octet >= 10 ? 2 : 1;
	const uint32_t text = ((uint32_t)'.' << 24 | ('0' + octet % 10) << 16 |
				      ('0' + octet / 10 % 10) << 8 | ('0' + octet / 100)) >>
			      8 * (3 - digits);

	at[0] = (char)text;
	at[1] = (char)(text >> 8);
	at[2] = (char)(text >> 16);
	at[3] = (char)(text >> 24);
	return at + digits + 1;
}

static void put_ipv4(struct output *out, uint32_t bits)
{
	char *at = out->at;

	for (int shift = 24; shift >= 0; shift -= 8)
		at = put_octet(at, bits >> shift & 0xff);
	out->at = at - 1;
}

static unsigned group_of(const struct address *address, int i)
{
	uint64_t half = i < 4 ? address->high : address->low;

	return (unsigned)(half >> (48 - 16 * (i % 4))) & 0xffff;
}

/* The first of the longest runs of zero groups; one group alone is no run. */
static int longest_zeros(const struct address *address, int *count)
{
	int best = GROUPS;

	*count = 1;
	for (int i = 0; i < GROUPS; i++) {
		int end = i;

		while (end < GROUPS && group_of(address, end) == 0)
			end++;
		if (end - i > *count) {
			*count = end - i;
			best = i;
		}
	}
	return best;
}

static void put_ipv6(struct output *out, const struct address *address)
{
	int count;
	int zeros = longest_zeros(address, &count);
	bool mapped = address->high == 0 && address->low >> 32 == 0xffff;
	int last = mapped ? GROUPS - 2 : GROUPS;

	for (int i = 0; i < last; i++) {
		if (i == zeros) {
			*out->at++ = ':';
			i += count - 1;
			if (i == GROUPS - 1)
				*out->at++ = ':';
			continue;
		}
		if (i > 0)
			*out->at++ = ':';
		put_number(out, group_of(address, i), 16);
	}
	if (mapped) {
		*out->at++ = ':';
		put_ipv4(out, (uint32_t)address->low);
	}
}

size_t address_text(char text[ADDRESS_TEXT_SIZE], const struct address *address)
{
	struct output out = {text};

	if (address->family == ADDRESS_IPV4)
		put_ipv4(&out, (uint32_t)(address->high >> 32));
	else
		put_ipv6(&out, address);
	*out.at = '\0';
	return (size_t)(out.at - text);
}

size_t prefix_text(char text[PREFIX_TEXT_SIZE], const struct prefix *prefix)
{
	const struct address address = {prefix->high, prefix->low, prefix->family};
	struct output out = {text + address_text(text, &address)};

	*out.at++ = '/';
	put_number(&out, prefix->length, 10);
	*out.at = '\0';
	return (size_t)(out.at - text);
}
