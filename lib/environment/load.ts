import { readFileSync } from 'node:fs';
import { LineCounter, type Document, isMap, isNode, parseDocument } from 'yaml';
import type {
  DnsBudget,
  Environment,
  Expectations,
  FailoverBudget,
  LatencyBudget,
} from '../model/environment.ts';
import type { Waiver } from '../model/invariants.ts';
import { MeshproofError, errorMessage } from '../support/errors.ts';
import { cidrsOverlap } from './cidr.ts';
import { type EnvironmentFile, environmentSchema, inMs } from './schema.ts';

type Path = readonly PropertyKey[];

/** Reads and checks an environment file. A bad one is a `usage` error with file, line and remedy. */
export function loadEnvironment(file: string): Environment {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new MeshproofError('usage', `cannot read the environment file ${file}: ${errorMessage(error)}`, {
      nextStep: 'name an existing file with --environment, such as environments/kind-istio.yaml',
    });
  }
  return parseEnvironment(text, file);
}

/** As {@link loadEnvironment}, from text. `file` is for messages. */
export function parseEnvironment(text: string, file: string): Environment {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const refuse = (message: string, line: number | undefined, nextStep: string): never => {
    throw new MeshproofError('usage', message, {
      at: { file, ...(line === undefined ? {} : { line }) },
      nextStep,
    });
  };
  const syntax = document.errors[0];
  if (syntax)
    refuse(`not valid YAML: ${syntax.message}`, lines.linePos(syntax.pos[0]).line, 'mend the YAML syntax');
  const parsed = environmentSchema.safeParse(document.toJS());
  if (!parsed.success) {
    // A mistyped key makes two issues, the unknown key and the missing one: the typo is the cause.
    const { issues } = parsed.error;
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])];
    const where = path.map(String).join('.') || 'the document';
    const missing = issue?.message.endsWith('received undefined');
    const what = unknown !== undefined ? 'unknown key' : missing ? 'is missing' : issue?.message;
    refuse(
      `${where}: ${what}`,
      lineOf(document, lines, path),
      unknown === undefined
        ? `correct ${where}; environments/environment.schema.json lists what is allowed`
        : knownKeys(path),
    );
  }
  const value = parsed.data as EnvironmentFile;
  for (const problem of findProblems(value))
    refuse(problem.message, lineOf(document, lines, problem.path), problem.nextStep);
  return toModel(value, file);
}

interface Problem {
  message: string;
  path: Path;
  nextStep: string;
}

/** What a schema cannot say: ranges of different clusters, the count of control planes. */
function findProblems(value: EnvironmentFile): Problem[] {
  const problems: Problem[] = [];
  const ranges: { path: Path; range: string }[] = [];
  for (const [cluster, spec] of Object.entries(value.clusters)) {
    const planes = spec.nodes.filter((node) => node.role === 'control-plane').length;
    if (planes !== 1) {
      problems.push({
        message: `clusters.${cluster}.nodes: ${planes} nodes with role control-plane`,
        path: ['clusters', cluster, 'nodes'],
        nextStep: 'give each cluster exactly one control-plane node',
      });
    }
    for (const key of ['podCidr', 'serviceCidr'] as const)
      ranges.push({ path: ['clusters', cluster, key], range: spec[key] });
  }
  for (const [index, later] of ranges.entries()) {
    const earlier = ranges.slice(0, index).find((other) => cidrsOverlap(other.range, later.range));
    if (!earlier) continue;
    problems.push({
      message: `${later.path.join('.')}: ${later.range} overlaps ${earlier.range} of ${earlier.path.join('.')}`,
      path: later.path,
      nextStep: 'give every cluster pod and service ranges of its own',
    });
  }
  return problems;
}

/** The line of a path, or of its nearest ancestor that is in the text (a missing key has no line). */
function lineOf(document: Document, lines: LineCounter, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair =
      length > 0 && isMap(parent) ? parent.items.find((item) => String(item.key) === String(key)) : undefined;
    const start = isNode(pair?.key) ? pair.key.range?.[0] : isNode(node) ? node.range?.[0] : undefined;
    if (start !== undefined) return lines.linePos(start).line;
  }
  return undefined;
}

