#!/usr/bin/python
# Through Docker's API: on its command line a join token would stand in the list of processes. One task, for each costs a round trip.
from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_member
short_description: Makes this host a node of the site's swarm, and sets a node's role and labels
options:
  socket:
    description: Docker's socket.
    type: path
    default: /var/run/docker.sock
  site:
    description: The site's name. The swarm carries it as the label C(barecast.site).
    type: str
    required: true
  address:
    description: Where the other nodes reach this host.
    type: str
  address_pool:
    description: Pool of the overlay networks. Fixed when the swarm is made.
    type: str
  gateway_bridge:
    description: Network of docker_gwbridge. Fixed when it is made, which is before the swarm.
    type: str
  is_first:
    description: Makes the swarm, where the others join.
    type: bool
    default: false
  remote:
    description: Address of the host that has made the swarm.
    type: str
  token:
    description: Token to join with. Without it a host that is in no swarm is only told of.
    type: str
  node:
    description: Only sets role and labels of the node with this id; this host is a manager.
    type: str
  role:
    description: What the node is.
    type: str
    choices: [manager, worker]
    default: worker
  labels:
    description: The node's labels. Others that start with C(barecast.) go, all others stay. A node that is down and has the same
      C(barecast.host) is forgotten, because its host was installed anew.
    type: dict
    default: {}
  hosts:
    description: With I(is_first), the site's hosts. Nodes of others, by C(barecast.host), are taken from the swarm.
    type: list
    elements: str
    default: []
"""

RETURN = r"""
node:
  description: Id of this host's node; empty while it is in no swarm.
  type: str
  returned: always
changed_paths:
  description: What was done.
  type: list
  returned: always
"""

import http.client
import json
import socket
import time

from ansible.module_utils.basic import AnsibleModule


class Refused(Exception):
    """Docker's own words, or what a person has to change."""


