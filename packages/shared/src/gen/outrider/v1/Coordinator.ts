// Original file: proto/outrider/v1/coordinator.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AgentsRequest as _outrider_v1_AgentsRequest, AgentsRequest__Output as _outrider_v1_AgentsRequest__Output } from '../../outrider/v1/AgentsRequest.js';
import type { AgentsResponse as _outrider_v1_AgentsResponse, AgentsResponse__Output as _outrider_v1_AgentsResponse__Output } from '../../outrider/v1/AgentsResponse.js';
import type { AskHostsRequest as _outrider_v1_AskHostsRequest, AskHostsRequest__Output as _outrider_v1_AskHostsRequest__Output } from '../../outrider/v1/AskHostsRequest.js';
import type { AskHostsResponse as _outrider_v1_AskHostsResponse, AskHostsResponse__Output as _outrider_v1_AskHostsResponse__Output } from '../../outrider/v1/AskHostsResponse.js';
import type { Blob as _outrider_v1_Blob, Blob__Output as _outrider_v1_Blob__Output } from '../../outrider/v1/Blob.js';
import type { BlobChunks as _outrider_v1_BlobChunks, BlobChunks__Output as _outrider_v1_BlobChunks__Output } from '../../outrider/v1/BlobChunks.js';
import type { BlobsRequest as _outrider_v1_BlobsRequest, BlobsRequest__Output as _outrider_v1_BlobsRequest__Output } from '../../outrider/v1/BlobsRequest.js';
import type { ControlAgentRequest as _outrider_v1_ControlAgentRequest, ControlAgentRequest__Output as _outrider_v1_ControlAgentRequest__Output } from '../../outrider/v1/ControlAgentRequest.js';
import type { ControlAgentResponse as _outrider_v1_ControlAgentResponse, ControlAgentResponse__Output as _outrider_v1_ControlAgentResponse__Output } from '../../outrider/v1/ControlAgentResponse.js';
import type { ControlRolloutRequest as _outrider_v1_ControlRolloutRequest, ControlRolloutRequest__Output as _outrider_v1_ControlRolloutRequest__Output } from '../../outrider/v1/ControlRolloutRequest.js';
import type { DiagnoseRequest as _outrider_v1_DiagnoseRequest, DiagnoseRequest__Output as _outrider_v1_DiagnoseRequest__Output } from '../../outrider/v1/DiagnoseRequest.js';
import type { Diagnosis as _outrider_v1_Diagnosis, Diagnosis__Output as _outrider_v1_Diagnosis__Output } from '../../outrider/v1/Diagnosis.js';
import type { EmergencyRollbackRequest as _outrider_v1_EmergencyRollbackRequest, EmergencyRollbackRequest__Output as _outrider_v1_EmergencyRollbackRequest__Output } from '../../outrider/v1/EmergencyRollbackRequest.js';
import type { EmergencyRollbackResponse as _outrider_v1_EmergencyRollbackResponse, EmergencyRollbackResponse__Output as _outrider_v1_EmergencyRollbackResponse__Output } from '../../outrider/v1/EmergencyRollbackResponse.js';
import type { ErrorsRequest as _outrider_v1_ErrorsRequest, ErrorsRequest__Output as _outrider_v1_ErrorsRequest__Output } from '../../outrider/v1/ErrorsRequest.js';
import type { ErrorsResponse as _outrider_v1_ErrorsResponse, ErrorsResponse__Output as _outrider_v1_ErrorsResponse__Output } from '../../outrider/v1/ErrorsResponse.js';
import type { Event as _outrider_v1_Event, Event__Output as _outrider_v1_Event__Output } from '../../outrider/v1/Event.js';
import type { EventsRequest as _outrider_v1_EventsRequest, EventsRequest__Output as _outrider_v1_EventsRequest__Output } from '../../outrider/v1/EventsRequest.js';
import type { EvidenceChunk as _outrider_v1_EvidenceChunk, EvidenceChunk__Output as _outrider_v1_EvidenceChunk__Output } from '../../outrider/v1/EvidenceChunk.js';
import type { FleetEmergencyRequest as _outrider_v1_FleetEmergencyRequest, FleetEmergencyRequest__Output as _outrider_v1_FleetEmergencyRequest__Output } from '../../outrider/v1/FleetEmergencyRequest.js';
import type { FleetEmergencyResponse as _outrider_v1_FleetEmergencyResponse, FleetEmergencyResponse__Output as _outrider_v1_FleetEmergencyResponse__Output } from '../../outrider/v1/FleetEmergencyResponse.js';
import type { FleetStatus as _outrider_v1_FleetStatus, FleetStatus__Output as _outrider_v1_FleetStatus__Output } from '../../outrider/v1/FleetStatus.js';
import type { FleetStatusRequest as _outrider_v1_FleetStatusRequest, FleetStatusRequest__Output as _outrider_v1_FleetStatusRequest__Output } from '../../outrider/v1/FleetStatusRequest.js';
import type { HealthHistoryRequest as _outrider_v1_HealthHistoryRequest, HealthHistoryRequest__Output as _outrider_v1_HealthHistoryRequest__Output } from '../../outrider/v1/HealthHistoryRequest.js';
import type { HealthHistoryResponse as _outrider_v1_HealthHistoryResponse, HealthHistoryResponse__Output as _outrider_v1_HealthHistoryResponse__Output } from '../../outrider/v1/HealthHistoryResponse.js';
import type { HealthReportRequest as _outrider_v1_HealthReportRequest, HealthReportRequest__Output as _outrider_v1_HealthReportRequest__Output } from '../../outrider/v1/HealthReportRequest.js';
import type { HealthReportResponse as _outrider_v1_HealthReportResponse, HealthReportResponse__Output as _outrider_v1_HealthReportResponse__Output } from '../../outrider/v1/HealthReportResponse.js';
import type { HostsRequest as _outrider_v1_HostsRequest, HostsRequest__Output as _outrider_v1_HostsRequest__Output } from '../../outrider/v1/HostsRequest.js';
import type { HostsResponse as _outrider_v1_HostsResponse, HostsResponse__Output as _outrider_v1_HostsResponse__Output } from '../../outrider/v1/HostsResponse.js';
import type { ListReleasesRequest as _outrider_v1_ListReleasesRequest, ListReleasesRequest__Output as _outrider_v1_ListReleasesRequest__Output } from '../../outrider/v1/ListReleasesRequest.js';
import type { ListReleasesResponse as _outrider_v1_ListReleasesResponse, ListReleasesResponse__Output as _outrider_v1_ListReleasesResponse__Output } from '../../outrider/v1/ListReleasesResponse.js';
import type { ListRolloutsRequest as _outrider_v1_ListRolloutsRequest, ListRolloutsRequest__Output as _outrider_v1_ListRolloutsRequest__Output } from '../../outrider/v1/ListRolloutsRequest.js';
import type { ListRolloutsResponse as _outrider_v1_ListRolloutsResponse, ListRolloutsResponse__Output as _outrider_v1_ListRolloutsResponse__Output } from '../../outrider/v1/ListRolloutsResponse.js';
import type { LogLine as _outrider_v1_LogLine, LogLine__Output as _outrider_v1_LogLine__Output } from '../../outrider/v1/LogLine.js';
import type { LogsRequest as _outrider_v1_LogsRequest, LogsRequest__Output as _outrider_v1_LogsRequest__Output } from '../../outrider/v1/LogsRequest.js';
import type { ManifestChunksRequest as _outrider_v1_ManifestChunksRequest, ManifestChunksRequest__Output as _outrider_v1_ManifestChunksRequest__Output } from '../../outrider/v1/ManifestChunksRequest.js';
import type { ManifestChunksResponse as _outrider_v1_ManifestChunksResponse, ManifestChunksResponse__Output as _outrider_v1_ManifestChunksResponse__Output } from '../../outrider/v1/ManifestChunksResponse.js';
import type { OfferReleaseRequest as _outrider_v1_OfferReleaseRequest, OfferReleaseRequest__Output as _outrider_v1_OfferReleaseRequest__Output } from '../../outrider/v1/OfferReleaseRequest.js';
import type { Plan as _outrider_v1_Plan, Plan__Output as _outrider_v1_Plan__Output } from '../../outrider/v1/Plan.js';
import type { PruneReleasesRequest as _outrider_v1_PruneReleasesRequest, PruneReleasesRequest__Output as _outrider_v1_PruneReleasesRequest__Output } from '../../outrider/v1/PruneReleasesRequest.js';
import type { PruneReleasesResponse as _outrider_v1_PruneReleasesResponse, PruneReleasesResponse__Output as _outrider_v1_PruneReleasesResponse__Output } from '../../outrider/v1/PruneReleasesResponse.js';
import type { PushReleaseRequest as _outrider_v1_PushReleaseRequest, PushReleaseRequest__Output as _outrider_v1_PushReleaseRequest__Output } from '../../outrider/v1/PushReleaseRequest.js';
import type { PutBlobsResponse as _outrider_v1_PutBlobsResponse, PutBlobsResponse__Output as _outrider_v1_PutBlobsResponse__Output } from '../../outrider/v1/PutBlobsResponse.js';
import type { Release as _outrider_v1_Release, Release__Output as _outrider_v1_Release__Output } from '../../outrider/v1/Release.js';
import type { RemoveReleaseRequest as _outrider_v1_RemoveReleaseRequest, RemoveReleaseRequest__Output as _outrider_v1_RemoveReleaseRequest__Output } from '../../outrider/v1/RemoveReleaseRequest.js';
import type { RemoveReleaseResponse as _outrider_v1_RemoveReleaseResponse, RemoveReleaseResponse__Output as _outrider_v1_RemoveReleaseResponse__Output } from '../../outrider/v1/RemoveReleaseResponse.js';
import type { ReportRequest as _outrider_v1_ReportRequest, ReportRequest__Output as _outrider_v1_ReportRequest__Output } from '../../outrider/v1/ReportRequest.js';
import type { ReportResponse as _outrider_v1_ReportResponse, ReportResponse__Output as _outrider_v1_ReportResponse__Output } from '../../outrider/v1/ReportResponse.js';
import type { ResumeHostsRequest as _outrider_v1_ResumeHostsRequest, ResumeHostsRequest__Output as _outrider_v1_ResumeHostsRequest__Output } from '../../outrider/v1/ResumeHostsRequest.js';
import type { ResumeHostsResponse as _outrider_v1_ResumeHostsResponse, ResumeHostsResponse__Output as _outrider_v1_ResumeHostsResponse__Output } from '../../outrider/v1/ResumeHostsResponse.js';
import type { RollbackRequest as _outrider_v1_RollbackRequest, RollbackRequest__Output as _outrider_v1_RollbackRequest__Output } from '../../outrider/v1/RollbackRequest.js';
import type { RolloutId as _outrider_v1_RolloutId, RolloutId__Output as _outrider_v1_RolloutId__Output } from '../../outrider/v1/RolloutId.js';
import type { RolloutRecord as _outrider_v1_RolloutRecord, RolloutRecord__Output as _outrider_v1_RolloutRecord__Output } from '../../outrider/v1/RolloutRecord.js';
import type { RolloutRequest as _outrider_v1_RolloutRequest, RolloutRequest__Output as _outrider_v1_RolloutRequest__Output } from '../../outrider/v1/RolloutRequest.js';
import type { RolloutUpdate as _outrider_v1_RolloutUpdate, RolloutUpdate__Output as _outrider_v1_RolloutUpdate__Output } from '../../outrider/v1/RolloutUpdate.js';
import type { ShowReleaseRequest as _outrider_v1_ShowReleaseRequest, ShowReleaseRequest__Output as _outrider_v1_ShowReleaseRequest__Output } from '../../outrider/v1/ShowReleaseRequest.js';
import type { ShowReleaseResponse as _outrider_v1_ShowReleaseResponse, ShowReleaseResponse__Output as _outrider_v1_ShowReleaseResponse__Output } from '../../outrider/v1/ShowReleaseResponse.js';
import type { SignReleaseRequest as _outrider_v1_SignReleaseRequest, SignReleaseRequest__Output as _outrider_v1_SignReleaseRequest__Output } from '../../outrider/v1/SignReleaseRequest.js';
import type { StartRolloutResponse as _outrider_v1_StartRolloutResponse, StartRolloutResponse__Output as _outrider_v1_StartRolloutResponse__Output } from '../../outrider/v1/StartRolloutResponse.js';
import type { TagReleaseRequest as _outrider_v1_TagReleaseRequest, TagReleaseRequest__Output as _outrider_v1_TagReleaseRequest__Output } from '../../outrider/v1/TagReleaseRequest.js';
import type { TestHealthRequest as _outrider_v1_TestHealthRequest, TestHealthRequest__Output as _outrider_v1_TestHealthRequest__Output } from '../../outrider/v1/TestHealthRequest.js';
import type { TestHealthResponse as _outrider_v1_TestHealthResponse, TestHealthResponse__Output as _outrider_v1_TestHealthResponse__Output } from '../../outrider/v1/TestHealthResponse.js';
import type { VerifyProgress as _outrider_v1_VerifyProgress, VerifyProgress__Output as _outrider_v1_VerifyProgress__Output } from '../../outrider/v1/VerifyProgress.js';
import type { VerifyReleaseRequest as _outrider_v1_VerifyReleaseRequest, VerifyReleaseRequest__Output as _outrider_v1_VerifyReleaseRequest__Output } from '../../outrider/v1/VerifyReleaseRequest.js';

