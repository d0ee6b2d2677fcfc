/* Protocols of IP, by number or by name. */
#ifndef BASE_PROTOCOL_H
#define BASE_PROTOCOL_H

#include <stddef.h>

/*
 * Reads a number of digits, 0 to 255, or a name in letters of either case: icmp,
 * ipv4, tcp, udp, ipv6, gre, esp, ah, icmpv6 or sctp. Returns the number, or -1.
 */
int protocol_parse(const char *text, size_t len);

/* The name of a protocol, or null if it has none of these. */
const char *protocol_name(unsigned number);

#endif
