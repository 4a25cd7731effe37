import { conformance } from '@vifkit/testkit/conformance';
import vepa from '../src/index.js';
import { pciSlot, qbg, qbh } from './request.js';

await conformance({
  plugins: vepa,
  host: { links: [{ name: 'eth0' }], pci: { [pciSlot]: 'eth5' } },
  requests: [
    { id: '802.1Qbg', ...qbg() },
    { id: '802.1Qbh, the function itself', ...qbh('direct') },
    { id: '802.1Qbh, a macvtap', ...qbh('macvtap') },
  ],
});
