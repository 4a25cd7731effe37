// The floor of reading requests: parses each line of standard input, and checks it. Nothing is limited or answered.
import 'reflect-metadata';
import { createInterface } from 'node:readline';
import { parseRequest } from '@vifkit/core/nova';

for await (const line of createInterface({ input: process.stdin })) {
  try {
    parseRequest(JSON.parse(line));
  } catch {} // what is to be measured
}
