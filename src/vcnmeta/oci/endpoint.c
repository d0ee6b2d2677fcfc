/*
 * Endpoints. Only hosts that are spelled as loopback count as this machine;
 * letters, digits, "-", "_", "." and a bracketed IPv6 address make a host, so
 * that nothing in it can end the host early.
 */
#include "vcnmeta/oci/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "vcnmeta/oci/http.h"

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

/* What may stand in the name of a host, so that nothing in it ends it early. */
static bool is_host(const char *host)
{
	struct address address;
	size_t len = strlen(host);

	if (host[0] == '[')
		return host_address(host, len, &address);
	return len > 0 && strspn(host, "abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789.-_") == len;
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

/* What is asked for later is put together from the parts that are judged here. */
static const char *read_endpoint(
	struct endpoint *endpoint, const char *text, enum endpoint_rule rule)
{
	struct http_url url;
	bool secure;
	const char *why;
	int len;

	if (http_url_read(&url, text) != 0 || !is_host(url.host))
		return "not a host name, or not a port";
	secure = strcmp(url.scheme, "https") == 0;
	if (!secure && strcmp(url.scheme, "http") != 0)
		return "it must begin with https://";
	if (url.has_user)
		return "a user name or password in it";
	if (url.has_more)
		return "a query, a fragment or an odd character in it";
	why = judge_host(url.host, strlen(url.host), secure, rule);
	if (why != NULL)
		return why;
	len = snprintf(endpoint->origin, sizeof(endpoint->origin), "%s://%s%s%s", url.scheme,
		url.host, url.port[0] == '\0' ? "" : ":", url.port);
	if (len < 0 || (size_t)len >= sizeof(endpoint->origin))
		return "it is too long";
	endpoint->authority = endpoint->origin + strlen(url.scheme) + 3;
	memcpy(endpoint->path, url.path, sizeof(url.path));
	for (size_t end = strlen(endpoint->path); end > 0 && endpoint->path[end - 1] == '/'; end--)
		endpoint->path[end - 1] = '\0';
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
