/*
 * The home directory. "~name" is not expanded: it is taken for a file of that
 * name.
 */
#include "vcnmeta/oci/home.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *home_directory(void)
{
	const char *home = getenv("HOME");
	const struct passwd *user;

	if (home != NULL && *home != '\0')
		return home;
	user = getpwuid(getuid());
	return user == NULL ? NULL : user->pw_dir;
}

char *home_expand(const char *path)
{
	const char *home;
	char *expanded = NULL;

	if (path[0] != '~' || (path[1] != '/' && path[1] != '\0'))
		return strdup(path);
	home = home_directory();
	if (home == NULL)
		return strdup(path);
	if (asprintf(&expanded, "%s%s", home, path + 1) < 0)
		return NULL;
	return expanded;
}
