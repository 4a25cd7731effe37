import { checkBridgeNetfilter } from './check-bridge-netfilter.js';
import type { Check } from './lack.js';

export const checkOvsdb: Check = async ({ name, from }, { openVSwitch, procRoot }) => {
  try {
    const { fault } = await openVSwitch();
    if (fault === undefined) return await checkBridgeNetfilter(procRoot); // a hybrid port has a Linux bridge
    return { problem: fault, remedy: `the daemon comes from ${from}; see its log` };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { problem, remedy: `${name} comes from ${from}` };
  }
};

export const checkDpdk: Check = async (requirement, host) => {
  const lack = await checkOvsdb(requirement, host);
  if (lack || (await host.openVSwitch()).hasDpdk) return lack;
  return {
    problem: 'Open vSwitch runs without DPDK',
    remedy: `install ${requirement.from}, and set other_config:dpdk-init=true in its table Open_vSwitch`,
  };
};
