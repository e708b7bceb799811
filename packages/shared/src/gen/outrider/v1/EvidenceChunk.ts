// Original file: proto/outrider/v1/coordinator.proto


export interface EvidenceChunk {
  'data'?: (Buffer | Uint8Array | string);
}

export interface EvidenceChunk__Output {
  'data': (Buffer);
}
