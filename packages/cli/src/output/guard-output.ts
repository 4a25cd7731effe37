import type { Output } from '../surroundings.js';

/**
 * Keeps an output that cannot be written from ending the program half-way. A reader that went away (`| head`)
 * is no failure: what was to be done on the host is done all the same. A full disk is one.
 */
export function guardOutput(stream: Output): void {
  let failed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (failed || error.code === 'EPIPE') return;
    failed = true;
    if (stream !== process.stderr) process.stderr.write(`vif: Cannot write the output: ${error.message}\n`);
    // At the very end, so that the command's own status does not take its place.
    process.once('exit', () => {
      process.exitCode ||= 1;
    });
  });
}
