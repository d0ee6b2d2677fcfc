/*
 * HTTP transfers, several under way at once over kept-alive connections, and
 * what else is known about URLs. Libcurl does the work, named in http.c alone.
 *
 * Promised for every transfer: HTTP/1.1; TLS 1.2 or later with the certificate
 * verified, if it is https; plain http never by a proxy; redirects are not
 * followed; the reply's headers and body are bounded; SSLKEYLOGFILE is not
 * heeded; nothing is sent but the header lines given here; no text about a
 * fault holds a user name or password of a URL.
 */
#ifndef VCNMETA_OCI_HTTP_H
#define VCNMETA_OCI_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct http;

struct http_settings {
	const char *bundle; /* PEM certificates to trust; null: those of bundle_path */
	size_t bundle_len;
	const char *bundle_path; /* a file of such; null: where libcurl looks by itself */
	const char *proxy;       /* for https; null: none. no_proxy is heeded */
	long connection_timeout_s;
	long read_timeout_s; /* without a sign of life from the server */
	unsigned parallel;   /* connections kept */
};

enum http_fault {
	HTTP_NO_FAULT = 0,   /* status tells */
	HTTP_NETWORK,        /* no reply, or not all of it: worth a repetition */
	HTTP_UNTRUSTED,      /* the certificate or the TLS version */
	HTTP_UNKNOWN_ISSUER, /* the certificate is of nobody who is trusted */
	HTTP_NONSENSE,       /* endless, or no HTTP */
	HTTP_NO_MEMORY,
};

#define HTTP_FAULT_TEXT_SIZE 256

struct http_reply {
	enum http_fault fault;
	char fault_text[HTTP_FAULT_TEXT_SIZE];
	unsigned status;
	struct bytes body; /* LIMIT_JSON_PADDING bytes of zero after it */
	/* headers, not those of trailers; each empty or ended by a NUL that len
	 * does not count */
	struct bytes next_page;
	struct bytes request_id;
	struct bytes content_type;
	bool encoded;          /* there is a content encoding */
	int64_t date;          /* what Date says, 0: nothing */
	int64_t retry_after_s; /* or RETRY_AFTER_NONE */
};

struct http_transfer {
	/* to be set before http_start, and left alone until done is called */
	const char *url;
	struct bytes headers; /* lines, each ended by a NUL */
	const char *body;     /* null: a GET, else a POST */
	size_t body_len;
	bool direct; /* no proxy, whatever is set */
	void (*done)(struct http_transfer *);
	void *context;
	/* filled when done is called; http_reply_free it */
	struct http_reply reply;
	/* http.c's own */
	struct http_job *job;
};

/* Once, before the first http_new: 0, or -1. */
int http_global_init(void);
void http_global_free(void);

/* Null when memory ran out. settings and its texts must outlive it. */
struct http *http_new(const struct http_settings *settings);

/* Ends what is under way without calling done. */
void http_free(struct http *http);

/* Begins a transfer. Returns 0, or -1 when memory ran out. */
int http_start(struct http *http, struct http_transfer *transfer);

/* Drops a transfer that is under way; done is not called. */
void http_cancel(struct http *http, struct http_transfer *transfer);

/*
 * Waits until something happens, at most timeout_ms, and calls done for the
 * transfers that have ended. done may start others. Returns 0 or -1.
 */
int http_run(struct http *http, int timeout_ms);

/* Says that the caller was busy elsewhere: no transfer is late for it. */
void http_restart_timeouts(struct http *http);

void http_reply_free(struct http_reply *reply);

/* The parts of a URL; "" for what it does not have. */
struct http_url {
	char scheme[16]; /* in lower case */
	char host[256];  /* as written; an IPv6 address in brackets */
	char port[8];    /* digits, 1 to 65535 */
	char path[512];  /* "/" or longer */
	bool has_user;   /* or a password, even an empty one */
	bool has_more;   /* a query, a fragment or a zone */
};

/*
 * Takes a URL apart. Returns 0, or -1 when text is none, or longer than any
 * that is of use.
 */
int http_url_read(struct http_url *url, const char *text);

/*
 * Returns true if text can be the address of a proxy: [SCHEME://][USER[:PASSWORD]@]
 * HOST[:PORT], of the schemes that libcurl knows, with nothing in it that one
 * reader could take for the end of the host and another for a part of the
 * password. So no message about the proxy's host can hold a piece of that.
 */
bool http_is_proxy(const char *text);

/* Appends text percent-encoded: all but letters, digits and "-._~". */
int http_escape(struct bytes *out, const char *text, size_t len);

#endif
