/* What the tests of the rooms from record to pipeline share. */
#ifndef TESTS_UNIT_VCNFLOW_ROOMS_H
#define TESTS_UNIT_VCNFLOW_ROOMS_H

#include "../flowlog/texts.h"

#include "vcnflow/options.h"

#define SUBNET "ocid1.subnet.oc1.iad.aaaa"
#define FLOW                                                                                       \
	"{\"data\":{\"action\":\"ACCEPT\",\"destinationAddress\":"                                 \
	"\"10.0.0.1\",\"destinationPort\":443,\"protocol\":6,"                                     \
	"\"protocolName\":\"TCP\",\"sourceAddress\":\"8.8.8.8\"},"                                 \
	"\"oracle\":{\"vnicsubnetocid\":\"" SUBNET "\"}}"

/* Options as a bare command line gives them; they are freed at the end, and
 * when they are asked for again. */
static struct options *options_in_use;

static inline void drop_options(void)
{
	if (options_in_use != NULL)
		prefixset_free(&options_in_use->internal);
	options_in_use = NULL;
}

static inline void default_options(struct options *options)
{
	if (options_in_use == NULL)
		(void)atexit(drop_options);
	drop_options();
	options_in_use = options;
	*options = (struct options){.flowlog.max_record = LIMIT_RECORD_DEFAULT,
		.any_protocol = true,
		.directions = 7,
		.metadata_none = true,
		.threads = 1};
	prefixset_init(&options->internal);
	assert_int_equal(prefixset_add_list(&options->internal, "internal", "rfc1918"), 0);
	assert_int_equal(prefixset_finish(&options->internal, NULL, 0), 0);
}

#endif
