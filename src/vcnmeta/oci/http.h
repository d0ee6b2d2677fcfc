/*
 * HTTP transfers, several under way at once over kept-alive connections.
 * Behind it stands libcurl, named in http.c alone.
 *
 * Promised for every transfer: HTTP/1.1; TLS 1.2 or later with the certificate
 * verified, if it is https; redirects are not followed; the reply's headers and
 * body are bounded; SSLKEYLOGFILE is not heeded; nothing is sent but the header
 * lines given here.
 */
#ifndef VCNMETA_OCI_HTTP_H
#define VCNMETA_OCI_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct http;

struct http_settings {
	const char *cert_bundle; /* null: the system's */
	const char *proxy;       /* null: as https_proxy and no_proxy say */
	long connection_timeout_s;
	long read_timeout_s; /* without a sign of life from the server */
	unsigned parallel;   /* connections kept */
};

enum http_fault {
	HTTP_NO_FAULT = 0, /* status tells */
	HTTP_NETWORK,      /* no reply, or not all of it: worth a repetition */
	HTTP_UNTRUSTED,    /* the certificate or the TLS version */
	HTTP_NONSENSE,     /* endless, or no HTTP */
	HTTP_NO_MEMORY,
};

#define HTTP_FAULT_TEXT_SIZE 256

struct http_reply {
	enum http_fault fault;
	char fault_text[HTTP_FAULT_TEXT_SIZE];
	unsigned status;
	struct bytes body; /* LIMIT_JSON_PADDING bytes of zero behind it */
	/* headers, each empty or ended by a NUL that len does not count */
	struct bytes next_page;
	struct bytes request_id;
	struct bytes content_type;
	bool encoded;          /* there is a content encoding */
	int64_t date;          /* what Date says, 0: nothing */
	int64_t retry_after_s; /* as retry_after_s has it */
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

#endif
