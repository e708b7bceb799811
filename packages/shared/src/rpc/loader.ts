import grpc from '@grpc/grpc-js';
import { loadSync, type Options, type PackageDefinition } from '@grpc/proto-loader';
import type { ProtoGrpcType as CoordinatorTypes } from '../gen/coordinator.js';
import type { ProtoGrpcType as SidecarTypes } from '../gen/sidecar.js';
import { blobSerializer } from './blob-message.js';
import { MESSAGE_OPTIONS } from './message-options.js';
import { PROTO_FOLDER } from './proto-folder.js';

export const LOADER_OPTIONS: Options = { ...MESSAGE_OPTIONS, includeDirs: [PROTO_FOLDER] };

export interface LoadedProto<Types> {
  readonly definition: PackageDefinition;
  readonly types: Types;
}

function load<Types>(file: string): LoadedProto<Types> {
  const definition = loadSync(file, LOADER_OPTIONS);
  for (const service of Object.values(definition)) {
    const blobs = 'Blobs' in service ? (service as grpc.ServiceDefinition)['Blobs'] : undefined;
    if (blobs !== undefined) blobs.responseSerialize = blobSerializer(blobs.responseSerialize);
  }
  return { definition, types: grpc.loadPackageDefinition(definition) as Types };
}

let sidecar: LoadedProto<SidecarTypes> | undefined;
let coordinator: LoadedProto<CoordinatorTypes> | undefined;

export const sidecarProto = (): LoadedProto<SidecarTypes> => (sidecar ??= load('outrider/v1/sidecar.proto'));
export const coordinatorProto = (): LoadedProto<CoordinatorTypes> =>
  (coordinator ??= load('outrider/v1/coordinator.proto'));
