/* Protocols of IP, as they are named on a command line. */
#include "base/protocol.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	int number;
} names[] = {
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

int protocol_parse(const char *text, size_t len)
{
	int number = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (len == strlen(names[i].name) && strncasecmp(text, names[i].name, len) == 0)
			return names[i].number;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
		if (number > 255)
			return -1;
	}
	return len > 0 ? number : -1;
}

const char *protocol_name(unsigned number)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((unsigned)names[i].number == number)
			return names[i].name;
	return NULL;
}
