/*
 * What people type: TIMEs, addresses and CIDR blocks against the C library's
 * reading of them, and whole command lines of vcnflow.
 *
 * An input's first byte says what the rest is. A command line's words are
 * separated by line feeds.
 */
#include <arpa/inet.h>
#include <unistd.h>

#include "base/limits.h"
#include "lookup/address.h"
#include "vcnflow/instant.h"
#include "vcnflow/options.h"
#include "vcnflow/record.h"

#include "caught.h"
#include "fuzz.h"
#include "times.h"

#define MOST_WORDS 12

/* ---- times
 * -------------------------------------------------------------------- */

static void check_time(int result, const struct instant *time, bool expected,
	const struct instant *wanted)
{
	PROMISE(expected == (result == 0));
	if (!expected)
		return;
	PROMISE(time->nanoseconds < 1000000000);
	PROMISE(instant_compare(time, wanted) == 0);
}

static void try_times(const char *text, size_t len)
{
	static const struct instant nows[] = {{1785542400, 5},
		{-86401, 999999999}, {253402300799, 0}, {0, 0}};
	struct instant time, wanted;

	check_time(instant_of_record(&time, text, len), &time,
		times_record(&wanted, text, len), &wanted);
	check_time(instant_of_epoch(&time, text, len), &time,
		times_epoch(&wanted, text, len), &wanted);
	for (size_t i = 0; i < sizeof nows / sizeof *nows; i++)
		check_time(instant_of_option(&time, text, len, &nows[i]), &time,
			times_option(&wanted, text, len, &nows[i]), &wanted);
}

/* ---- addresses
 * ------------------------------------------------------------------ */

/* The C library's reading; its bytes as an address has them. */
static bool own_address(struct address *address, const char *text, size_t len)
{
	unsigned char bytes[16] = {0};
	char copy[64];

	*address = (struct address){0};
	if (len >= sizeof copy)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (strlen(copy) != len)
		return false;
	if (inet_pton(AF_INET, copy, bytes) == 1)
		address->family = ADDRESS_IPV4;
	else if (inet_pton(AF_INET6, copy, bytes) == 1)
		address->family = ADDRESS_IPV6;
	else
		return false;
	for (unsigned i = 0; i < 8; i++) {
		address->high = address->high << 8 | bytes[i];
		address->low = address->low << 8 | bytes[8 + i];
	}
	return true;
}

static void check_prefix(
	const struct prefix *prefix, const char *text, size_t len)
{
	const char *slash = memchr(text, '/', len);
	char again[PREFIX_TEXT_SIZE];
	struct address address;
	struct prefix twin;
	char length[4];
	size_t again_len = prefix_text(again, prefix);

	PROMISE(prefix_is_canonical(prefix));
	PROMISE(slash != NULL);
	PROMISE(own_address(&address, text, (size_t)(slash - text)));
	PROMISE(prefix->family == address.family);
	(void)snprintf(length, sizeof length, "%u", prefix->length & 255u);
	fuzz_equal("lengths", length, strlen(length), slash + 1,
		(size_t)(text + len - slash - 1));
	PROMISE(prefix_holds(prefix, &address));
	PROMISE(again_len < PREFIX_TEXT_SIZE && again[again_len] == '\0');
	PROMISE(prefix_parse(&twin, again, again_len) == 0);
	PROMISE(prefix_compare(prefix, &twin) == 0);
}

static void try_addresses(const char *text, size_t len)
{
	struct address address, wanted;
	struct prefix prefix;

	PROMISE((address_parse(&address, text, len) == 0) ==
		own_address(&wanted, text, len));
	PROMISE(address.family == wanted.family);
	if (address.family != ADDRESS_NONE)
		PROMISE(address.high == wanted.high &&
			address.low == wanted.low);
	if (prefix_parse(&prefix, text, len) == 0)
		check_prefix(&prefix, text, len);
}

/* ---- command lines
 * ---------------------------------------------------------------- */

/* Cuts a text into words in place, each a string; returns their number. */
static int cut_words(char *text, size_t len, char *words[MOST_WORDS + 2])
{
	static char name[] = "vcnflow";
	int count = 1;

	words[0] = name;
	for (size_t at = 0; at < len && count <= MOST_WORDS;) {
		char *feed = memchr(text + at, '\n', len - at);
		size_t end = feed == NULL ? len : (size_t)(feed - text);

		text[end] = '\0';
		words[count++] = text + at;
		at = end + 1;
	}
	words[count] = NULL;
	return count;
}

static void check_options(struct options *options)
{
	struct record_plan plan;

	PROMISE(options->threads >= 1 && options->threads <= LIMIT_THREADS);
	PROMISE(options->max_record >= LIMIT_RECORD_MIN &&
		options->max_record <= LIMIT_RECORD_MAX);
	PROMISE(options->keep_count <= LIMIT_KEEP_MEMBERS);
	PROMISE((options->directions & ~7u) == 0);
	if (options->has_since && options->has_until)
		PROMISE(instant_compare(&options->since, &options->until) <= 0);
	PROMISE(internal_finish(&options->internal, NULL, 0) == 0);
	PROMISE(record_plan_init(&plan, options) == 0);
	PROMISE(plan.keep_count == options->keep_count);
	record_plan_free(&plan);
}

static void try_options(const char *text, size_t len)
{
	char *copy = malloc(len + 1);
	char *words[MOST_WORDS + 2];
	struct options options;
	enum options_result result;

	PROMISE(copy != NULL);
	memcpy(copy, text, len);
	caught_clear();
	result = options_parse(&options, cut_words(copy, len, words), words);
	switch (result) {
	case OPTIONS_RUN:
		check_options(&options);
		break;
	case OPTIONS_DONE:
		PROMISE(caught_output.len != 0 && caught_messages == 0);
		break;
	default:
		PROMISE(result == OPTIONS_REFUSED);
		PROMISE(caught_messages == 1 && caught_output.len == 0);
	}
	options_free(&options);
	free(copy);
}

static void begin(void)
{
	PROMISE(freopen("/dev/null", "r", stdin) != NULL);
	(void)unsetenv("VCNFLOW_METADATA");
	caught_begin("vcnflow");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static bool begun;
	const char *text = (const char *)data + 1;

	if (len == 0)
		return 0;
	if (!begun)
		begin();
	begun = true;
	if (data[0] % 3 == 0)
		try_times(text, len - 1);
	else if (data[0] % 3 == 1)
		try_addresses(text, len - 1);
	else
		try_options(text, len - 1);
	return 0;
}
