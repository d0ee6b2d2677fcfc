"""What the tenancy holds: compartments, subnets, security lists.

All items are in the form in which the REST API gives them. An item's region
is kept beside it, not in it.
"""

import json

TENANCY = "ocid1.tenancy.oc1..aaaaaaaastandintenancy"
REGION = "us-ashburn-1"
TIME = "2024-03-05T06:07:08.900Z"
SHORT = {"us-ashburn-1": "iad", "us-phoenix-1": "phx"}


def ocid(kind, name, region=REGION):
    place = "" if kind in ("compartment", "tenancy", "user") else \
        SHORT.get(region, region)
    return f"ocid1.{kind}.oc1.{place}.aaaaaaaa{name}"


def port_range(low, high):
    return {"min": low, "max": high}


def ingress(protocol, source, **more):
    return {"protocol": protocol, "source": source, "isStateless": False,
            "sourceType": "CIDR_BLOCK", **more}


def egress(protocol, destination, **more):
    return {"protocol": protocol, "destination": destination,
            "isStateless": False, "destinationType": "CIDR_BLOCK", **more}


class Cloud:
    def __init__(self, tenancy=TENANCY):
        self.tenancy = tenancy
        self.compartments = {}
        self.root = {
            "id": tenancy, "compartmentId": None, "name": "acme",
            "description": "the tenancy", "timeCreated": TIME,
            "lifecycleState": "ACTIVE", "freeformTags": {}, "definedTags": {}}
        self.items = {"subnets": {}, "securityLists": {}, "vcns": {},
                      "networkSecurityGroups": {}, "serviceGateways": {}}
        self.parts = {}
        self.services = []
        self.changes = {}
        self.rules_made = 0xA00000
        self.regions = {}
        self.denied = set()
        self.inaccessible = set()
        self.index = {}
        self.texts = {}

    def add_compartment(self, name, parent=None, state="ACTIVE"):
        key = ocid("compartment", name)
        self.compartments[key] = {
            "id": key, "compartmentId": parent or self.tenancy, "name": name,
            "description": name, "timeCreated": TIME, "lifecycleState": state,
            "freeformTags": {}, "definedTags": {}}
        return key

    def add_subnet(self, name, compartment, lists=(), cidr="10.0.0.0/24",
                   vcn="one", region=REGION, **more):
        key = ocid("subnet", name, region)
        self._add("subnets", region, {
            "id": key, "compartmentId": compartment, "displayName": name,
            "vcnId": ocid("vcn", vcn, region), "cidrBlock": cidr,
            "ipv4CidrBlocks": [cidr], "ipv6CidrBlocks": [],
            "securityListIds": list(lists), "lifecycleState": "AVAILABLE",
            "routeTableId": ocid("routetable", name, region),
            "dhcpOptionsId": ocid("dhcpoptions", vcn, region),
            "virtualRouterMac": "00:00:17:01:02:03",
            "virtualRouterIp": cidr.rsplit(".", 1)[0] + ".1",
            "prohibitInternetIngress": False,
            "prohibitPublicIpOnVnic": False, "timeCreated": TIME,
            "freeformTags": {}, "definedTags": {}, **more})
        return key

    def add_list(self, name, compartment, ingress_rules=None,
                 egress_rules=None, vcn="one", region=REGION, **more):
        key = ocid("securitylist", name, region)
        if ingress_rules is None:
            ingress_rules = [ingress("6", "0.0.0.0/0", tcpOptions={
                "destinationPortRange": port_range(22, 22)})]
        if egress_rules is None:
            egress_rules = [egress("all", "0.0.0.0/0")]
        self._add("securityLists", region, {
            "id": key, "compartmentId": compartment, "displayName": name,
            "vcnId": ocid("vcn", vcn, region), "lifecycleState": "AVAILABLE",
            "ingressSecurityRules": ingress_rules,
            "egressSecurityRules": egress_rules, "timeCreated": TIME,
            "freeformTags": {}, "definedTags": {}, **more})
        return key

    def add_vcn(self, name, compartment, region=REGION, **more):
        key = ocid("vcn", name, region)
        self._add("vcns", region, {
            "id": key, "compartmentId": compartment,
            "displayName": f"vcn-{name}", "cidrBlock": "10.0.0.0/16",
            "cidrBlocks": ["10.0.0.0/16"], "lifecycleState": "AVAILABLE",
            "timeCreated": TIME, "freeformTags": {}, "definedTags": {}, **more})
        return key

    def add_group(self, name, compartment, rules=(), vnics=(), vcn="one",
                  region=REGION, **more):
        """A group; rules as the API shows them, vnics by their names."""
        key = ocid("networksecuritygroup", name, region)
        self._add("networkSecurityGroups", region, {
            "id": key, "compartmentId": compartment, "displayName": name,
            "vcnId": ocid("vcn", vcn, region), "lifecycleState": "AVAILABLE",
            "timeCreated": TIME, "freeformTags": {}, "definedTags": {}, **more})
        self.parts["securityRules", key] = [
            {"id": f"{number:06X}", "timeCreated": TIME, "isValid": True, **rule}
            for number, rule in enumerate(rules, 1)]
        self.parts["vnics", key] = [
            {"vnicId": ocid("vnic", vnic, region),
             "resourceId": ocid("instance", vnic, region),
             "timeAssociated": TIME} for vnic in vnics]
        return key

    def add_address(self, subnet, vnic, address, **more):
        """An address of a VNIC, in a subnet; with vnic null a reserved one."""
        kind = "ipv6" if ":" in address else "privateIps"
        region = self.regions[subnet]
        self.parts.setdefault((kind, subnet), []).append({
            "id": ocid("ipv6" if kind == "ipv6" else "privateip",
                       address.replace(":", "-"), region),
            "compartmentId": self.items["subnets"][subnet]["compartmentId"],
            "ipAddress": address, "subnetId": subnet,
            "vnicId": vnic and ocid("vnic", vnic, region),
            "ipState": "ASSIGNED" if vnic else "AVAILABLE",
            "isPrimary": True, "timeCreated": TIME, **more})

    def _add(self, kind, region, item):
        self.items[kind][item["id"]] = item
        self.regions[item["id"]] = region
        self.index.setdefault((kind, item["compartmentId"]), []).append(item)

    def add_gateway(self, name, compartment, label, vcn="one", region=REGION):
        """A service gateway, and the service that it leads to."""
        service = {"id": ocid("service", name, region), "cidrBlock": label,
                   "name": f"All {label} Services", "description": label}
        self.services.append(service)
        key = ocid("servicegateway", name, region)
        self._add("serviceGateways", region, {
            "id": key, "compartmentId": compartment, "displayName": name,
            "vcnId": ocid("vcn", vcn, region), "lifecycleState": "AVAILABLE",
            "blockTraffic": False, "timeCreated": TIME, "freeformTags": {},
            "services": [{"serviceId": service["id"],
                          "serviceName": service["name"]}], "definedTags": {}})
        return key

    def etag(self, key):
        return f"{self.changes.get(key, 0):08x}"

    def changed(self, key):
        self.changes[key] = self.changes.get(key, 0) + 1
        self.texts.pop(key, None)

    def new_rule(self, rule):
        """A rule as a group has it: with an id, and what is not said."""
        self.rules_made += 1
        peer = {"INGRESS": "source", "EGRESS": "destination"}[rule["direction"]]
        return {"id": f"{self.rules_made:06X}", "isValid": True,
                "timeCreated": TIME, "isStateless": False,
                f"{peer}Type": "CIDR_BLOCK", **rule}

    def vnic(self, key):
        """A VNIC as what names it says; null where nothing does."""
        groups = [group for (kind, group), members in self.parts.items()
                  if kind == "vnics" and key in [m["vnicId"] for m in members]]
        for (kind, subnet), addresses in self.parts.items():
            for address in addresses if kind == "privateIps" else ():
                if address["vnicId"] == key and address["isPrimary"]:
                    return {
                        "id": key, "subnetId": subnet, "nsgIds": groups,
                        "compartmentId": address["compartmentId"],
                        "privateIp": address["ipAddress"], "isPrimary": True,
                        "availabilityDomain": "AD-1", "timeCreated": TIME,
                        "lifecycleState": "AVAILABLE", "displayName": "v",
                        "skipSourceDestCheck": False, "freeformTags": {},
                        "definedTags": {}}
        return None

    def knows_compartment(self, key):
        if key in self.denied:
            return False
        if key == self.tenancy:
            return True
        return self.compartments.get(key, {}).get(
            "lifecycleState") == "ACTIVE"

    def text(self, item):
        """An item as JSON; made once, for the large tenancies."""
        if item["id"] not in self.texts:
            self.texts[item["id"]] = json.dumps(
                item, ensure_ascii=False).encode()
        return self.texts[item["id"]]

    def children(self, parent, subtree, accessible_only):
        found = [c for c in self.compartments.values()
                 if subtree or c["compartmentId"] == parent]
        return [c for c in found
                if not (accessible_only and c["id"] in self.inaccessible)]

    def listing(self, kind, compartment, region=None):
        found = self.index.get((kind, compartment), [])
        if region is None:
            return found
        return [i for i in found if self.regions[i["id"]] == region]

    def item(self, kind, key, region=None):
        item = self.items[kind].get(key)
        if item is None or key in self.denied:
            return None
        if region is not None and self.regions[key] != region:
            return None
        return item


