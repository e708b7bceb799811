/**
 * The methods of a service as a client needs them. Types are made ready only where they are used, which is what a
 * command that asks one question saves over @grpc/proto-loader; the messages come out the same.
 */
import protobuf, { type Method, type Service, type Type } from 'protobufjs/light.js';
import { MESSAGE_OPTIONS } from './message-options.js';
import { protoTree } from './proto-tree.js';

export interface ClientMethod {
  readonly name: string;
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (message: object) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => object;
}

let tree: protobuf.Root | undefined;

/** `service`: its name in outrider.v1. */
export function clientMethods(service: 'Coordinator' | 'Sidecar'): ReadonlyMap<string, ClientMethod> {
  const found = wholeTree().lookupService(`outrider.v1.${service}`);
  return new Map(found.methodsArray.map((method) => [method.name, clientMethod(found, method)]));
}

function wholeTree(): protobuf.Root {
  if (tree !== undefined) return tree;
  const root = new protobuf.Root();
  root.addJSON(protoTree().nested ?? {});
  return (tree = root);
}

function clientMethod(service: Service, method: Method): ClientMethod {
  const typeOf = (side: 'resolvedRequestType' | 'resolvedResponseType'): Type => {
    method.resolve();
    const found = method[side];
    if (found === null) throw new Error(`${method.name} has no ${side}.`);
    return found;
  };
  return {
    name: method.name,
    path: `/${service.fullName.slice(1)}/${method.name}`,
    requestStream: method.requestStream === true,
    responseStream: method.responseStream === true,
    requestSerialize: (message) => {
      const type = typeOf('resolvedRequestType');
      return type.encode(type.fromObject(message)).finish() as Buffer;
    },
    responseDeserialize: (bytes) => {
      const type = typeOf('resolvedResponseType');
      return type.toObject(type.decode(bytes), MESSAGE_OPTIONS);
    },
  };
}
