import { describe } from 'vitest';
import { ownershipCases } from './cases.js';
import { filterCases } from './filter-cases.js';
import { kernelSite } from './kernel-site.js';
import { linkCases } from './link-cases.js';

describe('whose things are, on the kernel and Open vSwitch', () => ownershipCases(kernelSite));
describe('whose links are, on the kernel and Open vSwitch', () => linkCases(kernelSite));
describe('whose filters are, on the kernel and Open vSwitch', () => filterCases(kernelSite));
