import { describe } from 'vitest';
import { ownershipCases } from './cases.js';
import { filterCases } from './filter-cases.js';
import { linkCases } from './link-cases.js';
import { memorySite } from './memory-site.js';

describe('whose things are, in memory', () => ownershipCases(memorySite));
describe('whose links are, in memory', () => linkCases(memorySite));
describe('whose filters are, in memory', () => filterCases(memorySite));
