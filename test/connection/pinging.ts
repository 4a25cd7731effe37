import type { Namespace } from '@vifkit/testkit/bed';
import { execa } from 'execa';

/** Pings 20 times a second until it is stopped; tells for how many seconds at a time nothing came back, at most. */
export function pinging(from: Namespace, to: string) {
  const argv = ['--target', String(from.pid), '--net', '--', 'ping', '-D', '-i', '0.05', '-W', '1', to];
  const ping = execa('nsenter', argv, { reject: false });
  const answers: number[] = [];
  ping.stdout.on('data', (chunk: Buffer) => {
    for (const [, time] of `${chunk}`.matchAll(/^\[([\d.]+)\] \d+ bytes from/gm)) answers.push(Number(time));
  });
  return {
    answers,
    async longestGap(): Promise<number> {
      ping.kill('SIGINT');
      await ping;
      return Math.max(...answers.slice(1).map((time, i) => time - (answers[i] ?? time)));
    },
  };
}