def small():
    """Two compartments deep, a deleted one, a list in another compartment."""
    cloud = Cloud()
    net = cloud.add_compartment("net")
    app = cloud.add_compartment("app", parent=net)
    cloud.add_compartment("old", state="DELETED")
    base = cloud.add_list("base", net)
    web = cloud.add_list("web", net, [
        ingress("6", "0.0.0.0/0", description="web", isStateless=True,
                tcpOptions={"destinationPortRange": port_range(443, 443),
                            "sourcePortRange": port_range(1024, 65535)}),
        ingress("1", "10.0.0.0/16", icmpOptions={"type": 3, "code": 4}),
        ingress("1", "10.0.0.0/8", icmpOptions={"type": 3}),
        {"protocol": "17", "source": "oci-iad-objectstorage",
         "sourceType": "SERVICE_CIDR_BLOCK", "udpOptions": {}}])
    own = cloud.add_list("app", app, [], vcn="two")
    in_web = cloud.add_subnet("web", net, [base, web], "10.0.1.0/24")
    in_app = cloud.add_subnet(
        "app", app, [own, base], "10.0.2.0/24", vcn="two",
        ipv4CidrBlocks=["10.0.2.0/24", "10.9.0.0/24"],
        ipv6CidrBlock="2603:c020::/64", ipv6CidrBlocks=["2603:c020::/64"])
    cloud.add_subnet("root", cloud.tenancy, [base], "10.0.3.0/24")
    cloud.add_vcn("one", net)
    cloud.add_vcn("two", app)
    front = cloud.add_group("front", net, [
        {"direction": "INGRESS", "protocol": "6", "source": "0.0.0.0/0",
         "sourceType": "CIDR_BLOCK", "isStateless": False,
         "tcpOptions": {"destinationPortRange": port_range(443, 443)}},
        {"direction": "EGRESS", "protocol": "all", "destination": "10.0.0.0/8",
         "destinationType": "CIDR_BLOCK", "isStateless": True,
         "description": "to all of ours"}], ["w1", "w2"])
    cloud.add_group("back", net, [
        {"direction": "INGRESS", "protocol": "6", "source": front,
         "sourceType": "NETWORK_SECURITY_GROUP", "isStateless": False}], ["w2"])
    cloud.add_group("empty", app, vcn="two")
    cloud.add_address(in_web, "w1", "10.0.1.5")
    cloud.add_address(in_web, "w1", "10.0.1.6", isPrimary=False)
    cloud.add_address(in_web, "w2", "10.0.1.7")
    cloud.add_address(in_web, None, "10.0.1.9")
    cloud.add_address(in_app, "a1", "10.0.2.5")
    cloud.add_address(in_app, "a1", "2603:c020::5")
    return cloud


