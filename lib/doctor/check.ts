import { cpus, totalmem } from 'node:os';
import { readFile } from 'node:fs/promises';
import { freeBytesOf } from '../environment/kind/images/source/disk.ts';
import { type EngineHost, thisHost } from '../environment/kind/engine-host.ts';
import { cacheDir } from '../support/paths.ts';
import type { Log } from '../support/log.ts';

/** `ok`; `warn`: something works less well, or only some uses lack it; `missing`: Meshproof can't work. */
export type Level = 'ok' | 'warn' | 'missing';

export interface Judgement {
  level: Level;
  /** What was found, in a few words. */
  found: string;
  /** The exact command (or act) that puts it right; every level but `ok` has one where there is one. */
  remedy?: string;
}

/** The machine under examination; injected, so that tests can describe another one. */
export interface DoctorHost {
  engine: EngineHost;
  nodeVersion: string;
  cpus: number;
  memoryBytes: number;
  /** Meshproof's cache folder. */
  cache: string;
  freeBytes: (folder: string) => Promise<number>;
  /** Text of a file; undefined when it can't be read. */
  readText: (path: string) => Promise<string | undefined>;
}

/** One thing that the doctor looks at: `probe` asks the machine, `judge` decides on what it said, and is pure. */
export interface Check<Facts> {
  id: string;
  title: string;
  probe: (host: DoctorHost) => Promise<Facts>;
  judge: (facts: Facts) => Judgement;
  /** Puts it right; only offered where `fixable` says yes. */
  fix?: (host: DoctorHost, facts: Facts, log: Log) => Promise<void>;
  fixable?: (host: DoctorHost) => Promise<boolean>;
}

/** A check without the type of its facts, so that different ones fit into one list. */
export interface AnyCheck {
  id: string;
  title: string;
  examine: (host: DoctorHost) => Promise<Examination>;
}

export interface Examination extends Judgement {
  /** There when this can be put right from here. */
  fix?: (log: Log) => Promise<void>;
}

/** Makes a check fit into the list. */
export function anyCheck<Facts>(check: Check<Facts>): AnyCheck {
  return {
    id: check.id,
    title: check.title,
    examine: async (host) => {
      const facts = await check.probe(host);
      const judgement = check.judge(facts);
      const { fix } = check;
      const offered = fix && judgement.level !== 'ok' && ((await check.fixable?.(host)) ?? true);
      return offered ? { ...judgement, fix: (log) => fix(host, facts, log) } : judgement;
    },
  };
}

/** The machine that this process runs on. */
export function thisMachine(): DoctorHost {
  return {
    engine: thisHost(),
    nodeVersion: process.versions.node,
    cpus: cpus().length,
    memoryBytes: totalmem(),
    cache: cacheDir(),
    freeBytes: freeBytesOf,
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
  };
}

/** Whether packages can be installed here without asking: root on Debian, Ubuntu or a child of theirs. */
export async function canInstall(host: DoctorHost): Promise<boolean> {
  return isRoot(host) && (await isDebian(host));
}

/** Debian, Ubuntu, or a child of theirs, by os-release(5). */
export async function isDebian(host: DoctorHost): Promise<boolean> {
  const text = (await host.readText('/etc/os-release')) ?? '';
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(text);
}

/** Whether this process may change the machine. */
export function isRoot(host: DoctorHost): boolean {
  return host.engine.uid === 0;
}
