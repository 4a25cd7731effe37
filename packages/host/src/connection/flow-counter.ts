import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { orAborted, withDeadline } from '@vifkit/engine/time';
import {
  MessageSplitter,
  type OpenFlowVersion,
  readFlowMessage,
  renderFlowRequest,
  renderHello,
} from './openflow.js';

/** Milliseconds to wait for a reply: while ovs-vswitchd sets up many ports, it does not reply. */
const REPLY_TIMEOUT = 1_000;

/** Milliseconds for which an unused connection is kept. Greetings take as long as the question. */
const LIFETIME = 1_000;

/** Counts the flows of bridges, through the sockets that ovs-ofctl uses (`BRIDGE.mgmt`). */
export class FlowCounter {
  readonly #directory: string;
  readonly #connections = new Map<string, SwitchConnection>();

  /** @param directory the directory of the sockets */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** How many flows a bridge has; undefined if that is unknown. Never rejects. */
  async count(bridge: string, signal: AbortSignal): Promise<number | undefined> {
    const kept = this.#connections.get(bridge);
    const counted = kept ? await this.#ask(bridge, kept, signal) : 'closed';
    if (counted !== 'closed') return counted;
    // The bridge may have been made anew, and ovs-vswitchd has closed the connection to the former one.
    const again = await this.#ask(bridge, this.#connections.get(bridge) ?? this.#connect(bridge), signal);
    return again === 'closed' ? undefined : again;
  }

  /** Closes the connections. Later calls make new ones. */
  close(): void {
    for (const each of this.#connections.values()) each.close();
    this.#connections.clear();
  }

  #connect(bridge: string): SwitchConnection {
    const connection = new SwitchConnection(join(this.#directory, `${bridge}.mgmt`));
    this.#connections.set(bridge, connection);
    return connection;
  }

  async #ask(bridge: string, connection: SwitchConnection, signal: AbortSignal): Promise<Count> {
    try {
      return await withDeadline(REPLY_TIMEOUT, signal, (limited) =>
        orAborted(connection.countFlows(), limited, () => new Error('no answer')),
      );
    } catch {
      connection.close(); // a late reply would be taken for that of the next question
      return undefined;
    } finally {
      if (!connection.isOpen && this.#connections.get(bridge) === connection)
        this.#connections.delete(bridge);
    }
  }
}

/** The number of flows; undefined if the switch does not reply in time. */
type Count = number | undefined | 'closed';

/** A connection to a bridge. It keeps this process alive only while a question is pending. */
class SwitchConnection {
  readonly #socket: Socket;
  readonly #splitter = new MessageSplitter();
  #version: OpenFlowVersion | undefined;
  /** The questions that are not answered yet, in order. Those before the greeting are sent after it. */
  #pending: ((count: Count) => void)[] = [];
  #expiry: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.#socket = connect(path);
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', () => {}); // it closes then
    this.#socket.on('close', () => this.close());
    this.#socket.write(renderHello());
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** `closed` if the connection ends before the reply, as when the switch refuses the question. */
  countFlows(): Promise<Count> {
    if (!this.isOpen) return Promise.resolve('closed');
    clearTimeout(this.#expiry);
    this.#socket.ref();
    return new Promise((resolve) => {
      this.#pending.push(resolve);
      if (this.#version !== undefined) this.#socket.write(renderFlowRequest(this.#version));
    });
  }

  close(): void {
    clearTimeout(this.#expiry);
    this.#socket.destroy();
    for (const answer of this.#pending.splice(0)) answer('closed');
  }

  #receive(chunk: Buffer): void {
    try {
      for (const each of this.#splitter.split(chunk)) this.#read(each);
    } catch {
      this.close();
    }
  }

  #read(bytes: Buffer): void {
    const message = readFlowMessage(bytes, this.#version);
    if (message?.kind === 'hello' && message.version !== undefined) {
      this.#version = message.version;
      for (const _ of this.#pending) this.#socket.write(renderFlowRequest(message.version));
    } else if (message?.kind === 'flows') {
      this.#pending.shift()?.(message.count);
      if (this.#pending.length === 0) this.#rest();
    } else if (message) {
      this.close(); // it refuses the question, or speaks neither version
    }
  }

  /** Lets this process end, and closes if nothing is asked for a while. */
  #rest(): void {
    this.#socket.unref();
    this.#expiry = setTimeout(() => this.close(), LIFETIME).unref();
  }
}
