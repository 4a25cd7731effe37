import { describe, expectTypeOf, it } from 'vitest';
import type * as objects from '../../src/os-vif.js';

type Fields<T extends abstract new (...args: never[]) => object> = ConstructorParameters<T>[0];

// Nothing runs here: `npm run lint` compiles this, and fails where an expectation does not hold.
describe('TypeScript', () => {
  it('distinguishes classes with the same fields', () => {
    expectTypeOf<objects.VIFBridge>().not.toExtend<objects.VIFOpenVSwitch>();
    expectTypeOf<objects.VIFPortProfileFPTap>().not.toExtend<objects.VIFPortProfileFPBridge>();
    expectTypeOf<objects.VIFPortProfileOpenVSwitch>().not.toExtend<objects.VIFPortProfileOVSRepresentor>();
    expectTypeOf<objects.VIFBridge>().toExtend<objects.VIFBase>();
    expectTypeOf<objects.VIFPortProfileFPOpenVSwitch>().toExtend<objects.VIFPortProfileOpenVSwitch>();
  });

  it('knows which port profiles go with a class', () => {
    type Bridge = NonNullable<Fields<typeof objects.VIFBridge>['port_profile']>;
    expectTypeOf<objects.VIFPortProfileOpenVSwitch>().toExtend<Bridge>();
    expectTypeOf<objects.VIFPortProfile8021Qbg>().not.toExtend<Bridge>();
    type Direct = NonNullable<Fields<typeof objects.VIFDirect>['port_profile']>;
    expectTypeOf<objects.VIFPortProfile8021Qbh>().toExtend<Direct>();
    expectTypeOf<objects.VIFPortProfileOpenVSwitch>().not.toExtend<Direct>();
  });

  it('knows the words of an enum, and what may be null', () => {
    expectTypeOf<Fields<typeof objects.VIFVHostUser>['mode']>().toEqualTypeOf<
      'client' | 'server' | undefined
    >();
    expectTypeOf<null>().toExtend<Fields<typeof objects.VIFBridge>['address']>();
    expectTypeOf<null>().not.toExtend<Fields<typeof objects.VIFBridge>['vif_name']>();
    expectTypeOf<undefined>().not.toExtend<Fields<typeof objects.VIFBridge>['id']>();
  });

  it('lets a copy unset fields, but no method be given', () => {
    type Changes = NonNullable<Parameters<objects.VIFBridge['copy']>[0]>;
    expectTypeOf<{ vif_name: undefined }>().toExtend<Changes>();
    expectTypeOf<keyof Changes>().not.toExtend<keyof objects.VersionedObject>();
  });
});
