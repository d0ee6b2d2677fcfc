/* Each help is one screen; the manual page is the reference. */
#include "vcnmeta/help.h"

#include <string.h>

#include "base/msg.h"
#include "base/version.h"
#include "vcnmeta/output.h"

#define COMMON                                                                                     \
	"  -q, --quiet                 no warnings, no word on what was done\n"                    \
	"  -h, --help                  this text\n"                                                \
	"  -V, --version               the version\n"

static const char program_help[] =
	"usage: vcnmeta fetch -o FILE [scope] [authentication]\n"
	"       vcnmeta build -o FILE JSON...\n"
	"       vcnmeta show FILE [OCID...]\n"
	"       vcnmeta verify FILE\n"
	"       vcnmeta help [COMMAND]\n"
	"Make and read the lookup files that vcnflow enriches flow logs with.\n"
	"\n"
	"fetch   make FILE from the OCI API\n"
	"build   make FILE from JSON: dumps of the oci CLI, of REST or an SDK\n"
	"show    write subnets as JSON, one a line, sorted by OCID\n"
	"verify  check a lookup file and write what it holds\n"
	"help    write the options of a command\n"
	"\n"
	"  -h, --help                  this text\n"
	"  -V, --version               the version\n";

static const char fetch_help[] =
	"usage: vcnmeta fetch -o FILE [scope] [authentication]\n"
	"Fetch subnets and security lists from the OCI API into a lookup file.\n"
	"\n"
	"  -o, --output FILE           replaced whole or not at all\n"
	"      --merge                 keep what FILE holds and this does not\n"
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
	"  -d, --debug                 show each request\n" COMMON;

static const char build_help[] =
	"usage: vcnmeta build -o FILE JSON...\n"
	"Make a lookup file from JSON: dumps of the oci CLI, of REST or an SDK, in any\n"
	"mix and order; - is standard input.\n"
	"\n"
	"'oci network subnet list' and 'oci network security-list list' each write what\n"
	"one compartment has, and all of it only if told so: see vcnmeta(1).\n"
	"\n"
	"  -o, --output FILE           replaced whole or not at all\n" COMMON;

static const char show_help[] =
	"usage: vcnmeta show FILE [OCID...]\n"
	"Write the subnets of a lookup file as JSON, one a line, sorted by OCID; or\n"
	"only those that are named.\n"
	"\n" COMMON;

static const char verify_help[] =
	"usage: vcnmeta verify FILE\n"
	"Check a lookup file and write what it holds, a name and a value on each line.\n"
	"\n" COMMON;

static const struct {
	const char *command;
	const char *text;
} helps[] = {
	{"fetch", fetch_help},
	{"build", build_help},
	{"show", show_help},
	{"verify", verify_help},
};

static enum exitcode write_text(const char *text)
{
	struct output output;

	output_begin(&output);
	if (bytes_append_text(&output.bytes, text) != 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	return output_end(&output);
}

enum exitcode help_write(const char *command)
{
	for (size_t i = 0; command != NULL && i < sizeof(helps) / sizeof(helps[0]); i++)
		if (strcmp(helps[i].command, command) == 0)
			return write_text(helps[i].text);
	return write_text(program_help);
}

enum exitcode help_write_version(void)
{
	return write_text("vcnmeta " VERSION "\n");
}

enum exitcode help_answer(enum optparse_result result, const char *command)
{
	switch (result) {
	case OPTPARSE_HELP:
		return help_write(command);
	case OPTPARSE_VERSION:
		return help_write_version();
	case OPTPARSE_NO_MEMORY:
		return EXITCODE_INTERNAL;
	case OPTPARSE_REFUSED:
	case OPTPARSE_RUN:
	default:
		return EXITCODE_REFUSED;
	}
}
