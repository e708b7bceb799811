// Original file: proto/outrider/v1/sidecar.proto


export interface HealthTrendsRequest {
}

export interface HealthTrendsRequest__Output {
}
