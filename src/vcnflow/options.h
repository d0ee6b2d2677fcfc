/*
 * The command line of vcnflow, read and checked whole before anything is
 * opened. Every text is the caller's argv or the environment's, never freed.
 */
#ifndef VCNFLOW_OPTIONS_H
#define VCNFLOW_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/flow.h"
#include "base/limits.h"
#include "base/prefixset.h"
#include "flowlog/config.h"
#include "flowlog/instant.h"
#include "flowlog/tag.h"
#include "vcnflow/table.h"

enum time_field {
	TIME_INGESTED, /* oracle.ingestedtime */
	TIME_EVENT,    /* time */
	TIME_START,    /* data.startTime */
	TIME_END,      /* data.endTime */
};

enum traffic { TRAFFIC_ANY, TRAFFIC_INTERNAL, TRAFFIC_EXTERNAL };

enum security_lists { LISTS_FULL, LISTS_IDS, LISTS_NONE };

enum output_format { OUTPUT_NDJSON, OUTPUT_ARRAY, OUTPUT_CSV, OUTPUT_TSV };

enum loudness { LOUDNESS_USUAL, LOUDNESS_QUIET, LOUDNESS_VERBOSE };

enum switch_state { SWITCH_AUTO, SWITCH_ON, SWITCH_OFF };

/* All bits of enum direction. */
#define OPTIONS_ANY_DIRECTION                                                                      \
	(1u << DIRECTION_INGRESS | 1u << DIRECTION_EGRESS | 1u << DIRECTION_NONE)

struct endpoints; /* endpoints.h */

struct options {
	struct flowlog_config flowlog; /* the inputs, and how they are read */

	/* selection */
	const char *since_text, *until_text, *now_text; /* null: not given */
	bool has_since, has_until;
	struct instant since, until; /* since <= t < until */
	enum time_field time_field;
	enum action action;
	bool any_protocol;
	uint64_t protocols[4]; /* bit n: protocol n is wanted */
	unsigned directions;   /* 1u << enum direction; OPTIONS_ANY_DIRECTION: any */
	enum traffic traffic;
	struct endpoints *endpoints; /* null: any address, port, subnet and VNIC */

	/* enriching */
	const char *metadata; /* null: there is none */
	bool metadata_none;   /* "none" was said: no warning */
	struct prefixset internal;
	enum security_lists security_lists;
	bool rules;        /* records say which rules let them pass */
	bool names;        /* records name their subnet, VCN and compartment */
	unsigned verdicts; /* 1u << enum judge_verdict; 0: any, also none */
	const char *keep[LIMIT_KEEP_MEMBERS];
	size_t keep_count;
	struct table_field fields[100]; /* LIMIT_KEEP_MEMBERS; instead of the usual members */
	size_t field_count;             /* 0: records are as usual */
	bool fields_given;              /* and not those of csv and tsv */
	bool fields_judged;             /* one needs a judgement */
	bool fields_named;              /* one is a name of a subnet, VCN or compartment */
	char *missing; /* JSON, for an absent one of the five carried members; null: "N/A" */

	/* output */
	enum output_format format;
	enum switch_state header; /* of csv and tsv */
	bool gzip;
	const char *output; /* null or "-": standard output */
	unsigned threads;   /* 1 to LIMIT_THREADS, already counted if 0 */
	bool line_buffered;
	bool list_subnets;
	bool conversations;  /* sums of records instead of records */
	int64_t per_s;       /* their period in seconds; 0: none */
	uint64_t table_size; /* bytes of sums that are held */
	const char *rejects; /* null: none */
	bool ignore_bad;
	bool strict;
	bool stats;
	const char *stats_file; /* null: standard error */
	enum switch_state progress;
	enum loudness loudness;
};

enum options_result {
	OPTIONS_RUN,       /* go on */
	OPTIONS_DONE,      /* --help or --version was written: exit status 0 */
	OPTIONS_REFUSED,   /* a message was written: exit status 2 */
	OPTIONS_NO_MEMORY, /* after a message: exit status 5 */
	OPTIONS_UNWRITTEN, /* --help or --version could not; after a message */
};

/*
 * Reads argv and the environment (VCNFLOW_METADATA). Free with options_free
 * whatever it returned. A --keep name is split in place, so argv changes.
 */
enum options_result options_parse(struct options *options, int argc, char **argv);
void options_free(struct options *options);

/* Returns true if a name stands for standard input or output. */
static inline bool options_is_dash(const char *name)
{
	return name[0] == '-' && name[1] == '\0';
}

/* Returns true if records are judged by rules. */
static inline bool options_judge(const struct options *options)
{
	return options->rules || options->verdicts != 0 || options->conversations ||
	       options->fields_judged;
}

/* Returns true if the output is lines of cells. */
static inline bool options_write_cells(const struct options *options)
{
	return options->format == OUTPUT_CSV || options->format == OUTPUT_TSV;
}

/* Returns true if standard input is read since nothing else was named. */
static inline bool options_read_stdin(const struct options *options)
{
	return options->flowlog.operand_count == 0 && options->flowlog.files_from == NULL;
}

/* Returns true if the records go to standard output. */
static inline bool options_write_stdout(const struct options *options)
{
	return options->output == NULL || options_is_dash(options->output);
}

#endif
