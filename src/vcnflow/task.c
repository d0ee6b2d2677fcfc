/*
 * The order of urgency:
 *
 *   deliver  the oldest job, once it is worked on: one thread at a time
 *   read     a block of the oldest lane, unless enough wait to be worked on: so
 *            one thread goes on inflating while others work
 *   work     on the oldest job that waits for it
 *   read     a block of the oldest lane that nobody is reading
 *   open     the next input, while fewer lanes than threads are under way
 *
 * A lane is read by one thread at a time, so that its blocks come in order.
 * With one thread this is: read a block, work on it, deliver it.
 */
#include "vcnflow/task.h"

#include "base/limits.h"

/* Tells if another thread can see to what waits while this one reads, perhaps
 * for long: what was read must not be held back. */
static bool may_leave_work(const struct flight *flight, const struct crew *crew)
{
	return flight->waiting_jobs == 0 || crew->away + crew->waiting + 1 < crew->running;
}

/* Tells if the oldest lane should be read before anything is worked on. */
static bool is_hungry(const struct flight *flight)
{
	size_t enough = flight->threads == 1 ? 1 : flight->threads + LIMIT_BLOCK_HEAP;

	return flight->lanes != NULL && flight->lanes->waiting_jobs < enough &&
	       flight_next_read(flight) == flight->lanes;
}

struct task task_next(const struct flight *flight, const struct crew *crew)
{
	struct task task = {TASK_NONE, NULL, NULL};

	if (!crew->delivering && flight_can_deliver(flight)) {
		task.kind = TASK_DELIVER;
	} else if (is_hungry(flight) && may_leave_work(flight, crew)) {
		task.kind = TASK_READ;
		task.lane = flight->lanes;
	} else if ((task.job = flight_next_work(flight)) != NULL) {
		task.kind = TASK_WORK;
	} else if ((task.lane = flight_next_read(flight)) != NULL) {
		task.kind = TASK_READ;
	} else if (!crew->opening && !crew->inputs_ended && flight_can_open(flight)) {
		task.kind = TASK_OPEN;
	}
	return task;
}

/*
 * To wake a thread takes both about as long as a tenth of a block. So while a
 * thread reads from a file, which it soon comes back from to look again, none
 * is woken to work on less than a heap of what is delivered next.
 */
bool task_is_due(const struct flight *flight, const struct crew *crew)
{
	struct task task;

	if (crew->idle == 0)
		return false;
	task = task_next(flight, crew);
	if (task.kind == TASK_WORK && crew->soon_back > 0 && task.job->lane == flight->lanes)
		return flight->lanes->waiting_jobs >= LIMIT_BLOCK_HEAP;
	return task.kind != TASK_NONE;
}

bool task_oldest_is_served(const struct flight *flight, const struct crew *crew)
{
	const struct lane *lane = flight->lanes;
	const struct job *job = flight_oldest(flight);

	return crew->delivering || lane->reading || (job != NULL && job->state == JOB_WORKING) ||
	       crew->waiting + crew->away + 1 < crew->running;
}

bool task_turn_is_due(const struct flight *flight, const struct crew *crew)
{
	const struct job *job = flight_oldest(flight);

	if (crew->waiting == 0)
		return false;
	return (job != NULL && job->waits && !crew->delivering) ||
	       !task_oldest_is_served(flight, crew);
}