export interface CoordinatorClient extends grpc.Client {
  Agents(argument: _outrider_v1_AgentsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AgentsResponse__Output>): grpc.ClientUnaryCall;
  Agents(argument: _outrider_v1_AgentsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AgentsResponse__Output>): grpc.ClientUnaryCall;
  Agents(argument: _outrider_v1_AgentsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AgentsResponse__Output>): grpc.ClientUnaryCall;
  Agents(argument: _outrider_v1_AgentsRequest, callback: grpc.requestCallback<_outrider_v1_AgentsResponse__Output>): grpc.ClientUnaryCall;
  agents(argument: _outrider_v1_AgentsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AgentsResponse__Output>): grpc.ClientUnaryCall;
  agents(argument: _outrider_v1_AgentsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AgentsResponse__Output>): grpc.ClientUnaryCall;
  agents(argument: _outrider_v1_AgentsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AgentsResponse__Output>): grpc.ClientUnaryCall;
  agents(argument: _outrider_v1_AgentsRequest, callback: grpc.requestCallback<_outrider_v1_AgentsResponse__Output>): grpc.ClientUnaryCall;
  
  AskHosts(argument: _outrider_v1_AskHostsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  AskHosts(argument: _outrider_v1_AskHostsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  AskHosts(argument: _outrider_v1_AskHostsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  AskHosts(argument: _outrider_v1_AskHostsRequest, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  askHosts(argument: _outrider_v1_AskHostsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  askHosts(argument: _outrider_v1_AskHostsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  askHosts(argument: _outrider_v1_AskHostsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  askHosts(argument: _outrider_v1_AskHostsRequest, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  
  Blobs(argument: _outrider_v1_BlobsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Blob__Output>;
  Blobs(argument: _outrider_v1_BlobsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Blob__Output>;
  blobs(argument: _outrider_v1_BlobsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Blob__Output>;
  blobs(argument: _outrider_v1_BlobsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Blob__Output>;
  
  ChunksOfBlobs(argument: _outrider_v1_BlobsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_BlobChunks__Output>;
  ChunksOfBlobs(argument: _outrider_v1_BlobsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_BlobChunks__Output>;
  chunksOfBlobs(argument: _outrider_v1_BlobsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_BlobChunks__Output>;
  chunksOfBlobs(argument: _outrider_v1_BlobsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_BlobChunks__Output>;
  
  ControlAgent(argument: _outrider_v1_ControlAgentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  ControlAgent(argument: _outrider_v1_ControlAgentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  ControlAgent(argument: _outrider_v1_ControlAgentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  ControlAgent(argument: _outrider_v1_ControlAgentRequest, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  controlAgent(argument: _outrider_v1_ControlAgentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  controlAgent(argument: _outrider_v1_ControlAgentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  controlAgent(argument: _outrider_v1_ControlAgentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  controlAgent(argument: _outrider_v1_ControlAgentRequest, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  
  ControlRollout(argument: _outrider_v1_ControlRolloutRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  ControlRollout(argument: _outrider_v1_ControlRolloutRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  ControlRollout(argument: _outrider_v1_ControlRolloutRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  ControlRollout(argument: _outrider_v1_ControlRolloutRequest, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  controlRollout(argument: _outrider_v1_ControlRolloutRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  controlRollout(argument: _outrider_v1_ControlRolloutRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  controlRollout(argument: _outrider_v1_ControlRolloutRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  controlRollout(argument: _outrider_v1_ControlRolloutRequest, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  
  Diagnose(argument: _outrider_v1_DiagnoseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  Diagnose(argument: _outrider_v1_DiagnoseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  Diagnose(argument: _outrider_v1_DiagnoseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  Diagnose(argument: _outrider_v1_DiagnoseRequest, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  diagnose(argument: _outrider_v1_DiagnoseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  diagnose(argument: _outrider_v1_DiagnoseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  diagnose(argument: _outrider_v1_DiagnoseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  diagnose(argument: _outrider_v1_DiagnoseRequest, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  
  Emergency(argument: _outrider_v1_FleetEmergencyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_FleetEmergencyResponse__Output>): grpc.ClientUnaryCall;
  Emergency(argument: _outrider_v1_FleetEmergencyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_FleetEmergencyResponse__Output>): grpc.ClientUnaryCall;
  Emergency(argument: _outrider_v1_FleetEmergencyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_FleetEmergencyResponse__Output>): grpc.ClientUnaryCall;
  Emergency(argument: _outrider_v1_FleetEmergencyRequest, callback: grpc.requestCallback<_outrider_v1_FleetEmergencyResponse__Output>): grpc.ClientUnaryCall;
  emergency(argument: _outrider_v1_FleetEmergencyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_FleetEmergencyResponse__Output>): grpc.ClientUnaryCall;
  emergency(argument: _outrider_v1_FleetEmergencyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_FleetEmergencyResponse__Output>): grpc.ClientUnaryCall;
  emergency(argument: _outrider_v1_FleetEmergencyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_FleetEmergencyResponse__Output>): grpc.ClientUnaryCall;
  emergency(argument: _outrider_v1_FleetEmergencyRequest, callback: grpc.requestCallback<_outrider_v1_FleetEmergencyResponse__Output>): grpc.ClientUnaryCall;
  
  EmergencyRollback(argument: _outrider_v1_EmergencyRollbackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_EmergencyRollbackResponse__Output>): grpc.ClientUnaryCall;
  EmergencyRollback(argument: _outrider_v1_EmergencyRollbackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_EmergencyRollbackResponse__Output>): grpc.ClientUnaryCall;
  EmergencyRollback(argument: _outrider_v1_EmergencyRollbackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_EmergencyRollbackResponse__Output>): grpc.ClientUnaryCall;
  EmergencyRollback(argument: _outrider_v1_EmergencyRollbackRequest, callback: grpc.requestCallback<_outrider_v1_EmergencyRollbackResponse__Output>): grpc.ClientUnaryCall;
  emergencyRollback(argument: _outrider_v1_EmergencyRollbackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_EmergencyRollbackResponse__Output>): grpc.ClientUnaryCall;
  emergencyRollback(argument: _outrider_v1_EmergencyRollbackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_EmergencyRollbackResponse__Output>): grpc.ClientUnaryCall;
  emergencyRollback(argument: _outrider_v1_EmergencyRollbackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_EmergencyRollbackResponse__Output>): grpc.ClientUnaryCall;
  emergencyRollback(argument: _outrider_v1_EmergencyRollbackRequest, callback: grpc.requestCallback<_outrider_v1_EmergencyRollbackResponse__Output>): grpc.ClientUnaryCall;
  
  Errors(argument: _outrider_v1_ErrorsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_ErrorsResponse__Output>;
  Errors(argument: _outrider_v1_ErrorsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_ErrorsResponse__Output>;
  errors(argument: _outrider_v1_ErrorsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_ErrorsResponse__Output>;
  errors(argument: _outrider_v1_ErrorsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_ErrorsResponse__Output>;
  
  Events(argument: _outrider_v1_EventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Event__Output>;
  Events(argument: _outrider_v1_EventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Event__Output>;
  events(argument: _outrider_v1_EventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Event__Output>;
  events(argument: _outrider_v1_EventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Event__Output>;
  
  Evidence(argument: _outrider_v1_RolloutId, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_EvidenceChunk__Output>;
  Evidence(argument: _outrider_v1_RolloutId, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_EvidenceChunk__Output>;
  evidence(argument: _outrider_v1_RolloutId, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_EvidenceChunk__Output>;
  evidence(argument: _outrider_v1_RolloutId, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_EvidenceChunk__Output>;
  
  GetRollout(argument: _outrider_v1_RolloutId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  GetRollout(argument: _outrider_v1_RolloutId, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  GetRollout(argument: _outrider_v1_RolloutId, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  GetRollout(argument: _outrider_v1_RolloutId, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  getRollout(argument: _outrider_v1_RolloutId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  getRollout(argument: _outrider_v1_RolloutId, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  getRollout(argument: _outrider_v1_RolloutId, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  getRollout(argument: _outrider_v1_RolloutId, callback: grpc.requestCallback<_outrider_v1_RolloutRecord__Output>): grpc.ClientUnaryCall;
  
  HealthHistory(argument: _outrider_v1_HealthHistoryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthHistoryResponse__Output>): grpc.ClientUnaryCall;
  HealthHistory(argument: _outrider_v1_HealthHistoryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HealthHistoryResponse__Output>): grpc.ClientUnaryCall;
  HealthHistory(argument: _outrider_v1_HealthHistoryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthHistoryResponse__Output>): grpc.ClientUnaryCall;
  HealthHistory(argument: _outrider_v1_HealthHistoryRequest, callback: grpc.requestCallback<_outrider_v1_HealthHistoryResponse__Output>): grpc.ClientUnaryCall;
  healthHistory(argument: _outrider_v1_HealthHistoryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthHistoryResponse__Output>): grpc.ClientUnaryCall;
  healthHistory(argument: _outrider_v1_HealthHistoryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HealthHistoryResponse__Output>): grpc.ClientUnaryCall;
  healthHistory(argument: _outrider_v1_HealthHistoryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthHistoryResponse__Output>): grpc.ClientUnaryCall;
  healthHistory(argument: _outrider_v1_HealthHistoryRequest, callback: grpc.requestCallback<_outrider_v1_HealthHistoryResponse__Output>): grpc.ClientUnaryCall;
  
  HealthReport(argument: _outrider_v1_HealthReportRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthReportResponse__Output>): grpc.ClientUnaryCall;
  HealthReport(argument: _outrider_v1_HealthReportRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HealthReportResponse__Output>): grpc.ClientUnaryCall;
  HealthReport(argument: _outrider_v1_HealthReportRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthReportResponse__Output>): grpc.ClientUnaryCall;
  HealthReport(argument: _outrider_v1_HealthReportRequest, callback: grpc.requestCallback<_outrider_v1_HealthReportResponse__Output>): grpc.ClientUnaryCall;
  healthReport(argument: _outrider_v1_HealthReportRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthReportResponse__Output>): grpc.ClientUnaryCall;
  healthReport(argument: _outrider_v1_HealthReportRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HealthReportResponse__Output>): grpc.ClientUnaryCall;
  healthReport(argument: _outrider_v1_HealthReportRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthReportResponse__Output>): grpc.ClientUnaryCall;
  healthReport(argument: _outrider_v1_HealthReportRequest, callback: grpc.requestCallback<_outrider_v1_HealthReportResponse__Output>): grpc.ClientUnaryCall;
  
  Hosts(argument: _outrider_v1_HostsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostsResponse__Output>): grpc.ClientUnaryCall;
  Hosts(argument: _outrider_v1_HostsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HostsResponse__Output>): grpc.ClientUnaryCall;
  Hosts(argument: _outrider_v1_HostsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostsResponse__Output>): grpc.ClientUnaryCall;
  Hosts(argument: _outrider_v1_HostsRequest, callback: grpc.requestCallback<_outrider_v1_HostsResponse__Output>): grpc.ClientUnaryCall;
  hosts(argument: _outrider_v1_HostsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostsResponse__Output>): grpc.ClientUnaryCall;
  hosts(argument: _outrider_v1_HostsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HostsResponse__Output>): grpc.ClientUnaryCall;
  hosts(argument: _outrider_v1_HostsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostsResponse__Output>): grpc.ClientUnaryCall;
  hosts(argument: _outrider_v1_HostsRequest, callback: grpc.requestCallback<_outrider_v1_HostsResponse__Output>): grpc.ClientUnaryCall;
  
  ListReleases(argument: _outrider_v1_ListReleasesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ListReleasesResponse__Output>): grpc.ClientUnaryCall;
  ListReleases(argument: _outrider_v1_ListReleasesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ListReleasesResponse__Output>): grpc.ClientUnaryCall;
  ListReleases(argument: _outrider_v1_ListReleasesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ListReleasesResponse__Output>): grpc.ClientUnaryCall;
  ListReleases(argument: _outrider_v1_ListReleasesRequest, callback: grpc.requestCallback<_outrider_v1_ListReleasesResponse__Output>): grpc.ClientUnaryCall;
  listReleases(argument: _outrider_v1_ListReleasesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ListReleasesResponse__Output>): grpc.ClientUnaryCall;
  listReleases(argument: _outrider_v1_ListReleasesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ListReleasesResponse__Output>): grpc.ClientUnaryCall;
  listReleases(argument: _outrider_v1_ListReleasesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ListReleasesResponse__Output>): grpc.ClientUnaryCall;
  listReleases(argument: _outrider_v1_ListReleasesRequest, callback: grpc.requestCallback<_outrider_v1_ListReleasesResponse__Output>): grpc.ClientUnaryCall;
  
  ListRollouts(argument: _outrider_v1_ListRolloutsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ListRolloutsResponse__Output>): grpc.ClientUnaryCall;
  ListRollouts(argument: _outrider_v1_ListRolloutsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ListRolloutsResponse__Output>): grpc.ClientUnaryCall;
  ListRollouts(argument: _outrider_v1_ListRolloutsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ListRolloutsResponse__Output>): grpc.ClientUnaryCall;
  ListRollouts(argument: _outrider_v1_ListRolloutsRequest, callback: grpc.requestCallback<_outrider_v1_ListRolloutsResponse__Output>): grpc.ClientUnaryCall;
  listRollouts(argument: _outrider_v1_ListRolloutsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ListRolloutsResponse__Output>): grpc.ClientUnaryCall;
  listRollouts(argument: _outrider_v1_ListRolloutsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ListRolloutsResponse__Output>): grpc.ClientUnaryCall;
  listRollouts(argument: _outrider_v1_ListRolloutsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ListRolloutsResponse__Output>): grpc.ClientUnaryCall;
  listRollouts(argument: _outrider_v1_ListRolloutsRequest, callback: grpc.requestCallback<_outrider_v1_ListRolloutsResponse__Output>): grpc.ClientUnaryCall;
  
  Logs(argument: _outrider_v1_LogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_LogLine__Output>;
  Logs(argument: _outrider_v1_LogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_LogLine__Output>;
  logs(argument: _outrider_v1_LogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_LogLine__Output>;
  logs(argument: _outrider_v1_LogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_LogLine__Output>;
  
  ManifestChunks(argument: _outrider_v1_ManifestChunksRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ManifestChunksResponse__Output>): grpc.ClientUnaryCall;
  ManifestChunks(argument: _outrider_v1_ManifestChunksRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ManifestChunksResponse__Output>): grpc.ClientUnaryCall;
  ManifestChunks(argument: _outrider_v1_ManifestChunksRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ManifestChunksResponse__Output>): grpc.ClientUnaryCall;
  ManifestChunks(argument: _outrider_v1_ManifestChunksRequest, callback: grpc.requestCallback<_outrider_v1_ManifestChunksResponse__Output>): grpc.ClientUnaryCall;
  manifestChunks(argument: _outrider_v1_ManifestChunksRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ManifestChunksResponse__Output>): grpc.ClientUnaryCall;
  manifestChunks(argument: _outrider_v1_ManifestChunksRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ManifestChunksResponse__Output>): grpc.ClientUnaryCall;
  manifestChunks(argument: _outrider_v1_ManifestChunksRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ManifestChunksResponse__Output>): grpc.ClientUnaryCall;
  manifestChunks(argument: _outrider_v1_ManifestChunksRequest, callback: grpc.requestCallback<_outrider_v1_ManifestChunksResponse__Output>): grpc.ClientUnaryCall;
  
  OfferRelease(argument: _outrider_v1_OfferReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_BlobsRequest__Output>): grpc.ClientUnaryCall;
  OfferRelease(argument: _outrider_v1_OfferReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_BlobsRequest__Output>): grpc.ClientUnaryCall;
  OfferRelease(argument: _outrider_v1_OfferReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_BlobsRequest__Output>): grpc.ClientUnaryCall;
  OfferRelease(argument: _outrider_v1_OfferReleaseRequest, callback: grpc.requestCallback<_outrider_v1_BlobsRequest__Output>): grpc.ClientUnaryCall;
  offerRelease(argument: _outrider_v1_OfferReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_BlobsRequest__Output>): grpc.ClientUnaryCall;
  offerRelease(argument: _outrider_v1_OfferReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_BlobsRequest__Output>): grpc.ClientUnaryCall;
  offerRelease(argument: _outrider_v1_OfferReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_BlobsRequest__Output>): grpc.ClientUnaryCall;
  offerRelease(argument: _outrider_v1_OfferReleaseRequest, callback: grpc.requestCallback<_outrider_v1_BlobsRequest__Output>): grpc.ClientUnaryCall;
  
  PlanRollback(argument: _outrider_v1_RollbackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  PlanRollback(argument: _outrider_v1_RollbackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  PlanRollback(argument: _outrider_v1_RollbackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  PlanRollback(argument: _outrider_v1_RollbackRequest, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  planRollback(argument: _outrider_v1_RollbackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  planRollback(argument: _outrider_v1_RollbackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  planRollback(argument: _outrider_v1_RollbackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  planRollback(argument: _outrider_v1_RollbackRequest, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  
  PlanRollout(argument: _outrider_v1_RolloutRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  PlanRollout(argument: _outrider_v1_RolloutRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  PlanRollout(argument: _outrider_v1_RolloutRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  PlanRollout(argument: _outrider_v1_RolloutRequest, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  planRollout(argument: _outrider_v1_RolloutRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  planRollout(argument: _outrider_v1_RolloutRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  planRollout(argument: _outrider_v1_RolloutRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  planRollout(argument: _outrider_v1_RolloutRequest, callback: grpc.requestCallback<_outrider_v1_Plan__Output>): grpc.ClientUnaryCall;
  
  PruneReleases(argument: _outrider_v1_PruneReleasesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PruneReleasesResponse__Output>): grpc.ClientUnaryCall;
  PruneReleases(argument: _outrider_v1_PruneReleasesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_PruneReleasesResponse__Output>): grpc.ClientUnaryCall;
  PruneReleases(argument: _outrider_v1_PruneReleasesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PruneReleasesResponse__Output>): grpc.ClientUnaryCall;
  PruneReleases(argument: _outrider_v1_PruneReleasesRequest, callback: grpc.requestCallback<_outrider_v1_PruneReleasesResponse__Output>): grpc.ClientUnaryCall;
  pruneReleases(argument: _outrider_v1_PruneReleasesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PruneReleasesResponse__Output>): grpc.ClientUnaryCall;
  pruneReleases(argument: _outrider_v1_PruneReleasesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_PruneReleasesResponse__Output>): grpc.ClientUnaryCall;
  pruneReleases(argument: _outrider_v1_PruneReleasesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PruneReleasesResponse__Output>): grpc.ClientUnaryCall;
  pruneReleases(argument: _outrider_v1_PruneReleasesRequest, callback: grpc.requestCallback<_outrider_v1_PruneReleasesResponse__Output>): grpc.ClientUnaryCall;
  
  PushRelease(argument: _outrider_v1_PushReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  PushRelease(argument: _outrider_v1_PushReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  PushRelease(argument: _outrider_v1_PushReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  PushRelease(argument: _outrider_v1_PushReleaseRequest, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  pushRelease(argument: _outrider_v1_PushReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  pushRelease(argument: _outrider_v1_PushReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  pushRelease(argument: _outrider_v1_PushReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  pushRelease(argument: _outrider_v1_PushReleaseRequest, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  
  PutBlobs(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PutBlobsResponse__Output>): grpc.ClientWritableStream<_outrider_v1_Blob>;
  PutBlobs(metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_PutBlobsResponse__Output>): grpc.ClientWritableStream<_outrider_v1_Blob>;
  PutBlobs(options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PutBlobsResponse__Output>): grpc.ClientWritableStream<_outrider_v1_Blob>;
  PutBlobs(callback: grpc.requestCallback<_outrider_v1_PutBlobsResponse__Output>): grpc.ClientWritableStream<_outrider_v1_Blob>;
  putBlobs(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PutBlobsResponse__Output>): grpc.ClientWritableStream<_outrider_v1_Blob>;
  putBlobs(metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_PutBlobsResponse__Output>): grpc.ClientWritableStream<_outrider_v1_Blob>;
  putBlobs(options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PutBlobsResponse__Output>): grpc.ClientWritableStream<_outrider_v1_Blob>;
  putBlobs(callback: grpc.requestCallback<_outrider_v1_PutBlobsResponse__Output>): grpc.ClientWritableStream<_outrider_v1_Blob>;
  
  RemoveRelease(argument: _outrider_v1_RemoveReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RemoveReleaseResponse__Output>): grpc.ClientUnaryCall;
  RemoveRelease(argument: _outrider_v1_RemoveReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_RemoveReleaseResponse__Output>): grpc.ClientUnaryCall;
  RemoveRelease(argument: _outrider_v1_RemoveReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RemoveReleaseResponse__Output>): grpc.ClientUnaryCall;
  RemoveRelease(argument: _outrider_v1_RemoveReleaseRequest, callback: grpc.requestCallback<_outrider_v1_RemoveReleaseResponse__Output>): grpc.ClientUnaryCall;
  removeRelease(argument: _outrider_v1_RemoveReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RemoveReleaseResponse__Output>): grpc.ClientUnaryCall;
  removeRelease(argument: _outrider_v1_RemoveReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_RemoveReleaseResponse__Output>): grpc.ClientUnaryCall;
  removeRelease(argument: _outrider_v1_RemoveReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_RemoveReleaseResponse__Output>): grpc.ClientUnaryCall;
  removeRelease(argument: _outrider_v1_RemoveReleaseRequest, callback: grpc.requestCallback<_outrider_v1_RemoveReleaseResponse__Output>): grpc.ClientUnaryCall;
  
  Report(argument: _outrider_v1_ReportRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ReportResponse__Output>): grpc.ClientUnaryCall;
  Report(argument: _outrider_v1_ReportRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ReportResponse__Output>): grpc.ClientUnaryCall;
  Report(argument: _outrider_v1_ReportRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ReportResponse__Output>): grpc.ClientUnaryCall;
  Report(argument: _outrider_v1_ReportRequest, callback: grpc.requestCallback<_outrider_v1_ReportResponse__Output>): grpc.ClientUnaryCall;
  report(argument: _outrider_v1_ReportRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ReportResponse__Output>): grpc.ClientUnaryCall;
  report(argument: _outrider_v1_ReportRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ReportResponse__Output>): grpc.ClientUnaryCall;
  report(argument: _outrider_v1_ReportRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ReportResponse__Output>): grpc.ClientUnaryCall;
  report(argument: _outrider_v1_ReportRequest, callback: grpc.requestCallback<_outrider_v1_ReportResponse__Output>): grpc.ClientUnaryCall;
  
  ResumeHosts(argument: _outrider_v1_ResumeHostsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ResumeHostsResponse__Output>): grpc.ClientUnaryCall;
  ResumeHosts(argument: _outrider_v1_ResumeHostsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ResumeHostsResponse__Output>): grpc.ClientUnaryCall;
  ResumeHosts(argument: _outrider_v1_ResumeHostsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ResumeHostsResponse__Output>): grpc.ClientUnaryCall;
  ResumeHosts(argument: _outrider_v1_ResumeHostsRequest, callback: grpc.requestCallback<_outrider_v1_ResumeHostsResponse__Output>): grpc.ClientUnaryCall;
  resumeHosts(argument: _outrider_v1_ResumeHostsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ResumeHostsResponse__Output>): grpc.ClientUnaryCall;
  resumeHosts(argument: _outrider_v1_ResumeHostsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ResumeHostsResponse__Output>): grpc.ClientUnaryCall;
  resumeHosts(argument: _outrider_v1_ResumeHostsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ResumeHostsResponse__Output>): grpc.ClientUnaryCall;
  resumeHosts(argument: _outrider_v1_ResumeHostsRequest, callback: grpc.requestCallback<_outrider_v1_ResumeHostsResponse__Output>): grpc.ClientUnaryCall;
  
  Rollback(argument: _outrider_v1_RollbackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _outrider_v1_RollbackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _outrider_v1_RollbackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _outrider_v1_RollbackRequest, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  rollback(argument: _outrider_v1_RollbackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  rollback(argument: _outrider_v1_RollbackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  rollback(argument: _outrider_v1_RollbackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  rollback(argument: _outrider_v1_RollbackRequest, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  
  ShowRelease(argument: _outrider_v1_ShowReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ShowReleaseResponse__Output>): grpc.ClientUnaryCall;
  ShowRelease(argument: _outrider_v1_ShowReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ShowReleaseResponse__Output>): grpc.ClientUnaryCall;
  ShowRelease(argument: _outrider_v1_ShowReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ShowReleaseResponse__Output>): grpc.ClientUnaryCall;
  ShowRelease(argument: _outrider_v1_ShowReleaseRequest, callback: grpc.requestCallback<_outrider_v1_ShowReleaseResponse__Output>): grpc.ClientUnaryCall;
  showRelease(argument: _outrider_v1_ShowReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ShowReleaseResponse__Output>): grpc.ClientUnaryCall;
  showRelease(argument: _outrider_v1_ShowReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ShowReleaseResponse__Output>): grpc.ClientUnaryCall;
  showRelease(argument: _outrider_v1_ShowReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ShowReleaseResponse__Output>): grpc.ClientUnaryCall;
  showRelease(argument: _outrider_v1_ShowReleaseRequest, callback: grpc.requestCallback<_outrider_v1_ShowReleaseResponse__Output>): grpc.ClientUnaryCall;
  
  SignRelease(argument: _outrider_v1_SignReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  SignRelease(argument: _outrider_v1_SignReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  SignRelease(argument: _outrider_v1_SignReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  SignRelease(argument: _outrider_v1_SignReleaseRequest, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  signRelease(argument: _outrider_v1_SignReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  signRelease(argument: _outrider_v1_SignReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  signRelease(argument: _outrider_v1_SignReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  signRelease(argument: _outrider_v1_SignReleaseRequest, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  
  StartRollout(argument: _outrider_v1_RolloutRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  StartRollout(argument: _outrider_v1_RolloutRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  StartRollout(argument: _outrider_v1_RolloutRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  StartRollout(argument: _outrider_v1_RolloutRequest, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  startRollout(argument: _outrider_v1_RolloutRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  startRollout(argument: _outrider_v1_RolloutRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  startRollout(argument: _outrider_v1_RolloutRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  startRollout(argument: _outrider_v1_RolloutRequest, callback: grpc.requestCallback<_outrider_v1_StartRolloutResponse__Output>): grpc.ClientUnaryCall;
  
  Status(argument: _outrider_v1_FleetStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_FleetStatus__Output>): grpc.ClientUnaryCall;
  Status(argument: _outrider_v1_FleetStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_FleetStatus__Output>): grpc.ClientUnaryCall;
  Status(argument: _outrider_v1_FleetStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_FleetStatus__Output>): grpc.ClientUnaryCall;
  Status(argument: _outrider_v1_FleetStatusRequest, callback: grpc.requestCallback<_outrider_v1_FleetStatus__Output>): grpc.ClientUnaryCall;
  status(argument: _outrider_v1_FleetStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_FleetStatus__Output>): grpc.ClientUnaryCall;
  status(argument: _outrider_v1_FleetStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_FleetStatus__Output>): grpc.ClientUnaryCall;
  status(argument: _outrider_v1_FleetStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_FleetStatus__Output>): grpc.ClientUnaryCall;
  status(argument: _outrider_v1_FleetStatusRequest, callback: grpc.requestCallback<_outrider_v1_FleetStatus__Output>): grpc.ClientUnaryCall;
  
  TagRelease(argument: _outrider_v1_TagReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  TagRelease(argument: _outrider_v1_TagReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  TagRelease(argument: _outrider_v1_TagReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  TagRelease(argument: _outrider_v1_TagReleaseRequest, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  tagRelease(argument: _outrider_v1_TagReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  tagRelease(argument: _outrider_v1_TagReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  tagRelease(argument: _outrider_v1_TagReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  tagRelease(argument: _outrider_v1_TagReleaseRequest, callback: grpc.requestCallback<_outrider_v1_Release__Output>): grpc.ClientUnaryCall;
  
  TestHealth(argument: _outrider_v1_TestHealthRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  TestHealth(argument: _outrider_v1_TestHealthRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  TestHealth(argument: _outrider_v1_TestHealthRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  TestHealth(argument: _outrider_v1_TestHealthRequest, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  testHealth(argument: _outrider_v1_TestHealthRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  testHealth(argument: _outrider_v1_TestHealthRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  testHealth(argument: _outrider_v1_TestHealthRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  testHealth(argument: _outrider_v1_TestHealthRequest, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  
  VerifyRelease(argument: _outrider_v1_VerifyReleaseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_VerifyProgress__Output>;
  VerifyRelease(argument: _outrider_v1_VerifyReleaseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_VerifyProgress__Output>;
  verifyRelease(argument: _outrider_v1_VerifyReleaseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_VerifyProgress__Output>;
  verifyRelease(argument: _outrider_v1_VerifyReleaseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_VerifyProgress__Output>;
  
  WatchRollout(argument: _outrider_v1_RolloutId, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_RolloutUpdate__Output>;
  WatchRollout(argument: _outrider_v1_RolloutId, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_RolloutUpdate__Output>;
  watchRollout(argument: _outrider_v1_RolloutId, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_RolloutUpdate__Output>;
  watchRollout(argument: _outrider_v1_RolloutId, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_RolloutUpdate__Output>;
  
}

export interface CoordinatorHandlers extends grpc.UntypedServiceImplementation {
  Agents: grpc.handleUnaryCall<_outrider_v1_AgentsRequest__Output, _outrider_v1_AgentsResponse>;
  
  AskHosts: grpc.handleUnaryCall<_outrider_v1_AskHostsRequest__Output, _outrider_v1_AskHostsResponse>;
  
  Blobs: grpc.handleServerStreamingCall<_outrider_v1_BlobsRequest__Output, _outrider_v1_Blob>;
  
  ChunksOfBlobs: grpc.handleServerStreamingCall<_outrider_v1_BlobsRequest__Output, _outrider_v1_BlobChunks>;
  
  ControlAgent: grpc.handleUnaryCall<_outrider_v1_ControlAgentRequest__Output, _outrider_v1_ControlAgentResponse>;
  
  ControlRollout: grpc.handleUnaryCall<_outrider_v1_ControlRolloutRequest__Output, _outrider_v1_RolloutRecord>;
  
  Diagnose: grpc.handleUnaryCall<_outrider_v1_DiagnoseRequest__Output, _outrider_v1_Diagnosis>;
  
  Emergency: grpc.handleUnaryCall<_outrider_v1_FleetEmergencyRequest__Output, _outrider_v1_FleetEmergencyResponse>;
  
  EmergencyRollback: grpc.handleUnaryCall<_outrider_v1_EmergencyRollbackRequest__Output, _outrider_v1_EmergencyRollbackResponse>;
  
  Errors: grpc.handleServerStreamingCall<_outrider_v1_ErrorsRequest__Output, _outrider_v1_ErrorsResponse>;
  
  Events: grpc.handleServerStreamingCall<_outrider_v1_EventsRequest__Output, _outrider_v1_Event>;
  
  Evidence: grpc.handleServerStreamingCall<_outrider_v1_RolloutId__Output, _outrider_v1_EvidenceChunk>;
  
  GetRollout: grpc.handleUnaryCall<_outrider_v1_RolloutId__Output, _outrider_v1_RolloutRecord>;
  
  HealthHistory: grpc.handleUnaryCall<_outrider_v1_HealthHistoryRequest__Output, _outrider_v1_HealthHistoryResponse>;
  
  HealthReport: grpc.handleUnaryCall<_outrider_v1_HealthReportRequest__Output, _outrider_v1_HealthReportResponse>;
  
  Hosts: grpc.handleUnaryCall<_outrider_v1_HostsRequest__Output, _outrider_v1_HostsResponse>;
  
  ListReleases: grpc.handleUnaryCall<_outrider_v1_ListReleasesRequest__Output, _outrider_v1_ListReleasesResponse>;
  
  ListRollouts: grpc.handleUnaryCall<_outrider_v1_ListRolloutsRequest__Output, _outrider_v1_ListRolloutsResponse>;
  
  Logs: grpc.handleServerStreamingCall<_outrider_v1_LogsRequest__Output, _outrider_v1_LogLine>;
  
  ManifestChunks: grpc.handleUnaryCall<_outrider_v1_ManifestChunksRequest__Output, _outrider_v1_ManifestChunksResponse>;
  
  OfferRelease: grpc.handleUnaryCall<_outrider_v1_OfferReleaseRequest__Output, _outrider_v1_BlobsRequest>;
  
  PlanRollback: grpc.handleUnaryCall<_outrider_v1_RollbackRequest__Output, _outrider_v1_Plan>;
  
  PlanRollout: grpc.handleUnaryCall<_outrider_v1_RolloutRequest__Output, _outrider_v1_Plan>;
  
  PruneReleases: grpc.handleUnaryCall<_outrider_v1_PruneReleasesRequest__Output, _outrider_v1_PruneReleasesResponse>;
  
  PushRelease: grpc.handleUnaryCall<_outrider_v1_PushReleaseRequest__Output, _outrider_v1_Release>;
  
  PutBlobs: grpc.handleClientStreamingCall<_outrider_v1_Blob__Output, _outrider_v1_PutBlobsResponse>;
  
  RemoveRelease: grpc.handleUnaryCall<_outrider_v1_RemoveReleaseRequest__Output, _outrider_v1_RemoveReleaseResponse>;
  
  Report: grpc.handleUnaryCall<_outrider_v1_ReportRequest__Output, _outrider_v1_ReportResponse>;
  
  ResumeHosts: grpc.handleUnaryCall<_outrider_v1_ResumeHostsRequest__Output, _outrider_v1_ResumeHostsResponse>;
  
  Rollback: grpc.handleUnaryCall<_outrider_v1_RollbackRequest__Output, _outrider_v1_StartRolloutResponse>;
  
  ShowRelease: grpc.handleUnaryCall<_outrider_v1_ShowReleaseRequest__Output, _outrider_v1_ShowReleaseResponse>;
  
  SignRelease: grpc.handleUnaryCall<_outrider_v1_SignReleaseRequest__Output, _outrider_v1_Release>;
  
  StartRollout: grpc.handleUnaryCall<_outrider_v1_RolloutRequest__Output, _outrider_v1_StartRolloutResponse>;
  
  Status: grpc.handleUnaryCall<_outrider_v1_FleetStatusRequest__Output, _outrider_v1_FleetStatus>;
  
  TagRelease: grpc.handleUnaryCall<_outrider_v1_TagReleaseRequest__Output, _outrider_v1_Release>;
  
  TestHealth: grpc.handleUnaryCall<_outrider_v1_TestHealthRequest__Output, _outrider_v1_TestHealthResponse>;
  
  VerifyRelease: grpc.handleServerStreamingCall<_outrider_v1_VerifyReleaseRequest__Output, _outrider_v1_VerifyProgress>;
  
  WatchRollout: grpc.handleServerStreamingCall<_outrider_v1_RolloutId__Output, _outrider_v1_RolloutUpdate>;
  
}

export interface CoordinatorDefinition extends grpc.ServiceDefinition {
  Agents: MethodDefinition<_outrider_v1_AgentsRequest, _outrider_v1_AgentsResponse, _outrider_v1_AgentsRequest__Output, _outrider_v1_AgentsResponse__Output>
  AskHosts: MethodDefinition<_outrider_v1_AskHostsRequest, _outrider_v1_AskHostsResponse, _outrider_v1_AskHostsRequest__Output, _outrider_v1_AskHostsResponse__Output>
  Blobs: MethodDefinition<_outrider_v1_BlobsRequest, _outrider_v1_Blob, _outrider_v1_BlobsRequest__Output, _outrider_v1_Blob__Output>
  ChunksOfBlobs: MethodDefinition<_outrider_v1_BlobsRequest, _outrider_v1_BlobChunks, _outrider_v1_BlobsRequest__Output, _outrider_v1_BlobChunks__Output>
  ControlAgent: MethodDefinition<_outrider_v1_ControlAgentRequest, _outrider_v1_ControlAgentResponse, _outrider_v1_ControlAgentRequest__Output, _outrider_v1_ControlAgentResponse__Output>
  ControlRollout: MethodDefinition<_outrider_v1_ControlRolloutRequest, _outrider_v1_RolloutRecord, _outrider_v1_ControlRolloutRequest__Output, _outrider_v1_RolloutRecord__Output>
  Diagnose: MethodDefinition<_outrider_v1_DiagnoseRequest, _outrider_v1_Diagnosis, _outrider_v1_DiagnoseRequest__Output, _outrider_v1_Diagnosis__Output>
  Emergency: MethodDefinition<_outrider_v1_FleetEmergencyRequest, _outrider_v1_FleetEmergencyResponse, _outrider_v1_FleetEmergencyRequest__Output, _outrider_v1_FleetEmergencyResponse__Output>
  EmergencyRollback: MethodDefinition<_outrider_v1_EmergencyRollbackRequest, _outrider_v1_EmergencyRollbackResponse, _outrider_v1_EmergencyRollbackRequest__Output, _outrider_v1_EmergencyRollbackResponse__Output>
  Errors: MethodDefinition<_outrider_v1_ErrorsRequest, _outrider_v1_ErrorsResponse, _outrider_v1_ErrorsRequest__Output, _outrider_v1_ErrorsResponse__Output>
  Events: MethodDefinition<_outrider_v1_EventsRequest, _outrider_v1_Event, _outrider_v1_EventsRequest__Output, _outrider_v1_Event__Output>
  Evidence: MethodDefinition<_outrider_v1_RolloutId, _outrider_v1_EvidenceChunk, _outrider_v1_RolloutId__Output, _outrider_v1_EvidenceChunk__Output>
  GetRollout: MethodDefinition<_outrider_v1_RolloutId, _outrider_v1_RolloutRecord, _outrider_v1_RolloutId__Output, _outrider_v1_RolloutRecord__Output>
  HealthHistory: MethodDefinition<_outrider_v1_HealthHistoryRequest, _outrider_v1_HealthHistoryResponse, _outrider_v1_HealthHistoryRequest__Output, _outrider_v1_HealthHistoryResponse__Output>
  HealthReport: MethodDefinition<_outrider_v1_HealthReportRequest, _outrider_v1_HealthReportResponse, _outrider_v1_HealthReportRequest__Output, _outrider_v1_HealthReportResponse__Output>
  Hosts: MethodDefinition<_outrider_v1_HostsRequest, _outrider_v1_HostsResponse, _outrider_v1_HostsRequest__Output, _outrider_v1_HostsResponse__Output>
  ListReleases: MethodDefinition<_outrider_v1_ListReleasesRequest, _outrider_v1_ListReleasesResponse, _outrider_v1_ListReleasesRequest__Output, _outrider_v1_ListReleasesResponse__Output>
  ListRollouts: MethodDefinition<_outrider_v1_ListRolloutsRequest, _outrider_v1_ListRolloutsResponse, _outrider_v1_ListRolloutsRequest__Output, _outrider_v1_ListRolloutsResponse__Output>
  Logs: MethodDefinition<_outrider_v1_LogsRequest, _outrider_v1_LogLine, _outrider_v1_LogsRequest__Output, _outrider_v1_LogLine__Output>
  ManifestChunks: MethodDefinition<_outrider_v1_ManifestChunksRequest, _outrider_v1_ManifestChunksResponse, _outrider_v1_ManifestChunksRequest__Output, _outrider_v1_ManifestChunksResponse__Output>
  OfferRelease: MethodDefinition<_outrider_v1_OfferReleaseRequest, _outrider_v1_BlobsRequest, _outrider_v1_OfferReleaseRequest__Output, _outrider_v1_BlobsRequest__Output>
  PlanRollback: MethodDefinition<_outrider_v1_RollbackRequest, _outrider_v1_Plan, _outrider_v1_RollbackRequest__Output, _outrider_v1_Plan__Output>
  PlanRollout: MethodDefinition<_outrider_v1_RolloutRequest, _outrider_v1_Plan, _outrider_v1_RolloutRequest__Output, _outrider_v1_Plan__Output>
  PruneReleases: MethodDefinition<_outrider_v1_PruneReleasesRequest, _outrider_v1_PruneReleasesResponse, _outrider_v1_PruneReleasesRequest__Output, _outrider_v1_PruneReleasesResponse__Output>
  PushRelease: MethodDefinition<_outrider_v1_PushReleaseRequest, _outrider_v1_Release, _outrider_v1_PushReleaseRequest__Output, _outrider_v1_Release__Output>
  PutBlobs: MethodDefinition<_outrider_v1_Blob, _outrider_v1_PutBlobsResponse, _outrider_v1_Blob__Output, _outrider_v1_PutBlobsResponse__Output>
  RemoveRelease: MethodDefinition<_outrider_v1_RemoveReleaseRequest, _outrider_v1_RemoveReleaseResponse, _outrider_v1_RemoveReleaseRequest__Output, _outrider_v1_RemoveReleaseResponse__Output>
  Report: MethodDefinition<_outrider_v1_ReportRequest, _outrider_v1_ReportResponse, _outrider_v1_ReportRequest__Output, _outrider_v1_ReportResponse__Output>
  ResumeHosts: MethodDefinition<_outrider_v1_ResumeHostsRequest, _outrider_v1_ResumeHostsResponse, _outrider_v1_ResumeHostsRequest__Output, _outrider_v1_ResumeHostsResponse__Output>
  Rollback: MethodDefinition<_outrider_v1_RollbackRequest, _outrider_v1_StartRolloutResponse, _outrider_v1_RollbackRequest__Output, _outrider_v1_StartRolloutResponse__Output>
  ShowRelease: MethodDefinition<_outrider_v1_ShowReleaseRequest, _outrider_v1_ShowReleaseResponse, _outrider_v1_ShowReleaseRequest__Output, _outrider_v1_ShowReleaseResponse__Output>
  SignRelease: MethodDefinition<_outrider_v1_SignReleaseRequest, _outrider_v1_Release, _outrider_v1_SignReleaseRequest__Output, _outrider_v1_Release__Output>
  StartRollout: MethodDefinition<_outrider_v1_RolloutRequest, _outrider_v1_StartRolloutResponse, _outrider_v1_RolloutRequest__Output, _outrider_v1_StartRolloutResponse__Output>
  Status: MethodDefinition<_outrider_v1_FleetStatusRequest, _outrider_v1_FleetStatus, _outrider_v1_FleetStatusRequest__Output, _outrider_v1_FleetStatus__Output>
  TagRelease: MethodDefinition<_outrider_v1_TagReleaseRequest, _outrider_v1_Release, _outrider_v1_TagReleaseRequest__Output, _outrider_v1_Release__Output>
  TestHealth: MethodDefinition<_outrider_v1_TestHealthRequest, _outrider_v1_TestHealthResponse, _outrider_v1_TestHealthRequest__Output, _outrider_v1_TestHealthResponse__Output>
  VerifyRelease: MethodDefinition<_outrider_v1_VerifyReleaseRequest, _outrider_v1_VerifyProgress, _outrider_v1_VerifyReleaseRequest__Output, _outrider_v1_VerifyProgress__Output>
  WatchRollout: MethodDefinition<_outrider_v1_RolloutId, _outrider_v1_RolloutUpdate, _outrider_v1_RolloutId__Output, _outrider_v1_RolloutUpdate__Output>
}
