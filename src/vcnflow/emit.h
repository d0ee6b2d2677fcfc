/*
 * Writes one enriched record (vcnflow(1), OUTPUT RECORD): keys in their order,
 * carried values byte for byte but for white space between their tokens.
 */
#ifndef VCNFLOW_EMIT_H
#define VCNFLOW_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowlog/record.h"
#include "flowlog/tag.h"
#include "vcnflow/judging.h"
#include "vcnflow/options.h"
#include "vcnflow/outbuf.h"

/* What white space between the tokens of a carried value is dropped. */
enum emit_space {
	SPACE_KEEP,    /* there is no CR, LF or TAB in the text */
	SPACE_CONTROL, /* of a value that holds CR, LF or TAB */
	SPACE_DROP,    /* always */
};

/* What a record carries of its subnet's security lists. */
struct emit_lists {
	const char *text;
	size_t len;
	bool lasts; /* until the output was written */
};

/* What a record carries of the rules. */
struct emit_rules {
	const struct judging *judging;
	const struct judgement *judgement; /* null: it is not judged */
};

/* Names that a record carries; null texts where they are not known. */
struct emit_names {
	struct lookup_names own;
	struct lookup_text peer_subnet;
};

/* What of a record is not in its text or its tags. */
struct emit_more {
	enum emit_space space;
	struct emit_lists lists;
	struct emit_rules rules; /* looked at under --rules alone */
	struct emit_names names; /* looked at under --names alone */
	uint64_t *seen;          /* a bit for each member to keep, or field, that records had */
};

/* The parts of a record, each a JSON value. A value that is absent is as --missing says. */
void emit_value(struct outbuf *out, const struct options *options, const struct json_value *value,
	enum emit_space space);
void emit_string(struct outbuf *out, const char *text, size_t len);
void emit_side(struct outbuf *out, enum tag_side side);
void emit_direction(struct outbuf *out, enum direction direction);
void emit_traffic(struct outbuf *out, bool is_internal);

/* The words that these three put, without their quotes. */
struct lookup_text emit_side_word(enum tag_side side);
struct lookup_text emit_direction_word(enum direction direction);
struct lookup_text emit_traffic_word(bool is_internal);

void emit_rules(struct outbuf *out, const struct emit_rules *rules);
void emit_names(struct outbuf *out, const struct emit_names *names);
void emit_name(struct outbuf *out, const struct lookup_text *name);

/* No more bytes than this have the rules, or the names. */
size_t emit_most_of_rules(const struct emit_rules *rules);
size_t emit_most_of_names(const struct emit_names *names);

/* Appends a record without a separator after it. */
void emit_record(struct outbuf *out, const struct options *options, const struct record_plan *plan,
	const struct record *record, const struct tags *tags, const struct emit_more *more);

#endif
