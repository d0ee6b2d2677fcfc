/*
 * API JSON to a lookup file: dumps by all of vcnmeta build, and replies of the
 * service as fetch takes them. What the file holds, and whether there is one,
 * is held against a second reading (catalog.c); each message is one line of
 * plain text.
 *
 * An input's first byte says what the rest is: a dump, or a page of subnets, of
 * lists or of compartments.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "lookup/lookup.h"
#include "lookup/model.h"
#include "lookup/writer.h"
#include "vcnmeta/build.h"
#include "vcnmeta/fetch/listing.h"
#include "json/tree.h"

#include "catalog.h"
#include "caught.h"
#include "fuzz.h"

static struct {
	int fd; /* the dump */
	char input[40];
	char folder[FUZZ_PATH_SIZE];
	char output[FUZZ_PATH_SIZE + 8];
	struct json_parser *parser;
	struct json_tree tree;
	bool failed; /* caller_fail was called */
	struct catalog catalog;
} at_hand = {.fd = -1, .tree = JSON_TREE_INIT, .catalog = CATALOG_INIT};

/* ---- what the linker asks for ------------------------------------------ */

void __wrap_caller_fail(struct caller *caller, int status);
struct json_parser *__wrap_caller_parser(struct caller *caller);
struct json_tree *__wrap_caller_tree(struct caller *caller);

void __wrap_caller_fail(struct caller *caller, int status)
{
	(void)caller;
	PROMISE(status == EXITCODE_SERVICE);
	at_hand.failed = true;
}

struct json_parser *__wrap_caller_parser(struct caller *caller)
{
	(void)caller;
	return at_hand.parser;
}

struct json_tree *__wrap_caller_tree(struct caller *caller)
{
	(void)caller;
	return &at_hand.tree;
}

/* ---- files ------------------------------------------------------------- */

static void remove_folder(void)
{
	(void)unlink(at_hand.output);
	(void)rmdir(at_hand.folder);
}

static void begin(void)
{
	fuzz_path(at_hand.folder);
	PROMISE(mkdtemp(at_hand.folder) != NULL);
	(void)snprintf(at_hand.output, sizeof at_hand.output, "%s/lut", at_hand.folder);
	PROMISE(atexit(remove_folder) == 0);
	at_hand.fd = memfd_create("fuzz", MFD_CLOEXEC);
	PROMISE(at_hand.fd > STDERR_FILENO);
	(void)snprintf(at_hand.input, sizeof at_hand.input, "/proc/self/fd/%d", at_hand.fd);
	at_hand.parser = json_parser_new();
	PROMISE(at_hand.parser != NULL && io_standard_descriptors() == 0);
	PROMISE(setenv("SOURCE_DATE_EPOCH", "1", 1) == 0);
	caught_begin("vcnmeta");
}

static void check_file(void)
{
	char detail[LOOKUP_DETAIL_SIZE];
	struct lookup *lookup = NULL;

	if (lookup_open(&lookup, at_hand.output, detail, NULL) != LOOKUP_OK)
		fuzz_broken(detail, __FILE__, __LINE__);
	catalog_check(&at_hand.catalog, lookup);
	lookup_close(lookup);
}

/* ---- dumps ------------------------------------------------------------- */

static void try_dump(const char *text, size_t len)
{
	char name[] = "build", option[] = "-o";
	char *argv[] = {name, option, at_hand.output, at_hand.input, NULL};
	struct catalog *catalog = &at_hand.catalog;
	int status;

	PROMISE(ftruncate(at_hand.fd, 0) == 0);
	PROMISE(pwrite(at_hand.fd, text, len, 0) == (ssize_t)len);
	caught_clear();
	status = build_main(4, argv);
	PROMISE(status == EXITCODE_OK || status == EXITCODE_PARTIAL || status == EXITCODE_REFUSED);
	PROMISE(caught_messages != 0); /* what was built, or why not */
	PROMISE((access(at_hand.output, F_OK) == 0) == (status != EXITCODE_REFUSED));
	catalog_dump(catalog, text, len);
	if (!catalog->exact)
		return;
	PROMISE(catalog->sound == (status != EXITCODE_REFUSED));
	if (!catalog->sound)
		return;
	PROMISE(catalog_lacks_list(catalog) == (status == EXITCODE_PARTIAL));
	check_file();
}

