/*
 * Lookup files: opened, then all of it used as the programs use it. A file is
 * refused with a text that says why, or everything in it is sound.
 *
 * An input's first byte says what is put right (frame.h), and whether the file
 * is read back into a model and written again; the rest are its sections.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "deflate/crc32.h"
#include "lookup/content.h"
#include "lookup/lookup.h"
#include "lookup/model.h"
#include "lookup/writer.h"
#include "vcnmeta/show.h"
#include "vcnmeta/standard.h"
#include "vcnmeta/verify.h"
#include "json/json.h"

#include "caught.h"
#include "frame.h"
#include "fuzz.h"
#include "strict.h"

#define REPAIRS 15u
#define WRITE_AGAIN 16u

static struct {
	int fd;
	char path[40];
	struct bytes file;
	struct strict strict;
} at_hand = {
	.fd = -1,
	.file = BYTES_INIT(SIZE_MAX / 2),
};

static void begin(void)
{
	at_hand.fd = memfd_create("fuzz", MFD_CLOEXEC);
	PROMISE(at_hand.fd > STDERR_FILENO);
	(void)snprintf(at_hand.path, sizeof at_hand.path, "/proc/self/fd/%d", at_hand.fd);
	PROMISE(standard_begin() == 0);
	caught_begin("vcnmeta");
}

static void write_file(void)
{
	PROMISE(ftruncate(at_hand.fd, 0) == 0);
	PROMISE(pwrite(at_hand.fd, at_hand.file.data, at_hand.file.len, 0) ==
		(ssize_t)at_hand.file.len);
}

/* ---- what is in it ----------------------------------------------------- */

static void check_array(const struct lookup_text *text)
{
	uint32_t value;

	strict_begin(&at_hand.strict, text->text, text->len);
	value = strict_whole(&at_hand.strict, LIMIT_DEPTH);
	PROMISE(value != 0);
	PROMISE(at_hand.strict.nodes[value].type == STRICT_ARRAY);
	PROMISE(at_hand.strict.nodes[value].end == text->len);
	PROMISE(memchr(text->text, '\n', text->len) == NULL);
}

static void check_text(const struct lookup_text *text)
{
	if (text->text == NULL)
		PROMISE(text->len == 0);
	else
		PROMISE(json_is_utf8(text->text, text->len));
}

static void check_prefixes(const struct prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		PROMISE(prefix_is_canonical(&prefixes[i]));
		PROMISE(i == 0 || prefix_compare(&prefixes[i - 1], &prefixes[i]) < 0);
	}
}

static void check_entry(const struct lookup *lookup, size_t index)
{
	static struct lookup_hints hints;
	struct lookup_entry entry, again;
	struct lookup_subnet found;

	lookup_entry(lookup, index, &entry);
	PROMISE(entry.ocid.len != 0);
	check_text(&entry.ocid);
	check_text(&entry.name);
	check_text(&entry.vcn);
	check_text(&entry.compartment);
	check_prefixes(entry.subnet.prefixes, entry.subnet.prefix_count);
	check_array(&entry.subnet.lists);
	check_array(&entry.subnet.ids);
	PROMISE(entry.fragment < lookup_fragment_count(lookup));
	PROMISE(lookup_find(lookup, entry.ocid.text, entry.ocid.len, &found));
	PROMISE(memcmp(&found, &entry.subnet, sizeof found) == 0);
	PROMISE(lookup_learn(lookup, &hints, entry.ocid.text, entry.ocid.len, &found));
	PROMISE(lookup_recall(lookup, &hints, entry.ocid.text, entry.ocid.len, &found));
	PROMISE(memcmp(&found, &entry.subnet, sizeof found) == 0);
	PROMISE(lookup_find_entry(lookup, entry.ocid.text, entry.ocid.len, &again));
	PROMISE(again.ocid.text == entry.ocid.text);
	PROMISE(!lookup_find(lookup, entry.ocid.text, entry.ocid.len - 1, &found) ||
		found.prefixes != entry.subnet.prefixes || lookup_subnet_count(lookup) > 1);
}

static void check_contents(const struct lookup *lookup)
{
	struct lookup_subnet none;
	struct lookup_text source = lookup_source(lookup);
	size_t count;
	const struct prefix *all = lookup_prefixes(lookup, &count);

	for (size_t i = 0; i < lookup_subnet_count(lookup); i++)
		check_entry(lookup, i);
	for (size_t i = 0; i < lookup_fragment_count(lookup); i++) {
		struct lookup_fragment fragment = lookup_fragment(lookup, i);

		check_array(&fragment.lists);
		check_array(&fragment.ids);
	}
	check_prefixes(all, count);
	check_text(&source);
	(void)lookup_fetched_at(lookup);
	(void)lookup_find(lookup, "", 0, &none);
	(void)lookup_find(lookup, "ocid1.subnet.none", 17, &none);
}

