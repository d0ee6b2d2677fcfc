/*
 * Files that a run writes. What is no regular file (a device, a FIFO) is
 * written directly, and there is nothing to take back.
 */
#include "vcnflow/target.h"

#include <errno.h>
#include <unistd.h>

#include "base/identity.h"
#include "base/msg.h"

/* For each path that is null, too. */
static void reset(struct target *target, const char *path)
{
	target->path = path;
	target->fd = -1;
	target->is_open = false;
}

int target_open(struct target *target, const char *path)
{
	char quoted[MSG_QUOTED_SIZE];
	int error;

	reset(target, path);
	if (path == NULL)
		return 0;
	if (replace_begin(&target->replace, path)) {
		error = errno;
		if (error != ENOMEM)
			msg_error_errno(error, "cannot create %s", msg_quote_name(quoted, path));
		errno = error;
		return -1;
	}
	target->is_open = true;
	target->fd = target->replace.fd;
	return 0;
}

int target_open_side(struct target *target, const char *path)
{
	struct identity place = identity_of_path(path);
	struct identity messages = identity_of_descriptor(STDERR_FILENO);

	if (!identity_is_same(&place, &messages))
		return target_open(target, path);
	reset(target, path);
	target->fd = STDERR_FILENO;
	return 0;
}

static int report(const struct target *target)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error_errno(errno, "cannot write %s", msg_quote_name(quoted, target->path));
	return -1;
}

int target_seal(struct target *target)
{
	if (!target->is_open)
		return 0;
	target->fd = -1;
	return replace_seal(&target->replace) == 0 ? 0 : report(target);
}

int target_commit(struct target *target)
{
	if (!target->is_open)
		return 0;
	target->is_open = false;
	target->fd = -1;
	return replace_commit(&target->replace) == 0 ? 0 : report(target);
}

void target_abandon(struct target *target)
{
	if (!target->is_open)
		return;
	target->is_open = false;
	target->fd = -1;
	replace_abandon(&target->replace);
}
