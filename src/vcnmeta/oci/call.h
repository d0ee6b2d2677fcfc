/*
 * Calls of the service: a request that is signed, sent, repeated where that is
 * worth it, and whose reply is judged. Several are under way at once; the
 * others wait in line. The first call that fails ends them all.
 */
#ifndef VCNMETA_OCI_CALL_H
#define VCNMETA_OCI_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vcnmeta/oci/endpoint.h"
#include "vcnmeta/oci/http.h"
#include "vcnmeta/oci/settings.h"
#include "vcnmeta/oci/signer.h"
#include "json/tree.h"

enum call_outcome {
	CALL_DONE,    /* 200, and the body is what was wanted */
	CALL_REFUSED, /* 403 or 404 */
};

struct call {
	/* set by who makes it; the texts must outlive it */
	const struct endpoint *endpoint;
	char *target;        /* path and query, percent-encoded; owned */
	const char *doing;   /* "list the subnets of compartment" */
	const char *subject; /* what the former names, for messages; or null */
	const char *region;  /* for messages; or null */
	const char *remark;  /* to end a message with; or null */
	const char *body;    /* null: a GET, else a POST */
	size_t body_len;
	const char *authorization; /* in place of a signature */
	struct signer *signer;     /* in place of the caller's; or null */
	bool direct;               /* never by a proxy */
	bool plain;                /* the reply is no JSON */
	bool repeat_absent;        /* 404 is worth a repetition */
	unsigned attempts;         /* 0: as the settings say */
	int64_t budget_ms;         /* 0: ten minutes */
	/* Called with the outcome; it may add calls. The caller frees call. */
	void (*done)(struct call *call, enum call_outcome outcome, const struct http_reply *reply);
	void *context;
	/* call.c's own */
	struct call *next;
	unsigned attempt;
	unsigned generation;
	int64_t started_ms;
	bool renewed;
};

struct caller;

/*
 * signer may be null, when each call brings its authorization or a signer. Null
 * when memory ran out. What is given must outlive it.
 */
struct caller *caller_new(
	const struct settings *settings, struct signer *signer, unsigned parallel);

/* Frees the calls that were not done, too, but not their contexts. */
void caller_free(struct caller *caller);

/* A zeroed call; null when memory ran out. */
struct call *call_new(void);

/* Puts a call in line. It belongs to the caller from now on. */
void caller_add(struct caller *caller, struct call *call);

/*
 * Has more(context) called whenever the line is empty: it adds a call, or none
 * when there are no more. So the calls of a long run need no memory at once.
 */
void caller_feed(struct caller *caller, void (*more)(void *), void *context);

/*
 * Ends the run from within done: after a message, or without one when status
 * is EXITCODE_INTERNAL and memory ran out.
 */
void caller_fail(struct caller *caller, int status);

/*
 * Runs until no call is left, or one has failed: EXITCODE_OK, or the status of
 * the failure, whose message has been printed. tick is called now and then.
 */
int caller_run(struct caller *caller, void (*tick)(void *), void *context);

/* A parser and a tree to read replies with. */
struct json_parser *caller_parser(struct caller *caller);
struct json_tree *caller_tree(struct caller *caller);

/*
 * Appends "name=value", the value percent-encoded, to a target; the first is led
 * by "?", others by "&". Returns as bytes_reserve.
 */
int call_query_add(struct bytes *target, const char *name, const char *value, size_t len);

/* ---- texts for messages ---- */

#define CALL_TEXT_SIZE 1536

/* What an error reply says of itself. */
struct call_error {
	char code[64]; /* "" when the body is not the service's */
	char message[512];
};

void call_error_read(struct call_error *error, struct json_parser *parser, struct json_tree *tree,
	const struct http_reply *reply);

/* "list the subnets of compartment 'ocid1…' in us-phoenix-1" */
void call_subject_text(char text[CALL_TEXT_SIZE], const struct call *call);

/*
 * "the service answered 404 NotAuthorizedOrNotFound: 'no such thing',
 * opc-request-id 'X'"
 */
void call_reply_text(
	char text[CALL_TEXT_SIZE], const struct call_error *error, const struct http_reply *reply);

#endif
