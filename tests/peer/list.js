// Lists everything with Oracle's own client and prints it as JSON:
//   node list.js '{"auth": …, "endpoint": …, "config": …, …}'
// Pages as long as there is a next one; with "parts" lists groups and addresses,
// with "gets" gets each subnet and list by OCID too.
"use strict";
const common = require("oci-common");
const core = require("oci-core");
const identity = require("oci-identity");

// The SDK chats on stdout, which is for the result alone.
console.log = console.info = console.error;

async function provider(plan) {
  if (plan.auth === "instance_principal") {
    const builder =
      new common.InstancePrincipalsAuthenticationDetailsProviderBuilder();
    builder.metadataBaseUrl = plan.metadata;
    builder.federationEndpoint = plan.federation;
    return builder.build();
  }
  if (plan.auth === "resource_principal") {
    return common.ResourcePrincipalAuthenticationDetailsProvider.builder();
  }
  if (plan.auth === "security_token") {
    return new common.SessionAuthDetailProvider(plan.config, plan.profile);
  }
  return new common.ConfigFileAuthenticationDetailsProvider(
    plan.config, plan.profile);
}

async function all(call, request) {
  const items = [];
  let page;
  do {
    const reply = await call({ ...request, page });
    items.push(...reply.items);
    page = reply.opcNextPage;
  } while (page);
  return items;
}

async function main(plan) {
  const options = { authenticationDetailsProvider: await provider(plan) };
  const iam = new identity.IdentityClient(options);
  const network = new core.VirtualNetworkClient(options);
  iam.endpoint = network.endpoint = plan.endpoint;
  const compartments = await all((r) => iam.listCompartments(r), {
    compartmentId: plan.tenancy, compartmentIdInSubtree: true,
    accessLevel: "ACCESSIBLE"
  });
  const scopes = compartments
    .filter((c) => c.lifecycleState === "ACTIVE").map((c) => c.id);
  const found = { compartments, subnets: [], lists: [], gets: [] };
  for (const compartmentId of [plan.tenancy, ...scopes]) {
    found.subnets.push(
      ...await all((r) => network.listSubnets(r), { compartmentId }));
    found.lists.push(
      ...await all((r) => network.listSecurityLists(r), { compartmentId }));
  }
  found.root =
    (await iam.getCompartment({ compartmentId: plan.tenancy })).compartment;
  found.vcns = [];
  found.groups = [];
  for (const compartmentId of [plan.tenancy, ...scopes]) {
    found.vcns.push(
      ...await all((r) => network.listVcns(r), { compartmentId }));
    found.groups.push(...plan.parts ? await all(
      (r) => network.listNetworkSecurityGroups(r), { compartmentId }) : []);
  }
  found.parts = {};
  for (const group of found.groups) {
    const networkSecurityGroupId = group.id;
    found.parts[`rules ${group.id}`] = await all(
      (r) => network.listNetworkSecurityGroupSecurityRules(r),
      { networkSecurityGroupId });
    found.parts[`members ${group.id}`] = await all(
      (r) => network.listNetworkSecurityGroupVnics(r),
      { networkSecurityGroupId });
  }
  for (const subnet of plan.parts ? found.subnets : []) {
    const subnetId = subnet.id;
    found.parts[`addresses ${subnetId}`] = await all(
      (r) => network.listPrivateIps(r), { subnetId });
    if ((subnet.ipv6CidrBlocks || []).length) {
      found.parts[`ipv6 ${subnetId}`] = await all(
        (r) => network.listIpv6s(r), { subnetId });
    }
  }
  for (const subnet of plan.gets ? found.subnets : []) {
    found.gets.push(
      (await network.getSubnet({ subnetId: subnet.id })).subnet);
  }
  for (const list of plan.gets ? found.lists : []) {
    found.gets.push((await network.getSecurityList(
      { securityListId: list.id })).securityList);
  }
  process.stdout.write(JSON.stringify(found) + "\n", () => process.exit(0));
}

main(JSON.parse(process.argv[2])).catch((error) => {
  console.error(error);
  process.exit(1);
});
