/** One method of a real gRPC server: Blobs, of a coordinator or of a sidecar. Every other one is refused. */
import { coordinatorProto, sidecarProto } from '@outrider/shared/rpc/loader.js';
import type { CallContext } from '@outrider/shared/rpc/methods.js';
import { type GrpcServer, startGrpcServer } from '@outrider/shared/rpc/server.js';
import type { OutgoingPiece } from '@outrider/shared/release/transfer/piece.js';
import type { BlobsAsk } from '@outrider/shared/release/transfer/serving.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

export type Serve = (ask: BlobsAsk, caller: CallContext) => AsyncIterable<OutgoingPiece>;

/** Opened by `token`. Port 0: any. */
export function startContentServer(
  kind: 'coordinator' | 'sidecar',
  serve: Serve,
  token: string,
  listen = '127.0.0.1:0',
): Promise<GrpcServer> {
  const proto = kind === 'coordinator' ? coordinatorProto() : sidecarProto();
  const { service } =
    kind === 'coordinator'
      ? coordinatorProto().types.outrider.v1.Coordinator
      : sidecarProto().types.outrider.v1.Sidecar;
  const absent = (): never => {
    throw new OutriderError('invalid', 'This server has blobs only.');
  };
  return startGrpcServer({
    ...{ service, proto, listen: [listen], tokens: () => [token], open: new Set() },
    implementation: { ...Object.fromEntries(Object.keys(service).map((name) => [name, absent])), Blobs: serve },
    onBug: (error) => console.error(error),
  });
}
