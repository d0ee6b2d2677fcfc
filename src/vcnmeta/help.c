/* The help is one screen; the manual page is the reference. */
#include "vcnmeta/help.h"

#include "base/msg.h"
#include "base/outfile.h"
#include "base/version.h"

static const char help[] =
	"usage: vcnmeta fetch -o FILE [scope] [authentication]\n"
	"       vcnmeta build -o FILE [option]... INPUT...\n"
	"       vcnmeta show [--rules|--groups|--vnics] FILE [OCID...]\n"
	"       vcnmeta verify FILE\n"
	"       vcnmeta help [COMMAND]\n"
	"Make and read the lookup files that vcnflow enriches flow logs with.\n"
	"\n"
	"fetch   make FILE from the OCI API\n"
	"build   make FILE from JSON (dumps of the oci CLI, of REST or an SDK)\n"
	"        and from lookup files\n"
	"show    write subnets, rules, groups or VNICs as JSON, one a line\n"
	"verify  check a lookup file and write what it holds\n"
	"help    write the options of a command, as 'vcnmeta COMMAND --help' does\n"
	"\n"
	"  -h, --help          this text\n"
	"  -V, --version       the version\n";

static enum exitcode write_text(const char *text)
{
	struct outfile output;
	enum exitcode exitcode = outfile_open(&output, NULL);

	if (exitcode != EXITCODE_OK)
		return exitcode;
	if (bytes_append_text(&output.bytes, text) != 0) {
		msg_no_memory();
		(void)outfile_close(&output, false);
		return EXITCODE_INTERNAL;
	}
	return outfile_close(&output, true);
}

enum exitcode help_write(void)
{
	return write_text(help);
}

enum exitcode help_write_version(void)
{
	return write_text("vcnmeta " VERSION "\n");
}

enum exitcode help_answer(enum optparse_result result, const char *text)
{
	switch (result) {
	case OPTPARSE_HELP:
		return write_text(text);
	case OPTPARSE_VERSION:
		return help_write_version();
	case OPTPARSE_NO_MEMORY:
		return EXITCODE_INTERNAL;
	default:
		return EXITCODE_REFUSED;
	}
}
