/** The connections of one fetching: one for each source, kept for as long as it gives something. */
import type { connectCoordinator, connectSidecar } from '@outrider/shared/rpc/client.js';
import type { BlobsRequest } from '@outrider/shared/gen/outrider/v1/BlobsRequest.js';
import type { Piece } from '@outrider/shared/release/transfer/piece.js';

interface Client {
  readonly connectCoordinator: typeof connectCoordinator;
  readonly connectSidecar: typeof connectSidecar;
}

let client: Promise<Client> | undefined;

/** What starts agents must not wait for it. To be called once they are: later, another build may stand in its place. */
export const grpcClient = (): Promise<Client> => (client ??= import('@outrider/shared/rpc/client.js'));

interface Remote {
  Blobs(ask: BlobsRequest, options: { readonly signal: AbortSignal; readonly beside: boolean }): AsyncIterable<Piece>;
  connected(withinMs: number): Promise<void>;
  close(): void;
}

export class Remotes {
  private readonly open = new Map<string, Promise<Remote>>();

  /** `hosts`: endpoints by name; any other name is the endpoint of a coordinator. */
  constructor(
    private readonly hosts: ReadonlyMap<string, string>,
    private readonly token: () => string | undefined,
  ) {}

  isHost(source: string): boolean {
    return this.hosts.has(source);
  }

  to(source: string): Promise<Remote> {
    const known = this.open.get(source);
    if (known !== undefined) return known;
    const remote = this.connect(source);
    this.open.set(source, remote);
    return remote;
  }

  /** The next call is over a connection of its own, with the token as it is then. */
  async drop(source: string): Promise<void> {
    const remote = this.open.get(source);
    this.open.delete(source);
    (await remote)?.close();
  }

  async close(): Promise<void> {
    for (const source of [...this.open.keys()]) await this.drop(source);
  }

  private async connect(source: string): Promise<Remote> {
    const { connectCoordinator, connectSidecar } = await grpcClient();
    const host = this.hosts.get(source);
    const token = this.token();
    return host === undefined
      ? connectCoordinator({ endpoint: source, token })
      : connectSidecar({ endpoint: host, token });
  }
}
