import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { AgentFingerprint as _outrider_v1_AgentFingerprint, AgentFingerprint__Output as _outrider_v1_AgentFingerprint__Output } from './outrider/v1/AgentFingerprint.js';
import type { AgentHealth as _outrider_v1_AgentHealth, AgentHealth__Output as _outrider_v1_AgentHealth__Output } from './outrider/v1/AgentHealth.js';
import type { AgentReplicas as _outrider_v1_AgentReplicas, AgentReplicas__Output as _outrider_v1_AgentReplicas__Output } from './outrider/v1/AgentReplicas.js';
import type { AgentsRequest as _outrider_v1_AgentsRequest, AgentsRequest__Output as _outrider_v1_AgentsRequest__Output } from './outrider/v1/AgentsRequest.js';
import type { AgentsResponse as _outrider_v1_AgentsResponse, AgentsResponse__Output as _outrider_v1_AgentsResponse__Output } from './outrider/v1/AgentsResponse.js';
import type { AppDelivery as _outrider_v1_AppDelivery, AppDelivery__Output as _outrider_v1_AppDelivery__Output } from './outrider/v1/AppDelivery.js';
import type { AppStatus as _outrider_v1_AppStatus, AppStatus__Output as _outrider_v1_AppStatus__Output } from './outrider/v1/AppStatus.js';
import type { AppSummary as _outrider_v1_AppSummary, AppSummary__Output as _outrider_v1_AppSummary__Output } from './outrider/v1/AppSummary.js';
import type { AskHostsRequest as _outrider_v1_AskHostsRequest, AskHostsRequest__Output as _outrider_v1_AskHostsRequest__Output } from './outrider/v1/AskHostsRequest.js';
import type { AskHostsResponse as _outrider_v1_AskHostsResponse, AskHostsResponse__Output as _outrider_v1_AskHostsResponse__Output } from './outrider/v1/AskHostsResponse.js';
import type { BegunRollback as _outrider_v1_BegunRollback, BegunRollback__Output as _outrider_v1_BegunRollback__Output } from './outrider/v1/BegunRollback.js';
import type { Blob as _outrider_v1_Blob, Blob__Output as _outrider_v1_Blob__Output } from './outrider/v1/Blob.js';
import type { BlobBase as _outrider_v1_BlobBase, BlobBase__Output as _outrider_v1_BlobBase__Output } from './outrider/v1/BlobBase.js';
import type { BlobChunks as _outrider_v1_BlobChunks, BlobChunks__Output as _outrider_v1_BlobChunks__Output } from './outrider/v1/BlobChunks.js';
import type { BlobsRequest as _outrider_v1_BlobsRequest, BlobsRequest__Output as _outrider_v1_BlobsRequest__Output } from './outrider/v1/BlobsRequest.js';
import type { BusSight as _outrider_v1_BusSight, BusSight__Output as _outrider_v1_BusSight__Output } from './outrider/v1/BusSight.js';
import type { CapacityGap as _outrider_v1_CapacityGap, CapacityGap__Output as _outrider_v1_CapacityGap__Output } from './outrider/v1/CapacityGap.js';
import type { CertificateSight as _outrider_v1_CertificateSight, CertificateSight__Output as _outrider_v1_CertificateSight__Output } from './outrider/v1/CertificateSight.js';
import type { ControlAgentRequest as _outrider_v1_ControlAgentRequest, ControlAgentRequest__Output as _outrider_v1_ControlAgentRequest__Output } from './outrider/v1/ControlAgentRequest.js';
import type { ControlAgentResponse as _outrider_v1_ControlAgentResponse, ControlAgentResponse__Output as _outrider_v1_ControlAgentResponse__Output } from './outrider/v1/ControlAgentResponse.js';
import type { ControlRolloutRequest as _outrider_v1_ControlRolloutRequest, ControlRolloutRequest__Output as _outrider_v1_ControlRolloutRequest__Output } from './outrider/v1/ControlRolloutRequest.js';
import type { CoordinatorClient as _outrider_v1_CoordinatorClient, CoordinatorDefinition as _outrider_v1_CoordinatorDefinition } from './outrider/v1/Coordinator.js';
import type { Culprit as _outrider_v1_Culprit, Culprit__Output as _outrider_v1_Culprit__Output } from './outrider/v1/Culprit.js';
import type { DeliveryFigures as _outrider_v1_DeliveryFigures, DeliveryFigures__Output as _outrider_v1_DeliveryFigures__Output } from './outrider/v1/DeliveryFigures.js';
import type { DiagnoseRequest as _outrider_v1_DiagnoseRequest, DiagnoseRequest__Output as _outrider_v1_DiagnoseRequest__Output } from './outrider/v1/DiagnoseRequest.js';
import type { Diagnosis as _outrider_v1_Diagnosis, Diagnosis__Output as _outrider_v1_Diagnosis__Output } from './outrider/v1/Diagnosis.js';
import type { DiskSight as _outrider_v1_DiskSight, DiskSight__Output as _outrider_v1_DiskSight__Output } from './outrider/v1/DiskSight.js';
import type { Drift as _outrider_v1_Drift, Drift__Output as _outrider_v1_Drift__Output } from './outrider/v1/Drift.js';
import type { DroppedErrors as _outrider_v1_DroppedErrors, DroppedErrors__Output as _outrider_v1_DroppedErrors__Output } from './outrider/v1/DroppedErrors.js';
import type { EmergencyRollbackRequest as _outrider_v1_EmergencyRollbackRequest, EmergencyRollbackRequest__Output as _outrider_v1_EmergencyRollbackRequest__Output } from './outrider/v1/EmergencyRollbackRequest.js';
import type { EmergencyRollbackResponse as _outrider_v1_EmergencyRollbackResponse, EmergencyRollbackResponse__Output as _outrider_v1_EmergencyRollbackResponse__Output } from './outrider/v1/EmergencyRollbackResponse.js';
import type { EndpointSight as _outrider_v1_EndpointSight, EndpointSight__Output as _outrider_v1_EndpointSight__Output } from './outrider/v1/EndpointSight.js';
import type { ErrorGroup as _outrider_v1_ErrorGroup, ErrorGroup__Output as _outrider_v1_ErrorGroup__Output } from './outrider/v1/ErrorGroup.js';
import type { ErrorsRequest as _outrider_v1_ErrorsRequest, ErrorsRequest__Output as _outrider_v1_ErrorsRequest__Output } from './outrider/v1/ErrorsRequest.js';
import type { ErrorsResponse as _outrider_v1_ErrorsResponse, ErrorsResponse__Output as _outrider_v1_ErrorsResponse__Output } from './outrider/v1/ErrorsResponse.js';
import type { Event as _outrider_v1_Event, Event__Output as _outrider_v1_Event__Output } from './outrider/v1/Event.js';
import type { EventsRequest as _outrider_v1_EventsRequest, EventsRequest__Output as _outrider_v1_EventsRequest__Output } from './outrider/v1/EventsRequest.js';
import type { EvidenceChunk as _outrider_v1_EvidenceChunk, EvidenceChunk__Output as _outrider_v1_EvidenceChunk__Output } from './outrider/v1/EvidenceChunk.js';
import type { Fence as _outrider_v1_Fence, Fence__Output as _outrider_v1_Fence__Output } from './outrider/v1/Fence.js';
import type { FleetEmergencyRequest as _outrider_v1_FleetEmergencyRequest, FleetEmergencyRequest__Output as _outrider_v1_FleetEmergencyRequest__Output } from './outrider/v1/FleetEmergencyRequest.js';
import type { FleetEmergencyResponse as _outrider_v1_FleetEmergencyResponse, FleetEmergencyResponse__Output as _outrider_v1_FleetEmergencyResponse__Output } from './outrider/v1/FleetEmergencyResponse.js';
import type { FleetStatus as _outrider_v1_FleetStatus, FleetStatus__Output as _outrider_v1_FleetStatus__Output } from './outrider/v1/FleetStatus.js';
import type { FleetStatusRequest as _outrider_v1_FleetStatusRequest, FleetStatusRequest__Output as _outrider_v1_FleetStatusRequest__Output } from './outrider/v1/FleetStatusRequest.js';
import type { GateState as _outrider_v1_GateState, GateState__Output as _outrider_v1_GateState__Output } from './outrider/v1/GateState.js';
import type { HealthHistoryRequest as _outrider_v1_HealthHistoryRequest, HealthHistoryRequest__Output as _outrider_v1_HealthHistoryRequest__Output } from './outrider/v1/HealthHistoryRequest.js';
import type { HealthHistoryResponse as _outrider_v1_HealthHistoryResponse, HealthHistoryResponse__Output as _outrider_v1_HealthHistoryResponse__Output } from './outrider/v1/HealthHistoryResponse.js';
import type { HealthReportRequest as _outrider_v1_HealthReportRequest, HealthReportRequest__Output as _outrider_v1_HealthReportRequest__Output } from './outrider/v1/HealthReportRequest.js';
import type { HealthReportResponse as _outrider_v1_HealthReportResponse, HealthReportResponse__Output as _outrider_v1_HealthReportResponse__Output } from './outrider/v1/HealthReportResponse.js';
import type { HealthResult as _outrider_v1_HealthResult, HealthResult__Output as _outrider_v1_HealthResult__Output } from './outrider/v1/HealthResult.js';
import type { HealthTrend as _outrider_v1_HealthTrend, HealthTrend__Output as _outrider_v1_HealthTrend__Output } from './outrider/v1/HealthTrend.js';
import type { Hold as _outrider_v1_Hold, Hold__Output as _outrider_v1_Hold__Output } from './outrider/v1/Hold.js';
import type { HookRun as _outrider_v1_HookRun, HookRun__Output as _outrider_v1_HookRun__Output } from './outrider/v1/HookRun.js';
import type { Host as _outrider_v1_Host, Host__Output as _outrider_v1_Host__Output } from './outrider/v1/Host.js';
import type { HostApp as _outrider_v1_HostApp, HostApp__Output as _outrider_v1_HostApp__Output } from './outrider/v1/HostApp.js';
import type { HostExpectation as _outrider_v1_HostExpectation, HostExpectation__Output as _outrider_v1_HostExpectation__Output } from './outrider/v1/HostExpectation.js';
import type { HostFacts as _outrider_v1_HostFacts, HostFacts__Output as _outrider_v1_HostFacts__Output } from './outrider/v1/HostFacts.js';
import type { HostStatus as _outrider_v1_HostStatus, HostStatus__Output as _outrider_v1_HostStatus__Output } from './outrider/v1/HostStatus.js';
import type { HostsRequest as _outrider_v1_HostsRequest, HostsRequest__Output as _outrider_v1_HostsRequest__Output } from './outrider/v1/HostsRequest.js';
import type { HostsResponse as _outrider_v1_HostsResponse, HostsResponse__Output as _outrider_v1_HostsResponse__Output } from './outrider/v1/HostsResponse.js';
import type { InstanceStatus as _outrider_v1_InstanceStatus, InstanceStatus__Output as _outrider_v1_InstanceStatus__Output } from './outrider/v1/InstanceStatus.js';
import type { KeptAgent as _outrider_v1_KeptAgent, KeptAgent__Output as _outrider_v1_KeptAgent__Output } from './outrider/v1/KeptAgent.js';
import type { ListReleasesRequest as _outrider_v1_ListReleasesRequest, ListReleasesRequest__Output as _outrider_v1_ListReleasesRequest__Output } from './outrider/v1/ListReleasesRequest.js';
import type { ListReleasesResponse as _outrider_v1_ListReleasesResponse, ListReleasesResponse__Output as _outrider_v1_ListReleasesResponse__Output } from './outrider/v1/ListReleasesResponse.js';
import type { ListRolloutsRequest as _outrider_v1_ListRolloutsRequest, ListRolloutsRequest__Output as _outrider_v1_ListRolloutsRequest__Output } from './outrider/v1/ListRolloutsRequest.js';
import type { ListRolloutsResponse as _outrider_v1_ListRolloutsResponse, ListRolloutsResponse__Output as _outrider_v1_ListRolloutsResponse__Output } from './outrider/v1/ListRolloutsResponse.js';
import type { ListenerSight as _outrider_v1_ListenerSight, ListenerSight__Output as _outrider_v1_ListenerSight__Output } from './outrider/v1/ListenerSight.js';
import type { LogLine as _outrider_v1_LogLine, LogLine__Output as _outrider_v1_LogLine__Output } from './outrider/v1/LogLine.js';
import type { LogsRequest as _outrider_v1_LogsRequest, LogsRequest__Output as _outrider_v1_LogsRequest__Output } from './outrider/v1/LogsRequest.js';
import type { ManifestChunksRequest as _outrider_v1_ManifestChunksRequest, ManifestChunksRequest__Output as _outrider_v1_ManifestChunksRequest__Output } from './outrider/v1/ManifestChunksRequest.js';
import type { ManifestChunksResponse as _outrider_v1_ManifestChunksResponse, ManifestChunksResponse__Output as _outrider_v1_ManifestChunksResponse__Output } from './outrider/v1/ManifestChunksResponse.js';
import type { ManifestPatch as _outrider_v1_ManifestPatch, ManifestPatch__Output as _outrider_v1_ManifestPatch__Output } from './outrider/v1/ManifestPatch.js';
import type { OfferReleaseRequest as _outrider_v1_OfferReleaseRequest, OfferReleaseRequest__Output as _outrider_v1_OfferReleaseRequest__Output } from './outrider/v1/OfferReleaseRequest.js';
import type { OnTrial as _outrider_v1_OnTrial, OnTrial__Output as _outrider_v1_OnTrial__Output } from './outrider/v1/OnTrial.js';
import type { Outcome as _outrider_v1_Outcome, Outcome__Output as _outrider_v1_Outcome__Output } from './outrider/v1/Outcome.js';
import type { PatchPart as _outrider_v1_PatchPart, PatchPart__Output as _outrider_v1_PatchPart__Output } from './outrider/v1/PatchPart.js';
import type { PathSight as _outrider_v1_PathSight, PathSight__Output as _outrider_v1_PathSight__Output } from './outrider/v1/PathSight.js';
import type { Plan as _outrider_v1_Plan, Plan__Output as _outrider_v1_Plan__Output } from './outrider/v1/Plan.js';
import type { PlannedAction as _outrider_v1_PlannedAction, PlannedAction__Output as _outrider_v1_PlannedAction__Output } from './outrider/v1/PlannedAction.js';
import type { PlannedHost as _outrider_v1_PlannedHost, PlannedHost__Output as _outrider_v1_PlannedHost__Output } from './outrider/v1/PlannedHost.js';
import type { PrepareOutlook as _outrider_v1_PrepareOutlook, PrepareOutlook__Output as _outrider_v1_PrepareOutlook__Output } from './outrider/v1/PrepareOutlook.js';
import type { Preparing as _outrider_v1_Preparing, Preparing__Output as _outrider_v1_Preparing__Output } from './outrider/v1/Preparing.js';
import type { PruneReleasesRequest as _outrider_v1_PruneReleasesRequest, PruneReleasesRequest__Output as _outrider_v1_PruneReleasesRequest__Output } from './outrider/v1/PruneReleasesRequest.js';
import type { PruneReleasesResponse as _outrider_v1_PruneReleasesResponse, PruneReleasesResponse__Output as _outrider_v1_PruneReleasesResponse__Output } from './outrider/v1/PruneReleasesResponse.js';
import type { PushReleaseRequest as _outrider_v1_PushReleaseRequest, PushReleaseRequest__Output as _outrider_v1_PushReleaseRequest__Output } from './outrider/v1/PushReleaseRequest.js';
import type { PutBlobsResponse as _outrider_v1_PutBlobsResponse, PutBlobsResponse__Output as _outrider_v1_PutBlobsResponse__Output } from './outrider/v1/PutBlobsResponse.js';
import type { QuestionAnswer as _outrider_v1_QuestionAnswer, QuestionAnswer__Output as _outrider_v1_QuestionAnswer__Output } from './outrider/v1/QuestionAnswer.js';
import type { RedisSight as _outrider_v1_RedisSight, RedisSight__Output as _outrider_v1_RedisSight__Output } from './outrider/v1/RedisSight.js';
import type { Release as _outrider_v1_Release, Release__Output as _outrider_v1_Release__Output } from './outrider/v1/Release.js';
import type { ReleaseProof as _outrider_v1_ReleaseProof, ReleaseProof__Output as _outrider_v1_ReleaseProof__Output } from './outrider/v1/ReleaseProof.js';
import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from './outrider/v1/ReleaseRef.js';
import type { ReleaseSignature as _outrider_v1_ReleaseSignature, ReleaseSignature__Output as _outrider_v1_ReleaseSignature__Output } from './outrider/v1/ReleaseSignature.js';
import type { ReleaseSource as _outrider_v1_ReleaseSource, ReleaseSource__Output as _outrider_v1_ReleaseSource__Output } from './outrider/v1/ReleaseSource.js';
import type { ReleaseUse as _outrider_v1_ReleaseUse, ReleaseUse__Output as _outrider_v1_ReleaseUse__Output } from './outrider/v1/ReleaseUse.js';
import type { RemoveReleaseRequest as _outrider_v1_RemoveReleaseRequest, RemoveReleaseRequest__Output as _outrider_v1_RemoveReleaseRequest__Output } from './outrider/v1/RemoveReleaseRequest.js';
import type { RemoveReleaseResponse as _outrider_v1_RemoveReleaseResponse, RemoveReleaseResponse__Output as _outrider_v1_RemoveReleaseResponse__Output } from './outrider/v1/RemoveReleaseResponse.js';
import type { ReportRequest as _outrider_v1_ReportRequest, ReportRequest__Output as _outrider_v1_ReportRequest__Output } from './outrider/v1/ReportRequest.js';
import type { ReportResponse as _outrider_v1_ReportResponse, ReportResponse__Output as _outrider_v1_ReportResponse__Output } from './outrider/v1/ReportResponse.js';
import type { ResumeHostsRequest as _outrider_v1_ResumeHostsRequest, ResumeHostsRequest__Output as _outrider_v1_ResumeHostsRequest__Output } from './outrider/v1/ResumeHostsRequest.js';
import type { ResumeHostsResponse as _outrider_v1_ResumeHostsResponse, ResumeHostsResponse__Output as _outrider_v1_ResumeHostsResponse__Output } from './outrider/v1/ResumeHostsResponse.js';
import type { ResumedHost as _outrider_v1_ResumedHost, ResumedHost__Output as _outrider_v1_ResumedHost__Output } from './outrider/v1/ResumedHost.js';
import type { RollbackRequest as _outrider_v1_RollbackRequest, RollbackRequest__Output as _outrider_v1_RollbackRequest__Output } from './outrider/v1/RollbackRequest.js';
import type { RolloutApp as _outrider_v1_RolloutApp, RolloutApp__Output as _outrider_v1_RolloutApp__Output } from './outrider/v1/RolloutApp.js';
import type { RolloutHost as _outrider_v1_RolloutHost, RolloutHost__Output as _outrider_v1_RolloutHost__Output } from './outrider/v1/RolloutHost.js';
import type { RolloutId as _outrider_v1_RolloutId, RolloutId__Output as _outrider_v1_RolloutId__Output } from './outrider/v1/RolloutId.js';
import type { RolloutOptions as _outrider_v1_RolloutOptions, RolloutOptions__Output as _outrider_v1_RolloutOptions__Output } from './outrider/v1/RolloutOptions.js';
import type { RolloutRecord as _outrider_v1_RolloutRecord, RolloutRecord__Output as _outrider_v1_RolloutRecord__Output } from './outrider/v1/RolloutRecord.js';
import type { RolloutRequest as _outrider_v1_RolloutRequest, RolloutRequest__Output as _outrider_v1_RolloutRequest__Output } from './outrider/v1/RolloutRequest.js';
import type { RolloutUpdate as _outrider_v1_RolloutUpdate, RolloutUpdate__Output as _outrider_v1_RolloutUpdate__Output } from './outrider/v1/RolloutUpdate.js';
import type { ScaledAgent as _outrider_v1_ScaledAgent, ScaledAgent__Output as _outrider_v1_ScaledAgent__Output } from './outrider/v1/ScaledAgent.js';
import type { ScaledReplicas as _outrider_v1_ScaledReplicas, ScaledReplicas__Output as _outrider_v1_ScaledReplicas__Output } from './outrider/v1/ScaledReplicas.js';
import type { SecretChange as _outrider_v1_SecretChange, SecretChange__Output as _outrider_v1_SecretChange__Output } from './outrider/v1/SecretChange.js';
import type { SettingChange as _outrider_v1_SettingChange, SettingChange__Output as _outrider_v1_SettingChange__Output } from './outrider/v1/SettingChange.js';
import type { ShowReleaseRequest as _outrider_v1_ShowReleaseRequest, ShowReleaseRequest__Output as _outrider_v1_ShowReleaseRequest__Output } from './outrider/v1/ShowReleaseRequest.js';
import type { ShowReleaseResponse as _outrider_v1_ShowReleaseResponse, ShowReleaseResponse__Output as _outrider_v1_ShowReleaseResponse__Output } from './outrider/v1/ShowReleaseResponse.js';
import type { SidecarInfo as _outrider_v1_SidecarInfo, SidecarInfo__Output as _outrider_v1_SidecarInfo__Output } from './outrider/v1/SidecarInfo.js';
import type { SignReleaseRequest as _outrider_v1_SignReleaseRequest, SignReleaseRequest__Output as _outrider_v1_SignReleaseRequest__Output } from './outrider/v1/SignReleaseRequest.js';
import type { SpanFigures as _outrider_v1_SpanFigures, SpanFigures__Output as _outrider_v1_SpanFigures__Output } from './outrider/v1/SpanFigures.js';
import type { StagePeer as _outrider_v1_StagePeer, StagePeer__Output as _outrider_v1_StagePeer__Output } from './outrider/v1/StagePeer.js';
import type { StagingStatus as _outrider_v1_StagingStatus, StagingStatus__Output as _outrider_v1_StagingStatus__Output } from './outrider/v1/StagingStatus.js';
import type { StartRolloutResponse as _outrider_v1_StartRolloutResponse, StartRolloutResponse__Output as _outrider_v1_StartRolloutResponse__Output } from './outrider/v1/StartRolloutResponse.js';
import type { SystemFigures as _outrider_v1_SystemFigures, SystemFigures__Output as _outrider_v1_SystemFigures__Output } from './outrider/v1/SystemFigures.js';
import type { TagReleaseRequest as _outrider_v1_TagReleaseRequest, TagReleaseRequest__Output as _outrider_v1_TagReleaseRequest__Output } from './outrider/v1/TagReleaseRequest.js';
import type { TestHealthRequest as _outrider_v1_TestHealthRequest, TestHealthRequest__Output as _outrider_v1_TestHealthRequest__Output } from './outrider/v1/TestHealthRequest.js';
import type { TestHealthResponse as _outrider_v1_TestHealthResponse, TestHealthResponse__Output as _outrider_v1_TestHealthResponse__Output } from './outrider/v1/TestHealthResponse.js';
import type { VerifyProgress as _outrider_v1_VerifyProgress, VerifyProgress__Output as _outrider_v1_VerifyProgress__Output } from './outrider/v1/VerifyProgress.js';
import type { VerifyReleaseRequest as _outrider_v1_VerifyReleaseRequest, VerifyReleaseRequest__Output as _outrider_v1_VerifyReleaseRequest__Output } from './outrider/v1/VerifyReleaseRequest.js';
import type { VerifyResult as _outrider_v1_VerifyResult, VerifyResult__Output as _outrider_v1_VerifyResult__Output } from './outrider/v1/VerifyResult.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  outrider: {
    v1: {
      AgentFingerprint: MessageTypeDefinition<_outrider_v1_AgentFingerprint, _outrider_v1_AgentFingerprint__Output>
      AgentHealth: MessageTypeDefinition<_outrider_v1_AgentHealth, _outrider_v1_AgentHealth__Output>
      AgentReplicas: MessageTypeDefinition<_outrider_v1_AgentReplicas, _outrider_v1_AgentReplicas__Output>
      AgentsRequest: MessageTypeDefinition<_outrider_v1_AgentsRequest, _outrider_v1_AgentsRequest__Output>
      AgentsResponse: MessageTypeDefinition<_outrider_v1_AgentsResponse, _outrider_v1_AgentsResponse__Output>
      AppDelivery: MessageTypeDefinition<_outrider_v1_AppDelivery, _outrider_v1_AppDelivery__Output>
      AppStatus: MessageTypeDefinition<_outrider_v1_AppStatus, _outrider_v1_AppStatus__Output>
      AppSummary: MessageTypeDefinition<_outrider_v1_AppSummary, _outrider_v1_AppSummary__Output>
      AskHostsRequest: MessageTypeDefinition<_outrider_v1_AskHostsRequest, _outrider_v1_AskHostsRequest__Output>
      AskHostsResponse: MessageTypeDefinition<_outrider_v1_AskHostsResponse, _outrider_v1_AskHostsResponse__Output>
      BegunRollback: MessageTypeDefinition<_outrider_v1_BegunRollback, _outrider_v1_BegunRollback__Output>
      Blob: MessageTypeDefinition<_outrider_v1_Blob, _outrider_v1_Blob__Output>
      BlobBase: MessageTypeDefinition<_outrider_v1_BlobBase, _outrider_v1_BlobBase__Output>
      BlobChunks: MessageTypeDefinition<_outrider_v1_BlobChunks, _outrider_v1_BlobChunks__Output>
      BlobsRequest: MessageTypeDefinition<_outrider_v1_BlobsRequest, _outrider_v1_BlobsRequest__Output>
      BusSight: MessageTypeDefinition<_outrider_v1_BusSight, _outrider_v1_BusSight__Output>
      CapacityGap: MessageTypeDefinition<_outrider_v1_CapacityGap, _outrider_v1_CapacityGap__Output>
      CertificateSight: MessageTypeDefinition<_outrider_v1_CertificateSight, _outrider_v1_CertificateSight__Output>
      ControlAgentRequest: MessageTypeDefinition<_outrider_v1_ControlAgentRequest, _outrider_v1_ControlAgentRequest__Output>
      ControlAgentResponse: MessageTypeDefinition<_outrider_v1_ControlAgentResponse, _outrider_v1_ControlAgentResponse__Output>
      ControlRolloutRequest: MessageTypeDefinition<_outrider_v1_ControlRolloutRequest, _outrider_v1_ControlRolloutRequest__Output>
      Coordinator: SubtypeConstructor<typeof grpc.Client, _outrider_v1_CoordinatorClient> & { service: _outrider_v1_CoordinatorDefinition }
      Culprit: MessageTypeDefinition<_outrider_v1_Culprit, _outrider_v1_Culprit__Output>
      DeliveryFigures: MessageTypeDefinition<_outrider_v1_DeliveryFigures, _outrider_v1_DeliveryFigures__Output>
      DiagnoseRequest: MessageTypeDefinition<_outrider_v1_DiagnoseRequest, _outrider_v1_DiagnoseRequest__Output>
      Diagnosis: MessageTypeDefinition<_outrider_v1_Diagnosis, _outrider_v1_Diagnosis__Output>
      DiskSight: MessageTypeDefinition<_outrider_v1_DiskSight, _outrider_v1_DiskSight__Output>
      Drift: MessageTypeDefinition<_outrider_v1_Drift, _outrider_v1_Drift__Output>
      DroppedErrors: MessageTypeDefinition<_outrider_v1_DroppedErrors, _outrider_v1_DroppedErrors__Output>
      EmergencyRollbackRequest: MessageTypeDefinition<_outrider_v1_EmergencyRollbackRequest, _outrider_v1_EmergencyRollbackRequest__Output>
      EmergencyRollbackResponse: MessageTypeDefinition<_outrider_v1_EmergencyRollbackResponse, _outrider_v1_EmergencyRollbackResponse__Output>
      EndpointSight: MessageTypeDefinition<_outrider_v1_EndpointSight, _outrider_v1_EndpointSight__Output>
      ErrorGroup: MessageTypeDefinition<_outrider_v1_ErrorGroup, _outrider_v1_ErrorGroup__Output>
      ErrorsRequest: MessageTypeDefinition<_outrider_v1_ErrorsRequest, _outrider_v1_ErrorsRequest__Output>
      ErrorsResponse: MessageTypeDefinition<_outrider_v1_ErrorsResponse, _outrider_v1_ErrorsResponse__Output>
      Event: MessageTypeDefinition<_outrider_v1_Event, _outrider_v1_Event__Output>
      EventsRequest: MessageTypeDefinition<_outrider_v1_EventsRequest, _outrider_v1_EventsRequest__Output>
      EvidenceChunk: MessageTypeDefinition<_outrider_v1_EvidenceChunk, _outrider_v1_EvidenceChunk__Output>
      Fence: MessageTypeDefinition<_outrider_v1_Fence, _outrider_v1_Fence__Output>
      FleetEmergencyRequest: MessageTypeDefinition<_outrider_v1_FleetEmergencyRequest, _outrider_v1_FleetEmergencyRequest__Output>
      FleetEmergencyResponse: MessageTypeDefinition<_outrider_v1_FleetEmergencyResponse, _outrider_v1_FleetEmergencyResponse__Output>
      FleetStatus: MessageTypeDefinition<_outrider_v1_FleetStatus, _outrider_v1_FleetStatus__Output>
      FleetStatusRequest: MessageTypeDefinition<_outrider_v1_FleetStatusRequest, _outrider_v1_FleetStatusRequest__Output>
      GateState: MessageTypeDefinition<_outrider_v1_GateState, _outrider_v1_GateState__Output>
      HealthHistoryRequest: MessageTypeDefinition<_outrider_v1_HealthHistoryRequest, _outrider_v1_HealthHistoryRequest__Output>
      HealthHistoryResponse: MessageTypeDefinition<_outrider_v1_HealthHistoryResponse, _outrider_v1_HealthHistoryResponse__Output>
      HealthReportRequest: MessageTypeDefinition<_outrider_v1_HealthReportRequest, _outrider_v1_HealthReportRequest__Output>
      HealthReportResponse: MessageTypeDefinition<_outrider_v1_HealthReportResponse, _outrider_v1_HealthReportResponse__Output>
      HealthResult: MessageTypeDefinition<_outrider_v1_HealthResult, _outrider_v1_HealthResult__Output>
      HealthTrend: MessageTypeDefinition<_outrider_v1_HealthTrend, _outrider_v1_HealthTrend__Output>
      Hold: MessageTypeDefinition<_outrider_v1_Hold, _outrider_v1_Hold__Output>
      HookRun: MessageTypeDefinition<_outrider_v1_HookRun, _outrider_v1_HookRun__Output>
      Host: MessageTypeDefinition<_outrider_v1_Host, _outrider_v1_Host__Output>
      HostApp: MessageTypeDefinition<_outrider_v1_HostApp, _outrider_v1_HostApp__Output>
      HostExpectation: MessageTypeDefinition<_outrider_v1_HostExpectation, _outrider_v1_HostExpectation__Output>
      HostFacts: MessageTypeDefinition<_outrider_v1_HostFacts, _outrider_v1_HostFacts__Output>
      HostStatus: MessageTypeDefinition<_outrider_v1_HostStatus, _outrider_v1_HostStatus__Output>
      HostsRequest: MessageTypeDefinition<_outrider_v1_HostsRequest, _outrider_v1_HostsRequest__Output>
      HostsResponse: MessageTypeDefinition<_outrider_v1_HostsResponse, _outrider_v1_HostsResponse__Output>
      InstanceStatus: MessageTypeDefinition<_outrider_v1_InstanceStatus, _outrider_v1_InstanceStatus__Output>
      KeptAgent: MessageTypeDefinition<_outrider_v1_KeptAgent, _outrider_v1_KeptAgent__Output>
      ListReleasesRequest: MessageTypeDefinition<_outrider_v1_ListReleasesRequest, _outrider_v1_ListReleasesRequest__Output>
      ListReleasesResponse: MessageTypeDefinition<_outrider_v1_ListReleasesResponse, _outrider_v1_ListReleasesResponse__Output>
      ListRolloutsRequest: MessageTypeDefinition<_outrider_v1_ListRolloutsRequest, _outrider_v1_ListRolloutsRequest__Output>
      ListRolloutsResponse: MessageTypeDefinition<_outrider_v1_ListRolloutsResponse, _outrider_v1_ListRolloutsResponse__Output>
      ListenerSight: MessageTypeDefinition<_outrider_v1_ListenerSight, _outrider_v1_ListenerSight__Output>
      LogLine: MessageTypeDefinition<_outrider_v1_LogLine, _outrider_v1_LogLine__Output>
      LogsRequest: MessageTypeDefinition<_outrider_v1_LogsRequest, _outrider_v1_LogsRequest__Output>
      ManifestChunksRequest: MessageTypeDefinition<_outrider_v1_ManifestChunksRequest, _outrider_v1_ManifestChunksRequest__Output>
      ManifestChunksResponse: MessageTypeDefinition<_outrider_v1_ManifestChunksResponse, _outrider_v1_ManifestChunksResponse__Output>
      ManifestPatch: MessageTypeDefinition<_outrider_v1_ManifestPatch, _outrider_v1_ManifestPatch__Output>
      OfferReleaseRequest: MessageTypeDefinition<_outrider_v1_OfferReleaseRequest, _outrider_v1_OfferReleaseRequest__Output>
      OnTrial: MessageTypeDefinition<_outrider_v1_OnTrial, _outrider_v1_OnTrial__Output>
      Outcome: MessageTypeDefinition<_outrider_v1_Outcome, _outrider_v1_Outcome__Output>
      PatchPart: MessageTypeDefinition<_outrider_v1_PatchPart, _outrider_v1_PatchPart__Output>
      PathSight: MessageTypeDefinition<_outrider_v1_PathSight, _outrider_v1_PathSight__Output>
      Plan: MessageTypeDefinition<_outrider_v1_Plan, _outrider_v1_Plan__Output>
      PlannedAction: MessageTypeDefinition<_outrider_v1_PlannedAction, _outrider_v1_PlannedAction__Output>
      PlannedHost: MessageTypeDefinition<_outrider_v1_PlannedHost, _outrider_v1_PlannedHost__Output>
      PrepareOutlook: MessageTypeDefinition<_outrider_v1_PrepareOutlook, _outrider_v1_PrepareOutlook__Output>
      Preparing: MessageTypeDefinition<_outrider_v1_Preparing, _outrider_v1_Preparing__Output>
      PruneReleasesRequest: MessageTypeDefinition<_outrider_v1_PruneReleasesRequest, _outrider_v1_PruneReleasesRequest__Output>
      PruneReleasesResponse: MessageTypeDefinition<_outrider_v1_PruneReleasesResponse, _outrider_v1_PruneReleasesResponse__Output>
      PushReleaseRequest: MessageTypeDefinition<_outrider_v1_PushReleaseRequest, _outrider_v1_PushReleaseRequest__Output>
      PutBlobsResponse: MessageTypeDefinition<_outrider_v1_PutBlobsResponse, _outrider_v1_PutBlobsResponse__Output>
      QuestionAnswer: MessageTypeDefinition<_outrider_v1_QuestionAnswer, _outrider_v1_QuestionAnswer__Output>
      RedisSight: MessageTypeDefinition<_outrider_v1_RedisSight, _outrider_v1_RedisSight__Output>
      Release: MessageTypeDefinition<_outrider_v1_Release, _outrider_v1_Release__Output>
      ReleaseProof: MessageTypeDefinition<_outrider_v1_ReleaseProof, _outrider_v1_ReleaseProof__Output>
      ReleaseRef: MessageTypeDefinition<_outrider_v1_ReleaseRef, _outrider_v1_ReleaseRef__Output>
      ReleaseSignature: MessageTypeDefinition<_outrider_v1_ReleaseSignature, _outrider_v1_ReleaseSignature__Output>
      ReleaseSource: MessageTypeDefinition<_outrider_v1_ReleaseSource, _outrider_v1_ReleaseSource__Output>
      ReleaseUse: MessageTypeDefinition<_outrider_v1_ReleaseUse, _outrider_v1_ReleaseUse__Output>
      RemoveReleaseRequest: MessageTypeDefinition<_outrider_v1_RemoveReleaseRequest, _outrider_v1_RemoveReleaseRequest__Output>
      RemoveReleaseResponse: MessageTypeDefinition<_outrider_v1_RemoveReleaseResponse, _outrider_v1_RemoveReleaseResponse__Output>
      ReportRequest: MessageTypeDefinition<_outrider_v1_ReportRequest, _outrider_v1_ReportRequest__Output>
      ReportResponse: MessageTypeDefinition<_outrider_v1_ReportResponse, _outrider_v1_ReportResponse__Output>
      ResumeHostsRequest: MessageTypeDefinition<_outrider_v1_ResumeHostsRequest, _outrider_v1_ResumeHostsRequest__Output>
      ResumeHostsResponse: MessageTypeDefinition<_outrider_v1_ResumeHostsResponse, _outrider_v1_ResumeHostsResponse__Output>
      ResumedHost: MessageTypeDefinition<_outrider_v1_ResumedHost, _outrider_v1_ResumedHost__Output>
      RollbackRequest: MessageTypeDefinition<_outrider_v1_RollbackRequest, _outrider_v1_RollbackRequest__Output>
      RolloutApp: MessageTypeDefinition<_outrider_v1_RolloutApp, _outrider_v1_RolloutApp__Output>
      RolloutHost: MessageTypeDefinition<_outrider_v1_RolloutHost, _outrider_v1_RolloutHost__Output>
      RolloutId: MessageTypeDefinition<_outrider_v1_RolloutId, _outrider_v1_RolloutId__Output>
      RolloutOptions: MessageTypeDefinition<_outrider_v1_RolloutOptions, _outrider_v1_RolloutOptions__Output>
      RolloutRecord: MessageTypeDefinition<_outrider_v1_RolloutRecord, _outrider_v1_RolloutRecord__Output>
      RolloutRequest: MessageTypeDefinition<_outrider_v1_RolloutRequest, _outrider_v1_RolloutRequest__Output>
      RolloutUpdate: MessageTypeDefinition<_outrider_v1_RolloutUpdate, _outrider_v1_RolloutUpdate__Output>
      ScaledAgent: MessageTypeDefinition<_outrider_v1_ScaledAgent, _outrider_v1_ScaledAgent__Output>
      ScaledReplicas: MessageTypeDefinition<_outrider_v1_ScaledReplicas, _outrider_v1_ScaledReplicas__Output>
      SecretChange: MessageTypeDefinition<_outrider_v1_SecretChange, _outrider_v1_SecretChange__Output>
      SettingChange: MessageTypeDefinition<_outrider_v1_SettingChange, _outrider_v1_SettingChange__Output>
      ShowReleaseRequest: MessageTypeDefinition<_outrider_v1_ShowReleaseRequest, _outrider_v1_ShowReleaseRequest__Output>
      ShowReleaseResponse: MessageTypeDefinition<_outrider_v1_ShowReleaseResponse, _outrider_v1_ShowReleaseResponse__Output>
      SidecarInfo: MessageTypeDefinition<_outrider_v1_SidecarInfo, _outrider_v1_SidecarInfo__Output>
      SignReleaseRequest: MessageTypeDefinition<_outrider_v1_SignReleaseRequest, _outrider_v1_SignReleaseRequest__Output>
      SpanFigures: MessageTypeDefinition<_outrider_v1_SpanFigures, _outrider_v1_SpanFigures__Output>
      StagePeer: MessageTypeDefinition<_outrider_v1_StagePeer, _outrider_v1_StagePeer__Output>
      StagingStatus: MessageTypeDefinition<_outrider_v1_StagingStatus, _outrider_v1_StagingStatus__Output>
      StartRolloutResponse: MessageTypeDefinition<_outrider_v1_StartRolloutResponse, _outrider_v1_StartRolloutResponse__Output>
      SystemFigures: MessageTypeDefinition<_outrider_v1_SystemFigures, _outrider_v1_SystemFigures__Output>
      TagReleaseRequest: MessageTypeDefinition<_outrider_v1_TagReleaseRequest, _outrider_v1_TagReleaseRequest__Output>
      TestHealthRequest: MessageTypeDefinition<_outrider_v1_TestHealthRequest, _outrider_v1_TestHealthRequest__Output>
      TestHealthResponse: MessageTypeDefinition<_outrider_v1_TestHealthResponse, _outrider_v1_TestHealthResponse__Output>
      VerifyProgress: MessageTypeDefinition<_outrider_v1_VerifyProgress, _outrider_v1_VerifyProgress__Output>
      VerifyReleaseRequest: MessageTypeDefinition<_outrider_v1_VerifyReleaseRequest, _outrider_v1_VerifyReleaseRequest__Output>
      VerifyResult: MessageTypeDefinition<_outrider_v1_VerifyResult, _outrider_v1_VerifyResult__Output>
    }
  }
}

