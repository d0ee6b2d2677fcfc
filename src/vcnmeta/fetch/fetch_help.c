/* The help is one screen; the manual page is the reference. */
#include "vcnmeta/fetch/fetch_help.h"

#include "base/exitcode.h"
#include "base/msg.h"
#include "vcnmeta/output.h"

static const char help[] = "usage: vcnmeta fetch -o FILE [scope] [authentication]\n"
			   "Fetch subnets and security lists from the OCI API into a lookup "
			   "file.\n"
			   "\n"
			   "  -o, --output FILE           replaced whole or not at all\n"
			   "      --merge                 keep what FILE holds and this does not\n"
			   "\n"
			   "Scope (default: every active compartment, in the profile's region)\n"
			   "      --region REGION         repeatable\n"
			   "      --compartment-id OCID   repeatable\n"
			   "      --compartment-id-in-subtree   and the compartments below\n"
			   "      --vcn-id OCID           only this VCN\n"
			   "      --subnet-id OCID        only this subnet; repeatable\n"
			   "      --subnets-from FILE     only these, one a line; - is stdin\n"
			   "\n"
			   "Authentication, as the oci CLI has it\n"
			   "      --auth api_key | security_token | instance_principal |\n"
			   "             resource_principal\n"
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
			   "  -q, --quiet                 no warnings, no progress\n"
			   "  -h, --help    -V, --version\n";

int fetch_help_write(void)
{
	struct output output;

	output_begin(&output);
	if (bytes_append_text(&output.bytes, help) != 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	return (int)output_end(&output);
}
