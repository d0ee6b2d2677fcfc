/*
 * What a program says of the flow logs that it reads. Its own options are none
 * of this folder's business.
 */
#ifndef FLOWLOG_CONFIG_H
#define FLOWLOG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

enum framing { FRAMING_AUTO, FRAMING_NDJSON, FRAMING_JSON };

struct flowlog_config {
	enum framing framing;
	size_t max_record; /* LIMIT_RECORD_MIN to LIMIT_RECORD_MAX */
	bool keep_bad;     /* the bytes of bad records are wanted */
};

#endif
