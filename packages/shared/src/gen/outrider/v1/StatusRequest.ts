// Original file: proto/outrider/v1/sidecar.proto


export interface StatusRequest {
}

export interface StatusRequest__Output {
}
