import type { Ending } from '@vifkit/testkit';

/** 6WIND's tool: it makes and removes links. */
export const fpVdev: Ending = {
  effect: ([, operation, name = ''], links) => {
    if (operation === 'add') links.put({ name, type: 'fp' });
    else links.remove(name);
  },
};
