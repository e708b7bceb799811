import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { AgentFingerprint as _outrider_v1_AgentFingerprint, AgentFingerprint__Output as _outrider_v1_AgentFingerprint__Output } from './outrider/v1/AgentFingerprint.js';
import type { AgentReplicas as _outrider_v1_AgentReplicas, AgentReplicas__Output as _outrider_v1_AgentReplicas__Output } from './outrider/v1/AgentReplicas.js';
import type { AgentSamples as _outrider_v1_AgentSamples, AgentSamples__Output as _outrider_v1_AgentSamples__Output } from './outrider/v1/AgentSamples.js';
import type { AppStatus as _outrider_v1_AppStatus, AppStatus__Output as _outrider_v1_AppStatus__Output } from './outrider/v1/AppStatus.js';
import type { AskHostsRequest as _outrider_v1_AskHostsRequest, AskHostsRequest__Output as _outrider_v1_AskHostsRequest__Output } from './outrider/v1/AskHostsRequest.js';
import type { AskHostsResponse as _outrider_v1_AskHostsResponse, AskHostsResponse__Output as _outrider_v1_AskHostsResponse__Output } from './outrider/v1/AskHostsResponse.js';
import type { BindEpochRequest as _outrider_v1_BindEpochRequest, BindEpochRequest__Output as _outrider_v1_BindEpochRequest__Output } from './outrider/v1/BindEpochRequest.js';
import type { Blob as _outrider_v1_Blob, Blob__Output as _outrider_v1_Blob__Output } from './outrider/v1/Blob.js';
import type { BlobBase as _outrider_v1_BlobBase, BlobBase__Output as _outrider_v1_BlobBase__Output } from './outrider/v1/BlobBase.js';
import type { BlobChunks as _outrider_v1_BlobChunks, BlobChunks__Output as _outrider_v1_BlobChunks__Output } from './outrider/v1/BlobChunks.js';
import type { BlobsRequest as _outrider_v1_BlobsRequest, BlobsRequest__Output as _outrider_v1_BlobsRequest__Output } from './outrider/v1/BlobsRequest.js';
import type { BusSight as _outrider_v1_BusSight, BusSight__Output as _outrider_v1_BusSight__Output } from './outrider/v1/BusSight.js';
import type { CertificateSight as _outrider_v1_CertificateSight, CertificateSight__Output as _outrider_v1_CertificateSight__Output } from './outrider/v1/CertificateSight.js';
import type { Command as _outrider_v1_Command, Command__Output as _outrider_v1_Command__Output } from './outrider/v1/Command.js';
import type { CommandRequest as _outrider_v1_CommandRequest, CommandRequest__Output as _outrider_v1_CommandRequest__Output } from './outrider/v1/CommandRequest.js';
import type { ControlAgentRequest as _outrider_v1_ControlAgentRequest, ControlAgentRequest__Output as _outrider_v1_ControlAgentRequest__Output } from './outrider/v1/ControlAgentRequest.js';
import type { ControlAgentResponse as _outrider_v1_ControlAgentResponse, ControlAgentResponse__Output as _outrider_v1_ControlAgentResponse__Output } from './outrider/v1/ControlAgentResponse.js';
import type { Culprit as _outrider_v1_Culprit, Culprit__Output as _outrider_v1_Culprit__Output } from './outrider/v1/Culprit.js';
import type { DiagnoseRequest as _outrider_v1_DiagnoseRequest, DiagnoseRequest__Output as _outrider_v1_DiagnoseRequest__Output } from './outrider/v1/DiagnoseRequest.js';
import type { Diagnosis as _outrider_v1_Diagnosis, Diagnosis__Output as _outrider_v1_Diagnosis__Output } from './outrider/v1/Diagnosis.js';
import type { DiskSight as _outrider_v1_DiskSight, DiskSight__Output as _outrider_v1_DiskSight__Output } from './outrider/v1/DiskSight.js';
import type { EmergencyRequest as _outrider_v1_EmergencyRequest, EmergencyRequest__Output as _outrider_v1_EmergencyRequest__Output } from './outrider/v1/EmergencyRequest.js';
import type { EndpointSight as _outrider_v1_EndpointSight, EndpointSight__Output as _outrider_v1_EndpointSight__Output } from './outrider/v1/EndpointSight.js';
import type { Fence as _outrider_v1_Fence, Fence__Output as _outrider_v1_Fence__Output } from './outrider/v1/Fence.js';
import type { HealthResult as _outrider_v1_HealthResult, HealthResult__Output as _outrider_v1_HealthResult__Output } from './outrider/v1/HealthResult.js';
import type { HealthTrend as _outrider_v1_HealthTrend, HealthTrend__Output as _outrider_v1_HealthTrend__Output } from './outrider/v1/HealthTrend.js';
import type { HealthTrendsRequest as _outrider_v1_HealthTrendsRequest, HealthTrendsRequest__Output as _outrider_v1_HealthTrendsRequest__Output } from './outrider/v1/HealthTrendsRequest.js';
import type { HealthTrendsResponse as _outrider_v1_HealthTrendsResponse, HealthTrendsResponse__Output as _outrider_v1_HealthTrendsResponse__Output } from './outrider/v1/HealthTrendsResponse.js';
import type { Hold as _outrider_v1_Hold, Hold__Output as _outrider_v1_Hold__Output } from './outrider/v1/Hold.js';
import type { HookAnswer as _outrider_v1_HookAnswer, HookAnswer__Output as _outrider_v1_HookAnswer__Output } from './outrider/v1/HookAnswer.js';
import type { HostFacts as _outrider_v1_HostFacts, HostFacts__Output as _outrider_v1_HostFacts__Output } from './outrider/v1/HostFacts.js';
import type { HostStatus as _outrider_v1_HostStatus, HostStatus__Output as _outrider_v1_HostStatus__Output } from './outrider/v1/HostStatus.js';
import type { InstanceStatus as _outrider_v1_InstanceStatus, InstanceStatus__Output as _outrider_v1_InstanceStatus__Output } from './outrider/v1/InstanceStatus.js';
import type { KnownSpecRequest as _outrider_v1_KnownSpecRequest, KnownSpecRequest__Output as _outrider_v1_KnownSpecRequest__Output } from './outrider/v1/KnownSpecRequest.js';
import type { KnownSpecResponse as _outrider_v1_KnownSpecResponse, KnownSpecResponse__Output as _outrider_v1_KnownSpecResponse__Output } from './outrider/v1/KnownSpecResponse.js';
import type { ListenerSight as _outrider_v1_ListenerSight, ListenerSight__Output as _outrider_v1_ListenerSight__Output } from './outrider/v1/ListenerSight.js';
import type { LogLine as _outrider_v1_LogLine, LogLine__Output as _outrider_v1_LogLine__Output } from './outrider/v1/LogLine.js';
import type { LogsRequest as _outrider_v1_LogsRequest, LogsRequest__Output as _outrider_v1_LogsRequest__Output } from './outrider/v1/LogsRequest.js';
import type { ManifestPatch as _outrider_v1_ManifestPatch, ManifestPatch__Output as _outrider_v1_ManifestPatch__Output } from './outrider/v1/ManifestPatch.js';
import type { MetricSamples as _outrider_v1_MetricSamples, MetricSamples__Output as _outrider_v1_MetricSamples__Output } from './outrider/v1/MetricSamples.js';
import type { Outcome as _outrider_v1_Outcome, Outcome__Output as _outrider_v1_Outcome__Output } from './outrider/v1/Outcome.js';
import type { PatchPart as _outrider_v1_PatchPart, PatchPart__Output as _outrider_v1_PatchPart__Output } from './outrider/v1/PatchPart.js';
import type { PathSight as _outrider_v1_PathSight, PathSight__Output as _outrider_v1_PathSight__Output } from './outrider/v1/PathSight.js';
import type { PreflightRequest as _outrider_v1_PreflightRequest, PreflightRequest__Output as _outrider_v1_PreflightRequest__Output } from './outrider/v1/PreflightRequest.js';
import type { PreflightResponse as _outrider_v1_PreflightResponse, PreflightResponse__Output as _outrider_v1_PreflightResponse__Output } from './outrider/v1/PreflightResponse.js';
import type { PrepareOutlook as _outrider_v1_PrepareOutlook, PrepareOutlook__Output as _outrider_v1_PrepareOutlook__Output } from './outrider/v1/PrepareOutlook.js';
import type { Preparing as _outrider_v1_Preparing, Preparing__Output as _outrider_v1_Preparing__Output } from './outrider/v1/Preparing.js';
import type { QuestionAnswer as _outrider_v1_QuestionAnswer, QuestionAnswer__Output as _outrider_v1_QuestionAnswer__Output } from './outrider/v1/QuestionAnswer.js';
import type { RedisSight as _outrider_v1_RedisSight, RedisSight__Output as _outrider_v1_RedisSight__Output } from './outrider/v1/RedisSight.js';
import type { ReleaseProof as _outrider_v1_ReleaseProof, ReleaseProof__Output as _outrider_v1_ReleaseProof__Output } from './outrider/v1/ReleaseProof.js';
import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from './outrider/v1/ReleaseRef.js';
import type { ReleaseSignature as _outrider_v1_ReleaseSignature, ReleaseSignature__Output as _outrider_v1_ReleaseSignature__Output } from './outrider/v1/ReleaseSignature.js';
import type { RenewRequest as _outrider_v1_RenewRequest, RenewRequest__Output as _outrider_v1_RenewRequest__Output } from './outrider/v1/RenewRequest.js';
import type { ResumeRequest as _outrider_v1_ResumeRequest, ResumeRequest__Output as _outrider_v1_ResumeRequest__Output } from './outrider/v1/ResumeRequest.js';
import type { RunHookRequest as _outrider_v1_RunHookRequest, RunHookRequest__Output as _outrider_v1_RunHookRequest__Output } from './outrider/v1/RunHookRequest.js';
import type { SampleWindow as _outrider_v1_SampleWindow, SampleWindow__Output as _outrider_v1_SampleWindow__Output } from './outrider/v1/SampleWindow.js';
import type { SamplesRequest as _outrider_v1_SamplesRequest, SamplesRequest__Output as _outrider_v1_SamplesRequest__Output } from './outrider/v1/SamplesRequest.js';
import type { SamplesResponse as _outrider_v1_SamplesResponse, SamplesResponse__Output as _outrider_v1_SamplesResponse__Output } from './outrider/v1/SamplesResponse.js';
import type { ScaledReplicas as _outrider_v1_ScaledReplicas, ScaledReplicas__Output as _outrider_v1_ScaledReplicas__Output } from './outrider/v1/ScaledReplicas.js';
import type { SidecarClient as _outrider_v1_SidecarClient, SidecarDefinition as _outrider_v1_SidecarDefinition } from './outrider/v1/Sidecar.js';
import type { SidecarInfo as _outrider_v1_SidecarInfo, SidecarInfo__Output as _outrider_v1_SidecarInfo__Output } from './outrider/v1/SidecarInfo.js';
import type { StagePeer as _outrider_v1_StagePeer, StagePeer__Output as _outrider_v1_StagePeer__Output } from './outrider/v1/StagePeer.js';
import type { StageRequest as _outrider_v1_StageRequest, StageRequest__Output as _outrider_v1_StageRequest__Output } from './outrider/v1/StageRequest.js';
import type { StagingStatus as _outrider_v1_StagingStatus, StagingStatus__Output as _outrider_v1_StagingStatus__Output } from './outrider/v1/StagingStatus.js';
import type { StatusRequest as _outrider_v1_StatusRequest, StatusRequest__Output as _outrider_v1_StatusRequest__Output } from './outrider/v1/StatusRequest.js';
import type { SwitchRequest as _outrider_v1_SwitchRequest, SwitchRequest__Output as _outrider_v1_SwitchRequest__Output } from './outrider/v1/SwitchRequest.js';
import type { SystemFigures as _outrider_v1_SystemFigures, SystemFigures__Output as _outrider_v1_SystemFigures__Output } from './outrider/v1/SystemFigures.js';
import type { TestHealthRequest as _outrider_v1_TestHealthRequest, TestHealthRequest__Output as _outrider_v1_TestHealthRequest__Output } from './outrider/v1/TestHealthRequest.js';
import type { TestHealthResponse as _outrider_v1_TestHealthResponse, TestHealthResponse__Output as _outrider_v1_TestHealthResponse__Output } from './outrider/v1/TestHealthResponse.js';
import type { VerifyProgress as _outrider_v1_VerifyProgress, VerifyProgress__Output as _outrider_v1_VerifyProgress__Output } from './outrider/v1/VerifyProgress.js';
import type { VerifyRequest as _outrider_v1_VerifyRequest, VerifyRequest__Output as _outrider_v1_VerifyRequest__Output } from './outrider/v1/VerifyRequest.js';
import type { VerifyResult as _outrider_v1_VerifyResult, VerifyResult__Output as _outrider_v1_VerifyResult__Output } from './outrider/v1/VerifyResult.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  outrider: {
    v1: {
      AgentFingerprint: MessageTypeDefinition<_outrider_v1_AgentFingerprint, _outrider_v1_AgentFingerprint__Output>
      AgentReplicas: MessageTypeDefinition<_outrider_v1_AgentReplicas, _outrider_v1_AgentReplicas__Output>
      AgentSamples: MessageTypeDefinition<_outrider_v1_AgentSamples, _outrider_v1_AgentSamples__Output>
      AppStatus: MessageTypeDefinition<_outrider_v1_AppStatus, _outrider_v1_AppStatus__Output>
      AskHostsRequest: MessageTypeDefinition<_outrider_v1_AskHostsRequest, _outrider_v1_AskHostsRequest__Output>
      AskHostsResponse: MessageTypeDefinition<_outrider_v1_AskHostsResponse, _outrider_v1_AskHostsResponse__Output>
      BindEpochRequest: MessageTypeDefinition<_outrider_v1_BindEpochRequest, _outrider_v1_BindEpochRequest__Output>
      Blob: MessageTypeDefinition<_outrider_v1_Blob, _outrider_v1_Blob__Output>
      BlobBase: MessageTypeDefinition<_outrider_v1_BlobBase, _outrider_v1_BlobBase__Output>
      BlobChunks: MessageTypeDefinition<_outrider_v1_BlobChunks, _outrider_v1_BlobChunks__Output>
      BlobsRequest: MessageTypeDefinition<_outrider_v1_BlobsRequest, _outrider_v1_BlobsRequest__Output>
      BusSight: MessageTypeDefinition<_outrider_v1_BusSight, _outrider_v1_BusSight__Output>
      CertificateSight: MessageTypeDefinition<_outrider_v1_CertificateSight, _outrider_v1_CertificateSight__Output>
      Command: MessageTypeDefinition<_outrider_v1_Command, _outrider_v1_Command__Output>
      CommandRequest: MessageTypeDefinition<_outrider_v1_CommandRequest, _outrider_v1_CommandRequest__Output>
      ControlAgentRequest: MessageTypeDefinition<_outrider_v1_ControlAgentRequest, _outrider_v1_ControlAgentRequest__Output>
      ControlAgentResponse: MessageTypeDefinition<_outrider_v1_ControlAgentResponse, _outrider_v1_ControlAgentResponse__Output>
      Culprit: MessageTypeDefinition<_outrider_v1_Culprit, _outrider_v1_Culprit__Output>
      DiagnoseRequest: MessageTypeDefinition<_outrider_v1_DiagnoseRequest, _outrider_v1_DiagnoseRequest__Output>
      Diagnosis: MessageTypeDefinition<_outrider_v1_Diagnosis, _outrider_v1_Diagnosis__Output>
      DiskSight: MessageTypeDefinition<_outrider_v1_DiskSight, _outrider_v1_DiskSight__Output>
      EmergencyRequest: MessageTypeDefinition<_outrider_v1_EmergencyRequest, _outrider_v1_EmergencyRequest__Output>
      EndpointSight: MessageTypeDefinition<_outrider_v1_EndpointSight, _outrider_v1_EndpointSight__Output>
      Fence: MessageTypeDefinition<_outrider_v1_Fence, _outrider_v1_Fence__Output>
      HealthResult: MessageTypeDefinition<_outrider_v1_HealthResult, _outrider_v1_HealthResult__Output>
      HealthTrend: MessageTypeDefinition<_outrider_v1_HealthTrend, _outrider_v1_HealthTrend__Output>
      HealthTrendsRequest: MessageTypeDefinition<_outrider_v1_HealthTrendsRequest, _outrider_v1_HealthTrendsRequest__Output>
      HealthTrendsResponse: MessageTypeDefinition<_outrider_v1_HealthTrendsResponse, _outrider_v1_HealthTrendsResponse__Output>
      Hold: MessageTypeDefinition<_outrider_v1_Hold, _outrider_v1_Hold__Output>
      HookAnswer: MessageTypeDefinition<_outrider_v1_HookAnswer, _outrider_v1_HookAnswer__Output>
      HostFacts: MessageTypeDefinition<_outrider_v1_HostFacts, _outrider_v1_HostFacts__Output>
      HostStatus: MessageTypeDefinition<_outrider_v1_HostStatus, _outrider_v1_HostStatus__Output>
      InstanceStatus: MessageTypeDefinition<_outrider_v1_InstanceStatus, _outrider_v1_InstanceStatus__Output>
      KnownSpecRequest: MessageTypeDefinition<_outrider_v1_KnownSpecRequest, _outrider_v1_KnownSpecRequest__Output>
      KnownSpecResponse: MessageTypeDefinition<_outrider_v1_KnownSpecResponse, _outrider_v1_KnownSpecResponse__Output>
      ListenerSight: MessageTypeDefinition<_outrider_v1_ListenerSight, _outrider_v1_ListenerSight__Output>
      LogLine: MessageTypeDefinition<_outrider_v1_LogLine, _outrider_v1_LogLine__Output>
      LogsRequest: MessageTypeDefinition<_outrider_v1_LogsRequest, _outrider_v1_LogsRequest__Output>
      ManifestPatch: MessageTypeDefinition<_outrider_v1_ManifestPatch, _outrider_v1_ManifestPatch__Output>
      MetricSamples: MessageTypeDefinition<_outrider_v1_MetricSamples, _outrider_v1_MetricSamples__Output>
      Outcome: MessageTypeDefinition<_outrider_v1_Outcome, _outrider_v1_Outcome__Output>
      PatchPart: MessageTypeDefinition<_outrider_v1_PatchPart, _outrider_v1_PatchPart__Output>
      PathSight: MessageTypeDefinition<_outrider_v1_PathSight, _outrider_v1_PathSight__Output>
      PreflightRequest: MessageTypeDefinition<_outrider_v1_PreflightRequest, _outrider_v1_PreflightRequest__Output>
      PreflightResponse: MessageTypeDefinition<_outrider_v1_PreflightResponse, _outrider_v1_PreflightResponse__Output>
      PrepareOutlook: MessageTypeDefinition<_outrider_v1_PrepareOutlook, _outrider_v1_PrepareOutlook__Output>
      Preparing: MessageTypeDefinition<_outrider_v1_Preparing, _outrider_v1_Preparing__Output>
      QuestionAnswer: MessageTypeDefinition<_outrider_v1_QuestionAnswer, _outrider_v1_QuestionAnswer__Output>
      RedisSight: MessageTypeDefinition<_outrider_v1_RedisSight, _outrider_v1_RedisSight__Output>
      ReleaseProof: MessageTypeDefinition<_outrider_v1_ReleaseProof, _outrider_v1_ReleaseProof__Output>
      ReleaseRef: MessageTypeDefinition<_outrider_v1_ReleaseRef, _outrider_v1_ReleaseRef__Output>
      ReleaseSignature: MessageTypeDefinition<_outrider_v1_ReleaseSignature, _outrider_v1_ReleaseSignature__Output>
      RenewRequest: MessageTypeDefinition<_outrider_v1_RenewRequest, _outrider_v1_RenewRequest__Output>
      ResumeRequest: MessageTypeDefinition<_outrider_v1_ResumeRequest, _outrider_v1_ResumeRequest__Output>
      RunHookRequest: MessageTypeDefinition<_outrider_v1_RunHookRequest, _outrider_v1_RunHookRequest__Output>
      SampleWindow: MessageTypeDefinition<_outrider_v1_SampleWindow, _outrider_v1_SampleWindow__Output>
      SamplesRequest: MessageTypeDefinition<_outrider_v1_SamplesRequest, _outrider_v1_SamplesRequest__Output>
      SamplesResponse: MessageTypeDefinition<_outrider_v1_SamplesResponse, _outrider_v1_SamplesResponse__Output>
      ScaledReplicas: MessageTypeDefinition<_outrider_v1_ScaledReplicas, _outrider_v1_ScaledReplicas__Output>
      Sidecar: SubtypeConstructor<typeof grpc.Client, _outrider_v1_SidecarClient> & { service: _outrider_v1_SidecarDefinition }
      SidecarInfo: MessageTypeDefinition<_outrider_v1_SidecarInfo, _outrider_v1_SidecarInfo__Output>
      StagePeer: MessageTypeDefinition<_outrider_v1_StagePeer, _outrider_v1_StagePeer__Output>
      StageRequest: MessageTypeDefinition<_outrider_v1_StageRequest, _outrider_v1_StageRequest__Output>
      StagingStatus: MessageTypeDefinition<_outrider_v1_StagingStatus, _outrider_v1_StagingStatus__Output>
      StatusRequest: MessageTypeDefinition<_outrider_v1_StatusRequest, _outrider_v1_StatusRequest__Output>
      SwitchRequest: MessageTypeDefinition<_outrider_v1_SwitchRequest, _outrider_v1_SwitchRequest__Output>
      SystemFigures: MessageTypeDefinition<_outrider_v1_SystemFigures, _outrider_v1_SystemFigures__Output>
      TestHealthRequest: MessageTypeDefinition<_outrider_v1_TestHealthRequest, _outrider_v1_TestHealthRequest__Output>
      TestHealthResponse: MessageTypeDefinition<_outrider_v1_TestHealthResponse, _outrider_v1_TestHealthResponse__Output>
      VerifyProgress: MessageTypeDefinition<_outrider_v1_VerifyProgress, _outrider_v1_VerifyProgress__Output>
      VerifyRequest: MessageTypeDefinition<_outrider_v1_VerifyRequest, _outrider_v1_VerifyRequest__Output>
      VerifyResult: MessageTypeDefinition<_outrider_v1_VerifyResult, _outrider_v1_VerifyResult__Output>
    }
  }
}

