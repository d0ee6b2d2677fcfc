/*
 * IP addresses and CIDR blocks ("prefixes").
 *
 * Text: IPv4 is four decimal octets without leading zeros; IPv6 is RFC 4291
 * text, without a zone id. An IPv4-mapped address is an IPv6 address.
 *
 * An address is 128 bits, big end first: IPv4 stands in the upper 32 bits of
 * high, so that one comparison under a mask serves both families.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum address_family { ADDRESS_NONE = 0, ADDRESS_IPV4 = 4, ADDRESS_IPV6 = 6 };

struct address {
	uint64_t high;
	uint64_t low;
	uint8_t family; /* enum address_family */
};

/* As it stands in a lookup file too (lookup/format.h); host bits are 0. */
struct prefix {
	uint64_t high;
	uint64_t low;
	uint8_t family; /* ADDRESS_IPV4 or ADDRESS_IPV6 */
	uint8_t length; /* in bits: 0 to 32, 0 to 128 */
	uint8_t zero[6];
};

/* Reads text[0..len). Returns 0, or -1 (family is ADDRESS_NONE then). */
int address_parse(struct address *address, const char *text, size_t len);

/*
 * The order of addresses: by family, then by number. Negative, 0 or positive, as a
 * stands before, with or after b.
 */
static inline int address_compare(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	return (a->low > b->low) - (a->low < b->low);
}

/*
 * Reads ADDRESS/LENGTH; bits after the prefix are cleared, as the service and
 * its users write 10.0.0.5/16 and mean the block. Returns 0, or -1.
 */
int prefix_parse(struct prefix *prefix, const char *text, size_t len);

/*
 * The order of prefixes: by family, address, length. Negative, 0 or positive,
 * as a stands before, with or after b.
 */
int prefix_compare(const struct prefix *a, const struct prefix *b);

/* Tells if a prefix is one that prefix_parse could have made. */
bool prefix_is_canonical(const struct prefix *prefix);

/* Room for an address as text with its final NUL. */
#define ADDRESS_TEXT_SIZE 48

/* Writes the canonical text (RFC 5952 for IPv6); returns its length. */
size_t address_text(char text[ADDRESS_TEXT_SIZE], const struct address *address);

/* Room for a prefix as text with its final NUL. */
#define PREFIX_TEXT_SIZE 64

/* Writes the canonical text (RFC 5952 for IPv6); returns its length. */
size_t prefix_text(char text[PREFIX_TEXT_SIZE], const struct prefix *prefix);

/* Returns true if an address lies in a prefix. */
static inline bool prefix_holds(const struct prefix *prefix, const struct address *address)
{
	unsigned length = prefix->length;
	uint64_t high = prefix->high ^ address->high;
	uint64_t low = prefix->low ^ address->low;
	bool is_alike = prefix->family == address->family;

	/* whether an address lies in a block can't be foretold, and so decides no branch */
	if (length < 64)
		return is_alike & (high >> 1 >> (63 - length) == 0);
	/* & 63: a mapped prefix may change under us, and shifts stay defined. */
	return is_alike && high == 0 && (length == 64 || low >> ((128 - length) & 63) == 0);
}

/* Returns true if inner lies in outer and is not the same. */
static inline bool prefix_encloses(const struct prefix *outer, const struct prefix *inner)
{
	const struct address address = {inner->high, inner->low, inner->family};

	return outer->length < inner->length && prefix_holds(outer, &address);
}

#endif
