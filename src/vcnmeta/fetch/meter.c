/* How far a fetch is, on the progress line. */
#include "vcnmeta/fetch/meter.h"

#include <unistd.h>

#include "base/progress.h"
#include "vcnmeta/fetch/survey.h"

void meter_begin(bool is_quiet)
{
	if (!is_quiet && isatty(STDERR_FILENO) == 1)
		progress_begin();
}

void meter_tick(void *context)
{
	const struct survey *survey = context;
	struct progress_line line;

	if (!progress_is_due())
		return;
	progress_line_begin(&line);
	progress_line_add(&line, "%zu compartments", survey->found.count + 1);
	progress_line_add(&line, "%zu subnets", model_count(survey->model, MODEL_SUBNET));
	progress_line_add(&line, "%zu security lists", model_count(survey->model, MODEL_LIST));
	if (model_count(survey->model, MODEL_GROUP) > 0)
		progress_line_add(&line, "%zu groups", model_count(survey->model, MODEL_GROUP));
	if (model_count(survey->model, MODEL_VNIC) > 0)
		progress_line_add(&line, "%zu VNICs", model_count(survey->model, MODEL_VNIC));
	progress_show(&line);
}

void meter_end(void)
{
	progress_end();
}
