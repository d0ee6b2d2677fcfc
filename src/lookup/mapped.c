/*
 * A lookup file in memory: mapped without waiting, and what happens when it
 * shrinks under its reader.
 *
 * It may be gone, replaced or cut short while it is mapped: replaced is no
 * matter, and of cut short the kernel tells with SIGBUS to the thread that
 * touches a page that is gone. The handler tells by the address whether it was
 * the guarded mapping; if not, it puts back what was there before and returns,
 * so that the fault comes again and takes its course.
 */
#include "lookup/mapped.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"

enum lookup_error mapped_refuse(
	struct lookup *lookup, enum lookup_error error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(lookup->detail, LOOKUP_DETAIL_SIZE, format, args);
	va_end(args);
	return error;
}

enum lookup_error mapped_damaged(struct lookup *lookup, const char *format, ...)
{
	char found[LOOKUP_DETAIL_SIZE / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(found, sizeof(found), format, args);
	va_end(args);
	return mapped_refuse(lookup, LOOKUP_DAMAGED,
		"it is damaged: %s; " MAPPED_MAKE_IT "write it anew", found);
}

static enum lookup_error unreadable(struct lookup *lookup)
{
	if (errno == ENOMEM)
		return LOOKUP_NO_MEMORY;
	return mapped_refuse(lookup, LOOKUP_UNREADABLE, "%s", strerror(errno));
}

static enum lookup_error open_failed(struct lookup *lookup)
{
	if (errno == EISDIR)
		return mapped_refuse(lookup, LOOKUP_NOT_REGULAR, "it is a directory");
	if (errno == EINVAL || errno == ENXIO)
		return mapped_refuse(lookup, LOOKUP_NOT_REGULAR, "it is no regular file");
	if (errno == ENOENT)
		return mapped_refuse(
			lookup, LOOKUP_UNREADABLE, "it does not exist; " MAPPED_MAKE_IT "make one");
	return unreadable(lookup);
}

/*
 * Maps the file at the beginning of a larger run of zero pages, so that the
 * JSON parser may read a little past the last fragment.
 */
static int map_file(struct lookup *lookup, int fd)
{
	void *base;

	lookup->mapped = lookup->length + LIMIT_JSON_PADDING;
	base = mmap(NULL, lookup->mapped, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		return -1;
	lookup->map = base;
	base = mmap(base, lookup->length, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
	return base == MAP_FAILED ? -1 : 0;
}

static enum lookup_error map_opened(struct lookup *lookup, int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return unreadable(lookup);
	if (status.st_size == 0)
		return mapped_refuse(
			lookup, LOOKUP_NOT_LOOKUP, "it is empty; " MAPPED_MAKE_IT "make one");
	if ((uint64_t)status.st_size > LIMIT_LOOKUP_FILE)
		return mapped_refuse(
			lookup, LOOKUP_NOT_LOOKUP, "it is larger than any lookup file");
	lookup->length = (size_t)status.st_size;
	return map_file(lookup, fd) == 0 ? LOOKUP_OK : unreadable(lookup);
}

enum lookup_error mapped_open(struct lookup *lookup, const char *path)
{
	int fd = io_open_read(path, true);
	enum lookup_error error;

	if (fd < 0)
		return open_failed(lookup);
	error = map_opened(lookup, fd);
	close(fd);
	return error;
}

void mapped_release(struct lookup *lookup)
{
	if (lookup->map)
		munmap((void *)(uintptr_t)lookup->map, lookup->mapped);
	lookup->map = NULL;
}

/* Set before threads begin and while none touches the mapping. */
static struct {
	uintptr_t start;
	size_t length; /* 0: nothing is guarded */
	void (*function)(void *);
	void *context;
	struct sigaction before;
} guard;

static void handle_fault(int number, siginfo_t *info, void *machine)
{
	uintptr_t address = (uintptr_t)info->si_addr;

	(void)machine;
	if (address - guard.start < guard.length)
		guard.function(guard.context);
	sigaction(number, &guard.before, NULL);
}

int mapped_guard(const struct lookup *lookup, void (*function)(void *), void *context)
{
	struct sigaction action = {0};

	if (guard.length != 0)
		sigaction(SIGBUS, &guard.before, NULL);
	guard.length = 0;
	if (!lookup)
		return 0;
	action.sa_sigaction = handle_fault;
	/* the function may jump out of the handler: nothing is blocked meanwhile */
	action.sa_flags = SA_SIGINFO | SA_NODEFER;
	sigemptyset(&action.sa_mask);
	guard.start = (uintptr_t)lookup->map;
	guard.function = function;
	guard.context = context;
	if (sigaction(SIGBUS, &action, &guard.before) != 0)
		return -1;
	guard.length = lookup->mapped;
	return 0;
}