class Engine:
    def __init__(self, path):
        self.path = path

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("docker", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(60)
        try:
            connection.sock.connect(self.path)
            connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        content = json.loads(text) if text.strip() else {}
        if answer.status >= 400:
            error = Refused("Docker: %s" % (content.get("message", text) if isinstance(content, dict) else text))
            error.status = answer.status
            raise error
        return content


def subnet_of(network):
    return ((network.get("IPAM") or {}).get("Config") or [{}])[0].get("Subnet")


def ensure_bridge(engine, wanted):
    """docker_gwbridge, before the swarm: Docker makes it with an address of its own choice otherwise, and keeps it."""
    try:
        found = subnet_of(engine.ask("GET", "/networks/docker_gwbridge"))
    except Refused as error:
        if getattr(error, "status", 0) != 404:
            raise
        engine.ask("POST", "/networks/create", {
            "Name": "docker_gwbridge",
            "CheckDuplicate": True,
            "Driver": "bridge",
            "Options": {
                "com.docker.network.bridge.name": "docker_gwbridge",
                "com.docker.network.bridge.enable_icc": "false",
                "com.docker.network.bridge.enable_ip_masquerade": "true",
            },
            "IPAM": {"Driver": "default", "Config": [{"Subnet": wanted}]},
        })
        return ["docker_gwbridge"]
    if found != wanted:
        raise Refused("network.gatewayBridge: Expected docker_gwbridge with %s, found %s. It cannot be changed: take the host out of its swarm "
                      "(docker swarm leave --force), remove it (docker network rm docker_gwbridge), and run again" % (wanted, found))
    return []


def check_swarm(cluster, params):
    labels = cluster["Spec"].get("Labels") or {}
    if labels.get("barecast.site") != params["site"]:
        raise Refused('Expected the swarm of the site "%s", found one with the labels %s. Take the host out of it: docker swarm leave --force'
                      % (params["site"], json.dumps(labels)))
    pools = cluster.get("DefaultAddrPool") or []
    if pools != [params["address_pool"]]:
        raise Refused("network.overlays: Expected a swarm with the pool %s, found %s. It cannot be changed later: set it back, or make the "
                      "swarm anew" % (params["address_pool"], ", ".join(pools)))


def wait_for_node(engine, node):
    """A node that has just joined is known to the managers a moment later."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return engine.ask("GET", "/nodes/" + node)
        except Refused as error:
            if getattr(error, "status", 0) != 404 or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def ensure_node(engine, module, node):
    found = wait_for_node(engine, node)
    spec = found["Spec"]
    before = spec.get("Labels") or {}
    labels = {key: value for key, value in before.items() if not key.startswith("barecast.")}
    labels.update(module.params["labels"])
    if labels == before and spec.get("Role") == module.params["role"]:
        return []
    if not module.check_mode:
        spec.update(Labels=labels, Role=module.params["role"])
        engine.ask("POST", "/nodes/%s/update?version=%d" % (node, found["Version"]["Index"]), spec)
    return ["role and labels"]


def forget(engine, module, is_gone, what):
    """Takes nodes from the swarm; their tasks are placed elsewhere. A host that still runs notices that it is in no swarm any more."""
    gone = [node for node in engine.ask("GET", "/nodes") if is_gone(node, (node["Spec"].get("Labels") or {}).get("barecast.host"))]
    for node in gone:
        if not module.check_mode:
            engine.ask("DELETE", "/nodes/%s?force=true" % node["ID"])
    return ["%s %s" % (what, node["Description"].get("Hostname") or node["ID"]) for node in gone]


def ensure_member(engine, module, info):
    """Makes or joins the swarm. Returns what was done, and whether this host is in the swarm now."""
    params = module.params
    state = info["Swarm"]["LocalNodeState"]
    if state == "active":
        if info["Swarm"].get("ControlAvailable"):
            check_swarm(engine.ask("GET", "/swarm"), params)
        return ensure_bridge(engine, params["gateway_bridge"]) if not module.check_mode else []
    if state != "inactive":
        raise Refused("Expected a host in no swarm, or in the site's, found one that is %s: %s. Look at: docker info" % (state, info["Swarm"].get("Error") or "-"))
    if module.check_mode or not (params["is_first"] or params["token"]):
        return ["node"] if module.check_mode else []
    done = ensure_bridge(engine, params["gateway_bridge"])
    here = {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": params["address"] + ":2377", "DataPathAddr": params["address"]}
    if params["is_first"]:
        # Why an update failed is told by tasks that Swarm keeps: with fewer, a rollback's own tasks push the failed one out. A swarm made before keeps
        # two: there the runner sees what it can while the update goes on.
        spec = {"Labels": {"barecast.site": params["site"]}, "Orchestration": {"TaskHistoryRetentionLimit": 5}}
        engine.ask("POST", "/swarm/init", dict(here, DefaultAddrPool=[params["address_pool"]], SubnetSize=24, Spec=spec))
        return done + ["swarm"]
    engine.ask("POST", "/swarm/join", dict(here, RemoteAddrs=[params["remote"] + ":2377"], JoinToken=params["token"]))
    return done + ["node"]


def main():
    module = AnsibleModule(
        argument_spec=dict(
            socket=dict(type="path", default="/var/run/docker.sock"),
            site=dict(type="str", required=True),
            address=dict(type="str"),
            address_pool=dict(type="str"),
            gateway_bridge=dict(type="str"),
            is_first=dict(type="bool", default=False),
            remote=dict(type="str"),
            token=dict(type="str", no_log=True),
            node=dict(type="str"),
            role=dict(type="str", choices=["manager", "worker"], default="worker"),
            labels=dict(type="dict", default={}),
            hosts=dict(type="list", elements="str", default=[]),
        ),
        supports_check_mode=True,
    )
    engine, done = Engine(module.params["socket"]), []
    try:
        if module.params["node"]:
            node, name = module.params["node"], module.params["labels"].get("barecast.host")
            done = ensure_node(engine, module, node)
            done += forget(engine, module, lambda other, host: name and host == name and other["ID"] != node and other["Status"]["State"] == "down",
                           "the former node of")
            module.exit_json(changed=bool(done), changed_paths=done, node=module.params["node"])
        done = ensure_member(engine, module, engine.ask("GET", "/info"))
        node = engine.ask("GET", "/info")["Swarm"]["NodeID"]
        if node and module.params["is_first"]:
            done += ensure_node(engine, module, node)
            hosts = module.params["hosts"]
            done += forget(engine, module, lambda _, host: hosts and host and host not in hosts, "the node of")
        module.exit_json(changed=bool(done), changed_paths=done, node=node)
    except OSError as error:
        if module.check_mode:
            # Docker is not there yet: a real run installs it first.
            module.exit_json(changed=True, changed_paths=["node"], node="")
        module.fail_json(msg="Expected Docker to answer at %s, found: %s. See: journalctl -u docker" % (engine.path, error))
    except Refused as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
