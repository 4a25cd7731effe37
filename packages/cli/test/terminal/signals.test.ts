import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { abortOnSignals } from '../../src/terminal/signals.js';

it('turns the first signal into an abort, and bears more of them', () => {
  const source = new EventEmitter();
  const { signal } = abortOnSignals(source);
  expect(signal.aborted).toBe(false);
  source.emit('SIGTERM', 'SIGTERM');
  source.emit('SIGTERM', 'SIGTERM');
  source.emit('SIGINT', 'SIGINT');
  expect(signal.reason).toEqual(new Error('Received SIGTERM'));
});

it('listens no more once stopped', () => {
  const source = new EventEmitter();
  const { signal, stop } = abortOnSignals(source);
  stop();
  source.emit('SIGINT', 'SIGINT');
  expect(signal.aborted).toBe(false);
  expect(source.eventNames()).toEqual([]);
});
