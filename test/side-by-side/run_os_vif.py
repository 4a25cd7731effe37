"""Plugs and unplugs by os-vif what it is told to on standard input: a JSON object a line, an answer a line."""

import json
import sys

import os_vif
from os_vif import objects
from oslo_config import cfg
from vif_plug_linux_bridge import privsep as linux_bridge_privsep
from vif_plug_ovs import privsep


def build(description):
    """An object, with the objects in its fields, from its class's name and its fields."""
    fields = {
        name: build(value) if isinstance(value, dict) and "class" in value else value
        for name, value in description["fields"].items()
    }
    return CLASSES[description["class"]](**fields)


def run(request):
    for name, value in request["options"].items():
        cfg.CONF.set_override(name, value, group="os_vif_ovs")
    instance = objects.instance_info.InstanceInfo(**request["instance"])
    operation = {"plug": os_vif.plug, "unplug": os_vif.unplug}[request["operation"]]
    operation(build(request["vif"]), instance)


# The privileged daemon would be a process of its own; this one is root already.
privsep.vif_plug.set_client_mode(False)
linux_bridge_privsep.vif_plug.set_client_mode(False)
os_vif.initialize()
# The plugin reads its endpoint when it is loaded, and loading it declares the option.
cfg.CONF.set_override("ovsdb_connection", sys.argv[1], group="os_vif_ovs")
os_vif.initialize(reset=True)
CLASSES = {"Network": objects.network.Network, **vars(objects.vif)}
print("ready", flush=True)
for line in sys.stdin:
    try:
        run(json.loads(line))
        answer = {}
    except Exception as error:
        answer = {"error": repr(error)}
    for name in json.loads(line)["options"]:
        cfg.CONF.clear_override(name, group="os_vif_ovs")
    print(json.dumps(answer), flush=True)
