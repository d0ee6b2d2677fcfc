/*
 * Conversations in, report and check out: of a small world, whatever the bytes are.
 * Each line of NDJSON is an object whose counts agree with one another; the same
 * conversations in another order and cut otherwise give the same bytes; and the rules
 * that are break and open nothing.
 *
 * An input's first three bytes choose; what follows is a text, or six bytes for each
 * conversation, from tables in which ports and addresses often meet.
 */
#include "fuzz.h"

#include <sys/mman.h>

#include "base/limits.h"
#include "base/rights.h"
#include "caught.h"
#include "metadata.h"
#include "strict.h"
#include "vcnrules/check.h"
#include "vcnrules/command.h"
#include "vcnrules/report.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* The names that the linker asks for: a target does not give up what it may do, and
 * what a program leaves to its end is done by then. */
void __wrap_rights_give_up(struct rights *rights, enum rights_calls calls);
void __wrap_cleanup_add(void (*function)(void *), void *context);

void __wrap_rights_give_up(struct rights *rights, enum rights_calls calls)
{
	(void)calls;
	if (rights->ruleset >= 0)
		close(rights->ruleset);
}

void __wrap_cleanup_add(void (*function)(void *), void *context)
{
	(void)function;
	(void)context;
}

/* ---- the world ------------------------------------------------------------------- */

#define RULE(direction, side, protocol, peer, more)                                                \
	"{\"direction\":\"" direction "\",\"protocol\":\"" protocol "\",\"" side "\":\"" peer      \
	"\"" more "}"
#define IN(protocol, peer, more) RULE("INGRESS", "source", protocol, peer, more)
#define OUT(protocol, peer, more) RULE("EGRESS", "destination", protocol, peer, more)
#define PORTS(options, low, high)                                                                  \
	",\"" options "\":{\"destinationPortRange\":{\"min\":" low ",\"max\":" high "}}"
#define STATELESS ",\"isStateless\":true"

static const char lists[] =
	"{\"id\":\"ocid1.securitylist.l\",\"displayName\":\"web\","
	"\"ingressSecurityRules\":[" IN("6", "0.0.0.0/0", PORTS("tcpOptions", "443", "443")) "," IN(
		"6", "10.0.0.0/8", PORTS("tcpOptions", "22", "2000") STATELESS) "," IN("1",
		"10.0.0.0/16", ",\"icmpOptions\":{\"type\":8}") "," IN("17", "::/0",
		"") "],\"egressSecurityRules\":[" OUT("all", "0.0.0.0/0", "") "," OUT("6",
		"10.0.0.0/8",
		",\"tcpOptions\":{\"sourcePortRange\":{\"min\":22,\"max\":2000}"
		"}" STATELESS) "]},"
			       "{\"id\":\"ocid1.securitylist.m\","
			       "\"ingressSecurityRules\":[" IN("17", "10.0.2.0/24",
				       PORTS("udpOptions", "53", "53")) "," IN("6", "10.0.1.5/32",
				       PORTS("tcpOptions", "1", "0")) "]}";

static const char after[] = "{\"id\":\"ocid1.securitylist.l\",\"ingressSecurityRules\":[" IN(
	"6", "10.0.0.0/8", PORTS("tcpOptions", "22", "22") STATELESS) "," IN("6", "0.0.0.0/0",
	PORTS("tcpOptions", "443", "500")) "],\"egressSecurityRules\":[" OUT("17", "0.0.0.0/0",
	"") "]}";

#define GROUP "ocid1.networksecuritygroup.m"

static const char rest[] =
	"{\"id\":\"ocid1.subnet.a\",\"displayName\":\"a|<b>\",\"vcnId\":\"ocid1.vcn.v\","
	"\"cidrBlock\":\"10.0.1.0/24\",\"ipv6CidrBlocks\":[\"fd00::/64\"],\"securityListIds\":["
	"\"ocid1.securitylist.l\",\"ocid1.securitylist.m\"]},"
	"{\"id\":\"ocid1.subnet.b\",\"vcnId\":\"ocid1.vcn.v\",\"cidrBlock\":\"10.0.2.0/24\","
	"\"securityListIds\":[\"ocid1.securitylist.l\"]},"
	"{\"id\":\"" GROUP "\",\"displayName\":\"m\",\"vcnId\":\"ocid1.vcn.v\"}," IN("6", GROUP,
		",\"sourceType\":\"NETWORK_SECURITY_GROUP\",\"id\":\"1\","
		"\"timeCreated\":\"2026-10-20T00:00:00Z\"") "," OUT("6",
		"all-phx-services-in-oracle-services-network",
		",\"destinationType\":\"SERVICE_CIDR_BLOCK\",\"id\":\"2\"") ","
									    "{\"vnicId\":\"ocid1."
									    "vnic.v\"},"
									    "{\"ipAddress\":\"10.0."
									    "1.5\",\"vnicId\":"
									    "\"ocid1.vnic.v\","
									    "\"subnetId\":\"ocid1."
									    "subnet.a\"}";

