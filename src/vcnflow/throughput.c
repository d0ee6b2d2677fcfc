/* How far a run is, in the words of the progress line. */
#include "vcnflow/throughput.h"

#include <stdio.h>

#include "base/msg.h"

/* Of the run that is under way. */
static int64_t total_bytes;

/* A number of bytes in three or four digits. */
static const char *size_text(char text[16], double bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	size_t unit = 0;

	while (bytes >= 1000 && unit < 5) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text, 16, unit > 0 && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
	return text;
}

static void add_time_left(struct progress_line *line, double seconds)
{
	/* More than the number holds is a long time too. */
	const double most = 1e18;
	unsigned long long left = (unsigned long long)((seconds < most ? seconds : most) + 0.5);

	if (left < 3600)
		progress_line_add(line, "%llu:%02llu left", left / 60, left % 60);
	else if (left < 100 * 3600)
		progress_line_add(
			line, "%llu:%02llu:%02llu left", left / 3600, left / 60 % 60, left % 60);
	else
		progress_line_add(line, "%llu days left", left / 86400);
}

void throughput_line(struct progress_line *line, const struct throughput_sample *sample)
{
	double done = (double)sample->bytes_in, total = (double)sample->total;
	double rate = sample->seconds >= 1 ? done / sample->seconds : 0;
	char size[16];

	if (done > total && sample->total >= 0)
		done = total;
	if (sample->total > 0)
		progress_line_add(line, "%3.0f%%", done / total * 100);
	progress_line_add(line, "%s", size_text(size, (double)sample->bytes_in));
	if (rate > 0)
		progress_line_add(line, "%s/s", size_text(size, rate));
	if (sample->total > 0 && rate > 0)
		add_time_left(line, (total - done) / rate);
	progress_line_add(line, "%llu record%s", (unsigned long long)sample->records,
		msg_plural(sample->records));
}

void throughput_begin(int64_t total)
{
	total_bytes = total;
	progress_begin();
}

void throughput_update(uint64_t bytes_in, uint64_t records)
{
	struct throughput_sample sample = {total_bytes, bytes_in, records, 0};
	struct progress_line line;

	if (!progress_is_due())
		return;
	sample.seconds = progress_seconds();
	progress_line_begin(&line);
	throughput_line(&line, &sample);
	progress_show(&line);
}