/* ---- replies ----------------------------------------------------------- */

/* Takes one page; tells if it was taken. */
static bool take_page(struct survey *survey, enum listing_kind kind, const char *text, size_t len)
{
	struct call call = {.doing = "list", .subject = "x"};
	struct http_reply reply = {
		.body = BYTES_INIT(SIZE_MAX / 2), .request_id = BYTES_INIT(SIZE_MAX / 2)};
	char ocid[] = "ocid1.networksecuritygroup.oc1.iad.x";
	struct listing listing = {.survey = survey, .kind = kind, .ocid = ocid, .page = 1};
	static const char zeros[LIMIT_JSON_PADDING];
	int result;

	fuzz_append(&reply.body, text, len);
	fuzz_append(&reply.body, zeros, sizeof zeros);
	reply.body.len = len;
	at_hand.failed = false;
	caught_clear();
	result = listing_take(&listing, &call, &reply);
	PROMISE((result != 0) == at_hand.failed);
	PROMISE((caught_messages != 0) == at_hand.failed);
	bytes_free(&reply.body);
	return result == 0;
}

static void try_page(enum listing_kind kind, const char *text, size_t len)
{
	struct survey survey = {.model = model_new(MODEL_LATER_COUNTS), .fetched_at = 1};
	bool taken;

	PROMISE(survey.model != NULL);
	taken = take_page(&survey, kind, text, len);
	if (kind != LISTING_COMPARTMENTS) {
		catalog_page(&at_hand.catalog, text, len, kind == LISTING_LISTS);
		PROMISE(taken == at_hand.catalog.sound);
	}
	if (taken && kind == LISTING_SUBNETS) {
		PROMISE(writer_write(survey.model, at_hand.output, 1, WRITER_SOURCE_BUILD) ==
			EXITCODE_OK);
		check_file();
	}
	compartments_free(&survey.found);
	model_free(survey.model);
}

/* What groups and VNICs are made of: what is taken makes a file that opens. */
static void try_part(enum listing_kind kind, const char *text, size_t len)
{
	struct survey survey = {.model = model_new(MODEL_LATER_COUNTS), .fetched_at = 1};
	char detail[LOOKUP_DETAIL_SIZE];
	struct lookup *lookup = NULL;

	PROMISE(survey.model != NULL);
	if (take_page(&survey, kind, text, len)) {
		PROMISE(writer_write(survey.model, at_hand.output, 1, WRITER_SOURCE_BUILD) ==
			EXITCODE_OK);
		if (lookup_open(&lookup, at_hand.output, detail, NULL) != LOOKUP_OK)
			fuzz_broken(detail, __FILE__, __LINE__);
		lookup_close(lookup);
	}
	model_free(survey.model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const enum listing_kind kinds[] = {
		LISTING_SUBNETS, LISTING_LISTS, LISTING_COMPARTMENTS};
	static const enum listing_kind parts[] = {LISTING_GROUPS, LISTING_RULES, LISTING_MEMBERS,
		LISTING_ADDRESSES, LISTING_IPV6, LISTING_VCNS};
	const char *text = (const char *)data + 1;

	if (len == 0)
		return 0;
	if (at_hand.fd < 0)
		begin();
	(void)unlink(at_hand.output);
	if (data[0] >= 'A' && data[0] <= 'F')
		try_part(parts[data[0] - 'A'], text, len - 1);
	else if (data[0] % 4 == 0)
		try_dump(text, len - 1);
	else
		try_page(kinds[data[0] % 4 - 1], text, len - 1);
	catalog_clear(&at_hand.catalog);
	return 0;
}
