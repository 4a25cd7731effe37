import { describe, expect, it } from 'vitest';
import { checkModel, imageModel } from '../../src/nova/guest-card.js';

const cards = new Map([
  ['kvm', ['virtio', 'e1000']],
  ['uml', []],
]);

describe('checkModel', () => {
  it('lets a virtualization type have its cards', () => {
    for (const model of ['virtio', 'e1000']) expect(() => checkModel(model, 'kvm', cards)).not.toThrow();
  });

  it.each([
    ['kvm', 'netfront'],
    ['kvm', ''],
    ['uml', 'virtio'],
  ])('refuses %s a %j', (virtType, model) => {
    expect(() => checkModel(model, virtType, cards)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_MODEL' }),
    );
  });

  it.each(['parallels', '', 'constructor'])('refuses the virtualization type %j', (virtType) => {
    const unsupported = expect.objectContaining({ code: 'UNSUPPORTED_VIRT_TYPE' });
    expect(() => checkModel('virtio', virtType, cards)).toThrow(unsupported);
  });

  it('says what there is', () => {
    expect(() => checkModel('netfront', 'kvm', cards)).toThrow(/virtio, e1000/);
    expect(() => checkModel('virtio', 'uml', cards)).toThrow(/leave hw_vif_model out/);
    expect(() => checkModel('virtio', 'bhyve', cards)).toThrow(/kvm, uml/);
  });
});

describe('imageModel', () => {
  it.each([
    ['virtio', 'virtio'],
    ['VirtIO', 'virtio'],
    ['VirtualE1000', 'e1000'],
    ['virtualpcnet32', 'pcnet'],
    ['VirtualVmxnet3', 'vmxnet3'],
    ['unheard-of', 'unheard-of'],
    ['constructor', 'constructor'],
  ])('reads %s as %s', (hw_vif_model, model) => {
    expect(imageModel({ properties: { hw_vif_model } })).toBe(model);
  });

  it('is none where the image says nothing', () => {
    expect(imageModel({ properties: {} })).toBeUndefined();
  });
});
