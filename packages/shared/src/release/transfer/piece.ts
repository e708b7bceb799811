/** One message of a stream of contents; see `Blob` in types.proto. */
export interface Piece {
  readonly sha256: string;
  readonly data: Uint8Array;
  readonly last: boolean;
  readonly base: string;
  readonly copyOffset: number;
  readonly copySize: number;
  readonly inflatedSize: number;
  readonly bundle: Uint8Array;
  readonly bundleSizes: readonly number[];
}

/** What is left out is nothing. */
export type OutgoingPiece = Partial<
  Omit<Piece, 'data' | 'bundle' | 'bundleSizes'> & {
    readonly data: Buffer;
    readonly bundle: Buffer;
    readonly bundleSizes: number[];
    /** Whoever has put the piece on the wire may say so, once: its bytes are somebody else's then. */
    readonly release: () => void;
  }
>;

export const PIECE_BYTES = 256 * 1024;
export const DIGEST_BYTES = 32;

/** Bytes of contents, as they go over the wire. */
export const wireBytesOf = ({ data }: Partial<Pick<Piece, 'data'>>): number => data?.length ?? 0;
