// Original file: proto/outrider/v1/coordinator.proto


export interface PruneReleasesRequest {
  'app'?: (string);
  'keep'?: (number);
  'dryRun'?: (boolean);
  'by'?: (string);
  '_keep'?: "keep";
}

export interface PruneReleasesRequest__Output {
  'app': (string);
  'keep'?: (number);
  'dryRun': (boolean);
  'by': (string);
}
