/*
 * A line of JSON for each subnet of a lookup file, or for those that were asked
 * for. Output is in the order of the OCIDs, whatever the file's is.
 */
#include "vcnmeta/show.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "base/optparse.h"
#include "lookup/content.h"
#include "vcnmeta/help.h"
#include "vcnmeta/lookupfile.h"
#include "vcnmeta/output.h"
#include "json/write.h"

static int compare_texts(const void *a, const void *b)
{
	const struct lookup_text *left = a, *right = b;
	size_t len = left->len < right->len ? left->len : right->len;
	int order = memcmp(left->text, right->text, len);

	return order != 0 ? order : (left->len > right->len) - (left->len < right->len);
}

static int put_member(struct bytes *out, const char *key, const struct lookup_text *text)
{
	if (bytes_append_text(out, key) != 0)
		return -1;
	if (!text->text)
		return bytes_append_text(out, "null");
	return json_write_string(out, text->text, text->len);
}

static int put_prefixes(struct bytes *out, const struct lookup_subnet *subnet)
{
	char text[PREFIX_TEXT_SIZE];

	if (bytes_append_text(out, ",\"cidr_blocks\":[") != 0)
		return -1;
	for (size_t i = 0; i < subnet->prefix_count; i++) {
		size_t len = prefix_text(text, &subnet->prefixes[i]);

		if (i > 0 && bytes_append_char(out, ',') != 0)
			return -1;
		if (json_write_string(out, text, len) != 0)
			return -1;
	}
	return bytes_append_char(out, ']');
}

static int put_entry(struct bytes *out, const struct lookup_entry *entry)
{
	if (put_member(out, "{\"subnet_ocid\":", &entry->ocid) != 0 ||
		put_member(out, ",\"display_name\":", &entry->name) != 0 ||
		put_member(out, ",\"vcn_ocid\":", &entry->vcn) != 0 ||
		put_member(out, ",\"compartment_ocid\":", &entry->compartment) != 0 ||
		put_prefixes(out, &entry->subnet) != 0 ||
		bytes_append_text(out, ",\"security_lists\":") != 0 ||
		bytes_append(out, entry->subnet.lists.text, entry->subnet.lists.len) != 0)
		return -1;
	return bytes_append_text(out, "}\n");
}

/* Shows the subnet with this OCID. Returns 0, 1 if it is absent, or -1. */
static int show_subnet(
	const struct lookup *lookup, const struct lookup_text *ocid, struct output *output)
{
	char quoted[MSG_QUOTED_SIZE];
	struct lookup_entry entry;

	if (!lookup_find_entry(lookup, ocid->text, ocid->len, &entry)) {
		msg_error("the lookup file has no subnet %s",
			msg_quote(quoted, ocid->text, ocid->len));
		return 1;
	}
	if (put_entry(&output->bytes, &entry) != 0)
		return -1;
	output_pass(output);
	return 0;
}

/* The OCIDs to show, sorted; null when memory ran out. Free with free(3). */
static struct lookup_text *wanted_subnets(
	const struct lookup *lookup, char *const *names, size_t named, size_t *count)
{
	struct lookup_text *wanted;
	struct lookup_entry entry;

	*count = named > 0 ? named : lookup_subnet_count(lookup);
	wanted = calloc(*count + 1, sizeof(*wanted));
	for (size_t i = 0; wanted && i < *count; i++) {
		if (named > 0) {
			wanted[i].text = names[i];
			wanted[i].len = strlen(wanted[i].text);
			continue;
		}
		lookup_entry(lookup, i, &entry);
		wanted[i] = entry.ocid;
	}
	if (wanted)
		qsort(wanted, *count, sizeof(*wanted), compare_texts);
	return wanted;
}

/* Shows each of wanted once. */
static enum exitcode show_all(const struct lookup *lookup, const struct lookup_text *wanted,
	size_t count, struct output *output)
{
	enum exitcode exitcode = EXITCODE_OK;

	for (size_t i = 0; i < count && output->write_errno == 0; i++) {
		int result;

		if (i > 0 && compare_texts(&wanted[i - 1], &wanted[i]) == 0)
			continue;
		result = show_subnet(lookup, &wanted[i], output);
		if (result < 0) {
			msg_no_memory();
			return EXITCODE_INTERNAL;
		}
		if (result > 0)
			exitcode = EXITCODE_PARTIAL;
	}
	return exitcode;
}

static enum exitcode show_file(char *const *operands, size_t operand_count)
{
	enum exitcode exitcode, written;
	struct lookup_text *wanted;
	struct output output;
	struct lookup *lookup;
	size_t count;

	exitcode = lookupfile_open(&lookup, operands[0]);
	if (exitcode != EXITCODE_OK)
		return exitcode;
	output_begin(&output);
	wanted = wanted_subnets(lookup, operands + 1, operand_count - 1, &count);
	if (wanted) {
		exitcode = show_all(lookup, wanted, count, &output);
	} else {
		msg_no_memory();
		exitcode = EXITCODE_INTERNAL;
	}
	written = output_end(&output);
	free(wanted);
	lookupfile_close(lookup);
	return written != EXITCODE_OK ? written : exitcode;
}

struct show_options {
	bool quiet;
};

static const struct optparse_option table[] = {
	{.name = "quiet",
		.letter = 'q',
		.kind = OPTPARSE_FLAG,
		OPTPARSE_MEMBER(struct show_options, quiet)},
	{.name = "help", .letter = 'h', .kind = OPTPARSE_SHOW_HELP},
	{.name = "version", .letter = 'V', .kind = OPTPARSE_SHOW_VERSION},
};

static enum exitcode run(int argc, char **argv)
{
	struct show_options options = {0};
	struct optparse optparse = {
		.options = table,
		.count = sizeof(table) / sizeof(table[0]),
		.into = &options,
		.help_command = "vcnmeta show --help",
	};
	enum optparse_result result = optparse_read(&optparse, argc, argv);

	if (result != OPTPARSE_RUN)
		return help_answer(result, "show");
	msg_quiet(options.quiet);
	if (optparse.operand_count > 0)
		return show_file(optparse.operands, optparse.operand_count);
	msg_error("no lookup file: usage: vcnmeta show FILE [OCID...]");
	return EXITCODE_REFUSED;
}

int show_main(int argc, char **argv)
{
	return (int)run(argc, argv);
}
