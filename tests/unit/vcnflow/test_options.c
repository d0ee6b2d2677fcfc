/* The command line: defaults, each option, the help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/msg.h"
#include "command.h"
#include "vcnflow/processors.h"

#include "vcnflow/processors.h"

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse_list(STDERR_FILENO, (const char *const[]){NULL}), OPTIONS_RUN);
	assert_int_equal(options.flowlog.operand_count, 0);
	assert_null(options.flowlog.files_from);
	assert_int_equal(options.flowlog.framing, FRAMING_AUTO);
	assert_int_equal(options.flowlog.max_record, 1 << 20);
	assert_false(options.has_since || options.has_until);
	assert_int_equal(options.time_field, TIME_INGESTED);
	assert_int_equal(options.action, ACTION_ACCEPT);
	assert_true(options.any_protocol);
	assert_int_equal(options.directions, 7);
	assert_int_equal(options.traffic, TRAFFIC_ANY);
	assert_null(options.metadata);
	assert_false(options.metadata_none);
	assert_int_equal(options.internal.prefix_count, 3);
	assert_int_equal(options.security_lists, LISTS_FULL);
	assert_int_equal(options.keep_count, 0);
	assert_int_equal(options.format, OUTPUT_NDJSON);
	assert_null(options.output);
	assert_true(options.threads >= 1 && options.threads <= LIMIT_THREADS);
	assert_int_equal(options.threads, processors_count());
	assert_int_equal(options.progress, SWITCH_AUTO);
	assert_false(options.gzip || options.line_buffered || options.stats || options.strict ||
		     options.ignore_bad || options.loudness != LOUDNESS_USUAL ||
		     options.list_subnets || options.flowlog.files_null);
}

static void test_input_options(void **state)
{
	(void)state;
	tree_file("list");
	ACCEPT("--files-from", "list", "-0", "--name", "*.x", "--framing", "json", "--max-record",
		"4M", "a", "-z", "b", "--", "-c", "-");
	assert_string_equal(options.flowlog.files_from, "list");
	assert_true(options.flowlog.files_null);
	assert_true(options.gzip);
	assert_string_equal(options.flowlog.name_glob, "*.x");
	assert_int_equal(options.flowlog.framing, FRAMING_JSON);
	assert_int_equal(options.flowlog.max_record, 4 << 20);
	assert_int_equal(options.flowlog.operand_count, 4);
	assert_string_equal(options.flowlog.operands[0], "a");
	assert_string_equal(options.flowlog.operands[2], "-c");
	assert_string_equal(options.flowlog.operands[3], "-");
	ACCEPT("--framing=ndjson", "--max-record=65");
	assert_int_equal(options.flowlog.framing, FRAMING_NDJSON);
	assert_int_equal(options.flowlog.max_record, 65);
}

static void test_selection_options(void **state)
{
	(void)state;
	ACCEPT("-s", "@100", "-u@200", "--time-field", "end", "-a", "reject", "-p",
		"6,UDP,icmpv6,255,0", "-d", "ingress,none", "-t", "external");
	assert_true(options.has_since && options.has_until);
	assert_int_equal(options.since.seconds, 100);
	assert_int_equal(options.until.seconds, 200);
	assert_int_equal(options.time_field, TIME_END);
	assert_int_equal(options.action, ACTION_REJECT);
	assert_false(options.any_protocol);
	assert_int_equal(options.protocols[0], 1 | 1 << 6 | 1 << 17 | (uint64_t)1 << 58);
	assert_int_equal(options.protocols[1], 0);
	assert_int_equal(options.protocols[2], 0);
	assert_int_equal(options.protocols[3], (uint64_t)1 << 63);
	assert_int_equal(options.directions, 1u << DIRECTION_INGRESS | 1u << DIRECTION_NONE);
	assert_int_equal(options.traffic, TRAFFIC_EXTERNAL);
	ACCEPT("-aall", "--time-field=event", "-tinternal", "-degress");
	assert_int_equal(options.action, ACTION_ALL);
	assert_int_equal(options.time_field, TIME_EVENT);
	assert_int_equal(options.traffic, TRAFFIC_INTERNAL);
	assert_int_equal(options.directions, 1u << DIRECTION_EGRESS);
	ACCEPT("--time-field", "start", "--time-field", "ingested");
	assert_int_equal(options.time_field, TIME_INGESTED);
}

static void test_enrich_options(void **state)
{
	(void)state;
	ACCEPT("-m", "net.lut", "--internal", "ula", "--internal", "vcn", "-l", "ids", "-k",
		"data,time,a b", "--keep=id,\xc3\xa4");
	assert_string_equal(options.metadata, "net.lut");
	assert_int_equal(options.internal.prefix_count, 4);
	assert_true(options.internal.vcn);
	assert_int_equal(options.security_lists, LISTS_IDS);
	assert_int_equal(options.keep_count, 2);
	assert_string_equal(options.keep[0], "id");
	assert_string_equal(options.keep[1], "\xc3\xa4");
	ACCEPT("-lnone", "-lfull", "--internal", "ula", "--internal", "=cgnat");
	assert_int_equal(options.security_lists, LISTS_FULL);
	assert_int_equal(options.internal.prefix_count, 1);
	ACCEPT("-lnone");
	assert_int_equal(options.security_lists, LISTS_NONE);
}

static void test_metadata(void **state)
{
	(void)state;
	setenv("VCNFLOW_METADATA", "env.lut", 1);
	ACCEPT("-z");
	assert_string_equal(options.metadata, "env.lut");
	ACCEPT("-m", "opt.lut");
	assert_string_equal(options.metadata, "opt.lut");
	ACCEPT("-m", "none");
	assert_null(options.metadata);
	assert_true(options.metadata_none);
	ACCEPT("-m", "none", "-m", "./none");
	assert_string_equal(options.metadata, "./none");
	assert_false(options.metadata_none);
	setenv("VCNFLOW_METADATA", "none", 1);
	ACCEPT("-z");
	assert_null(options.metadata);
	assert_true(options.metadata_none);
	setenv("VCNFLOW_METADATA", "", 1);
	ACCEPT("-z");
	assert_null(options.metadata);
	assert_false(options.metadata_none);
}

static void test_output_options(void **state)
{
	(void)state;
	ACCEPT("--format", "array", "-o", "out", "-j", "3", "--line-buffered", "--list-subnets",
		"--rejects", "bad", "--ignore-bad", "--stats=counts", "--progress", "-v");
	assert_int_equal(options.format, OUTPUT_ARRAY);
	assert_string_equal(options.output, "out");
	assert_int_equal(options.threads, 3);
	assert_true(options.line_buffered && options.list_subnets);
	assert_string_equal(options.rejects, "bad");
	assert_true(options.ignore_bad && options.stats);
	assert_int_equal(options.loudness, LOUDNESS_VERBOSE);
	assert_string_equal(options.stats_file, "counts");
	assert_int_equal(options.progress, SWITCH_ON);
	ACCEPT("--stats=x", "--stats", "--progress", "--no-progress", "-v", "-q", "--format=array",
		"--format=ndjson", "-o-", "--strict");
	assert_true(options.stats && options.strict);
	assert_int_equal(options.loudness, LOUDNESS_QUIET);
	assert_null(options.stats_file);
	assert_int_equal(options.progress, SWITCH_OFF);
	assert_int_equal(options.format, OUTPUT_NDJSON);
	ACCEPT("-j0");
	assert_int_equal(options.threads, processors_count());
	ACCEPT("-j256");
}

static void test_abbreviations(void **state)
{
	(void)state;
	ACCEPT("--me", "x", "--sec", "none", "--no-p");
	assert_string_equal(options.metadata, "x");
	REFUSE("option '--f' is short for several, see 'vcnflow --help'", "--f", "x");
	REFUSE("option '--n' is short for several, see 'vcnflow --help'", "--n=x");
}

static void test_no_such_option(void **state)
{
	(void)state;
	REFUSE("no option '--metdata', did you mean '--metadata'?", "--metdata", "x");
	REFUSE("no option '--sinec', did you mean '--since'?", "--sinec=30d");
	REFUSE("no option '--security-list-ids', see 'vcnflow --help'", "--security-list-ids");
	REFUSE("no option '--no-progres\\x80', did you mean '--no-progress'?", "--no-progres\x80");
	REFUSE("no option '--x', see 'vcnflow --help'", "--x");
	REFUSE("no option '--', see 'vcnflow --help'", "--=x");
	REFUSE("no option '-x', see 'vcnflow --help'", "-zx");
	REFUSE("no option '-\\n', see 'vcnflow --help'", "-\n");
	REFUSE("no option '-?', see 'vcnflow --help'", "-?");
	REFUSE("no option '-:', see 'vcnflow --help'", "-:");
	REFUSE("no option '--zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz', "
	       "see 'vcnflow --help'",
		"--zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz");
	REFUSE("option '--output' needs an argument", "-o");
	REFUSE("option '--output' needs an argument", "--output");
	REFUSE("option '--gzip' takes no argument", "--gzip=9");
}

static void test_help(void **state)
{
	size_t lines = 0, width = 0;

	(void)state;
	assert_int_equal(parse_list(STDOUT_FILENO, WORDS("--help")), OPTIONS_DONE);
	for (const char *at = capture.text; *at != '\0'; at++) {
		width = *at == '\n' ? 0 : width + 1;
		lines += *at == '\n';
		assert_true(width < 80);
	}
	assert_true(lines <= 60);
	assert_int_equal(parse_list(STDOUT_FILENO, WORDS("-zVq", "--bad")), OPTIONS_DONE);
	assert_string_equal(capture.text, "vcnflow 0.1.0\n");
}

/* --help names every option that there is. */
static void test_help_is_whole(void **state)
{
	static const char *const names[] = {"--files-from", "--null", "--name", "--framing",
		"--max-record", "--since", "--until", "--time-field", "--now", "--action",
		"--protocol", "--direction", "--traffic", "--metadata", "--internal",
		"--security-lists", "--keep", "--format", "--gzip", "--output", "--threads",
		"--line-buffered", "--list-subnets", "--rejects", "--ignore-bad", "--strict",
		"--source", "--destination", "--address", "--source-port", "--destination-port",
		"--port", "--subnet", "--vnic", "--rules", "--verdict", "--names", "--fields",
		"--missing", "--header", "--no-header", "--conversations", "--per", "--table",
		"--stats", "--progress", "--no-progress", "--quiet", "--verbose", "--help",
		"--version"};

	(void)state;
	assert_int_equal(parse_list(STDOUT_FILENO, WORDS("-h")), OPTIONS_DONE);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strstr(capture.text, names[i]) == NULL)
			fail_msg("--help lacks %s", names[i]);
	}
}

static void test_help_unwritten(void **state)
{
	int full = open("/dev/full", O_WRONLY), saved = dup(STDOUT_FILENO);
	enum options_result result;

	(void)state;
	if (full < 0)
		skip();
	fflush(NULL);
	dup2(full, STDOUT_FILENO);
	result = parse_list(STDERR_FILENO, WORDS("--help"));
	dup2(saved, STDOUT_FILENO);
	close(full);
	close(saved);
	assert_int_equal(result, OPTIONS_UNWRITTEN);
	assert_string_equal(capture.text,
		"vcnflow: cannot write to standard output: No space left on "
		"device\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults),
		TEST(test_input_options),
		TEST(test_selection_options),
		TEST(test_enrich_options),
		TEST(test_metadata),
		TEST(test_output_options),
		TEST(test_abbreviations),
		TEST(test_no_such_option),
		TEST(test_help),
		TEST(test_help_is_whole),
		TEST(test_help_unwritten),
	};

	msg_program("vcnflow");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
