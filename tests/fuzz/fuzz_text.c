/*
 * What people write: TIMEs, addresses and CIDR blocks against the C library's
 * reading of them, files of networks against a search through all of them, and
 * whole command lines of vcnflow.
 *
 * An input's first byte says what the rest is. A command line's words are
 * separated by line feeds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/address.h"
#include "base/limits.h"
#include "flowlog/instant.h"
#include "flowlog/record.h"
#include "vcnflow/options.h"

#include "caught.h"
#include "fuzz.h"
#include "times.h"

#define MOST_WORDS 12

/* ---- times ------------------------------------------------------------- */

static void check_time(
	int result, const struct instant *time, bool expected, const struct instant *wanted)
{
	PROMISE(expected == (result == 0));
	if (!expected)
		return;
	PROMISE(time->nanoseconds < 1000000000);
	PROMISE(instant_compare(time, wanted) == 0);
}

static void try_times(const char *text, size_t len)
{
	static const struct instant nows[] = {
		{1785542400, 5}, {-86401, 999999999}, {253402300799, 0}, {0, 0}};
	struct instant time, wanted;

	check_time(instant_of_record(&time, text, len), &time, times_record(&wanted, text, len),
		&wanted);
	check_time(instant_of_epoch(&time, text, len), &time, times_epoch(&wanted, text, len),
		&wanted);
	for (size_t i = 0; i < sizeof nows / sizeof *nows; i++)
		check_time(instant_of_option(&time, text, len, &nows[i]), &time,
			times_option(&wanted, text, len, &nows[i]), &wanted);
}

/* ---- addresses --------------------------------------------------------- */

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

static void check_prefix(const struct prefix *prefix, const char *text, size_t len)
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
	fuzz_equal("lengths", length, strlen(length), slash + 1, (size_t)(text + len - slash - 1));
	PROMISE(prefix_holds(prefix, &address));
	PROMISE(again_len < PREFIX_TEXT_SIZE && again[again_len] == '\0');
	PROMISE(prefix_parse(&twin, again, again_len) == 0);
	PROMISE(prefix_compare(prefix, &twin) == 0);
}

static void try_addresses(const char *text, size_t len)
{
	struct address address, wanted;
	struct prefix prefix;

	PROMISE((address_parse(&address, text, len) == 0) == own_address(&wanted, text, len));
	PROMISE(address.family == wanted.family);
	if (address.family != ADDRESS_NONE)
		PROMISE(address.high == wanted.high && address.low == wanted.low);
	if (prefix_parse(&prefix, text, len) == 0)
		check_prefix(&prefix, text, len);
}

/* ---- files of networks ----------------------------------------------------
 */

#define MOST_NETWORKS 200

struct networks {
	struct prefix list[MOST_NETWORKS];
	size_t count;
	bool sound; /* all of it is such as it should be */
};

static void add_network(struct networks *networks, const char *text, size_t len)
{
	struct address address;
	struct prefix prefix;

	if (networks->count == MOST_NETWORKS)
		return;
	if (own_address(&address, text, len))
		networks->list[networks->count++] = (struct prefix){.high = address.high,
			.low = address.low,
			.family = address.family,
			.length = address.family == ADDRESS_IPV4 ? 32 : 128};
	else if (prefix_parse(&prefix, text, len) == 0 && prefix.length != 0)
		networks->list[networks->count++] = prefix;
	else
		networks->sound = false;
}

/* A line without its comment and the blanks around it. */
static void read_network(struct networks *networks, const char *text, size_t len)
{
	static const char *const names[][4] = {
		{"rfc1918", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"},
		{"ula", "fc00::/7"},
		{"cgnat", "100.64.0.0/10"},
		{"vcn"},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strlen(names[i][0]) != len || memcmp(names[i][0], text, len) != 0)
			continue;
		for (size_t j = 1; j < 4 && names[i][j] != NULL; j++)
			add_network(networks, names[i][j], strlen(names[i][j]));
		return;
	}
	add_network(networks, text, len);
}

