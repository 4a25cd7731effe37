import { type DeclaredClass, fieldsOf, isClosed, passedOverBy } from '../fields/field-spec.js';
import { fieldsSchema, inputForm, type ObjectSchema, plugForm } from '../fields/json-schema.js';
import type { JsonSchema } from '../fields/rules.js';
import '../os-vif/host-info.js'; // registers its classes, which must have schemas in any case
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

/** A key that only an os-vif object in its wire form has, never a VIF of the network model. */
const wireName = 'versioned_object.name';

/** The names of the classes under `$defs`. Their own names are not stable, because bundlers change them. */
const names: ReadonlyMap<DeclaredClass, string> = new Map(
  Object.entries({
    ...{ Flavor, HostCapabilities, Image, Instance, NetworkVif, VifDetails, VifProfile },
    ...{ IpModel, NetworkMeta, NetworkModel, RouteModel, SubnetModel },
  }).map(([name, type]) => [type, name]),
);

/**
 * The JSON Schema (draft 2020-12) of a request, as `parseRequest` and the driver accept it, with a VIF of Nova's
 * network model, or an os-vif object in its wire form. It includes the object classes that plugins have registered,
 * under their own namespaces.
 *
 * It is derived from the declarations that validation uses, and accepts all that they accept. It is more permissive
 * where a schema cannot express a rule: it does not count the groups of an abbreviated IPv6 address or the bytes of a
 * path, it has no range for a number that is given as text, and it leaves `trunk_vlans`, `isolated` and `qos` of
 * `details` to the plug.
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

/** The JSON Schema (draft 2020-12) of a VIF of Nova's network model. Unknown keys are ignored. */
export function networkVifSchema(): JsonSchema {
  const $defs: Definitions = {};
  return { $schema: draft, title: 'NetworkVif', ...refTo(NetworkVif, $defs), $defs };
}

/** All schemas, by title. A vendor's classes are included once a plugin has registered them. */
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