def large(compartments=200, subnets=10000, lists=5000):
    """The tenancy of the speed figures."""
    cloud = Cloud()
    homes = [cloud.add_compartment(f"c{n:04}") for n in range(compartments)]
    names = [cloud.add_list(f"l{n:06}", homes[n % compartments])
             for n in range(lists)]
    for n in range(subnets):
        cidr = f"10.{n >> 8 & 255}.{n & 255}.0/24"
        cloud.add_subnet(
            f"s{n:06}", homes[n % compartments],
            [names[n % lists], names[(n * 7 + 1) % lists]] if lists else [],
            cidr)
    return cloud


def from_plan(plan):
    """{"sample": "small"}, {"large": {…}}, or items in REST form."""
    if "large" in plan:
        return large(**plan["large"])
    if plan.get("sample") == "small" or not plan:
        return small()
    cloud = Cloud(plan.get("tenancy", TENANCY))
    for item in plan.get("compartments", []):
        cloud.compartments[item["id"]] = item
    for kind in ("subnets", "securityLists", "vcns"):
        for item in plan.get(kind, []):
            place = item["id"].split(".")[3]
            names = {short: name for name, short in SHORT.items()}
            cloud._add(kind, names.get(place, place), item)
    cloud.denied = set(plan.get("denied", []))
    return cloud
