/*
 * The help and the version. The help is one screen, the manual page is the
 * reference.
 */
#include "vcnflow/usage.h"

#include <errno.h>
#include <unistd.h>

#include "base/io.h"
#include "base/msg.h"
#include "base/version.h"

static const char help[] = "usage: vcnflow [options] [FILE | DIRECTORY | -]...\n"
			   "Enrich OCI VCN flow logs, plain or gzip, to one JSON record a line.\n"
			   "\n"
			   "Input\n"
			   "      --files-from FILE    read further names from FILE (- is stdin)\n"
			   "  -0, --null               these names end in NUL\n"
			   "      --name GLOB          which names to read in directories\n"
			   "      --framing MODE       ndjson or json; default: told by the "
			   "input\n"
			   "      --max-record BYTES   longer records are bad; default 1M\n"
			   "Selection\n"
			   "  -s, --since TIME, -u, --until TIME   2026-01-31, 30d, today, "
			   "@epoch\n"
			   "      --time-field FIELD   ingested, event, start or end\n"
			   "      --now TIME           what relative times count from\n"
			   "  -a, --action ACTION      accept, reject or all; default accept\n"
			   "  -p, --protocol LIST      numbers or names such as tcp,udp,icmp\n"
			   "  -d, --direction LIST     ingress,egress,none\n"
			   "  -t, --traffic KIND       internal or external\n"
			   "Enriching\n"
			   "  -m, --metadata FILE      lookup file made by vcnmeta, or none\n"
			   "      --internal LIST      further internal addresses, =LIST: only "
			   "these\n"
			   "  -l, --security-lists HOW full, ids or none\n"
			   "  -k, --keep LIST          further members to carry, e.g. data,time\n"
			   "Output\n"
			   "  -o, --output FILE        written whole or not at all\n"
			   "      --format FORMAT      ndjson or array\n"
			   "  -z, --gzip               compress\n"
			   "      --line-buffered      write each record at once\n"
			   "      --list-subnets       only the subnets that FILE of -m lacks\n"
			   "      --rejects FILE       bad records as they stood\n"
			   "      --ignore-bad         bad records do not make the exit status 1\n"
			   "      --strict             stop at the first fault\n"
			   "      --stats[=FILE]       counts as JSON, on stderr or in FILE\n"
			   "      --progress, --no-progress\n"
			   "  -j, --threads N          default: as many as processors\n"
			   "  -q, --quiet   -v, --verbose   -h, --help   -V, --version\n";

static int write_out(const char *text, size_t len)
{
	if (io_write_all(STDOUT_FILENO, text, len) == 0)
		return 0;
	if (errno != EPIPE)
		msg_error_errno(errno, "cannot write to standard output");
	return -1;
}

int usage_help(void)
{
	return write_out(help, sizeof(help) - 1);
}

int usage_version(void)
{
	static const char version[] = "vcnflow " VERSION "\n";

	return write_out(version, sizeof(version) - 1);
}

void usage_short(void)
{
	msg_error("nothing to read: usage: vcnflow [-m LOOKUP-FILE] [options] "
		  "[FILE | DIRECTORY | -]..., see 'vcnflow --help'");
}
