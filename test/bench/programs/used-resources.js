// Preloaded into a program, tells its processor time in milliseconds and its peak memory in kilobytes on file descriptor 3
// when it ends.
import { writeSync } from 'node:fs';

process.once('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(3, JSON.stringify({ milliseconds: (userCPUTime + systemCPUTime) / 1000, kilobytes: maxRSS }));
});
