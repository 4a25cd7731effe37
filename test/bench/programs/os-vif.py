"""os-vif in process, warm: a JSON object a line on standard input, an answer a line.

The privileged daemon is off (this process is root), and OVSDB is spoken natively.
"""

import json
import sys
import time

import os_vif
from os_vif import objects
from oslo_config import cfg
from vif_plug_linux_bridge import privsep as linux_bridge_privsep
from vif_plug_ovs import ovs
from vif_plug_ovs import privsep as ovs_privsep


def run(request):
    operation = os_vif.unplug if request['operation'] == 'unplug' else os_vif.plug
    # As Nova has them: the objects exist before the call.
    vifs = [objects.vif.VIFBase.obj_from_primitive(vif) for vif in request['vifs']]
    milliseconds = []
    for vif in vifs:
        start = time.perf_counter()
        operation(vif, instance)
        milliseconds.append((time.perf_counter() - start) * 1000)
    return {'milliseconds': milliseconds}


ovs_privsep.vif_plug.set_client_mode(False)
linux_bridge_privsep.vif_plug.set_client_mode(False)
cfg.CONF([], project='os-vif', default_config_files=[])
# The plugin reads its options when it is loaded.
cfg.CONF.register_opts(ovs.OvsPlugin.CONFIG_OPTS, group='os_vif_ovs')
cfg.CONF.set_override('ovsdb_connection', sys.argv[1], group='os_vif_ovs')
cfg.CONF.set_override('ovsdb_interface', 'native', group='os_vif_ovs')
os_vif.initialize()
instance = objects.instance_info.InstanceInfo(uuid='5f0c6f3e-0b51-4b35-9f0b-6f6f3ddc8a11', name='instance')
print('ready', flush=True)
for line in sys.stdin:
    try:
        answer = run(json.loads(line))
    except Exception as error:
        answer = {'error': repr(error)}
    print(json.dumps(answer), flush=True)
