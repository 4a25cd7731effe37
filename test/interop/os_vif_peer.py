"""os-vif itself, as the other end of the wire: reads one JSON request, writes one JSON answer."""

import json
import random
import sys

import os_vif
from os_vif import objects  # noqa: F401
from oslo_versionedobjects import base
from oslo_versionedobjects import fields

os_vif.initialize()
CLASSES = {name: versions[0] for name, versions in base.VersionedObjectRegistry.obj_classes().items()}

# What a text field may hold that no host has for a name.
ODD_TEXTS = ['', ' ', '.', '-all', 'a/b', 'if2', '\0', 'tap0\nlink del eth0', '\x1b[2J', '\x85', '\u2028', '\ufeff',
             '\uffff', '\ud800', 'true', '7', 'null', '__proto__', '"\\', 'tap' + 'x' * 17, '/' + 'p' * 200,
             '0000:0A:1F.7']
ODD_NUMBERS = [0, 1, -1, 67, 4095, 4096, 5000, 65536, 70000, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 1 - 2 ** 53]


class Maker:
    """Makes objects of random values, some fields of which are unset."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def object(self, name):
        kind = CLASSES[name]
        made = {field: self.field(field, spec) for field, spec in kind.fields.items()
                if self.random.random() < 0.75}
        return kind(**made)

    def field(self, name, spec):
        if spec.nullable and self.random.random() < 0.25:
            return None
        if isinstance(spec, fields.ListOfObjectsField):
            return [self.object(spec.objname) for _ in range(self.random.randrange(4))]
        if isinstance(spec, fields.ObjectField):
            return self.object(self.subclass_of(spec))
        return getattr(self, type(spec).__name__)(name, spec)

    def subclass_of(self, spec):
        if not spec._type._subclasses:
            return spec.objname
        known = [name for name, kind in sorted(CLASSES.items()) if issubclass(kind, CLASSES[spec.objname])]
        return self.random.choice(known)

    def StringField(self, name, spec):
        return self.random.choice([
            lambda: 'if-' + self.text('abcxyzABC0189_.+-', 12),
            lambda: '/run/' + self.text('abc /-_.é', 80),
            lambda: self.text('abc XYZ 019 \'"<>&\\/éü漢𝛼', 60),
            lambda: self.text([chr(code) for code in range(256)], 60),
            lambda: self.text('abc Äöü ß 漢𝛼', 6000),
            lambda: self.PCIAddressField(name, spec),
            lambda: self.random.choice(ODD_TEXTS),
        ])()

    def text(self, alphabet, most):
        return ''.join(self.random.choice(alphabet) for _ in range(self.random.randrange(most)))

    def hexes(self, count):
        return ''.join(self.random.choice('0123456789abcdef') for _ in range(count))

    def UUIDField(self, name, spec):
        made = self.random.choice(['-', '-', '']).join(self.hexes(count) for count in (8, 4, 4, 4, 12))
        return self.random.choice([made, made, made.upper(), '{%s}' % made, 'urn:uuid:%s' % made])

    def MACAddressField(self, name, spec):
        address = ':'.join(self.hexes(2) for _ in range(6))
        return self.random.choice([address, address.upper(), address.replace(':', '-')])

    def PCIAddressField(self, name, spec):
        slot = self.random.choice('01') + self.hexes(1)
        return '%s:%s:%s.%d' % (self.hexes(4), self.hexes(2), slot, self.random.randrange(8))

    def IPAddressField(self, name, spec):
        if self.random.random() < 0.5:
            return '.'.join(str(self.random.randrange(256)) for _ in range(4))
        # Runs of zeros, which are shortened, as often as other groups.
        groups = [self.random.choice(['0', '0', self.hexes(4)]) for _ in range(8)]
        return ':'.join(groups)

    def IPNetworkField(self, name, spec):
        address = self.IPAddressField(name, spec)
        return '%s/%d' % (address, self.random.randrange(129 if ':' in address else 33))

    def ListOfIPAddressField(self, name, spec):
        return [self.IPAddressField(name, spec) for _ in range(self.random.randrange(4))]

    def IntegerField(self, name, spec):
        return self.random.choice([self.random.choice(ODD_NUMBERS), self.random.randint(0, 9000)])

    def BooleanField(self, name, spec):
        return self.random.random() < 0.5

    def enumerated(self, name, spec):
        return self.random.choice(spec._type._valid_values)

    VIFDirectModeField = VIFVHostUserModeField = VIFHostDeviceDevTypeField = enumerated


def plain(value):
    """A primitive without the list of changes, which is Python's own affair."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if key != 'versioned_object.changes'}
    return [plain(each) for each in value] if isinstance(value, list) else value


def read(primitive):
    return CLASSES[primitive['versioned_object.name']].obj_from_primitive(primitive)


def equal(one, other):
    """Whether two values are equal, with the same fields set, all the way down."""
    if isinstance(one, base.VersionedObject):
        return (type(one) is type(other) and one.VERSION == other.VERSION and
                all(one.obj_attr_is_set(name) == other.obj_attr_is_set(name) and
                    (not one.obj_attr_is_set(name) or equal(getattr(one, name), getattr(other, name)))
                    for name in one.fields))
    if isinstance(one, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other


def write_older(primitive, name, version):
    """What os-vif writes for a peer that has an older version of one class."""
    made = read(primitive)
    if made.obj_name() == name:
        return plain(downgraded(made, version))
    manifest = {each: CLASSES[each].VERSION for each in base.obj_tree_get_versions(made.obj_name())}
    # By its manifest, os-vif would give every port profile the version of VIFPortProfileBase, and it stumbles
    # over a list that it has just taken away. So these are left out, and profiles are put in afterwards.
    for each in ('VIFPortProfileBase', 'DatapathOffloadBase', 'HostPortProfileInfo'):
        manifest.pop(each, None)
    written = made.obj_to_primitive(version_manifest={**manifest, **({name: version} if name in manifest else {})})
    if isinstance(made, CLASSES['VIFBase']) and made.obj_attr_is_set('port_profile'):
        if made.port_profile.obj_name() == name:
            written['versioned_object.data']['port_profile'] = downgraded(made.port_profile, version)
    return plain(written)


def downgraded(made, version):
    if isinstance(made, CLASSES['VIFPortProfileBase']):
        # With a manifest, os-vif would leave datapath_offload in a version that does not have it.
        return made.obj_to_primitive(target_version=version)
    return made.obj_to_primitive(target_version=version, version_manifest={made.obj_name(): version})


def answer(request):
    op = request['op']
    if op == 'versions':
        return {name: kind.VERSION for name, kind in CLASSES.items()}
    if op == 'manifest':
        return {each: version for name in request['names']
                for each, version in base.obj_tree_get_versions(name).items()}
    if op == 'make':
        maker = Maker(request['seed'])
        return [plain(maker.object(name).obj_to_primitive())
                for _ in range(request['each']) for name in sorted(CLASSES)]
    if op == 'equal':
        return [equal(read(one), read(other)) for one, other in request['pairs']]
    if op == 'echo':
        return [plain(read(each).obj_to_primitive()) for each in request['objects']]
    if op == 'older':
        return [write_older(each, request['name'], request['version']) for each in request['objects']]
    raise ValueError(op)


json.dump(answer(json.load(sys.stdin)), sys.stdout)
