/*
 * Prints the filter of system calls that rights.c sets, an instruction a line, as code,
 * jump if so, jump if not, operand: "filter" that of a filter of files, "client" that
 * of a client. For machines where none can be set, such as an emulated one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

static int take(int option, ...);

#define prctl take
#include "base/rights.c"
#undef prctl

static int take(int option, ...)
{
	const struct sock_fprog *program;
	va_list list;

	if (option != PR_SET_SECCOMP)
		return 0;
	va_start(list, option);
	(void)va_arg(list, int);
	program = va_arg(list, const struct sock_fprog *);
	va_end(list);
	for (size_t i = 0; i < program->len; i++) {
		const struct sock_filter *step = &program->filter[i];

		printf("%u %u %u %u\n", step->code, step->jt, step->jf, step->k);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct rights rights = {.ruleset = -1};

	if (argc != 2)
		return 2;
	rights_give_up(&rights, strcmp(argv[1], "client") == 0 ? RIGHTS_CLIENT : RIGHTS_FILTER);
	return fflush(stdout) != 0;
}
