import { VifError } from '../errors/vif-error.js';
import type { Image } from '../request/image.js';

/** The network cards that each virtualization type can give a guest. */
export type CardModels = ReadonlyMap<string, readonly string[]>;

/** How older images spell cards, after VMware's names of them. */
const legacyNames: ReadonlyMap<string, string> = new Map([
  ['virtuale1000', 'e1000'],
  ['virtuale1000e', 'e1000e'],
  ['virtualpcnet32', 'pcnet'],
  ['virtualsriovethernetcard', 'sriov'],
  ['virtualvmxnet', 'vmxnet'],
  ['virtualvmxnet3', 'vmxnet3'],
]);

/** The card that an image asks for, if it does, in today's spelling. */
export function imageModel({ properties: { hw_vif_model } }: Image): string | undefined {
  const model = hw_vif_model?.toLowerCase();
  return model === undefined ? undefined : (legacyNames.get(model) ?? model);
}

/** @throws VifError UNSUPPORTED_VIRT_TYPE, UNSUPPORTED_MODEL */
export function checkModel(model: string, virtType: string, cards: CardModels): void {
  const models = cards.get(virtType);
  if (!models) {
    const known = [...cards.keys()].join(', ');
    throw new VifError(
      'UNSUPPORTED_VIRT_TYPE',
      `The virtualization type '${virtType}' is not known, so whether it has network card '${model}' is not ` +
        `either; known are ${known}`,
    );
  }
  if (!models.includes(model)) {
    throw new VifError(
      'UNSUPPORTED_MODEL',
      `The virtualization type '${virtType}' has no network card '${model}'; ` +
        (models.length > 0 ? `it has ${models.join(', ')}` : 'it takes none: leave hw_vif_model out'),
    );
  }
}
