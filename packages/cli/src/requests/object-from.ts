import { VifError } from '@vifkit/core';
import { fromPrimitive, type VersionedObject } from '@vifkit/core/os-vif';
import type { VifDriver } from '@vifkit/engine';

/** Requests need an instance; what a VIF converts to does not depend on it. */
const someInstance = { uuid: '00000000-0000-0000-0000-000000000000' };

/** Whether a line of the input is itself an os-vif object, of any class. */
export function isObject(line: object): boolean {
  return Object.hasOwn(line, 'versioned_object.name');
}

/**
 * The os-vif object for a line: an object, a VIF of the network model, or a request with either.
 * @throws VifError NO_CONVERTER for a VIF of the legacy path, whatever `fromPrimitive` throws for an object, and
 *   whatever `VifDriver.convert` throws for the others
 */
export function objectFrom(line: object, driver: Pick<VifDriver, 'convert'>): VersionedObject {
  if (isObject(line)) return fromPrimitive(line);
  const request = Object.hasOwn(line, 'vif')
    ? { instance: someInstance, ...line }
    : { instance: someInstance, vif: line };
  const object = driver.convert(request);
  if (object) return object;
  const vif = request.vif as { readonly id: string; readonly type?: unknown };
  const text = `No converter makes an os-vif object of VIF type '${vif.type}': its driver plugs it without one, by vif plug`;
  throw new VifError('NO_CONVERTER', text, { vifId: vif.id });
}

/** The id of a line, if it has one: the request's own, otherwise that of its VIF or object. */
export function idOf(line: object): string | undefined {
  const { id, vif } = line as { id?: unknown; vif?: unknown };
  return [id, idOfVif(vif), idOfVif(line)].find((each) => typeof each === 'string');
}

/** What appears to be the id of a VIF or of an os-vif object. */
export function idOfVif(vif: unknown): unknown {
  if (typeof vif !== 'object' || vif === null) return undefined;
  const { id, 'versioned_object.data': data } = vif as { id?: unknown; 'versioned_object.data'?: unknown };
  return id ?? (data as { id?: unknown } | null | undefined)?.id;
}
