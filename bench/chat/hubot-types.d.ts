/** hubot 14 brings no types: what the bench uses of it. */
declare module 'hubot' {
  import type { IncomingMessage, Server, ServerResponse } from 'node:http';

  export interface Message { readonly text: string }
  export const User: new (id: string, attributes: { readonly name: string; readonly room: string }) => { readonly id: string };
  export const TextMessage: new (user: InstanceType<typeof User>, text: string, id: string) => Message;
  export interface Response { readonly match: readonly string[]; reply(text: string): Promise<void> }
  export interface Envelope { readonly room: string }
  export class Adapter {
    constructor(robot: Robot);
    send(envelope: Envelope, ...texts: string[]): Promise<void>;
    reply(envelope: Envelope, ...texts: string[]): Promise<void>;
    run(): Promise<void>;
    close(): void;
    emit(event: string): boolean;
  }
  export class Robot {
    constructor(adapter: { use(robot: Robot): Promise<Adapter> }, httpd: boolean, name: string);
    readonly server: Server;
    readonly router: { post(path: string, handler: (request: IncomingMessage & { readonly body: { readonly [field: string]: string } }, response: ServerResponse) => void): void };
    loadAdapter(): Promise<void>;
    run(): Promise<void>;
    shutdown(): void;
    respond(pattern: RegExp, answer: (response: Response) => Promise<void>): void;
    receive(message: Message): Promise<void>;
  }
}
