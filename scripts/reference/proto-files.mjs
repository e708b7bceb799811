// What proto/ says, comments and all: services, methods, messages and their fields.
import protobuf from 'protobufjs';
import { PROTO_FOLDER } from '../../packages/shared/dist/rpc/proto-folder.js';

const FILES = ['outrider/v1/coordinator.proto', 'outrider/v1/sidecar.proto'];

/** `{ services, message(name) }` with names, comments and types as they are written. */
export function readProto() {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => `${PROTO_FOLDER}/${target}`;
  root.loadSync(FILES, { keepCase: true, alternateCommentMode: true });
  const all = root.lookup('outrider.v1').nestedArray;
  const messages = new Map(all.filter((one) => one instanceof protobuf.Type).map((one) => [one.name, messageOf(one)]));
  return {
    services: all.filter((one) => one instanceof protobuf.Service).map(serviceOf),
    message: (name) => messages.get(name),
  };
}

const serviceOf = ({ name, methodsArray }) => ({ name, methods: methodsArray.map(methodOf) });

const methodOf = ({ name, comment, requestType, responseType, requestStream, responseStream }) => ({
  ...{ name, comment: spoken(comment) },
  request: { type: requestType, isStream: requestStream === true },
  response: { type: responseType, isStream: responseStream === true },
});

const messageOf = ({ name, comment, fieldsArray }) => ({
  ...{ name, comment: spoken(comment) },
  fields: fieldsArray.map(({ name: field, comment: words, type, repeated, options, keyType }) => ({
    ...{ name: field, comment: spoken(words), type, keyType, isList: repeated },
    isOptional: options?.proto3_optional === true,
  })),
});

/** A comment of several lines is one text. */
const spoken = (comment) => (comment ?? '').replaceAll(/\s*\n\s*/g, ' ').trim();
