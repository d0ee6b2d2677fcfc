/* The user's home directory, and the "~" that stands for it. */
#ifndef VCNMETA_OCI_HOME_H
#define VCNMETA_OCI_HOME_H

/*
 * A copy of path with a leading "~/" (or "~" alone) replaced by the home
 * directory: $HOME, else what the user database says. Without either it is
 * copied as it stands. Null when memory ran out; free it.
 */
char *home_expand(const char *path);

#endif
