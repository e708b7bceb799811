// Original file: proto/outrider/v1/sidecar.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AppStatus as _outrider_v1_AppStatus, AppStatus__Output as _outrider_v1_AppStatus__Output } from '../../outrider/v1/AppStatus.js';
import type { AskHostsRequest as _outrider_v1_AskHostsRequest, AskHostsRequest__Output as _outrider_v1_AskHostsRequest__Output } from '../../outrider/v1/AskHostsRequest.js';
import type { AskHostsResponse as _outrider_v1_AskHostsResponse, AskHostsResponse__Output as _outrider_v1_AskHostsResponse__Output } from '../../outrider/v1/AskHostsResponse.js';
import type { BindEpochRequest as _outrider_v1_BindEpochRequest, BindEpochRequest__Output as _outrider_v1_BindEpochRequest__Output } from '../../outrider/v1/BindEpochRequest.js';
import type { Blob as _outrider_v1_Blob, Blob__Output as _outrider_v1_Blob__Output } from '../../outrider/v1/Blob.js';
import type { BlobsRequest as _outrider_v1_BlobsRequest, BlobsRequest__Output as _outrider_v1_BlobsRequest__Output } from '../../outrider/v1/BlobsRequest.js';
import type { CommandRequest as _outrider_v1_CommandRequest, CommandRequest__Output as _outrider_v1_CommandRequest__Output } from '../../outrider/v1/CommandRequest.js';
import type { ControlAgentRequest as _outrider_v1_ControlAgentRequest, ControlAgentRequest__Output as _outrider_v1_ControlAgentRequest__Output } from '../../outrider/v1/ControlAgentRequest.js';
import type { ControlAgentResponse as _outrider_v1_ControlAgentResponse, ControlAgentResponse__Output as _outrider_v1_ControlAgentResponse__Output } from '../../outrider/v1/ControlAgentResponse.js';
import type { DiagnoseRequest as _outrider_v1_DiagnoseRequest, DiagnoseRequest__Output as _outrider_v1_DiagnoseRequest__Output } from '../../outrider/v1/DiagnoseRequest.js';
import type { Diagnosis as _outrider_v1_Diagnosis, Diagnosis__Output as _outrider_v1_Diagnosis__Output } from '../../outrider/v1/Diagnosis.js';
import type { EmergencyRequest as _outrider_v1_EmergencyRequest, EmergencyRequest__Output as _outrider_v1_EmergencyRequest__Output } from '../../outrider/v1/EmergencyRequest.js';
import type { HealthTrendsRequest as _outrider_v1_HealthTrendsRequest, HealthTrendsRequest__Output as _outrider_v1_HealthTrendsRequest__Output } from '../../outrider/v1/HealthTrendsRequest.js';
import type { HealthTrendsResponse as _outrider_v1_HealthTrendsResponse, HealthTrendsResponse__Output as _outrider_v1_HealthTrendsResponse__Output } from '../../outrider/v1/HealthTrendsResponse.js';
import type { HookAnswer as _outrider_v1_HookAnswer, HookAnswer__Output as _outrider_v1_HookAnswer__Output } from '../../outrider/v1/HookAnswer.js';
import type { HostStatus as _outrider_v1_HostStatus, HostStatus__Output as _outrider_v1_HostStatus__Output } from '../../outrider/v1/HostStatus.js';
import type { KnownSpecRequest as _outrider_v1_KnownSpecRequest, KnownSpecRequest__Output as _outrider_v1_KnownSpecRequest__Output } from '../../outrider/v1/KnownSpecRequest.js';
import type { KnownSpecResponse as _outrider_v1_KnownSpecResponse, KnownSpecResponse__Output as _outrider_v1_KnownSpecResponse__Output } from '../../outrider/v1/KnownSpecResponse.js';
import type { LogLine as _outrider_v1_LogLine, LogLine__Output as _outrider_v1_LogLine__Output } from '../../outrider/v1/LogLine.js';
import type { LogsRequest as _outrider_v1_LogsRequest, LogsRequest__Output as _outrider_v1_LogsRequest__Output } from '../../outrider/v1/LogsRequest.js';
import type { PreflightRequest as _outrider_v1_PreflightRequest, PreflightRequest__Output as _outrider_v1_PreflightRequest__Output } from '../../outrider/v1/PreflightRequest.js';
import type { PreflightResponse as _outrider_v1_PreflightResponse, PreflightResponse__Output as _outrider_v1_PreflightResponse__Output } from '../../outrider/v1/PreflightResponse.js';
import type { RenewRequest as _outrider_v1_RenewRequest, RenewRequest__Output as _outrider_v1_RenewRequest__Output } from '../../outrider/v1/RenewRequest.js';
import type { ResumeRequest as _outrider_v1_ResumeRequest, ResumeRequest__Output as _outrider_v1_ResumeRequest__Output } from '../../outrider/v1/ResumeRequest.js';
import type { RunHookRequest as _outrider_v1_RunHookRequest, RunHookRequest__Output as _outrider_v1_RunHookRequest__Output } from '../../outrider/v1/RunHookRequest.js';
import type { SamplesRequest as _outrider_v1_SamplesRequest, SamplesRequest__Output as _outrider_v1_SamplesRequest__Output } from '../../outrider/v1/SamplesRequest.js';
import type { SamplesResponse as _outrider_v1_SamplesResponse, SamplesResponse__Output as _outrider_v1_SamplesResponse__Output } from '../../outrider/v1/SamplesResponse.js';
import type { StageRequest as _outrider_v1_StageRequest, StageRequest__Output as _outrider_v1_StageRequest__Output } from '../../outrider/v1/StageRequest.js';
import type { StatusRequest as _outrider_v1_StatusRequest, StatusRequest__Output as _outrider_v1_StatusRequest__Output } from '../../outrider/v1/StatusRequest.js';
import type { SwitchRequest as _outrider_v1_SwitchRequest, SwitchRequest__Output as _outrider_v1_SwitchRequest__Output } from '../../outrider/v1/SwitchRequest.js';
import type { TestHealthRequest as _outrider_v1_TestHealthRequest, TestHealthRequest__Output as _outrider_v1_TestHealthRequest__Output } from '../../outrider/v1/TestHealthRequest.js';
import type { TestHealthResponse as _outrider_v1_TestHealthResponse, TestHealthResponse__Output as _outrider_v1_TestHealthResponse__Output } from '../../outrider/v1/TestHealthResponse.js';
import type { VerifyProgress as _outrider_v1_VerifyProgress, VerifyProgress__Output as _outrider_v1_VerifyProgress__Output } from '../../outrider/v1/VerifyProgress.js';
import type { VerifyRequest as _outrider_v1_VerifyRequest, VerifyRequest__Output as _outrider_v1_VerifyRequest__Output } from '../../outrider/v1/VerifyRequest.js';

