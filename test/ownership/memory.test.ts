import { describe } from 'vitest';
import { ownershipCases } from './cases.js';
import { memorySite } from './memory-site.js';

describe('whose things are, in memory', () => ownershipCases(memorySite));
