import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { orAborted } from '@vifkit/engine/time';
import {
  type FlowQuestion,
  MessageSplitter,
  type OpenFlowVersion,
  readFlowMessage,
  renderFlowRequest,
  renderHello,
} from './openflow.js';

/**
 * Milliseconds of silence after which a connection is closed. While ovs-vswitchd sets up many ports, it does not reply.
 * An unused connection is kept that long because the greetings take as long as the question.
 */
const TIMEOUT = 1_000;

/** Counts the flows of bridges, through the sockets that ovs-ofctl uses (`BRIDGE.mgmt`). */
export class FlowCounter {
  readonly #directory: string;
  readonly #connections = new Map<string, SwitchConnection>();
  #isClosed = false;

  /** @param directory the directory of the sockets */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** How many flows a bridge has; undefined if that is unknown. Never rejects. */
  async count(bridge: string, signal: AbortSignal): Promise<number | undefined> {
    const counted = await this.#answer(bridge, 'count', signal);
    return typeof counted === 'number' ? counted : undefined;
  }

  /** Whether a bridge has a single flow, by which it forwards all frames like any switch. Never rejects. */
  async isNormal(bridge: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#answer(bridge, 'isNormal', signal)) === true;
  }

  async #answer(bridge: string, question: FlowQuestion, signal: AbortSignal): Promise<Answer> {
    const kept = this.#connections.get(bridge);
    const answer = kept ? await this.#ask(bridge, kept, question, signal) : 'closed';
    // The bridge may have been made anew, and ovs-vswitchd has closed the connection to the former one.
    if (answer !== 'closed' || this.#isClosed) return answer;
    return this.#ask(bridge, this.#connections.get(bridge) ?? this.#connect(bridge), question, signal);
  }

  /** Closes the connections, for good. */
  close(): void {
    this.#isClosed = true;
    for (const each of this.#connections.values()) each.close();
    this.#connections.clear();
  }

  #connect(bridge: string): SwitchConnection {
    const connection = new SwitchConnection(join(this.#directory, `${bridge}.mgmt`));
    this.#connections.set(bridge, connection);
    return connection;
  }

  async #ask(
    bridge: string,
    connection: SwitchConnection,
    question: FlowQuestion,
    signal: AbortSignal,
  ): Promise<Answer> {
    try {
      return await orAborted(connection.ask(question), signal, () => new Error('no answer'));
    } catch {
      return 'late';
    } finally {
      if (!connection.isOpen && this.#connections.get(bridge) === connection)
        this.#connections.delete(bridge);
    }
  }
}

/** What was asked; or the switch did not reply in time, or has closed the connection. */
type Answer = number | boolean | 'late' | 'closed';

/** A connection to a bridge. It keeps this process alive only while a question is pending. */
class SwitchConnection {
  readonly #socket: Socket;
  readonly #splitter = new MessageSplitter();
  #version: OpenFlowVersion | undefined;
  /** The questions that are not answered yet, in order. Those before the greeting are sent after it. */
  #pending: { readonly question: FlowQuestion; answer(answer: Answer): void }[] = [];

  constructor(path: string) {
    this.#socket = connect(path);
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', () => {}); // it closes then
    this.#socket.on('close', () => this.close());
    this.#socket.setTimeout(TIMEOUT, () => this.#expire());
    this.#socket.write(renderHello());
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** `closed` if the connection ends before the reply, as when the switch refuses the question. */
  ask(question: FlowQuestion): Promise<Answer> {
    if (!this.isOpen) return Promise.resolve('closed');
    this.#socket.ref();
    return new Promise((answer) => {
      this.#pending.push({ question, answer });
      if (this.#version !== undefined) this.#socket.write(renderFlowRequest(this.#version, question));
    });
  }

  close(instead: 'late' | 'closed' = 'closed'): void {
    this.#socket.destroy();
    for (const { answer } of this.#pending.splice(0)) answer(instead);
  }

  #expire(): void {
    const [oldest] = this.#pending;
    if (!oldest) {
      this.close(); // a question that is asked from now on gets a new connection
      return;
    }
    // After a stall of this process, the reply may be there: it is received before this.
    setImmediate(() => {
      if (this.#pending[0] === oldest) this.close('late');
    });
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
      for (const { question } of this.#pending)
        this.#socket.write(renderFlowRequest(message.version, question));
    } else if (message?.kind === 'flows' || message?.kind === 'normal') {
      this.#pending.shift()?.answer(message.kind === 'flows' ? message.count : message.isNormal);
      if (this.#pending.length === 0) this.#socket.unref();
    } else if (message) {
      this.close(); // it refuses the question, or speaks neither version
    }
  }
}
