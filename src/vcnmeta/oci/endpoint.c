/*
 * Endpoints. Only hosts that are spelled as loopback count as this machine;
 * letters, digits, "-", "_", "." and a bracketed IPv6 address make a host, so
 * that nothing in it can end the host early.
 */
#include "vcnmeta/oci/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "base/address.h"

#define VERSION_PATH "/20160918"

static bool within(const struct address *address, const char *prefix)
{
	struct prefix block;

	return prefix_parse(&block, prefix, strlen(prefix)) == 0 && prefix_holds(&block, address);
}

/* The address that a host is written as; false: it is a name. */
static bool host_address(const char *host, size_t len, struct address *address)
{
	if (len >= 2 && host[0] == '[')
		return address_parse(address, host + 1, len - 2) == 0;
	return address_parse(address, host, len) == 0;
}

static bool is_loopback(const char *host, size_t len)
{
	struct address address;

	if (len == 9 && strncasecmp(host, "localhost", len) == 0)
		return true;
	return host_address(host, len, &address) &&
	       (within(&address, "127.0.0.0/8") || within(&address, "::1/128"));
}

static bool is_metadata(const char *host, size_t len)
{
	struct address address;

	return is_loopback(host, len) ||
	       (host_address(host, len, &address) &&
		       (within(&address, "169.254.0.0/16") || within(&address, "fe80::/10") ||
			       within(&address, "fd00:c1::a9fe:a9fe/128")));
}

/* The length of the host at the start of text; 0: there is none. */
static size_t host_length(const char *text)
{
	struct address address;
	size_t len;

	if (text[0] != '[')
		return strspn(text, "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-_");
	len = strcspn(text, "]");
	if (text[len] == '\0' || !host_address(text, len + 1, &address))
		return 0;
	return len + 1;
}

/* The length of ":PORT" at the start of text; 0: it is none. */
static size_t port_length(const char *text)
{
	size_t digits;
	unsigned port = 0;

	if (text[0] != ':')
		return 0;
	digits = strspn(text + 1, "0123456789");
	for (size_t i = 1; i <= digits && port <= 65535; i++)
		port = port * 10 + (unsigned)(text[i] - '0');
	return port == 0 || port > 65535 ? 0 : 1 + digits;
}

static const char *judge_host(const char *host, size_t len, bool secure, enum endpoint_rule rule)
{
	if (rule == ENDPOINT_METADATA)
		return is_metadata(host, len) ? NULL
					      : "neither a metadata service nor a loopback or "
						"link-local address";
	if (!secure && !is_loopback(host, len))
		return "plain http is for loopback addresses only";
	return NULL;
}

static const char *judge_path(const char *path, enum endpoint_rule rule)
{
	for (const char *c = path; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || strchr("?#\"<>\\^`{|}", *c) != NULL)
			return "a query, a fragment or an odd character in it";
	if (rule == ENDPOINT_SERVICE && *path != '\0' && strcmp(path, VERSION_PATH) != 0)
		return "it is a scheme, a host and a port, without a path";
	return NULL;
}

static const char *read_endpoint(
	struct endpoint *endpoint, const char *text, enum endpoint_rule rule)
{
	bool secure = strncasecmp(text, "https://", 8) == 0;
	size_t scheme = secure ? 8 : 7;
	size_t host, port, path;
	const char *why;

	if (!secure && strncasecmp(text, "http://", 7) != 0)
		return "it must begin with https://";
	if (strlen(text) >= ENDPOINT_SIZE)
		return "it is too long";
	host = host_length(text + scheme);
	port = port_length(text + scheme + host);
	path = scheme + host + port;
	if (memchr(text + scheme, '@', strcspn(text + scheme, "/")) != NULL)
		return "a user name or password in it";
	if (host == 0 || (text[path] != '\0' && text[path] != '/'))
		return "not a host name, or not a port";
	why = judge_host(text + scheme, host, secure, rule);
	if (why != NULL)
		return why;
	snprintf(endpoint->origin, sizeof(endpoint->origin), "%s%.*s",
		secure ? "https://" : "http://", (int)(host + port), text + scheme);
	endpoint->authority = endpoint->origin + scheme;
	snprintf(endpoint->path, sizeof(endpoint->path), "%s", text + path);
	while (endpoint->path[0] != '\0' && endpoint->path[strlen(endpoint->path) - 1] == '/')
		endpoint->path[strlen(endpoint->path) - 1] = '\0';
	return judge_path(endpoint->path, rule);
}

int endpoint_parse(
	struct endpoint *endpoint, const char *text, enum endpoint_rule rule, const char **why)
{
	*why = read_endpoint(endpoint, text, rule);
	return *why == NULL ? 0 : -1;
}

void endpoint_of_host(struct endpoint *endpoint, const char *host)
{
	snprintf(endpoint->origin, sizeof(endpoint->origin), "https://%s", host);
	endpoint->authority = endpoint->origin + 8;
	endpoint->path[0] = '\0';
}

void endpoint_copy(struct endpoint *to, const struct endpoint *from)
{
	*to = *from;
	to->authority = to->origin + (from->authority - from->origin);
}
