/** What a host with trusted_keys takes: each way to have it run something else is refused, with what to do about it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HookAsk } from '@outrider/shared/domain/hook.js';
import { NO_PROOF } from '@outrider/shared/domain/release-signature.js';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acceptDocuments } from '../documents.js';
import { layoutOf } from '../layout.js';
import { proofOf, type SignedSample, signedSample, testKey, withAgents } from '../testing/signed.js';
import { HostTrust } from './trust.js';

const MONDAY = '2026-01-05T10:00:00.000Z';
const TUESDAY = '2026-01-06T10:00:00.000Z';
const WEDNESDAY = '2026-01-07T10:00:00.000Z';
const OURS = testKey();
const NEXT = testKey();
const STRANGERS = testKey();
const ONE = signedSample('1.0.0');
const TWO = signedSample('2.0.0');
/** The content of ONE. */
const AGAIN = signedSample('1.0.1', { 'memory.py': 'of 1.0.0' });
const app = 'assistants';

let dataDir: string;
let trust: HostTrust;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'outrider-trust-'));
  trust = opened();
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const opened = (keys = [OURS], now = WEDNESDAY): HostTrust =>
  new HostTrust({ dataDir, trustedKeys: keys.map(({ publicKey }) => publicKey), now: () => Date.parse(now) });

/** As the gRPC face does it, with what the host keeps on disk. */
function stage(sample: SignedSample, proof = proofOf(sample, [OURS], MONDAY), on = trust): void {
  on.admit(sample.documents, proof);
  acceptDocuments(layoutOf(dataDir), sample.documents);
}
const active = ({ release }: SignedSample, on = trust): void => on.sawActive([{ app, active: release }]);

test.each([
  ['not signed', NO_PROOF],
  ['signed by a stranger', proofOf(ONE, [STRANGERS], MONDAY)],
])('what is %s can be signed with the command that the sentence has', (_, proof) => {
  const { digest } = ONE.release;
  expect(trust.problemOf(ONE.documents, proof)).toContain(
    `If its digest is what "release push" has printed: coordinator release sign 1.0.0 --app ${app} --digest ${digest}.`,
  );
});

