"""The other end of the wire: os-vif itself. Reads one JSON request, writes one JSON answer."""

import json
import sys

import os_vif
from os_vif import objects
from oslo_versionedobjects import base

os_vif.initialize()

UUID = 'bc2ad4b9-3c2f-4b4c-9b3a-0d2f6f0d5a10'


def without_changes(value):
    if isinstance(value, dict):
        return {k: without_changes(v) for k, v in value.items() if k != 'versioned_object.changes'}
    if isinstance(value, list):
        return [without_changes(item) for item in value]
    return value


def samples():
    ips = objects.fixed_ip.FixedIPList(objects=[
        objects.fixed_ip.FixedIP(address='10.0.0.3', floating_ips=['192.0.2.7']),
        objects.fixed_ip.FixedIP(address='fd00::3', floating_ips=[]),
    ])
    routes = objects.route.RouteList(objects=[
        objects.route.Route(cidr='0.0.0.0/0', gateway='10.0.0.1', interface='eth0'),
    ])
    subnets = objects.subnet.SubnetList(objects=[objects.subnet.Subnet(
        cidr='10.0.0.0/8', dns=['10.0.0.2'], gateway='10.0.0.1', ips=ips, routes=routes,
        dhcp_server='10.0.0.4')])
    network = objects.network.Network(
        id=UUID, bridge='br-int', label='private net', subnets=subnets, bridge_interface='eth1',
        vlan=7, mtu=9000)
    offload = objects.vif.DatapathOffloadRepresentor(
        representor_name=None, representor_address='0000:05:10.1')
    ovs = objects.vif.VIFPortProfileOpenVSwitch(
        interface_id=UUID, profile_id='gold', datapath_type='netdev', create_port=True,
        datapath_offload=offload)
    common = dict(id=UUID, address='FA:16:3E:00:00:01', network=network, plugin='ovs', active=False,
                  preserve_on_delete=True, has_traffic_filtering=True)
    vif_info = objects.host_info.HostVIFInfo(
        vif_object_name='VIFBridge', min_version='1.0', max_version='1.0',
        supported_port_profiles=[objects.host_info.HostPortProfileInfo(
            profile_object_name='VIFPortProfileOpenVSwitch', min_version='1.0', max_version='1.4')])
    plugin = objects.host_info.HostPluginInfo(plugin_name='ovs', vif_info=[vif_info])
    return [
        objects.vif.VIFBase(port_profile=objects.vif.VIFPortProfileBase(datapath_offload=None), **common),
        objects.vif.VIFBase(id=UUID, address=None, network=None),
        objects.vif.VIFGeneric(vif_name='tap1', **common),
        objects.vif.VIFBridge(vif_name='tap1', bridge_name='br0', port_profile=ovs, **common),
        objects.vif.VIFBridge(id=UUID, network=objects.network.Network()),
        objects.vif.VIFOpenVSwitch(vif_name='tap1', bridge_name='br-int', port_profile=ovs, **common),
        objects.vif.VIFVHostUser(vif_name='vhu1', path='/run/vhu1', mode='server', **common),
        objects.vif.VIFHostDevice(dev_type='ethernet', dev_address='0000:05:10.1', **common),
        objects.vif.VIFDirect(vif_name='mv1', dev_address='0000:05:10.1', mode='vepa',
                              vlan_name='eth1.7', **common),
        objects.vif.VIFNestedDPDK(pci_address='0000:05:10.1', dev_driver='virtio_net', **common),
        objects.vif.VIFPortProfileFPOpenVSwitch(
            interface_id=UUID, datapath_type='', create_port=False, bridge_name='qbr1', hybrid_plug=True),
        objects.vif.VIFPortProfileOVSRepresentor(
            profile_id='gold', representor_name='rep0', representor_address='0000:05:1F.1'),
        objects.vif.VIFPortProfileFPBridge(bridge_name='br0', datapath_offload=offload),
        objects.vif.VIFPortProfileFPTap(mac_address='FA-16-3E-00-00-01'),
        objects.vif.VIFPortProfile8021Qbg(
            manager_id=8, type_id=0xffffff, type_id_version='2', instance_id=UUID),
        objects.vif.VIFPortProfile8021Qbh(profile_id='gold'),
        objects.vif.VIFPortProfileK8sDPDK(l3_setup=True, selflink='/api/v1/pods/x', resourceversion='7'),
        objects.vif.DatapathOffloadBase(),
        offload,
        objects.vif.VIFPortProfileBase(),
        ovs,
        objects.vif.VIFPortProfileOpenVSwitch(datapath_type=None),
        network, subnets, subnets.objects[0], routes, routes.objects[0], ips, ips.objects[0],
        objects.instance_info.InstanceInfo(uuid=UUID, name='instance-1', project_id='p'),
        objects.host_info.HostInfo(plugin_info=[plugin]), plugin, vif_info,
        vif_info.supported_port_profiles[0],
    ]


def type_of(type_):
    """The kind of values, what they may be, and of which class; one of its subclasses, with a plus."""
    if hasattr(type_, '_valid_values'):
        return ['Enum', *type_._valid_values]
    if hasattr(type_, '_obj_name'):
        return ['Object', type_._obj_name + ('+' if type_._subclasses else '')]
    if hasattr(type_, '_element_type'):
        return ['List', *type_of(type_._element_type._type)]
    return [type(type_).__name__]


def fields():
    known = base.VersionedObjectRegistry.obj_classes()
    return {
        name: {
            'namespace': versions[0].OBJ_PROJECT_NAMESPACE,
            'version': versions[0].VERSION,
            'types': {field: type_of(spec._type) for field, spec in versions[0].fields.items()},
            'nullable': {field: spec.nullable for field, spec in versions[0].fields.items()},
            'defaults': {field: spec.default for field, spec in versions[0].fields.items()
                         if isinstance(spec.default, bool)},
        }
        for name, versions in known.items()
    }


def read(primitive):
    known = base.VersionedObjectRegistry.obj_classes()[primitive['versioned_object.name']][0]
    return known.obj_from_primitive(primitive)


request = json.load(sys.stdin)
if request['op'] == 'samples':
    answer = [without_changes(sample.obj_to_primitive()) for sample in samples()]
elif request['op'] == 'fields':
    answer = fields()
elif request['op'] == 'backport':
    answer = []
    for primitive, version in request['objects']:
        written = read(primitive)
        # Without a manifest, os-vif has rules for what is within profiles alone.
        manifest = None if isinstance(written, objects.vif.VIFPortProfileBase) else {}
        answer.append(without_changes(written.obj_to_primitive(version, manifest)))
else:
    answer = [without_changes(read(primitive).obj_to_primitive()) for primitive in request['objects']]
json.dump(answer, sys.stdout)
