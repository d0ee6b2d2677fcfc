/*
 * One line of "vcnflow --conversations", read and written: who talked to whom,
 * and how much.
 *
 * A line is read strictly: a member that is missing, of a wrong type or out of
 * its range, or ports that do not fit "began", make it bad. Members that are
 * not known are passed over.
 */
#ifndef RULES_CONVERSATION_H
#define RULES_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/flow.h"
#include "base/utc.h"

/* The side that sent the first packet, as far as is known. */
enum conversation_began { CONVERSATION_NOBODY, CONVERSATION_LOCAL, CONVERSATION_PEER };

/* A protocol that a record gave no number of 0 to 255 for: null. */
#define CONVERSATION_NO_PROTOCOL 256

/* Records of one direction; each at most INT64_MAX. */
struct conversation_sum {
	uint64_t records;
	uint64_t packets;
	uint64_t bytes;
};

/* Adds counts that are at most INT64_MAX; so is what is returned, which then stands for
 * that much or more. */
static inline uint64_t conversation_plus(uint64_t a, uint64_t b)
{
	return b > INT64_MAX - a ? INT64_MAX : a + b;
}

/* Seconds since 1970, of the years 0 to 9999. */
struct conversation_time {
	bool is_known; /* false: null */
	int64_t seconds;
};

struct conversation_text {
	const char *text; /* null: null */
	size_t len;
};

struct conversation {
	bool has_period; /* the member is there, null or not */
	struct conversation_time period;
	struct conversation_text subnet; /* never null */
	struct conversation_text vnic;
	struct address local; /* of a family */
	struct address peer;
	uint16_t protocol;
	bool has_ports; /* all three below are null otherwise */
	/*
	 * A side's port or ports, low to high: those of the side that began are
	 * "client_ports", of the other side, and of both if nobody is known to
	 * have begun, low and high are one port.
	 */
	uint16_t local_low;
	uint16_t local_high;
	uint16_t peer_low;
	uint16_t peer_high;
	enum conversation_began began;
	enum action action;
	struct conversation_sum in;
	struct conversation_sum out;
	struct conversation_time first;
	struct conversation_time last;
};

enum conversation_result {
	CONVERSATION_OK,
	CONVERSATION_BLANK,    /* nothing but white space */
	CONVERSATION_BAD,      /* see conversation_fault */
	CONVERSATION_FLOW_LOG, /* bad, and it is a flow-log record */
	CONVERSATION_NO_MEMORY,
};

/* What reading needs; one per thread. */
struct conversation_reader;

/* Returns null when memory ran out. Free it with conversation_reader_free. */
struct conversation_reader *conversation_reader_new(void);
void conversation_reader_free(struct conversation_reader *reader);

/*
 * Reads the first line of text[0..len), and sets *line_len to its length
 * without the line feed. LIMIT_JSON_PADDING bytes after text must be readable.
 * On CONVERSATION_OK the texts of the conversation are views into text or into
 * the reader, valid until the next call; on all else it is undefined.
 */
enum conversation_result conversation_read(struct conversation_reader *reader, const char *text,
	size_t len, struct conversation *conversation, size_t *line_len);

/*
 * What was wrong with a line that was bad: "'peer' is not an IP address"; null
 * after any other.
 */
const char *conversation_fault(const struct conversation_reader *reader);

/*
 * What lines are appended to, and which texts the last one had: those that stay
 * the same from line to line are spelled once, as are dates. So neither these texts nor what
 * was appended may change while it is in use. Zeros but out are a new one.
 */
struct conversation_writer {
	struct bytes *out;
	struct conversation_text subnet;
	struct conversation_text vnic;
	size_t owner_at; /* where they stand in out */
	size_t owner_len;
	struct utc_day day;
};

/*
 * Appends a conversation as its line, with the line feed. Texts must be UTF-8.
 * Returns as bytes_reserve does.
 */
int conversation_write(struct conversation_writer *writer, const struct conversation *conversation);

#endif
