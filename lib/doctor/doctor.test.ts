import { expect, test } from '@playwright/test';
import { EXIT, exitCodeOf } from '../support/errors.ts';
import { silentLog } from '../support/log.ts';
import type { EngineHost } from '../environment/kind/engine-host.ts';
import { type AnyCheck, anyCheck, type DoctorHost, type Level } from './check.ts';
import { doctorCommand, engineCommand } from './command.ts';
import { renderFindings } from './render.ts';
import { runDoctor } from './run.ts';

const engine: EngineHost = {
  run: async () => ({ exitCode: 1, stdout: '', stderr: 'Cannot connect to the Docker daemon' }),
  env: {},
  uid: 1000,
  platform: 'linux',
  root: '/nowhere/engine',
  proc: '/nowhere',
  cgroups: '/nowhere',
};
const host = { engine } as DoctorHost;

/** A check whose level changes to `after` when it is put right. */
function patient(id: string, level: Level, after?: Level): AnyCheck {
  let now = level;
  return anyCheck({
    id,
    title: id.toUpperCase(),
    probe: async () => now,
    judge: (found) =>
      found === 'ok' ? { level: 'ok', found } : { level: found, found, remedy: `cure ${id}` },
    ...(after === undefined
      ? {}
      : {
          fix: async () => {
            now = after;
          },
        }),
  });
}

test('without --fix nothing is changed', async () => {
  const checks = [patient('a', 'ok'), patient('b', 'missing', 'ok')];
  await runDoctor({ log: silentLog, host, checks });
  expect(await runDoctor({ log: silentLog, host, checks })).toEqual([
    { id: 'a', title: 'A', level: 'ok', found: 'ok' },
    { id: 'b', title: 'B', level: 'missing', found: 'missing', remedy: 'cure b' },
  ]);
});

test('--fix puts right what it can, looks again, and tells what stays', async () => {
  const failing = anyCheck({
    id: 'd',
    title: 'D',
    probe: async () => 0,
    judge: () => ({ level: 'missing', found: 'gone', remedy: 'by hand' }),
    fix: () => Promise.reject(new Error('disk full')),
  });
  const unfixable = anyCheck({
    id: 'e',
    title: 'E',
    probe: async () => 0,
    judge: () => ({ level: 'missing', found: 'gone', remedy: 'sudo it' }),
    fix: () => Promise.reject(new Error('must not be called')),
    fixable: async () => false,
  });
  const checks = [
    patient('a', 'missing', 'ok'),
    patient('b', 'missing', 'warn'),
    patient('c', 'warn'),
    failing,
    unfixable,
  ];
  const findings = await runDoctor({ fix: true, log: silentLog, host, checks });
  expect(findings.map(({ id, level, fixed }) => [id, level, fixed])).toEqual([
    ['a', 'ok', true],
    ['b', 'warn', false],
    ['c', 'warn', undefined],
    ['d', 'missing', undefined],
    ['e', 'missing', undefined],
  ]);
  expect(findings[3]?.found).toBe('gone; could not be put right: disk full');
  expect(findings[4]?.found).toBe('gone');
});

test('a check that fails itself is a remark, and the others still run', async () => {
  const broken: AnyCheck = { id: 'x', title: 'X', examine: () => Promise.reject(new Error('no procfs')) };
  const findings = await runDoctor({ log: silentLog, host, checks: [broken, patient('a', 'ok')] });
  expect(findings.map(({ level }) => level)).toEqual(['warn', 'ok']);
  expect(findings[0]?.found).toBe('could not be examined: no procfs');
});

test('the table has a mark for each level, the remedy below, and colours only when asked', async () => {
  const findings = [
    { id: 'a', title: 'A', level: 'ok', found: 'fine', fixed: true },
    { id: 'long', title: 'LONG', level: 'missing', found: 'gone', remedy: 'get it' },
    { id: 'c', title: 'C', level: 'warn', found: 'hm' },
  ] as const;
  expect(renderFindings(findings, { colour: false })).toBe(
    '✓ A     fine (put right)\n✗ LONG  gone\n        → get it\n! C     hm\n\nnot ready: 1 missing, 1 remarks\n',
  );
  expect(renderFindings(findings, { colour: true })).toContain('\u001B[31m✗');
});

test.describe('the command', () => {
  const run = async (checks: AnyCheck[], json = false) => {
    const written: string[] = [];
    const code = await doctorCommand({
      log: silentLog,
      host,
      checks,
      json,
      write: (text) => written.push(text),
    });
    return { code, text: written.join('') };
  };

  test('exits 0 when nothing is missing, with remarks too, and 3 otherwise', async () => {
    expect(await run([patient('a', 'ok'), patient('b', 'warn')])).toMatchObject({ code: EXIT.passed });
    expect(await run([patient('a', 'missing')])).toMatchObject({ code: EXIT.broken });
  });

  test('prints JSON alone when asked', async () => {
    const { text } = await run([patient('a', 'missing')], true);
    expect(JSON.parse(text)).toEqual({
      ready: false,
      findings: [{ id: 'a', title: 'A', level: 'missing', found: 'missing', remedy: 'cure a' }],
    });
  });
});

test.describe('the engine command', () => {
  const call = async (action: string, json = false) => {
    const written: string[] = [];
    const code = await engineCommand(action, {
      log: silentLog,
      host: engine,
      json,
      write: (text) => written.push(text),
    });
    return { code, text: written.join('') };
  };

  test('status and stop without an engine', async () => {
    expect(await call('status')).toEqual({ code: EXIT.broken, text: 'private engine: stopped\n' });
    expect(await call('stop')).toEqual({ code: EXIT.passed, text: 'private engine: stopped\n' });
    expect(JSON.parse((await call('status', true)).text)).toMatchObject({ state: 'stopped', owned: true });
  });

  test('start without root, and an action that is not one', async () => {
    const failed = await call('start').catch((error: unknown) => error);
    expect(exitCodeOf(failed)).toBe(EXIT.broken);
    const unknown = await call('restart').catch((error: unknown) => error);
    expect(exitCodeOf(unknown)).toBe(EXIT.usage);
  });
});
