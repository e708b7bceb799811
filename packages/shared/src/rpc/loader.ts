import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { loadSync, type Options, type PackageDefinition } from '@grpc/proto-loader';
import type { ProtoGrpcType as CoordinatorTypes } from '../gen/coordinator.js';
import type { ProtoGrpcType as SidecarTypes } from '../gen/sidecar.js';

/** Where the .proto files are: beside packages/ in a checkout. */
const PROTO_FOLDER = fileURLToPath(new URL('../../../../proto', import.meta.url));

/** Must equal the flags of the generator (scripts/generate.mjs), or the generated types lie; a test compares them. */
export const LOADER_OPTIONS: Options = {
  longs: Number,
  enums: String,
  defaults: true,
  arrays: true,
  objects: true,
  includeDirs: [PROTO_FOLDER],
};

export interface LoadedProto<Types> {
  readonly definition: PackageDefinition;
  readonly types: Types;
}

function load<Types>(file: string): LoadedProto<Types> {
  const definition = loadSync(file, LOADER_OPTIONS);
  return { definition, types: grpc.loadPackageDefinition(definition) as Types };
}

let sidecar: LoadedProto<SidecarTypes> | undefined;
let coordinator: LoadedProto<CoordinatorTypes> | undefined;

export const sidecarProto = (): LoadedProto<SidecarTypes> => (sidecar ??= load('outrider/v1/sidecar.proto'));
export const coordinatorProto = (): LoadedProto<CoordinatorTypes> =>
  (coordinator ??= load('outrider/v1/coordinator.proto'));
