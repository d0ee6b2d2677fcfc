/*
 * Every maximum of the programs, in one place. Sizes are in bytes unless the
 * name says otherwise.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* A record, between the line feeds (--max-record of vcnflow(1)). */
#define LIMIT_RECORD_DEFAULT ((size_t)1 << 20)
#define LIMIT_RECORD_MIN ((size_t)64)
#define LIMIT_RECORD_MAX ((size_t)1 << 30)

/* Levels of nesting in a record, the record itself being level 1. */
#define LIMIT_DEPTH 128

/* What the JSON parser may read, but not interpret, after a text. */
#define LIMIT_JSON_PADDING 64

/* A block of whole records, unless one record alone is larger. */
#define LIMIT_BLOCK ((size_t)256 << 10)

/* Of the blanks before a line that is too long, so many are kept for --rejects. */
#define LIMIT_LINE_BLANKS ((size_t)1 << 20)

/* The output of a block that is held back until its turn comes. */
#define LIMIT_OUTPUT_BUFFER ((size_t)1 << 20)

/* Copies of security lists that one worker's output points at. */
#define LIMIT_LISTCACHE ((size_t)1 << 20)

/* Blocks of text that are held at once: of the oldest input as many as there are
 * threads, and a few more; and so much of all inputs after it, for all threads and
 * for each of them, or, with records that take more memory to read, in all. */
#define LIMIT_BLOCK_HEAP 4
#define LIMIT_TEXT_AHEAD ((size_t)8 << 20)
#define LIMIT_TEXT_AHEAD_THREAD ((size_t)2 << 20)
#define LIMIT_TEXT_AHEAD_LARGE ((size_t)2 << 20)

/* Worker threads. */
#define LIMIT_THREADS 256

/* Members that --keep may name. */
#define LIMIT_KEEP_MEMBERS 100

/* Bad records that are named one by one in a run; the others are counted. */
#define LIMIT_BAD_NAMED 10

/* Bad records that are written to --rejects at once. */
#define LIMIT_REJECTS ((size_t)64 << 10)

/* Distinct unknown subnets that are counted exactly. */
#define LIMIT_UNKNOWN_SUBNETS 100000

/* Days that metadata may be older or newer than records without a word. */
#define LIMIT_METADATA_DAYS 30

/* What may follow "ocid1.subnet." in an OCID of a subnet. */
#define LIMIT_OCID_TAIL 240

/* A path name from --files-from, a directory, or the command line. */
#define LIMIT_PATH 65536

/* Options of one command. */
#define LIMIT_OPTIONS 64

/* A list on the command line: --protocol, --direction, --keep, --internal. */
#define LIMIT_LIST ((size_t)64 << 10)

/* A file that @FILE in such a list names. */
#define LIMIT_ELEMENTS_FILE ((size_t)16 << 20)

/* One line on standard error, its line feed included. */
#define LIMIT_MESSAGE 2048

/* The bytes of a foreign text that one message quotes. */
#define LIMIT_QUOTED 200

/* A lookup file, and what is counted in it. */
#define LIMIT_LOOKUP_FILE ((uint64_t)64 << 30)
#define LIMIT_LOOKUP_SUBNETS ((uint64_t)100000000)

/* Security lists and groups that apply to one VNIC; the service has 5 and 5. */
#define LIMIT_RUNS 1024

/* The sums of --conversations that are held, and the longest --per. */
#define LIMIT_TABLE_DEFAULT (UINT64_C(256) << 20)
#define LIMIT_PER_COUNT 36500

/* Rules that one judgement names of each kind; more of them count, unnamed. */
#define LIMIT_JUDGED 4096

/* The time at which metadata was fetched: the end of the year 9999. */
#define LIMIT_FETCHED_AT INT64_C(253402300799)

/* A name, OCID or label in a lookup file. */
#define LIMIT_LOOKUP_TEXT (((size_t)16 << 20) - 2)

/* The security lists of one subnet, as JSON. */
#define LIMIT_LOOKUP_FRAGMENT ((uint64_t)1 << 30)

/* One document or one value of an NDJSON file that vcnmeta build reads. */
#define LIMIT_METADATA_FILE ((size_t)4000 << 20)

/* One reply of the service, after all its headers. */
#define LIMIT_REPLY ((size_t)32 << 20)

/* All header lines of one reply, and one header that is kept. */
#define LIMIT_REPLY_HEADERS ((size_t)64 << 10)
#define LIMIT_HEADER ((size_t)8 << 10)

/* A request's address, its header lines or signing string, with two tokens at most;
 * and its body. */
#define LIMIT_REQUEST ((size_t)128 << 10)
#define LIMIT_REQUEST_BODY ((size_t)1 << 20)

/* Levels of nesting in a reply. */
#define LIMIT_REPLY_DEPTH 64

/* Pages of one listing. */
#define LIMIT_PAGES 1000

/* A config, key, token or regions file. */
#define LIMIT_CONFIG_FILE ((size_t)4 << 20)
#define LIMIT_KEY_FILE ((size_t)1 << 20)

/* A bundle of certificates; those of systems have a quarter of a megabyte. */
#define LIMIT_BUNDLE_FILE ((size_t)64 << 20)

/* A token, which becomes part of a header line and of what is signed. */
#define LIMIT_TOKEN ((size_t)32 << 10)

/* Requests under way at once. */
#define LIMIT_PARALLEL 256

/* Compartments, and subnets named by OCID, of one fetch. */
#define LIMIT_COMPARTMENTS ((size_t)1000000)
#define LIMIT_SUBNETS_NAMED ((size_t)10000000)

/* The list of subnets that --subnets-from reads. */
#define LIMIT_SUBNETS_FILE ((size_t)4000 << 20)

/* CIDR blocks that a set of addresses is written with. */
#define LIMIT_PREFIXES ((size_t)1024)

/* Days or hours of --min-window of vcnrules. */
#define LIMIT_WINDOW_COUNT 1000000

/* The service's own: rules of a security list in each direction, rules of a group,
 * rules of a group that one call adds or removes, and characters of a description. */
#define LIMIT_LIST_RULES 200
#define LIMIT_GROUP_RULES 120
#define LIMIT_GROUP_CALL 25
#define LIMIT_DESCRIPTION 255

/* Steps of one test whether a rule lies inside others. */
#define LIMIT_BOX_STEPS 1000000

#endif
