/*
 * Regions of the cloud: their names, short keys, and the domain that their
 * services stand under.
 */
#ifndef VCNMETA_OCI_REGION_H
#define VCNMETA_OCI_REGION_H

#include <stddef.h>

#define REGION_NAME_SIZE 128
#define REGION_HOST_SIZE 320

/* Where the CLI has the regions that it does not know by itself. */
#define REGION_FILE "~/.oci/regions-config.json"

/* A line of the table of regions. */
struct region_row {
	const char *key;    /* "phx" */
	const char *name;   /* "us-phoenix-1" */
	const char *realm;  /* "oc1" */
	const char *domain; /* "oraclecloud.com" */
};

/* The regions that are built in (region_table.c). */
extern const struct region_row region_table[];
extern const size_t region_table_count;

/* A region that is built in, by its name or key, in any case; or null. */
const struct region_row *region_built_in(const char *name);

/*
 * The key of a region that is built in, by its name: "phx" of "us-phoenix-1"; or
 * null.
 */
const char *region_key(const char *name, size_t len);

/* Further regions, from files and the environment. */
struct regions {
	struct region_row *rows; /* their texts are owned */
	size_t count;
};

/*
 * Reads REGION_FILE where there is one, and OCI_REGION_METADATA.
 * Returns EXITCODE_OK; or EXITCODE_REFUSED or EXITCODE_INTERNAL after a
 * message. regions_free in either case.
 */
int regions_load(struct regions *regions);

/*
 * Adds a region, as the metadata service describes the one it stands in.
 * Returns 0, or -1 when memory ran out.
 */
int regions_add(struct regions *regions, const struct region_row *row);
void regions_free(struct regions *regions);

struct region {
	char name[REGION_NAME_SIZE];   /* or the whole domain, with a dot */
	char domain[REGION_NAME_SIZE]; /* "" when name is the whole domain */
};

/*
 * Finds a region by name or key, in any case. One that no table has is taken
 * for a new region: of the domain OCI_DEFAULT_REALM, else of the realm that is
 * given (null: none), else of oc1; a text with a dot in it is the domain
 * itself. Returns 0, or -1 when text cannot be the name of a region.
 */
int region_find(
	const struct regions *regions, const char *text, const char *realm, struct region *region);

/*
 * The realm (field 2) or region (field 3) that an OCID names, copied into
 * buffer; "" when it names none.
 */
enum region_field { REGION_FIELD_REALM = 2, REGION_FIELD_REGION = 3 };
void region_of_ocid(char buffer[REGION_NAME_SIZE], const char *ocid, enum region_field field);

enum region_service { REGION_IAAS, REGION_IDENTITY, REGION_AUTH };

/* Writes the name of the host of a service. */
void region_host(
	char host[REGION_HOST_SIZE], const struct region *region, enum region_service service);

#endif
