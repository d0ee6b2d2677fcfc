/*
 * What a lookup file holds, one "name: value" a line. That it could be opened
 * means that it was checked whole.
 */
#include "vcnmeta/verify.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/msg.h"
#include "base/optparse.h"
#include "base/outfile.h"
#include "base/utc.h"
#include "lookup/content.h"
#include "lookup/lookupfile.h"
#include "vcnmeta/fetched.h"
#include "vcnmeta/help.h"

static const char help[] = "usage: vcnmeta verify FILE\n"
			   "Check all of a lookup file and write what it holds, a 'name: value' a\n"
			   "line: how much of everything, when it was fetched, and from where.\n"
			   "\n"
			   "  -q, --quiet    no warnings\n"
			   "  -h, --help     this text\n"
			   "  -V, --version  the version\n";

struct verify {
	bool quiet;
};

static const struct optparse_option options[] = {
	{"quiet", 'q', OPTPARSE_FLAG, OPTPARSE_MEMBER(struct verify, quiet)},
	{"help", 'h', .kind = OPTPARSE_SHOW_HELP},
	{"version", 'V', .kind = OPTPARSE_SHOW_VERSION},
};

static int put_count(struct bytes *out, const char *name, uint64_t count)
{
	if (bytes_append_text(out, name) != 0 || bytes_append_text(out, ": ") != 0 ||
		bytes_append_number(out, count) != 0)
		return -1;
	return bytes_append_char(out, '\n');
}

static int put_time(struct bytes *out, const char *name, int64_t seconds)
{
	char text[UTC_TEXT_SIZE];

	(void)utc_text(text, seconds);
	if (bytes_append_text(out, name) != 0 || bytes_append_text(out, ": ") != 0 ||
		bytes_append_text(out, text) != 0)
		return -1;
	return bytes_append_char(out, '\n');
}

static int put_age(struct bytes *out, int64_t fetched_at, int64_t now)
{
	char line[64];

	/* of times that a lookup file may have, so nothing overflows */
	snprintf(line, sizeof(line), "age_seconds: %" PRId64 "\n", now - fetched_at);
	return bytes_append_text(out, line);
}

static int put_all(struct bytes *out, const struct lookup *lookup, int64_t now)
{
	struct lookup_text source = content_source(lookup);
	struct content_counts counts;
	size_t prefixes;

	content_count(lookup, &counts);
	(void)lookup_prefixes(lookup, &prefixes);
	if (put_count(out, "format_version", counts.version) != 0 ||
		put_count(out, "bytes", counts.bytes) != 0 ||
		put_count(out, "subnets", counts.subnets) != 0 ||
		put_count(out, "cidr_blocks", counts.prefixes) != 0 ||
		put_count(out, "distinct_cidr_blocks", prefixes) != 0 ||
		put_count(out, "security_lists", counts.lists) != 0 ||
		put_count(out, "security_list_sets", counts.sets) != 0 ||
		put_count(out, "security_list_rules", counts.list_rules) != 0 ||
		put_count(out, "groups", counts.groups) != 0 ||
		put_count(out, "group_rules", counts.group_rules) != 0 ||
		put_count(out, "vnics", counts.vnics) != 0 ||
		put_count(out, "addresses", counts.addresses) != 0 ||
		put_count(out, "vcns", counts.vcns) != 0 ||
		put_count(out, "compartments", counts.compartments) != 0 ||
		put_count(out, "service_labels", counts.services) != 0 ||
		put_count(out, "unknown_sections", counts.foreign) != 0 ||
		put_time(out, "fetched_at", lookup_fetched_at(lookup)) != 0 ||
		put_age(out, lookup_fetched_at(lookup), now) != 0 ||
		put_time(out, "oldest", counts.oldest) != 0 ||
		put_time(out, "newest", counts.newest) != 0 ||
		bytes_append_text(out, "source: ") != 0 ||
		bytes_append(out, source.text, source.len) != 0)
		return -1;
	return bytes_append_char(out, '\n');
}

static enum exitcode verify_file(const char *path)
{
	enum exitcode exitcode;
	struct lookup *lookup;
	struct outfile output;
	int64_t now;

	if (fetched_now(&now) != 0)
		return EXITCODE_REFUSED;
	exitcode = lookupfile_open_guarded(&lookup, path);
	if (exitcode != EXITCODE_OK)
		return exitcode;
	exitcode = outfile_open(&output, NULL);
	if (exitcode == EXITCODE_OK && put_all(&output.bytes, lookup, now) != 0) {
		msg_no_memory();
		(void)outfile_close(&output, false);
		exitcode = EXITCODE_INTERNAL;
	}
	lookupfile_close(lookup);
	return exitcode == EXITCODE_OK ? outfile_close(&output, true) : exitcode;
}

int verify_main(int argc, char **argv)
{
	struct verify verify = {0};
	struct optparse optparse = {
		.options = options,
		.count = sizeof(options) / sizeof(options[0]),
		.into = &verify,
		.help_command = "vcnmeta verify --help",
	};
	enum optparse_result result = optparse_read(&optparse, argc, argv);

	if (result != OPTPARSE_RUN)
		return (int)help_answer(result, help);
	msg_quiet(verify.quiet);
	if (optparse.operand_count == 1)
		return (int)verify_file(optparse.operands[0]);
	msg_error("%s lookup file: usage: vcnmeta verify FILE",
		optparse.operand_count == 0 ? "no" : "more than one");
	return EXITCODE_REFUSED;
}
