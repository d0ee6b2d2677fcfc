/*
 * The command line of vcnmeta fetch. Names are those of the OCI CLI; whether the
 * texts are good is judged where they are used, but for OCIDs, which become part
 * of requests.
 */
#include "vcnmeta/fetch/options.h"

#include <string.h>

#include "base/limits.h"
#include "base/msg.h"
#include "base/ocid.h"

#define LONGEST_TIMEOUT_S 86400
#define MOST_ATTEMPTS 1000

static enum optparse_result add_name(struct names *list, const char *name)
{
	if (names_add(list, name) == 0)
		return OPTPARSE_RUN;
	msg_no_memory();
	return OPTPARSE_NO_MEMORY;
}

static enum optparse_result take_region(void *into, const char *name, char *argument)
{
	struct options *options = into;

	(void)name;
	return add_name(&options->regions, argument);
}

static enum optparse_result take_compartment(void *into, const char *name, char *argument)
{
	struct options *options = into;

	if (!ocid_is_one(argument, strlen(argument)))
		return optparse_refuse(name, argument, strlen(argument), "not an OCID");
	return add_name(&options->compartments, argument);
}

static enum optparse_result take_vcn(void *into, const char *name, char *argument)
{
	struct options *options = into;

	if (!ocid_is_one(argument, strlen(argument)))
		return optparse_refuse(name, argument, strlen(argument), "not an OCID");
	options->vcn = argument;
	return OPTPARSE_RUN;
}

static enum optparse_result take_subnet(void *into, const char *name, char *argument)
{
	struct options *options = into;

	if (!ocid_is_of(argument, strlen(argument), "subnet"))
		return optparse_refuse(
			name, argument, strlen(argument), "not the OCID of a subnet");
	return add_name(&options->subnets, argument);
}

#define MEMBER(member) OPTPARSE_MEMBER(struct options, member)
#define TEXT(option, member)                                                                       \
	{                                                                                          \
		.name = option, .kind = OPTPARSE_TEXT, MEMBER(member)                              \
	}
#define FLAG(option, member)                                                                       \
	{                                                                                          \
		.name = option, .kind = OPTPARSE_FLAG, MEMBER(member)                              \
	}
#define CALL(option, function)                                                                     \
	{                                                                                          \
		.name = option, .kind = OPTPARSE_CALL, .take = function                            \
	}
#define NUMBER(option, member, most)                                                               \
	{                                                                                          \
		.name = option, .kind = OPTPARSE_NUMBER, MEMBER(member), .minimum = 1,             \
		.maximum = most                                                                    \
	}

const char options_help[] =
	"usage: vcnmeta fetch -o FILE [scope] [authentication]\n"
	"Fetch subnets and security lists from the OCI API into a lookup file.\n"
	"\n"
	"  -o, --output FILE           replaced whole or not at all\n"
	"      --merge                 keep what FILE holds and this does not\n"
	"      --groups                network security groups, rules and members too\n"
	"      --addresses             the private addresses of the subnets too\n"
	"      --service-ranges FILE   Oracle's public_ip_ranges.json, for service labels\n"
	"\n"
	"Scope (default: every active compartment, in the profile's region)\n"
	"      --region REGION         repeatable: once for each region\n"
	"      --compartment-id OCID   repeatable\n"
	"      --compartment-id-in-subtree   and the compartments below\n"
	"      --vcn-id OCID           only this VCN\n"
	"      --subnet-id OCID        only this subnet; repeatable\n"
	"      --subnets-from FILE     only these, one a line; - is stdin\n"
	"\n"
	"Authentication, as the oci CLI has it\n"
	"      --auth api_key | security_token | instance_principal |\n"
	"             resource_principal | instance_obo_user | oke_workload_identity\n"
	"      --config-file FILE      default: ~/.oci/config\n"
	"      --profile NAME          default: DEFAULT\n"
	"      --federation-endpoint URL\n"
	"\n"
	"Transport\n"
	"      --endpoint URL          scheme, host and port of the API\n"
	"      --cert-bundle FILE      certificates to trust\n"
	"      --proxy URL\n"
	"      --connection-timeout S  default: 10\n"
	"      --read-timeout S        default: 60\n"
	"      --max-retries N         attempts in all, default: 8\n"
	"      --no-retry\n"
	"      --parallel N            requests at once, default: 8\n"
	"\n"
	"  -d, --debug                 show each request\n"
	"  -q, --quiet                 no warnings, no word on what was done\n"
	"  -h, --help                  this text\n"
	"  -V, --version               the version\n";