static struct lookup *make_world(void)
{
	struct bytes text = BYTES_INIT(SIZE_MAX / 2);
	struct lookup *lookup;

	fuzz_append_text(&text, "[");
	fuzz_append_text(&text, lists);
	fuzz_append_text(&text, ",");
	fuzz_append_text(&text, rest);
	fuzz_append(&text, "]", 2);
	lookup = metadata_lookup(text.data);
	bytes_free(&text);
	return lookup;
}

/* ---- files in memory ----------------------------------------------------------------- */

struct file {
	int fd;
	char path[32];
};

static struct file make_file(void)
{
	struct file file = {.fd = memfd_create("fuzz", MFD_CLOEXEC)};

	PROMISE(file.fd >= 0);
	snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.fd);
	return file;
}

static void set_file(const struct file *file, const struct bytes *text)
{
	PROMISE(ftruncate(file->fd, 0) == 0);
	PROMISE(pwrite(file->fd, text->data, text->len, 0) == (ssize_t)text->len);
}

/* ---- conversations --------------------------------------------------------------------- */

static const char *const whose[] = {"ocid1.subnet.a\",\"vnic\":\"ocid1.vnic.v",
	"ocid1.subnet.a\",\"vnic\":\"ocid1.vnic.w", "ocid1.subnet.b\",\"vnic\":\"ocid1.vnic.x",
	"ocid1.subnet.c\",\"vnic\":\"ocid1.vnic.y"};

static const char *const addresses[] = {"10.0.1.5", "10.0.1.6", "10.0.2.5", "10.9.1.1", "192.0.2.3",
	"203.0.113.9", "169.254.169.254", "134.70.24.1", "fd00::5", "2001:db8::1"};

static const unsigned ports[] = {
	0, 22, 53, 80, 443, 1023, 1024, 1999, 2000, 2001, 32767, 32768, 40000, 50000, 65535};

static const char *const counts[] = {
	"0", "1", "19", "20", "4611686018427387904", "9223372036854775807"};

static const char *const times[] = {"null", "\"2026-10-01T00:00:00Z\"", "\"2026-11-10T00:00:00Z\"",
	"\"0000-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\""};

static void put_port(struct bytes *text, const char *name, bool is_known, unsigned port)
{
	char value[48];

	if (is_known)
		snprintf(value, sizeof(value), ",\"%s\":%u", name, port);
	else
		snprintf(value, sizeof(value), ",\"%s\":null", name);
	fuzz_append_text(text, value);
}

static void put_sum(struct bytes *text, const char *name, unsigned records, unsigned more)
{
	char value[160];

	snprintf(value, sizeof(value), ",\"%s\":{\"records\":%s,\"packets\":%s,\"bytes\":%s}", name,
		counts[records % COUNT(counts)], counts[more % COUNT(counts)],
		counts[(records + more) % COUNT(counts)]);
	fuzz_append_text(text, value);
}

/* Six bytes as a line. */
static void put_conversation(struct bytes *text, const uint8_t *data)
{
	static const char *const began[] = {"null", "\"local\"", "\"peer\""};
	static const char *const protocols[] = {"6", "6", "17", "1", "null"};
	unsigned protocol = data[1] / 3u % COUNT(protocols);
	unsigned who = data[1] % 3u;
	bool has_ports = protocol < 3;
	unsigned low = ports[data[3] % COUNT(ports)];
	unsigned other = ports[data[4] % COUNT(ports)];
	unsigned high = data[3] / COUNT(ports) % 2 == 0 ? low : 65535;
	char value[256];

	snprintf(value, sizeof(value),
		"{\"subnet\":\"%s\",\"local\":\"%s\",\"peer\":\"%s\",\"protocol\":%s,\"began\":%s,"
		"\"action\":\"%s\"",
		whose[data[0] % COUNT(whose)], addresses[data[0] / COUNT(whose) % COUNT(addresses)],
		addresses[data[2] % COUNT(addresses)], protocols[protocol], began[who],
		data[1] >= 240 ? "REJECT" : "ACCEPT");
	fuzz_append_text(text, value);
	put_port(text, "local_port", has_ports && who != 1, who == 2 ? other : low);
	put_port(text, "peer_port", has_ports && who != 2, other);
	snprintf(value, sizeof(value), ",\"client_ports\":[%u,%u]", low, high);
	fuzz_append_text(text, has_ports && who != 0 ? value : ",\"client_ports\":null");
	put_sum(text, "in", data[5] % 4, data[2] / COUNT(addresses));
	put_sum(text, "out", data[5] / 4 % 4, data[4] / COUNT(ports));
	snprintf(value, sizeof(value), ",\"first\":%s,\"last\":%s}\n",
		times[data[5] / 16 % COUNT(times)], times[data[5] / 80 % COUNT(times)]);
	fuzz_append_text(text, value);
}

