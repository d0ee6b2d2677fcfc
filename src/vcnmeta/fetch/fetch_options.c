/*
 * The command line of vcnmeta fetch. Names are those of the OCI CLI; an option
 * given twice counts once more or for the last time, an empty text is refused.
 * Whether the texts are good is judged where they are used.
 */
#include "vcnmeta/fetch/fetch_options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/msg.h"
#include "base/unknown.h"
#include "vcnmeta/arguments.h"

#define LONGEST_TIMEOUT_S 86400
#define MOST_ATTEMPTS 1000
#define LONGEST_OCID 255

enum {
	OPT_CONFIG_FILE = 256,
	OPT_PROFILE,
	OPT_REGION,
	OPT_AUTH,
	OPT_ENDPOINT,
	OPT_CERT_BUNDLE,
	OPT_FEDERATION_ENDPOINT,
	OPT_CONNECTION_TIMEOUT,
	OPT_READ_TIMEOUT,
	OPT_MAX_RETRIES,
	OPT_NO_RETRY,
	OPT_PROXY,
	OPT_COMPARTMENT,
	OPT_IN_SUBTREE,
	OPT_VCN,
	OPT_SUBNET,
	OPT_SUBNETS_FROM,
	OPT_MERGE,
	OPT_PARALLEL,
};

static const struct option long_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"debug", no_argument, NULL, 'd'},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{"config-file", required_argument, NULL, OPT_CONFIG_FILE},
	{"profile", required_argument, NULL, OPT_PROFILE},
	{"region", required_argument, NULL, OPT_REGION},
	{"auth", required_argument, NULL, OPT_AUTH},
	{"endpoint", required_argument, NULL, OPT_ENDPOINT},
	{"cert-bundle", required_argument, NULL, OPT_CERT_BUNDLE},
	{"federation-endpoint", required_argument, NULL, OPT_FEDERATION_ENDPOINT},
	{"connection-timeout", required_argument, NULL, OPT_CONNECTION_TIMEOUT},
	{"read-timeout", required_argument, NULL, OPT_READ_TIMEOUT},
	{"max-retries", required_argument, NULL, OPT_MAX_RETRIES},
	{"no-retry", no_argument, NULL, OPT_NO_RETRY},
	{"proxy", required_argument, NULL, OPT_PROXY},
	{"compartment-id", required_argument, NULL, OPT_COMPARTMENT},
	{"compartment-id-in-subtree", optional_argument, NULL, OPT_IN_SUBTREE},
	{"vcn-id", required_argument, NULL, OPT_VCN},
	{"subnet-id", required_argument, NULL, OPT_SUBNET},
	{"subnets-from", required_argument, NULL, OPT_SUBNETS_FROM},
	{"merge", no_argument, NULL, OPT_MERGE},
	{"parallel", required_argument, NULL, OPT_PARALLEL},
	{0},
};

static enum fetch_options_result refuse(const char *why, const char *argument)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("%s %s, see 'vcnmeta fetch --help'", why, msg_quote_name(quoted, argument));
	return FETCH_OPTIONS_REFUSED;
}

static const char *option_name(int option)
{
	for (const struct option *at = long_options; at->name != NULL; at++)
		if (at->val == option)
			return at->name;
	return "";
}

static enum fetch_options_result refuse_value(int option, const char *why)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("bad --%s %s: %s", option_name(option), msg_quote_name(quoted, optarg), why);
	return FETCH_OPTIONS_REFUSED;
}

static enum fetch_options_result take_number(int option, long most, long *number)
{
	char why[64];
	char *end;

	errno = 0;
	*number = strtol(optarg, &end, 10);
	if (isdigit((unsigned char)optarg[0]) && *end == '\0' && errno == 0 && *number >= 1 &&
		*number <= most)
		return FETCH_OPTIONS_RUN;
	snprintf(why, sizeof(why), "it must be a number from 1 to %ld", most);
	return refuse_value(option, why);
}

static enum fetch_options_result take_count(int option, long most, unsigned *count)
{
	long number;
	enum fetch_options_result result = take_number(option, most, &number);

	if (result == FETCH_OPTIONS_RUN)
		*count = (unsigned)number;
	return result;
}

static enum fetch_options_result add_name(struct fetch_names *list)
{
	if (fetch_names_add(list, optarg) == 0)
		return FETCH_OPTIONS_RUN;
	msg_no_memory();
	return FETCH_OPTIONS_NO_MEMORY;
}

/*
 * A flag here, true or false there: the CLI wants the word, and who is used to
 * it writes it.
 */
static enum fetch_options_result take_subtree(struct fetch_options *options, int argc, char **argv)
{
	const char *word = optarg;

	if (word == NULL && optind < argc &&
		(strcasecmp(argv[optind], "true") == 0 || strcasecmp(argv[optind], "false") == 0))
		word = argv[optind++];
	if (word != NULL && strcasecmp(word, "true") != 0 && strcasecmp(word, "false") != 0)
		return refuse_value(OPT_IN_SUBTREE, "it is true or false");
	options->in_subtree = word == NULL || strcasecmp(word, "true") == 0;
	return FETCH_OPTIONS_RUN;
}

