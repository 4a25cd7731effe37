import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasModule } from './check-module.js';
import type { Check, ExaminedHost, Lack } from './lack.js';

export const checkOvsdb: Check = async ({ name, from }, host) => {
  try {
    const { fault, bridges = [], controllerFault } = await host.openVSwitch();
    if (fault !== undefined) return { problem: fault, remedy: `the daemon comes from ${from}; see its log` };
    const faulty = bridges.find(({ error }) => error !== undefined);
    if (faulty) {
      const problem = `Bridge ${faulty.name}, whose datapath is '${faulty.datapathType}', does not work: ${faulty.error}`;
      return { problem, remedy: 'see the log of ovs-vswitchd' };
    }
    if (controllerFault !== undefined) {
      return { problem: controllerFault, remedy: 'start it, or see its log: OVN binds no port until then' };
    }
    return undefined;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { problem, remedy: `${name} comes from ${from}` };
  }
};

export const checkDpdk: Check = async (requirement, host) => {
  const lack = await checkOvsdb(requirement, host);
  if (lack) return lack;
  const { hasDpdk, directory } = await host.openVSwitch();
  if (hasDpdk) return directory === undefined ? undefined : checkDrivers(directory, host);
  return {
    problem: 'Open vSwitch runs without DPDK',
    remedy: `install ${requirement.from}, and set other_config:dpdk-init=true in its table Open_vSwitch`,
  };
};

/**
 * DPDK loads its drivers when it starts, if they are installed. Without a memory pool driver it still opens sockets,
 * but no guest's link ever comes up.
 */
async function checkDrivers(directory: string, { procRoot }: ExaminedHost): Promise<Lack | undefined> {
  const pid = (await readFile(join(directory, 'ovs-vswitchd.pid'), 'utf8').catch(() => '')).trim();
  const mapped = await readFile(join(procRoot, pid, 'maps'), 'utf8').catch(() => '');
  // If DPDK is part of the program, so are its drivers; and a process id from another PID namespace belongs to another
  // program.
  const isShared = /\/librte_eal\./.test(mapped);
  if (!isShared || /\/librte_mempool_(ring|stack|bucket)\./.test(mapped)) return undefined;
  return {
    problem: 'DPDK has no memory pool driver: the links of guests on its sockets never come up',
    remedy:
      "install DPDK's librte_mempool_ring (on Debian librte-mempool-ring23), and start Open vSwitch again",
  };
}

/** Bridges keep their datapath: a host whose bridges all use others does not need this one. */
export const checkDatapath: Check = async ({ name, from }, host) => {
  const { datapathTypes = [], bridges = [] } = await host
    .openVSwitch()
    .catch((): Partial<Awaited<ReturnType<ExaminedHost['openVSwitch']>>> => ({}));
  const isKnown = datapathTypes.length === 0 || datapathTypes.includes(name);
  const isUnused = bridges.length > 0 && !bridges.some(({ datapathType }) => datapathType === name);
  if (isUnused || (isKnown && (name !== 'system' || (await hasModule('openvswitch', host)))))
    return undefined;
  return { problem: `Open vSwitch has no datapath '${name}' here`, remedy: `it comes from ${from}` };
};