/* The lines from the last to the first, and the first one once more, empty. */
static void turn_round(struct bytes *turned, const struct bytes *text)
{
	size_t end = text->len;

	bytes_clear(turned);
	while (end > 0) {
		size_t at = end - 1;

		while (at > 0 && text->data[at - 1] != '\n')
			at--;
		fuzz_append(turned, text->data + at, end - at);
		end = at;
	}
	fuzz_append(turned, "\n", 1);
}

/* ---- what is promised of the output ------------------------------------------------------ */

static unsigned long long number(const struct strict *line, uint32_t object, const char *name)
{
	uint32_t node = strict_member(line, object, name);

	PROMISE(node != 0 && line->nodes[node].type == STRICT_NUMBER);
	return strtoull(line->text + line->nodes[node].at, NULL, 10);
}

static bool has_word(const struct strict *line, uint32_t object, const char *name, const char *word)
{
	uint32_t node = strict_member(line, object, name);

	PROMISE(node != 0 && line->nodes[node].type == STRICT_ARRAY);
	for (node = line->nodes[node].first; node != 0; node = line->nodes[node].next)
		if (strict_is(line, node, word))
			return true;
	return false;
}

static void check_rule(const struct strict *line, uint32_t object)
{
	unsigned long long used = number(line, object, "conversations");
	unsigned long long seen = used + number(line, object, "answers") +
				  number(line, object, "either") + number(line, object, "maybe");
	bool is_unused = has_word(line, object, "findings", "unused");
	bool has_no_evidence = has_word(line, object, "findings", "no_evidence");
	uint32_t evidence = strict_member(line, object, "evidence");

	PROMISE(number(line, object, "sole") <= used);
	PROMISE(number(line, object, "weak_peers") <= number(line, object, "peers"));
	PROMISE(number(line, object, "peers") <= used);
	PROMISE(number(line, object, "subnets") <= used);
	PROMISE(number(line, object, "width") >= 1 && number(line, object, "width") <= 100);
	PROMISE((seen == 0) == (is_unused || has_no_evidence));
	PROMISE(!is_unused || line->nodes[evidence].first == 0);
	PROMISE(!has_no_evidence || line->nodes[evidence].first != 0);
}

/* Each line is an object; returns the last one's number of that name. */
static unsigned long long check_lines(const struct bytes *output, const char *name, bool is_report)
{
	unsigned long long last = 0;
	size_t at = 0;

	while (at < output->len) {
		const char *feed = memchr(output->data + at, '\n', output->len - at);
		struct strict line = {0};
		uint32_t object;

		PROMISE(feed != NULL);
		strict_begin(&line, output->data + at, (size_t)(feed - output->data) - at);
		object = strict_whole(&line, LIMIT_DEPTH);
		PROMISE(object != 0 && line.nodes[object].type == STRICT_OBJECT);
		at = (size_t)(feed - output->data) + 1;
		if (at == output->len) {
			PROMISE(strict_is(&line, strict_member(&line, object, "kind"), "summary"));
			last = number(&line, object, name);
		} else if (is_report) {
			check_rule(&line, object);
		}
		strict_free(&line);
	}
	return last;
}

/* ---- the target ------------------------------------------------------------------------------ */

static struct lookup *lookup;
static struct file input;
static struct replacement same;
static struct replacement other;

/* Lists that take the place of others. */
static const char *make_replacement(struct file *file, const char *objects)
{
	struct bytes text = BYTES_INIT(SIZE_MAX / 2);

	*file = make_file();
	fuzz_append_text(&text, "[");
	fuzz_append_text(&text, objects);
	fuzz_append_text(&text, "]");
	set_file(file, &text);
	bytes_free(&text);
	return file->path;
}

