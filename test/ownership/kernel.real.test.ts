import { describe } from 'vitest';
import { ownershipCases } from './cases.js';
import { kernelSite } from './kernel-site.js';

describe('whose things are, on the kernel and Open vSwitch', () => ownershipCases(kernelSite));
