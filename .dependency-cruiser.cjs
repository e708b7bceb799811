/** The arrows of ARCHITECTURE.md. Tests are left out: they may reach anywhere. */
const SIDECAR_ADAPTERS = 'process|probe|bridge|release|link|store|http';
const COORDINATOR_ADAPTERS = 'store|fleet|release|api|notify';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: '^packages/shared/src/domain/' },
      to: { pathNot: '^packages/shared/src/domain/' },
    },
    {
      name: 'pure-imports-domain-alone',
      severity: 'error',
      from: { path: '^packages/(sidecar/src/(agent|host)|coordinator/src/rollout)/' },
      to: { pathNot: ['^packages/shared/src/domain/', '^packages/$1/'] },
    },
    {
      name: 'sidecar-and-coordinator-apart',
      severity: 'error',
      from: { path: '^packages/sidecar/' },
      to: { path: '^packages/coordinator/' },
    },
    {
      name: 'coordinator-and-sidecar-apart',
      severity: 'error',
      from: { path: '^packages/coordinator/' },
      to: { path: '^packages/sidecar/' },
    },
    {
      name: 'shared-knows-neither',
      severity: 'error',
      from: { path: '^packages/shared/' },
      to: { path: '^packages/(sidecar|coordinator)/' },
    },
    {
      name: 'sidecar-adapters-apart',
      severity: 'error',
      from: { path: `^packages/sidecar/src/(${SIDECAR_ADAPTERS})/` },
      to: {
        path: `^packages/sidecar/src/(${SIDECAR_ADAPTERS})/`,
        pathNot: ['^packages/sidecar/src/$1/', '/ports\\.ts$'],
      },
    },
    {
      name: 'coordinator-adapters-apart',
      severity: 'error',
      from: { path: `^packages/coordinator/src/(${COORDINATOR_ADAPTERS})/` },
      to: {
        path: `^packages/coordinator/src/(${COORDINATOR_ADAPTERS})/`,
        pathNot: ['^packages/coordinator/src/$1/', '/ports\\.ts$'],
      },
    },
    {
      name: 'drivers-know-no-adapters',
      severity: 'error',
      from: { path: '^packages/(sidecar/src/supervise|coordinator/src/engine)/' },
      to: {
        path: `^packages/(sidecar/src/(${SIDECAR_ADAPTERS})|coordinator/src/(${COORDINATOR_ADAPTERS}))/`,
        pathNot: '/ports\\.ts$',
      },
    },
    {
      name: 'cli-imports-shared-alone',
      severity: 'error',
      from: { path: '^packages/coordinator/src/cli/' },
      to: { path: '^packages/coordinator/src/', pathNot: '^packages/coordinator/src/cli/' },
    },
    {
      name: 'nobody-imports-main',
      severity: 'error',
      from: { path: '^packages/', pathNot: '/(cli|main)\\.ts$' },
      to: { path: '^packages/(sidecar|coordinator)/src/main\\.ts$' },
    },
  ],
  options: {
    exclude: { path: '\\.test\\.ts$|/gen/|/testing/' },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.depcruise.json' },
  },
};
