/* The arguments of options: what is refused, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/msg.h"
#include "command.h"

static void test_protocol_names(void **state)
{
	static const struct {
		const char *name;
		unsigned number;
	} list[] = {{"icmp", 1}, {"tcp", 6}, {"udp", 17}, {"gre", 47}, {"esp", 50}, {"ah", 51},
		{"icmpv6", 58}, {"sctp", 132}, {"ipv4", 4}, {"ipv6", 41}, {"SCTP", 132},
		{"IPv6", 41}, {"007", 7}};
	unsigned number;

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		ACCEPT("-p", list[i].name);
		number = list[i].number;
		for (unsigned j = 0; j < 4; j++)
			assert_int_equal(options.protocols[j],
				number / 64 == j ? (uint64_t)1 << number % 64 : 0);
	}
}

/* Relative times count from --now, wherever it stands. */
static void test_now(void **state)
{
	(void)state;
	ACCEPT("--since", "1d12h", "--until", "now", "--now", "2026-03-01T12:00:00Z");
	assert_int_equal(options.since.seconds, 1772236800);
	assert_int_equal(options.until.seconds, 1772366400);
	ACCEPT("--now", "@86400", "--since", "yesterday", "--until", "today");
	assert_int_equal(options.since.seconds, 0);
	assert_int_equal(options.until.seconds, 86400);
	ACCEPT("--since", "@5", "--until", "@5");
	REFUSE("bad --since '@5.5': it is after --until '@5.25'", "-s@5.5", "-u@5.25");
	REFUSE("bad --since 'now': it is after --until 'yesterday'", "-snow", "-uyesterday");
}

static void test_bad_times(void **state)
{
	(void)state;
#define WANT                                                                                       \
	": want a TIME such as 2026-01-31, 2026-01-31T12:00:00Z, @epoch, "                         \
	"today, 30d or '2 days ago'"
	REFUSE("bad --since '30'" WANT, "-s30");
	REFUSE("bad --until 'tomorrow'" WANT, "-utomorrow");
	REFUSE("bad --now '2026-02-30'" WANT, "--now=2026-02-30");
	REFUSE("bad --since ''"
	       ": it is empty",
		"-s", "");
	REFUSE("bad --since '-1d'" WANT, "-s-1d");
	REFUSE("bad --since '\\x80\\n'" WANT, "-s\x80\n");
#undef WANT
}

static void test_bad_arguments(void **state)
{
	(void)state;
	REFUSE("bad --action 'Accepted': want accept, reject or all", "-aAccepted");
	ACCEPT("-aACCEPT", "x");
	ACCEPT("-aReject", "--keep=action", "x");
	REFUSE("bad --keep 'action': under --action all the output record has this key already",
		"--keep=action", "-aALL", "x");
	REFUSE("bad --framing 'xml': want ndjson or json", "--framing=xml");
	REFUSE("bad --format 'json': want ndjson, array, csv or tsv", "--format=json");
	REFUSE("bad --traffic 'all': want internal or external", "-tall");
	REFUSE("bad --security-lists 'id': want full, ids or none", "-lid");
	REFUSE("bad --time-field 'x': want ingested, event, start or end", "--time-field=x");
	REFUSE("bad --direction 'up': want ingress, egress or none", "-dup");
	REFUSE("bad --direction '': want ingress, egress or none", "-dnone,");
	REFUSE("bad --name 'a/b': no name of a file holds a '/'", "--name=a/b");
	REFUSE("bad --output '': it is empty", "-o", "");
	REFUSE("bad --stats '': it is empty", "--stats=");
	REFUSE("bad --rejects '-': want the name of a file", "--rejects=-");
	REFUSE("bad --stats '-': want the name of a file", "--stats=-");
	REFUSE("bad --threads '257': want 0 to 256", "-j257");
	REFUSE("bad --threads '-1': not a number", "-j-1");
	REFUSE("bad --threads '18446744073709551617': want 0 to 256", "-j18446744073709551617");
	REFUSE("bad --max-record '63': want 64 to 1073741824", "--max-record=63");
	REFUSE("bad --max-record '2G': want 64 to 1073741824", "--max-record=2G");
	REFUSE("bad --max-record '17179869184G': want 64 to 1073741824",
		"--max-record=17179869184G");
	REFUSE("bad --max-record 'M': not a number of bytes", "--max-record=M");
	REFUSE("bad --max-record '1T': not a number of bytes", "--max-record=1T");
}

static void test_bad_protocols(void **state)
{
	static const char *const texts[] = {"256", "-1", "5x", "tcpx", "0x6", "6.0", "", " tcp"};
	char list[32], message[200];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(list, sizeof(list), "tcp,%s,udp", texts[i]);
		snprintf(message, sizeof(message),
			"vcnflow: bad --protocol '%s': want 0 to 255 or icmp, "
			"tcp, udp, gre, esp, ah, icmpv6, sctp, ipv4 or ipv6\n",
			texts[i]);
		assert_int_equal(parse_list(STDERR_FILENO, WORDS("-p", list)), OPTIONS_REFUSED);
		assert_string_equal(capture.text, message);
	}
}

