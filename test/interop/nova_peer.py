"""Nova itself: reads requests, one per line, and writes what its libvirt driver makes of each."""

import json
import logging
import os
import sys
from unittest import mock

import os_vif
from nova import conf
from nova import exception
from nova import objects
from nova.network import model
from nova.network import neutron
from nova.network import os_vif_util
from nova.pci import utils as pci_utils
from nova.virt.libvirt import vif as libvirt_vif

logging.disable(logging.CRITICAL)
conf.CONF([], project='nova', default_config_files=[])
objects.register_all()
os_vif.initialize()


def answer(request):
    """The os-vif object and the XML, or the name of the exception. Either may be missing: Nova may refuse one alone."""
    made = {}
    try:
        made['object'] = primitive(os_vif_util.nova_to_osvif_vif(vif_of(request)))
        made['xml'] = config(request).to_xml()
    except Exception as error:
        made['error'] = type(error).__name__
    return made


class VdpaHost:
    """What Nova asks libvirt for: the device that each virtual function of the tests has."""

    @staticmethod
    def get_vdpa_device_path(address):
        return '/dev/vhost-vdpa-0'


def config(request):
    host, instance, flavor = request['host'], request['instance'], request['flavor']
    settings = conf.CONF
    settings.set_override('virt_type', host['virt_type'], 'libvirt')
    settings.set_override('use_virtio_for_bridges', host['use_virtio_for_bridges'], 'libvirt')
    for size in ('rx_queue_size', 'tx_queue_size', 'max_queues'):
        settings.set_override(size, host.get(size), 'libvirt')
    guest = objects.Instance(uuid=instance['uuid'], project_id=instance['project_id'])
    image = objects.ImageMeta.from_dict(request['image'])
    size = objects.Flavor(vcpus=flavor['vcpus'], extra_specs=flavor['extra_specs'])
    kernel = os.uname_result(('Linux', 'host', host['kernel_release'], '', 'x86_64'))

    def net_device(address, pf_interface=False, switchdev=False):
        found = host['pci'].get(address)
        if found is None:
            raise exception.PciDeviceNotFoundById(id=address)
        return found['pf_ifname' if pf_interface else 'vf_ifname']

    with mock.patch.object(pci_utils, 'get_ifname_by_pci_address', net_device), \
            mock.patch.object(os, 'uname', lambda: kernel):
        driver = libvirt_vif.LibvirtGenericVIFDriver(VdpaHost)
        return driver.get_config(guest, vif_of(request), image, size, host['virt_type'])


def vif_of(request):
    if 'port' in request:
        return vif_of_port(request['port'], request['network'], request['subnets'])
    return model.VIF.hydrate(json.loads(json.dumps(request['vif'])))  # it keeps the dictionaries that it is given


def vif_of_port(port, network, subnets):
    """As it is read from Nova's database, into which it is written when the port is bound."""
    api = neutron.API()
    physical_network = network['provider:physical_network']
    found = [model.Subnet(cidr=each['cidr'], version=each['ip_version']) for each in subnets]
    with mock.patch.object(neutron, 'get_client'), \
            mock.patch.object(api, '_get_floating_ips_by_fixed_and_port', return_value=[]), \
            mock.patch.object(api, '_get_subnets_from_port', return_value=found), \
            mock.patch.object(api, '_get_physnet_tunneled_info', return_value=(physical_network, None)):
        made = api._build_vif_model(None, mock.Mock(), port, [network], [])
    return model.NetworkInfo.hydrate(model.NetworkInfo([made]).json())[0]


def primitive(made):
    return made and without_changes(made.obj_to_primitive())


def without_changes(value):
    if isinstance(value, list):
        return [without_changes(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: without_changes(each) for key, each in value.items() if key != 'versioned_object.changes'}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
