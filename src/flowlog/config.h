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
	char **operands; /* names: files, directories, "-" */
	size_t operand_count;
	const char *files_from; /* further ones; "-" is standard input; null: none */
	bool files_null;        /* these end in NUL, not LF */
	const char *name_glob;  /* which names are read in directories; null: a log's */
	enum framing framing;
	size_t max_record; /* LIMIT_RECORD_MIN to LIMIT_RECORD_MAX */
	bool keep_bad;     /* the bytes of bad records are wanted */
	bool check_later;  /* CRC-32 of lines in gzip: by who works on them (block_check) */
};

#endif
