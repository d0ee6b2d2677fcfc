/* An option that is not there: mistyped, cut too short, or with an argument
 * that it does not take. */
#include "base/unknown.h"

#include <stdbool.h>
#include <string.h>

#include "base/msg.h"
#include "base/nearest.h"

static bool is_option(const char *name, size_t len, const struct option *options)
{
	for (; options->name != NULL; options++) {
		if (strlen(options->name) == len && memcmp(options->name, name, len) == 0)
			return true;
	}
	return false;
}

static bool is_beginning(const char *name, size_t len, const struct option *options)
{
	for (; options->name != NULL; options++) {
		if (strncmp(options->name, name, len) == 0)
			return true;
	}
	return false;
}

void unknown_option(const char *argument, const struct option *options, const char *help_command)
{
	const char *name = argument + strspn(argument, "-");
	size_t len = strcspn(name, "=");
	bool is_long = strncmp(argument, "--", 2) == 0 && len > 0;
	struct nearest near = {.text = name, .len = len};
	char quoted[MSG_QUOTED_SIZE];

	msg_quote(quoted, argument, (size_t)(name - argument) + len);
	for (size_t i = 0; options[i].name != NULL; i++)
		nearest_look(&near, options[i].name);
	if (is_long && is_option(name, len, options))
		msg_error("option %s takes no argument", quoted);
	else if (is_long && is_beginning(name, len, options))
		msg_error("option %s is short for several, see '%s'", quoted, help_command);
	else if (is_long && near.found != NULL)
		msg_error("no option %s, did you mean '--%s'?", quoted, near.found);
	else
		msg_error("no option %s, see '%s'", quoted, help_command);
}
