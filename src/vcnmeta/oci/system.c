/*
 * What the system offers, wherever it keeps it. Nothing here fails: what is not found
 * is for the caller to do without.
 */
#include "vcnmeta/oci/system.h"

#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef STATIC
#include <nss.h>
#endif

const char *const system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",                /* Debian, Alpine */
	"/etc/pki/tls/certs/ca-bundle.crt",                  /* Oracle Linux up to 9 */
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Oracle Linux */
	"/etc/ssl/ca-bundle.pem",                            /* SUSE */
	"/etc/ssl/cert.pem",                                 /* Alpine without the package */
	NULL,
};

void system_init(void)
{
#ifdef STATIC
	/* Another version's modules would bring its C library along, beside this one. */
	(void)__nss_configure_lookup("hosts", "files dns");
	(void)__nss_configure_lookup("passwd", "files");
#endif
}

const char *system_first_file(const char *const *paths)
{
	struct stat status;

	for (; *paths != NULL; paths++)
		if (stat(*paths, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
			access(*paths, R_OK) == 0)
			return *paths;
	return NULL;
}
