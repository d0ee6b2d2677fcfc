/*
 * Asking for a pass phrase, without echo. The terminal raises no signals
 * meanwhile, so that it is never left without echo: an interrupt typed is
 * raised once it echoes again.
 */
#include "vcnmeta/oci/auth_prompt.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/io.h"

#define LONGEST_PASS 1024
#define PROMPT "vcnmeta: pass phrase of the private key: "

/* Reads up to the end of the line; false: it was interrupted. */
static bool read_line(int fd, struct secret *pass, char interrupt)
{
	char c;

	while (io_read(fd, &c, 1, NULL) == 1) {
		if (c == interrupt)
			return false;
		if (c == '\n' || c == '\r')
			break;
		if (pass->len < LONGEST_PASS)
			pass->data[pass->len++] = c;
	}
	explicit_bzero(&c, 1);
	return true;
}

static int ask(int fd, struct secret *pass)
{
	struct termios before, silent;
	bool whole;

	if (tcgetattr(fd, &before) != 0 || secret_make(pass, LONGEST_PASS) != 0)
		return -1;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	if (tcsetattr(fd, TCSAFLUSH, &silent) != 0)
		return -1;
	io_write_all(fd, PROMPT, strlen(PROMPT));
	whole = read_line(fd, pass, (char)before.c_cc[VINTR]);
	tcsetattr(fd, TCSAFLUSH, &before);
	io_write_all(fd, "\n", 1);
	if (!whole) {
		secret_free(pass);
		raise(SIGINT);
	}
	return pass->len > 0 ? 0 : -1;
}

int auth_prompt(struct secret *pass)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int result;

	if (fd < 0)
		return -1;
	result = ask(fd, pass);
	close(fd);
	return result;
}
