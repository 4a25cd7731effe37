// A subject's end of the conversation: a JSON object a line on standard input, an answer a line.
import { createInterface } from 'node:readline';

/**
 * Answers until standard input ends. Each operation takes a list of VIFs; called with one each in turn where they are
 * asked for one at a time. The answer has the milliseconds of each call.
 */
export async function serve(operations) {
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await run(operations, JSON.parse(line)).catch((error) => ({
      error: String(error?.stack),
    }));
    console.log(JSON.stringify(answer));
  }
}

async function run(operations, { operation, each, vifs }) {
  const milliseconds = [];
  for (const some of each ? vifs.map((vif) => [vif]) : [vifs]) {
    const start = performance.now();
    await operations[operation](some);
    milliseconds.push(performance.now() - start);
  }
  return { milliseconds };
}
