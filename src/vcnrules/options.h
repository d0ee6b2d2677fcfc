/*
 * The command lines of vcnrules. Every text is the caller's argv or the
 * environment's, never freed.
 */
#ifndef VCNRULES_OPTIONS_H
#define VCNRULES_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/exitcode.h"
#include "flowlog/instant.h"
#include "rules/conversation.h"

enum sheet_format { SHEET_TABLE, SHEET_NDJSON, SHEET_CSV, SHEET_MARKDOWN, SHEET_HTML, SHEET_AUTO };

/* What narrows the rules that are looked at, one after another as they came. */
enum chosen_kind { CHOSEN_LIST, CHOSEN_GROUP, CHOSEN_SUBNET };

struct chosen {
	enum chosen_kind kind;
	const char *name; /* an OCID or a display name */
};

/* A proposal, JSON of lists, or of the rules of a group, to take the place of others. */
struct replacement {
	const char *path;
	const char *group; /* its OCID; null: lists */
	size_t group_len;
};

struct options {
	const char *metadata; /* null: there is none */
	const char *output;   /* null or "-": standard output */
	enum sheet_format format;
	bool quiet;
	bool wants_colour; /* NO_COLOR is not set */
	struct chosen *chosen;
	size_t chosen_count;
	const char *since_text; /* report; null: not given */
	const char *until_text;
	struct instant since; /* conversations that overlap since <= t < until */
	struct instant until;
	int64_t min_window; /* in seconds */
	uint64_t min_packets;
	bool across; /* lint */
	bool strict;
	struct replacement *replacements; /* check */
	size_t replacement_count;
	bool allow_breaks;
	const char *vnic; /* explain; null: not given */
	const char *keep; /* propose; files, null: not given */
	const char *sites;
	uint64_t max_prefixes;
	bool remove_unused;
	bool remove_redundant;
	bool exact_peers;
	bool drop_weak;
	bool terraform;
	char **operands;
	size_t operand_count;
};

enum options_command {
	OPTIONS_REPORT,
	OPTIONS_LINT,
	OPTIONS_EXPLAIN,
	OPTIONS_CHECK,
	OPTIONS_PROPOSE,
};

enum options_result {
	OPTIONS_RUN,     /* go on */
	OPTIONS_DONE,    /* --help or --version was written: exit status 0 */
	OPTIONS_REFUSED, /* a message was written: exit status 2 */
	OPTIONS_NO_MEMORY,
	OPTIONS_UNWRITTEN, /* --help or --version could not, after a message */
	OPTIONS_READER_GONE,
};

/*
 * Reads a command's arguments, argv[0] being its name, and VCNFLOW_METADATA.
 * Free with options_free whatever it returned.
 */
enum options_result options_parse(
	struct options *options, enum options_command command, int argc, char **argv);
void options_free(struct options *options);

/* Does a conversation overlap the time that was asked for? */
bool options_wants(const struct options *options, const struct conversation *conversation);

/* Warns, if some time was asked for, that conversations without a period may
 * reach beyond it. */
void options_warn_of_times(const struct options *options, bool has_no_period);

/* The exit status that goes with a result; EXITCODE_OK with OPTIONS_RUN. Does
 * not return if --help could not be written since the reader is gone. */
enum exitcode options_exitcode(enum options_result result);

/* What "vcnrules --help" and "vcnrules --version" write. */
enum options_result options_help(void);
enum options_result options_version(void);

#endif
