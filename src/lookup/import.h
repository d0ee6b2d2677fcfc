/*
 * From JSON objects into the model: what the service calls Subnet,
 * SecurityList, NetworkSecurityGroup, SecurityRule, Vcn, Compartment, PrivateIp,
 * Ipv6 and Vnic, as REST, the CLI or an SDK writes it.
 *
 * Of an object only what a lookup file keeps is taken: copies that differ in
 * tags, states or times alone are equal. Field names are folded ("cidr-block",
 * "cidrBlock" and "cidr_block" are one name), absent and null mean the same,
 * fields that are not known are passed over. Only the id is needed. A model that takes
 * numbers, for dumps that other tools or people write, takes a rule's protocol as an
 * integer from 0 to 255, too; the service sends a string.
 *
 * On anything but MODEL_OK nothing that the model held is lost; of a VNIC, of
 * members and ranges a part may have been taken.
 */
#ifndef LOOKUP_IMPORT_H
#define LOOKUP_IMPORT_H

#include "lookup/model.h"
#include "json/tree.h"

/* What an object is. */
enum import_kind {
	IMPORT_SUBNET,
	IMPORT_LIST, /* whatever its id: it has rules of ingress or egress */
	IMPORT_GROUP,
	IMPORT_VNIC,
	IMPORT_VCN,
	IMPORT_COMPARTMENT,
	IMPORT_ADDRESS, /* a private IPv4 address or an IPv6 one */
	IMPORT_RULE,    /* of a group, which it doesn't name */
	IMPORT_MEMBER,  /* of a group, which it doesn't name */
	IMPORT_RANGES,  /* Oracle's public_ip_ranges.json */
	IMPORT_OTHER,   /* all else, whatever its type */
};

/* An object, looked at once. */
struct import_object {
	const struct json_tree *tree;
	const struct json_node *node;
	const struct json_node *id; /* null: it has none */
	enum import_kind kind;
};

struct import_object import_object(const struct json_tree *tree, const struct json_node *node);

/*
 * The id of an object, or an empty text: a view into the tree's text, as it
 * stands there, escapes included.
 */
struct lookup_text import_id(const struct import_object *object);

/* Take an object of that kind. */
enum model_result import_subnet(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault);
enum model_result import_list(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault);
enum model_result import_group(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault);
enum model_result import_vcn(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault);
enum model_result import_compartment(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault);

/* One that is given to no VNIC is passed over. */
enum model_result import_address(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault);
enum model_result import_vnic(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault);

/*
 * Says that all rules, or all members, of a group are what is taken next for it
 * with the same time, and there may be none.
 */
enum model_result import_begin_part(struct model *model, enum model_part part, const char *group,
	size_t len, int64_t fetched_at);

/* Says that not all of them were taken, so that they are not known. */
enum model_result import_forget_part(
	struct model *model, enum model_part part, const char *group, size_t len);

/* Says that an address, which was taken, is one of a part: those of its VNIC and
 * of its subnet are not all known. */
enum model_result import_partial_address(struct model *model, const struct import_object *object);

/* Take one of them. A member may also be the string of a VNIC's OCID. */
enum model_result import_rule(struct model *model, const char *group, size_t len,
	const struct import_object *object, struct model_place place, struct model_fault *fault);
enum model_result import_member(struct model *model, const char *group, size_t len,
	const struct import_object *object, struct model_place place, struct model_fault *fault);

/*
 * Takes Oracle's ranges. key_of_region returns the three letters by which labels
 * name a region ("phx" of "us-phoenix-1"), or null for one that is not known,
 * whose ranges are passed over.
 */
enum model_result import_ranges(struct model *model, const struct import_object *object,
	const char *(*key_of_region)(const char *region, size_t len), struct model_place place,
	struct model_fault *fault);

/*
 * Take what render.h wrote: a list, and the array of a group's rules. For
 * merge.h. The rules of a list as records have it don't say whether they are
 * valid; the file's do, in the same order.
 */
enum model_result import_rendered_list(struct model *model, const struct json_tree *tree,
	const struct lookup_rules *rules, struct model_place place, struct model_fault *fault);
enum model_result import_rendered_rules(struct model *model, uint32_t group,
	const struct json_tree *tree, struct model_place place, struct model_fault *fault);

#endif
