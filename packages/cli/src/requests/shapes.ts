import { isPort, requestOfPort } from './neutron-port.js';
import { type Input, refused } from './request.js';

type Given = Readonly<Record<string, unknown>>;

/**
 * The requests that an input stands for. Besides a request, an operator may give
 *
 * - just a VIF, of Nova's network model or an os-vif object;
 * - a row of Nova's table `instance_info_caches`: `network_info`, a list of VIFs or the text of one, and `instance_uuid`;
 * - a Neutron port with its network.
 *
 * Anything else is left for the driver to check.
 *
 * @param instance the guest's UUID, for VIFs without one
 */
export function requestsIn(input: Input, instance: string | undefined): readonly Input[] {
  if (!('request' in input)) return [input];
  const { size, subject } = input;
  const given = input.request as Given;
  if ('vif' in given) {
    if (!instance || given.instance) return [input];
    return [{ ...input, request: { ...given, instance: { uuid: instance } } }];
  }
  if ('network_info' in given) return ofRow(given, input, instance);
  if (isPort(given)) {
    const request = requestOfPort(given, instance);
    return request.map((each) =>
      typeof each === 'string' ? refused(`${subject} ${each}`) : { request: each, size, subject },
    );
  }
  if (!isVif(given)) return [input];
  return [ofVif(given, instance, input)];
}

/** The same, if the owner of a VIF does not matter: plain VIFs and objects are left as they are. */
export function vifsIn(input: Input): readonly Input[] {
  if (!('request' in input) || isVif(input.request as Given)) return [input];
  return requestsIn(input, nobody);
}

const nobody = '00000000-0000-0000-0000-000000000000';

/** Whether it is a plain VIF, without a request around it. */
function isVif(given: Given): boolean {
  if ('instance' in given) return false;
  return 'versioned_object.name' in given || ('address' in given && ('network' in given || 'type' in given));
}

function ofVif(
  vif: unknown,
  instance: string | undefined,
  { size, subject }: { size: number; subject: string },
): Input {
  if (instance) return { request: { vif, instance: { uuid: instance } }, size, subject };
  return refused(
    `${subject} is a VIF without an instance. Give the UUID of its instance: --instance UUID, or {"vif": {…}, "instance": {"uuid": "…"}}`,
  );
}

function ofRow(
  { network_info: info, instance_uuid: uuid, ...others }: Given,
  { size, subject }: { size: number; subject: string },
  instance: string | undefined,
): readonly Input[] {
  const vifs = listOf(info);
  if (!vifs)
    return [
      refused(`${subject} is a row of instance_info_caches, but its network_info is not a list of VIFs`),
    ];
  const known = Object.fromEntries(requestKeys.flatMap((key) => (key in others ? [[key, others[key]]] : [])));
  const owner = known.instance ?? ((uuid ?? instance) ? { uuid: uuid ?? instance } : undefined);
  if (!owner) {
    return [
      refused(
        `${subject} is a row of instance_info_caches without instance_uuid. Give the UUID of the instance: --instance UUID`,
      ),
    ];
  }
  return vifs.map((vif) => ({
    request: { ...known, vif, instance: owner },
    size: size / vifs.length,
    subject,
  }));
}

/** The keys of a request besides its VIF and its id; a row of the table also has other columns. */
const requestKeys = ['instance', 'flavor', 'image', 'host', 'firewall', 'routing'];

function listOf(info: unknown): readonly unknown[] | undefined {
  if (typeof info !== 'string') return Array.isArray(info) ? info : undefined;
  try {
    return listOf(JSON.parse(info));
  } catch {
    return undefined;
  }
}