describe('a release is', () => {
  test('taken where a trusted key has signed it', () => {
    expect(trust.problemOf(ONE.documents, proofOf(ONE, [OURS], MONDAY))).toBeUndefined();
    stage(ONE);
    expect(() => trust.allow(app, ONE.release, NO_PROOF)).not.toThrow();
  });

  test('taken whoever has signed it, or nobody, where no keys are trusted', () => {
    const open = opened([]);
    expect(open.problemOf(ONE.documents, NO_PROOF)).toBeUndefined();
    expect(() => stage(ONE, NO_PROOF, open)).not.toThrow();
    expect(() => open.allow(app, ONE.release, NO_PROOF)).not.toThrow();
    expect(open.problems()).toEqual([]);
  });

  test('taken where one of several keys is trusted', () => {
    expect(() => stage(ONE, proofOf(ONE, [STRANGERS, OURS], MONDAY))).not.toThrow();
  });

  test.each<[string, Parameters<typeof proofOf> | undefined, RegExp]>([
    ['unsigned', undefined, /1\.0\.0 is not signed.*release sign 1\.0\.0/],
    ['signed by a stranger', [ONE, [STRANGERS], MONDAY], /none of this host's trusted_keys.*release sign/],
    ['signed as another content', [TWO, [OURS], MONDAY, { version: '1.0.0' }], /altered.*the digest/],
    ['signed as another version', [ONE, [OURS], MONDAY, { version: '1.0.1' }], /altered.*the version 1\.0\.1/],
    ['signed as another app', [ONE, [OURS], MONDAY, { app: 'others' }], /altered.*the app others/],
    ['signed with another agents.yaml', [ONE, [OURS], MONDAY, { agents: 'a'.repeat(64) }], /altered.*agents\.yaml/],
    ['signed next week', [ONE, [OURS], '2026-01-14T10:00:00.000Z'], /ahead of the clock of this host/],
  ])('refused where it is %s', (_, given, sentence) => {
    const proof = given === undefined ? NO_PROOF : proofOf(...given);
    expect(trust.problemOf(ONE.documents, proof)).toMatch(sentence);
    expect(() => trust.admit(ONE.documents, proof)).toThrow(sentence);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test('refused where a signature was put under another statement', () => {
    const [theirs] = proofOf(ONE, [OURS], MONDAY).signatures;
    const [wanted] = proofOf(TWO, [STRANGERS], MONDAY).signatures;
    const forged = { ...theirs!, statement: wanted!.statement };
    expect(trust.problemOf(TWO.documents, { signatures: [forged], agentsYaml: TWO.agentsYaml })).toMatch(/altered/);
  });

  test('refused where the agents.yaml of the tree is not the one that was signed', () => {
    const other = signedSample('1.0.0', {}, ONE.agentsYaml.replace('vision.py', 'memory.py'));
    const proof = { ...proofOf(ONE, [OURS], MONDAY, { digest: other.release.digest }), agentsYaml: ONE.agentsYaml };
    expect(trust.problemOf(other.documents, proof)).toMatch(/altered: its agents\.yaml/);
  });
});

describe('what the host is to run', () => {
  test.each<[string, Parameters<typeof withAgents>[1], RegExp]>([
    ['another program', (all) => all.map((one) => ({ ...one, command: ['sh', '-c', 'x'] })), /memory: "command/],
    ['an agent that there is not', (all) => [...all, { ...all[0]!, name: 'shell' }], /has no agent shell/],
    ['more secrets', (all) => all.map((one) => ({ ...one, secrets: ['DB_KEY'] })), /memory: "secrets" is not/],
    ['the fingerprint of what runs', (all) => all.map((one) => ({ ...one, fingerprint: 'old' })), /its fingerprint/],
  ])('is refused with %s', (_, change, sentence) => {
    const documents = withAgents(ONE, change);
    expect(trust.problemOf(documents, proofOf(ONE, [OURS], MONDAY))).toMatch(sentence);
    expect(() => trust.admit(documents, proofOf(ONE, [OURS], MONDAY))).toThrow(/does not follow from its signed/);
  });

  test('may be fewer agents, for they are chosen by host', () => {
    expect(
      trust.problemOf(
        withAgents(ONE, (all) => all.slice(1)),
        proofOf(ONE, [OURS], MONDAY),
      ),
    ).toBeUndefined();
  });

  test('is looked at again before the switch: what was staged without keys counts for nothing', () => {
    const documents = withAgents(ONE, (all) => all.map((one) => ({ ...one, command: ['sh'] })));
    const open = opened([]);
    open.admit(documents, proofOf(ONE, [OURS], MONDAY));
    acceptDocuments(layoutOf(dataDir), documents);
    expect(() => open.allow(app, documents.release, NO_PROOF)).not.toThrow();
    expect(() => opened().allow(app, documents.release, NO_PROOF)).toThrow(/memory: "command/);
  });

  test('is of the very release that is switched to', () => {
    stage(ONE);
    active(ONE);
    stage(TWO, proofOf(TWO, [OURS], TUESDAY));
    const mixedUp = { ...TWO.release, specDigest: ONE.release.specDigest };
    expect(() => trust.allow(app, mixedUp, NO_PROOF)).toThrow(/is of assistants 1\.0\.0.*switch to 2\.0\.0/);
  });

  test('may keep agents of another release, as that release says', () => {
    stage(ONE);
    active(ONE);
    const { version, digest } = ONE.release;
    const kept = withAgents(TWO, (all) => [all[0]!, { ...ONE.spec.agents[1]!, release: { version, digest } }]);
    expect(() => trust.admit(kept, proofOf(TWO, [OURS], TUESDAY))).not.toThrow();
    const other = withAgents(TWO, (all) => [
      all[0]!,
      { ...ONE.spec.agents[0]!, name: 'vision', release: { version, digest } },
    ]);
    expect(() => trust.admit(other, proofOf(TWO, [OURS], TUESDAY))).toThrow(/vision: "command/);
    const unknown = withAgents(TWO, (all) =>
      all.map((one) => ({ ...one, release: { version, digest: 'a'.repeat(64) } })),
    );
    expect(() => trust.admit(unknown, proofOf(TWO, [OURS], TUESDAY))).toThrow(/1\.0\.0 is not signed/);
  });
});

describe('an old release given again is', () => {
  beforeEach(() => stage(TWO, proofOf(TWO, [OURS], TUESDAY)));

  test('refused, also after a restart, until a holder of a key signs it anew', () => {
    for (const on of [trust, opened()]) {
      expect(() => stage(ONE, undefined, on)).toThrow(
        /signed at 2026-01-05.*accepted one.*2026-01-06.*release sign 1\.0\.0/,
      );
    }
    stage(ONE, proofOf(ONE, [OURS], WEDNESDAY));
    expect(() => trust.allow(app, ONE.release, NO_PROOF)).not.toThrow();
  });

  test('taken where that very release was active here: the way back needs no key', () => {
    active(ONE);
    expect(() => stage(ONE)).not.toThrow();
    expect(() => opened().allow(app, ONE.release, NO_PROOF)).not.toThrow();
  });

  test('refused where another content was active under its name', () => {
    trust.sawActive([{ app, active: { ...ONE.release, digest: 'a'.repeat(64) } }]);
    expect(() => stage(ONE)).toThrow(/signed at/);
  });

  test('refused as long as nobody can tell what was accepted', () => {
    const [file] = readdirSync(join(dataDir, 'trust', app)).filter((name) => name.endsWith('.json'));
    writeFileSync(join(dataDir, 'trust', app, file!), 'not a ledger');
    expect(() => stage(ONE, proofOf(ONE, [OURS], WEDNESDAY), opened())).toThrow(/accepted\.json can't be read/);
  });
});

describe('a way back', () => {
  test('is proven by what is kept here, after a restart and without the coordinator', () => {
    stage(ONE);
    active(ONE);
    stage(TWO, proofOf(TWO, [OURS], TUESDAY));
    active(TWO);
    expect(() => opened().allow(app, ONE.release, NO_PROOF)).not.toThrow();
  });

  test.each<[string, (kept: string) => string]>([
    ['is gone', () => '{}'],
    ['was changed', (kept) => kept.replace('memory.py', 'memery.py')],
    ['is of somebody else', () => JSON.stringify(proofOf(ONE, [STRANGERS], MONDAY))],
  ])('is refused where the proof on the disk %s', (_, change) => {
    stage(ONE);
    active(ONE);
    const file = join(dataDir, 'trust', app, 'proofs', `${ONE.release.digest}-1.0.0.json`);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    expect(() => opened().allow(app, ONE.release, NO_PROOF)).toThrow(/not signed|altered|trusted_keys/);
    expect(() => opened().allow(app, ONE.release, proofOf(ONE, [OURS], MONDAY))).not.toThrow();
  });

  test('is proven where the same content was released again under another version', () => {
    stage(ONE);
    active(ONE);
    stage(AGAIN, proofOf(AGAIN, [OURS], TUESDAY));
    active(AGAIN);
    expect(AGAIN.release.digest).toBe(ONE.release.digest);
    for (const on of [trust, opened()]) {
      expect(() => on.allow(app, ONE.release, NO_PROOF)).not.toThrow();
      expect(() => on.allow(app, AGAIN.release, NO_PROOF)).not.toThrow();
      active(ONE, on);
      expect(on.problems()).toEqual([]);
    }
  });

  test.each([
    ['of that version', ONE, NO_PROOF],
    ['of another version of the same content', AGAIN, proofOf(ONE, [OURS], MONDAY)],
  ])('is proven where an earlier sidecar has kept the proof by content alone, %s', (_, kept, given) => {
    stage(ONE);
    active(ONE);
    const folder = join(dataDir, 'trust', app, 'proofs');
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    const file = join(folder, `${ONE.release.digest}.json`);
    writeFileSync(file, JSON.stringify(proofOf(kept, [OURS], TUESDAY)));
    expect(() => opened().allow(app, ONE.release, given)).not.toThrow();
  });

  test('is refused where the host spec on the disk is not the one that was staged', () => {
    stage(ONE);
    const file = layoutOf(dataDir).spec(app, ONE.release.specDigest);
    writeFileSync(file, canonicalJson({ ...ONE.spec, agents: [] }));
    expect(() => trust.allow(app, ONE.release, NO_PROOF)).toThrow(/damaged/);
  });
});

describe('keys change', () => {
  test('without a gap: both sign, then the new one is trusted alone', () => {
    stage(ONE, proofOf(ONE, [OURS], MONDAY));
    const both = opened([OURS, NEXT]);
    stage(TWO, proofOf(TWO, [OURS, NEXT], TUESDAY), both);
    active(TWO, both);
    const alone = opened([NEXT]);
    expect(() => alone.allow(app, TWO.release, NO_PROOF)).not.toThrow();
    expect(() => alone.allow(app, ONE.release, NO_PROOF)).toThrow(/none of this host's trusted_keys/);
    alone.admit(ONE.documents, proofOf(ONE, [NEXT], WEDNESDAY));
    expect(() => alone.allow(app, ONE.release, NO_PROOF)).not.toThrow();
  });

  test('what is active and not trusted any more runs on, and the status says so until it is signed', () => {
    stage(ONE);
    const other = opened([NEXT]);
    active(ONE, other);
    expect(other.problems()).toEqual([expect.stringMatching(/none of this host's trusted_keys.*runs on/)]);
    other.admit(ONE.documents, proofOf(ONE, [NEXT], TUESDAY));
    active(ONE, other);
    expect(other.problems()).toEqual([]);
  });
});

describe('a hook', () => {
  const ask = (change: Partial<HookAsk> = {}): HookAsk => ({
    ...{ id: 'r1/before_rollout', app, rollout: 'r1', hook: 'before_rollout', point: 'before_rollout' },
    ...{ command: ['migrate', 'up'], secrets: ['DB_KEY'], timeoutMs: 1_000, retries: 0, release: ONE.release },
    ...{ from: '', outcome: '', onlyIfBegun: false, ...change },
  });

  test('runs before anything of its release is here, as the signed agents.yaml says', () => {
    expect(trust.problemOfHook(ask(), proofOf(ONE, [OURS], MONDAY))).toBeUndefined();
    expect(opened([]).problemOfHook(ask({ command: ['anything'] }), NO_PROOF)).toBeUndefined();
  });

  test.each<[string, Partial<HookAsk>, RegExp]>([
    ['another command', { command: ['sh', '-c', 'x'] }, /hook before_rollout: "command\.0" is not what.*does not run/],
    ['the secrets of others', { secrets: ['DB_KEY', 'API_KEY'] }, /"secrets\.1"/],
    ['rights', { user: 'root' }, /"user"/],
    ['a hook that it has not', { hook: 'after_commit', point: 'after_commit' }, /has no such hook/],
    ['a release that nobody has signed', { release: TWO.release }, /altered|not signed/],
  ])('with %s does not run', (_, change, sentence) => {
    expect(trust.problemOfHook(ask(change), proofOf(ONE, [OURS], MONDAY))).toMatch(sentence);
  });

  test('of an old release does not run', () => {
    stage(TWO, proofOf(TWO, [OURS], TUESDAY));
    expect(trust.problemOfHook(ask(), proofOf(ONE, [OURS], MONDAY))).toMatch(/signed at 2026-01-05/);
  });
});

test('what is kept of a release does not grow without end', () => {
  for (let version = 0; version < 210; version += 1) {
    const sample = signedSample(`${version}.0.0`);
    trust.admit(sample.documents, proofOf(sample, [OURS], MONDAY));
  }
  expect(readdirSync(join(dataDir, 'trust', app, 'proofs')).length).toBeLessThanOrEqual(200);
});