function knownKeys(path: Path): string {
  let shape: unknown = environmentSchema;
  for (const key of path.slice(0, -1)) {
    const def = shape as { shape?: Record<string, unknown>; valueType?: unknown; element?: unknown };
    shape = def.shape ? def.shape[String(key)] : (def.valueType ?? def.element);
  }
  const keys = Object.keys((shape as { shape?: Record<string, unknown> } | undefined)?.shape ?? {});
  return keys.length ? `allowed here: ${keys.join(', ')}` : 'remove it';
}

function toModel(value: EnvironmentFile, file: string): Environment {
  const { istio } = value.mesh;
  const { resilience } = istio;
  return {
    name: value.name,
    file,
    provider: { kind: 'kind', images: value.provider.kind.images },
    clusters: Object.entries(value.clusters).map(([name, cluster]) => ({ name, ...cluster })),
    mesh: {
      driver: 'istio',
      id: istio.id,
      trustDomain: istio.trustDomain,
      mtls: istio.mtls,
      mcs: istio.mcs,
      clusterLocal: istio.clusterLocal,
      accessLog: istio.accessLog,
      multiRoot: istio.multiRoot,
      workloadKeys: istio.workloadKeys,
      resilience: {
        tryTimeoutMs: inMs(resilience.tryTimeout),
        connectTimeoutMs: inMs(resilience.connectTimeout),
        retries: resilience.retries,
        localityFailover: resilience.localityFailover,
        outlierDetection: {
          consecutiveErrors: resilience.outlierDetection.consecutiveErrors,
          intervalMs: inMs(resilience.outlierDetection.interval),
          baseEjectionMs: inMs(resilience.outlierDetection.baseEjection),
          maxEjectionPercent: resilience.outlierDetection.maxEjectionPercent,
        },
      },
    },
    expect: expectations(value.expect),
    waivers: value.waivers.map(waiver),
    budgets: {
      latency: {
        inCluster: latencyBudget(value.budgets.latency.inCluster),
        crossCluster: latencyBudget(value.budgets.latency.crossCluster),
      },
      failover: {
        nodeKill: failoverBudget(value.budgets.failover.nodeKill),
        linkPartition: failoverBudget(value.budgets.failover.linkPartition),
      },
      propagationMs: inMs(value.budgets.propagation),
      observability: {
        metricsMs: inMs(value.budgets.observability.metrics),
        accessLogMs: inMs(value.budgets.observability.accessLog),
      },
      policyPropagationMs: inMs(value.budgets.policyPropagation),
      dns: dnsBudget(value.budgets.dns),
    },
  };
}

function expectations({ dns, clockOffset, certificates, ...rest }: EnvironmentFile['expect']): Expectations {
  const { leaf, authority } = certificates.minValidity;
  return {
    ...rest,
    dns: { maxTtlMs: inMs(dns.maxTtl) },
    clockOffsetMs: inMs(clockOffset),
    certificates: {
      minValidity: { leafMs: inMs(leaf), authorityMs: inMs(authority) },
      withdrawnRoot: certificates.withdrawnRoot,
    },
  };
}

function waiver({ owner, ...rest }: EnvironmentFile['waivers'][number]): Waiver {
  return owner === undefined ? rest : { ...rest, owner };
}

function dnsBudget({ p99, restart }: EnvironmentFile['budgets']['dns']): DnsBudget {
  const { errorSeconds, longestGap } = restart;
  return { p99Ms: inMs(p99), restart: { errorSeconds, longestGapMs: inMs(longestGap) } };
}

function latencyBudget(budget: EnvironmentFile['budgets']['latency']['inCluster']): LatencyBudget {
  return {
    p50Ms: inMs(budget.p50),
    p95Ms: inMs(budget.p95),
    p99Ms: inMs(budget.p99),
    errorRatio: budget.errorRatio,
  };
}

function failoverBudget(budget: EnvironmentFile['budgets']['failover']['nodeKill']): FailoverBudget {
  return {
    detectMs: inMs(budget.detect),
    failoverMs: inMs(budget.failover),
    steadyMs: inMs(budget.steady),
    failbackMs: inMs(budget.failback),
    longestGapMs: inMs(budget.longestGap),
    errorSeconds: budget.errorSeconds,
  };
}
