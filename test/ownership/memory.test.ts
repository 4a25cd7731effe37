import { describe } from 'vitest';
import { ownershipCases } from './cases.js';
import { linkCases } from './link-cases.js';
import { memorySite } from './memory-site.js';

describe('whose things are, in memory', () => ownershipCases(memorySite));
describe('whose links are, in memory', () => linkCases(memorySite));
