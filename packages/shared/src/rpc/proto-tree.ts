/**
 * What proto/ says, as plain data for clients. Here it is read from the files; a bundle carries the answer instead
 * (scripts/bundle.mjs): parsing takes longer than all the rest of a short question.
 */
import { join } from 'node:path';
import protobuf, { type INamespace } from 'protobufjs';
import { PROTO_FOLDER } from './proto-folder.js';

export function protoTree(): INamespace {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(PROTO_FOLDER, target);
  root.loadSync(['outrider/v1/coordinator.proto', 'outrider/v1/sidecar.proto']);
  return root.resolveAll().toJSON();
}