export interface SidecarClient extends grpc.Client {
  AskHosts(argument: _outrider_v1_AskHostsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  AskHosts(argument: _outrider_v1_AskHostsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  AskHosts(argument: _outrider_v1_AskHostsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  AskHosts(argument: _outrider_v1_AskHostsRequest, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  askHosts(argument: _outrider_v1_AskHostsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  askHosts(argument: _outrider_v1_AskHostsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  askHosts(argument: _outrider_v1_AskHostsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  askHosts(argument: _outrider_v1_AskHostsRequest, callback: grpc.requestCallback<_outrider_v1_AskHostsResponse__Output>): grpc.ClientUnaryCall;
  
  BindEpoch(argument: _outrider_v1_BindEpochRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  BindEpoch(argument: _outrider_v1_BindEpochRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  BindEpoch(argument: _outrider_v1_BindEpochRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  BindEpoch(argument: _outrider_v1_BindEpochRequest, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  bindEpoch(argument: _outrider_v1_BindEpochRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  bindEpoch(argument: _outrider_v1_BindEpochRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  bindEpoch(argument: _outrider_v1_BindEpochRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  bindEpoch(argument: _outrider_v1_BindEpochRequest, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  
  Blobs(argument: _outrider_v1_BlobsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Blob__Output>;
  Blobs(argument: _outrider_v1_BlobsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Blob__Output>;
  blobs(argument: _outrider_v1_BlobsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Blob__Output>;
  blobs(argument: _outrider_v1_BlobsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_Blob__Output>;
  
  Commit(argument: _outrider_v1_CommandRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Commit(argument: _outrider_v1_CommandRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Commit(argument: _outrider_v1_CommandRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Commit(argument: _outrider_v1_CommandRequest, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  commit(argument: _outrider_v1_CommandRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  commit(argument: _outrider_v1_CommandRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  commit(argument: _outrider_v1_CommandRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  commit(argument: _outrider_v1_CommandRequest, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  
  ControlAgent(argument: _outrider_v1_ControlAgentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  ControlAgent(argument: _outrider_v1_ControlAgentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  ControlAgent(argument: _outrider_v1_ControlAgentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  ControlAgent(argument: _outrider_v1_ControlAgentRequest, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  controlAgent(argument: _outrider_v1_ControlAgentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  controlAgent(argument: _outrider_v1_ControlAgentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  controlAgent(argument: _outrider_v1_ControlAgentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  controlAgent(argument: _outrider_v1_ControlAgentRequest, callback: grpc.requestCallback<_outrider_v1_ControlAgentResponse__Output>): grpc.ClientUnaryCall;
  
  Diagnose(argument: _outrider_v1_DiagnoseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  Diagnose(argument: _outrider_v1_DiagnoseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  Diagnose(argument: _outrider_v1_DiagnoseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  Diagnose(argument: _outrider_v1_DiagnoseRequest, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  diagnose(argument: _outrider_v1_DiagnoseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  diagnose(argument: _outrider_v1_DiagnoseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  diagnose(argument: _outrider_v1_DiagnoseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  diagnose(argument: _outrider_v1_DiagnoseRequest, callback: grpc.requestCallback<_outrider_v1_Diagnosis__Output>): grpc.ClientUnaryCall;
  
  Emergency(argument: _outrider_v1_EmergencyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  Emergency(argument: _outrider_v1_EmergencyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  Emergency(argument: _outrider_v1_EmergencyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  Emergency(argument: _outrider_v1_EmergencyRequest, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  emergency(argument: _outrider_v1_EmergencyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  emergency(argument: _outrider_v1_EmergencyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  emergency(argument: _outrider_v1_EmergencyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  emergency(argument: _outrider_v1_EmergencyRequest, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  
  HealthTrends(argument: _outrider_v1_HealthTrendsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthTrendsResponse__Output>): grpc.ClientUnaryCall;
  HealthTrends(argument: _outrider_v1_HealthTrendsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HealthTrendsResponse__Output>): grpc.ClientUnaryCall;
  HealthTrends(argument: _outrider_v1_HealthTrendsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthTrendsResponse__Output>): grpc.ClientUnaryCall;
  HealthTrends(argument: _outrider_v1_HealthTrendsRequest, callback: grpc.requestCallback<_outrider_v1_HealthTrendsResponse__Output>): grpc.ClientUnaryCall;
  healthTrends(argument: _outrider_v1_HealthTrendsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthTrendsResponse__Output>): grpc.ClientUnaryCall;
  healthTrends(argument: _outrider_v1_HealthTrendsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HealthTrendsResponse__Output>): grpc.ClientUnaryCall;
  healthTrends(argument: _outrider_v1_HealthTrendsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HealthTrendsResponse__Output>): grpc.ClientUnaryCall;
  healthTrends(argument: _outrider_v1_HealthTrendsRequest, callback: grpc.requestCallback<_outrider_v1_HealthTrendsResponse__Output>): grpc.ClientUnaryCall;
  
  KnownSpec(argument: _outrider_v1_KnownSpecRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_KnownSpecResponse__Output>): grpc.ClientUnaryCall;
  KnownSpec(argument: _outrider_v1_KnownSpecRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_KnownSpecResponse__Output>): grpc.ClientUnaryCall;
  KnownSpec(argument: _outrider_v1_KnownSpecRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_KnownSpecResponse__Output>): grpc.ClientUnaryCall;
  KnownSpec(argument: _outrider_v1_KnownSpecRequest, callback: grpc.requestCallback<_outrider_v1_KnownSpecResponse__Output>): grpc.ClientUnaryCall;
  knownSpec(argument: _outrider_v1_KnownSpecRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_KnownSpecResponse__Output>): grpc.ClientUnaryCall;
  knownSpec(argument: _outrider_v1_KnownSpecRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_KnownSpecResponse__Output>): grpc.ClientUnaryCall;
  knownSpec(argument: _outrider_v1_KnownSpecRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_KnownSpecResponse__Output>): grpc.ClientUnaryCall;
  knownSpec(argument: _outrider_v1_KnownSpecRequest, callback: grpc.requestCallback<_outrider_v1_KnownSpecResponse__Output>): grpc.ClientUnaryCall;
  
  Logs(argument: _outrider_v1_LogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_LogLine__Output>;
  Logs(argument: _outrider_v1_LogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_LogLine__Output>;
  logs(argument: _outrider_v1_LogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_LogLine__Output>;
  logs(argument: _outrider_v1_LogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_LogLine__Output>;
  
  Preflight(argument: _outrider_v1_PreflightRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PreflightResponse__Output>): grpc.ClientUnaryCall;
  Preflight(argument: _outrider_v1_PreflightRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_PreflightResponse__Output>): grpc.ClientUnaryCall;
  Preflight(argument: _outrider_v1_PreflightRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PreflightResponse__Output>): grpc.ClientUnaryCall;
  Preflight(argument: _outrider_v1_PreflightRequest, callback: grpc.requestCallback<_outrider_v1_PreflightResponse__Output>): grpc.ClientUnaryCall;
  preflight(argument: _outrider_v1_PreflightRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PreflightResponse__Output>): grpc.ClientUnaryCall;
  preflight(argument: _outrider_v1_PreflightRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_PreflightResponse__Output>): grpc.ClientUnaryCall;
  preflight(argument: _outrider_v1_PreflightRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_PreflightResponse__Output>): grpc.ClientUnaryCall;
  preflight(argument: _outrider_v1_PreflightRequest, callback: grpc.requestCallback<_outrider_v1_PreflightResponse__Output>): grpc.ClientUnaryCall;
  
  Renew(argument: _outrider_v1_RenewRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Renew(argument: _outrider_v1_RenewRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Renew(argument: _outrider_v1_RenewRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Renew(argument: _outrider_v1_RenewRequest, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  renew(argument: _outrider_v1_RenewRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  renew(argument: _outrider_v1_RenewRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  renew(argument: _outrider_v1_RenewRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  renew(argument: _outrider_v1_RenewRequest, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  
  Resume(argument: _outrider_v1_ResumeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  Resume(argument: _outrider_v1_ResumeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  Resume(argument: _outrider_v1_ResumeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  Resume(argument: _outrider_v1_ResumeRequest, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  resume(argument: _outrider_v1_ResumeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  resume(argument: _outrider_v1_ResumeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  resume(argument: _outrider_v1_ResumeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  resume(argument: _outrider_v1_ResumeRequest, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  
  Revert(argument: _outrider_v1_CommandRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Revert(argument: _outrider_v1_CommandRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Revert(argument: _outrider_v1_CommandRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Revert(argument: _outrider_v1_CommandRequest, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  revert(argument: _outrider_v1_CommandRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  revert(argument: _outrider_v1_CommandRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  revert(argument: _outrider_v1_CommandRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  revert(argument: _outrider_v1_CommandRequest, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  
  RunHook(argument: _outrider_v1_RunHookRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HookAnswer__Output>): grpc.ClientUnaryCall;
  RunHook(argument: _outrider_v1_RunHookRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HookAnswer__Output>): grpc.ClientUnaryCall;
  RunHook(argument: _outrider_v1_RunHookRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HookAnswer__Output>): grpc.ClientUnaryCall;
  RunHook(argument: _outrider_v1_RunHookRequest, callback: grpc.requestCallback<_outrider_v1_HookAnswer__Output>): grpc.ClientUnaryCall;
  runHook(argument: _outrider_v1_RunHookRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HookAnswer__Output>): grpc.ClientUnaryCall;
  runHook(argument: _outrider_v1_RunHookRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HookAnswer__Output>): grpc.ClientUnaryCall;
  runHook(argument: _outrider_v1_RunHookRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HookAnswer__Output>): grpc.ClientUnaryCall;
  runHook(argument: _outrider_v1_RunHookRequest, callback: grpc.requestCallback<_outrider_v1_HookAnswer__Output>): grpc.ClientUnaryCall;
  
  Samples(argument: _outrider_v1_SamplesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_SamplesResponse__Output>): grpc.ClientUnaryCall;
  Samples(argument: _outrider_v1_SamplesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_SamplesResponse__Output>): grpc.ClientUnaryCall;
  Samples(argument: _outrider_v1_SamplesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_SamplesResponse__Output>): grpc.ClientUnaryCall;
  Samples(argument: _outrider_v1_SamplesRequest, callback: grpc.requestCallback<_outrider_v1_SamplesResponse__Output>): grpc.ClientUnaryCall;
  samples(argument: _outrider_v1_SamplesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_SamplesResponse__Output>): grpc.ClientUnaryCall;
  samples(argument: _outrider_v1_SamplesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_SamplesResponse__Output>): grpc.ClientUnaryCall;
  samples(argument: _outrider_v1_SamplesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_SamplesResponse__Output>): grpc.ClientUnaryCall;
  samples(argument: _outrider_v1_SamplesRequest, callback: grpc.requestCallback<_outrider_v1_SamplesResponse__Output>): grpc.ClientUnaryCall;
  
  Stage(argument: _outrider_v1_StageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Stage(argument: _outrider_v1_StageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Stage(argument: _outrider_v1_StageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Stage(argument: _outrider_v1_StageRequest, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  stage(argument: _outrider_v1_StageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  stage(argument: _outrider_v1_StageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  stage(argument: _outrider_v1_StageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  stage(argument: _outrider_v1_StageRequest, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  
  Status(argument: _outrider_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  Status(argument: _outrider_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  Status(argument: _outrider_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  Status(argument: _outrider_v1_StatusRequest, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  status(argument: _outrider_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  status(argument: _outrider_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  status(argument: _outrider_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  status(argument: _outrider_v1_StatusRequest, callback: grpc.requestCallback<_outrider_v1_HostStatus__Output>): grpc.ClientUnaryCall;
  
  Switch(argument: _outrider_v1_SwitchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Switch(argument: _outrider_v1_SwitchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Switch(argument: _outrider_v1_SwitchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  Switch(argument: _outrider_v1_SwitchRequest, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  switch(argument: _outrider_v1_SwitchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  switch(argument: _outrider_v1_SwitchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  switch(argument: _outrider_v1_SwitchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  switch(argument: _outrider_v1_SwitchRequest, callback: grpc.requestCallback<_outrider_v1_AppStatus__Output>): grpc.ClientUnaryCall;
  
  TestHealth(argument: _outrider_v1_TestHealthRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  TestHealth(argument: _outrider_v1_TestHealthRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  TestHealth(argument: _outrider_v1_TestHealthRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  TestHealth(argument: _outrider_v1_TestHealthRequest, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  testHealth(argument: _outrider_v1_TestHealthRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  testHealth(argument: _outrider_v1_TestHealthRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  testHealth(argument: _outrider_v1_TestHealthRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  testHealth(argument: _outrider_v1_TestHealthRequest, callback: grpc.requestCallback<_outrider_v1_TestHealthResponse__Output>): grpc.ClientUnaryCall;
  
  Verify(argument: _outrider_v1_VerifyRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_VerifyProgress__Output>;
  Verify(argument: _outrider_v1_VerifyRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_VerifyProgress__Output>;
  verify(argument: _outrider_v1_VerifyRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_VerifyProgress__Output>;
  verify(argument: _outrider_v1_VerifyRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_VerifyProgress__Output>;
  
  WatchStatus(argument: _outrider_v1_StatusRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_HostStatus__Output>;
  WatchStatus(argument: _outrider_v1_StatusRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_HostStatus__Output>;
  watchStatus(argument: _outrider_v1_StatusRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_HostStatus__Output>;
  watchStatus(argument: _outrider_v1_StatusRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_outrider_v1_HostStatus__Output>;
  
}

export interface SidecarHandlers extends grpc.UntypedServiceImplementation {
  AskHosts: grpc.handleUnaryCall<_outrider_v1_AskHostsRequest__Output, _outrider_v1_AskHostsResponse>;
  
  BindEpoch: grpc.handleUnaryCall<_outrider_v1_BindEpochRequest__Output, _outrider_v1_HostStatus>;
  
  Blobs: grpc.handleServerStreamingCall<_outrider_v1_BlobsRequest__Output, _outrider_v1_Blob>;
  
  Commit: grpc.handleUnaryCall<_outrider_v1_CommandRequest__Output, _outrider_v1_AppStatus>;
  
  ControlAgent: grpc.handleUnaryCall<_outrider_v1_ControlAgentRequest__Output, _outrider_v1_ControlAgentResponse>;
  
  Diagnose: grpc.handleUnaryCall<_outrider_v1_DiagnoseRequest__Output, _outrider_v1_Diagnosis>;
  
  Emergency: grpc.handleUnaryCall<_outrider_v1_EmergencyRequest__Output, _outrider_v1_HostStatus>;
  
  HealthTrends: grpc.handleUnaryCall<_outrider_v1_HealthTrendsRequest__Output, _outrider_v1_HealthTrendsResponse>;
  
  KnownSpec: grpc.handleUnaryCall<_outrider_v1_KnownSpecRequest__Output, _outrider_v1_KnownSpecResponse>;
  
  Logs: grpc.handleServerStreamingCall<_outrider_v1_LogsRequest__Output, _outrider_v1_LogLine>;
  
  Preflight: grpc.handleUnaryCall<_outrider_v1_PreflightRequest__Output, _outrider_v1_PreflightResponse>;
  
  Renew: grpc.handleUnaryCall<_outrider_v1_RenewRequest__Output, _outrider_v1_AppStatus>;
  
  Resume: grpc.handleUnaryCall<_outrider_v1_ResumeRequest__Output, _outrider_v1_HostStatus>;
  
  Revert: grpc.handleUnaryCall<_outrider_v1_CommandRequest__Output, _outrider_v1_AppStatus>;
  
  RunHook: grpc.handleUnaryCall<_outrider_v1_RunHookRequest__Output, _outrider_v1_HookAnswer>;
  
  Samples: grpc.handleUnaryCall<_outrider_v1_SamplesRequest__Output, _outrider_v1_SamplesResponse>;
  
  Stage: grpc.handleUnaryCall<_outrider_v1_StageRequest__Output, _outrider_v1_AppStatus>;
  
  Status: grpc.handleUnaryCall<_outrider_v1_StatusRequest__Output, _outrider_v1_HostStatus>;
  
  Switch: grpc.handleUnaryCall<_outrider_v1_SwitchRequest__Output, _outrider_v1_AppStatus>;
  
  TestHealth: grpc.handleUnaryCall<_outrider_v1_TestHealthRequest__Output, _outrider_v1_TestHealthResponse>;
  
  Verify: grpc.handleServerStreamingCall<_outrider_v1_VerifyRequest__Output, _outrider_v1_VerifyProgress>;
  
  WatchStatus: grpc.handleServerStreamingCall<_outrider_v1_StatusRequest__Output, _outrider_v1_HostStatus>;
  
}

export interface SidecarDefinition extends grpc.ServiceDefinition {
  AskHosts: MethodDefinition<_outrider_v1_AskHostsRequest, _outrider_v1_AskHostsResponse, _outrider_v1_AskHostsRequest__Output, _outrider_v1_AskHostsResponse__Output>
  BindEpoch: MethodDefinition<_outrider_v1_BindEpochRequest, _outrider_v1_HostStatus, _outrider_v1_BindEpochRequest__Output, _outrider_v1_HostStatus__Output>
  Blobs: MethodDefinition<_outrider_v1_BlobsRequest, _outrider_v1_Blob, _outrider_v1_BlobsRequest__Output, _outrider_v1_Blob__Output>
  Commit: MethodDefinition<_outrider_v1_CommandRequest, _outrider_v1_AppStatus, _outrider_v1_CommandRequest__Output, _outrider_v1_AppStatus__Output>
  ControlAgent: MethodDefinition<_outrider_v1_ControlAgentRequest, _outrider_v1_ControlAgentResponse, _outrider_v1_ControlAgentRequest__Output, _outrider_v1_ControlAgentResponse__Output>
  Diagnose: MethodDefinition<_outrider_v1_DiagnoseRequest, _outrider_v1_Diagnosis, _outrider_v1_DiagnoseRequest__Output, _outrider_v1_Diagnosis__Output>
  Emergency: MethodDefinition<_outrider_v1_EmergencyRequest, _outrider_v1_HostStatus, _outrider_v1_EmergencyRequest__Output, _outrider_v1_HostStatus__Output>
  HealthTrends: MethodDefinition<_outrider_v1_HealthTrendsRequest, _outrider_v1_HealthTrendsResponse, _outrider_v1_HealthTrendsRequest__Output, _outrider_v1_HealthTrendsResponse__Output>
  KnownSpec: MethodDefinition<_outrider_v1_KnownSpecRequest, _outrider_v1_KnownSpecResponse, _outrider_v1_KnownSpecRequest__Output, _outrider_v1_KnownSpecResponse__Output>
  Logs: MethodDefinition<_outrider_v1_LogsRequest, _outrider_v1_LogLine, _outrider_v1_LogsRequest__Output, _outrider_v1_LogLine__Output>
  Preflight: MethodDefinition<_outrider_v1_PreflightRequest, _outrider_v1_PreflightResponse, _outrider_v1_PreflightRequest__Output, _outrider_v1_PreflightResponse__Output>
  Renew: MethodDefinition<_outrider_v1_RenewRequest, _outrider_v1_AppStatus, _outrider_v1_RenewRequest__Output, _outrider_v1_AppStatus__Output>
  Resume: MethodDefinition<_outrider_v1_ResumeRequest, _outrider_v1_HostStatus, _outrider_v1_ResumeRequest__Output, _outrider_v1_HostStatus__Output>
  Revert: MethodDefinition<_outrider_v1_CommandRequest, _outrider_v1_AppStatus, _outrider_v1_CommandRequest__Output, _outrider_v1_AppStatus__Output>
  RunHook: MethodDefinition<_outrider_v1_RunHookRequest, _outrider_v1_HookAnswer, _outrider_v1_RunHookRequest__Output, _outrider_v1_HookAnswer__Output>
  Samples: MethodDefinition<_outrider_v1_SamplesRequest, _outrider_v1_SamplesResponse, _outrider_v1_SamplesRequest__Output, _outrider_v1_SamplesResponse__Output>
  Stage: MethodDefinition<_outrider_v1_StageRequest, _outrider_v1_AppStatus, _outrider_v1_StageRequest__Output, _outrider_v1_AppStatus__Output>
  Status: MethodDefinition<_outrider_v1_StatusRequest, _outrider_v1_HostStatus, _outrider_v1_StatusRequest__Output, _outrider_v1_HostStatus__Output>
  Switch: MethodDefinition<_outrider_v1_SwitchRequest, _outrider_v1_AppStatus, _outrider_v1_SwitchRequest__Output, _outrider_v1_AppStatus__Output>
  TestHealth: MethodDefinition<_outrider_v1_TestHealthRequest, _outrider_v1_TestHealthResponse, _outrider_v1_TestHealthRequest__Output, _outrider_v1_TestHealthResponse__Output>
  Verify: MethodDefinition<_outrider_v1_VerifyRequest, _outrider_v1_VerifyProgress, _outrider_v1_VerifyRequest__Output, _outrider_v1_VerifyProgress__Output>
  WatchStatus: MethodDefinition<_outrider_v1_StatusRequest, _outrider_v1_HostStatus, _outrider_v1_StatusRequest__Output, _outrider_v1_HostStatus__Output>
}
