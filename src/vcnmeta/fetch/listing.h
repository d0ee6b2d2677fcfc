/*
 * What a survey asks the service for: a listing with all its pages, or a single
 * subnet or list. Private to the survey's rooms.
 */
#ifndef VCNMETA_FETCH_LISTING_H
#define VCNMETA_FETCH_LISTING_H

#include "vcnmeta/fetch/survey.h"

struct listing {
	struct survey *survey;
	enum listing_kind kind;
	const struct scope_region *region;
	char *ocid;            /* of the compartment, subnet or list */
	char *named_by;        /* the subnet that names the list; or null */
	struct textset tokens; /* of the pages seen */
	unsigned page;         /* counted from 1 */
	struct listing *next;
	struct listing *previous;
};

/*
 * Starts a listing: its first call is put in line. When memory runs out the
 * survey's caller fails, after a message.
 */
void listing_start(struct survey *survey, enum listing_kind kind, const struct scope_region *region,
	const char *ocid, size_t ocid_len, const char *named_by, size_t named_by_len);

/* Ends one, or all that are left. */
void listing_end(struct listing *listing);
void listing_end_all(struct survey *survey);

/* Puts the call for a page in line; token is null for the first. */
void listing_ask(struct listing *listing, const char *token, size_t token_len);

/*
 * Takes a reply: its objects go into the model, or to the
 * compartments. Returns 0, or -1 when the run was made to fail.
 */
int listing_take(struct listing *listing, struct call *call, const struct http_reply *reply);

#endif
