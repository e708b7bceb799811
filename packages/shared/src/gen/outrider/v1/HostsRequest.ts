// Original file: proto/outrider/v1/coordinator.proto


export interface HostsRequest {
}

export interface HostsRequest__Output {
}
