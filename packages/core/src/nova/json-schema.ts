import { type DeclaredClass, fieldsOf, isClosed, passedOverBy } from '../fields/field-spec.js';
import { fieldsSchema, inputForm, type ObjectSchema, plugForm } from '../fields/json-schema.js';
import type { JsonSchema } from '../fields/rules.js';
import '../os-vif/host-info.js'; // its classes have schemas, too, whoever has loaded them
import { type Definitions, draft, jsonSchemaOf, objectSchema, titleOf } from '../os-vif/json-schema.js';
import { registrationsWithin } from '../os-vif/registry.js';
import { VersionedObject } from '../os-vif/versioned-object.js';
import { VIFBase } from '../os-vif/vifs.js';
import {
  IpModel,
  NetworkMeta,
  NetworkModel,
  NetworkVif,
  RouteModel,
  SubnetModel,
  VifDetails,
  VifProfile,
} from './network-model.js';
import { Flavor, HostCapabilities, Image, Instance, RequestFrame } from './request.js';

/** What an os-vif object in its wire form has, and no VIF of the network model. */
const wireName = 'versioned_object.name';

/** What the classes are called under `$defs`. Their own names will not do: bundlers change them. */
const names: ReadonlyMap<DeclaredClass, string> = new Map(
  Object.entries({
    ...{ Flavor, HostCapabilities, Image, Instance, NetworkVif, VifDetails, VifProfile },
    ...{ IpModel, NetworkMeta, NetworkModel, RouteModel, SubnetModel },
  }).map(([name, type]) => [type, name]),
);

/**
 * The JSON Schema (draft 2020-12) of a request, as `parseRequest` and the driver take it: with a VIF of Nova's network model,
 * or an os-vif object in its wire form. Classes of objects that a plugin registers are in it, under their own namespaces.
 *
 * It follows from the declarations that validation goes by, and takes all that they take. It is wider than they are where a
 * schema can say no more: it does not count the groups of an abbreviated IPv6 address, nor the bytes of a path; it knows no
 * range for a number that is given as text; and it leaves `trunk_vlans`, `isolated` and `qos` of `details` to the plug.
 */
export function requestSchema(): JsonSchema {
  const $defs: Definitions = {};
  const vif = {
    if: { type: 'object', properties: { [wireName]: true }, required: [wireName] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's word
    then: objectSchema(VIFBase.prototype, true, plugForm, $defs),
    else: refTo(NetworkVif, $defs),
  };
  const { properties, required, ...frame } = classSchema(RequestFrame, $defs);
  const request = { ...frame, properties: { ...properties, vif }, required: ['vif', ...required] };
  return { $schema: draft, title: 'VifRequest', ...request, $defs };
}

/** The JSON Schema (draft 2020-12) of a VIF as Nova's network model has it. Keys that it does not know are passed over. */
export function networkVifSchema(): JsonSchema {
  const $defs: Definitions = {};
  return { $schema: draft, title: 'NetworkVif', ...refTo(NetworkVif, $defs), $defs };
}

/** The schemas that there are, by title: a vendor's classes are in it once a plugin has registered them. */
export function schemas(): ReadonlyMap<string, () => JsonSchema> {
  const objects = registrationsWithin(VersionedObject.prototype, true).map(({ type }) => type);
  return new Map<string, () => JsonSchema>([
    ['VifRequest', requestSchema],
    ['NetworkVif', networkVifSchema],
    ...objects.map((type) => [titleOf(type), () => jsonSchemaOf(type)] as const),
  ]);
}

function refTo(type: DeclaredClass, $defs: Definitions): JsonSchema {
  const name = names.get(type);
  if (name === undefined) return classSchema(type, $defs);
  if (!$defs[name]) {
    $defs[name] = {}; // A class may hold objects of its own class.
    $defs[name] = classSchema(type, $defs);
  }
  return { $ref: `#/$defs/${name}` };
}

function classSchema({ prototype }: DeclaredClass, $defs: Definitions): ObjectSchema {
  const schema = fieldsSchema(fieldsOf(prototype), inputForm, (inner) => refTo(inner.type(), $defs));
  if (!isClosed(prototype)) return schema;
  const passedOver = passedOverBy(prototype).map((key) => [key, true]);
  const properties = { ...schema.properties, ...Object.fromEntries(passedOver) };
  return { ...schema, properties, additionalProperties: false };
}
