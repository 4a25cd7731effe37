/** A versioned object on the wire: the primitive form of oslo.versionedobjects. */
export interface Primitive {
  readonly 'versioned_object.name': string;
  readonly 'versioned_object.namespace': string;
  readonly 'versioned_object.version': string;
  readonly 'versioned_object.data': Readonly<Record<string, PrimitiveValue>>;
}

export type PrimitiveValue = string | number | boolean | null | Primitive | readonly PrimitiveValue[];
