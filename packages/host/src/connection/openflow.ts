/** OpenFlow versions, as on the wire. Open vSwitch accepts all unless a bridge's `protocols` restricts them. */
const [V10, V13] = [1, 4] as const;
export type OpenFlowVersion = typeof V10 | typeof V13;

/** Message types that are the same in all versions, and the types of statistics of flows: each one, and all together. */
const [HELLO, ERROR, FLOW, AGGREGATE] = [0, 1, 1, 2] as const;
const statistics = { [V10]: { request: 16, reply: 17 }, [V13]: { request: 18, reply: 19 } } as const;

/** What a switch says about its flows: the version it agrees on, their number, or that it refuses. */
export type FlowMessage =
  | { readonly kind: 'hello'; readonly version: OpenFlowVersion | undefined }
  | { readonly kind: 'flows'; readonly count: number }
  | { readonly kind: 'normal'; readonly isNormal: boolean }
  | { readonly kind: 'refusal' };

/** Splits what a switch sends into messages. */
export class MessageSplitter {
  #pending: Buffer = Buffer.alloc(0);

  /**
   * The messages that are complete with this chunk.
   * @throws Error if the input is not OpenFlow
   */
  *split(chunk: Buffer): Generator<Buffer> {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= 8) {
      const length = this.#pending.readUInt16BE(2);
      if (length < 8) throw new Error('a message is shorter than its header');
      if (this.#pending.length < length) return;
      const message = this.#pending.subarray(0, length);
      this.#pending = this.#pending.subarray(length);
      yield message;
    }
  }
}

/** Offers both versions, in the bitmap of OpenFlow 1.3.1. */
export function renderHello(): Buffer {
  const bitmap = Buffer.alloc(8);
  bitmap.writeUInt16BE(1, 0);
  bitmap.writeUInt16BE(8, 2);
  bitmap.writeUInt32BE(2 ** V10 + 2 ** V13, 4);
  return message(V13, HELLO, bitmap);
}

/**
 * What is asked about all flows of all tables: how many there are, in an aggregate of a fixed size; or, of a bridge that
 * has only one, whether it forwards like a switch (`actions=NORMAL`).
 */
export type FlowQuestion = 'count' | 'isNormal';

export function renderFlowRequest(version: OpenFlowVersion, question: FlowQuestion): Buffer {
  const body = Buffer.alloc(48);
  body.writeUInt16BE(question === 'count' ? AGGREGATE : FLOW, 0);
  if (version === V10) {
    body.writeUInt32BE(0x3fffff, 4); // any packet
    body.writeUInt8(0xff, 44); // any table
    body.writeUInt16BE(0xffff, 46); // any port
  } else {
    body.writeUInt8(0xff, 8); // any table
    body.writeUInt32BE(0xffffffff, 12); // any port
    body.writeUInt32BE(0xffffffff, 16); // any group
    body.writeUInt16BE(1, 40); // any packet: an empty match
    body.writeUInt16BE(4, 42);
  }
  return message(version, statistics[version].request, body);
}

/** Reads a message of a switch that speaks this version; undefined for one that does not matter here. */
export function readFlowMessage(
  message: Buffer,
  version: OpenFlowVersion | undefined,
): FlowMessage | undefined {
  const type = message[1];
  if (type === HELLO) return { kind: 'hello', version: commonVersion(message) };
  if (type === ERROR) return { kind: 'refusal' };
  if (version === undefined || type !== statistics[version].reply) return undefined;
  if (message.readUInt16BE(8) === FLOW) {
    // Another part follows: there is not only one flow.
    if (message.readUInt16BE(10) !== 0) return { kind: 'refusal' };
    return { kind: 'normal', isNormal: isNormal(message.subarray(version === V10 ? 12 : 16), version) };
  }
  // The counts of packets and bytes, 8 bytes each, precede that of flows.
  return { kind: 'flows', count: message.readUInt32BE((version === V10 ? 12 : 16) + 16) };
}

/** Whether these are the statistics of one flow for all frames, in the first table, whose only action is NORMAL. */
function isNormal(flow: Buffer, version: OpenFlowVersion): boolean {
  const length = version === V10 ? 96 : 80;
  if (flow.length !== length || flow.readUInt16BE(0) !== length || flow[2] !== 0) return false;
  // The action, OUTPUT (0), is the last thing; in the newer version it is in the instruction to apply actions (4).
  if (version === V10) return flow.readUInt16BE(88) === 0 && flow.readUInt16BE(92) === 0xfffa;
  const isApplied = flow.readUInt16BE(56) === 4 && flow.readUInt16BE(64) === 0;
  return isApplied && flow.readUInt32BE(68) === 0xfffffffa;
}

/**
 * The newest version that both sides support: according to the peer's bitmap, or else the lower of the two versions in
 * the headers.
 */
function commonVersion(hello: Buffer): OpenFlowVersion | undefined {
  const named = hello[0] ?? 0;
  const hasBitmap = hello.length >= 16 && hello.readUInt16BE(8) === 1;
  const takes = (version: OpenFlowVersion) =>
    hasBitmap ? (hello.readUInt32BE(12) & (2 ** version)) !== 0 : named >= version;
  return [V13, V10].find(takes);
}

function message(version: number, type: number, body: Buffer): Buffer {
  const start = Buffer.alloc(8);
  start.writeUInt8(version, 0);
  start.writeUInt8(type, 1);
  start.writeUInt16BE(8 + body.length, 2);
  start.writeUInt32BE(1, 4); // replies arrive in the order of the requests, so all have the same id
  return Buffer.concat([start, body]);
}
