/* Lookup files for targets. */
#include "metadata.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/limits.h"
#include "fuzz.h"
#include "lookup/import.h"
#include "lookup/writer.h"
#include "json/tree.h"

/* That which rules and members are of. */
#define GROUP "ocid1.networksecuritygroup.m"

static const char *key_of_region(const char *region, size_t len)
{
	(void)region;
	return len == 1 ? "phx" : NULL;
}

static void add_object(
	struct model *model, const struct json_tree *tree, const struct json_node *node)
{
	struct model_place place = {"text", 1, 1};
	struct import_object object = import_object(tree, node);
	struct model_fault fault;

	switch (object.kind) {
	case IMPORT_SUBNET:
		PROMISE(import_subnet(model, &object, place, &fault) == MODEL_OK);
		break;
	case IMPORT_GROUP:
		PROMISE(import_group(model, &object, place, &fault) == MODEL_OK);
		break;
	case IMPORT_VNIC:
		PROMISE(import_vnic(model, &object, place, &fault) == MODEL_OK);
		break;
	case IMPORT_VCN:
		PROMISE(import_vcn(model, &object, place, &fault) == MODEL_OK);
		break;
	case IMPORT_COMPARTMENT:
		PROMISE(import_compartment(model, &object, place, &fault) == MODEL_OK);
		break;
	case IMPORT_ADDRESS:
		PROMISE(import_address(model, &object, place, &fault) == MODEL_OK);
		break;
	case IMPORT_RULE:
		PROMISE(import_rule(model, GROUP, strlen(GROUP), &object, place, &fault) ==
			MODEL_OK);
		break;
	case IMPORT_MEMBER:
		PROMISE(import_member(model, GROUP, strlen(GROUP), &object, place, &fault) ==
			MODEL_OK);
		break;
	case IMPORT_RANGES:
		PROMISE(import_ranges(model, &object, key_of_region, place, &fault) == MODEL_OK);
		break;
	default:
		PROMISE(import_list(model, &object, place, &fault) == MODEL_OK);
		break;
	}
}

static struct model *model_of(const char *text)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);
	struct json_parser *parser = json_parser_new();
	struct json_tree tree = JSON_TREE_INIT;
	size_t len = strlen(text);
	char *padded = calloc(1, len + LIMIT_JSON_PADDING);

	PROMISE(model != NULL && parser != NULL && padded != NULL);
	memcpy(padded, text, len);
	PROMISE(json_tree_parse(&tree, parser, padded, len, LIMIT_DEPTH) == JSON_OK);
	for (const struct json_node *node = json_tree_first(&tree, tree.nodes); node != NULL;
		node = json_tree_next(&tree, node))
		add_object(model, &tree, node);
	json_tree_free(&tree);
	json_parser_free(parser);
	free(padded);
	return model;
}

/* Some of everything. */
static const char world[] =
	"[{\"id\":\"ocid1.subnet.a\",\"displayName\":\"\xc3\xa9\",\"vcnId\":\"ocid1.vcn.v\","
	"\"compartmentId\":\"ocid1.compartment.c\",\"cidrBlock\":\"10.1.0.0/16\","
	"\"ipv6CidrBlocks\":[\"fd00::/64\"],\"securityListIds\":[\"x\",\"missing\"]},"
	"{\"id\":\"ocid1.subnet.b\",\"vcnId\":\"ocid1.vcn.v\",\"cidrBlock\":\"10.1.2.0/24\"},"
	"{\"id\":\"ocid1.subnet.c\",\"cidrBlock\":\"10.1.0.0/16\",\"securityListIds\":[\"x\"]},"
	"{\"id\":\"x\",\"displayName\":\"x\",\"egressSecurityRules\":[{\"protocol\":\"6\","
	"\"destination\":\"10.0.0.0/8\",\"tcpOptions\":{\"destinationPortRange\":"
	"{\"min\":80,\"max\":81}}},{\"protocol\":\"all\",\"destination\":"
	"\"oci-phx-objectstorage\",\"destinationType\":\"SERVICE_CIDR_BLOCK\"}],"
	"\"ingressSecurityRules\":[{\"protocol\":\"1\",\"source\":\"::/0\","
	"\"description\":\"\xc3\xa9\",\"icmpOptions\":{\"type\":3}}]},"
	"{\"id\":\"y\",\"egressSecurityRules\":[]},"
	"{\"id\":\"ocid1.networksecuritygroup.m\",\"displayName\":\"m\","
	"\"vcnId\":\"ocid1.vcn.v\",\"compartmentId\":\"ocid1.compartment.c\"},"
	"{\"direction\":\"INGRESS\",\"id\":\"1\",\"protocol\":\"17\",\"source\":"
	"\"ocid1.networksecuritygroup.m\",\"sourceType\":\"NETWORK_SECURITY_GROUP\"},"
	"{\"direction\":\"EGRESS\",\"id\":\"2\",\"protocol\":\"all\",\"destination\":"
	"\"0.0.0.0/0\"},{\"vnicId\":\"ocid1.vnic.p\"},"
	"{\"ipAddress\":\"10.1.2.3\",\"vnicId\":\"ocid1.vnic.p\",\"subnetId\":\"ocid1.subnet.b\"},"
	"{\"ipAddress\":\"fd00::3\",\"vnicId\":\"ocid1.vnic.p\",\"subnetId\":\"ocid1.subnet.b\"},"
	"{\"id\":\"ocid1.vnic.q\",\"subnetId\":\"ocid1.subnet.a\",\"privateIp\":\"10.1.0.4\","
	"\"nsgIds\":[\"ocid1.networksecuritygroup.n\"]},"
	"{\"id\":\"ocid1.vcn.v\",\"displayName\":\"v\"},"
	"{\"id\":\"ocid1.compartment.c\",\"name\":\"c\"},"
	"{\"regions\":[{\"region\":\"r\",\"cidrs\":[{\"cidr\":\"192.0.2.0/24\",\"tags\":"
	"[\"OSN\",\"OBJECT_STORAGE\"]},{\"cidr\":\"198.51.100.0/24\",\"tags\":[\"OSN\"]}]}]}]";

void metadata_world(struct bytes *file)
{
	char path[FUZZ_PATH_SIZE];
	struct model *model = model_of(world);
	char buffer[4096];
	ssize_t got;
	int fd;

	PROMISE(model_set_all_groups(model, NULL, 0) == 0);
	fuzz_path(path);
	fd = mkstemp(path);
	PROMISE(fd >= 0 && close(fd) == 0);
	PROMISE(writer_write(model, path, 1, WRITER_SOURCE_BUILD) == EXITCODE_OK);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	PROMISE(fd >= 0);
	while ((got = read(fd, buffer, sizeof buffer)) > 0)
		fuzz_append(file, buffer, (size_t)got);
	PROMISE(got == 0 && close(fd) == 0 && unlink(path) == 0);
	model_free(model);
}

struct lookup *metadata_lookup(const char *text)
{
	char path[FUZZ_PATH_SIZE];
	char detail[LOOKUP_DETAIL_SIZE];
	struct model *model = model_of(text);
	struct lookup *lookup = NULL;
	int fd;

	fuzz_path(path);
	fd = mkstemp(path);
	PROMISE(fd >= 0 && close(fd) == 0);
	PROMISE(writer_write(model, path, 1, WRITER_SOURCE_BUILD) == EXITCODE_OK);
	PROMISE(lookup_open(&lookup, path, detail, NULL) == LOOKUP_OK);
	PROMISE(unlink(path) == 0);
	model_free(model);
	return lookup;
}
