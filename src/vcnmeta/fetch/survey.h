/*
 * Fetching metadata into a model: the compartments, their subnets, security lists,
 * VCNs and groups, page by page; subnets by their OCIDs; the lists that subnets
 * name and no listing held; rules and members of groups, addresses of subnets.
 *
 * What the service refuses in part (403, 404) is named, left out, and makes
 * partial true; but names of VCNs and of the tenancy are left out.
 */
#ifndef VCNMETA_FETCH_SURVEY_H
#define VCNMETA_FETCH_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/textset.h"
#include "lookup/model.h"
#include "vcnmeta/fetch/compartments.h"
#include "vcnmeta/fetch/scope.h"
#include "vcnmeta/oci/auth.h"
#include "vcnmeta/oci/call.h"
#include "vcnmeta/oci/settings.h"

/* What is asked for: a listing with its pages, or one thing by its OCID. */
enum listing_kind {
	LISTING_COMPARTMENTS, /* of the tenancy */
	LISTING_ROOT,         /* the tenancy itself, for its name */
	LISTING_SUBNETS,      /* of a compartment, like the next three */
	LISTING_LISTS,
	LISTING_VCNS,
	LISTING_GROUPS,
	LISTING_SUBNET,
	LISTING_LIST,
	LISTING_RULES, /* of a group, like the next */
	LISTING_MEMBERS,
	LISTING_ADDRESSES, /* of a subnet, like the next */
	LISTING_IPV6,
	LISTING_KINDS, /* their number */
};

struct survey {
	/* set by who makes it */
	struct settings *settings;
	struct auth *auth;
	struct scope *scope;
	struct model *model;
	int64_t fetched_at;
	const char *vcn; /* narrows each listing; or null */
	bool groups;     /* are listed too */
	void (*tick)(void *);
	void *tick_context;
	/* results */
	bool partial;
	struct textset listed; /* the compartments that are listed */
	size_t refused_of[LISTING_KINDS];
	/* the survey's own */
	struct caller *caller;
	struct listing *listings; /* under way */
	struct compartments found;
	const struct names *subnets;
	size_t next;    /* what is handed out next */
	size_t missing; /* the model's cursor */
	size_t granted; /* listings and subnets that the service gave */
	size_t refused; /* and refused */
};

/*
 * Prepares what is zeroed after the first part. Returns 0, or -1 after a
 * message. survey_free in any case.
 */
int survey_open(struct survey *survey);
void survey_free(struct survey *survey);

/*
 * These return EXITCODE_OK, or another status after a message.
 *
 * Settles which compartments are listed: with roots those, else the tenancy;
 * with below all active ones below them too.
 */
int survey_compartments(struct survey *survey, const struct names *roots, bool below);

/* Lists subnets and security lists of these compartments in all regions. */
int survey_networks(struct survey *survey);

/* Fetches subnets by their OCIDs. */
int survey_subnets(struct survey *survey, const struct names *subnets);

/* Fetches the lists that subnets name and the model lacks, one by one. */
int survey_missing(struct survey *survey);

/* Fetches rules and members of the groups that were listed. */
int survey_groups(struct survey *survey);

/* Fetches the private addresses of the subnets that were fetched. */
int survey_addresses(struct survey *survey);

#endif
