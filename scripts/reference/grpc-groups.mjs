// In which order, and under which heading, the calls of both services are told of. What is named nowhere comes last.

export const GROUPS = {
  Coordinator: {
    Releases: [
      ...['OfferRelease', 'PutBlobs', 'PushRelease', 'ListReleases', 'ShowRelease', 'TagRelease', 'RemoveRelease'],
      ...['PruneReleases', 'SignRelease', 'VerifyRelease', 'ManifestChunks', 'ChunksOfBlobs', 'Blobs'],
    ],
    Rollouts: [
      ...['PlanRollout', 'StartRollout', 'WatchRollout', 'ListRollouts', 'GetRollout', 'ControlRollout', 'Evidence'],
    ],
    'Ways back': ['PlanRollback', 'Rollback', 'Emergency', 'EmergencyRollback', 'ResumeHosts'],
    Fleet: ['Status', 'Hosts', 'Agents', 'ControlAgent', 'Events', 'Logs', 'Report'],
    'Health and errors': ['Errors', 'TestHealth', 'HealthReport', 'HealthHistory', 'Diagnose', 'AskHosts'],
  },
  Sidecar: {
    'State of a host': ['Status', 'WatchStatus', 'BindEpoch'],
    'Releases on a host': ['Preflight', 'Stage', 'Verify', 'KnownSpec', 'Blobs'],
    'A switch': ['Switch', 'Renew', 'Commit', 'Revert', 'RunHook', 'Emergency', 'Resume'],
    'Agents of a host': ['ControlAgent', 'Logs'],
    'Health of a host': ['Samples', 'TestHealth', 'HealthTrends', 'Diagnose', 'AskHosts'],
  },
};
