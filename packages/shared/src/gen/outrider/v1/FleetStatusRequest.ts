// Original file: proto/outrider/v1/coordinator.proto


export interface FleetStatusRequest {
}

export interface FleetStatusRequest__Output {
}
