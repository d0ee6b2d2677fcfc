/*
 * The help, the version, and what is said about an option that there is not.
 * The help is one screen; the manual page is the reference.
 */
#include "vcnflow/usage.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/msg.h"
#include "base/version.h"

/* The longest name that a mistyped one is compared with. */
#define NAME_MAX_LENGTH 31

/* So many wrong letters still count as a slip, in a name of four or more. */
#define NEAR 2

static const char help[] =
	"usage: vcnflow [options] [FILE | DIRECTORY | -]...\n"
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

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/*
 * How many letters must be changed, added or left out to make a into b, both
 * at most NAME_MAX_LENGTH long: row[j] is that of a's beginning and b[0..j).
 */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[NAME_MAX_LENGTH + 1], diagonal, above;

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 0; i < a_len; i++) {
		diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 1; j <= b_len; j++) {
			above = row[j];
			row[j] = smallest(above + 1, row[j - 1] + 1,
				diagonal + (a[i] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_len];
}

/* The nearest option, or null where none is near. */
static const char *nearest(
	const char *name, size_t len, const struct option *options)
{
	const char *found = NULL;
	size_t best = len < 4 ? 1 : NEAR, far;

	if (len > NAME_MAX_LENGTH)
		return NULL;
	for (; options->name != NULL; options++) {
		if (strlen(options->name) > NAME_MAX_LENGTH)
			continue;
		far = distance(name, len, options->name, strlen(options->name));
		if (far <= best && (found == NULL || far < best)) {
			best = far;
			found = options->name;
		}
	}
	return found;
}

static bool is_beginning(
	const char *name, size_t len, const struct option *options)
{
	for (; options->name != NULL; options++) {
		if (strncmp(options->name, name, len) == 0)
			return true;
	}
	return false;
}

void usage_unknown(const char *argument, const struct option *options)
{
	const char *name = argument + strspn(argument, "-"), *near;
	size_t len = strcspn(name, "=");
	char quoted[MSG_QUOTED_SIZE];

	msg_quote(quoted, argument, (size_t)(name - argument) + len);
	near = nearest(name, len, options);
	if (len > 0 && is_beginning(name, len, options))
		msg_error("option %s is short for several, see 'vcnflow "
			  "--help'",
			quoted);
	else if (near != NULL)
		msg_error("no option %s, did you mean '--%s'?", quoted, near);
	else
		msg_error("no option %s, see 'vcnflow --help'", quoted);
}
