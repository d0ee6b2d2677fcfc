/*
 * The command line of vcnflow, read and checked whole before anything is
 * opened. Every text is the caller's argv or the environment's, never freed.
 */
#ifndef VCNFLOW_OPTIONS_H
#define VCNFLOW_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowlog/config.h"
#include "vcnflow/instant.h"
#include "vcnflow/internal.h"

enum time_field {
	TIME_INGESTED, /* oracle.ingestedtime */
	TIME_EVENT,    /* time */
	TIME_START,    /* data.startTime */
	TIME_END,      /* data.endTime */
};

enum action { ACTION_ACCEPT, ACTION_REJECT, ACTION_ALL };

enum direction { DIRECTION_INGRESS, DIRECTION_EGRESS, DIRECTION_NONE };

enum traffic { TRAFFIC_ANY, TRAFFIC_INTERNAL, TRAFFIC_EXTERNAL };

enum security_lists { LISTS_FULL, LISTS_IDS, LISTS_NONE };

enum output_format { FORMAT_NDJSON, FORMAT_ARRAY };

enum switch_state { SWITCH_AUTO, SWITCH_ON, SWITCH_OFF };

struct options {
	/* inputs */
	char **operands; /* into argv */
	size_t operand_count;
	const char *files_from;        /* "-" is standard input; null: none */
	bool files_null;               /* -0: names end in NUL, not LF */
	const char *name_glob;         /* null: the usual endings */
	struct flowlog_config flowlog; /* how they are read */

	/* selection */
	const char *since_text, *until_text, *now_text; /* null: not given */
	bool has_since, has_until;
	struct instant since, until; /* since <= t < until */
	enum time_field time_field;
	enum action action;
	bool any_protocol;
	uint64_t protocols[4]; /* bit n: protocol n is wanted */
	unsigned directions;   /* 1u << enum direction; all bits: any */
	enum traffic traffic;

	/* enriching */
	const char *metadata; /* null: there is none */
	bool metadata_none;   /* "none" was said: no warning */
	struct internal internal;
	enum security_lists security_lists;
	const char *keep[100]; /* LIMIT_KEEP_MEMBERS */
	size_t keep_count;

	/* output */
	enum output_format format;
	bool gzip;
	const char *output; /* null or "-": standard output */
	unsigned threads;   /* 1 to LIMIT_THREADS, already counted if 0 */
	bool line_buffered;
	bool list_subnets;
	const char *rejects; /* null: none */
	bool ignore_bad;
	bool strict;
	bool stats;
	const char *stats_file; /* null: standard error */
	enum switch_state progress;
	bool quiet;
	bool verbose;
};

enum options_result {
	OPTIONS_RUN,     /* go on */
	OPTIONS_DONE,    /* --help or --version was written: exit status 0 */
	OPTIONS_REFUSED, /* a message was written: exit status 2 */
	OPTIONS_NO_MEMORY,
	OPTIONS_UNWRITTEN, /* --help or --version could not; after a message */
};

/*
 * Reads argv and the environment (VCNFLOW_METADATA). Free with options_free
 * whatever it returned. A --keep name is split in place, so argv changes.
 */
enum options_result options_parse(struct options *options, int argc, char **argv);
void options_free(struct options *options);

/*
 * How many processors this process may use: affinity and cgroup quota
 * counted, at least 1.
 */
unsigned options_processors(void);

#endif
