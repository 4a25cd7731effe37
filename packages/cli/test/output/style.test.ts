import { expect, it, vi } from 'vitest';
import { plain, styleFor } from '../../src/output/style.js';
import { MemoryOutput } from '../support/memory-output.js';

it('colours on a terminal alone', () => {
  expect(styleFor(new MemoryOutput(true))('red', 'x')).toBe('\u001b[31mx\u001b[39m');
  expect(styleFor(new MemoryOutput(false))('red', 'x')).toBe('x');
  expect(plain('red', 'x')).toBe('x');
});

it('colours elsewhere too if the environment insists', () => {
  vi.stubEnv('FORCE_COLOR', '1');
  try {
    expect(styleFor(new MemoryOutput(false))('red', 'x')).toBe('\u001b[31mx\u001b[39m');
  } finally {
    vi.unstubAllEnvs();
  }
});
