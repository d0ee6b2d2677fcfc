/*
 * What a survey asks the service for: a listing with all its pages, or a single
 * subnet or list. Private to the survey's rooms.
 */
#ifndef VCNMETA_ERRAND_H
#define VCNMETA_ERRAND_H

#include "vcnmeta/survey.h"

enum errand_kind {
	ERRAND_COMPARTMENTS,
	ERRAND_SUBNETS,
	ERRAND_LISTS,
	ERRAND_SUBNET,
	ERRAND_LIST,
};

struct errand {
	struct survey *survey;
	enum errand_kind kind;
	const struct scope_region *region;
	char *ocid;            /* of the compartment, subnet or list */
	char *named_by;        /* the subnet that names the list; or null */
	struct textset tokens; /* of the pages seen */
	unsigned page;         /* counted from 1 */
	struct errand *next;
	struct errand *previous;
};

/*
 * Starts an errand: its first call is put in line. When memory runs out the
 * survey's caller fails, after a message.
 */
void errand_start(struct survey *survey, enum errand_kind kind, const struct scope_region *region,
	const char *ocid, size_t ocid_len, const char *named_by, size_t named_by_len);

/* Ends one, or all that are left. */
void errand_end(struct errand *errand);
void errand_end_all(struct survey *survey);

/* Puts the call for a page in line; token is null for the first. */
void errand_ask(struct errand *errand, const char *token, size_t token_len);

/*
 * Take a reply (errand_take.c): its objects go into the model, or to the
 * compartments. Returns 0, or -1 when the run was made to fail.
 */
int errand_take(struct errand *errand, struct call *call, const struct http_reply *reply);

/* Names what the service refused, with the policy that would allow it. */
void errand_tell_refused(struct errand *errand, struct call *call, const struct http_reply *reply);

#endif