/* Where the text of an option goes that has one; null: it is no such. */
static const char **text_place(struct fetch_options *options, int option)
{
	switch (option) {
	case 'o':
		return &options->output;
	case OPT_CONFIG_FILE:
		return &options->settings.config_file;
	case OPT_PROFILE:
		return &options->settings.profile;
	case OPT_AUTH:
		return &options->settings.auth;
	case OPT_ENDPOINT:
		return &options->settings.endpoint;
	case OPT_CERT_BUNDLE:
		return &options->settings.cert_bundle;
	case OPT_FEDERATION_ENDPOINT:
		return &options->settings.federation_endpoint;
	case OPT_PROXY:
		return &options->settings.proxy;
	case OPT_VCN:
		return &options->vcn;
	case OPT_SUBNETS_FROM:
		return &options->subnets_from;
	default:
		return NULL;
	}
}

/* An OCID becomes part of a request, and only so much is one. */
static bool is_ocid(const char *text)
{
	size_t len = strlen(text);

	return len > 5 && len <= LONGEST_OCID && memcmp(text, "ocid", 4) == 0 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:_-") == len;
}

static enum fetch_options_result take_value(struct fetch_options *options, int option)
{
	const char **place = text_place(options, option);

	if (optarg[0] == '\0')
		return refuse_value(option, "it is empty");
	if ((option == OPT_COMPARTMENT || option == OPT_VCN) && !is_ocid(optarg))
		return refuse_value(option, "not an OCID");
	if (place != NULL) {
		*place = optarg;
		return FETCH_OPTIONS_RUN;
	}
	switch (option) {
	case OPT_REGION:
		return add_name(&options->regions);
	case OPT_COMPARTMENT:
		return add_name(&options->compartments);
	case OPT_SUBNET:
		return add_name(&options->subnets);
	case OPT_CONNECTION_TIMEOUT:
		return take_number(
			option, LONGEST_TIMEOUT_S, &options->settings.connection_timeout_s);
	case OPT_READ_TIMEOUT:
		return take_number(option, LONGEST_TIMEOUT_S, &options->settings.read_timeout_s);
	case OPT_MAX_RETRIES:
		return take_count(option, MOST_ATTEMPTS, &options->settings.attempts);
	default:
		return take_count(option, LIMIT_PARALLEL, &options->settings.parallel);
	}
}

static enum fetch_options_result take_option(
	struct fetch_options *options, int option, int argc, char **argv)
{
	char letter[3];

	switch (option) {
	case 'd':
		options->settings.debug = true;
		return FETCH_OPTIONS_RUN;
	case 'q':
		options->quiet = true;
		return FETCH_OPTIONS_RUN;
	case 'h':
		return FETCH_OPTIONS_HELP;
	case 'V':
		return FETCH_OPTIONS_VERSION;
	case OPT_NO_RETRY:
		options->settings.no_retry = true;
		return FETCH_OPTIONS_RUN;
	case OPT_MERGE:
		options->merge = true;
		return FETCH_OPTIONS_RUN;
	case OPT_IN_SUBTREE:
		return take_subtree(options, argc, argv);
	case ':':
		return refuse("no argument behind option", arguments_refused(argv, letter));
	case '?':
		unknown_option(
			arguments_refused(argv, letter), long_options, "vcnmeta fetch --help");
		return FETCH_OPTIONS_REFUSED;
	default:
		return take_value(options, option);
	}
}

static enum fetch_options_result fail(const char *text)
{
	msg_error("%s, see 'vcnmeta fetch --help'", text);
	return FETCH_OPTIONS_REFUSED;
}

/* What only all options together tell. */
static enum fetch_options_result check(const struct fetch_options *options, int argc, char **argv)
{
	bool by_ocid = options->subnets.count > 0 || options->subnets_from != NULL;

	if (optind < argc)
		return refuse("no operand is taken:", argv[optind]);
	if (options->output == NULL)
		return fail("no --output FILE");
	if (options->settings.no_retry && options->settings.attempts != 0)
		return fail("--no-retry and --max-retries exclude each other");
	if (by_ocid &&
		(options->compartments.count > 0 || options->vcn != NULL || options->in_subtree))
		return fail("--subnet-id and --subnets-from exclude "
			    "--compartment-id, "
			    "--compartment-id-in-subtree and --vcn-id");
	if (options->in_subtree && options->compartments.count == 0)
		return fail("--compartment-id-in-subtree needs "
			    "--compartment-id");
	return FETCH_OPTIONS_RUN;
}

enum fetch_options_result fetch_options_parse(struct fetch_options *options, int argc, char **argv)
{
	enum fetch_options_result result = FETCH_OPTIONS_RUN;
	int option;

	*options = (struct fetch_options){0};
	opterr = 0;
	optind = 0;
	while (result == FETCH_OPTIONS_RUN) {
		option = getopt_long(argc, argv, ":o:dqhV", long_options, NULL);
		if (option == -1)
			break;
		result = take_option(options, option, argc, argv);
	}
	if (result != FETCH_OPTIONS_RUN)
		return result;
	if (options->regions.count > 0)
		options->settings.region = options->regions.names[0];
	return check(options, argc, argv);
}

void fetch_options_free(struct fetch_options *options)
{
	fetch_names_free(&options->regions);
	fetch_names_free(&options->compartments);
	fetch_names_free(&options->subnets);
}