static const struct optparse_option table[] = {
	{.name = "output", .letter = 'o', .kind = OPTPARSE_TEXT, MEMBER(output)},
	{.name = "debug", .letter = 'd', .kind = OPTPARSE_FLAG, MEMBER(settings.debug)},
	{.name = "quiet", .letter = 'q', .kind = OPTPARSE_FLAG, MEMBER(quiet)},
	{.name = "help", .letter = 'h', .kind = OPTPARSE_SHOW_HELP},
	{.name = "version", .letter = 'V', .kind = OPTPARSE_SHOW_VERSION},
	FLAG("merge", merge),
	FLAG("groups", groups),
	FLAG("addresses", addresses),
	TEXT("service-ranges", service_ranges),
	CALL("region", take_region),
	CALL("compartment-id", take_compartment),
	{.name = "compartment-id-in-subtree", .kind = OPTPARSE_BOOL, MEMBER(in_subtree)},
	CALL("vcn-id", take_vcn),
	CALL("subnet-id", take_subnet),
	TEXT("subnets-from", subnets_from),
	TEXT("auth", settings.auth),
	TEXT("config-file", settings.config_file),
	TEXT("profile", settings.profile),
	TEXT("federation-endpoint", settings.federation_endpoint),
	TEXT("endpoint", settings.endpoint),
	TEXT("cert-bundle", settings.cert_bundle),
	TEXT("proxy", settings.proxy),
	NUMBER("connection-timeout", settings.connection_timeout_s, LONGEST_TIMEOUT_S),
	NUMBER("read-timeout", settings.read_timeout_s, LONGEST_TIMEOUT_S),
	NUMBER("max-retries", settings.attempts, MOST_ATTEMPTS),
	FLAG("no-retry", settings.no_retry),
	NUMBER("parallel", settings.parallel, LIMIT_PARALLEL),
};

static enum optparse_result refuse(const char *text)
{
	msg_error("%s, see 'vcnmeta fetch --help'", text);
	return OPTPARSE_REFUSED;
}

/* What only all options together tell. */
static enum optparse_result check(const struct options *options, const struct optparse *optparse)
{
	bool by_ocid = options->subnets.count > 0 || options->subnets_from != NULL;
	char quoted[MSG_QUOTED_SIZE];

	if (optparse->operand_count > 0) {
		msg_error("no operand is taken: %s, see 'vcnmeta fetch --help'",
			msg_quote_name(quoted, optparse->operands[0]));
		return OPTPARSE_REFUSED;
	}
	if (options->output == NULL)
		return refuse("no -o FILE");
	if (strcmp(options->output, "-") == 0)
		return refuse("bad --output '-': want the name of a file");
	if (options->settings.no_retry && options->settings.attempts != 0)
		return refuse("--no-retry and --max-retries exclude each other");
	if (by_ocid &&
		(options->compartments.count > 0 || options->vcn != NULL || options->in_subtree))
		return refuse("--subnet-id and --subnets-from exclude --compartment-id, "
			      "--compartment-id-in-subtree and --vcn-id");
	if (by_ocid && options->groups)
		return refuse("--groups is for scopes of compartments, not for --subnet-id and "
			      "--subnets-from");
	if (options->in_subtree && options->compartments.count == 0)
		return refuse("--compartment-id-in-subtree needs --compartment-id");
	return OPTPARSE_RUN;
}

enum optparse_result options_parse(struct options *options, int argc, char **argv)
{
	struct optparse optparse = {
		.options = table,
		.count = sizeof(table) / sizeof(table[0]),
		.into = options,
		.help_command = "vcnmeta fetch --help",
	};
	enum optparse_result result;

	*options = (struct options){0};
	result = optparse_read(&optparse, argc, argv);
	if (result != OPTPARSE_RUN)
		return result;
	if (options->regions.count > 0)
		options->settings.region = options->regions.names[0];
	return check(options, &optparse);
}

void options_free(struct options *options)
{
	names_free(&options->regions);
	names_free(&options->compartments);
	names_free(&options->subnets);
}