static void test_bad_keep(void **state)
{
	static const char *const keys[] = {"destinationAddress", "destinationPort", "protocol",
		"protocolName", "sourceAddress", "internal_or_external_source",
		"internal_or_external_destination", "traffic_direction", "traffic_type",
		"security_lists", "security_list_ids", "oracle"};
	char list[64];

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		snprintf(list, sizeof(list), "time,%s", keys[i]);
		assert_int_equal(parse_list(STDERR_FILENO, WORDS("-k", list)), OPTIONS_REFUSED);
		assert_non_null(
			strstr(capture.text, "': the output record has this key already\n"));
	}
	REFUSE("bad --keep 'id': named twice", "-kid,time,id");
	REFUSE("bad --keep '': a member's name is missing", "-kid,");
	REFUSE("bad --keep '\\xff': not UTF-8", "-kid,\xff");
	REFUSE("bad --keep '\\xed\\xa0\\x80': not UTF-8", "-k\xed\xa0\x80");
	REFUSE("bad --keep '\\xc3': not UTF-8", "-k\xc3");
	REFUSE("bad --keep '\\xf4\\x90\\x80\\x80': not UTF-8", "-k\xf4\x90\x80\x80");
	REFUSE("bad --keep '\\xe0\\x80\\x80': not UTF-8", "-k\xe0\x80\x80");
	REFUSE("bad --keep '\\xf0\\x80\\x80\\x80': not UTF-8", "-k\xf0\x80\x80\x80");
	REFUSE("bad --keep '\\xe2\\x82x': not UTF-8", "-k\xe2\x82x");
	ACCEPT("-k\xf0\x9f\x98\x80,\xe2\x82\xac");
}

static void test_keep_limit(void **state)
{
	char list[LIMIT_KEEP_MEMBERS * 5 + 8] = "";
	size_t len = 0;

	(void)state;
	for (int i = 0; i < LIMIT_KEEP_MEMBERS; i++)
		len += (size_t)sprintf(list + len, "m%d,", i);
	list[len - 1] = '\0';
	ACCEPT("-k", list);
	assert_int_equal(options.keep_count, LIMIT_KEEP_MEMBERS);
	list[len - 1] = ',';
	strcpy(list + len, "x");
	REFUSE("bad --keep 'x': more members than can be kept", "-k", list);
}

static void test_long_lists(void **state)
{
	static const char *const names[] = {"--protocol", "--direction", "--keep", "--internal"};
	size_t len = (size_t)1 << 20;
	char *list = malloc(len + 1);

	(void)state;
	assert_non_null(list);
	for (size_t i = 0; i < len; i++)
		list[i] = i % 2 ? ',' : '6';
	list[len - 1] = '6';
	list[len] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(parse_list(STDERR_FILENO, WORDS(names[i], list)), OPTIONS_REFUSED);
		assert_memory_equal(capture.text, "vcnflow: bad --", 15);
		assert_non_null(strstr(capture.text, "too long"));
		assert_true(strlen(capture.text) < LIMIT_MESSAGE);
	}
	free(list);
}

static void test_exclusions(void **state)
{
	(void)state;
	REFUSE("--strict and --ignore-bad exclude each other", "--strict", "--ignore-bad");
	REFUSE("--null is of no use without --files-from", "-0");
	REFUSE("cannot read standard input twice", "-", "x", "-");
	REFUSE("cannot read standard input twice", "--files-from=-", "-");
	REFUSE("cannot read --files-from 'absent': No such file or directory",
		"--files-from=absent");
	REFUSE("cannot read --files-from '.': Is a directory", "--files-from=.");
	ACCEPT("--files-from=-", "x");
}