/* ---- how it is shown --------------------------------------------------- */

/* Calls function for each line of what was shown; returns their number. */
static size_t each_line(void (*function)(const char *text, size_t len))
{
	const char *text = caught_output.data;
	size_t len = caught_output.len;
	size_t count = 0;

	while (len != 0) {
		const char *feed = memchr(text, '\n', len);

		PROMISE(feed != NULL);
		function(text, (size_t)(feed - text));
		len -= (size_t)(feed - text) + 1;
		text = feed + 1;
		count++;
	}
	return count;
}

static void check_object(const char *text, size_t len)
{
	uint32_t value;

	strict_begin(&at_hand.strict, text, len);
	value = strict_whole(&at_hand.strict, LIMIT_DEPTH + 2);
	PROMISE(value != 0);
	PROMISE(at_hand.strict.nodes[value].type == STRICT_OBJECT);
}

static void check_pair(const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);

	PROMISE(colon != NULL && colon != text && text + len - colon > 1);
	for (; text < colon; text++)
		PROMISE((*text >= 'a' && *text <= 'z') || *text == '_');
	PROMISE(colon[1] == ' ');
}

static void check_shown(size_t subnets)
{
	char show[] = "show", verify[] = "verify";
	char *argv[] = {show, at_hand.path, NULL};

	caught_clear();
	PROMISE(show_main(2, argv) == 0);
	PROMISE(each_line(check_object) == subnets);
	argv[0] = verify;
	caught_clear();
	PROMISE(verify_main(2, argv) == 0);
	PROMISE(each_line(check_pair) == 11);
	PROMISE(caught_messages == 0);
}

/* ---- read back and written again --------------------------------------- */

/* A model made from a file makes a file with the same subnets. */
static void check_written(const struct lookup *lookup)
{
	struct model *model = model_new(MODEL_LATER_COUNTS);
	char path[FUZZ_PATH_SIZE];
	char detail[LOOKUP_DETAIL_SIZE];
	struct model_fault fault;
	struct lookup *again = NULL;
	int fd;

	PROMISE(model != NULL);
	if (model_add_lookup(model, lookup, &fault) != MODEL_OK) {
		model_free(model);
		return;
	}
	fuzz_path(path);
	fd = mkstemp(path);
	PROMISE(fd >= 0 && close(fd) == 0);
	PROMISE(writer_write(model, path, 1, WRITER_SOURCE_BUILD) == EXITCODE_OK);
	PROMISE(lookup_open(&again, path, detail, NULL) == LOOKUP_OK);
	PROMISE(unlink(path) == 0);
	PROMISE(lookup_subnet_count(again) == lookup_subnet_count(lookup));
	for (size_t i = 0; i < lookup_subnet_count(again); i++) {
		struct lookup_entry old, new;

		lookup_entry(again, i, &new);
		PROMISE(lookup_find_entry(lookup, new.ocid.text, new.ocid.len, &old));
		PROMISE(old.subnet.prefix_count == new.subnet.prefix_count);
		fuzz_equal("names of a subnet", old.name.text, old.name.len, new.name.text,
			new.name.len);
	}
	check_contents(again);
	lookup_close(again);
	model_free(model);
}

static void check_refused(const char detail[LOOKUP_DETAIL_SIZE])
{
	size_t len = strnlen(detail, LOOKUP_DETAIL_SIZE);

	PROMISE(len != 0 && len < LOOKUP_DETAIL_SIZE);
	for (size_t i = 0; i < len; i++)
		PROMISE(detail[i] >= ' ' && detail[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char detail[LOOKUP_DETAIL_SIZE] = "";
	struct lookup *lookup = NULL;

	if (len == 0)
		return 0;
	if (at_hand.fd < 0)
		begin();
	frame_make(&at_hand.file, data + 1, len - 1, data[0] & REPAIRS);
	write_file();
	if (lookup_open(&lookup, at_hand.path, detail, NULL) != LOOKUP_OK) {
		PROMISE(lookup == NULL);
		check_refused(detail);
		return 0;
	}
	check_contents(lookup);
	check_shown(lookup_subnet_count(lookup));
	if (data[0] & WRITE_AGAIN)
		check_written(lookup);
	lookup_close(lookup);
	return 0;
}
