import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { orAborted, withDeadline } from '@vifkit/engine/time';

/** Milliseconds to wait for a reply: while ovs-vswitchd sets up many ports, it does not reply. */
const REPLY_TIMEOUT = 1_000;

/** OpenFlow versions, as on the wire. Open vSwitch accepts all unless a bridge's `protocols` restricts them. */
const [V10, V13] = [1, 4] as const;
type Version = typeof V10 | typeof V13;

/** Message types that are the same in all versions, and the type of aggregate flow statistics. */
const [HELLO, ERROR, AGGREGATE] = [0, 1, 2] as const;
const statistics = { [V10]: { request: 16, reply: 17 }, [V13]: { request: 18, reply: 19 } } as const;

/**
 * How many flows a bridge has, according to the socket that ovs-ofctl uses (`BRIDGE.mgmt`); undefined if that is
 * unknown. ovs-vswitchd counts them itself: the reply has a fixed size, however many there are. Never rejects.
 */
export async function countFlows(
  directory: string,
  bridge: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const socket = connect(join(directory, `${bridge}.mgmt`));
  try {
    return await withDeadline(REPLY_TIMEOUT, signal, (limited) =>
      orAborted(ask(socket), limited, () => new Error('no answer')),
    );
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

async function ask(socket: Socket): Promise<number | undefined> {
  socket.write(hello());
  let version: Version | undefined;
  for await (const message of messagesOf(socket)) {
    const type = message[1];
    if (type === HELLO) {
      version = commonVersion(message);
      if (version === undefined) return undefined;
      socket.write(request(version));
    }
    if (type === ERROR) return undefined;
    // The counts of packets and bytes, 8 bytes each, precede that of flows.
    if (version === V10 && type === statistics[V10].reply) return message.readUInt32BE(12 + 16);
    if (version === V13 && type === statistics[V13].reply) return message.readUInt32BE(16 + 16);
  }
  return undefined;
}

async function* messagesOf(socket: Socket): AsyncGenerator<Buffer> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 8) {
      const length = pending.readUInt16BE(2);
      if (length < 8) return;
      if (pending.length < length) break;
      yield pending.subarray(0, length);
      pending = pending.subarray(length);
    }
  }
}

function header(version: number, type: number, body: Buffer): Buffer {
  const start = Buffer.alloc(8);
  start.writeUInt8(version, 0);
  start.writeUInt8(type, 1);
  start.writeUInt16BE(8 + body.length, 2);
  start.writeUInt32BE(1, 4); // the only request on this connection
  return Buffer.concat([start, body]);
}

/** Offers both versions, in the bitmap of OpenFlow 1.3.1. */
function hello(): Buffer {
  const bitmap = Buffer.alloc(8);
  bitmap.writeUInt16BE(1, 0);
  bitmap.writeUInt16BE(8, 2);
  bitmap.writeUInt32BE(2 ** V10 + 2 ** V13, 4);
  return header(V13, HELLO, bitmap);
}

/**
 * The newest version that both sides support: according to the peer's bitmap, or else the lower of the two versions in
 * the headers.
 */
function commonVersion(message: Buffer): Version | undefined {
  const named = message[0] ?? 0;
  const hasBitmap = message.length >= 16 && message.readUInt16BE(8) === 1;
  const takes = (version: Version) =>
    hasBitmap ? (message.readUInt32BE(12) & (2 ** version)) !== 0 : named >= version;
  return [V13, V10].find(takes);
}

/** Requests the aggregate over all flows of all tables. */
function request(version: Version): Buffer {
  return version === V10 ? requestOf10() : requestOf13();
}

function requestOf10(): Buffer {
  const body = Buffer.alloc(48);
  body.writeUInt16BE(AGGREGATE, 0);
  body.writeUInt32BE(0x3fffff, 4); // any packet
  body.writeUInt8(0xff, 44); // any table
  body.writeUInt16BE(0xffff, 46); // any port
  return header(V10, statistics[V10].request, body);
}

function requestOf13(): Buffer {
  const body = Buffer.alloc(48);
  body.writeUInt16BE(AGGREGATE, 0);
  body.writeUInt8(0xff, 8); // any table
  body.writeUInt32BE(0xffffffff, 12); // any port
  body.writeUInt32BE(0xffffffff, 16); // any group
  body.writeUInt16BE(1, 40); // any packet: an empty match
  body.writeUInt16BE(4, 42);
  return header(V13, statistics[V13].request, body);
}
