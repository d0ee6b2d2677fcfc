/* The command line of vcnmeta fetch. */
#ifndef VCNMETA_FETCH_OPTIONS_H
#define VCNMETA_FETCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/optparse.h"
#include "vcnmeta/fetch/names.h"
#include "vcnmeta/oci/settings.h"

/* Texts point into argv; what was not given is null, 0 or false. */
struct options {
	const char *output;
	struct settings_options settings;
	const char *vcn;
	const char *subnets_from;
	const char *service_ranges;
	struct names regions;
	struct names compartments;
	struct names subnets;
	bool in_subtree;
	bool merge;
	bool groups;
	bool addresses;
	bool quiet;
};

/* The help, one screen. */
extern const char options_help[];

/* Fills options; options_free in any case. */
enum optparse_result options_parse(struct options *options, int argc, char **argv);
void options_free(struct options *options);

#endif
