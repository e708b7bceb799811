/**
 * A definition as reflection may tell it. protobufjs names the entries of maps after their field alone; protoc, and with
 * it every client in C++, Python or Go, takes no map whose entries are not called FIELDEntry.
 */
import type { PackageDefinition } from '@grpc/proto-loader';
import descriptor from 'protobufjs/ext/descriptor/index.js';

interface Message {
  name?: string;
  readonly field?: { typeName?: string }[];
  readonly nestedType?: Message[];
  readonly options?: { readonly mapEntry?: boolean } | null;
}

export function describable(definition: PackageDefinition): PackageDefinition {
  const mended = new Map<string, Buffer>();
  const mend = (file: Buffer): Buffer => {
    const key = file.toString('latin1');
    const known = mended.get(key) ?? withEntries(file);
    mended.set(key, known);
    return known;
  };
  const entries = Object.entries(definition).map(([name, member]) =>
    'fileDescriptorProtos' in member && Array.isArray(member.fileDescriptorProtos)
      ? [name, { ...member, fileDescriptorProtos: member.fileDescriptorProtos.map(mend) }]
      : [name, member],
  );
  return Object.fromEntries(entries) as PackageDefinition;
}

function withEntries(file: Buffer): Buffer {
  const decoded = descriptor.FileDescriptorProto.decode(file) as unknown as { readonly messageType?: Message[] };
  for (const message of decoded.messageType ?? []) nameEntries(message);
  const { FileDescriptorProto } = descriptor;
  return Buffer.from(FileDescriptorProto.encode(decoded as never).finish());
}

function nameEntries(message: Message): void {
  for (const nested of message.nestedType ?? []) {
    nameEntries(nested);
    const { name = '' } = nested;
    if (nested.options?.mapEntry !== true || name.endsWith('Entry')) continue;
    nested.name = `${name}Entry`;
    // Its one field: no other can be of this type.
    for (const field of message.field ?? []) if (field.typeName === name) field.typeName = nested.name;
  }
}
