import type { Output } from '../surroundings.js';

/**
 * Writes a text, and waits while the output has as much as it wants: what is to be printed must not pile up here. Nothing
 * is waited for when the output cannot be written at all.
 */
export async function writeOut(stream: Output, text: string): Promise<void> {
  if (text === '' || stream.write(text) || stream.errored || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      for (const event of events) stream.off(event, go);
      resolve();
    };
    for (const event of events) stream.on(event, go);
  });
}

const events = ['drain', 'error', 'close'] as const;
