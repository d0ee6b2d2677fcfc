/*
 * For SAN=cov: a program that ends itself by a signal or by _exit writes down
 * first which lines were reached. The linker puts these in place of the calls
 * (--wrap).
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

void __gcov_dump(void);

int __real_kill(pid_t pid, int signal_number);
int __wrap_kill(pid_t pid, int signal_number);
int __real_raise(int signal_number);
int __wrap_raise(int signal_number);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

/* A preload that refuses memory has to let it be had at the end. */
static void want_memory(void)
{
	void *found = dlsym(RTLD_DEFAULT, "memory_is_back");
	void (*back)(void);

	memcpy(&back, &found, sizeof(back));
	if (back)
		back();
}

__attribute__((constructor)) static void start(void)
{
	(void)atexit(want_memory);
}

static void dump(void)
{
	want_memory();
	__gcov_dump();
}

int __wrap_kill(pid_t pid, int signal_number)
{
	if (pid == getpid())
		dump();
	return __real_kill(pid, signal_number);
}

int __wrap_raise(int signal_number)
{
	dump();
	return __real_raise(signal_number);
}

void __wrap__exit(int status)
{
	dump();
	__real__exit(status);
}