static void test_same_files(void **state)
{
	(void)state;
	tree_file("x.log");
	tree_file("net.lut");
	mkdir("d", 0777);
	assert_int_equal(link("x.log", "d/y.log"), 0);
	tree_file_of("list", "10.0.0.0/8", 10);
	assert_int_equal(symlink("d", "e"), 0);
	assert_int_equal(symlink("list", "link"), 0);
	/* links that lead nowhere yet, but to the same place */
	assert_int_equal(symlink("e/later", "l1"), 0);
	assert_int_equal(symlink("../d/later", "d/l3"), 0);
	assert_int_equal(symlink("d/l3", "l2"), 0);
	REFUSE("bad --rejects 'd/new': the output goes there already", "-oe/new", "--rejects",
		"d/new");
	REFUSE("bad --stats './new': the output goes there already", "-onew", "--stats=./new");
	REFUSE("bad --stats 'new': the rejects go there already", "--rejects=new", "--stats=new");
	REFUSE("bad --rejects 'd/y.log': it is an input too", "a", "x.log", "--rejects=d/y.log");
	REFUSE("bad --stats 'x.log': it is an input too", "x.log", "--stats=x.log");
	REFUSE("bad --stats 'x.log': it is an input too", "--files-from=x.log", "--stats=x.log");
	REFUSE("bad --output 'net.lut': it is the lookup file", "-mnet.lut", "-onet.lut");
	REFUSE("bad --rejects './net.lut': it is the lookup file", "-mnet.lut",
		"--rejects=./net.lut");
	REFUSE("bad --output 'x.log': it is an input too", "-ox.log", "x.log");
	REFUSE("bad --output 'd/y.log': it is an input too", "-od/y.log", "--files-from=x.log");
	REFUSE("cannot read 'net.lut': it is the lookup file", "-mnet.lut", "net.lut");
	REFUSE("bad --rejects 'l2': the output goes there already", "-ol1", "--rejects=l2");
	REFUSE("bad --rejects 'list': it is a file of --internal", "--internal=@list",
		"--rejects=list");
	REFUSE("bad --stats 'link': it is a file of --internal", "--internal=@list",
		"--stats=link");
	REFUSE("bad --output 'list': it is a file of --internal", "--internal=@list", "-olist");
	REFUSE("cannot read 'link': it is a file of --internal", "--internal=@list", "link");
	ACCEPT("-onew", "--rejects=new2", "--stats=d/new");
	ACCEPT("-o/dev/null", "--rejects=/dev/null", "--stats=/dev/null");
	ACCEPT("-onowhere/new", "--rejects=nowhere/new");
}

/* What the shell opened for standard output counts as the output. */
static void test_stdout_file(void **state)
{
	enum options_result result;
	int saved = dup(STDOUT_FILENO), fd;

	(void)state;
	tree_file("x.log");
	fd = open("x.log", O_WRONLY | O_APPEND);
	fflush(NULL);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	result = parse_list(STDERR_FILENO, WORDS("a", "x.log"));
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(fd);
	close(saved);
	assert_int_equal(result, OPTIONS_REFUSED);
	assert_string_equal(capture.text,
		"vcnflow: cannot write to standard output: it is an input "
		"too\n");
}

/* Reads words while standard input is closed. */
static enum options_result parse_closed(int count, char **words)
{
	enum options_result result;

	forget();
	capture_begin(STDERR_FILENO);
	close(STDIN_FILENO);
	result = options_parse(&options, count, words);
	assert_int_equal(open("/dev/null", O_RDONLY), STDIN_FILENO);
	capture_end();
	return result;
}

static void test_closed_stdin(void **state)
{
	static char program[] = "vcnflow", dash[] = "-", file[] = "x";
	static const char message[] = "vcnflow: cannot read standard input: Bad file descriptor\n";

	(void)state;
	assert_int_equal(parse_closed(1, (char *[]){program, NULL}), OPTIONS_REFUSED);
	assert_string_equal(capture.text, message);
	assert_int_equal(parse_closed(3, (char *[]){program, file, dash, NULL}), OPTIONS_REFUSED);
	assert_string_equal(capture.text, message);
	assert_int_equal(parse_closed(2, (char *[]){program, file, NULL}), OPTIONS_RUN);
	assert_string_equal(capture.text, "");
}

static void test_terminal(void **state)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), slave, saved;
	enum options_result plain, gzip, file;

	(void)state;
	if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0)
		skip();
	slave = open(ptsname(terminal), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	assert_int_equal(dup2(slave, STDIN_FILENO), STDIN_FILENO);
	REFUSE("nothing to read: usage: vcnflow [-m LOOKUP-FILE] [options] "
	       "[FILE | DIRECTORY | -]..., see 'vcnflow --help'",
		"-z");
	ACCEPT("-");
	ACCEPT("x");
	assert_false(options.line_buffered);

	fflush(NULL);
	saved = dup(STDOUT_FILENO);
	dup2(slave, STDOUT_FILENO);
	gzip = parse_list(STDERR_FILENO, WORDS("-z", "x"));
	file = parse_list(STDERR_FILENO, WORDS("-z", "x", "-oy"));
	plain = parse_list(STDERR_FILENO, WORDS("x"));
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(slave);
	close(terminal);
	assert_int_equal(gzip, OPTIONS_REFUSED);
	assert_int_equal(file, OPTIONS_RUN);
	assert_int_equal(plain, OPTIONS_RUN);
	assert_true(options.line_buffered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_protocol_names),
		TEST(test_now),
		TEST(test_bad_times),
		TEST(test_bad_arguments),
		TEST(test_bad_protocols),
		TEST(test_bad_keep),
		TEST(test_keep_limit),
		TEST(test_long_lists),
		TEST(test_exclusions),
		TEST(test_same_files),
		TEST(test_stdout_file),
		TEST(test_closed_stdin),
		TEST(test_terminal),
	};

	msg_program("vcnflow");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
