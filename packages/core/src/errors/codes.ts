/**
 * Every error code of vifkit, with its meaning. Codes are stable: programs may compare them. docs/errors.md lists a
 * remedy for each; a test keeps the two lists equal.
 */
export const errorCodes = {
  INVALID_REQUEST: 'The request does not have the documented form',
  INVALID_VIF: 'A field of the VIF is missing or malformed',
  INVALID_OBJECT: 'A versioned object is malformed',
  UNKNOWN_OBJECT: 'The class of a versioned object is not known',
  UNKNOWN_FIELD: 'A versioned object has a field that its class does not declare',
  INCOMPATIBLE_VERSION: 'An object has, or is to be written in, a version that is not known',
  NO_COMMON_VERSION: 'A plugin does not understand the version of the class that is known here',
  INVALID_PLAN: 'A plugin returned a plan, a path or a device that cannot be used',
  INVALID_OPTIONS: 'An option of a plugin, a call or the command is malformed or not known',

  VIF_TYPE_MISSING: 'The VIF has no type',
  UNSUPPORTED_VIF_TYPE: 'No registered plugin handles this VIF type',
  NO_CONVERTER: 'No converter makes an os-vif object from this VIF',
  NO_MATCHING_PLUGIN: 'The plugin that the VIF names is not registered',
  UNSUPPORTED_VIF: 'The plugin does not support this VIF class or port profile',
  PLUGIN_CONFLICT: 'Two plugins claim the same name or VIF type',
  PLUGIN_INVALID: 'A class or package is not a plugin, or what it declares is malformed',
  PLUGIN_INCOMPATIBLE: 'A plugin is for a different contract of core than the one in use',
  PLUGIN_FAILED: 'The code of a plugin threw, or did not return what it must',

  UNSUPPORTED_VIRT_TYPE: 'The virtualization type is not known',
  UNSUPPORTED_MODEL: 'The virtualization type cannot emulate this network card model',
  UNSUPPORTED_CONFIG: 'There is no libvirt configuration for this VIF',

  PLUG_FAILED: 'A step of a plug failed, and the steps before it were undone',
  UNPLUG_FAILED: 'One or more steps of an unplug failed',
  CHECK_FAILED: 'The host could not be compared with the plan',
  NO_RUNNER: 'The host has no runner for this kind of step',
  TIMEOUT: 'The deadline passed',
  ABORTED: 'The caller aborted the call',

  VIF_IN_USE: 'A guest uses the VIF that is to be unplugged or released',
  VIF_NOT_RECORDED: 'A VIF is plugged, but the request that it was plugged with is not recorded',
  OWNED_BY_OTHER_VIF: 'Something that the VIF needs belongs to another VIF',

  LINK_NOT_FOUND: 'A link that must exist does not',
  LINK_EXISTS: 'Something else made a link with this name while the call ran',
  LINK_KIND_MISMATCH: 'A link with this name exists, but is of another kind',
  LINK_BUSY:
    'A link that is not ours is already a member of another bridge, a tap has just been opened, or a virtual function is in use',
  LINK_MADE_OTHERWISE: 'A tap was made with another owner or another queue mode, and is in use or not ours',
  LINK_COMMAND_FAILED: 'The kernel refused a change to a link',
  LINK_ROUTES_FIXED: 'A route or a rule keeps the addresses of an uplink from moving to its bridge',
  LINK_NOT_OURS: "A link carries somebody else's mark or serves several VIFs, and is not changed",
  FILTER_FAILED: "nftables refused to read or change the guests' filters",

  OVSDB_UNREACHABLE: 'The OVSDB server cannot be reached',
  OVSDB_PROTOCOL: 'The OVSDB server violated the protocol',
  OVSDB_ERROR: 'The OVSDB server refused an operation',
  OVS_BRIDGE_NOT_FOUND: 'The Open vSwitch bridge does not exist',
  OVS_MADE_OTHERWISE: "A port has a different type than the VIF's, and was not made for it",
  OVS_NOT_WIRED: 'The database has the change, but ovs-vswitchd has not implemented it',
  OVS_PORT_FAILED: 'ovs-vswitchd could not open the port',
  OVN_NOT_INSTALLED: 'ovs-vswitchd has wired the port, but ovn-controller has not installed its flows',
  OVS_PORT_NOT_OURS: 'A port with this name is a bond, and is left alone',

  LIBVIRT_FAILED: 'libvirt refused an operation on a domain',
  DOMAIN_UNFIT: 'The domain lacks something that the card needs',
  DEVICE_NOT_RELEASED: 'The guest has not released its card',

  COMMAND_NOT_FOUND: 'A program is not installed',
  COMMAND_FAILED: 'A program failed',
  DESCRIPTORS_EXHAUSTED:
    'The process has no file descriptors left to start a program, load code or read the host',
  PCI_DEVICE_NOT_FOUND: 'There is no network device at this PCI address',
  STATE_DIRECTORY_UNSAFE: 'Another user could change the contents of the state directory',
  STATE_DIRECTORY_FAILED: 'The state directory cannot be made or entered, or a lock in it cannot be taken',
  JOURNAL_FAILED:
    'The record of a VIF, or of the original settings of a virtual function, cannot be read or written',
  JOURNAL_INVALID:
    'The record of a VIF, or of the original settings of a virtual function, is damaged or not ours',
} as const;

/** The code of an error: see docs/errors.md for the remedy of each. */
export type ErrorCode = keyof typeof errorCodes;