static void read_networks(struct networks *networks, const char *text, size_t len)
{
	networks->count = 0;
	networks->sound = true;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	while (len != 0 && networks->sound) {
		const char *feed = memchr(text, '\n', len);
		size_t line = feed == NULL ? len : (size_t)(feed - text);
		const char *comment = memchr(text, '#', line);
		size_t end = comment == NULL ? line : (size_t)(comment - text);
		size_t at = 0;

		while (at < end && memchr(" \t\r", text[at], 3) != NULL)
			at++;
		while (end > at && memchr(" \t\r", text[end - 1], 3) != NULL)
			end--;
		if (end > at)
			read_network(networks, text + at, end - at);
		line += feed != NULL;
		text += line;
		len -= line;
	}
}

static void check_holds(
	const struct prefixset *internal, const struct networks *networks, struct address address)
{
	bool held = false;

	if (address.family == ADDRESS_IPV4) {
		address.high &= ~(uint64_t)UINT32_MAX;
		address.low = 0;
	}
	for (size_t i = 0; i < networks->count; i++)
		held = held || prefix_holds(&networks->list[i], &address);
	PROMISE(prefixset_holds(internal, &address) == held);
}

/* At the borders of a network, inside and outside. */
static void check_borders(const struct prefixset *internal, const struct networks *networks,
	const struct prefix *prefix)
{
	unsigned length = prefix->length;
	uint64_t high = length >= 64 ? 0 : UINT64_MAX >> length;
	uint64_t low = length == 128 ? 0 : UINT64_MAX;
	struct address first = {prefix->high, prefix->low, prefix->family};
	struct address last;
	uint64_t step = (uint64_t)1 << 32;

	if (length > 64 && length < 128)
		low >>= length - 64;
	last = (struct address){prefix->high | high, prefix->low | low, prefix->family};
	check_holds(internal, networks, first);
	check_holds(internal, networks, last);
	if (first.family == ADDRESS_IPV4) {
		first.high -= step;
		last.high += step;
	} else {
		first.high -= first.low-- == 0;
		last.high += ++last.low == 0;
	}
	check_holds(internal, networks, first);
	check_holds(internal, networks, last);
}

static void try_networks(const char *text, size_t len)
{
	static struct networks networks;
	static int fd = -1;
	struct prefixset internal;
	char list[40];
	int result;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	PROMISE(fd >= 0 && ftruncate(fd, 0) == 0);
	PROMISE(pwrite(fd, text, len, 0) == (ssize_t)len);
	(void)snprintf(list, sizeof list, "=@/proc/self/fd/%d", fd);
	prefixset_init(&internal);
	caught_clear();
	result = prefixset_add_list(&internal, "internal", list);
	PROMISE(caught_messages == (result != 0));
	read_networks(&networks, text, len);
	if (networks.count < MOST_NETWORKS)
		PROMISE(networks.sound == (result == 0));
	if (result == 0 && networks.count < MOST_NETWORKS) {
		PROMISE(prefixset_finish(&internal, NULL, 0) == 0);
		for (size_t i = 0; i < networks.count; i++)
			check_borders(&internal, &networks, &networks.list[i]);
	}
	prefixset_free(&internal);
}

/* ---- command lines ----------------------------------------------------- */

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
	PROMISE(options->flowlog.max_record >= LIMIT_RECORD_MIN &&
		options->flowlog.max_record <= LIMIT_RECORD_MAX);
	PROMISE(options->keep_count <= LIMIT_KEEP_MEMBERS);
	PROMISE((options->directions & ~7u) == 0);
	if (options->has_since && options->has_until)
		PROMISE(instant_compare(&options->since, &options->until) <= 0);
	PROMISE(prefixset_finish(&options->internal, NULL, 0) == 0);
	/* a path may have more steps than a record has depth: main refuses it */
	if (record_plan_init(&plan, options->keep, options->keep_count, false) < 0) {
		PROMISE(errno == E2BIG);
		return;
	}
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
	static void (*const tries[])(const char *text, size_t len) = {
		try_times, try_addresses, try_options, try_networks};
	static bool begun;
	const char *text = (const char *)data + 1;

	if (len == 0)
		return 0;
	if (!begun)
		begin();
	begun = true;
	tries[data[0] % 4](text, len - 1);
	return 0;
}
