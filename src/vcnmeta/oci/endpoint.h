/*
 * Addresses that requests go to, checked before any of them is made: https, or
 * plain http to this machine; no user, password, query or fragment in them.
 */
#ifndef VCNMETA_OCI_ENDPOINT_H
#define VCNMETA_OCI_ENDPOINT_H

#include <stdbool.h>

#define ENDPOINT_SIZE 512

struct endpoint {
	char origin[ENDPOINT_SIZE]; /* "https://host:port" */
	const char *authority;      /* "host:port", within origin */
	char path[ENDPOINT_SIZE];   /* what follows, without a last slash */
};

enum endpoint_rule {
	ENDPOINT_SERVICE,    /* no path but the service's own "/20160918" */
	ENDPOINT_FEDERATION, /* with its path */
	ENDPOINT_METADATA,   /* http(s), to a metadata service or loopback */
};

/*
 * Reads text. Returns 0, or -1 with *why set to a text fit to stand after
 * "cannot use endpoint 'X': ".
 */
int endpoint_parse(
	struct endpoint *endpoint, const char *text, enum endpoint_rule rule, const char **why);

/* "https://" and host. */
void endpoint_of_host(struct endpoint *endpoint, const char *host);

/* Copying one needs this: authority points into origin. */
void endpoint_copy(struct endpoint *to, const struct endpoint *from);

#endif
