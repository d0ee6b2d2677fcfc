/*
 * C++'s operator new over malloc, for libsimdjson: without exceptions, nobody
 * could catch what the standard one throws. What asks for std::nothrow gets a
 * null pointer, which the library deals with; what does not ends the process
 * with the exit status for it. That is only done for a few strings before main
 * begins, when there is nothing to clean up.
 */
#include <cstdlib>
#include <new>

#include <unistd.h>

#include "base/exitcode.h"

extern "C" {
#include "base/msg.h"
}

static void *allocate(std::size_t size) noexcept
{
	return std::malloc(size == 0 ? 1 : size);
}

static void *allocate_or_exit(std::size_t size) noexcept
{
	void *memory = allocate(size);

	if (memory == nullptr) {
		msg_no_memory();
		_exit(EXITCODE_INTERNAL);
	}
	return memory;
}

void *operator new(std::size_t size)
{
	return allocate_or_exit(size);
}

void *operator new[](std::size_t size)
{
	return allocate_or_exit(size);
}

void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
	return allocate(size);
}

void *operator new[](std::size_t size, const std::nothrow_t &) noexcept
{
	return allocate(size);
}

void operator delete(void *memory) noexcept
{
	std::free(memory);
}

void operator delete[](void *memory) noexcept
{
	std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
	std::free(memory);
}

void operator delete[](void *memory, std::size_t) noexcept
{
	std::free(memory);
}

void operator delete(void *memory, const std::nothrow_t &) noexcept
{
	std::free(memory);
}

void operator delete[](void *memory, const std::nothrow_t &) noexcept
{
	std::free(memory);
}
