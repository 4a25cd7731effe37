// The parts for building a substitute for a host: the runners, and what they depend on.
export { CommandRunner } from './commands/command-runner.js';
export { ExecCommands } from './commands/exec-commands.js';
export type { Following } from './commands/follow-program.js';
export type { Answer, Question } from './commands/program-session.js';
export type { Programs, Session } from './commands/programs.js';
export type { Argv, ProgramOptions } from './commands/run-program.js';
export { BridgeMembers } from './connection/bridge-members.js';
export { HostConnection } from './connection/host-connection.js';
export { OpenVSwitchPath } from './connection/open-vswitch-path.js';
export { VswitchdProbe } from './connection/vswitchd-probe.js';
export { hostFacts } from './facts.js';
export { FilterSource } from './inventory/filter-source.js';
export { KernelSource } from './inventory/kernel-source.js';
export { OvsSource } from './inventory/ovs-source.js';
export { SourcesInventory } from './inventory/sources-inventory.js';
export type { KernelFiles } from './kernel/kernel-files.js';
export {
  isIpv6,
  type LinkAddress,
  type LinkAddressing,
  type LinkRoute,
  type RouteHop,
} from './links/addresses/link-addresses.js';
export type { LinkRule } from './links/addresses/link-rules.js';
export { IpLinkTable } from './links/ip/ip-link-table.js';
export { LinkRunner } from './links/link-runner.js';
export type { LinkState, TapState } from './links/link-state.js';
export type { LinkChange, LinkOperation } from './links/link-table.js';
export { noteOf, usersIn } from './links/link-users.js';
export { SharedLocks } from './locks/shared-locks.js';
export type { OvsChange } from './openvswitch/changes.js';
export { OvsSwitch } from './openvswitch/open-vswitch.js';
export { OvsRunner } from './openvswitch/ovs-runner.js';
export { readSwitch } from './openvswitch/snapshot.js';
export type { OvsBridge, OvsPort, OvsState } from './openvswitch/state.js';
export { OvnReadiness } from './ovn/ovn-readiness.js';
export { Southbound } from './ovn/southbound.js';
export { SwitchWatch } from './ovn/switch-watch.js';
export type { Ovsdb, OvsdbMonitor } from './ovsdb/client.js';
export { JsonSplitter } from './ovsdb/json-splitter.js';
export type { MonitorListener, MonitorRequests, TableUpdates } from './ovsdb/monitor.js';
export type { Condition, Mutation, Operation, OperationResult } from './ovsdb/operations.js';
export { readResults } from './ovsdb/results.js';
export {
  type Atom,
  type Row,
  readOptionalInteger,
  readSet,
  readString,
  readStrings,
  type Value,
} from './ovsdb/values.js';
export { FilterRunner } from './port-security/filter-runner.js';
export type { FilterTable, GuestFilter } from './port-security/filter-table.js';
export { NftFilterTable } from './port-security/nft-filter-table.js';
export { parseFilters } from './port-security/parse-filters.js';
export { BridgePortRunner } from './port-settings/bridge-port-runner.js';
export { OvsPortSettingsRunner } from './port-settings/ovs-port-settings-runner.js';
export { FileVfJournal } from './records/vf-records.js';
export { FileVifRecords } from './records/vif-records.js';
export { IpVfTable } from './sriov/ip-vf-table.js';
export type { VfJournal, VfRecord } from './sriov/vf-journal.js';
export { VfRunner } from './sriov/vf-runner.js';
export type { VfState } from './sriov/vf-table.js';
