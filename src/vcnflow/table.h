/*
 * Records as chosen fields (--fields): objects of these members, or lines of
 * csv and tsv. A field is a member of the output, a name of its own, or a path
 * into the original.
 */
#ifndef VCNFLOW_TABLE_H
#define VCNFLOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "flowlog/record.h"

struct options;   /* options.h */
struct tags;      /* flowlog/tag.h */
struct emit_more; /* emit.h */
struct outbuf;    /* outbuf.h */

enum table_kind {
	TABLE_PATH,    /* of the original: null where it is absent */
	TABLE_CARRIED, /* one of the five members that are never absent */
	TABLE_SOURCE,
	TABLE_DESTINATION,
	TABLE_DIRECTION,
	TABLE_TRAFFIC,
	TABLE_LISTS,
	TABLE_LIST_IDS,
	TABLE_RULES, /* from here on, judged */
	TABLE_VERDICT,
	TABLE_CONFIDENCE,
	TABLE_PERMITTED_BY, /* up to here */
	TABLE_NAMES,        /* from here on, names */
	TABLE_SUBNET_NAME,
	TABLE_VCN_NAME,
	TABLE_COMPARTMENT_NAME,
	TABLE_PEER_SUBNET_NAME,
};

struct table_field {
	const char *name;
	enum table_kind kind;
	const char *path; /* of TABLE_PATH and TABLE_CARRIED */
	bool is_literal;  /* the name may be that of a member with dots in it */
	struct record_path at;
};

/* The fields of csv and tsv, if none are chosen: strings, an empty one after them. */
extern const char table_default_fields[];

/* Tells what a field is; name must outlive it. */
struct table_field table_field_of(const char *name);

static inline bool table_field_is_judged(const struct table_field *field)
{
	return field->kind >= TABLE_RULES && field->kind <= TABLE_PERMITTED_BY;
}

static inline bool table_field_is_named(const struct table_field *field)
{
	return field->kind >= TABLE_NAMES;
}

/* Buffers of one thread, BYTES_INIT(SIZE_MAX / 2) at first, and what is the same for
 * each of its records. */
struct table_room {
	struct bytes cell;
	struct bytes text;
	size_t fixed; /* bytes that depend on the options alone; 0: not yet known */
	/* of the record at hand, by field: the value that it stands for, or null */
	const struct json_value *values[LIMIT_KEEP_MEMBERS];
};

/* Appends the line that names the fields of csv or tsv. Returns as bytes_append. */
int table_header(struct bytes *line, const struct options *options);

/*
 * Appends a record without a separator after it, and sets the bit of each field
 * of TABLE_PATH that it has. Returns 0, or -1 when memory ran out.
 */
int table_record(struct outbuf *out, const struct options *options, const struct record *record,
	const struct tags *tags, const struct emit_more *more, struct table_room *room);

#endif
