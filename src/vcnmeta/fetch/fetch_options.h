/* The command line of vcnmeta fetch. */
#ifndef VCNMETA_FETCH_FETCH_OPTIONS_H
#define VCNMETA_FETCH_FETCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/optparse.h"
#include "vcnmeta/fetch/fetch_names.h"
#include "vcnmeta/oci/settings.h"

/* Texts point into argv; what was not given is null, 0 or false. */
struct fetch_options {
	const char *output;
	struct settings_options settings;
	const char *vcn;
	const char *subnets_from;
	const char *service_ranges;
	struct fetch_names regions;
	struct fetch_names compartments;
	struct fetch_names subnets;
	bool in_subtree;
	bool merge;
	bool groups;
	bool addresses;
	bool quiet;
};

/* The help, one screen. */
extern const char fetch_options_help[];

/* Fills options; fetch_options_free in any case. */
enum optparse_result fetch_options_parse(struct fetch_options *options, int argc, char **argv);
void fetch_options_free(struct fetch_options *options);

#endif
