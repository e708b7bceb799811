import { fileURLToPath } from 'node:url';

/** Where the .proto files are: beside packages/ in a checkout. */
export const PROTO_FOLDER = fileURLToPath(new URL('../../../../proto', import.meta.url));
