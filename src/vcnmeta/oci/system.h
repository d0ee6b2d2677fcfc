/* What is taken from the system that the program runs on, whichever that is. */
#ifndef VCNMETA_OCI_SYSTEM_H
#define VCNMETA_OCI_SYSTEM_H

/*
 * Once, before names of hosts or users are looked up. Where the C library is part of
 * the program, they are looked up in /etc/hosts, by DNS and in /etc/passwd, whatever
 * nsswitch.conf says: all else are modules for the C library of the system.
 */
void system_init(void);

/* Where systems keep the certificates that they trust, in one PEM file; the last is
 * null. */
extern const char *const system_bundles[];

/* The first of paths, ended by a null, that is a file, readable and not empty; null:
 * none is. */
const char *system_first_file(const char *const *paths);

#endif