static void begin(void)
{
	static struct file same_file, other_file;

	caught_begin("vcnrules");
	if (!getenv("TMPDIR") && access("/dev/shm", W_OK) == 0)
		PROMISE(setenv("TMPDIR", "/dev/shm", 1) == 0);
	lookup = make_world();
	input = make_file();
	same.path = make_replacement(&same_file, lists);
	other.path = make_replacement(&other_file, after);
}

/* Runs a command over a text; its output is caught_output. */
static enum exitcode run(
	const struct command_kind *kind, const struct options *options, const struct bytes *text)
{
	struct command command = {.kind = kind, .options = options, .lookup = lookup};

	set_file(&input, text);
	caught_clear();
	return kind->run(&command);
}

static void run_report(const struct options *options, const struct bytes *text, bool is_whole)
{
	static const struct command_kind kind = {
		"report", OPTIONS_REPORT, COMMAND_CONVERSATIONS, report_run};
	struct bytes turned = BYTES_INIT(SIZE_MAX / 2);
	struct bytes first = BYTES_INIT(SIZE_MAX / 2);
	enum exitcode exitcode = run(&kind, options, text);

	PROMISE(exitcode == EXITCODE_OK || exitcode == EXITCODE_PARTIAL);
	PROMISE(exitcode == EXITCODE_OK || caught_messages > 0);
	PROMISE(!is_whole || exitcode == EXITCODE_OK);
	if (options->format == SHEET_NDJSON)
		(void)check_lines(&caught_output, "records", true);
	if (is_whole) {
		fuzz_append(&first, caught_output.data, caught_output.len);
		turn_round(&turned, text);
		PROMISE(run(&kind, options, &turned) == EXITCODE_OK);
		fuzz_equal("reports", first.data, first.len, caught_output.data, caught_output.len);
	}
	bytes_free(&turned);
	bytes_free(&first);
}

static void run_check(struct options *options, const struct bytes *text)
{
	static const struct command_kind kind = {
		"check", OPTIONS_CHECK, COMMAND_CONVERSATIONS, check_run};
	bool is_ndjson = options->format == SHEET_NDJSON;
	enum exitcode exitcode;

	options->replacement_count = 1;
	options->replacements = &same;
	exitcode = run(&kind, options, text);
	PROMISE(exitcode == EXITCODE_OK || exitcode == EXITCODE_PARTIAL);
	if (is_ndjson) {
		PROMISE(check_lines(&caught_output, "breaks", false) == 0);
		PROMISE(check_lines(&caught_output, "opened", false) == 0);
		PROMISE(check_lines(&caught_output, "wider", false) == 0);
	}
	options->replacements = &other;
	exitcode = run(&kind, options, text);
	PROMISE(exitcode == EXITCODE_OK || exitcode == EXITCODE_PARTIAL ||
		exitcode == EXITCODE_FOUND);
	if (is_ndjson)
		PROMISE((check_lines(&caught_output, "broken", false) > 0) ==
			(exitcode == EXITCODE_FOUND));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const enum sheet_format formats[] = {
		SHEET_NDJSON, SHEET_NDJSON, SHEET_CSV, SHEET_TABLE, SHEET_MARKDOWN};
	struct bytes text = BYTES_INIT(SIZE_MAX / 2);
	struct options options = {.metadata = "/dev/null"};
	char *operand;
	bool is_whole;

	if (!lookup)
		begin();
	if (len < 3)
		return 0;
	operand = input.path;
	options.operands = &operand;
	options.operand_count = 1;
	options.format = formats[data[0] % COUNT(formats)];
	options.min_window = (int64_t)(data[1] % 8) * 10 * 86400;
	options.min_packets = data[2];
	options.since.seconds = (data[0] & 64) != 0 ? 1793491200 : INT64_MIN;
	options.until.seconds = (data[0] & 64) != 0 ? 1793491200 + data[2] * 86400 : INT64_MAX;
	is_whole = (data[1] & 128) == 0;
	if (is_whole)
		for (size_t at = 3; len - at >= 6; at += 6)
			put_conversation(&text, data + at);
	else
		fuzz_append(&text, data + 3, len - 3);
	if (text.len > 0) {
		run_report(&options, &text, is_whole);
		if ((data[1] & 112) == 0)
			run_check(&options, &text);
	}
	bytes_free(&text);
	return 0;
}
